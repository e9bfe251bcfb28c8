"""What people do with calls in the portal, and what their phones do then."""

import asyncio

from acd.model import CallId
from acd.outputs import CallMoved, CallQueued, HoldEnded, MonitorEnded, OfferMade, TalkEnded, TalkStarted
from tests.acceptance.centre import RunningCentre
from tests.acceptance.conftest import AGENT_HZ, CALLER_HZ, Floor, connected, talk_both_ways
from tests.acceptance.journal import Journal
from tests.acceptance.page import page
from tests.acceptance.parts import Part, Queue, User, agents, seats
from tests.phone import voices
from tests.phone.call import Call

PART = Part(
    users=(
        *agents("1811", "1812", "1813", "1814", "1815"),
        User(extension="1818", name="Cleo Dunn", supervises=("7813", "7814")),
        User(extension="1819", name="Ben Carter", supervises=("7815",)),
    ),
    queues=(
        Queue(number="7811", seats=seats("1811")),
        Queue(number="7813", seats=seats("1813")),
        Queue(number="7814", seats=seats("1814")),
        Queue(number="7815", seats=seats("1815")),
    ),
)

SUPERVISOR_HZ = 900


async def hears(call: Call, *tones: int) -> None:
    """Exactly these, all at once, from now on."""
    await voices.hears(call, *tones, among=(CALLER_HZ, AGENT_HZ, SUPERVISOR_HZ))


async def call_in(journal: Journal, queue: str, *, nth: int = 1) -> CallId:
    """Who has come to this queue."""
    return (await journal.facts(CallQueued, queue, count=nth))[nth - 1].fact.call


async def test_an_agent_holds_his_caller_comes_back_and_ends_the_talk(
    centre: RunningCentre, floor: Floor, journal: Journal
) -> None:
    agent, caller = await floor.agent("1811-desk"), await floor.caller()
    call = await caller.dial("7811", tone=CALLER_HZ)
    ring = await connected(call, agent)
    id_ = await call_in(journal, "7811")
    async with page(centre, "1811") as his:
        await his.does("POST", f"/calls/{id_}/hold")
        await asyncio.gather(hears(call), hears(ring), call.media.hears_sound())
        await his.does("POST", f"/calls/{id_}/resume")
        await talk_both_ways(call, ring)
        await his.does("POST", f"/calls/{id_}/hang-up")
        await asyncio.gather(call.is_over(), ring.is_over())
        status, answer = await his.ask("POST", f"/calls/{id_}/hold")
        assert (status, answer["type"]) == (404, "not_found")
    held = await journal.fact(HoldEnded, "7811")
    assert held.fact.held.total_seconds() > 0.2
    assert (await journal.fact(TalkEnded, "7811")).fact.held == held.fact.held


async def test_a_click_rings_ones_phone_and_then_the_other_side(centre: RunningCentre, floor: Floor) -> None:
    own, other = await floor.phone("1812-desk"), await floor.phone("2001-desk")
    async with page(centre, "1812") as his:
        await his.does("POST", "/dial", {"device": "1812-desk", "number": "20 01"})
        ring = await own.rings()
        assert (ring.caller.user, ring.caller.name) == ("2001", "Caller 1")
        for body, word in (
            ({"device": "1812-desk", "number": "2001"}, "device_in_use"),
            ({"device": "1812-desk", "number": "+49 900 1234567"}, "device_in_use"),
        ):
            status, answer = await his.ask("POST", "/dial", body)
            assert (status, answer["type"]) == (409, word)
        ring.answer(tone=AGENT_HZ)
        called = await other.rings()
        assert (called.caller.user, called.caller.name) == ("1812", "Agent 1812")
        called.answer(tone=CALLER_HZ)
        await asyncio.gather(hears(ring, CALLER_HZ), hears(called, AGENT_HZ))
        await called.hang_up()
        await ring.is_over()
        status, answer = await his.ask("POST", "/dial", {"device": "1812-desk", "number": "+49 900 1234567"})
        assert (status, answer["type"]) == (409, "number_not_allowed")


async def test_a_supervisor_moves_a_caller_and_takes_one_himself(
    centre: RunningCentre, floor: Floor, journal: Journal
) -> None:
    agent, supervisor = await floor.agent("1814-desk"), await floor.phone("1818-desk")
    first, second = await floor.caller("2001"), await floor.caller("2002")
    moved = await first.dial("7813", tone=CALLER_HZ)
    await moved.is_answered()
    taken = await second.dial("7813", tone=CALLER_HZ)
    await taken.is_answered()
    ids = [await call_in(journal, "7813", nth=nth) for nth in (1, 2)]
    async with page(centre, "1818") as his:
        await his.does("POST", f"/calls/{ids[1]}/priority", {"priority": 1})
        await his.does("POST", f"/calls/{ids[0]}/move", {"queue": "7814"})
        ring = await connected(moved, agent)
        assert ring.caller.user == "2001"
        await his.does("POST", f"/calls/{ids[1]}/pick", {"agent": "1818"})
        own = await connected(taken, supervisor)
        assert own.caller.user == "2002"
    [way] = await journal.facts(CallMoved, "7813")
    assert way.fact.moved_by == "1818@acceptance.example"
    [offer] = await journal.facts(OfferMade, "1818")
    assert offer.fact.picked_by == "1818@acceptance.example"


async def test_a_whisper_is_heard_by_the_agent_only_and_nothing_is_left_of_it(
    centre: RunningCentre, floor: Floor, journal: Journal
) -> None:
    agent, supervisor, caller = await floor.agent("1815-desk"), await floor.phone("1819-desk"), await floor.caller()
    call = await caller.dial("7815", tone=CALLER_HZ)
    ring = await connected(call, agent)
    await journal.fact(TalkStarted, "7815")
    id_ = await call_in(journal, "7815")
    async with page(centre, "1819") as his:
        await his.does("POST", f"/calls/{id_}/monitor", {"mode": "listen", "device": "1819-desk"})
        own = await supervisor.rings()
        own.answer(tone=SUPERVISOR_HZ)
        await asyncio.gather(hears(own, CALLER_HZ, AGENT_HZ), hears(ring, CALLER_HZ), hears(call, AGENT_HZ))
        await his.does("POST", f"/calls/{id_}/monitor/mode", {"mode": "whisper"})
        await asyncio.gather(
            hears(own, CALLER_HZ, AGENT_HZ), hears(ring, CALLER_HZ, SUPERVISOR_HZ), hears(call, AGENT_HZ)
        )
        await his.does("POST", f"/calls/{id_}/monitor/mode", {"mode": "join"})
        await asyncio.gather(hears(ring, CALLER_HZ, SUPERVISOR_HZ), hears(call, AGENT_HZ, SUPERVISOR_HZ))
        await call.hang_up()
        await asyncio.gather(ring.is_over(), own.is_over())
        status, answer = await his.ask("DELETE", f"/calls/{id_}/monitor")
        assert (status, answer["type"]) == (404, "not_found")
    ended = await journal.fact(MonitorEnded, "7815")
    assert ended.fact.listened.total_seconds() > 0.5
    for what in ("core show channels concise", "bridge show all"):
        assert "monitor-1819" not in await centre.asterisk_says(what)
