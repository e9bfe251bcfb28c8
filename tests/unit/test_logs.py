"""Log lines: one for each fact, with the call's id wherever a call is concerned, whatever its caller is named."""

import asyncio
import io
import json
import logging
from typing import Any

import pytest
import structlog
from msgspec.structs import replace

from acd.inputs import (
    AsteriskSeen,
    CallConnected,
    CallerHungUp,
    EndWrapUp,
    Event,
    LegAnswered,
    LegEnd,
    LegEnded,
    Request,
)
from acd.model import ONLINE, Caller, CallId
from acd.outputs import (
    CallMoved,
    CallTransferred,
    LegStopped,
    OfferEnd,
    OutboundCap,
    Outcome,
    Recorded,
    TransferKind,
    TransferRefused,
)
from acd.runtime import logs
from acd.runtime.settings import Settings, read_settings
from acd.seen import SeenCall
from tests.unit.running_centre import ACCOUNT, ALICE, BOB, DESK_OF, HELP, SALES, START, RunningCentre, arrival, offer

NASTY = 'Robert"); DROP\r\nTABLE | ; ${SHELL} \x1b[2J \ud800 ' + "x" * 4096


def settings(**values: str) -> Settings:
    environment = {"ACD__DATABASE__URL": "postgresql://acd:db-secret@/acd", "ACD__ARI__PASSWORD": "ari-secret"}
    return read_settings(None, environment | {f"ACD__LOG__{name.upper()}": value for name, value in values.items()})


class Logged:
    """A centre whose steps are logged."""

    def __init__(self, **values: str) -> None:
        self.stream = io.StringIO()
        logs.configure(settings(**values), self.stream)
        self.centre = RunningCentre([logs.FactLog()])

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.stream.getvalue().splitlines()]

    def do(self, *steps: tuple[float, Event | Request | None]) -> None:
        for second, what in steps:
            self.centre.do(second, what)


def test_the_lines_of_one_turn_go_out_together_and_a_warning_at_once() -> None:
    class Terminal(io.StringIO):
        def __init__(self) -> None:
            super().__init__()
            self.out = ""

        def flush(self) -> None:
            self.out = self.getvalue()

        def events(self) -> list[str]:
            return [json.loads(line)["event"] for line in self.out.splitlines()]

    stream = Terminal()
    logs.configure(settings(format="json"), stream)
    log = structlog.get_logger()

    async def turns() -> None:
        log.info("one")
        log.info("two")
        assert stream.events() == []
        await asyncio.sleep(0)
        assert stream.events() == ["one", "two"]
        log.info("three")
        log.warning("four")
        assert stream.events() == ["one", "two", "three", "four"]
        log.info("five")

    asyncio.run(turns())
    log.info("six")
    assert stream.events() == ["one", "two", "three", "four", "five", "six"]


def test_one_search_tells_the_whole_life_of_a_call() -> None:
    logged = Logged(format="json")
    logged.centre.choose(0, ALICE, ONLINE)
    logged.centre.choose(1, BOB, ONLINE)
    logged.do(
        (2, arrival("c1")),
        (3, LegEnded(offer=offer("c1"), device=DESK_OF[ALICE], how=LegEnd.BUSY)),
        (4, LegAnswered(offer=offer("c1", 2), device=DESK_OF[BOB])),
        (4, CallConnected(call=CallId("c1"))),
        (5, CallerHungUp(call=CallId("c1"))),
    )
    story = [
        (line["event"], line.get("queue"), line.get("agent")) for line in logged.lines() if line.get("call") == "c1"
    ]
    assert story == [
        ("call_queued", SALES, None),
        ("offer_made", SALES, ALICE),
        ("offer_ended", SALES, ALICE),
        ("offer_made", SALES, BOB),
        ("offer_ended", SALES, BOB),
        ("call_answered", SALES, BOB),
        ("talk_started", SALES, BOB),
        ("talk_ended", SALES, BOB),
        ("wrap_up_started", SALES, BOB),
        ("call_ended", SALES, None),
    ]


