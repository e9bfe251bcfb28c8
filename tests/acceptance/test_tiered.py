"""A tiered round-robin: the first tier's agents are tried, the one idle longest first, before the next tier's."""

from tests.acceptance.conftest import CALLER_HZ, Floor, connected
from tests.acceptance.parts import Part, Queue, Seat, agents

PART = Part(
    users=agents("3001", "3002", "3003"),
    queues=(
        Queue(
            number="8001",
            type="tiered_round_robin",
            seats=(Seat(agent="3001", order=1), Seat(agent="3002", order=1), Seat(agent="3003", order=2)),
            ring_time="1s",
        ),
    ),
)


async def test_the_second_tier_rings_after_everybody_of_the_first(floor: Floor) -> None:
    # The one of the second tier is idle longest of all, and 3002 longest in the first.
    second_tier, longer, shorter = await floor.agents("3003-desk", "3002-desk", "3001-desk")
    call = await (await floor.caller()).dial("8001", tone=CALLER_HZ)
    first, second = await longer.rings(), await shorter.rings()
    await connected(call, second_tier)
    assert first.ending
    assert second.ending
    assert first.began_at < second.began_at
