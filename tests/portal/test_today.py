"""The figures of today: when a day begins, what of the evening before goes on, and what a restart knows."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import msgspec
import pytest

from acd.journal import about, encode, encode_state
from acd.model import Account, AccountId, Caller, CallId, Queue, agent_id, queue_id
from acd.outputs import CallEnded, CallOutcome, CallQueued, ConfigurationChanged, Fact, Recorded
from acd.runtime.database import Connection, close, connect
from acd.runtime.today import today_so_far
from acd.simulation.day import read_day
from acd.simulation.simulate import simulate
from acd.state import State
from portal.views.today import Today, midnight_after, midnight_before
from tests.integration.postgres import ALLOW_FACTS

HERE, THERE = AccountId("here.example"), AccountId("there.example")
EXAMPLE: Final = (Path(__file__).parents[2] / "examples" / "day.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("zone", "noon", "begins", "hours"),
    [
        ("Europe/Budapest", "2026-03-29T10:00Z", "2026-03-28T23:00Z", 23),
        ("Europe/Budapest", "2026-10-25T11:00Z", "2026-10-24T22:00Z", 25),
        ("Europe/Budapest", "2026-11-23T11:00Z", "2026-11-22T23:00Z", 24),
        ("America/New_York", "2026-11-01T16:00Z", "2026-11-01T04:00Z", 25),
        ("America/Havana", "2026-03-08T16:00Z", "2026-03-08T05:00Z", 23),  # it begins at one o'clock
        ("UTC", "2026-03-29T10:00Z", "2026-03-29T00:00Z", 24),
    ],
)
def test_days_are_as_long_as_they_are_there(zone: str, noon: str, begins: str, hours: int) -> None:
    instant, there = datetime.fromisoformat(noon), ZoneInfo(zone)
    begun = midnight_before(instant, there)
    assert begun == datetime.fromisoformat(begins)
    assert midnight_after(instant, there) - begun == timedelta(hours=hours)
    assert midnight_before(begun, there) == begun
    assert midnight_after(begun - timedelta(microseconds=1), there) == begun


def configured(at: datetime, **zones: str) -> Recorded:
    """Two accounts with a queue each."""
    accounts = (
        Account(id=HERE, time_zone=zones.get("here", "UTC")),
        Account(id=THERE, time_zone=zones.get("there", "UTC")),
    )
    queues = tuple(
        Queue(id=queue_id(account.id, "7001"), account=account.id, number="7001", name="Sales") for account in accounts
    )
    return Recorded(at=at, fact=ConfigurationChanged(accounts=accounts, queues=queues))


def queued(account: AccountId, call: str, at: datetime) -> Recorded:
    """A caller comes."""
    queue = queue_id(account, "7001")
    fact = CallQueued(call=CallId(call), account=account, queue=queue, caller=Caller(number="1"), arrived=at)
    return Recorded(at=at, fact=fact)


def abandoned(account: AccountId, call: str, at: datetime) -> Recorded:
    """He hangs up."""
    return Recorded(
        at=at,
        fact=CallEnded(
            call=CallId(call),
            queue=queue_id(account, "7001"),
            outcome=CallOutcome.ABANDONED,
            waited=timedelta(seconds=30),
        ),
    )


def counted(today: Today, account: AccountId) -> tuple[int, int]:
    """Who came, and who gave up."""
    queue = today.queue(queue_id(account, "7001"))
    return queue.offered, queue.abandoned


def test_each_account_has_midnights_of_its_own() -> None:
    noon = datetime(2026, 11, 23, 12, tzinfo=UTC)
    today = Today()
    assert not today.note(configured(noon, here="Europe/Budapest", there="America/New_York"))
    for account in (HERE, THERE):
        today.note(queued(account, f"A@{account}", noon))
        today.note(abandoned(account, f"A@{account}", noon + timedelta(seconds=30)))
        today.note(queued(account, f"B@{account}", noon + timedelta(hours=10)))
    assert (counted(today, HERE), counted(today, THERE)) == ((2, 1), (2, 1))
    assert not today.bring_to(datetime(2026, 11, 23, 22, 59, 59, tzinfo=UTC))
    assert today.bring_to(datetime(2026, 11, 23, 23, 0, 0, tzinfo=UTC))
    assert not today.bring_to(datetime(2026, 11, 23, 23, 0, 1, tzinfo=UTC))
    assert counted(today, HERE) == (1, 0), "who still waits is of the new day as well"
    assert counted(today, THERE) == (2, 1)
    assert today.note(queued(THERE, "C", datetime(2026, 11, 24, 6, tzinfo=UTC))), "its own midnight was in between"
    assert today.queue(queue_id(THERE, "7001")).offered == 2


def test_a_zone_that_nobody_knows_is_utc() -> None:
    today = Today()
    noon = datetime(2026, 11, 23, 12, tzinfo=UTC)
    today.note(configured(noon, here="Mars/Olympus_Mons"))
    assert not today.bring_to(datetime(2026, 11, 23, 23, 59, tzinfo=UTC))
    assert today.bring_to(datetime(2026, 11, 24, tzinfo=UTC))


async def test_after_a_restart_the_figures_are_what_they_would_have_been(owned_database: str) -> None:
    """From a snapshot of before midnight and the facts since; what this engine decides itself is not counted twice."""
    facts = _simulated()
    whole, state = Today(), State()
    connection = await connect(owned_database)
    try:
        await connection.execute(ALLOW_FACTS)
        await _write(connection, facts)
        for number, recorded in enumerate(facts, start=1):
            whole.note(recorded)
            state.apply(recorded.fact, recorded.at)
            if number == len(facts) // 4:
                body = encode_state(state).decode()
                await connection.execute("insert into snapshot (seq, body) values ($1, $2)", number, body)
        await _write(connection, facts[-1:], first=len(facts) + 1)
    finally:
        await close(connection)
    now = facts[-1].at + timedelta(minutes=1)
    today = await today_so_far(owned_database, len(facts), state, now)
    queues = list(state.records.queues)
    assert sum(whole.queue(queue).answered for queue in queues) > 20, "something was counted"
    assert [today.queue(queue) for queue in queues] == [whole.queue(queue) for queue in queues]
    agents = list(state.records.agents)
    assert [today.agent(agent, now) for agent in agents] == [whole.agent(agent, now) for agent in agents]
    since_midnight = now - midnight_before(now, ZoneInfo("Pacific/Auckland"))
    assert since_midnight < timedelta(hours=3), "midnight was in between"
    for agent in agents:
        assert sum(today.agent(agent, now).in_status.values(), timedelta(0)) == since_midnight


async def test_where_nothing_is_in_the_journal_nothing_is_counted(owned_database: str) -> None:
    today = await today_so_far(owned_database, 0, State(), datetime(2026, 11, 23, tzinfo=UTC))
    assert today.queue(queue_id(HERE, "7001")).offered == 0
    assert today.agent(agent_id(HERE, "1001"), datetime(2026, 11, 23, tzinfo=UTC)).answered == 0


def _simulated() -> list[Recorded]:
    """Some hours of the example's day, in a zone where they span midnight."""
    facts: list[Recorded] = []
    simulate(read_day(EXAMPLE, "day.toml"), timedelta(hours=5), lambda name: random.Random(f"1 {name}"), facts.append)
    return [msgspec.structs.replace(recorded, fact=_in_auckland(recorded.fact)) for recorded in facts]


def _in_auckland(fact: Fact) -> Fact:
    if not isinstance(fact, ConfigurationChanged):
        return fact
    there = tuple(replace(account, time_zone="Pacific/Auckland") for account in fact.accounts)
    return msgspec.structs.replace(fact, accounts=there)


async def _write(connection: Connection, facts: Sequence[Recorded], first: int = 1) -> None:
    statement = (
        "insert into fact (seq, at, kind, call_id, agent_id, queue_id, body) values ($1, $2, $3, $4, $5, $6, $7)"
    )
    rows: list[Sequence[object]] = []
    for number, recorded in enumerate(facts, start=first):
        kind, body = encode(recorded.fact)
        rows.append((number, recorded.at, kind, *about(recorded.fact), body.decode()))
    await connection.executemany(statement, rows)
