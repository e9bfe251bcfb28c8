"""The history of calls, an agent's graphs, and reports, as a page or a program asks for them."""

import csv
import io
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final

import pytest

from acd.model import Caller, CallId, QueueId, agent_id
from acd.outputs import CallMoved, CallQueued, OfferEnded, OfferOutcome, Recorded, TalkStarted
from portal.history.definitions import FIGURES
from tests.portal.live import OURS, Browser, LivePortal
from tests.portal.past import THEIR_DAYS, both, called_by, kept_up, simulated, write_facts

HOSTILE: Final = '=cmd|"/c calc"!A1'
CALLERS: Final = (
    Caller(number="+12015550111", name="Nora"),
    Caller(number="2125550123", name=HOSTILE),
    Caller(number="anonymous"),
    Caller(number="8005550199", name="-1+1"),
    Caller(number="+36301234567", name="Öde, Örs"),
    Caller(number="1003", name="Cleo Dunn"),
    Caller(number="+12125550188"),
    Caller(number="+18765550123", name="@here"),
    Caller(number="+442079460000", name="\tTab"),
)
LENGTH: Final = timedelta(hours=26)


@pytest.fixture
async def facts(live: LivePortal) -> list[Recorded]:
    """Two days of both accounts up to now; what is ours."""
    ours, journal = lived()
    await write_facts(live.database_url, journal)
    await kept_up(live, len(journal))
    return ours


@cache
def lived() -> tuple[list[Recorded], list[Recorded]]:
    """What is ours, and what is of both."""
    begins = datetime.now(UTC) - LENGTH
    ours = called_by(simulated(begins, LENGTH, seed=7), CALLERS)
    return ours, both(ours, simulated(begins, LENGTH, seed=8, days=THEIR_DAYS))


async def pages(browser: Browser, conditions: str = "", limit: int = 200) -> list[dict[str, Any]]:
    """All calls that are found, page by page."""
    found: list[dict[str, Any]] = []
    before = ""
    while True:
        answer = await browser.ask("GET", f"/calls?limit={limit}{conditions}{before}")
        assert answer.status == 200, answer.text
        assert len(answer.json["calls"]) <= limit
        found += answer.json["calls"]
        if answer.json["next"] is None:
            return found
        before = f"&before={answer.json['next']}"


def ids(found: Sequence[dict[str, Any]]) -> set[str]:
    """Their calls, each once."""
    assert len({entry["call"] for entry in found}) == len(found)
    return {entry["call"] for entry in found}


def waited_in(facts: Sequence[Recorded], number: str) -> set[CallId]:
    """Who waited in this queue of ours."""
    queue = QueueId(f"{number}@{OURS}")
    return {r.fact.call for r in facts if isinstance(r.fact, CallQueued) and r.fact.queue == queue} | {
        r.fact.call for r in facts if isinstance(r.fact, CallMoved) and r.fact.to == queue
    }


def had_by(facts: Sequence[Recorded], extension: str) -> set[CallId]:
    """Which calls an agent had or missed."""
    agent = agent_id(OURS, extension)
    refused = (OfferOutcome.MISSED, OfferOutcome.REJECTED)
    return {r.fact.call for r in facts if isinstance(r.fact, TalkStarted) and r.fact.agent == agent} | {
        r.fact.call
        for r in facts
        if isinstance(r.fact, OfferEnded) and r.fact.agent == agent and r.fact.outcome in refused
    }


async def test_everybody_sees_the_calls_that_are_his(live: LivePortal, facts: list[Recorded]) -> None:
    sales, support = waited_in(facts, "7001"), waited_in(facts, "7002")
    assert len(sales) > 250
    assert len(support) > 120
    agent, supervisor, manager = [await live.browser(f"{who}@ours.example") for who in ("1001", "1002", "1003")]
    assert ids(await pages(agent)) == had_by(facts, "1001")
    assert ids(await pages(supervisor)) == sales
    whole = await pages(manager, limit=97)
    assert ids(whole) == sales | support
    assert [entry["arrived"] for entry in whole] == sorted((entry["arrived"] for entry in whole), reverse=True)
    theirs = await live.browser("2003@theirs.example")
    assert {entry["call"][:7] for entry in await pages(theirs)} == {"theirs-"}


