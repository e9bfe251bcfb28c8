"""What the state holds of each call, offer, agent and device. Plain data: only `state` writes it.

A timer is a field here (`until`), not an object: there is nothing to cancel and nothing to lose in a restart.
"""

from dataclasses import dataclass, field
from datetime import datetime
from math import inf

from acd.model import (
    OFFLINE,
    AccountId,
    Agent,
    AgentId,
    Assignment,
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
from acd.outputs import OfferEnd


@dataclass(slots=True, kw_only=True)
class Cascade:
    """How far a linear cascade has come: everybody up to this order number, or up to this agent where agents count."""

    order: int
    agent: AgentId
    until: datetime
    """When the next group rings as well; where all ring, the round ends."""


@dataclass(slots=True, kw_only=True)
class CallRecord:
    """A caller in our care: waiting until `agent` is set, talking once `talking_since` is."""

    id: CallId
    account: AccountId
    queue: QueueId
    caller: Caller
    arrived: datetime
    priority: int | None = None
    """The caller's: lowest first, None last."""
    offers: set[OfferId] = field(default_factory=set[OfferId])
    offers_made: int = 0
    round: int = 1
    tried: set[AgentId] = field(default_factory=set[AgentId])
    """Rung for this call in the present round."""
    cascade: Cascade | None = None
    """Set while any offer rings that has no end of its own."""
    agent: AgentId | None = None
    offer: OfferId | None = None
    device: DeviceId | None = None
    answered_at: datetime | None = None
    talking_since: datetime | None = None

    @property
    def turn(self) -> tuple[float, float]:
        """His place among those who wait, lowest first: by his priority, then by his wait; equal ones go by id."""
        return (inf if self.priority is None else self.priority, self.arrived.timestamp())


@dataclass(slots=True, kw_only=True)
class OfferRecord:
    """One call ringing at one agent; it exists only while it rings."""

    id: OfferId
    call: CallId
    queue: QueueId
    agent: AgentId
    devices: set[DeviceId]
    """Those that still ring."""
    until: datetime | None
    """None: it ends with the call's cascade."""
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
    idle_since: datetime
    offer: OfferId | None = None
    calls: dict[CallId, DeviceId] = field(default_factory=dict[CallId, DeviceId])
    """Queue calls he has answered, and on which phone."""
    other_calls: dict[ChannelId, DeviceId] = field(default_factory=dict[ChannelId, DeviceId])
    wrap_up: WrapUp | None = None
    back_off_until: datetime | None = None
    single_calls: set[CallId] = field(default_factory=set[CallId])
    """Those that use up his Single-Call; a status chosen later forgets them. Two, where he had two calls coming."""


@dataclass(slots=True, kw_only=True)
class DeviceRecord:
    """A phone."""

    id: DeviceId
    on: bool = True
    reachable: bool = False


@dataclass(slots=True, kw_only=True)
class Records:
    """All that is remembered; the indexes of `State` follow from it."""

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
    asterisk_in_sight: bool = False
