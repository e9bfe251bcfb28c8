"""An agent's phones ring as one, and his other calls keep him from being offered."""

import asyncio

from tests.acceptance.conftest import AGENT_HZ, CALLER_HZ, Floor, talk_both_ways
from tests.acceptance.parts import Part, Queue, User, agents, seats
from tests.phone.phone import WhenCalled

PART = Part(
    users=(
        User(extension="1751", name="Agent 1751", phones=("desk", "soft")),
        User(extension="1752", name="Agent 1752", phones=("desk", "soft")),
        *agents("1753", "1754", "1755", "1756"),
    ),
    queues=(
        Queue(number="7751", seats=seats("1751")),
        Queue(number="7752", type="linear_hunt", seats=seats("1752", "1753")),
        Queue(number="7753", type="linear_hunt", seats=seats("1754", "1755")),
        Queue(number="7754", seats=seats("1756")),
    ),
)


async def test_two_phones_of_one_agent_ring_together_and_the_first_wins(floor: Floor) -> None:
    desk, soft, caller = await floor.agent("1751-desk"), await floor.phone("1751-soft"), await floor.caller()
    call = await caller.dial("7751", tone=CALLER_HZ)
    loser, winner = await asyncio.gather(desk.rings(), soft.rings())
    winner.answer(tone=AGENT_HZ)
    assert (await loser.is_over(within=2)).answered_elsewhere
    await talk_both_ways(call, winner)


async def test_one_busy_phone_leaves_the_other_ringing(floor: Floor) -> None:
    desk, soft, caller = await floor.agent("1752-desk"), await floor.phone("1752-soft"), await floor.caller()
    other = await floor.agent("1753-desk")
    desk.when_called = WhenCalled.BUSY
    call = await caller.dial("7752", tone=CALLER_HZ)
    _, ring = await asyncio.gather(desk.rings(), soft.rings())
    await call.media.hears_sound()
    assert not ring.ending
    ring.answer(tone=AGENT_HZ)
    await talk_both_ways(call, ring)
    assert other.incoming == []


async def test_an_agent_in_a_direct_call_is_not_offered_a_caller(floor: Floor) -> None:
    (engaged, other), friend, caller = (
        await floor.agents("1754-desk", "1755-desk"),
        await floor.caller("2001"),
        await floor.caller("2002"),
    )
    direct = await friend.dial("1754", tone=CALLER_HZ)
    ring = await engaged.rings()
    ring.answer(tone=AGENT_HZ)
    await talk_both_ways(direct, ring)
    # The hunt begins with him: that the second one rings proves that he was left out.
    await caller.dial("7753")
    await other.rings()
    assert len(engaged.incoming) == 1


async def test_an_agent_is_offered_the_waiting_caller_when_his_outbound_call_ends(floor: Floor) -> None:
    agent, friend, caller = await floor.agent("1756-desk"), await floor.caller("2001"), await floor.caller("2002")
    outbound = await agent.dial("2001", tone=AGENT_HZ)
    answered = await friend.rings()
    answered.answer(tone=CALLER_HZ)
    await talk_both_ways(answered, outbound)
    waiting = await caller.dial("7754")
    await waiting.media.hears_sound()
    assert agent.incoming == []
    await outbound.hang_up()
    ring = await agent.rings(within=2)
    assert ring.caller.user == "2002"
