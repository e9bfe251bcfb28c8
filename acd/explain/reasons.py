"""Why an agent is rung for a call at a moment, or not: the reasons, as values. `why` finds them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from acd.eligibility import DeviceObstacle
from acd.matching import CallObstacle
from acd.model import AgentId, CallId, DeviceId, QueueId, QueueType, Status

# --- he can be offered nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Away:
    """His status takes no queue calls."""

    status: Status
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SingleCallUsed:
    """He is online for one call, and has it."""

    calls: tuple[CallId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WrappingUp:
    """He has just had a call."""

    call: CallId
    left: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """His phones ring already."""

    call: CallId
    queue: QueueId


@dataclass(frozen=True, slots=True, kw_only=True)
class BackingOff:
    """His phone was busy, declined or could not be reached a moment ago."""

    left: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class CallsInHand:
    """He has as many calls as he may have beside a call of this queue."""

    calls: int
    at_most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UnusablePhone:
    """One of his phones."""

    device: DeviceId
    why: DeviceObstacle


@dataclass(frozen=True, slots=True, kw_only=True)
class NoUsablePhone:
    """None of his phones can ring for this queue."""

    phones: tuple[UnusablePhone, ...]


# --- he could be offered a call, but not this one now


@dataclass(frozen=True, slots=True, kw_only=True)
class CascadeNotThere:
    """The cascade has not come to him yet."""

    order: int
    reached: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """He has been rung for this call already."""

    round: int


class Before(StrEnum):
    """By what another call goes before this one."""

    LIFTED = "lifted"
    """It has waited so long that it goes before all priorities."""
    QUEUE_PRIORITY = "queue_priority"
    CALLER_PRIORITY = "caller_priority"
    WAIT = "wait"
    ID = "id"


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherCallFirst:
    """He should have another call before this one."""

    call: CallId
    queue: QueueId
    by: Before
    its: int | timedelta | None
    """Its priority or wait; None: it has none, or that does not count."""
    own: int | timedelta | None
    """Likewise of the call that is explained."""


# --- he could have been rung for this call


@dataclass(frozen=True, slots=True, kw_only=True)
class RungToo:
    """Several ring at once: he is rung at the same moment, after the one whose offer this is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LaterInOrder:
    """His order number is higher."""

    order: int
    chosen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IdleForLess:
    """The other one has been idle for longer."""

    idle: timedelta
    chosen: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class LaterById:
    """Both stand at the same place, and the ids decide."""


Reason = (
    Away
    | SingleCallUsed
    | WrappingUp
    | Rung
    | BackingOff
    | CallsInHand
    | NoUsablePhone
    | CascadeNotThere
    | Tried
    | OtherCallFirst
    | RungToo
    | LaterInOrder
    | IdleForLess
    | LaterById
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotRung:
    """An agent of the queue who is not rung, and why."""

    agent: AgentId
    why: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Who is rung next, and what speaks for him."""

    agent: AgentId
    round: int
    new_round: bool
    """Everybody who can be rung has been tried before."""
    order: int | None
    """His order number, where the queue goes by it."""
    idle: timedelta | None
    """For how long he has been idle, where the queue goes by that."""
    type: QueueType
    """The rule that chose him."""
    alone: bool
    """Nobody else could have been rung for this call at this moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Who is to be rung for a call at a moment."""

    chosen: Chosen | None
    nobody: CallObstacle | None
    """Why nobody is looked for; None: somebody is, and `others` says why there is nobody."""
    others: tuple[NotRung, ...] = ()
    """Everybody else who is assigned to the queue, in the order of their ids; where nobody is looked for, nobody."""
