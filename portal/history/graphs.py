"""What a person's page draws: his calls by hour and by day, and where his callers came from."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from acd.model import AccountId
from portal.database import Transaction
from portal.history.days import Bins

SLICES: Final = 6
"""Of the pie; what is left over is one more."""
OTHER: Final = "Other"

_BARS: Final = """
    select width_bucket(at, $3::timestamptz[]) - 1 as bin,
           count(*) filter (where kind in ('answered', 'direct')) as inbound,
           count(*) filter (where kind = 'dialled') as outbound,
           count(*) filter (where kind in ('missed', 'direct_missed')) as missed
      from counted where account = $1 and agent = $2 and at >= $4 and at < $5
     group by 1
"""
_ORIGINS: Final = """
    select c.origin as label, count(*) as calls
      from counted e join call_record c on c.account = $1 and c.call = e.call
     where e.account = $1 and e.agent = $2 and e.at >= $3 and e.at < $4 and e.kind in ('answered', 'direct')
     group by 1 order by 2 desc, 1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """An agent's calls in an hour or a day."""

    begin: datetime
    """By a clock of the account's time zone."""
    inbound: int = 0
    outbound: int = 0
    missed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """Callers from one place."""

    label: str
    calls: int


async def bars(rows: Transaction, account: AccountId, agent: str, bins: Bins) -> list[Bar]:
    """One for each piece of time, also where nothing was."""
    counted = await rows.fetch(_BARS, account, agent, bins.edges, bins.begin, bins.end)
    found = {row["bin"]: row for row in counted}
    return [
        Bar(begin=bins.local(bin_), **{name: found[bin_][name] for name in ("inbound", "outbound", "missed")})
        if bin_ in found
        else Bar(begin=bins.local(bin_))
        for bin_ in range(len(bins))
    ]


async def origins(rows: Transaction, account: AccountId, agent: str, bins: Bins) -> list[Slice]:
    """Where those came from whom he had on the line: the most frequent first, the rest together last."""
    found = [Slice(**row) for row in await rows.fetch(_ORIGINS, account, agent, bins.begin, bins.end)]
    rest = sum(slice_.calls for slice_ in found[SLICES:])
    return found[:SLICES] + ([Slice(label=OTHER, calls=rest)] if rest else [])
