"""The reports: queues, agents, time in status, abandoned calls; cut into days or hours, each with the sum of all.

Every statement names the account, and the queues or agents that are looked at: whoever asks may see no others. What the
figures mean stands in `definitions`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from acd.figures import SHORT_ABANDON, Doing, ratio
from acd.model import AccountId
from portal.database import Row, Transaction
from portal.history.days import Bins

Figures = dict[str, Any]
"""A row of a report, by the keys of its columns; a figure that nothing tells of is None."""

Numbers = Sequence[str] | None
"""Of queues or agents; None: all of the account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What numbers are called now."""

    queues: Mapping[str, str]
    agents: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The rows, in the order of time and number, and the sum over all of them."""

    rows: list[Figures]
    total: Figures


# --- what is counted

_COUNTS: Final = """
    select width_bucket(at, $2::timestamptz[]) - 1 as bin, {of} as of,
           count(*) filter (where kind = 'offered') as offered,
           count(*) filter (where kind = 'refused') as refused,
           count(*) filter (where kind = 'answered') as answered,
           count(*) filter (where kind = 'answered' and in_time) as within_service_level,
           count(*) filter (where kind = 'abandoned') as abandoned,
           count(*) filter (where kind = 'abandoned' and not in_time) as abandoned_late,
           count(*) filter (where kind = 'abandoned' and length < $6) as short_abandons,
           count(*) filter (where kind = 'overflowed') as overflowed,
           count(*) filter (where kind = 'lost') as lost,
           count(*) filter (where kind = 'missed') as missed,
           count(*) filter (where kind = 'declined') as declined,
           count(*) filter (where kind = 'unreached') as unreached,
           count(*) filter (where kind = 'talk') as talks,
           count(*) filter (where kind = 'dialled') as outbound,
           count(*) filter (where kind = 'direct') as direct,
           coalesce(sum(length) filter (where kind = 'answered'), '0') as waited,
           coalesce(sum(length) filter (where kind = 'abandoned'), '0') as abandoned_waited,
           coalesce(max(length) filter (where kind = 'answered'), '0') as longest_answered,
           coalesce(max(length) filter (where kind = 'abandoned'), '0') as longest_abandoned,
           coalesce(sum(length) filter (where kind = 'talk'), '0') as talked,
           coalesce(sum(held) filter (where kind = 'talk'), '0') as held,
           coalesce(sum(length) filter (where kind = 'wrap_up'), '0') as wrapped_up
      from counted
     where account = $1 and at >= $3 and at < $4 and {of} is not null
       and ($5::text[] is null or queue = any($5) {or_own}) {and_agent}
     group by 1, 2
"""
_ZERO: Final = timedelta(0)


@dataclass(slots=True, kw_only=True)
class Counts:
    """What has been counted of a queue or an agent, in one piece of time or several."""

    offered: int = 0
    refused: int = 0
    answered: int = 0
    within_service_level: int = 0
    abandoned: int = 0
    abandoned_late: int = 0
    short_abandons: int = 0
    overflowed: int = 0
    lost: int = 0
    missed: int = 0
    declined: int = 0
    unreached: int = 0
    talks: int = 0
    outbound: int = 0
    direct: int = 0
    waited: timedelta = _ZERO
    abandoned_waited: timedelta = _ZERO
    longest_answered: timedelta = _ZERO
    longest_abandoned: timedelta = _ZERO
    talked: timedelta = _ZERO
    held: timedelta = _ZERO
    wrapped_up: timedelta = _ZERO

    def add(self, other: "Counts") -> None:
        """Count these as well."""
        for name in self.__slots__:
            mine, its = getattr(self, name), getattr(other, name)
            setattr(self, name, max(mine, its) if name.startswith("longest") else mine + its)

    def figures(self) -> Figures:
        """All that follows from them."""
        longest = max(self.longest_answered, self.longest_abandoned)
        return {
            "offered": self.offered,
            "refused": self.refused,
            "answered": self.answered,
            "handled": self.answered,
            "within_service_level": self.within_service_level,
            "service_level": ratio(self.within_service_level, self.answered + self.abandoned_late),
            "abandoned": self.abandoned,
            "abandoned_late": self.abandoned_late,
            "short_abandons": self.short_abandons,
            "abandoned_share": ratio(self.abandoned, self.answered + self.abandoned),
            "overflowed": self.overflowed,
            "lost": self.lost,
            "missed": self.missed,
            "declined": self.declined,
            "unreached": self.unreached,
            "outbound": self.outbound,
            "direct": self.direct,
            "average_wait_s": _mean_s(self.waited, self.answered),
            "longest_wait_s": _or_none(longest, self.answered + self.abandoned),
            "average_abandoned_s": _mean_s(self.abandoned_waited, self.abandoned),
            "longest_abandoned_s": _or_none(self.longest_abandoned, self.abandoned),
            "talks": self.talks,
            "talk_s": self.talked.total_seconds(),
            "average_talk_s": _mean_s(self.talked, self.talks),
            "hold_s": self.held.total_seconds(),
            "wrap_up_s": self.wrapped_up.total_seconds(),
            "average_handle_s": _mean_s(self.talked + self.wrapped_up, self.talks),
        }


