"""What is counted of queues and agents, and how long agents did what, in each piece of a time.

Every statement names the account, and the queues or agents that are looked at. What the figures mean stands in
`definitions`.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from acd.figures import SHORT_ABANDON, Doing, ratio
from acd.model import AccountId
from portal.database import Row, Transaction
from portal.history.days import Bins

Figures = dict[str, Any]
"""By the keys of `definitions.FIGURES`; a figure that nothing tells of is None."""

Numbers = Sequence[str] | None
"""Of queues or agents; None: all of the account."""

MOST_ROWS: Final = 10_000
"""Of a report."""
_MOST_PARTS: Final = 4 * MOST_ROWS
"""Of what the time of agents is put together from."""


class TooManyRows(Exception):
    """More than anybody can look at; the answer would hold up others."""


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
     group by 1, 2 limit {limit}
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
    return await _counts(
        rows, _COUNTS.format(of="queue", or_own="", and_agent="", limit=MOST_ROWS + 1), account, bins, queues
    )


async def counts_of_agents(
    rows: Transaction, account: AccountId, bins: Bins, queues: Numbers, agents: Numbers
) -> dict[tuple[int, str], Counts]:
    """By piece of time and agent: of queue calls those of these queues, of others those of these agents."""
    statement = _COUNTS.format(
        of="agent",
        or_own="or queue is null and ($7::text[] is null or agent = any($7))",
        and_agent="and ($7::text[] is null or agent = any($7))",
        limit=MOST_ROWS + 1,
    )
    return await _counts(rows, statement, account, bins, queues, agents)


async def _counts(
    rows: Transaction, statement: str, account: AccountId, bins: Bins, queues: Numbers, *more: Numbers
) -> dict[tuple[int, str], Counts]:
    found = await rows.fetch(statement, account, bins.edges, bins.begin, bins.end, queues, SHORT_ABANDON, *more)
    return await asyncio.to_thread(_by_key, found)


def _by_key(found: list[Row]) -> dict[tuple[int, str], Counts]:
    if len(found) > MOST_ROWS:
        raise TooManyRows
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
     group by 1, 2, 3, 4 limit $7
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
    rows_found = await rows.fetch(_SPANS, account, bins.edges, bins.begin, bins.end, agents, until, _MOST_PARTS + 1)
    return await asyncio.to_thread(_times_by_key, rows_found)


def _times_by_key(rows: list[Row]) -> dict[tuple[int, str], Times]:
    if len(rows) > _MOST_PARTS:
        raise TooManyRows
    found: dict[tuple[int, str], Times] = {}
    for row in rows:
        times = found.setdefault((row["bin"], row["of"]), Times())
        times.doing[Doing(row["doing"])] += row["length"]
        times.status[row["status"]] = times.status.get(row["status"], _ZERO) + row["length"]
    return found
