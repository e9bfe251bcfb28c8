"""What is done with calls beyond the phone: who may, what the engine is asked, and what is said where it cannot be."""

from typing import Any

import pytest

from acd.inputs import (
    AsteriskSeen,
    CallArrived,
    CallConnected,
    ChangeMonitor,
    DialFor,
    EndMonitor,
    HangUp,
    Hold,
    LegAnswered,
    Monitor,
    MoveCall,
    PickCall,
    Refusal,
    Request,
    Resume,
    SetPriority,
    SetStatus,
)
from acd.model import (
    ONLINE,
    AccountId,
    AgentId,
    Caller,
    CallId,
    DeviceId,
    MonitorMode,
    OfferId,
    agent_id,
    queue_id,
)
from portal.problems import refused
from tests.portal.live import OURS, THEIRS, LivePortal

ANNA, BEN, CLEO = (agent_id(OURS, extension) for extension in ("1001", "1002", "1003"))
DESK = DeviceId("1001-desk")
PHONES = frozenset(map(DeviceId, ("1001-desk", "1002-desk", "1004-desk", "foreign-phone")))


def arrive(live: LivePortal, call: str, number: str, account: AccountId = OURS) -> CallId:
    """Somebody waits."""
    arrived = CallArrived(call=CallId(call), account=account, number=number, caller=Caller(number="5551234"))
    live.engine.tell(arrived)
    return CallId(call)


def talk(live: LivePortal, call: str = "A", number: str = "7001", agent: AgentId = ANNA, device: str = DESK) -> CallId:
    """And talks with this agent."""
    live.engine.tell(AsteriskSeen(registered=PHONES))
    live.engine.engine.handle(SetStatus(agent=agent, status=ONLINE), live.engine.now())
    found = arrive(live, call, number, account=AccountId(agent.partition("@")[2]))
    live.engine.tell(LegAnswered(offer=OfferId(f"{call}~1"), device=DeviceId(device)))
    live.engine.tell(CallConnected(call=found))
    assert live.engine.state.records.calls[found].talking_since is not None
    return found


async def granted(live: LivePortal, login: str, path: str, body: object, asked: Request, status: int = 204) -> None:
    browser = await live.browser(f"{login}@ours.example")
    answer = await browser.ask("POST", path, body)
    assert answer.status == status, answer.text
    assert live.engine.asked[-1] == asked


async def test_an_agent_holds_resumes_and_ends_his_talk(live: LivePortal) -> None:
    call = talk(live)
    await granted(live, "1001", "/calls/A/hold", None, Hold(call=call))
    await granted(live, "1001", "/calls/A/resume", None, Resume(call=call))
    await granted(live, "1001", "/calls/A/hang-up", None, HangUp(call=call, by=ANNA))
    assert live.engine.state.records.calls == {}


async def test_a_supervisor_does_so_for_the_talks_of_his_queues(live: LivePortal) -> None:
    call = talk(live)
    await granted(live, "1002", "/calls/A/hold", None, Hold(call=call))
    await granted(live, "1003", "/calls/A/hang-up", None, HangUp(call=call, by=CLEO))


async def test_a_click_dials_from_ones_own_phone(live: LivePortal) -> None:
    live.engine.tell(AsteriskSeen(registered=PHONES))
    body = {"device": "1001-desk", "number": " 1 0(0)4"}
    await granted(live, "1001", "/dial", body, DialFor(device=DESK, number="1004"), status=202)
    browser = await live.browser("1001@ours.example")
    for number, word in (("1004", "device_in_use"), ("07700 900123", "device_in_use")):
        answer = await browser.ask("POST", "/dial", {"device": "1001-desk", "number": number})
        assert (answer.status, answer.json["type"]) == (409, word)
    for device in ("1002-desk", "foreign-phone", "none"):
        assert (await browser.ask("POST", "/dial", {"device": device, "number": "1004"})).status == 404


async def test_a_number_that_must_not_be_called_is_refused_in_words(live: LivePortal) -> None:
    live.engine.tell(AsteriskSeen(registered=PHONES))
    browser = await live.browser("1001@ours.example")
    before = list(live.engine.ordered)
    for number, word in (
        ("+49 30 123", "number_not_allowed"),
        ("*52", "not_a_number"),
        ("Anna", "not_a_number"),
        ("1001", "own_number"),
    ):
        answer = await browser.ask("POST", "/dial", {"device": "1001-desk", "number": number})
        assert (answer.status, answer.json["type"]) == (409, word)
        assert answer.json["detail"].endswith(".")
    assert live.engine.ordered == before