def _mean_s(sum_: timedelta, count: int) -> float | None:
    return ratio(sum_.total_seconds(), count)


def _or_none(length: timedelta, count: int) -> float | None:
    return length.total_seconds() if count else None


async def counts_of_queues(
    rows: Transaction, account: AccountId, bins: Bins, queues: Numbers
) -> dict[tuple[int, str], Counts]:
    """By piece of time and queue; where nothing was counted there is no entry."""
    return await _counts(rows, _COUNTS.format(of="queue", or_own="", and_agent=""), account, bins, queues)


async def counts_of_agents(
    rows: Transaction, account: AccountId, bins: Bins, queues: Numbers, agents: Numbers
) -> dict[tuple[int, str], Counts]:
    """By piece of time and agent: of queue calls those of these queues, of others those of these agents."""
    statement = _COUNTS.format(
        of="agent",
        or_own="or queue is null and ($7::text[] is null or agent = any($7))",
        and_agent="and ($7::text[] is null or agent = any($7))",
    )
    return await _counts(rows, statement, account, bins, queues, agents)


async def _counts(
    rows: Transaction, statement: str, account: AccountId, bins: Bins, queues: Numbers, *more: Numbers
) -> dict[tuple[int, str], Counts]:
    found = await rows.fetch(statement, account, bins.edges, bins.begin, bins.end, queues, SHORT_ABANDON, *more)
    return {
        (row["bin"], row["of"]): Counts(**{name: value for name, value in row.items() if name not in ("bin", "of")})
        for row in found
    }


# --- what agents did

_SPANS: Final = """
    with span as (
        select agent, status, doing, since, until from agent_span
         where account = $1 and since > $3::timestamptz - interval '24 hours' and since < $4 and until > $3
           and ($5::text[] is null or agent = any($5))
        union all
        select agent, status, doing, since, greatest(since, $6) from agent_span
         where account = $1 and until is null and since < $4 and ($5::text[] is null or agent = any($5))
    )
    select bin - 1 as bin, agent as of, status, doing,
           sum(least(until, ($2::timestamptz[])[bin + 1]) - greatest(since, ($2::timestamptz[])[bin])) as length
      from span,
           generate_series(
               greatest(width_bucket(since, $2::timestamptz[]), 1), width_bucket(until, $2::timestamptz[])) as bin
     where bin < cardinality($2::timestamptz[]) and until > ($2::timestamptz[])[bin]
     group by 1, 2, 3, 4
"""


@dataclass(slots=True, kw_only=True)
class Times:
    """How long an agent did what, in one piece of time or several."""

    doing: dict[Doing, timedelta] = field(default_factory=lambda: dict.fromkeys(Doing, _ZERO))
    status: dict[str, timedelta] = field(default_factory=dict[str, timedelta])

    def add(self, other: "Times") -> None:
        """Count these as well."""
        for doing, length in other.doing.items():
            self.doing[doing] += length
        for status, length in other.status.items():
            self.status[status] = self.status.get(status, _ZERO) + length

    @property
    def occupancy(self) -> float | None:
        """As defined."""
        busy = self.doing[Doing.TALKING] + self.doing[Doing.WRAP_UP]
        on = busy + self.doing[Doing.RINGING] + self.doing[Doing.IDLE]
        return ratio(busy.total_seconds(), on.total_seconds())

    def figures(self) -> Figures:
        """All that follows from them."""
        seconds = {doing: length.total_seconds() for doing, length in self.doing.items()}
        return {
            "talking_s": seconds[Doing.TALKING],
            "in_wrap_up_s": seconds[Doing.WRAP_UP],
            "other_call_s": seconds[Doing.OTHER_CALL],
            "ringing_s": seconds[Doing.RINGING],
            "idle_s": seconds[Doing.IDLE],
            "away_s": seconds[Doing.AWAY],
            "offline_s": seconds[Doing.OFFLINE],
            "occupancy": self.occupancy,
        }