def test_a_fact_that_names_only_an_offer_tells_its_call() -> None:
    logged = Logged(format="json")
    fact = LegStopped(offer=offer("c1~x", 3), device=DESK_OF[ALICE], why=OfferEnd.BUSY)
    logs.FactLog().observe(None, Outcome(facts=(Recorded(at=START, fact=fact),)), START)
    line = logged.lines()[-1]
    assert (line["event"], line["call"], line["why"]) == ("leg_stopped", "c1~x", "busy")


def test_a_line_has_level_time_and_the_instant_of_its_fact() -> None:
    logged = Logged(format="json")
    logged.centre.choose(7, ALICE, ONLINE)
    line = logged.lines()[-1]
    assert line["event"] == "status_changed"
    assert line["level"] == "info"
    assert line["at"] == "2026-11-22T12:00:07+00:00"
    assert line["timestamp"].endswith("Z")
    assert (line["agent"], line["status"], line["source"]) == (ALICE, "online", "request")


def test_a_change_of_configuration_is_one_short_line() -> None:
    line = Logged(format="json").lines()[0]
    del line["timestamp"], line["at"], line["level"]
    assert line == {"event": "configuration_changed", "agents": 2, "devices": 2, "queues": 2, "assignments": 3}


def test_refusals_are_logged_and_stale_events_only_for_debugging() -> None:
    stale, refused = CallerHungUp(call=CallId("gone")), EndWrapUp(agent=ALICE)
    logged = Logged(format="json")
    logged.do((1, stale), (2, refused))
    line = logged.lines()[-1]
    assert (line["event"], line["request"], line["why"]) == ("request_refused", "EndWrapUp", "not_in_wrap_up")
    assert line["agent"] == ALICE
    assert "event_stale" not in logged.stream.getvalue()

    logged = Logged(format="json", level="debug")
    logged.do((1, stale))
    line = logged.lines()[-1]
    assert (line["event"], line["event_type"], line["call"]) == ("event_stale", "CallerHungUp", "gone")


def test_a_cap_that_is_reached_is_an_alarm() -> None:
    stream = io.StringIO()
    logs.configure(settings(format="json"), stream)
    refused = TransferRefused(call=CallId("c1"), queue=SALES, agent=ALICE, to="0301", cap=OutboundCap.AGENT_PER_HOUR)
    logs.FactLog().observe(None, Outcome(facts=(Recorded(at=START, fact=refused),)), START)
    fact, alarm = map(json.loads, stream.getvalue().splitlines())
    assert (fact["event"], fact["level"]) == ("transfer_refused", "info")
    assert (alarm["event"], alarm["level"], alarm["cap"]) == ("outbound_cap_reached", "warning", "agent_per_hour")
    assert (alarm["call"], alarm["queue"], alarm["agent"]) == ("c1", SALES, ALICE)


@pytest.mark.parametrize("format_", ["json", "human"])
def test_no_name_of_a_caller_breaks_a_line(format_: str) -> None:
    logged = Logged(format=format_)
    before = len(logged.stream.getvalue().splitlines())
    logged.do((1, arrival("c1", name=NASTY)), (2, arrival("c2", number="9999\n2026 forged line", name=NASTY)))
    lines = logged.stream.getvalue().splitlines()
    assert len(lines) == before + 2
    assert "\x1b[2J" not in logged.stream.getvalue()


def test_human_lines_are_readable_and_have_the_ids() -> None:
    logged = Logged(format="human")
    logged.do((1, arrival("c1")))
    line = logged.stream.getvalue().splitlines()[-1]
    assert "call_queued" in line
    assert "call=c1" in line
    assert not line.startswith("{")


def test_auto_is_json_where_nobody_sits() -> None:
    assert json.loads(Logged(format="auto").stream.getvalue().splitlines()[0])["event"] == "configuration_changed"