async def test_a_supervisor_changes_what_becomes_of_one_who_waits(live: LivePortal) -> None:
    live.engine.tell(AsteriskSeen(registered=PHONES))
    call = arrive(live, "A", "7001")
    await granted(live, "1002", "/calls/A/priority", {"priority": 2}, SetPriority(call=call, priority=2, by=BEN))
    await granted(live, "1002", "/calls/A/priority", {"priority": None}, SetPriority(call=call, priority=None, by=BEN))
    await granted(live, "1002", "/calls/A/pick", {"agent": "1001"}, PickCall(call=call, agent=ANNA, by=BEN))
    await granted(live, "1002", "/calls/A/pick", {"agent": "1002"}, PickCall(call=call, agent=BEN, by=BEN))
    queue = queue_id(OURS, "7002")
    await granted(live, "1002", "/calls/A/move", {"queue": "7002"}, MoveCall(call=call, queue=queue, by=BEN))
    browser = await live.browser("1002@ours.example")
    assert (await browser.ask("POST", "/calls/A/priority", {"priority": 1})).status == 404, "it is not of his queue now"


async def test_a_supervisor_listens_in_and_it_is_noted(live: LivePortal) -> None:
    call, device = talk(live), DeviceId("1002-desk")
    request = Monitor(call=call, by=BEN, device=device, mode=MonitorMode.LISTEN)
    await granted(live, "1002", "/calls/A/monitor", {"mode": "listen", "device": "1002-desk"}, request)
    changed = ChangeMonitor(call=call, by=BEN, mode=MonitorMode.WHISPER)
    await granted(live, "1002", "/calls/A/monitor/mode", {"mode": "whisper"}, changed)
    browser = await live.browser("1002@ours.example")
    again = await browser.ask("POST", "/calls/A/monitor", {"mode": "join", "device": "1002-desk"})
    assert (again.status, again.json["type"]) == (409, "listens_already")
    noted = await live.rows(
        "select actor, subject, detail->>'mode' as mode, detail->>'agent' as agent from audit"
        " where action = 'call_monitored' order by id"
    )
    modes = [entry["mode"] for entry in noted]
    assert modes == ["listen", "whisper"], "what was refused did not happen"
    assert noted[0] == {"actor": "1002", "subject": "call A", "mode": "listen", "agent": ANNA}
    assert (await browser.ask("DELETE", "/calls/A/monitor")).status == 204
    assert live.engine.asked[-1] == EndMonitor(call=call, by=BEN)
    assert (await browser.ask("DELETE", "/calls/A/monitor")).json["type"] == "not_listening"


ALL: list[tuple[str, str, Any]] = [
    ("POST", "hang-up", None),
    ("POST", "hold", None),
    ("POST", "resume", None),
    ("POST", "move", {"queue": "7001"}),
    ("POST", "pick", {"agent": "1001"}),
    ("POST", "priority", {"priority": 1}),
    ("POST", "monitor", {"mode": "listen", "device": "1001-desk"}),
    ("POST", "monitor/mode", {"mode": "join"}),
    ("DELETE", "monitor", None),
]


async def test_nobody_touches_calls_that_are_not_his(live: LivePortal) -> None:
    talk(live, "A", "7001")
    talk(live, "B", "7002", agent_id(OURS, "1004"), "1004-desk")
    talk(live, "X", "7009", agent_id(THEIRS, "2001"), "foreign-phone")
    before = len(live.engine.asked)
    for login, calls in (("1001", "BX-"), ("1002", "BX-"), ("1003", "X-"), ("1004", "AX-")):
        browser = await live.browser(f"{login}@ours.example")
        for call in calls:
            for method, what, body in ALL:
                answer = await browser.ask(method, f"/calls/{call}/{what}", body)
                for_supervisors = what not in ("hang-up", "hold", "resume")
                expected = 403 if for_supervisors and login in ("1001", "1004") else 404
                assert answer.status == expected, (login, call, what, answer.text)
    assert len(live.engine.asked) == before


async def test_a_supervisor_gives_no_caller_to_whom_he_does_not_supervise_nor_to_strangers(live: LivePortal) -> None:
    live.engine.tell(AsteriskSeen(registered=PHONES))
    arrive(live, "A", "7001")
    browser = await live.browser("1002@ours.example")
    for agent in ("1004", "2001", "x"):
        assert (await browser.ask("POST", "/calls/A/pick", {"agent": agent})).status == 404
    for queue in ("7009", "x"):
        assert (await browser.ask("POST", "/calls/A/move", {"queue": queue})).status == 404
    for priority in (0, -1, 1.5, "1", 10**9):
        assert (await browser.ask("POST", "/calls/A/priority", {"priority": priority})).status == 422
    for mode in ("spy", None):
        assert (await browser.ask("POST", "/calls/A/monitor", {"mode": mode, "device": "1002-desk"})).status == 422


async def test_a_program_needs_the_scope_for_calls(live: LivePortal) -> None:
    talk(live)
    reader = await live.token("1001@ours.example", ["read", "status"])
    assert (await reader.ask("POST", "/calls/A/hold")).status == 403
    caller = await live.token("1001@ours.example", ["calls"])
    assert (await caller.ask("POST", "/calls/A/hold")).status == 204


@pytest.mark.parametrize("refusal", list(Refusal))
def test_every_refusal_has_words(refusal: Refusal) -> None:
    problem = refused(refusal)
    assert problem.kind == refusal.value
    assert problem.detail.endswith(".")
