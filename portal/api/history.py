"""Calls that have been, and an agent's own figures of days gone by."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Final

import msgspec

from acd.inputs import Refusal
from acd.model import AccountId, agent_id, queue_id
from acd.outbound import is_number, may_call
from acd.state import State
from portal.database import Row, Transaction
from portal.endpoint import Asked, endpoint
from portal.history import calls, graphs, looking
from portal.history.calls import Place, Wanted
from portal.history.days import Bins, By, bins, last_days, last_hours
from portal.history.figures import Counts, Times, counts_of_agents, times_of_agents
from portal.problems import Fault, refused, wrong
from portal.who import Scope, Who

HOURS: Final = 24
DAYS: Final = 10
_EARLIEST: Final = timedelta(days=36_500)


class CallsWanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which calls: all conditions together."""

    search: Annotated[str, msgspec.Meta(max_length=80)] | None = None
    """Part of the number or the name of the other side, or of the name of a queue or an agent."""
    queue: str | None = None
    agent: str | None = None
    begin: str | None = msgspec.field(default=None, name="from")
    """A day (2026-11-23) in the account's time zone, or an instant."""
    end: str | None = msgspec.field(default=None, name="to")
    """A day, which is included, or an instant, which is not."""
    before: str | None = None
    """`next` of the page before."""
    limit: Annotated[int, msgspec.Meta(ge=1, le=200)] = 50


class CallEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One call. `outcome` and the figures are told by /definitions."""

    call: str
    direction: str
    queue: str | None
    queue_name: str | None
    number: str
    name: str
    origin: str
    arrived: datetime
    waited_s: float | None
    talked_s: float | None
    outcome: str
    agent: str | None
    agent_name: str | None
    dialable: bool
    refusal: str | None
    """Why the number cannot be called."""


class CallsPage(msgspec.Struct, frozen=True, kw_only=True):
    """The newest first."""

    calls: list[CallEntry]
    next: str | None
    """For `before`, to see those that follow; None: these were all."""


@endpoint("GET", "/calls", scope=Scope.REPORTS)
async def list_calls(asked: Asked, *, query: CallsWanted) -> CallsPage:
    """The history of calls: an agent's own, of a supervisor's queues, of the whole account for an office manager."""
    who = asked.who
    await asked.portal.keeper.fresh()
    async with asked.portal.database.of(who.account, readonly=True) as rows:
        wanted = await _wanted(rows, asked, query)
        found = await calls.page(rows, who.account, wanted)
    state = asked.portal.engine.state
    person = query.agent or (who.extension if wanted.parties == (who.extension,) else None)
    shown = found[: query.limit]
    more = len(found) > query.limit
    return CallsPage(
        calls=[_entry(state, who, person, row) for row in shown],
        next=str(Place(shown[-1]["arrived"], shown[-1]["call"])) if more else None,
    )


async def _wanted(rows: Transaction, asked: Asked, query: CallsWanted) -> Wanted:
    who, state, now = asked.who, asked.portal.engine.state, asked.portal.engine.now()
    sight = looking.sight_of_calls(who)
    queue = query.queue and await looking.queue_in_sight(rows, who, state, query.queue, own=True)
    agent = query.agent and await looking.agent_in_sight(rows, who, state, query.agent)
    begin, end = now - _EARLIEST, now + timedelta(days=1)
    if query.begin is not None or query.end is not None:
        zone = await looking.zone_of(rows, who.account)
        begin, end = looking.span(zone, query.begin or "1970-01-01", query.end, now, None)
    parties, also = _narrowest(sight.parties, queue, agent)
    return Wanted(
        parties=parties,
        also=also,
        begin=begin,
        end=end,
        before=_place(query.before),
        search=query.search or None,
        **_named(state, who.account, query.search),
        limit=query.limit + 1,
    )


def _narrowest(
    seen: tuple[str, ...] | None, queue: str | None, agent: str | None
) -> tuple[tuple[str, ...] | None, tuple[str, ...] | None]:
    """Whose calls to look through, and who has to do with them as well. What he may see is kept in either."""
    named = [(number,) for number in (agent, queue) if number]
    if not named:
        return seen, None
    if len(named) == 1 and (seen is None or named[0][0] in seen):
        return named[0], None
    return named[0], named[1] if len(named) > 1 else seen


def _place(text: str | None) -> Place | None:
    try:
        return None if text is None else calls.place(text)
    except ValueError:
        raise wrong([Fault(place="before", said="is not what `next` of a page was")]) from None


def _named(state: State, account: AccountId, search: str | None) -> dict[str, tuple[str, ...]]:
    """Queues and agents whose name has what is searched for."""
    if not search:
        return {}
    needle, records = search.lower(), state.records
    return {
        "queues_found": tuple(
            queue.number
            for queue in records.queues.values()
            if queue.account == account and needle in queue.name.lower()
        ),
        "agents_found": tuple(
            agent.extension
            for agent in records.agents.values()
            if agent.account == account and needle in agent.name.lower()
        ),
    }


def _entry(state: State, who: Who, person: str | None, row: Row) -> CallEntry:
    """`person`: whose calls these are, where they are one agent's."""
    queue = row["queue"] and state.records.queues.get(queue_id(who.account, row["queue"]))
    agent = row["agent"] and state.records.agents.get(agent_id(who.account, row["agent"]))
    missed = person in row["missed_by"] and person != row["agent"]
    refusal = _refusal(state, who, row["number"])
    return CallEntry(
        **{name: row[name] for name in ("call", "direction", "queue", "number", "name", "origin", "arrived", "agent")},
        waited_s=row["waited_s"],
        talked_s=None if missed else row["talked_s"],
        queue_name=queue.name if queue else None,
        agent_name=agent.name if agent else None,
        outcome="missed" if missed else row["outcome"],
        dialable=refusal is None,
        refusal=refusal,
    )


