"""What comes out of the engine: facts (decided, recorded, applied) and commands (to be carried out in Asterisk).

A fact carries results, never references to rules: `until`, not a wrap-up length that may change meanwhile.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from acd.inputs import Refusal
from acd.model import (
    AccountId,
    Agent,
    AgentId,
    Assignment,
    AssignmentKey,
    Caller,
    CallId,
    ChannelId,
    Device,
    DeviceId,
    OfferId,
    Queue,
    QueueId,
    Status,
)


class OfferOutcome(StrEnum):
    """How an offer ended, as the statistics count it."""

    ANSWERED = "answered"
    MISSED = "missed"
    """Rang and was not answered: the agent goes to the end of the idle order."""
    REJECTED = "rejected"
    """Busy or declined: the agent is left alone for the queue's back-off."""
    FAILED = "failed"
    """No phone could be reached: back-off as well."""
    WITHDRAWN = "withdrawn"
    """Taken back, or outrun: it costs the agent nothing."""


class OfferEnd(StrEnum):
    """Why an offer ended."""

    ANSWERED = "answered"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    DECLINED = "declined"
    UNREACHABLE = "unreachable"
    ANSWERED_ELSEWHERE = "answered_elsewhere"
    CALLER_GONE = "caller_gone"
    STATUS_CHANGED = "status_changed"
    OTHER_CALL = "other_call"
    DEVICE_LOST = "device_lost"
    DEVICE_SWITCHED_OFF = "device_switched_off"
    CONFIGURATION_CHANGED = "configuration_changed"
    ASTERISK_LOST = "asterisk_lost"
    """It ended while Asterisk was out of sight."""


class CallOutcome(StrEnum):
    """How a call ended."""

    COMPLETED = "completed"
    """It was connected and has ended."""
    ABANDONED = "abandoned"
    """The caller hung up before he was connected."""
    QUEUE_CLOSED = "queue_closed"
    """His queue was taken out of the configuration while he waited; he was given back to the dial plan."""
    LOST = "lost"
    """It vanished while Asterisk was out of sight, or Asterisk itself failed."""


class Party(StrEnum):
    """Who put the phone down."""

    CALLER = "caller"
    AGENT = "agent"
    UNKNOWN = "unknown"


class Source(StrEnum):
    """Where a change of status came from."""

    PHONE = "phone"
    REQUEST = "request"
    SINGLE_CALL_USED = "single_call_used"


class WrapUpEnd(StrEnum):
    """Why a wrap-up ended."""

    RAN_OUT = "ran_out"
    AGENT = "agent"
    """He said so, or chose a status."""


# --- facts of a call


@dataclass(frozen=True, slots=True, kw_only=True)
class CallQueued:
    """A caller waits. `arrived` is earlier than the fact where he was found again after an outage."""

    call: CallId
    account: AccountId
    queue: QueueId
    caller: Caller
    arrived: datetime
    priority: int | None = None
    """As in `CallArrived`; journals older than the field have none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferMade:
    """A call rings at an agent, on these devices, until then at the latest."""

    offer: OfferId
    call: CallId
    queue: QueueId
    agent: AgentId
    devices: tuple[DeviceId, ...]
    until: datetime | None
    """None: it rings with its call's cascade, and has no end of its own."""
    round: int
    """Counts from 1; a new round begins when every eligible agent has been tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CascadeWidened:
    """A linear cascade has come to its next group, or begins with its first: everybody up to this agent may ring."""

    call: CallId
    queue: QueueId
    order: int
    """The order number of the last agent of the group."""
    agent: AgentId
    until: datetime
    """Then the next group rings as well, or, where all ring, the round is over."""
    round: int
    """As in `OfferMade`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LegStopped:
    """One device of an offer rings no more, the others go on."""

    offer: OfferId
    device: DeviceId
    why: OfferEnd


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferEnded:
    """An offer is over."""

    offer: OfferId
    call: CallId
    queue: QueueId
    agent: AgentId
    outcome: OfferOutcome
    why: OfferEnd
    back_off_until: datetime | None = None
    """The agent is offered nothing before this instant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallAnswered:
    """An agent has picked up; caller and agent are about to be joined."""

    call: CallId
    queue: QueueId
    agent: AgentId
    offer: OfferId
    device: DeviceId
    waited: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class TalkStarted:
    """Caller and agent hear each other."""

    call: CallId
    queue: QueueId
    agent: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class TalkEnded:
    """The agent has left the call; `talked` is zero where they were never joined."""

    call: CallId
    queue: QueueId
    agent: AgentId
    by: Party
    talked: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRequeued:
    """An answered call could not be joined: the caller waits on at his old place."""

    call: CallId
    queue: QueueId


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEnded:
    """The caller has left our care."""

    call: CallId
    queue: QueueId
    outcome: CallOutcome
    waited: timedelta
    """Until he was answered, or until he left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRefused:
    """A caller asked for a queue that does not exist."""

    call: CallId
    account: AccountId
    number: str


