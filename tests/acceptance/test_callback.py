"""Called back instead of waiting on the line: the place is kept, an agent is found first, then the caller is called."""

from datetime import timedelta

from acd.outputs import AnnouncementEnded, CallbackDue, CallbackFailed
from tests.acceptance.conftest import AGENT_HZ, CALLER_HZ, Floor, connected, dial_code, talk_both_ways, words_heard
from tests.acceptance.journal import Journal
from tests.acceptance.parts import Part, Queue, Toml, agents, seats

RETRY_SECONDS = 10

RULES: dict[str, Toml] = {"callback": {"key": "2", "attempts": 2, "retry": f"{RETRY_SECONDS}s", "ring_time": "5s"}}

PART = Part(
    users=agents("3151", "3401", "3402"),
    queues=(
        Queue(number="8401", seats=seats("3401"), rules=RULES, wrap_up="1h"),
        Queue(number="8402", seats=seats("3402"), rules=RULES),
    ),
    outbound=("315X",),
)


async def test_he_keeps_his_place_an_agent_is_found_and_who_is_not_reached_is_tried_again(
    floor: Floor, journal: Journal
) -> None:
    caller, later = await floor.phone("3151-desk"), await floor.caller("2001")
    call = await caller.dial("8401")
    await call.media.hears_sound()
    waiting = await later.dial("8401", tone=CALLER_HZ)
    await call.press("2")
    await call.is_over(within=10)
    [promise] = await words_heard(call)
    assert (promise.name, promise.is_cut) == ("we-call-back", False)
    await journal.fact(CallbackDue, "8401", within=12)

    agent = await floor.agent("3401-desk")
    offered = await agent.rings()
    assert offered.caller.user == "3151", "before him who came after him"
    assert caller.incoming == [], "an agent is found first"
    offered.answer(tone=AGENT_HZ)
    declined = await caller.rings()
    assert (declined.caller.name, declined.caller.user) == ("Queue 8401", "8401")
    await offered.media.hears_sound()
    declined.refuse(603)
    await offered.is_over(within=2)
    failed = await journal.fact(CallbackFailed, "8401")
    assert failed.fact.again == failed.at + timedelta(seconds=RETRY_SECONDS)

    # There is no wrap-up after a call in which he spoke to nobody.
    meanwhile = await connected(waiting, agent)
    await waiting.hang_up()
    await meanwhile.is_over()
    await dial_code(agent, "*51")
    again = await agent.rings(within=RETRY_SECONDS + 2)
    again.answer(tone=AGENT_HZ)
    called = await caller.rings()
    called.answer(tone=CALLER_HZ)
    await talk_both_ways(called, again)
    await called.hang_up()
    await again.is_over()


async def test_a_number_that_the_account_may_not_call_is_refused_by_voice(floor: Floor, journal: Journal) -> None:
    caller = await floor.caller()
    call = await caller.dial("8402", tone=CALLER_HZ)
    await call.media.hears_sound()
    await call.press("2")
    await journal.fact(AnnouncementEnded, "8402", within=8)
    agent = await floor.agent("3402-desk")
    await connected(call, agent)
    [refusal] = await words_heard(call)
    assert (refusal.name, refusal.is_cut) == ("number-not-allowed", False)
