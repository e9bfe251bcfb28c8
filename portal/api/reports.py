"""Reports, as JSON and as CSV, and what their figures mean."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from aiohttp import hdrs, web

from acd.centre import Role
from acd.model import AccountId
from acd.state import State
from portal.database import Transaction
from portal.endpoint import Asked, endpoint
from portal.history import as_csv, definitions, looking, reports
from portal.history.days import Bins, By, bins
from portal.history.definitions import FIGURES, OUTCOMES, Figure, Unit
from portal.history.figures import MOST_ROWS, Figures, TooManyRows
from portal.history.looking import Sight
from portal.history.reports import Names
from portal.problems import Fault, not_allowed, wrong
from portal.who import Scope


class Kind(StrEnum):
    """Which report."""

    QUEUES = "queues"
    AGENTS = "agents"
    TIME_IN_STATUS = "time-in-status"
    ABANDONED = "abandoned"


class Cut(StrEnum):
    """By what its rows are."""

    HOUR = "hour"
    DAY = "day"
    TOTAL = "total"
    CALL = "call"
    """Of abandoned calls only: each one."""


class ReportWanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of when, of whom, and cut into what."""

    begin: str | None = msgspec.field(default=None, name="from")
    """A day (2026-11-23) in the account's time zone, or an instant; none given: today."""
    end: str | None = msgspec.field(default=None, name="to")
    """A day, which is included, or an instant, which is not."""
    by: Cut = Cut.DAY
    queue: str | None = None
    agent: str | None = None


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """A column, and what stands in it."""

    key: str
    name: str
    definition: str
    unit: str


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """A report. Rows are objects by the keys of the columns; what nothing tells of is null."""

    time_zone: str
    begin: datetime = msgspec.field(name="from")
    end: datetime = msgspec.field(name="to")
    columns: list[Column]
    rows: list[dict[str, Any]]
    total: dict[str, Any] | None
    """All rows together; None where that says nothing."""


class OutcomeEntry(msgspec.Struct, frozen=True, kw_only=True):
    """How a call can end."""

    outcome: str
    name: str
    definition: str


class Definitions(msgspec.Struct, frozen=True, kw_only=True):
    """What every figure means, and every outcome of a call."""

    figures: list[Column]
    outcomes: list[OutcomeEntry]


@endpoint("GET", "/definitions", scope=Scope.READ)
async def show_definitions(asked: Asked) -> Definitions:
    """What the figures of boards and reports mean."""
    return Definitions(
        figures=[_column(figure) for figure in FIGURES.values()],
        outcomes=[
            OutcomeEntry(outcome=entry.outcome, name=entry.name, definition=entry.definition) for entry in OUTCOMES
        ],
    )


@endpoint("GET", "/reports/{report}.csv", scope=Scope.REPORTS)
async def download_report(asked: Asked, *, report: Kind, query: ReportWanted) -> web.Response:
    """A report as CSV, with the names of the columns in its first line and instants by the account's clocks."""
    made = await _report(asked, report, query)
    text = await asyncio.to_thread(_csv, made, query.by)
    return web.Response(
        body=text.encode(),
        content_type="text/csv",
        charset="utf-8",
        headers={hdrs.CONTENT_DISPOSITION: f'attachment; filename="{report}-{made.begin:%Y-%m-%d}.csv"'},
    )


@endpoint("GET", "/reports/{report}", scope=Scope.REPORTS)
async def show_report(asked: Asked, *, report: Kind, query: ReportWanted) -> Report:
    """A report: of a supervisor's queues and agents, of an office manager's account, of an agent himself."""
    return await _report(asked, report, query)


# --- making one


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    keys: tuple[str, ...]
    rows: list[Figures]
    total: Figures | None
    statuses: tuple[str, ...] = ()


