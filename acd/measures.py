"""What is counted of a centre: folds over facts, for reports, the simulator and whoever shows figures.

Pure: the facts of a span go in, in their order, and then stand here: per queue the calls and their waits, per agent the
time spent in what he did. Nothing is decided by these figures.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from acd.figures import SHORT_ABANDON, AgentMeasures, Doing, QueueMeasures
from acd.model import OFFLINE, AgentId, CallId, ChannelId, DeviceId, OfferId, QueueId, Status
from acd.outputs import (
    CallAnswered,
    CallEnded,
    CallMoved,
    CallOutcome,
    CallOverflowed,
    CallQueued,
    CallRequeued,
    CallRetrieved,
    ConfigurationChanged,
    DeviceDisengaged,
    DeviceEngaged,
    EntryRefused,
    Fact,
    OfferEnd,
    OfferEnded,
    OfferMade,
    OfferOutcome,
    Recorded,
    StatusChanged,
    TalkEnded,
    TalkStarted,
    WrapUpEnded,
    WrapUpStarted,
)
from acd.records import Records


@dataclass(slots=True, kw_only=True)
class _Agent:
    """What an agent is at, as far as facts have told."""

    measures: AgentMeasures
    status: Status = OFFLINE
    status_since: datetime
    """Up to when his time in it has been counted."""
    offers: set[OfferId] = field(default_factory=set[OfferId])
    calls: set[CallId] = field(default_factory=set[CallId])
    others: set[ChannelId] = field(default_factory=set[ChannelId])
    wrap_up: tuple[QueueId, datetime] | None = None
    doing: Doing = Doing.OFFLINE
    since: datetime

    def now_doing(self) -> Doing:
        """By what of it counts first."""
        return Doing.of(
            self.status,
            talks=bool(self.calls),
            wraps_up=self.wrap_up is not None,
            is_on_other_call=bool(self.others),
            rings=bool(self.offers),
        )


class Measures:
    """The figures of one span: begun with what there is, told every fact, read whenever `bring_to` has come there."""

    def __init__(self, begins: datetime, records: Records | None = None) -> None:
        """`records`: what there is when the span begins; None: nothing yet."""
        self.queues: dict[QueueId, QueueMeasures] = {}
        self.agents: dict[AgentId, AgentMeasures] = {}
        self._now = begins
        self._within: dict[QueueId, timedelta] = {}
        self._waits: dict[CallId, tuple[QueueId, datetime]] = {}
        """Who waits, where, and up to when his wait has been counted."""
        self._picked_up: dict[CallId, timedelta] = {}
        """Who has been answered and not yet joined, and his wait."""
        self._at: dict[AgentId, _Agent] = {}
        self._owner: dict[DeviceId, AgentId] = {}
        self._other_calls: dict[ChannelId, AgentId] = {}
        """Whose calls of other kinds these are."""
        if records is not None:
            self._begin(records)

    def note(self, recorded: Recorded) -> None:
        """One fact more, not before the last one."""
        fold = _FOLDS.get(type(recorded.fact))
        if fold is not None:
            self._now = recorded.at
            fold(self, recorded.fact)

    def bring_to(self, now: datetime) -> None:
        """Count all time up to this instant."""
        self._now = now
        for agent in self._at.values():
            self._is_doing(agent)
            self._count_status(agent)
        for call, (queue, _) in self._waits.items():
            self._count_wait(call, queue)

    def of_agent(self, agent: AgentId, now: datetime) -> AgentMeasures:
        """An agent's figures, all his time up to this instant counted."""
        self._now = now
        found = self._agent(agent)
        self._is_doing(found)
        self._count_status(found)
        return found.measures

    def begin_anew(self, queues: Iterable[QueueId], agents: Iterable[AgentId], at: datetime) -> None:
        """Let the span begin now for these, at an instant not before the last fact. What goes on, goes on."""
        self._now = at
        anew = {queue: QueueMeasures() for queue in queues}
        self.queues |= anew
        for call, (queue, _) in self._waits.items():
            if queue in anew:
                self._wait(call, queue)
        for id_ in agents:
            agent = self._agent(id_)
            self._is_doing(agent)
            self._count_status(agent)
            agent.measures = self.agents[id_] = AgentMeasures()

    def together(self) -> QueueMeasures:
        """All queues as one, each by its own T."""
        sum_ = QueueMeasures()
        for queue in self.queues.values():
            sum_.add(queue)
        return sum_

    # --- calls

    def _queue(self, queue: QueueId) -> QueueMeasures:
        found = self.queues.get(queue)
        if found is None:
            found = self.queues[queue] = QueueMeasures()
        return found

    def _wait(self, call: CallId, queue: QueueId) -> None:
        self._queue(queue).offered += 1
        self._waits[call] = (queue, self._now)

    def _count_wait(self, call: CallId, queue: QueueId) -> None:
        self._queue(queue).waiting_time += self._now - self._waits[call][1]
        self._waits[call] = (queue, self._now)

    def _no_more(self, call: CallId) -> QueueMeasures | None:
        """His wait is over. None: it was before."""
        if call not in self._waits:
            return None
        queue, _ = self._waits[call]
        self._count_wait(call, queue)
        del self._waits[call]
        return self._queue(queue)

    def _call_queued(self, fact: CallQueued) -> None:
        self._wait(fact.call, fact.queue)

    def _entry_refused(self, fact: EntryRefused) -> None:
        self._queue(fact.queue).refused += 1

    def _call_overflowed(self, fact: CallOverflowed) -> None:
        queue = self._no_more(fact.call)
        if queue is not None:
            queue.overflowed += 1

    def _call_moved(self, fact: CallMoved) -> None:
        left = self._no_more(fact.call)
        if left is not None:  # a supervisor has moved him; else it was told before that he left
            left.overflowed += 1
        self._wait(fact.call, fact.to)

    def _call_retrieved(self, fact: CallRetrieved) -> None:
        self._no_longer(fact.channel)  # it was a call of another kind while it dialled
        self._call_answered(fact)

    def _call_answered(self, fact: CallAnswered | CallRetrieved) -> None:
        self._picked_up[fact.call] = fact.waited
        agent = self._agent(fact.agent)
        agent.calls.add(fact.call)
        self._is_doing(agent)

    def _call_requeued(self, fact: CallRequeued) -> None:
        self._picked_up.pop(fact.call, None)

    def _talk_started(self, fact: TalkStarted) -> None:
        waited = self._picked_up.pop(fact.call, None)
        queue = self._no_more(fact.call)
        if waited is None or queue is None:
            return
        queue.answered += 1
        queue.answered_in_time += waited <= self._within[fact.queue]
        queue.waits_s.append(waited.total_seconds())
        self._agent(fact.agent).measures.answered += 1

    def _talk_ended(self, fact: TalkEnded) -> None:
        queue = self._queue(fact.queue)
        queue.talks += fact.talked > timedelta(0)
        queue.talked += fact.talked
        agent = self._agent(fact.agent)
        agent.measures.talks += fact.talked > timedelta(0)
        agent.measures.talked += fact.talked
        agent.measures.held += fact.held
        agent.calls.discard(fact.call)
        self._is_doing(agent)

    def _call_ended(self, fact: CallEnded) -> None:
        self._picked_up.pop(fact.call, None)
        queue = self._no_more(fact.call)
        if queue is None:
            return
        if fact.outcome is not CallOutcome.ABANDONED:
            queue.lost += 1
            return
        queue.abandoned += 1
        queue.abandoned_late += fact.waited > self._within[fact.queue]
        queue.short_abandons += fact.waited < SHORT_ABANDON

    # --- agents

    def _agent(self, agent: AgentId) -> _Agent:
        found = self._at.get(agent)
        if found is None:
            measures = self.agents[agent] = AgentMeasures()
            found = self._at[agent] = _Agent(measures=measures, since=self._now, status_since=self._now)
        return found

    def _is_doing(self, agent: _Agent) -> None:
        if agent.since != self._now:
            agent.measures.time[agent.doing] += self._now - agent.since
            agent.since = self._now
        agent.doing = agent.now_doing()

    def _count_status(self, agent: _Agent) -> None:
        spent = agent.measures.in_status
        spent[agent.status] = spent.get(agent.status, timedelta(0)) + self._now - agent.status_since
        agent.status_since = self._now

    def _offer_made(self, fact: OfferMade) -> None:
        agent = self._agent(fact.agent)
        agent.offers.add(fact.offer)
        self._is_doing(agent)

    def _offer_ended(self, fact: OfferEnded) -> None:
        agent = self._agent(fact.agent)
        agent.offers.discard(fact.offer)
        self._is_doing(agent)
        if fact.outcome is OfferOutcome.MISSED:
            agent.measures.missed += 1
        elif fact.outcome in (OfferOutcome.REJECTED, OfferOutcome.FAILED):
            agent.measures.refused += 1
            agent.measures.declined += fact.why in (OfferEnd.DECLINED, OfferEnd.REFUSED_BY_KEY)

    def _status_changed(self, fact: StatusChanged) -> None:
        agent = self._agent(fact.agent)
        self._count_status(agent)
        agent.status = fact.status
        self._is_doing(agent)

    def _wrap_up_started(self, fact: WrapUpStarted) -> None:
        agent = self._agent(fact.agent)
        self._end_wrap_up(agent)
        agent.wrap_up = (fact.queue, self._now)
        self._is_doing(agent)

    def _wrap_up_ended(self, fact: WrapUpEnded) -> None:
        agent = self._agent(fact.agent)
        self._end_wrap_up(agent)
        self._is_doing(agent)

    def _end_wrap_up(self, agent: _Agent) -> None:
        if agent.wrap_up is not None:
            queue, since = agent.wrap_up
            self._queue(queue).wrapped_up += self._now - since
            agent.measures.wrapped_up += self._now - since
            agent.wrap_up = None

    def _engaged(self, fact: DeviceEngaged) -> None:
        owner = self._owner.get(fact.device)
        if owner is not None:
            agent = self._agent(owner)
            agent.others.add(fact.channel)
            self._other_calls[fact.channel] = owner
            self._is_doing(agent)

    def _disengaged(self, fact: DeviceDisengaged) -> None:
        self._no_longer(fact.channel)

    def _no_longer(self, channel: ChannelId) -> None:
        owner = self._other_calls.pop(channel, None)
        if owner is not None:
            agent = self._agent(owner)
            agent.others.discard(channel)
            self._is_doing(agent)

    # --- the whole

    def _configured(self, fact: ConfigurationChanged) -> None:
        for queue in fact.queues:
            self._within[queue.id] = queue.service_level
            self._queue(queue.id)
        for agent in fact.agents:
            self._agent(agent.id)
        for device in fact.devices:
            self._owner[device.id] = device.owner
        for agent_id in fact.agents_gone:
            gone = self._agent(agent_id)
            self._count_status(gone)
            gone.status = OFFLINE
            self._is_doing(gone)

    def _begin(self, records: Records) -> None:
        self._configured(
            ConfigurationChanged(
                queues=tuple(records.queues.values()),
                agents=tuple(records.agents.values()),
                devices=tuple(records.devices.values()),
            )
        )
        for call in records.calls.values():
            if call.talking_since is None:
                self._wait(call.id, call.queue)
                if call.answered_at is not None:
                    self._picked_up[call.id] = call.answered_at - call.arrived
        for record in records.agent_records.values():
            agent = self._agent(record.id)
            agent.status, agent.calls, agent.others = record.status, set(record.calls), set(record.other_calls)
            self._other_calls.update(dict.fromkeys(record.other_calls, record.id))
            agent.offers = set() if record.offer is None else {record.offer}
            agent.wrap_up = None if record.wrap_up is None else (record.wrap_up.queue, self._now)
            self._is_doing(agent)


_FOLDS: Final[dict[type[Fact], Callable[[Measures, Any], None]]] = {
    CallQueued: Measures._call_queued,
    EntryRefused: Measures._entry_refused,
    CallOverflowed: Measures._call_overflowed,
    CallMoved: Measures._call_moved,
    CallAnswered: Measures._call_answered,
    CallRetrieved: Measures._call_retrieved,
    CallRequeued: Measures._call_requeued,
    TalkStarted: Measures._talk_started,
    TalkEnded: Measures._talk_ended,
    CallEnded: Measures._call_ended,
    OfferMade: Measures._offer_made,
    OfferEnded: Measures._offer_ended,
    StatusChanged: Measures._status_changed,
    WrapUpStarted: Measures._wrap_up_started,
    WrapUpEnded: Measures._wrap_up_ended,
    DeviceEngaged: Measures._engaged,
    DeviceDisengaged: Measures._disengaged,
    ConfigurationChanged: Measures._configured,
}
"""Facts that count nothing are left out; a table, because a simulation tells millions."""