def _refusal(state: State, who: Who, number: str) -> str | None:
    """Why the number of an entry cannot be called by a click; whether it is his turn is asked when he clicks."""
    records = state.records
    if not is_number(number):
        return refused(Refusal.NOT_A_NUMBER).detail
    if number == who.extension:
        return refused(Refusal.OWN_NUMBER).detail
    if agent_id(who.account, number) in records.agents or queue_id(who.account, number) in records.queues:
        return None
    account = records.accounts.get(who.account)
    if account is None or not may_call(account.outbound, number):
        return refused(Refusal.NUMBER_NOT_ALLOWED).detail
    return None


# --- his own figures


class BarEntry(msgspec.Struct, frozen=True, kw_only=True):
    """An hour or a day."""

    begin: datetime = msgspec.field(name="from")
    inbound: int
    outbound: int
    missed: int


class SliceEntry(msgspec.Struct, frozen=True, kw_only=True):
    """Callers from one place."""

    label: str
    calls: int


class Graphs(msgspec.Struct, frozen=True, kw_only=True):
    """What My Graphs draws."""

    time_zone: str
    hours: list[BarEntry]
    """The last 24, the running one last."""
    days: list[BarEntry]
    """The last 10, today last."""
    origins: list[SliceEntry]
    """Of the inbound calls of those days: the six most frequent places, then the rest as Other."""


class DayEntry(msgspec.Struct, frozen=True, kw_only=True):
    """An agent's figures of a day, each as /definitions says."""

    begin: datetime = msgspec.field(name="from")
    handled: int
    missed: int
    declined: int
    talk_s: float
    average_talk_s: float | None
    hold_s: float
    wrap_up_s: float
    average_handle_s: float | None
    time_in_status_s: Mapping[str, float]
    occupancy: float | None


class Statistics(msgspec.Struct, frozen=True, kw_only=True):
    """Day by day, the last one last."""

    time_zone: str
    days: list[DayEntry]


class DaysWanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which days; none given: the last 10."""

    begin: str | None = msgspec.field(default=None, name="from")
    end: str | None = msgspec.field(default=None, name="to")


@endpoint("GET", "/statistics/me/graphs", scope=Scope.READ)
async def show_graphs(asked: Asked) -> Graphs:
    """The asker's calls of the last 24 hours and 10 days, and where his callers came from."""
    who, now = asked.who, asked.portal.engine.now()
    await asked.portal.keeper.fresh()
    async with asked.portal.database.of(who.account, readonly=True) as rows:
        zone = await looking.zone_of(rows, who.account)
        days = last_days(zone, now, DAYS)
        return Graphs(
            time_zone=zone.key,
            hours=await _bars(rows, who, last_hours(zone, now, HOURS)),
            days=await _bars(rows, who, days),
            origins=[
                SliceEntry(label=slice_.label, calls=slice_.calls)
                for slice_ in await graphs.origins(rows, who.account, who.extension, days)
            ],
        )


async def _bars(rows: Transaction, who: Who, pieces: Bins) -> list[BarEntry]:
    return [
        BarEntry(begin=bar.begin, inbound=bar.inbound, outbound=bar.outbound, missed=bar.missed)
        for bar in await graphs.bars(rows, who.account, who.extension, pieces)
    ]


@endpoint("GET", "/statistics/me", scope=Scope.READ)
async def show_statistics(asked: Asked, *, query: DaysWanted) -> Statistics:
    """The asker's own figures, day by day."""
    who, now = asked.who, asked.portal.engine.now()
    await asked.portal.keeper.fresh()
    me = (who.extension,)
    async with asked.portal.database.of(who.account, readonly=True) as rows:
        zone = await looking.zone_of(rows, who.account)
        pieces = last_days(zone, now, DAYS)
        if query.begin is not None or query.end is not None:
            pieces = bins(zone, *looking.span(zone, query.begin, query.end, now, By.DAY), By.DAY)
        counts = await counts_of_agents(rows, who.account, pieces, None, me)
        times = await times_of_agents(rows, who.account, pieces, me, now)
    return Statistics(
        time_zone=zone.key,
        days=[
            _day(
                pieces.local(piece),
                counts.get((piece, who.extension), Counts()),
                times.get((piece, who.extension), Times()),
            )
            for piece in range(len(pieces))
        ],
    )


def _day(begin: datetime, counts: Counts, times: Times) -> DayEntry:
    figures = counts.figures()
    named = ("handled", "missed", "declined", "talk_s", "average_talk_s", "hold_s", "wrap_up_s", "average_handle_s")
    return DayEntry(
        begin=begin,
        **{name: figures[name] for name in named},
        time_in_status_s={status: length.total_seconds() for status, length in sorted(times.status.items())},
        occupancy=times.occupancy,
    )
