"""Callers whom a queue does not keep: it is full, nobody serves it, they have waited too long, or want to leave."""

from acd.outputs import CallMoved, MaxWaitReached
from tests.acceptance.conftest import AGENT_HZ, CALLER_HZ, Floor, connected, talk_both_ways, words_heard
from tests.acceptance.journal import Journal
from tests.acceptance.parts import Part, Queue, agents, seats
from tests.phone.call import Call

PART = Part(
    users=agents("3101", "3102", "3103", "3104", "3105", "3106", "3107"),
    queues=(
        Queue(number="8101", seats=(), rules={"max_wait": "1s", "overflow": {"queue": "8102"}}),
        Queue(number="8102", seats=seats("3101")),
        Queue(number="8103", seats=(), rules={"max_wait": "1s", "overflow": {"extension": "3102"}}),
        Queue(number="8104", seats=(), rules={"max_wait": "1s", "overflow": {"message": "acd/queues"}}),
        Queue(number="8105", seats=(), rules={"max_callers": 1}),
        Queue(number="8106", seats=seats("3103"), rules={"agents_required": 1, "overflow": {"extension": "3104"}}),
        Queue(
            number="8107",
            seats=seats("3105"),
            ring_time="3s",
            rules={"max_wait": "1s", "overflow": {"message": "acd/queues"}},
        ),
        Queue(number="8108", seats=seats("3106"), rules={"leave_key": "0", "overflow": {"extension": "3107"}}),
    ),
)


async def is_told_and_hung_up(call: Call, prompt: str) -> None:
    """He hears this to its end, and nothing else of ours."""
    await call.is_over(within=10)
    [heard] = await words_heard(call)
    assert (heard.name, heard.is_cut) == (prompt, False)


async def test_who_moves_to_another_queue_keeps_his_time_of_arrival(floor: Floor, journal: Journal) -> None:
    overflowing, waiting = await floor.caller("2001"), await floor.caller("2002")
    early = await overflowing.dial("8101", tone=CALLER_HZ)
    await early.is_answered()
    await (await waiting.dial("8102")).is_answered()
    await journal.fact(CallMoved, "8101")
    agent = await floor.agent("3101-desk")
    ring = await connected(early, agent)
    assert ring.caller.user == "2001"


async def test_the_extension_rings_and_both_hear_each_other(floor: Floor) -> None:
    person, caller = await floor.phone("3102-desk"), await floor.caller()
    call = await caller.dial("8103", tone=CALLER_HZ)
    ring = await connected(call, person)
    assert ring.caller.user == "2001"
    await ring.hang_up()
    await call.is_over()


async def test_the_message_is_heard_and_the_caller_hung_up(floor: Floor) -> None:
    call = await (await floor.caller()).dial("8104")
    await is_told_and_hung_up(call, "queues")


async def test_who_finds_the_queue_full_is_told_so(floor: Floor) -> None:
    first, second = await floor.caller("2001"), await floor.caller("2002")
    waiting = await first.dial("8105")
    await waiting.media.hears_sound()
    await is_told_and_hung_up(await second.dial("8105"), "nobody-available")
    await waiting.media.hears_sound()


async def test_a_queue_without_the_agents_it_requires_lets_nobody_in(floor: Floor) -> None:
    agent, person = await floor.agent("3103-desk", "*52"), await floor.phone("3104-desk")
    caller = await floor.caller()
    await connected(await caller.dial("8106", tone=CALLER_HZ), person)
    assert agent.incoming == []


async def test_a_ring_in_progress_at_the_end_of_the_longest_wait_can_still_be_answered(
    floor: Floor, journal: Journal
) -> None:
    agent, caller = await floor.agent("3105-desk"), await floor.caller()
    call = await caller.dial("8107", tone=CALLER_HZ)
    ring = await agent.rings()
    await journal.fact(MaxWaitReached, "8107")
    ring.answer(tone=AGENT_HZ)
    await talk_both_ways(call, ring)


async def test_the_key_to_leave_stops_the_ringing_and_takes_him_out(floor: Floor) -> None:
    agent, person, caller = await floor.agent("3106-desk"), await floor.phone("3107-desk"), await floor.caller()
    call = await caller.dial("8108", tone=CALLER_HZ)
    ring = await agent.rings()
    await call.press("0")
    await connected(call, person)
    assert not (await ring.is_over(within=2)).answered_elsewhere
