"""`acd explain` with a real journal: the same story from a snapshot as from the beginning, and the command itself."""

import asyncio
import json
import os
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from msgspec.structs import replace

from acd.explain.telling import as_lines
from acd.model import AccountId, AgentId, Caller, CallId, QueueId
from acd.outputs import (
    CallEnded,
    CallOutcome,
    CallQueued,
    CallRefused,
    EntryRefused,
    Fact,
    OfferMade,
    OverflowReason,
    Party,
    Recorded,
    TalkEnded,
    TalkStarted,
)
from acd.runtime import recorder as recorder_module
from acd.runtime.database import Connection
from acd.runtime.explain import UnknownCall, story_of
from acd.state import State
from tests.integration.recorders import open_recorder, stored
from tests.property.drive import drive
from tests.scenarios.story import explained

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ACCOUNT = AccountId("demo.example")
SALES = QueueId("7001@demo.example")
ANNA = AgentId("1001@demo.example")


async def record(url: str, spool: Path, facts: Sequence[Recorded], *, snapshot_every: int = 20_000) -> None:
    """Write these as an engine would that has decided them one by one."""
    with patch.object(recorder_module, "SNAPSHOT_EVERY", snapshot_every):
        recorder, state = await open_recorder(url, spool), State()
        recorder.follow(state)
        for number, fact in enumerate(facts, start=1):
            state.apply(fact.fact, fact.at)
            recorder.record([fact])
            if number % snapshot_every == 0:
                await stored(recorder)
        await recorder.close(snapshot=False)


def unheard(read: int, of: int) -> None:
    """Progress that nobody wants to know."""


def calls(facts: Sequence[Recorded]) -> list[CallId]:
    """In the order in which they came."""
    return list(dict.fromkeys(it.fact.call for it in facts if isinstance(it.fact, CallQueued)))


