"""After a call the agent is left alone for the wrap-up, to the instant."""

import pytest

from tests.acceptance.conftest import AGENT_HZ, CALLER_HZ, Floor, dial_code, talk_both_ways
from tests.acceptance.parts import Part, Queue, agents, seats

WRAP_UP_SECONDS = 1.5

PART = Part(
    users=agents("1301", "1302", "1303"),
    queues=(
        Queue(number="7301", seats=seats("1301"), wrap_up=f"{WRAP_UP_SECONDS}s"),
        Queue(number="7302", seats=seats("1302"), wrap_up=f"{WRAP_UP_SECONDS}s"),
        Queue(number="7303", seats=seats("1303"), wrap_up="1h"),
    ),
)

EARLY, LATE = 0.05, 0.6
"""Seconds by which the next ring may miss the end as the phone sees it: the wrap-up begins when Asterisk is through."""


@pytest.mark.quiet
@pytest.mark.parametrize(("number", "device", "by_agent"), [("7301", "1301-desk", False), ("7302", "1302-desk", True)])
async def test_the_next_caller_rings_exactly_at_the_end_of_the_wrap_up(
    floor: Floor, number: str, device: str, by_agent: bool
) -> None:
    agent, caller, waiting = await floor.agent(device), await floor.caller("2001"), await floor.caller("2002")
    first = await caller.dial(number, tone=CALLER_HZ)
    ring = await agent.rings()
    ring.answer(tone=AGENT_HZ)
    await talk_both_ways(first, ring)
    second = await waiting.dial(number)
    await second.media.hears_sound()
    await (ring if by_agent else first).hang_up()
    await ring.is_over()
    next_ring = await agent.rings()
    assert WRAP_UP_SECONDS - EARLY <= next_ring.began_at - ring.over_at <= WRAP_UP_SECONDS + LATE
    assert next_ring.caller.user == "2002"
    next_ring.answer(tone=AGENT_HZ)
    await second.media.hears_tone(AGENT_HZ)


async def test_star_51_ends_the_wrap_up(floor: Floor) -> None:
    agent, caller = await floor.agent("1303-desk"), await floor.caller("2001")
    first = await caller.dial("7303", tone=CALLER_HZ)
    ring = await agent.rings()
    ring.answer(tone=AGENT_HZ)
    await talk_both_ways(first, ring)
    await first.hang_up()
    await ring.is_over()
    await caller.dial("7303")
    await dial_code(agent, "*51")
    await agent.rings(within=2)
