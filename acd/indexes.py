"""The indexes that a step needs, so that no step ever scans the centre; kept by `fold`, whose facts change the records.

Callers waiting per queue in their order, eligible agents per queue in theirs, deadlines, and who has to be looked at
again for a match. All of them follow from the records: a snapshot has none.
"""

from collections import Counter
from typing import Final

from acd.announcements import LONGEST_BRIEFING, LONGEST_SAID, next_due
from acd.eligibility import has_hands_full_everywhere, obstacle_everywhere, obstacle_in, rank, staffs
from acd.model import (
    AccountId,
    AgentId,
    Assignment,
    AssignmentKey,
    CallId,
    ChannelId,
    DeviceId,
    OfferId,
    Queue,
    QueueId,
    QueueType,
)
from acd.ordered import Counts, DeadlineKind, Deadlines, Ordered
from acd.outputs import OutboundCap
from acd.records import (
    AgentRecord,
    CallRecord,
    Cascade,
    DeviceRecord,
    OutboundCall,
    QueueRecord,
    Records,
)


class QueueIndex:
    """What a match needs of one queue."""

    __slots__ = ("assigned", "eligible", "ringing", "shared", "staffed", "unoffered", "waiting", "wrapping_up")

    def __init__(self) -> None:
        self.assigned: dict[AgentId, Assignment] = {}
        self.staffed: set[AgentId] = set()
        """Agents who take calls of this queue, free or not."""
        self.shared: Counts[QueueId] = Counts()
        """How many of them take calls of another queue as well, by that queue."""
        self.wrapping_up: Ordered[AgentId] = Ordered()
        """Those of them who are in wrap-up, the earliest end first."""
        self.ringing: set[OfferId] = set()
        """Offers of its calls."""
        self.eligible: Ordered[AgentId] = Ordered()
        """Those who could be offered a call now, in the order of the queue's type. Of a call park: nobody."""
        self.waiting: Ordered[CallId] = Ordered()
        """Callers not yet answered, in turn: by their priority, then the longest wait."""
        self.unoffered: Ordered[CallId] = Ordered()
        """Those of them for whom agents are looked, and who ring at nobody."""


class _QueueIndexes(dict[QueueId, QueueIndex]):
    """The index of each queue, made on first use."""

    def __missing__(self, queue: QueueId) -> QueueIndex:
        made = self[queue] = QueueIndex()
        return made


_OF_WAITING: Final = (
    DeadlineKind.MAX_WAIT,
    DeadlineKind.LIFT,
    DeadlineKind.CALLBACK,
    DeadlineKind.ANNOUNCEMENT,
    DeadlineKind.ANNOUNCEMENT_END,
)