async def test_calls_are_found_by_number_name_queue_agent_and_time(live: LivePortal, facts: list[Recorded]) -> None:
    manager = await live.browser("1003@ours.example")
    by_number = await pages(manager, "&search=(201)%20555")
    assert {entry["number"] for entry in by_number} == {"+12015550111"}
    assert {entry["origin"] for entry in by_number} == {"New Jersey"}
    assert {entry["name"] for entry in await pages(manager, "&search=%C3%B6RS")} == {"Öde, Örs"}
    assert {entry["name"] for entry in await pages(manager, "&search=%25")} == set()
    assert {entry["queue_name"] for entry in await pages(manager, "&search=support")} == {"Support"}
    assert {entry["agent_name"] for entry in await pages(manager, "&search=dan%20ea")} == {"Dan Early"}
    assert ids(await pages(manager, "&agent=1004")) == had_by(facts, "1004")
    assert ids(await pages(manager, "&queue=7002")) == waited_in(facts, "7002")
    assert ids(await pages(manager, "&queue=7002&agent=1001")) == waited_in(facts, "7002") & had_by(facts, "1001")
    now = datetime.now(UTC).replace(microsecond=0)
    since, until = now - timedelta(hours=20), now - timedelta(hours=10)
    found = await pages(manager, f"&from={since:%Y-%m-%dT%H:%M:%SZ}&to={until:%Y-%m-%dT%H:%M:%SZ}")
    assert found
    assert {since <= datetime.fromisoformat(entry["arrived"]) < until for entry in found} == {True}
    assert len(found) == sum(isinstance(r.fact, CallQueued) and since <= r.at < until for r in facts)


WHO_MAY_ASK_WHAT: Final = (
    ("1001", "/calls?agent=1001", 200),
    ("1001", "/calls?agent=1004", 403),
    ("1001", "/calls?queue=7001", 200),
    ("1001", "/calls?queue=7002", 404),
    ("1001", "/reports/queues", 403),
    ("1001", "/reports/abandoned", 403),
    ("1001", "/reports/queues.csv", 403),
    ("1001", "/reports/agents?agent=1004", 403),
    ("1002", "/calls?agent=1001", 200),
    ("1002", "/calls?agent=1004", 404),
    ("1002", "/calls?queue=7002", 404),
    ("1002", "/reports/queues?queue=7002", 404),
    ("1002", "/reports/agents?agent=1004", 404),
    ("1003", "/calls?queue=7009", 404),
    ("1003", "/calls?agent=2001", 404),
    ("1003", "/reports/queues?queue=7009", 404),
    ("1003", "/reports/time-in-status?agent=2001", 404),
    ("1003", "/reports/nothing", 404),
    ("1003", "/reports/queues?by=call", 422),
    ("1003", "/reports/queues?from=yesterday", 422),
    ("1003", "/reports/queues?from=2026-01-02&to=2026-01-01", 422),
    ("1003", "/reports/queues?from=2020-01-01&by=hour", 422),
    ("1003", "/reports/queues?from=9999-12-31&to=9999-12-31", 422),
    ("1003", "/calls?before=nonsense", 422),
    ("1003", "/calls?limit=1000", 422),
    ("", "/calls", 401),
    ("", "/reports/queues", 401),
    ("", "/statistics/me/graphs", 401),
    ("", "/definitions", 401),
)


async def test_who_may_ask_what(live: LivePortal) -> None:
    browsers = {who: await live.browser(f"{who}@ours.example" if who else None) for who in ("1001", "1002", "1003", "")}
    for who, question, status in WHO_MAY_ASK_WHAT:
        answer = await browsers[who].ask("GET", question)
        assert answer.status == status, (who, question, answer.text)
        assert status == 200 or answer.json["detail"]


async def test_graphs_agree_with_the_journal(live: LivePortal, facts: list[Recorded]) -> None:
    await live.rows("update account set time_zone = 'America/St_Johns' where domain = 'ours.example'")
    now = datetime.now(UTC)
    graphs = (await (await live.browser("1001@ours.example")).ask("GET", "/statistics/me/graphs")).json
    assert (graphs["time_zone"], len(graphs["hours"]), len(graphs["days"])) == ("America/St_Johns", 24, 10)
    assert {entry["from"][14:] for entry in graphs["hours"]} <= {"00:00-03:30", "00:00-02:30"}
    me = agent_id(OURS, "1001")
    answered = [r for r in facts if isinstance(r.fact, TalkStarted) and r.fact.agent == me]
    missed = [r for r in facts if isinstance(r.fact, OfferEnded) and r.fact.agent == me and r.fact.outcome == "missed"]
    assert answered
    assert missed
    for bars in (graphs["hours"], graphs["days"]):
        edges = [*(datetime.fromisoformat(entry["from"]) for entry in bars), now + timedelta(days=2)]
        for number, bar in enumerate(bars):
            begin, end = edges[number], edges[number + 1]
            assert bar["inbound"] == sum(begin <= r.at < end for r in answered)
            assert bar["missed"] == sum(begin <= r.at < end for r in missed)
            assert bar["outbound"] == 0
    assert sum(entry["inbound"] for entry in graphs["days"]) == len(answered)
    labels = [entry["label"] for entry in graphs["origins"]]
    assert len(labels) == 7
    assert labels[-1] == "Other"
    assert sum(entry["calls"] for entry in graphs["origins"]) == len(answered)
    # New York has two of the nine callers, so it is before all others.
    assert labels[0] == "New York"
    assert set(labels) < {"New York", "New Jersey", "Anonymous", "Toll-free", "Hungary", "Internal", "Jamaica"} | {
        *("United Kingdom", "Unknown", "Other")
    }


