"""All phones ring, one wins, the others learn that it was answered elsewhere."""

import asyncio

from tests.acceptance.conftest import AGENT_HZ, CALLER_HZ, Floor, talk_both_ways
from tests.acceptance.parts import Part, Queue, agents, seats
from tests.phone.call import IncomingCall
from tests.phone.phone import Phone
from tests.phone.waiting import until

PART = Part(
    users=agents("1401", "1402", "1403", "1404", "1405", "1406", "1407", "1408", "1409"),
    queues=(
        Queue(number="7401", type="ring_all", seats=seats("1401", "1402", "1403")),
        Queue(number="7402", type="ring_all", seats=seats("1404", "1405")),
        Queue(number="7403", type="ring_all", seats=seats("1406", "1407")),
        Queue(number="7404", type="ring_all", seats=seats("1408", "1409")),
    ),
)


async def all_ring(phones: list[Phone]) -> list[IncomingCall]:
    return await asyncio.gather(*(phone.rings() for phone in phones))


async def test_one_wins_and_the_others_show_no_missed_call(floor: Floor) -> None:
    phones, caller = await floor.agents("1401-desk", "1402-desk", "1403-desk"), await floor.caller()
    call = await caller.dial("7401", tone=CALLER_HZ)
    first, winner, third = await all_ring(phones)
    winner.answer(tone=AGENT_HZ)
    for loser in (first, third):
        ending = await loser.is_over(within=2)
        assert ending.answered_elsewhere, ending
    await talk_both_ways(call, winner)


async def test_two_phones_answer_in_the_same_instant_and_one_gets_the_caller(floor: Floor) -> None:
    phones, caller = await floor.agents("1404-desk", "1405-desk"), await floor.caller()
    call = await caller.dial("7402", tone=CALLER_HZ)
    rings = await all_ring(phones)
    for ring in rings:
        ring.answer(tone=AGENT_HZ)
    await until("one of them to be hung up", lambda: any(ring.ending for ring in rings), within=3)
    (winner,) = [ring for ring in rings if not ring.ending]
    await talk_both_ways(call, winner)
    await call.hang_up()
    await winner.is_over()


async def test_a_caller_who_gives_up_stops_every_phone(floor: Floor) -> None:
    phones, caller = await floor.agents("1406-desk", "1407-desk"), await floor.caller()
    call = await caller.dial("7403")
    rings = await all_ring(phones)
    await call.is_answered()
    await call.hang_up()
    for ring in rings:
        ending = await ring.is_over(within=2)
        assert not ending.answered_elsewhere, ending


async def test_an_agent_who_becomes_available_meanwhile_rings_too(floor: Floor) -> None:
    early, caller = await floor.agent("1408-desk"), await floor.caller()
    await caller.dial("7404")
    ring = await early.rings()
    late = await floor.agent("1409-desk")
    await late.rings()
    assert not ring.ending
