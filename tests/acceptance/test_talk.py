"""A call from the first ring to the last word, and what both sides hear."""

from tests.acceptance.conftest import AGENT_HZ, CALLER_HZ, Floor, talk_both_ways
from tests.acceptance.parts import Part, Queue, agents, seats

PART = Part(
    users=agents("1201", "1202", "1203"),
    queues=(
        Queue(number="7201", seats=seats("1201")),
        Queue(number="7202", seats=seats("1202")),
        Queue(number="7203", seats=seats("1203")),
    ),
)


async def test_both_hear_each_other_until_the_caller_hangs_up(floor: Floor) -> None:
    agent, caller = await floor.agent("1201-desk"), await floor.caller()
    call = await caller.dial("7201", tone=CALLER_HZ)
    ring = await agent.rings()
    ring.answer(tone=AGENT_HZ)
    await talk_both_ways(call, ring)
    await call.hang_up()
    ending = await ring.is_over()
    assert not ending.by_us


async def test_both_hear_each_other_until_the_agent_hangs_up(floor: Floor) -> None:
    agent, caller = await floor.agent("1202-desk"), await floor.caller()
    call = await caller.dial("7202", tone=CALLER_HZ)
    ring = await agent.rings()
    ring.answer(tone=AGENT_HZ)
    await talk_both_ways(call, ring)
    await ring.hang_up()
    ending = await call.is_over()
    assert not ending.by_us


async def test_the_caller_is_answered_at_once_and_hears_music_while_the_phone_rings(floor: Floor) -> None:
    agent, caller = await floor.agent("1203-desk"), await floor.caller()
    call = await caller.dial("7203")
    await call.is_answered(within=2)
    await call.media.hears_sound(within=1)
    ring = await agent.rings()
    assert not ring.is_up
    await call.media.hears_sound()


async def test_the_agents_phone_shows_the_queue_and_who_calls(floor: Floor) -> None:
    agent, caller = await floor.agent("1203-desk"), await floor.caller("2002")
    await caller.dial("7203")
    ring = await agent.rings()
    assert (ring.caller.name, ring.caller.user) == ("Queue 7203: Caller 2", "2002")


async def test_people_call_each_other_directly(floor: Floor) -> None:
    callee, caller = await floor.phone("1201-desk"), await floor.caller("2003")
    call = await caller.dial("1201", tone=CALLER_HZ)
    ring = await callee.rings()
    await call.is_ringing()
    assert ring.caller.user == "2003"
    ring.answer(tone=AGENT_HZ)
    await talk_both_ways(call, ring)
    await call.hang_up()
    await ring.is_over()
