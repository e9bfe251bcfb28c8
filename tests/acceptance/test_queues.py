"""Which caller comes next, and whose turn it is."""

from tests.acceptance.conftest import AGENT_HZ, CALLER_HZ, Floor, dial_code, talk_both_ways
from tests.acceptance.parts import Part, Queue, agents, seats

PART = Part(
    users=agents("1701", "1702", "1703", "1704"),
    queues=(
        Queue(number="7701", seats=seats("1701"), priority=1),
        Queue(number="7702", seats=seats("1701"), priority=2),
        Queue(number="7703", seats=seats("1702", "1703")),
        Queue(number="7704", seats=seats("1704")),
        Queue(number="7705", seats=()),
    ),
)


async def test_the_more_important_queue_is_served_first_whoever_waits_longer(floor: Floor) -> None:
    agent = await floor.agent("1701-desk")
    caller, early, late = await floor.caller("2001"), await floor.caller("2002"), await floor.caller("2003")
    first = await caller.dial("7702", tone=CALLER_HZ)
    ring = await agent.rings()
    ring.answer(tone=AGENT_HZ)
    await talk_both_ways(first, ring)
    await (await early.dial("7702")).media.hears_sound()
    await (await late.dial("7701", tone=CALLER_HZ)).media.hears_sound()
    await first.hang_up()
    important = await agent.rings()
    assert important.caller.user == "2003"
    important.answer()
    await important.media.hears_tone(CALLER_HZ)
    await important.hang_up()
    assert (await agent.rings()).caller.user == "2002"


async def test_the_agent_idle_longest_rings_first(floor: Floor) -> None:
    (first, second), caller = await floor.agents("1703-desk", "1702-desk"), await floor.caller()
    for agent in (first, second, first):
        call = await caller.dial("7703", tone=CALLER_HZ)
        ring = await agent.rings(within=2)
        ring.answer(tone=AGENT_HZ)
        await talk_both_ways(call, ring)
        await call.hang_up()
        await ring.is_over()


async def test_callers_are_served_in_the_order_in_which_they_came(floor: Floor) -> None:
    agent = await floor.agent("1704-desk", "*52")
    for extension in ("2003", "2001", "2002"):
        call = await (await floor.caller(extension)).dial("7704", tone=CALLER_HZ)
        await call.media.hears_sound()
    await dial_code(agent, "*51")
    for extension in ("2003", "2001", "2002"):
        ring = await agent.rings()
        assert ring.caller.user == extension
        ring.answer()
        await ring.media.hears_tone(CALLER_HZ)
        await ring.hang_up()


async def test_a_queue_without_agents_lets_the_caller_wait_with_music(floor: Floor) -> None:
    caller = await floor.caller()
    call = await caller.dial("7705")
    await call.is_answered()
    await call.media.hears_sound()
    await call.hang_up()


async def test_a_caller_who_waits_for_nobody_gets_the_agent_who_logs_in(floor: Floor) -> None:
    caller = await floor.caller("2004")
    agent = await floor.agent("1704-desk", "*52")
    call = await caller.dial("7704", tone=CALLER_HZ)
    await call.media.hears_sound()
    await dial_code(agent, "*51")
    ring = await agent.rings()
    ring.answer(tone=AGENT_HZ)
    await talk_both_ways(call, ring)
