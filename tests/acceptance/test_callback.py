"""Called back instead of waiting on the line: the place is kept, an agent is found first, then the caller is called."""

from datetime import timedelta

from acd.outputs import AnnouncementEnded, CallbackFailed, CallbackPromised
from tests.acceptance.conftest import AGENT_HZ, CALLER_HZ, Floor, connected, talk_both_ways, words_heard
from tests.acceptance.journal import Journal
from tests.acceptance.parts import Part, Queue, Toml, agents, seats
from tests.phone.phone import Phone, WhenCalled

RETRY_SECONDS = 10

RULES: dict[str, Toml] = {"callback": {"key": "2", "attempts": 2, "retry": f"{RETRY_SECONDS}s", "ring_time": "5s"}}

PART = Part(
    users=agents("3151", "3152", "3401", "3402", "3403"),
    queues=(
        Queue(number="8401", seats=seats("3401"), rules=RULES),
        Queue(number="8402", seats=seats("3402"), rules=RULES, wrap_up="1h"),
        Queue(number="8403", seats=seats("3403"), rules=RULES),
    ),
    outbound=("315X",),
)


async def asks_to_be_called_back(caller: Phone, number: str, journal: Journal) -> None:
    """Waits, presses the key, and hangs up."""
    call = await caller.dial(number)
    await call.media.hears_sound()
    await call.press("2")
    await journal.fact(CallbackPromised, number)
    await call.hang_up()


async def test_he_keeps_his_place_and_is_called_when_an_agent_is_there_for_him(floor: Floor) -> None:
    caller, later = await floor.phone("3151-desk"), await floor.caller()
    call = await caller.dial("8401")
    await call.media.hears_sound()
    waiting = await later.dial("8401")
    await waiting.media.hears_sound()
    await call.press("2")
    await call.is_over(within=10)
    [promise] = await words_heard(call)
    assert (promise.name, promise.is_cut) == ("we-call-back", False)

    agent = await floor.agent("3401-desk")
    offered = await agent.rings()
    assert offered.caller.user == "3151"
    assert caller.incoming == [], "an agent is found first"
    offered.answer(tone=AGENT_HZ)
    called = await caller.rings()
    assert (called.caller.name, called.caller.user) == ("Queue 8401", "8401")
    await offered.media.hears_sound()
    called.answer(tone=CALLER_HZ)
    await talk_both_ways(called, offered)
    await called.hang_up()
    await offered.is_over()
    assert (await agent.rings()).caller.user == "2001"


async def test_who_is_not_reached_is_called_again_and_the_agent_has_no_wrap_up_for_it(
    floor: Floor, journal: Journal
) -> None:
    caller = await floor.phone("3152-desk")
    await asks_to_be_called_back(caller, "8402", journal)
    caller.when_called = WhenCalled.DECLINE
    agent = await floor.agent("3402-desk")
    offered = await agent.rings()
    offered.answer(tone=AGENT_HZ)
    declined = await caller.rings()
    await offered.is_over()
    assert offered.over_at - declined.began_at < 1
    failed = await journal.fact(CallbackFailed, "8402")
    assert failed.fact.again == failed.at + timedelta(seconds=RETRY_SECONDS)
    caller.when_called = WhenCalled.RING
    again = await agent.rings(within=RETRY_SECONDS + 2)
    again.answer(tone=AGENT_HZ)
    called = await caller.rings()
    called.answer(tone=CALLER_HZ)
    await talk_both_ways(called, again)


async def test_a_number_that_the_account_may_not_call_is_refused_by_voice(floor: Floor, journal: Journal) -> None:
    caller = await floor.caller()
    call = await caller.dial("8403", tone=CALLER_HZ)
    await call.media.hears_sound()
    await call.press("2")
    await journal.fact(AnnouncementEnded, "8403", within=8)
    agent = await floor.agent("3403-desk")
    await connected(call, agent)
    [refusal] = await words_heard(call)
    assert (refusal.name, refusal.is_cut) == ("number-not-allowed", False)
