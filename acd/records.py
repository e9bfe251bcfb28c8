"""What the state holds of each call, offer, agent, device and queue. Plain data: only `state` writes it.

A timer is a field here (`until`), not an object: there is nothing to cancel and nothing to lose in a restart.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import inf
from typing import Final

from acd.model import (
    OFFLINE,
    Account,
    AccountId,
    Agent,
    AgentId,
    Assignment,
    Caller,
    CallId,
    ChannelId,
    Device,
    DeviceId,
    MonitorMode,
    OfferId,
    Queue,
    QueueId,
    Status,
)
from acd.outputs import AnnouncementKind, OfferEnd, OutboundCap, Source

_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True, kw_only=True)
class Cascade:
    """How far a linear cascade has come: everybody up to this order number, or up to this agent where agents count."""

    order: int
    agent: AgentId
    since: datetime
    until: datetime
    """When the next group rings as well; where all ring, the round ends."""


@dataclass(slots=True, kw_only=True)
class CallbackRecord:
    """A caller who has been let go and is to be called."""

    number: str
    attempts: int = 0
    """How often he was called and not reached."""
    channel: ChannelId | None = None
    """On which his phone rings, while it does."""
    again: datetime | None = None
    """Until then no agent is looked for."""
    until: datetime | None = None
    """Past this a cap ends the promise."""
    cap: OutboundCap | None = None
    """Why no agent is looked for: as many calls go out as may."""


@dataclass(slots=True, kw_only=True)
class MonitorRecord:
    """A supervisor who listens in on a talk."""

    device: DeviceId
    channel: ChannelId
    mode: MonitorMode
    since: datetime | None = None
    """None: his phone rings still."""


Turn = tuple[float, float]
"""A caller's place among those who wait, lowest first: by his priority, then by his wait; equal ones go by id."""


def turn(priority: int | None, arrived: datetime) -> Turn:
    """Of a caller of this priority, None last, who has waited since then."""
    return inf if priority is None else priority, arrived.timestamp()


@dataclass(slots=True, kw_only=True)
class CallRecord:
    """A caller in our care: waiting until `agent` is set, talking once `talking_since` is."""

    id: CallId
    account: AccountId
    queue: QueueId
    caller: Caller
    channel: ChannelId | None
    """None: he is to be called back, and is not on the line."""
    arrived: datetime
    queued_at: datetime
    """When he began to wait in this queue."""
    priority: int | None = None
    """The caller's: lowest first, None last."""
    expected_wait: timedelta | None = None
    """What was to be expected at `queued_at`."""
    lifted: bool = False
    """He goes before all priorities."""
    overdue: bool = False
    """He has waited as long as he may here: he leaves once nobody rings for him."""
    callback: CallbackRecord | None = None
    dialled: int = 0
    """How many channels have been made to call him; each has a name of its own."""
    announcements: int = 0
    """How many he has been told."""
    saying: int | None = None
    """The number of the one he hears now."""
    last_said: dict[AnnouncementKind, datetime] = field(default_factory=dict[AnnouncementKind, datetime])
    """In this queue."""
    comforts: int = 0
    """How many of these were comfort messages."""
    offers: set[OfferId] = field(default_factory=set[OfferId])
    offers_made: int = 0
    round: int = 1
    tried: set[AgentId] = field(default_factory=set[AgentId])
    """Rung for this call in the present round."""
    cascade: Cascade | None = None
    """Set while any of its offers rings."""
    picked: OfferId | None = None
    """The offer by which a supervisor has given him to somebody: while it rings nobody else is looked for."""
    agent: AgentId | None = None
    offer: OfferId | None = None
    device: DeviceId | None = None
    parted_from: OfferId | None = None
    """The one that was answered before, and is over."""
    answered_at: datetime | None = None
    briefing: bool = False
    """The agent is being told who comes; nobody has been joined yet."""
    retriever: ChannelId | None = None
    """The call with which somebody has fetched him, instead of `offer`."""
    talking_since: datetime | None = None
    held_since: datetime | None = None
    held: timedelta = timedelta(0)
    """Before `held_since`."""
    held_apart: bool = False
    """By us: he hears his queue's music. Else the agent's phone holds him."""
    monitors: dict[AgentId, MonitorRecord] = field(default_factory=dict[AgentId, MonitorRecord])
    """Who listens in."""
    recording: str | None = None
    """The file in which the talk is being recorded."""
    recordings: int = 0
    """How many files that makes."""

    @property
    def turn(self) -> Turn:
        """His place among those who wait; who is lifted goes before all priorities."""
        return (-inf, self.arrived.timestamp()) if self.lifted else turn(self.priority, self.arrived)

    @property
    def may_ring(self) -> bool:
        """Whether agents are looked for."""
        if self.agent is not None or self.overdue or self.picked is not None:
            return False
        return self.callback is None or self.callback.again is None


