"""A linear cascade: the next group's phones ring as well, until somebody answers."""

from tests.acceptance.conftest import AGENT_HZ, CALLER_HZ, Floor, connected, talk_both_ways
from tests.acceptance.parts import Part, Queue, Seat, agents, seats

PART = Part(
    users=agents("1851", "1852", "1853", "1854", "1855"),
    queues=(
        Queue(
            number="7851",
            type="linear_cascade",
            seats=(Seat(agent="1851", order=1), Seat(agent="1852", order=2)),
            ring_time="2s",
        ),
        Queue(
            number="7852",
            type="linear_cascade",
            seats=seats("1853", "1854", "1855"),
            ring_time="1s",
            rules={"first_round": 2, "increment": 1},
        ),
    ),
)


async def test_the_second_group_rings_as_well_and_the_first_to_answer_has_the_caller(floor: Floor) -> None:
    (first, second), caller = await floor.agents("1851-desk", "1852-desk"), await floor.caller()
    call = await caller.dial("7851", tone=CALLER_HZ)
    early = await first.rings()
    late = await second.rings()
    assert 1.8 < late.began_at - early.began_at < 3.0
    assert early.ending is None, "the first group rings on"
    late.answer(tone=AGENT_HZ)
    ending = await early.is_over(within=2)
    assert ending.answered_elsewhere, ending
    await talk_both_ways(call, late)
    await call.hang_up()


async def test_so_many_agents_ring_first_and_so_many_more_after_each_ring_time(floor: Floor) -> None:
    phones, caller = await floor.agents("1855-desk", "1854-desk", "1853-desk"), await floor.caller()
    late, *early = phones
    call = await caller.dial("7852", tone=CALLER_HZ)
    first, second = [await phone.rings() for phone in early]
    assert abs(first.began_at - second.began_at) < 0.5
    ring = await connected(call, late)
    assert 0.8 < ring.began_at - first.began_at < 2.0
    for lost in (first, second):
        assert (await lost.is_over(within=2)).answered_elsewhere
