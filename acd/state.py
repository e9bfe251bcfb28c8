"""The state of all centres, and the only place where it changes: `State.apply(fact, at)`.

A restart is a fold of the journal through `apply`. It records what was decided and decides nothing itself. Beside
the records it keeps the indexes that a step needs, so that no step ever scans the centre: callers waiting per queue
in their order, eligible agents per queue in theirs, deadlines, and who has to be looked at again for a match.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import assert_never

from acd.eligibility import obstacle_everywhere, obstacle_in, rank
from acd.model import (
    OFFLINE,
    SINGLE_CALL,
    AgentId,
    Assignment,
    CallId,
    ChannelId,
    Configuration,
    DeviceId,
    Queue,
    QueueId,
    takes_queue_calls,
)
from acd.ordered import DeadlineKind, Deadlines, Ordered
from acd.outputs import (
    AsteriskInSight,
    AsteriskOutOfSight,
    BackOffEnded,
    CallAnswered,
    CallEnded,
    CallQueued,
    CallRefused,
    CallRequeued,
    CascadeWidened,
    ConfigurationChanged,
    DeviceDisengaged,
    DeviceEngaged,
    DeviceReachable,
    DeviceSwitched,
    Fact,
    LegStopped,
    OfferEnded,
    OfferMade,
    OfferOutcome,
    StatusChanged,
    TalkEnded,
    TalkStarted,
    WrapUpEnded,
    WrapUpStarted,
)
from acd.records import AgentRecord, CallRecord, Cascade, DeviceRecord, OfferRecord, Records, WrapUp


class QueueIndex:
    """What a match needs of one queue."""

    __slots__ = ("assigned", "eligible", "unoffered", "waiting")

    def __init__(self) -> None:
        self.assigned: dict[AgentId, Assignment] = {}
        self.eligible: Ordered[AgentId] = Ordered()
        """Agents who could be offered a call now, in the order of the queue's type."""
        self.waiting: Ordered[CallId] = Ordered()
        """Callers not yet answered, in turn: by their priority, then the longest wait."""
        self.unoffered: Ordered[CallId] = Ordered()
        """Those of them that ring at nobody."""


