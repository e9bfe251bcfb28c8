"""Single-Call, and a status changed at an awkward moment."""

from tests.acceptance.conftest import AGENT_HZ, CALLER_HZ, Floor, dial_code, talk_both_ways
from tests.acceptance.parts import Part, Queue, agents, seats

PART = Part(
    users=agents("1601", "1602", "1603", "1604", "1605"),
    queues=(
        Queue(number="7601", type="linear_hunt", seats=seats("1601", "1602")),
        Queue(number="7602", type="linear_hunt", seats=seats("1603", "1604")),
        Queue(number="7603", seats=seats("1605")),
    ),
)


async def test_star_50_takes_exactly_one_call(floor: Floor) -> None:
    single, other = await floor.agent("1601-desk", "*50"), await floor.agent("1602-desk")
    caller = await floor.caller()
    first = await caller.dial("7601", tone=CALLER_HZ)
    ring = await single.rings()
    ring.answer(tone=AGENT_HZ)
    await talk_both_ways(first, ring)
    await first.hang_up()
    await ring.is_over()
    # The hunt begins with him for every call: that the other one rings proves that he is offered no more.
    await caller.dial("7601")
    await other.rings()
    assert len(single.incoming) == 1


async def test_star_52_while_ringing_gives_the_caller_to_the_next_agent(floor: Floor) -> None:
    (leaving, other), caller = await floor.agents("1603-desk", "1604-desk"), await floor.caller()
    call = await caller.dial("7602", tone=CALLER_HZ)
    ring = await leaving.rings()
    await dial_code(leaving, "*52")
    await ring.is_over(within=2)
    next_ring = await other.rings(within=2)
    assert not call.ending
    next_ring.answer(tone=AGENT_HZ)
    await talk_both_ways(call, next_ring)


async def test_star_52_while_talking_lets_the_call_go_on(floor: Floor) -> None:
    agent, caller = await floor.agent("1605-desk"), await floor.caller()
    call = await caller.dial("7603", tone=CALLER_HZ)
    ring = await agent.rings()
    ring.answer(tone=AGENT_HZ)
    await talk_both_ways(call, ring)
    await dial_code(agent, "*52")
    await talk_both_ways(call, ring)
    await call.hang_up()
    await ring.is_over()
    waiting = await caller.dial("7603")
    await waiting.media.hears_sound()
    assert len(agent.incoming) == 1
    await dial_code(agent, "*51")
    await agent.rings(within=2)