def test_lines_of_libraries_come_in_the_same_form() -> None:
    stream = io.StringIO()
    logs.configure(settings(format="json"), stream)
    logging.getLogger("some.library").warning("disk %s is full", "a")
    logging.getLogger("some.library").debug("not told")
    [line] = [json.loads(text) for text in stream.getvalue().splitlines()]
    assert (line["event"], line["level"]) == ("disk a is full", "warning")


def test_a_level_keeps_lesser_lines_out() -> None:
    logged = Logged(format="json", level="warning")
    logged.do((1, arrival("c1")))
    assert logged.stream.getvalue() == ""


@pytest.mark.parametrize("format_", ["json", "human"])
def test_an_exception_is_told_with_its_trace_and_without_local_values(format_: str) -> None:
    stream = io.StringIO()
    logs.configure(settings(format=format_), stream)
    password = "ari-" + "secret"
    try:
        raise OSError(f"no route {len(password)}")
    except OSError:
        logging.getLogger("some.library").exception("connect failed")
    told = stream.getvalue()
    assert "no route 10" in told
    assert "Traceback" in told
    assert "ari-secret" not in told


def test_numbers_and_names_of_callers_can_be_masked() -> None:
    logged = Logged(format="json", mask_numbers="true")
    logged.do((1, arrival("c1", name="Erika Mustermann")))
    queued = next(line for line in logged.lines() if line["event"] == "call_queued")
    assert queued["caller"] == {"number": "*******00", "name": "**************nn"}
    assert (queued["call"], queued["queue"]) == ("c1", SALES)
    moved = CallMoved(call=CallId("c1"), queue=SALES, to=HELP, arrived=START)
    passed_on = CallTransferred(call=CallId("c1"), queue=SALES, agent=ALICE, kind=TransferKind.BLIND, to="0309999999")
    for fact in (moved, passed_on):
        logs.FactLog().observe(None, Outcome(facts=(Recorded(at=START, fact=fact),)), START)
    assert [line["to"] for line in logged.lines()[-2:]] == [HELP, "********99"]
    structlog.get_logger().critical("engine_failed", input=arrival("c2", name="Mustermann"), last_facts=[passed_on])
    told = logged.stream.getvalue()
    assert "5550100" not in told
    assert "0309999999" not in told
    assert "Mustermann" not in told


def test_numbers_are_told_where_nobody_asked_for_masks() -> None:
    logged = Logged(format="json")
    logged.do((1, arrival("c1")))
    assert "5550100" in logged.stream.getvalue()


def test_every_line_of_a_call_has_its_linkedid() -> None:
    logged = Logged(format="json")
    logged.do((1, arrival("c1")), (2, replace(arrival("c2"), linkedid="acd-7.1")))
    structlog.get_logger().warning("ari_errand_failed", call="c2", why="no such channel")
    logged.do((3, CallerHungUp(call=CallId("c2"))), (4, CallerHungUp(call=CallId("c1"))))
    told = [line for line in logged.lines() if "call" in line]
    assert len(told) == 5
    assert {(line["call"], line["linkedid"]) for line in told} == {("c1", "c1"), ("c2", "acd-7.1")}
    structlog.get_logger().info("later", call="c2")
    assert logged.lines()[-1]["linkedid"] == "c2", "who is gone is forgotten"


def test_a_linkedid_is_learned_again_when_an_engine_begins() -> None:
    logged = Logged(format="json")
    caller = Caller(number="5551")
    seen = SeenCall(call=CallId("c3"), account=ACCOUNT, number="7001", caller=caller, arrived=START, linkedid="acd-7.2")
    logged.do((1, AsteriskSeen(calls=(seen,), registered=frozenset(DESK_OF.values()))))
    queued = next(line for line in logged.lines() if line["event"] == "call_queued")
    assert (queued["call"], queued["linkedid"]) == ("c3", "acd-7.2")