class Indexes:
    """Records, and what follows from them. Reading is free; only `fold` writes."""

    def __init__(self, records: Records | None = None) -> None:
        """Of these records (of a snapshot), or of none."""
        self.records = records or Records()
        self.index = _QueueIndexes()
        self.assignments: dict[AssignmentKey, Assignment] = {}
        """All of them, as a configuration names them."""
        self.devices_of: dict[AgentId, dict[DeviceId, DeviceRecord]] = {}
        self.channels: dict[ChannelId, DeviceId] = {}
        """Calls of known devices that are no offers of ours."""
        self.talks: dict[OfferId, CallId] = {}
        """Whom the agent has, or is about to have, who took this offer."""
        self.retrievals: dict[ChannelId, CallId] = {}
        """Calls of devices with which a caller was fetched, and whom."""
        self.monitors: dict[ChannelId, tuple[CallId, AgentId]] = {}
        """Calls of devices with which somebody listens in: on whom, and who."""
        self.callbacks: dict[str, set[CallId]] = {}
        """Who waits to be called back, and is not being called, by his queue and number as `place_id` names them."""
        self.staffing: dict[AgentId, set[QueueId]] = {}
        """The queues whose calls an agent takes."""
        self.available: set[AgentId] = set()
        """Agents who are eligible somewhere."""
        self.deadlines = Deadlines()
        self.freed: set[AgentId] = set()
        """Agents who became eligible somewhere; the engine takes them out once it has looked for calls for them."""
        self.needy: set[CallId] = set()
        """Callers who ring at nobody any more, or whose cascade goes on or is over; taken out likewise."""
        self.out: Counter[str] = Counter()
        """How many calls go out now, by account and by agent."""
        self.line_wanted: dict[AccountId, dict[QueueId, Ordered[CallId]]] = {}
        """Who is to be called back once one call less goes out at once; in turn."""
        self.slot_wanted: dict[AccountId, set[CallId]] = {}
        """Who is to be called back once so few have gone out in an hour, or in a day, that one more may."""
        self.line_freed: set[AccountId] = set()
        """Accounts for which one less goes out; taken out once those who waited for it are looked at."""
        self.leaving: set[CallId] = set()
        """Callers whose longest wait is over and for whom nobody rings any more; they are to leave their queue."""
        self.next_calls: dict[AgentId, CallRecord | None] = {}
        """Which call they should have next, of agents for whom that was asked since the last fact."""
        self._build()

    # --- reading

    def queue_index(self, queue: QueueId) -> QueueIndex:
        """The queue's index, made on first use."""
        return self.index[queue]

    def queue_record(self, queue: QueueId) -> QueueRecord:
        """What the queue's last calls took, made on first use."""
        found = self.records.queue_records.get(queue)
        if found is None:
            found = self.records.queue_records[queue] = QueueRecord()
        return found

    def agent_of_device(self, device: DeviceId) -> AgentRecord | None:
        """Whose phone this is, None where nobody's."""
        known = self.records.devices.get(device)
        return self.records.agent_records.get(known.owner) if known else None

    def assignment(self, agent: AgentId, queue: QueueId) -> Assignment | None:
        """The agent's part in this queue, None where he has none."""
        return self.records.assignments.get(agent, {}).get(queue)

    def device(self, device: DeviceId) -> DeviceRecord:
        """The phone's record, made on first use."""
        return self.records.device_records.setdefault(device, DeviceRecord(id=device))

    # --- writing, for `fold`

    def place(self, call: CallRecord) -> None:
        """Where this caller belongs in his queue's index, and what lapses for him."""
        if call.agent is not None:
            self.displace(call)
            return
        self.index[call.queue].waiting.place(call.id, *call.turn)
        if call.callback is not None:
            self.callbacks.setdefault(place_id(call.queue, call.callback.number), set()).add(call.id)
            self._postpone(call, call.callback.cap)
        self.place_by_offers(call)
        self._set_deadlines(call)

    def place_by_offers(self, call: CallRecord) -> None:
        """What an offer more or less means for a caller who waits; his turn, and what lapses for him, it leaves."""
        index = self.index[call.queue]
        if call.offers or not call.may_ring:
            index.unoffered.remove(call.id)
        elif index.unoffered.place(call.id, *call.turn):
            self.needy.add(call.id)
        if call.overdue and not call.offers:
            self.leaving.add(call.id)
        else:
            self.leaving.discard(call.id)

    def displace(self, call: CallRecord) -> None:
        """He does not wait in his queue any more."""
        self.needy.discard(call.id)
        self.leaving.discard(call.id)
        index = self.index[call.queue]
        if not index.waiting.remove(call.id):
            return  # nor has he since he was answered
        index.unoffered.remove(call.id)
        if call.callback is not None:
            self._forget_callback(call.id, place_id(call.queue, call.callback.number))
            self._postpone(call, None)
            self.line_freed.add(call.account)  # which he was to have, perhaps
        self.deadlines.forget(call.id, _OF_WAITING)

    def _forget_callback(self, call: CallId, key: str) -> None:
        known = self.callbacks.get(key, set())
        known.discard(call)
        if not known:
            self.callbacks.pop(key, None)

    def _postpone(self, call: CallRecord, cap: OutboundCap | None) -> None:
        """What lets him be called."""
        if cap is not OutboundCap.AT_ONCE:
            queues = self.line_wanted.get(call.account, {})
            if call.queue in queues and queues[call.queue].remove(call.id) and not queues[call.queue]:
                del queues[call.queue]
        if cap is None:
            self.slot_wanted.get(call.account, set()).discard(call.id)
        elif cap is OutboundCap.AT_ONCE:
            self.line_wanted.setdefault(call.account, {}).setdefault(call.queue, Ordered()).place(call.id, *call.turn)
        else:
            self.slot_wanted.setdefault(call.account, set()).add(call.id)

    def goes_out(self, channel: ChannelId, call: OutboundCall) -> None:
        """One call more goes out."""
        self.records.out.setdefault(channel, []).append(call)
        self._count_out(call, 1)

    def is_over(self, channel: ChannelId) -> None:
        """What went out for this channel, if anything did, is over."""
        for call in self.records.out.pop(channel, ()):
            self._count_out(call, -1)
            self.line_freed.add(call.account)

    def _count_out(self, call: OutboundCall, more: int) -> None:
        self.out[call.account] += more
        if call.agent is not None:
            self.out[call.agent] += more

    def set_cascade(self, call: CallRecord, cascade: Cascade | None) -> None:
        """How far his cascade has come; None: it is over."""
        call.cascade = cascade
        self.deadlines.set(DeadlineKind.CASCADE, call.id, cascade.until if cascade else None)

    def limit_briefing(self, call: CallRecord) -> None:
        """By when his agent has been told who comes, if he is being told."""
        until = call.answered_at + LONGEST_BRIEFING if call.briefing and call.answered_at is not None else None
        self.deadlines.set(DeadlineKind.BRIEFING, call.id, until)

    def reindex_owner(self, device: DeviceId) -> None:
        """Something about this phone has changed."""
        owner = self.agent_of_device(device)
        if owner is not None:
            self.reindex(owner)

    def reindex(self, agent: AgentRecord) -> None:
        """Where this agent belongs in the indexes of his queues."""
        self._staff(agent)
        self.reindex_eligible(agent)

    def reindex_eligible(self, agent: AgentRecord) -> None:
        """Of which queues he could be offered a call now; enough where only his calls and offers have changed."""
        assignments = self.records.assignments.get(agent.id, {})
        if obstacle_everywhere(agent) is not None or has_hands_full_everywhere(agent, assignments.values()):
            self.freed.discard(agent.id)
            if agent.id in self.available:
                self.available.discard(agent.id)
                for queue_id in assignments:
                    self.index[queue_id].eligible.remove(agent.id)
            return
        devices = self.devices_of.get(agent.id, {}).values()
        queues, somewhere = self.records.queues, False
        for queue_id, assignment in assignments.items():
            eligible = self.index[queue_id].eligible
            queue: Queue | None = queues.get(queue_id)
            if queue is None or queue.type is QueueType.CALL_PARK or obstacle_in(assignment, agent, devices):
                eligible.remove(agent.id)
                continue
            somewhere = True
            if eligible.place(agent.id, *rank(queue, assignment, agent)):
                self.freed.add(agent.id)
        if somewhere:
            self.available.add(agent.id)
        else:
            self.available.discard(agent.id)
            self.freed.discard(agent.id)

    def _staff(self, agent: AgentRecord) -> None:
        """Of which queues he takes calls, and when he will be ready for one."""
        assignments, queues = self.records.assignments.get(agent.id, {}), self.records.queues
        devices = self.devices_of.get(agent.id, {}).values()
        now = {queue for queue, part in assignments.items() if queue in queues and staffs(part, agent, devices)}
        before = self.staffing.get(agent.id, set())
        if now != before:
            self.staffing[agent.id] = now
            for queue_id in before:
                index = self.index[queue_id]
                index.staffed.discard(agent.id)
                index.wrapping_up.remove(agent.id)
                index.shared.take_away(before - {queue_id})
            for queue_id in now:
                index = self.index[queue_id]
                index.staffed.add(agent.id)
                index.shared.add(now - {queue_id})
        self.place_wrap_up(agent)

    def place_wrap_up(self, agent: AgentRecord) -> None:
        """When his wrap-up ends, for the queues of which he takes calls; enough where nothing else has changed."""
        until = None if agent.wrap_up is None else agent.wrap_up.until.timestamp()
        for queue_id in self.staffing.get(agent.id, ()):
            if until is None:
                self.index[queue_id].wrapping_up.remove(agent.id)
            else:
                self.index[queue_id].wrapping_up.place(agent.id, until)

    # --- from nothing

    def _build(self) -> None:
        r = self.records
        for device in sorted(r.devices.values(), key=lambda d: d.id):
            self.devices_of.setdefault(device.owner, {})[device.id] = self.device(device.id)
        for agent_id, entries in r.assignments.items():
            for queue_id, entry in entries.items():
                self.index[queue_id].assigned[agent_id] = self.assignments[agent_id, queue_id] = entry
        for agent in r.agent_records.values():
            self.channels.update(agent.other_calls)
            self.deadlines.set(DeadlineKind.BACK_OFF, agent.id, agent.back_off_until)
            self.deadlines.set(DeadlineKind.WRAP_UP, agent.id, agent.wrap_up.until if agent.wrap_up else None)
            self.reindex(agent)
        for call in r.calls.values():
            self.place(call)
            self.set_cascade(call, call.cascade)
            self.limit_briefing(call)
            if call.offer is not None:
                self.talks[call.offer] = call.id
            if call.retriever is not None:
                self.retrievals[call.retriever] = call.id
            for supervisor, monitor in call.monitors.items():
                self.monitors[monitor.channel] = (call.id, supervisor)
        for offer in r.offers.values():
            self.deadlines.set(DeadlineKind.OFFER, offer.id, offer.until)
            self.index[offer.queue].ringing.add(offer.id)
        for lines in r.out.values():
            for line in lines:
                self._count_out(line, 1)
        for queue, places in r.places.items():
            for number, place in places.items():
                self.deadlines.set(DeadlineKind.PLACE, place_id(queue, number), place.until)

    def _set_deadlines(self, call: CallRecord) -> None:
        """What lapses for a waiting caller, by the rules that his queue has now."""
        queue: Queue | None = self.records.queues.get(call.queue)
        on_the_line = call.callback is None
        # A longest wait of nought is none.
        max_wait = (queue.max_wait or None) if queue is not None and on_the_line and not call.overdue else None
        behind = queue.longest_behind if queue is not None and not call.lifted else None
        self.deadlines.set(DeadlineKind.MAX_WAIT, call.id, None if max_wait is None else call.queued_at + max_wait)
        self.deadlines.set(DeadlineKind.LIFT, call.id, None if behind is None else call.arrived + behind)
        self.deadlines.set(DeadlineKind.CALLBACK, call.id, call.callback.again if call.callback else None)
        self._set_announcements(call, queue)

    def place_announcement(self, call: CallRecord) -> None:
        """What he hears has begun or is over: when he hears the next; nothing else of him has changed."""
        if call.agent is None:
            self._set_announcements(call, self.records.queues.get(call.queue))

    def _set_announcements(self, call: CallRecord, queue: Queue | None) -> None:
        hears = call.callback is None and self.records.asterisk_in_sight
        due = next_due(queue, call) if queue is not None and hears and call.saying is None else None
        said = max(call.last_said.values()) + LONGEST_SAID if hears and call.saying is not None else None
        self.deadlines.set(DeadlineKind.ANNOUNCEMENT, call.id, due[0] if due else None)
        self.deadlines.set(DeadlineKind.ANNOUNCEMENT_END, call.id, said)


def place_id(queue: QueueId, number: str) -> str:
    """Names a place that is kept, among the deadlines."""
    return f"{queue} {number}"


def place_of(id_: str) -> tuple[QueueId, str]:
    """The place that is named so."""
    queue, _, number = id_.partition(" ")
    return QueueId(queue), number