async def _report(asked: Asked, kind: Kind, query: ReportWanted) -> Report:
    who, state, now = asked.who, asked.portal.engine.state, asked.portal.engine.now()
    if kind in (Kind.QUEUES, Kind.ABANDONED) and not who.has_role(Role.SUPERVISOR):
        raise not_allowed()
    if query.by is Cut.CALL and kind is not Kind.ABANDONED:
        raise wrong([Fault(place="by", said="only abandoned calls can be listed one by one")])
    by = By.TOTAL if query.by is Cut.CALL else By(query.by)
    async with asked.portal.database.of(who.account, readonly=True) as rows:
        zone = await looking.zone_of(rows, who.account)
        pieces = bins(zone, *looking.span(zone, query.begin, query.end, now, by), by)
        sight = looking.sight_of_figures(who, state)
        if query.queue is not None:
            number = await looking.queue_in_sight(rows, who, state, query.queue, own=who.role is Role.AGENT)
            sight = replace(sight, queues=(number,))
        if query.agent is not None:
            sight = replace(sight, agents=(await looking.agent_in_sight(rows, who, state, query.agent),))
        try:
            made = await _made(rows, who.account, kind, query.by, pieces, sight, _names(state, who.account), now)
        except TooManyRows:
            said = f"gives over {MOST_ROWS} rows; ask for fewer days, for days not hours, or for one queue or agent"
            raise wrong([Fault(place="to", said=said)]) from None
    return _shown(made, pieces, zone)


async def _made(
    rows: Transaction, account: AccountId, kind: Kind, by: Cut, pieces: Bins, sight: Sight, names: Names, now: datetime
) -> _Made:
    match kind:
        case Kind.ABANDONED if by is Cut.CALL:
            found = await reports.abandoned_calls(rows, account, pieces, sight.queues, names)
            return _Made(keys=definitions.ABANDONED_CALLS, rows=found, total=None)
        case Kind.QUEUES | Kind.ABANDONED:
            report = await reports.queues(rows, account, pieces, sight.queues, names)
            keys = definitions.QUEUES if kind is Kind.QUEUES else definitions.ABANDONED
        case Kind.AGENTS:
            report = await reports.agents(rows, account, pieces, sight.queues, sight.agents, names, now)
            keys = definitions.AGENTS
        case Kind.TIME_IN_STATUS:
            report = await reports.time_in_status(rows, account, pieces, sight.agents, names, now)
            keys = definitions.TIME
    return _Made(keys=keys, rows=report.rows, total=report.total, statuses=report.statuses)


def _names(state: State, account: AccountId) -> Names:
    return Names(
        queues={queue.number: queue.name for queue in state.records.queues.values() if queue.account == account},
        agents={agent.extension: agent.name for agent in state.records.agents.values() if agent.account == account},
    )


def _shown(made: _Made, pieces: Bins, zone: ZoneInfo) -> Report:
    columns = [_column(FIGURES[key]) for key in made.keys] + [_status_column(status) for status in made.statuses]
    keys = [column.key for column in columns]
    return Report(
        time_zone=zone.key,
        begin=pieces.begin.astimezone(zone),
        end=pieces.end.astimezone(zone),
        columns=columns,
        rows=[{key: row[key] for key in keys} for row in made.rows],
        total=None if made.total is None else {key: made.total[key] for key in keys if key in made.total},
    )


def _column(figure: Figure) -> Column:
    return Column(key=figure.key, name=figure.name, definition=figure.definition, unit=figure.unit)


def _status_column(status: str) -> Column:
    name = f"In status {status.replace('_', ' ').capitalize()}"
    return Column(
        key=reports.status_key(status), name=name, definition=FIGURES["status_s"].definition, unit=Unit.SECONDS
    )


def _csv(report: Report, by: Cut) -> str:
    zone = ZoneInfo(report.time_zone)
    return as_csv.table(
        [column.name if column.unit != Unit.SECONDS else f"{column.name} (s)" for column in report.columns],
        ([_csv_value(row, column, zone, by) for column in report.columns] for row in report.rows),
    )


def _csv_value(row: Mapping[str, Any], column: Column, zone: ZoneInfo, by: Cut) -> object:
    value = row[column.key]
    if not isinstance(value, datetime):
        return value
    local = value.astimezone(zone)
    return local.date().isoformat() if column.key == "from" and by is Cut.DAY else local
