"""An agent passes his caller on: his talk and its time end there, the caller lives on with somebody else."""

import asyncio

from acd.outputs import CallEnded, CallOutcome, CallTransferred, TalkEnded, TransferKind, TransferRefused, WrapUpStarted
from tests.acceptance.centre import RunningCentre
from tests.acceptance.conftest import AGENT_HZ, CALLER_HZ, Floor, connected, talk_both_ways
from tests.acceptance.journal import Journal
from tests.acceptance.parts import Part, Queue, agents, seats

WRAP_UP_SECONDS = 1.5

PART = Part(
    users=agents(*(str(extension) for extension in range(3901, 3913))),
    queues=(
        Queue(number="8901", seats=seats("3901"), wrap_up=f"{WRAP_UP_SECONDS}s"),
        Queue(number="8902", seats=seats("3903"), wrap_up="1h"),
        Queue(number="8903", seats=seats("3904"), wrap_up="1h"),
        Queue(number="8904", seats=seats("3905"), wrap_up="1h"),
        Queue(number="8905", seats=seats("3907"), wrap_up="1h"),
        Queue(number="8906", seats=seats("3908")),
        Queue(number="8907", seats=seats("3909")),
        Queue(number="8908", seats=seats("3910")),
        Queue(number="8909", seats=seats("3912")),
    ),
    outbound=("0301XXX",),
)

TRUNK = """
[acd-outbound]
exten => 0301234,1,Dial(PJSIP/3911-desk)
"""
"""What an operator writes who has a trunk; a phone plays its part."""


TOLERANCE_SECONDS = 0.3
"""From the instant in which a phone has done something to that in which the engine knows."""


async def talk_ended(journal: Journal, queue: str, talked_seconds: float) -> None:
    """The journal has the talk's length, and the wrap-up begins where the talk ends."""
    talk, wrap_up = await journal.fact(TalkEnded, queue), await journal.fact(WrapUpStarted, queue)
    assert abs(talk.fact.talked.total_seconds() - talked_seconds) < TOLERANCE_SECONDS
    assert wrap_up.at == talk.at


async def test_blind_to_a_person_the_agents_next_call_comes_while_they_talk(floor: Floor, journal: Journal) -> None:
    loop = asyncio.get_running_loop()
    agent, person = await floor.agent("3901-desk"), await floor.phone("3902-desk")
    caller, waiting = await floor.caller("2001"), await floor.caller("2002")
    call = await caller.dial("8901", tone=CALLER_HZ)
    ring = await connected(call, agent)
    assert ring.up_at is not None
    await (await waiting.dial("8901")).is_answered()
    transfer = await ring.transfer("3902")
    transferred_at = loop.time()
    third = await person.rings()
    assert third.caller.user == "2001"
    assert await transfer.is_done() == 200
    await ring.is_over(within=2)
    third.answer(tone=AGENT_HZ)
    await talk_both_ways(call, third)
    following = await agent.rings()
    assert following.caller.user == "2002"
    assert abs(following.began_at - transferred_at - WRAP_UP_SECONDS) < TOLERANCE_SECONDS
    await talk_both_ways(call, third)
    await talk_ended(journal, "8901", transferred_at - ring.up_at)
    assert (await journal.fact(CallTransferred, "8901")).fact.kind is TransferKind.BLIND
    assert (await journal.fact(CallEnded, "8901")).fact.outcome is CallOutcome.TRANSFERRED
    await third.hang_up()
    await call.is_over()


async def test_blind_into_another_queue_its_agent_rings_for_him(floor: Floor, journal: Journal) -> None:
    first, second = await floor.agent("3903-desk"), await floor.agent("3904-desk")
    call = await (await floor.caller()).dial("8902", tone=CALLER_HZ)
    ring = await connected(call, first)
    assert ring.up_at is not None
    transfer = await ring.transfer("8903")
    transferred_at = asyncio.get_running_loop().time()
    assert await transfer.is_done() == 200
    other = await connected(call, second)
    assert other.caller.user == "2001"
    await ring.is_over(within=2)
    await talk_ended(journal, "8902", transferred_at - ring.up_at)
    await call.hang_up()
    await other.is_over()
    assert (await journal.fact(CallEnded, "8903")).fact.outcome is CallOutcome.COMPLETED


async def test_attended_the_caller_gets_the_person_whom_the_agent_has_asked(floor: Floor, journal: Journal) -> None:
    agent, person = await floor.agent("3905-desk"), await floor.phone("3906-desk")
    call = await (await floor.caller()).dial("8904", tone=CALLER_HZ)
    ring = await connected(call, agent)
    assert ring.up_at is not None
    await ring.hold()
    consult = await agent.dial("3906", tone=AGENT_HZ)
    third = await person.rings()
    third.answer(tone=AGENT_HZ)
    await consult.media.hears_tone(AGENT_HZ)
    transfer = await ring.transfer_to(consult)
    transferred_at = asyncio.get_running_loop().time()
    assert await transfer.is_done() == 200
    await talk_both_ways(call, third)
    for line in (ring, consult):
        await line.is_over(within=2)
    await talk_ended(journal, "8904", transferred_at - ring.up_at)
    assert (await journal.fact(CallTransferred, "8904")).fact.kind is TransferKind.ATTENDED
    await call.hang_up()
    await third.is_over()


async def test_attended_into_another_queue_he_takes_the_place_of_the_agents_call(floor: Floor) -> None:
    agent = await floor.agent("3907-desk")
    call = await (await floor.caller("2001")).dial("8905", tone=CALLER_HZ)
    ring = await connected(call, agent)
    consult = await agent.dial("8906", tone=AGENT_HZ)
    await consult.media.hears_sound()
    behind = await (await floor.caller("2002")).dial("8906")
    await behind.media.hears_sound()
    transfer = await ring.transfer_to(consult)
    assert await transfer.is_done() == 200
    for line in (ring, consult):
        await line.is_over(within=2)
    await call.media.hears_sound()
    offered = await connected(call, await floor.agent("3908-desk"))
    assert offered.caller.user == "2001"
    await call.hang_up()


async def test_a_number_that_does_not_exist_is_refused_and_they_talk_on(floor: Floor, journal: Journal) -> None:
    agent = await floor.agent("3909-desk")
    call = await (await floor.caller()).dial("8907", tone=CALLER_HZ)
    ring = await connected(call, agent)
    transfer = await ring.transfer("4999")
    assert await transfer.is_done() >= 400
    await talk_both_ways(call, ring)
    assert (await journal.fact(TransferRefused, "8907")).fact.to == "4999"


async def test_asterisk_outlives_a_phone_that_wishes_hundreds_of_times(floor: Floor) -> None:
    """An answer that came too early ended Asterisk once in some hundred."""
    agent = await floor.agent("3912-desk")
    call = await (await floor.caller()).dial("8909", tone=CALLER_HZ)
    ring = await connected(call, agent)
    for _ in range(300):
        transfer = await ring.transfer("4999")
        assert await transfer.is_done() == 503
    await talk_both_ways(call, ring)


async def test_a_number_outside_that_the_account_may_call_takes_the_way_out(
    centre: RunningCentre, floor: Floor
) -> None:
    await centre.add_to_dial_plan(TRUNK)
    agent, outside = await floor.agent("3910-desk"), await floor.phone("3911-desk")
    call = await (await floor.caller()).dial("8908", tone=CALLER_HZ)
    ring = await connected(call, agent)
    transfer = await ring.transfer("0301234")
    assert await transfer.is_done() == 200
    await connected(call, outside)
    await call.hang_up()
