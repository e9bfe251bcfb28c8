"""What the history keeps: a row for each call, for each thing that is counted, and for each span of an agent's time.

The fields are the columns of the tables of the same name. Numbers of queues and agents are those inside the account.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum


class Direction(StrEnum):
    """Between whom a call is, seen from the account."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"
    INTERNAL = "internal"
    """Between two of the account's own phones, or from one of them to a queue."""


class Counted(StrEnum):
    """What reports count. Each is one row, at its instant."""

    OFFERED = "offered"
    """A caller began to wait in a queue."""
    REFUSED = "refused"
    ANSWERED = "answered"
    """Joined with an agent; `length` is his wait."""
    ABANDONED = "abandoned"
    """Hung up before; `length` is his wait."""
    OVERFLOWED = "overflowed"
    LOST = "lost"
    """Left the queue in another way."""
    TALK = "talk"
    """A talk has ended; `length` with holds, `held` these alone."""
    WRAP_UP = "wrap_up"
    """A wrap-up has ended."""
    MISSED = "missed"
    DECLINED = "declined"
    UNREACHED = "unreached"
    """An offer ended so."""
    DIALLED = "dialled"
    """A phone of an agent's called somebody."""
    DIRECT = "direct"
    """An agent answered a call that was no queue's."""
    DIRECT_MISSED = "direct_missed"


@dataclass(slots=True, kw_only=True)
class CallRow:
    """A call as the history shows it."""

    account: str
    call: str
    direction: Direction
    number: str
    """The other side's: who called, or who was called."""
    name: str
    origin: str
    searched: str
    """What a search looks into: number, its digits alone, name; in small letters."""
    arrived: datetime
    queue: str | None = None
    """The last one in which it was."""
    agent: str | None = None
    """The last one who had it."""
    parties: list[str] = field(default_factory=list[str])
    """The numbers of all queues in which it was, and of all agents who had it, missed it or made it."""
    missed_by: list[str] = field(default_factory=list[str])
    """Agents at whom it rang and who did not take it."""
    waited: timedelta | None = None
    talked: timedelta = timedelta(0)
    outcome: str
    ended: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedRow:
    """One thing that counts."""

    seq: int
    """The fact that says so."""
    account: str
    at: datetime
    kind: Counted
    queue: str | None = None
    agent: str | None = None
    call: str | None = None
    length: timedelta | None = None
    held: timedelta | None = None
    in_time: bool | None = None
    """Of a wait: no longer than the queue's service level."""


@dataclass(slots=True, kw_only=True)
class SpanRow:
    """What an agent was and did, from `since` to `until`; None: still. None that is over is longer than a day."""

    account: str
    agent: str
    since: datetime
    until: datetime | None
    status: str
    doing: str


def searched(number: str, name: str) -> str:
    """What a search is to find a call by."""
    digits = "".join(letter for letter in number if letter.isdigit())
    return f"{number} {digits} {name}".lower()
