"""Plain books of a centre, kept by the tests: who waits, rings, talks, and who may be offered what.

`Ledger` writes them from the facts. Nothing here is fast, indexed, or shared with the engine.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from acd.inputs import Event, LegEnd, Request
from acd.model import (
    OFFLINE,
    ONLINE,
    SINGLE_CALL,
    AgentId,
    Assignment,
    CallId,
    ChannelId,
    DeviceId,
    MonitorMode,
    OfferId,
    Queue,
    QueueId,
    QueueType,
    Status,
    Target,
)
from acd.outputs import AnnouncementKind, ConfigurationChanged

What = Event | Request | None
"""The input of a step; None where only time passed."""


@dataclass
class Listener:
    """A supervisor who listens in, or whose phone rings for it."""

    device: DeviceId
    channel: ChannelId
    mode: MonitorMode
    since: datetime | None = None


@dataclass
class Waiter:
    """A caller, from `CallQueued` to `CallEnded`."""

    queue: QueueId
    arrived: datetime
    queued_at: datetime
    """When he came into this queue."""
    waits_since: datetime
    """When he began to wait last: he may have been answered, and not joined."""
    priority: int | None = None
    lifted: bool = False
    overdue: bool = False
    overflowed: bool = False
    leaves: Target | None = None
    """Where he goes, between the decision and its consequence."""
    callback: int | None = None
    """How often he has been called back; None: he is on the line."""
    calling: ChannelId | None = None
    """On which he is being called."""
    again: datetime | None = None
    """When an agent is looked for again."""
    said: int = 0
    saying: int | None = None
    last_said: dict[AnnouncementKind, datetime] = field(default_factory=dict[AnnouncementKind, datetime])
    pending: dict[OfferId, AgentId] = field(default_factory=dict[OfferId, AgentId])
    tried: set[AgentId] = field(default_factory=set[AgentId])
    round: int = 1
    cascade: tuple[int, AgentId, datetime] | None = None
    """How far a linear cascade has come (order number and agent), and when it goes on."""
    agent: AgentId | None = None
    leg: tuple[OfferId, DeviceId] | None = None
    retriever: ChannelId | None = None
    """The call with which he was fetched."""
    briefed_by: datetime | None = None
    """Until then at most his agent is told who comes."""
    talking_since: datetime | None = None
    held_since: datetime | None = None
    held: timedelta = timedelta(0)
    held_apart: bool = False
    listeners: dict[AgentId, Listener] = field(default_factory=dict[AgentId, Listener])
    recording: str | None = None


@dataclass
class Ringing:
    """An offer, from `OfferMade` to `OfferEnded`."""

    call: CallId
    agent: AgentId
    devices: set[DeviceId]
    until: datetime | None
    """None: it rings until its cascade is over."""
    made_at: datetime
    cascades: bool
    """It belongs to a cascade, also where somebody has picked up and has a time of his own to confirm."""
    picked: bool = False
    """A supervisor has chosen the agent."""
    confirming: DeviceId | None = None
    """Picked up, and asked for a key."""
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
    misses: int = 0
    """Missed offers in a row."""
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
        self.recordings: set[str] = set()
        """Names of files, all that were ever used."""
        self.in_sight = False
        self.changed_at: datetime | None = None
        """When the configuration was changed last: what is overdue by the new rules lapses then."""

    def is_time(self, at: datetime, end: datetime) -> bool:
        """Whether this end is now: at its instant, or, where its rule has just been made stricter, at once."""
        return at == end or (end < at and at == self.changed_at)

    def reconfigure(self, fact: ConfigurationChanged) -> None:
        """Take over what supervisors have changed."""
        for key in fact.assignments_gone:
            del self.assignments[key]
        for device in fact.devices_gone:
            del self.owner[device]
        for queue in fact.queues_gone:
            del self.queues[queue]
        for agent in fact.agents_gone:
            self.agents.remove(agent)
            self.people[agent].status = OFFLINE
        self.agents.update(agent.id for agent in fact.agents)
        for new in fact.agents:
            self.people.setdefault(new.id, Person())
        self.owner.update((device.id, device.owner) for device in fact.devices)
        self.queues.update((queue.id, queue) for queue in fact.queues)
        self.assignments.update(((entry.agent, entry.queue), entry) for entry in fact.assignments)

    def usable(self, agent: AgentId, queue: QueueId) -> list[DeviceId]:
        """His phones that an offer of this queue would ring."""
        assignment, person = self.part(agent, queue), self.people[agent]
        on_it = [*person.calls.values(), *person.other.values()]
        return sorted(
            device
            for device, owner in self.owner.items()
            if owner == agent
            and device in self.reachable
            and device not in self.off
            and (assignment.devices is None or device in assignment.devices)
            and on_it.count(device) < assignment.max_calls
        )

    def part(self, agent: AgentId, queue: QueueId) -> Assignment:
        """His in this queue; who has none, and is given a caller all the same, has the plainest."""
        return self.assignments.get((agent, queue)) or Assignment(agent=agent, queue=queue)

    def eligible(self, agent: AgentId, queue: QueueId) -> bool:
        """Whether he may be offered a call of this queue now, by the words of the product."""
        if (agent, queue) not in self.assignments or queue not in self.queues:
            return False
        if self.queues[queue].type is QueueType.CALL_PARK:
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

    def staff(self, queue: QueueId) -> set[AgentId]:
        """Who takes calls of this queue, now or once he is free: available, with a phone that takes part in it."""
        there = self.reachable - self.off
        return {
            agent
            for (agent, of), assignment in self.assignments.items()
            if of == queue
            and self.people[agent].status in (ONLINE, SINGLE_CALL)
            and not (self.people[agent].status == SINGLE_CALL and self.people[agent].single)
            and any(
                owner == agent and device in there and (assignment.devices is None or device in assignment.devices)
                for device, owner in self.owner.items()
            )
        }

    def candidates(self, queue: QueueId) -> list[AgentId]:
        """All who may be offered a call of this queue now, best first."""
        found = [agent for agent, of in self.assignments if of == queue and self.eligible(agent, queue)]
        return sorted(found, key=lambda agent: self.key(agent, queue))

    def waiting(self, queue: QueueId) -> list[CallId]:
        """The callers of a queue who are not answered, by their priority (those without come last), then by wait."""
        found = [id_ for id_, call in self.calls.items() if call.queue == queue and call.agent is None]
        return sorted(found, key=self.turn)

    def turn(self, call: CallId) -> tuple[bool, bool, int, datetime, CallId]:
        """A caller's place among those who wait, lowest first."""
        waiter = self.calls[call]
        if waiter.lifted:
            return False, False, 0, waiter.arrived, call
        return True, waiter.priority is None, waiter.priority or 0, waiter.arrived, call

    def key(self, agent: AgentId, queue: QueueId) -> tuple[float, float, AgentId]:
        """His place in the queue's order, lowest first: by tier or order, by idle time, by name."""
        type_ = self.queues[queue].type
        idle = self.people[agent].idle_since
        assert idle is not None, "whoever is available has become so"
        order = 0 if type_ is QueueType.ROUND_ROBIN else self.assignments[agent, queue].order
        by_idle = type_ in (QueueType.ROUND_ROBIN, QueueType.TIERED_ROUND_ROBIN)
        return order, idle.timestamp() if by_idle else 0, agent

    def rank(self, agent: AgentId, call: CallId) -> tuple[bool, int, tuple[bool, bool, int, datetime, CallId]]:
        """How soon this agent should have this call: by his priority for the queue, the caller's, then the wait.

        Who has been lifted comes before all priorities.
        """
        lifted = self.calls[call].lifted
        return not lifted, 0 if lifted else self.priority(agent, self.calls[call].queue), self.turn(call)

    def priority(self, agent: AgentId, queue: QueueId) -> int:
        """How early this agent serves this queue."""
        own = self.assignments[agent, queue].priority
        return self.queues[queue].priority if own is None else own

    def rings_several(self, queue: QueueId) -> bool:
        """Whether a caller of this queue rings at several agents at once, so that none of them can miss him."""
        return self.queues[queue].type in (QueueType.RING_ALL, QueueType.LINEAR_CASCADE)

    def untried(self, call: CallId) -> list[AgentId]:
        """Who could still be rung for this caller: the untried ones, else (a new round) all. Best first."""
        waiter = self.calls[call]
        candidates = self.candidates(waiter.queue)
        untried = [agent for agent in candidates if agent not in waiter.tried]
        return untried if untried or waiter.pending else candidates

    def within(self, call: CallId, agent: AgentId) -> bool:
        """Whether the caller's cascade has come to this agent; without one, anybody may be rung."""
        waiter = self.calls[call]
        queue = self.queues[waiter.queue]
        if waiter.cascade is None or queue.type is not QueueType.LINEAR_CASCADE:
            return True
        order, last, _ = waiter.cascade
        own = self.assignments[agent, queue.id].order
        return own < order or (own == order and (queue.first_round is None or agent <= last))

    def wants(self, call: CallId) -> list[AgentId]:
        """Whom this caller could be offered to now. Best first."""
        waiter = self.calls[call]
        if waiter.agent is not None or waiter.queue not in self.queues:
            return []
        if waiter.overdue or waiter.again is not None:
            return []
        if waiter.pending and not self.rings_several(waiter.queue):
            return []
        if any(self.offers[offer].picked for offer in waiter.pending):
            return []
        return [agent for agent in self.untried(call) if self.within(call, agent)]

    def called_away(self, agent: AgentId, call: CallId) -> bool:
        """Whether this agent has another call to go to, before this one."""
        return any(
            agent in self.wants(other) and self.rank(agent, other) < self.rank(agent, call)
            for other in self.calls
            if other != call and (agent, self.calls[other].queue) in self.assignments
        )
