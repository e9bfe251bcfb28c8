"""A phone that does not take the call: the caller goes on to the next agent and keeps his place."""

import pytest

from tests.acceptance.conftest import AGENT_HZ, CALLER_HZ, Floor, talk_both_ways
from tests.acceptance.parts import Part, Queue, agents, seats
from tests.phone.phone import WhenCalled

RING_SECONDS = 2.0

PART = Part(
    users=agents("1501", "1502", "1503", "1504", "1505", "1506", "1507", "1508", "1509", "1510"),
    queues=(
        Queue(number="7501", type="linear_hunt", seats=seats("1501", "1502"), ring_time=f"{RING_SECONDS:.0f}s"),
        Queue(number="7502", type="linear_hunt", seats=seats("1503", "1504")),
        Queue(number="7503", type="linear_hunt", seats=seats("1505", "1506")),
        Queue(number="7504", type="linear_hunt", seats=seats("1507", "1508")),
        Queue(number="7505", type="linear_hunt", seats=seats("1509"), back_off="1s"),
        Queue(number="7506", type="linear_hunt", seats=seats("1510")),
    ),
)

AT_ONCE = 1.0
"""Seconds; a ring takes ten where a test does not say otherwise."""


async def test_a_phone_nobody_answers_stops_and_the_next_agent_rings(floor: Floor) -> None:
    (first, second), caller = await floor.agents("1501-desk", "1502-desk"), await floor.caller()
    call = await caller.dial("7501", tone=CALLER_HZ)
    missed = await first.rings()
    ring = await second.rings()
    await missed.is_over()
    assert missed.ending
    assert not missed.ending.answered_elsewhere
    assert RING_SECONDS - 0.2 <= ring.began_at - missed.began_at <= RING_SECONDS + 1
    ring.answer(tone=AGENT_HZ)
    await talk_both_ways(call, ring)


@pytest.mark.parametrize(
    ("answer", "number", "refuser", "next_one"),
    [(WhenCalled.BUSY, "7502", "1503-desk", "1504-desk"), (WhenCalled.DECLINE, "7503", "1505-desk", "1506-desk")],
)
async def test_busy_and_declined_ring_the_next_agent_at_once(
    floor: Floor, answer: WhenCalled, number: str, refuser: str, next_one: str
) -> None:
    (first, second), caller = await floor.agents(refuser, next_one), await floor.caller()
    first.when_called = answer
    call = await caller.dial(number, tone=CALLER_HZ)
    refused, ring = await first.rings(), await second.rings()
    assert ring.began_at - refused.began_at < AT_ONCE
    ring.answer(tone=AGENT_HZ)
    await talk_both_ways(call, ring)


async def test_a_phone_that_has_gone_away_is_not_rung(floor: Floor) -> None:
    (gone, second), caller = await floor.agents("1507-desk", "1508-desk"), await floor.caller()
    await gone.unregister()
    call = await caller.dial("7504")
    ring = await second.rings(within=AT_ONCE)
    ring.answer(tone=AGENT_HZ)
    await call.media.hears_tone(AGENT_HZ)
    assert gone.incoming == []


async def test_the_only_agent_rings_again_when_his_back_off_is_over(floor: Floor) -> None:
    agent, caller = await floor.agent("1509-desk"), await floor.caller()
    agent.when_called = WhenCalled.DECLINE
    call = await caller.dial("7505")
    declined = await agent.rings()
    agent.when_called = WhenCalled.RING
    ring = await agent.rings()
    assert 0.9 <= ring.began_at - declined.began_at <= 2
    ring.answer(tone=AGENT_HZ)
    await call.media.hears_tone(AGENT_HZ)


async def test_a_phone_that_comes_back_is_rung(floor: Floor) -> None:
    agent, caller = await floor.agent("1510-desk"), await floor.caller()
    await agent.unregister()
    call = await caller.dial("7506")
    await call.media.hears_sound()
    assert agent.incoming == []
    assert await agent.register() == 200
    await agent.rings(within=AT_ONCE)