class State:
    """Records and indexes. Reading is free; writing is `apply`."""

    def __init__(self, records: Records | None = None) -> None:
        """An empty state, or the one that these records (of a snapshot) describe."""
        self.records = records or Records()
        self.index: dict[QueueId, QueueIndex] = {}
        self.devices_of: dict[AgentId, dict[DeviceId, DeviceRecord]] = {}
        self.channels: dict[ChannelId, DeviceId] = {}
        """Calls of known devices that are no offers of ours."""
        self.deadlines = Deadlines()
        self.freed: set[AgentId] = set()
        """Agents who became eligible somewhere; the engine takes them out once it has looked for calls for them."""
        self.needy: set[CallId] = set()
        """Callers who ring at nobody any more, or whose cascade goes on or is over; taken out likewise."""
        self._build()

    # --- reading

    @property
    def configuration(self) -> Configuration:
        """What supervisors have decided."""
        r = self.records
        assignments = {(a, q): entry for a, queues in r.assignments.items() for q, entry in queues.items()}
        return Configuration(agents=r.agents, devices=r.devices, queues=r.queues, assignments=assignments)

    def queue_index(self, queue: QueueId) -> QueueIndex:
        """The queue's index, made on first use."""
        found = self.index.get(queue)
        if found is None:
            found = self.index[queue] = QueueIndex()
        return found

    def agent_of_device(self, device: DeviceId) -> AgentRecord | None:
        """Whose phone this is, None where nobody's."""
        known = self.records.devices.get(device)
        return self.records.agent_records.get(known.owner) if known else None

    def assignment(self, agent: AgentId, queue: QueueId) -> Assignment | None:
        """The agent's part in this queue, None where he has none."""
        return self.records.assignments.get(agent, {}).get(queue)

    # --- writing

    def apply(self, fact: Fact, at: datetime) -> None:
        """Let a fact be true from `at` on."""
        match fact:
            case CallQueued():
                self._call_queued(fact)
            case OfferMade():
                self._offer_made(fact)
            case CascadeWidened():
                self._cascade_widened(fact)
            case LegStopped():
                self._leg_stopped(fact)
            case OfferEnded():
                self._offer_ended(fact, at)
            case CallAnswered():
                self._call_answered(fact, at)
            case TalkStarted():
                self._talk_started(fact, at)
            case TalkEnded():
                self._talk_ended(fact, at)
            case CallRequeued():
                self._place(self.records.calls[fact.call])
            case CallEnded():
                self._call_ended(fact)
            case CallRefused():
                pass
            case StatusChanged():
                self._status_changed(fact, at)
            case WrapUpStarted():
                self._wrap_up_started(fact, at)
            case WrapUpEnded():
                self._wrap_up_ended(fact, at)
            case BackOffEnded():
                self._back_off(self.records.agent_records[fact.agent], None)
            case DeviceSwitched():
                self._device(fact.device).on = fact.on
                self._reindex_owner(fact.device)
            case DeviceReachable():
                self._device(fact.device).reachable = fact.reachable
                self._reindex_owner(fact.device)
            case DeviceEngaged():
                self._device_engaged(fact)
            case DeviceDisengaged():
                self._device_disengaged(fact)
            case ConfigurationChanged():
                self._configuration_changed(fact, at)
            case AsteriskOutOfSight():
                self.records.asterisk_in_sight = False
            case AsteriskInSight():
                self.records.asterisk_in_sight = True
            case _:
                assert_never(fact)

    # --- a call, in the order it lives

    def _call_queued(self, fact: CallQueued) -> None:
        call = CallRecord(
            id=fact.call,
            account=fact.account,
            queue=fact.queue,
            caller=fact.caller,
            arrived=fact.arrived,
            priority=fact.priority,
        )
        self.records.calls[call.id] = call
        self._place(call)

    def _offer_made(self, fact: OfferMade) -> None:
        call = self.records.calls[fact.call]
        agent = self.records.agent_records[fact.agent]
        assert agent.offer is None, "one offer per agent"
        _begin_round(call, fact.round)
        call.tried.add(agent.id)
        call.offers_made += 1
        call.offers.add(fact.offer)
        agent.offer = fact.offer
        self.records.offers[fact.offer] = OfferRecord(
            id=fact.offer,
            call=call.id,
            queue=fact.queue,
            agent=agent.id,
            devices=set(fact.devices),
            until=fact.until,
        )
        self.deadlines.set(DeadlineKind.OFFER, fact.offer, fact.until)
        self._place(call)
        self._reindex(agent)

    def _cascade_widened(self, fact: CascadeWidened) -> None:
        call = self.records.calls[fact.call]
        _begin_round(call, fact.round)
        self._set_cascade(call, Cascade(order=fact.order, agent=fact.agent, until=fact.until))
        self.needy.add(call.id)

    def _set_cascade(self, call: CallRecord, cascade: Cascade | None) -> None:
        call.cascade = cascade
        self.deadlines.set(DeadlineKind.CASCADE, call.id, cascade.until if cascade else None)

    def _leg_stopped(self, fact: LegStopped) -> None:
        offer = self.records.offers[fact.offer]
        offer.devices.discard(fact.device)
        offer.stopped.add(fact.why)

    def _offer_ended(self, fact: OfferEnded, at: datetime) -> None:
        del self.records.offers[fact.offer]
        self.deadlines.set(DeadlineKind.OFFER, fact.offer, None)
        call = self.records.calls[fact.call]
        call.offers.discard(fact.offer)
        if call.cascade is not None and not any(self.records.offers[o].until is None for o in call.offers):
            self._set_cascade(call, None)
            self.needy.add(call.id)
        self._place(call)
        agent = self.records.agent_records[fact.agent]
        agent.offer = None
        if fact.outcome is OfferOutcome.MISSED:
            agent.idle_since = max(agent.idle_since, at)
        self._back_off(agent, fact.back_off_until)

    def _call_answered(self, fact: CallAnswered, at: datetime) -> None:
        call = self.records.calls[fact.call]
        assert call.agent is None, "one agent per call"
        call.agent, call.offer, call.device, call.answered_at = fact.agent, fact.offer, fact.device, at
        self._place(call)
        agent = self.records.agent_records[fact.agent]
        agent.calls[call.id] = fact.device
        if agent.status == SINGLE_CALL:
            agent.single_calls.add(call.id)
        self._reindex(agent)

    def _talk_started(self, fact: TalkStarted, at: datetime) -> None:
        self.records.calls[fact.call].talking_since = at

    def _talk_ended(self, fact: TalkEnded, at: datetime) -> None:
        call = self.records.calls[fact.call]
        agent = self.records.agent_records[fact.agent]
        del agent.calls[call.id]
        if call.talking_since is not None:
            agent.idle_since = max(agent.idle_since, at)
        else:
            agent.single_calls.discard(call.id)
        call.agent = call.offer = call.device = call.answered_at = call.talking_since = None
        self._reindex(agent)

    def _call_ended(self, fact: CallEnded) -> None:
        call = self.records.calls.pop(fact.call)
        index = self.queue_index(call.queue)
        index.waiting.remove(call.id)
        index.unoffered.remove(call.id)
        self.needy.discard(call.id)

    # --- an agent

    def _status_changed(self, fact: StatusChanged, at: datetime) -> None:
        agent = self.records.agent_records[fact.agent]
        if takes_queue_calls(fact.status) and not takes_queue_calls(agent.status):
            agent.idle_since = max(agent.idle_since, at)
        unconnected = (c for c in agent.calls if self.records.calls[c].talking_since is None)
        agent.status, agent.status_since = fact.status, at
        agent.single_calls = set(unconnected) if fact.status == SINGLE_CALL else set()
        self._reindex(agent)

    def _wrap_up_started(self, fact: WrapUpStarted, at: datetime) -> None:
        agent = self.records.agent_records[fact.agent]
        agent.wrap_up = WrapUp(queue=fact.queue, call=fact.call, since=at, until=fact.until, mandatory=fact.mandatory)
        self.deadlines.set(DeadlineKind.WRAP_UP, agent.id, fact.until)
        self._reindex(agent)

    def _wrap_up_ended(self, fact: WrapUpEnded, at: datetime) -> None:
        agent = self.records.agent_records[fact.agent]
        agent.wrap_up = None
        agent.idle_since = max(agent.idle_since, at)
        self.deadlines.set(DeadlineKind.WRAP_UP, agent.id, None)
        self._reindex(agent)

    def _back_off(self, agent: AgentRecord, until: datetime | None) -> None:
        agent.back_off_until = until
        self.deadlines.set(DeadlineKind.BACK_OFF, agent.id, until)
        self._reindex(agent)

    # --- a device

    def _device(self, device: DeviceId) -> DeviceRecord:
        return self.records.device_records.setdefault(device, DeviceRecord(id=device))

    def _device_engaged(self, fact: DeviceEngaged) -> None:
        agent = self.agent_of_device(fact.device)
        assert agent is not None, "only known devices are engaged"
        self.channels[fact.channel] = fact.device
        agent.other_calls[fact.channel] = fact.device
        self._reindex(agent)

    def _device_disengaged(self, fact: DeviceDisengaged) -> None:
        del self.channels[fact.channel]
        for agent in self._holders(fact.channel, fact.device):
            del agent.other_calls[fact.channel]
            self._reindex(agent)

    def _holders(self, channel: ChannelId, device: DeviceId) -> Iterable[AgentRecord]:
        """Who has this channel in hand: the phone's owner, or whoever was when it began."""
        owner = self.agent_of_device(device)
        if owner is not None and channel in owner.other_calls:
            return (owner,)
        return tuple(a for a in self.records.agent_records.values() if channel in a.other_calls)

    # --- the configuration

    def _configuration_changed(self, fact: ConfigurationChanged, at: datetime) -> None:
        r = self.records
        touched: set[AgentId] = set(fact.agents_gone)
        for agent_id, queue_id in fact.assignments_gone:
            r.assignments.get(agent_id, {}).pop(queue_id, None)
            self.queue_index(queue_id).assigned.pop(agent_id, None)
            self.queue_index(queue_id).eligible.remove(agent_id)
            touched.add(agent_id)
        for device_id in fact.devices_gone:
            touched.add(self._disown(device_id))
        for queue_id in fact.queues_gone:
            del r.queues[queue_id]
        for agent_id in fact.agents_gone:
            del r.agents[agent_id]
            r.assignments.pop(agent_id, None)
            r.agent_records[agent_id].status = OFFLINE
            r.agent_records[agent_id].single_calls.clear()
        for agent in fact.agents:
            r.agents[agent.id] = agent
            r.agent_records.setdefault(agent.id, AgentRecord(id=agent.id, status_since=at, idle_since=at))
            touched.add(agent.id)
        for device in fact.devices:
            if device.id in r.devices:
                touched.add(self._disown(device.id))
            r.devices[device.id] = device
            self.devices_of.setdefault(device.owner, {})[device.id] = self._device(device.id)
            touched.add(device.owner)
        for queue in fact.queues:
            r.queues[queue.id] = queue
            index = self.queue_index(queue.id)
            touched.update(index.assigned)
            self.freed.update(index.eligible)
            self.needy.update(index.unoffered)
        for entry in fact.assignments:
            r.assignments.setdefault(entry.agent, {})[entry.queue] = entry
            self.queue_index(entry.queue).assigned[entry.agent] = entry
            touched.add(entry.agent)
        for agent_id in sorted(touched & r.agent_records.keys()):
            self._reindex(r.agent_records[agent_id])

    def _disown(self, device: DeviceId) -> AgentId:
        owner = self.records.devices.pop(device).owner
        self.devices_of[owner].pop(device, None)
        return owner

    # --- indexes

    def _build(self) -> None:
        r = self.records
        for device in sorted(r.devices.values(), key=lambda d: d.id):
            self.devices_of.setdefault(device.owner, {})[device.id] = self._device(device.id)
        for agent_id, entries in r.assignments.items():
            for queue_id, entry in entries.items():
                self.queue_index(queue_id).assigned[agent_id] = entry
        for agent in r.agent_records.values():
            self.channels.update(agent.other_calls)
            self.deadlines.set(DeadlineKind.BACK_OFF, agent.id, agent.back_off_until)
            self.deadlines.set(DeadlineKind.WRAP_UP, agent.id, agent.wrap_up.until if agent.wrap_up else None)
            self._reindex(agent)
        for call in r.calls.values():
            self._place(call)
            self._set_cascade(call, call.cascade)
        for offer in r.offers.values():
            self.deadlines.set(DeadlineKind.OFFER, offer.id, offer.until)

    def _place(self, call: CallRecord) -> None:
        """Where this caller belongs in his queue's index."""
        index = self.queue_index(call.queue)
        if call.agent is not None:
            index.waiting.remove(call.id)
            index.unoffered.remove(call.id)
            return
        index.waiting.place(call.id, *call.turn)
        if call.offers:
            index.unoffered.remove(call.id)
        elif index.unoffered.place(call.id, *call.turn):
            self.needy.add(call.id)

    def _reindex_owner(self, device: DeviceId) -> None:
        owner = self.agent_of_device(device)
        if owner is not None:
            self._reindex(owner)

    def _reindex(self, agent: AgentRecord) -> None:
        """Where this agent belongs in the indexes of his queues."""
        out_everywhere = obstacle_everywhere(agent) is not None
        devices = self.devices_of.get(agent.id, {}).values()
        for queue_id, assignment in self.records.assignments.get(agent.id, {}).items():
            index = self.queue_index(queue_id)
            queue: Queue | None = self.records.queues.get(queue_id)
            if queue is None or out_everywhere or obstacle_in(assignment, agent, devices) is not None:
                index.eligible.remove(agent.id)
            elif index.eligible.place(agent.id, *rank(queue, assignment, agent)):
                self.freed.add(agent.id)


def _begin_round(call: CallRecord, number: int) -> None:
    if number > call.round:
        call.round = number
        call.tried.clear()