async def test_my_statistics_of_past_days(live: LivePortal, facts: list[Recorded]) -> None:
    answer = await (await live.browser("1001@ours.example")).ask("GET", "/statistics/me")
    days = answer.json["days"]
    me = agent_id(OURS, "1001")
    handled = Counter(f"{r.at:%Y-%m-%d}" for r in facts if isinstance(r.fact, TalkStarted) and r.fact.agent == me)
    assert {day["from"][:10]: day["handled"] for day in days if day["handled"]} == handled
    yesterday = days[-2]
    began = max(facts[0].at, datetime.fromisoformat(yesterday["from"]))
    there = datetime.fromisoformat(days[-1]["from"]) - began
    assert sum(yesterday["time_in_status_s"].values()) == pytest.approx(there.total_seconds())
    assert 0 < yesterday["occupancy"] < 1
    assert yesterday["average_handle_s"] > yesterday["average_talk_s"] > 0


async def test_reports_are_of_his_queues_and_agents(live: LivePortal, facts: list[Recorded]) -> None:
    agent, supervisor, manager = [await live.browser(f"{who}@ours.example") for who in ("1001", "1002", "1003")]
    since = (
        f"?from={datetime.now(UTC) - timedelta(days=3):%Y-%m-%d}&to={datetime.now(UTC) + timedelta(days=1):%Y-%m-%d}"
    )
    queues = (await manager.ask("GET", f"/reports/queues{since}")).json
    assert {row["queue"] for row in queues["rows"]} == {"7001", "7002"}
    assert queues["total"]["offered"] == len([r for r in facts if isinstance(r.fact, CallQueued)])
    assert {row["queue"] for row in (await supervisor.ask("GET", f"/reports/queues{since}")).json["rows"]} == {"7001"}
    for kind in ("agents", "time-in-status"):
        of_manager, of_supervisor, of_agent = [
            (await who.ask("GET", f"/reports/{kind}{since}&by=total")).json for who in (manager, supervisor, agent)
        ]
        assert {"1001", "1004"} <= {row["agent"] for row in of_manager["rows"]}
        assert {row["agent"] for row in of_supervisor["rows"]} == {"1001"}
        assert {row["agent"] for row in of_agent["rows"]} == {"1001"}
        # Of a day that is not over, what goes on grows from one look to the next.
        assert of_supervisor["rows"][0]["occupancy"] == pytest.approx(of_agent["rows"][0]["occupancy"], rel=0.01)
    for kind in ("queues", "agents", "time-in-status", "abandoned"):
        report = (await manager.ask("GET", f"/reports/{kind}{since}&by=hour")).json
        assert report["rows"]
        keys = {column["key"] for column in report["columns"]}
        assert all(row.keys() == keys for row in report["rows"])
        assert all(column["definition"] for column in report["columns"])
        assert {key for key in keys if not key.startswith("status_")} <= FIGURES.keys()


async def test_abandoned_calls_are_listed_and_a_download_runs_nothing(live: LivePortal, facts: list[Recorded]) -> None:
    manager = await live.browser("1003@ours.example")
    since = f"?from={datetime.now(UTC) - timedelta(days=3):%Y-%m-%d}&by=call"
    listed = (await manager.ask("GET", f"/reports/abandoned{since}")).json
    answer = await manager.ask("GET", f"/reports/abandoned.csv{since}")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["Content-Disposition"]
    head, *rows = csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"), newline=""))
    assert head == [column["name"] + (" (s)" if column["unit"] == "seconds" else "") for column in listed["columns"]]
    assert len(rows) == len(listed["rows"]) > 20
    cells = {cell for row in rows for cell in row}
    assert {f"'{HOSTILE}", "'@here", "'-1+1", "'+12015550111"} <= cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    names = [name for name in head if name == "Name"]
    assert names
    place = head.index("Name")
    assert [row[place].removeprefix("'") for row in rows] == [row["name"] for row in listed["rows"]]


async def test_definitions_are_told(live: LivePortal) -> None:
    told = (await (await live.browser("1001@ours.example")).ask("GET", "/definitions")).json
    assert {figure["key"] for figure in told["figures"]} == FIGURES.keys()
    service_level = next(figure for figure in told["figures"] if figure["key"] == "service_level")
    assert "answered + abandoned after T" in service_level["definition"]
    assert {"answered", "abandoned", "missed"} <= {outcome["outcome"] for outcome in told["outcomes"]}
