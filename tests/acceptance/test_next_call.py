"""A phone lets go of one call before it is rung for the next, so one with a single line is never busy for that."""

from tests.acceptance.conftest import AGENT_HZ, CALLER_HZ, Floor, talk_both_ways
from tests.acceptance.parts import Part, Queue, agents, seats

PART = Part(
    users=agents("1871", "1872", "1873"),
    queues=(
        Queue(number="7871", seats=seats("1871")),
        Queue(number="7872", type="ring_all", seats=seats("1872", "1873")),
    ),
)

TURNS = 5


async def test_the_next_caller_rings_after_the_last_ones_hang_up_has_reached_the_phone(floor: Floor) -> None:
    agent, callers = await floor.agent("1871-desk"), [await floor.caller("2001"), await floor.caller("2002")]
    talking = await callers[0].dial("7871", tone=CALLER_HZ)
    last = await agent.rings()
    for turn in range(1, TURNS + 1):
        last.answer(tone=AGENT_HZ)
        await talk_both_ways(talking, last)
        waiting = await callers[turn % 2].dial("7871", tone=CALLER_HZ)
        await waiting.is_answered()
        await talking.hang_up()
        following = await agent.rings()
        assert last.ending, "still on when the next one rang"
        assert last.over_at <= following.began_at
        talking, last = waiting, following
    await talking.hang_up()


async def test_a_phone_that_lost_the_race_stops_before_it_rings_again(floor: Floor) -> None:
    quick, slow = await floor.agents("1872-desk", "1873-desk")
    callers = [await floor.caller("2003"), await floor.caller("2004")]
    first = await callers[0].dial("7872", tone=CALLER_HZ)
    winner, loser = await quick.rings(), await slow.rings()
    for turn in range(1, TURNS + 1):
        second = await callers[turn % 2].dial("7872", tone=CALLER_HZ)
        await second.is_answered()
        winner.answer(tone=AGENT_HZ)
        again = await slow.rings()
        assert loser.ending, "still ringing for the one when it rang for the other"
        assert loser.over_at <= again.began_at
        await first.hang_up()
        first, winner, loser = second, await quick.rings(), again
    await first.hang_up()