async def times_of_agents(
    rows: Transaction, account: AccountId, bins: Bins, agents: Numbers, now: datetime
) -> dict[tuple[int, str], Times]:
    """By piece of time and agent, as far as it has passed `now`."""
    until = min(now, bins.end)
    found: dict[tuple[int, str], Times] = {}
    for row in await rows.fetch(_SPANS, account, bins.edges, bins.begin, bins.end, agents, until):
        times = found.setdefault((row["bin"], row["of"]), Times())
        times.doing[Doing(row["doing"])] += row["length"]
        times.status[row["status"]] = times.status.get(row["status"], _ZERO) + row["length"]
    return found


# --- the reports


async def queues(rows: Transaction, account: AccountId, bins: Bins, of: Numbers, names: Names) -> Report:
    """Of each queue, in each piece of time in which something was counted of it."""
    found = await counts_of_queues(rows, account, bins, of)
    return Report(
        rows=[
            {**_labels(bins, bin_), "queue": queue, "queue_name": names.queues.get(queue), **counts.figures()}
            for (bin_, queue), counts in sorted(found.items())
        ],
        total=_sum(Counts(), found.values()).figures(),
    )


async def agents(
    rows: Transaction, account: AccountId, bins: Bins, queues_: Numbers, of: Numbers, names: Names, now: datetime
) -> Report:
    """Of each agent, in each piece of time in which something was counted of him or he took queue calls."""
    counts = await counts_of_agents(rows, account, bins, queues_, of)
    times = await times_of_agents(rows, account, bins, of, now)
    keys = counts.keys() | {key for key, there in times.items() if there.occupancy is not None}
    return Report(
        rows=[
            {
                **_labels(bins, key[0]),
                "agent": key[1],
                "agent_name": names.agents.get(key[1]),
                **counts.get(key, Counts()).figures(),
                "occupancy": times.get(key, Times()).occupancy,
            }
            for key in sorted(keys)
        ],
        total={**_sum(Counts(), counts.values()).figures(), "occupancy": _sum(Times(), times.values()).occupancy},
    )


async def time_in_status(
    rows: Transaction, account: AccountId, bins: Bins, of: Numbers, names: Names, now: datetime
) -> tuple[Report, list[str]]:
    """Of each agent, in each piece of time; and the statuses that occur, each with a figure `status_<name>_s`."""
    found = await times_of_agents(rows, account, bins, of, now)
    all_ = _sum(Times(), found.values())
    statuses = sorted(all_.status)
    return Report(
        rows=[
            {
                **_labels(bins, bin_),
                "agent": agent,
                "agent_name": names.agents.get(agent),
                **times.figures(),
                **_in_statuses(times, statuses),
            }
            for (bin_, agent), times in sorted(found.items())
        ],
        total={**all_.figures(), **_in_statuses(all_, statuses)},
    ), statuses


_ABANDONED: Final = """
    select e.at as ended, e.queue, c.number, c.name, c.origin, c.arrived,
           extract(epoch from e.length)::float8 as waited_s
      from counted e join call_record c on c.account = $1 and c.call = e.call
     where e.account = $1 and e.at >= $2 and e.at < $3 and e.kind = 'abandoned'
       and ($4::text[] is null or e.queue = any($4))
     order by e.at, e.seq limit $5
"""


async def abandoned_calls(
    rows: Transaction, account: AccountId, bins: Bins, of: Numbers, names: Names, limit: int
) -> list[Figures]:
    """Each call whose caller hung up before he was answered, in the order of that; so many at most."""
    found: list[Row] = await rows.fetch(_ABANDONED, account, bins.begin, bins.end, of, limit)
    return [{**row, "queue_name": names.queues.get(row["queue"])} for row in found]


Sum = TypeVar("Sum", Counts, Times)


def _sum(sum_: Sum, parts: Iterable[Sum]) -> Sum:
    for part in parts:
        sum_.add(part)
    return sum_


def _labels(bins: Bins, bin_: int) -> Figures:
    return {"from": bins.local(bin_)}


def _in_statuses(times: Times, statuses: Sequence[str]) -> Figures:
    return {status_key(status): times.status.get(status, _ZERO).total_seconds() for status in statuses}


def status_key(status: str) -> str:
    """The key of the column for a status."""
    return f"status_{status}_s"