@dataclass(slots=True, kw_only=True)
class OfferRecord:
    """One call ringing at one agent; it exists only while it rings."""

    id: OfferId
    call: CallId
    queue: QueueId
    agent: AgentId
    devices: set[DeviceId]
    """Those that still ring."""
    made_at: datetime
    until: datetime | None
    """None: it ends with the call's cascade."""
    cascades: bool
    """It is one of a cascade, be its end its own by now or not."""
    confirming: DeviceId | None = None
    """Picked up, and asked for the key that takes the call."""
    picked: bool = False
    """A supervisor has given him the caller, whatever his status."""
    stopped: set[OfferEnd] = field(default_factory=set[OfferEnd])
    """Why the devices that ring no more stopped."""


@dataclass(slots=True, kw_only=True)
class WrapUp:
    """The time after a queue call in which the agent is offered nothing."""

    queue: QueueId
    call: CallId
    since: datetime
    until: datetime
    mandatory: bool


@dataclass(slots=True, kw_only=True)
class AgentRecord:
    """An agent: what he has chosen, and what he is doing.

    Choice and doing are apart, so a status chosen in mid-call needs no "pending status". What he is doing are
    facets, not one enum, because with more than one call in hand several hold at once.
    """

    id: AgentId
    status: Status = OFFLINE
    status_since: datetime
    status_source: Source | None = None
    """Where it came from; None: he has never had another one, or a snapshot older than the field is all there is."""
    idle_since: datetime
    offer: OfferId | None = None
    calls: dict[CallId, DeviceId] = field(default_factory=dict[CallId, DeviceId])
    """Queue calls he has answered, and on which phone."""
    other_calls: dict[ChannelId, DeviceId] = field(default_factory=dict[ChannelId, DeviceId])
    wrap_up: WrapUp | None = None
    back_off_until: datetime | None = None
    misses: int = 0
    """Offers missed in a row; of those that took him Offline until he chooses another status."""
    single_calls: set[CallId] = field(default_factory=set[CallId])
    """Those that use up his Single-Call; a status chosen later forgets them. Two, where he had two calls coming."""


@dataclass(slots=True, kw_only=True)
class DeviceRecord:
    """A phone."""

    id: DeviceId
    on: bool = True
    reachable: bool = False
    model: str | None = None
    """As in `PhoneNamedItself`; None: it has not said yet, or a snapshot older than the field is all there is."""


@dataclass(slots=True, kw_only=True)
class Average:
    """Of the last figures, the later ones counting more."""

    seconds: float = 0.0
    count: int = 0
    """How many were taken in, at most as many as it remembers."""


@dataclass(slots=True, kw_only=True)
class QueueRecord:
    """What a queue's last calls took."""

    talk: Average = field(default_factory=Average)
    wrap_up: Average = field(default_factory=Average)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Kept for a caller who has hung up while waiting."""

    arrived: datetime
    priority: int | None
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundCall:
    """One that goes out now."""

    account: AccountId
    agent: AgentId | None
    """Who has passed the caller on; None: he is called back."""


@dataclass(slots=True, kw_only=True)
class Records:
    """All that is remembered; the indexes of `State` follow from it."""

    accounts: dict[AccountId, Account] = field(default_factory=dict[AccountId, Account])
    agents: dict[AgentId, Agent] = field(default_factory=dict[AgentId, Agent])
    devices: dict[DeviceId, Device] = field(default_factory=dict[DeviceId, Device])
    queues: dict[QueueId, Queue] = field(default_factory=dict[QueueId, Queue])
    assignments: dict[AgentId, dict[QueueId, Assignment]] = field(
        default_factory=dict[AgentId, dict[QueueId, Assignment]]
    )
    agent_records: dict[AgentId, AgentRecord] = field(default_factory=dict[AgentId, AgentRecord])
    device_records: dict[DeviceId, DeviceRecord] = field(default_factory=dict[DeviceId, DeviceRecord])
    calls: dict[CallId, CallRecord] = field(default_factory=dict[CallId, CallRecord])
    offers: dict[OfferId, OfferRecord] = field(default_factory=dict[OfferId, OfferRecord])
    queue_records: dict[QueueId, QueueRecord] = field(default_factory=dict[QueueId, QueueRecord])
    places: dict[QueueId, dict[str, Place]] = field(default_factory=dict[QueueId, dict[str, Place]])
    """By the number that called."""
    latest: datetime = _LONG_AGO
    """The instant of the last fact: nothing happens before it."""
    out: dict[ChannelId, list[OutboundCall]] = field(default_factory=dict[ChannelId, list[OutboundCall]])
    """By the caller's channel: a second one, where he who was called back is passed on."""
    went_out: dict[str, list[datetime]] = field(default_factory=dict[str, list[datetime]])
    """When calls went out in the last 24 hours, by account and by agent."""
    asterisk_in_sight: bool = False
    asterisk_unseen_since: datetime | None = None
    """The last sign of life before it went out of sight. None: it is in sight, or never was."""
    asterisk_life: str | None = None
    """As in `AsteriskSeen`, when it was seen last."""