async def explain(*arguments: str, expect: int = 0) -> tuple[str, str]:
    """Run the command: what it says, and what it says on standard error."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "acd",
        "explain",
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "TZ": "UTC", "PYTHONUTF8": "1"},
    )
    said, errors = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == expect, errors.decode()
    return said.decode(), errors.decode()


async def test_the_story_is_the_same_from_a_snapshot_as_from_the_beginning(
    database: str, connection: Connection, tmp_path: Path
) -> None:
    facts = drive(seed=5, steps=400).journal
    await record(database, tmp_path, facts, snapshot_every=len(facts) // 8)
    snapshots = [row["seq"] for row in await connection.fetch("select seq from snapshot order by seq")]
    assert len(snapshots) == 3
    read: list[tuple[int, int]] = []

    def hear(done: int, of: int) -> None:
        read.append((done, of))

    begun_late = 0
    for call in calls(facts):
        read.clear()
        assert await story_of(database, call, hear) == explained(call, facts)
        assert read[-1][0] == read[-1][1], "all that was to be read"
        begun_late += read[-1][0] < len(facts) // 2
    assert begun_late > 3, "snapshots spare the reading of what was before"


async def test_a_call_that_goes_on_is_told_as_far_as_it_has_come(database: str, tmp_path: Path) -> None:
    day = drive(seed=5, steps=400).journal
    ended, call = next((n, c) for n, c in _ends(day) if _offers(day, c))
    facts = day[:ended]
    await record(database, tmp_path, facts)
    assert await story_of(database, call, unheard) == explained(call, facts)


def _ends(facts: Sequence[Recorded]) -> Iterator[tuple[int, CallId]]:
    for number, it in enumerate(facts):
        if isinstance(it.fact, CallEnded):
            yield number, it.fact.call


def _offers(facts: Sequence[Recorded], call: CallId) -> int:
    return sum(isinstance(it.fact, OfferMade) and it.fact.call == call for it in facts)


async def test_the_command_tells_people_and_machines(database: str, tmp_path: Path) -> None:
    facts = drive(seed=5, steps=400).journal
    await record(database, tmp_path, facts)
    call = max(calls(facts), key=lambda id_: _offers(facts, id_))
    text, _ = await explain(call, "--database-url", database)
    assert text.splitlines() == list(as_lines(call, explained(call, facts), UTC))
    values = json.loads((await explain(call, "--database-url", database, "--json"))[0])
    assert values["call"] == call
    offers = [entry for entry in values["entries"] if entry["kind"] == "offer_made"]
    assert len(offers) == _offers(facts, call) > 1
    for offer in offers:
        assert offer["as_by_these_rules"] is True
        assert offer["chosen"]["agent"] == offer["fact"]["agent"]
        assert {other["agent"]: other["why"] for other in offer["others"]}.keys().isdisjoint({offer["fact"]["agent"]})
        assert all(other["why"] and other["words"] for other in offer["others"])
    waits = [entry["since_arrival_s"] for entry in values["entries"]]
    assert waits == sorted(waits)
    assert waits[0] == 0


async def test_recent_calls_are_listed_with_what_became_of_them(database: str, tmp_path: Path) -> None:
    facts = [
        queued("first"),
        talks("first"),
        left("first"),
        ends("first", CallOutcome.COMPLETED),
        CallRefused(call=CallId("second"), account=ACCOUNT, number="7999"),
        keeps_out("third"),
        queued("fourth"),
        keeps_out("fifth"),
        queued("fifth"),
        ends("fifth", CallOutcome.QUEUE_CLOSED),
        queued("sixth"),
        talks("sixth"),
    ]
    recorder = await open_recorder(database, tmp_path)
    recorder.record([Recorded(at=NOON + timedelta(seconds=n), fact=fact) for n, fact in enumerate(facts)])
    await recorder.close()
    listed: list[dict[str, Any]] = json.loads((await explain("--recent", "--json", "--database-url", database))[0])
    assert [(call["call"], call["queue"], call["number"], call["outcome"]) for call in listed] == [
        ("sixth", "7001", "5551", "talking"),
        ("fifth", "7001", "5551", "queue_closed"),
        ("fourth", "7001", "5551", "waiting"),
        ("third", "7001", "5551", "refused"),
        ("second", "7999", "", "refused"),
        ("first", "7001", "5551", "completed"),
    ]
    assert listed[-1]["at"] == NOON.isoformat()
    lines, _ = await explain("--recent", "--database-url", database)
    assert lines.splitlines() == [
        "call    came at              queue   caller           outcome",
        "sixth   2026-03-02 12:00:10  7001    5551             talking",
        "fifth   2026-03-02 12:00:07  7001    5551             queue closed",
        "fourth  2026-03-02 12:00:06  7001    5551             waiting",
        "third   2026-03-02 12:00:05  7001    5551             refused",
        "second  2026-03-02 12:00:04  7999    -                refused",
        "first   2026-03-02 12:00:00  7001    5551             completed",
    ]


def queued(call: str) -> Fact:
    return CallQueued(call=CallId(call), account=ACCOUNT, queue=SALES, caller=Caller(number="5551"), arrived=NOON)


def keeps_out(call: str) -> Fact:
    caller = Caller(number="5551")
    return EntryRefused(
        call=CallId(call), account=ACCOUNT, queue=SALES, caller=caller, why=OverflowReason.FULL, target=None
    )


def talks(call: str) -> Fact:
    return TalkStarted(call=CallId(call), queue=SALES, agent=ANNA)


def left(call: str) -> Fact:
    return TalkEnded(call=CallId(call), queue=SALES, agent=ANNA, by=Party.AGENT, talked=timedelta(seconds=1))


def ends(call: str, outcome: CallOutcome) -> Fact:
    return CallEnded(call=CallId(call), queue=SALES, outcome=outcome, waited=timedelta(0))


async def test_what_cannot_be_explained_is_told(database: str, empty_database: str, tmp_path: Path) -> None:
    await record(database, tmp_path, [])
    _, error = await explain("C0815", "--database-url", database, expect=2)
    assert error == "The journal knows no call 'C0815'; `acd explain --recent` lists the last ones.\n"
    _, error = await explain(os.fsdecode(b"\xff"), "--database-url", database, expect=2)
    assert error.startswith("The journal knows no call")
    _, error = await explain("C1", "--database-url", empty_database, expect=1)
    assert "holds no journal" in error
    _, error = await explain("C1", "--database-url", f"postgresql:///nothing?host={tmp_path}", expect=1)
    assert f"The database nothing at {tmp_path} cannot be reached" in error
    _, error = await explain("C1", "--recent", "--database-url", database, expect=2)
    assert "--recent, alone" in error
    _, error = await explain(expect=2)
    assert "--recent, alone" in error
    with pytest.raises(UnknownCall):
        await story_of(database, CallId("C0815"), unheard)


async def test_what_a_caller_calls_himself_commands_no_terminal(database: str, tmp_path: Path) -> None:
    day = drive(seed=5, steps=100).journal
    first = next(number for number, it in enumerate(day) if isinstance(it.fact, CallQueued))
    queued = day[first].fact
    assert isinstance(queued, CallQueued)
    caller = Caller(number="\x1b[2J5551", name="\x1b]0;owned\x07 Bob")
    await record(database, tmp_path, [*day[:first], Recorded(at=day[first].at, fact=replace(queued, caller=caller))])
    for arguments in ([queued.call], ["--recent"]):
        lines, _ = await explain(*arguments, "--database-url", database)
        assert "5551" in lines
        assert all(line.isprintable() for line in lines.splitlines())