# --- facts of an agent


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusChanged:
    """From now on this is the agent's status."""

    agent: AgentId
    status: Status
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class WrapUpStarted:
    """The agent finishes his notes until then and is offered nothing."""

    agent: AgentId
    queue: QueueId
    call: CallId
    until: datetime
    mandatory: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WrapUpEnded:
    """The agent's wrap-up is over."""

    agent: AgentId
    why: WrapUpEnd


@dataclass(frozen=True, slots=True, kw_only=True)
class BackOffEnded:
    """The agent may be offered calls again."""

    agent: AgentId


# --- facts of a device


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceSwitched:
    """Whether this phone rings for queue calls."""

    device: DeviceId
    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceReachable:
    """Whether this phone is registered."""

    device: DeviceId
    reachable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceEngaged:
    """A device has a call that is no offer of ours."""

    device: DeviceId
    channel: ChannelId


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceDisengaged:
    """That call is over."""

    device: DeviceId
    channel: ChannelId


# --- facts of the whole


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigurationChanged:
    """These entries are new or different, those are gone. The first one after an empty journal holds everything."""

    agents: tuple[Agent, ...] = ()
    devices: tuple[Device, ...] = ()
    queues: tuple[Queue, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    agents_gone: tuple[AgentId, ...] = ()
    devices_gone: tuple[DeviceId, ...] = ()
    queues_gone: tuple[QueueId, ...] = ()
    assignments_gone: tuple[AssignmentKey, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AsteriskOutOfSight:
    """No offer is made, and no ring counts as missed, until Asterisk is seen again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AsteriskInSight:
    """What Asterisk has and what we believed agree again."""


Fact = (
    CallQueued
    | OfferMade
    | CascadeWidened
    | LegStopped
    | OfferEnded
    | CallAnswered
    | TalkStarted
    | TalkEnded
    | CallRequeued
    | CallEnded
    | CallRefused
    | StatusChanged
    | WrapUpStarted
    | WrapUpEnded
    | BackOffEnded
    | DeviceSwitched
    | DeviceReachable
    | DeviceEngaged
    | DeviceDisengaged
    | ConfigurationChanged
    | AsteriskOutOfSight
    | AsteriskInSight
)


# --- commands


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldCaller:
    """Answer the caller where needed, and let him hear the queue's music. Safe to repeat."""

    call: CallId
    queue: QueueId


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """Ring these devices for this offer; the engine itself stops them at the end of the ring time.

    In a linear cascade that end is not known yet: `ring_time` is then as long as the cascade can last at most."""

    offer: OfferId
    call: CallId
    devices: tuple[DeviceId, ...]
    caller: Caller
    ring_time: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class StopRinging:
    """Stop these devices; `elsewhere` tells the phones that it was answered, so that no missed call shows."""

    offer: OfferId
    devices: tuple[DeviceId, ...]
    elsewhere: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Connect:
    """Join the caller with the device that answered; ends in `CallConnected` or `ConnectFailed`."""

    call: CallId
    offer: OfferId
    device: DeviceId


@dataclass(frozen=True, slots=True, kw_only=True)
class HangUpLeg:
    """End a device's leg whatever it is doing: an answer that came too late, a leg nobody owns."""

    offer: OfferId
    device: DeviceId


@dataclass(frozen=True, slots=True, kw_only=True)
class HangUpCall:
    """End the caller's channel, and the bridge of his talk, whichever exist."""

    call: CallId


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnAway:
    """Give the caller back to the dial plan: his number is no queue of ours."""

    call: CallId


Command = HoldCaller | Ring | StopRinging | Connect | HangUpLeg | HangUpCall | TurnAway


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A fact and the instant at which it became true."""

    at: datetime
    fact: Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one step of the engine gave."""

    facts: tuple[Recorded, ...] = ()
    commands: tuple[Command, ...] = ()
    refusal: Refusal | None = None
    stale: bool = False
    """The event fitted nothing any more and was passed over."""
