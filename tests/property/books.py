"""Plain books of a centre, kept by the tests: who waits, rings, talks, and who may be offered what.

`Ledger` writes them from the facts. Nothing here is fast, indexed, or shared with the engine.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from acd.inputs import LegEnd
from acd.model import (
    OFFLINE,
    ONLINE,
    SINGLE_CALL,
    AgentId,
    Assignment,
    CallId,
    ChannelId,
    DeviceId,
    OfferId,
    Queue,
    QueueId,
    QueueType,
    Status,
)


@dataclass
class Waiter:
    """A caller, from `CallQueued` to `CallEnded`."""

    queue: QueueId
    arrived: datetime
    priority: int | None = None
    pending: dict[OfferId, AgentId] = field(default_factory=dict[OfferId, AgentId])
    tried: set[AgentId] = field(default_factory=set[AgentId])
    round: int = 1
    agent: AgentId | None = None
    leg: tuple[OfferId, DeviceId] | None = None
    talking_since: datetime | None = None


@dataclass
class Ringing:
    """An offer, from `OfferMade` to `OfferEnded`."""

    call: CallId
    agent: AgentId
    devices: set[DeviceId]
    until: datetime
    told: set[LegEnd] = field(default_factory=set[LegEnd])
    """What its phones said as they refused."""


@dataclass
class Person:
    """An agent."""

    status: Status = OFFLINE
    idle_since: datetime | None = None
    offer: OfferId | None = None
    calls: dict[CallId, DeviceId] = field(default_factory=dict[CallId, DeviceId])
    other: dict[ChannelId, DeviceId] = field(default_factory=dict[ChannelId, DeviceId])
    wrap_up: tuple[datetime, bool] | None = None
    """Its end, and whether it is mandatory."""
    back_off: datetime | None = None
    single: set[CallId] = field(default_factory=set[CallId])
    """His calls that use up his Single-Call: answered while it was chosen, or not yet connected when he chose it."""


class Books:
    """What is known of a centre, and the plain definitions of *eligible*, *untried*, *whose turn*."""

    def __init__(self) -> None:
        self.queues: dict[QueueId, Queue] = {}
        self.assignments: dict[tuple[AgentId, QueueId], Assignment] = {}
        self.owner: dict[DeviceId, AgentId] = {}
        self.agents: set[AgentId] = set()
        self.people: dict[AgentId, Person] = {}
        self.calls: dict[CallId, Waiter] = {}
        self.offers: dict[OfferId, Ringing] = {}
        self.reachable: set[DeviceId] = set()
        self.off: set[DeviceId] = set()
        self.in_sight = False

    def usable(self, agent: AgentId, queue: QueueId) -> list[DeviceId]:
        """His phones that an offer of this queue would ring."""
        assignment, person = self.assignments[agent, queue], self.people[agent]
        on_it = Counter([*person.calls.values(), *person.other.values()])
        return sorted(
            device
            for device, owner in self.owner.items()
            if owner == agent
            and device in self.reachable
            and device not in self.off
            and (assignment.devices is None or device in assignment.devices)
            and on_it[device] < assignment.max_calls
        )

    def eligible(self, agent: AgentId, queue: QueueId) -> bool:
        """Whether he may be offered a call of this queue now, by the words of the product."""
        if (agent, queue) not in self.assignments or queue not in self.queues:
            return False
        person = self.people[agent]
        return (
            person.status in (ONLINE, SINGLE_CALL)
            and not (person.status == SINGLE_CALL and person.single)
            and person.wrap_up is None
            and person.back_off is None
            and person.offer is None
            and len(person.calls) + len(person.other) < self.assignments[agent, queue].max_calls
            and bool(self.usable(agent, queue))
        )

    def candidates(self, queue: QueueId) -> list[AgentId]:
        """All who may be offered a call of this queue now, best first."""
        found = [agent for agent, of in self.assignments if of == queue and self.eligible(agent, queue)]
        return sorted(found, key=lambda agent: self.key(agent, queue))

    def waiting(self, queue: QueueId) -> list[CallId]:
        """The callers of a queue who are not answered, by their priority (those without come last), then by wait."""
        found = [id_ for id_, call in self.calls.items() if call.queue == queue and call.agent is None]
        return sorted(found, key=self.turn)

    def turn(self, call: CallId) -> tuple[bool, int, datetime, CallId]:
        """A caller's place among those who wait, lowest first."""
        waiter = self.calls[call]
        return waiter.priority is None, waiter.priority or 0, waiter.arrived, call

    def key(self, agent: AgentId, queue: QueueId) -> tuple[float, AgentId]:
        """His place in the queue's order, lowest first."""
        if self.queues[queue].type is QueueType.ROUND_ROBIN:
            idle = self.people[agent].idle_since
            assert idle is not None, "whoever is available has become so"
            return idle.timestamp(), agent
        return float(self.assignments[agent, queue].order), agent

    def rank(self, agent: AgentId, call: CallId) -> tuple[int, tuple[bool, int, datetime, CallId]]:
        """How soon this agent should have this call: by his priority for the queue, the caller's, then the wait."""
        queue = self.calls[call].queue
        own = self.assignments[agent, queue].priority
        return (self.queues[queue].priority if own is None else own), self.turn(call)

    def wants(self, call: CallId) -> list[AgentId]:
        """Whom this caller could be offered to now: the untried ones, else (a new round) all. Best first."""
        waiter = self.calls[call]
        if waiter.agent is not None or waiter.queue not in self.queues:
            return []
        all_ring = self.queues[waiter.queue].type is QueueType.RING_ALL
        if waiter.pending and not all_ring:
            return []
        candidates = self.candidates(waiter.queue)
        untried = [agent for agent in candidates if agent not in waiter.tried]
        return untried if untried or waiter.pending else candidates
