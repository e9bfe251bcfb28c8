"""The reports: queues, agents, time in status, abandoned calls; cut into days or hours, each with the sum of all.

What is counted comes from `figures`, and they raise `TooManyRows` as that does. Many rows are put together in a thread:
calls are not to wait for it.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeVar

from acd.model import AccountId
from portal.database import Row, Transaction
from portal.history.days import Bins
from portal.history.figures import (
    MOST_ROWS,
    Counts,
    Figures,
    Numbers,
    Times,
    TooManyRows,
    counts_of_agents,
    counts_of_queues,
    times_of_agents,
)

_NO_TIME: Final = timedelta(0)

Key = tuple[int, str]
"""Which piece of time, and which queue or agent."""
Sum = TypeVar("Sum", Counts, Times)


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
    statuses: tuple[str, ...] = ()
    """Each has a figure of its own: `status_key`."""


async def queues(rows: Transaction, account: AccountId, bins: Bins, of: Numbers, names: Names) -> Report:
    """Of each queue, in each piece of time in which something was counted of it."""
    found = await counts_of_queues(rows, account, bins, of)
    return await asyncio.to_thread(_queues, found, bins, names)


def _queues(found: Mapping[Key, Counts], bins: Bins, names: Names) -> Report:
    return Report(
        rows=[
            {"from": bins.local(piece), "queue": queue, "queue_name": names.queues.get(queue), **counts.figures()}
            for (piece, queue), counts in sorted(found.items())
        ],
        total=_sum(Counts(), found.values()).figures(),
    )


async def agents(
    rows: Transaction, account: AccountId, bins: Bins, queues_: Numbers, of: Numbers, names: Names, now: datetime
) -> Report:
    """Of each agent, in each piece of time in which something was counted of him or he took queue calls."""
    counts = await counts_of_agents(rows, account, bins, queues_, of)
    times = await times_of_agents(rows, account, bins, of, now)
    return await asyncio.to_thread(_agents, counts, times, bins, names)


def _agents(counts: Mapping[Key, Counts], times: Mapping[Key, Times], bins: Bins, names: Names) -> Report:
    keys = counts.keys() | {key for key, there in times.items() if there.occupancy is not None}
    nothing, no_time = Counts(), Times()
    return Report(
        rows=[
            {
                "from": bins.local(key[0]),
                "agent": key[1],
                "agent_name": names.agents.get(key[1]),
                **counts.get(key, nothing).figures(),
                "occupancy": times.get(key, no_time).occupancy,
            }
            for key in sorted(keys)
        ],
        total={**_sum(Counts(), counts.values()).figures(), "occupancy": _sum(Times(), times.values()).occupancy},
    )


async def time_in_status(
    rows: Transaction, account: AccountId, bins: Bins, of: Numbers, names: Names, now: datetime
) -> Report:
    """Of each agent, in each piece of time."""
    found = await times_of_agents(rows, account, bins, of, now)
    return await asyncio.to_thread(_time_in_status, found, bins, names)


def _time_in_status(found: Mapping[Key, Times], bins: Bins, names: Names) -> Report:
    all_ = _sum(Times(), found.values())
    statuses = tuple(sorted(all_.status))
    return Report(
        rows=[
            {
                "from": bins.local(piece),
                "agent": agent,
                "agent_name": names.agents.get(agent),
                **times.figures(),
                **_in_statuses(times, statuses),
            }
            for (piece, agent), times in sorted(found.items())
        ],
        total={**all_.figures(), **_in_statuses(all_, statuses)},
        statuses=statuses,
    )


_ABANDONED: Final = """
    select e.at as ended, e.queue, c.number, c.name, c.origin, c.arrived,
           extract(epoch from e.length)::float8 as waited_s
      from counted e join call_record c on c.account = $1 and c.call = e.call
     where e.account = $1 and e.at >= $2 and e.at < $3 and e.kind = 'abandoned'
       and ($4::text[] is null or e.queue = any($4))
     order by e.at, e.seq limit $5
"""


async def abandoned_calls(
    rows: Transaction, account: AccountId, bins: Bins, of: Numbers, names: Names
) -> list[Figures]:
    """Each call whose caller hung up before he was answered, in the order of that."""
    found: list[Row] = await rows.fetch(_ABANDONED, account, bins.begin, bins.end, of, MOST_ROWS + 1)
    if len(found) > MOST_ROWS:
        raise TooManyRows
    return [{**row, "queue_name": names.queues.get(row["queue"])} for row in found]


def _sum(sum_: Sum, parts: Iterable[Sum]) -> Sum:
    for part in parts:
        sum_.add(part)
    return sum_


def _in_statuses(times: Times, statuses: Sequence[str]) -> Figures:
    return {status_key(status): times.status.get(status, _NO_TIME).total_seconds() for status in statuses}


def status_key(status: str) -> str:
    """The key of the column for a status."""
    return f"status_{status}_s"
