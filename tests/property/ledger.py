"""The rules of the product, said again from the facts alone.

A `Ledger` reads every input and every fact, keeps its own books, and objects (`AssertionError`) to whatever the rules
do not allow. It shares the words with the engine (`acd.model`, `acd.inputs`, `acd.outputs`) and not one line of logic,
so that a wrong idea in the engine is not repeated here. Slow and plain on purpose.
"""

from collections import Counter
from datetime import datetime, timedelta

from acd.inputs import (
    AsteriskSeen,
    CallArrived,
    CallConnected,
    CallerHungUp,
    ConfigurationLoaded,
    ConnectFailed,
    EndWrapUp,
    Event,
    LegEnd,
    LegEnded,
    Request,
    SetStatus,
    SetStatusByPhone,
)
from acd.model import OFFLINE, ONLINE, SINGLE_CALL, AgentId, CallId, OfferId, QueueType
from acd.outputs import (
    AsteriskInSight,
    AsteriskOutOfSight,
    BackOffEnded,
    CallAnswered,
    CallEnded,
    CallOutcome,
    CallQueued,
    CallRequeued,
    CascadeRetimed,
    CascadeWidened,
    ConfigurationChanged,
    DeviceDisengaged,
    DeviceEngaged,
    DeviceReachable,
    DeviceSwitched,
    Fact,
    LegStopped,
    OfferEnd,
    OfferEnded,
    OfferMade,
    OfferOutcome,
    OfferRetimed,
    Recorded,
    Source,
    StatusChanged,
    TalkEnded,
    TalkStarted,
    WrapUpEnd,
    WrapUpEnded,
    WrapUpStarted,
)
from tests.property.books import Ringing, Waiter
from tests.property.cascades import CascadeBooks
from tests.property.causes import CAUSES, OUTCOMES, PUNISHES

What = Event | Request | None
"""The input of a step; None where only time passed."""


class Ledger(CascadeBooks):
    """Books and rules. `read` takes in one step; `reached` counts the situations it has met."""

    def __init__(self) -> None:
        super().__init__()
        self.ended: dict[CallId, CallOutcome] = {}
        self.offers_ever: set[OfferId] = set()
        self._what: What = None
        self._last_offer_at: datetime | None = None
        self._offline_due: set[AgentId] = set()
        self._wrap_up_due: dict[AgentId, tuple[datetime, bool]] = {}
        self._either_due: set[AgentId] = set()

    def read(self, what: What, facts: tuple[Recorded, ...], now: datetime) -> None:
        """Take in a step: each fact in turn, then what must hold when the engine comes to rest."""
        self._what = what
        if isinstance(what, LegEnded) and what.offer in self.offers:
            ringing = self.offers[what.offer]
            if what.device in ringing.devices:
                ringing.told.add(what.how)
        for recorded in facts:
            assert recorded.at <= now, "nothing is decided in the future"
            self._fact(recorded.fact, recorded.at)
        self._at_rest(now)

    # --- facts

    def _fact(self, fact: Fact, at: datetime) -> None:
        match fact:
            case CallQueued():
                self._call_queued(fact, at)
            case OfferMade():
                self._offer_made(fact, at)
            case CascadeWidened():
                if self.calls[fact.call].cascade is not None:
                    self._lapses(at)
                self.cascade_widened(fact, at)
            case CascadeRetimed():
                waiter = self.calls[fact.call]
                assert waiter.cascade is not None
                assert isinstance(self._what, ConfigurationLoaded), "nobody has to confirm here"
                waiter.cascade = (waiter.cascade[0], waiter.cascade[1], fact.until)
            case OfferRetimed():
                assert isinstance(self._what, ConfigurationLoaded)
                self.offers[fact.offer].until = fact.until
                self.reached["a ring got another end"] += 1
            case LegStopped():
                ringing = self.offers[fact.offer]
                ringing.devices.remove(fact.device)
                assert ringing.devices, "the last phone ends the offer"
                self.reached["one of several phones stopped"] += 1
            case OfferEnded():
                self._offer_ended(fact, at)
            case CallAnswered():
                self._call_answered(fact, at)
            case TalkStarted():
                self._talk_started(fact, at)
            case TalkEnded():
                self._talk_ended(fact, at)
            case CallRequeued():
                assert self.calls[fact.call].agent is None
                assert isinstance(self._what, ConnectFailed | LegEnded | AsteriskSeen)
                self.reached["answered, not connected: waits again"] += 1
            case CallEnded():
                self._call_ended(fact)
            case StatusChanged():
                self._status_changed(fact, at)
            case WrapUpStarted():
                due = self._wrap_up_due.pop(fact.agent, None)
                assert due == (fact.until, fact.mandatory), f"wrap-up {fact} where {due} was due"
                self.people[fact.agent].wrap_up = due
            case WrapUpEnded():
                self._wrap_up_ended(fact, at)
            case BackOffEnded():
                person = self.people[fact.agent]
                assert person.back_off == at, "a back-off ends at its instant"
                self._lapses(at)
                person.back_off = None
                self.reached["back-off over"] += 1
            case DeviceSwitched():
                (self.off.discard if fact.on else self.off.add)(fact.device)
            case DeviceReachable():
                (self.reachable.add if fact.reachable else self.reachable.discard)(fact.device)
            case DeviceEngaged():
                self.people[self.owner[fact.device]].other[fact.channel] = fact.device
            case DeviceDisengaged():
                holders = [person for person in self.people.values() if fact.channel in person.other]
                assert len(holders) == 1, "an other call is one agent's"
                del holders[0].other[fact.channel]
            case ConfigurationChanged():
                self._configuration(fact)
            case AsteriskOutOfSight():
                assert self.in_sight
                self.in_sight = False
            case AsteriskInSight():
                self.in_sight = True
            case _:
                pass

    def _call_queued(self, fact: CallQueued, at: datetime) -> None:
        assert fact.call not in self.calls, "a call waits once"
        assert fact.arrived <= at
        assert fact.queue in self.queues
        if isinstance(self._what, CallArrived):
            assert fact.priority == self._what.priority, "a caller keeps the priority that he came with"
        if fact.call in self.ended:
            # Closed with its queue while Asterisk was lost, so he was never turned away; and the queue is there again.
            assert self.ended.pop(fact.call) is CallOutcome.QUEUE_CLOSED, "a call that has ended does not come back"
            assert isinstance(self._what, AsteriskSeen)
            self.offers_ever = {offer for offer in self.offers_ever if offer.partition("~")[0] != fact.call}
        self.calls[fact.call] = Waiter(queue=fact.queue, arrived=fact.arrived, priority=fact.priority)

    def _offer_made(self, fact: OfferMade, at: datetime) -> None:
        waiter, agent = self.calls[fact.call], fact.agent
        assert self.in_sight, "no offer while Asterisk is out of sight"
        assert fact.offer not in self.offers_ever, "an offer id is used once"
        assert fact.queue == waiter.queue
        assert waiter.agent is None, "only waiting callers are offered"
        assert self.eligible(agent, fact.queue), f"{agent} may not be offered {fact.call}"
        assert sorted(fact.devices) == self.usable(agent, fact.queue), "every phone that counts rings, and no other"
        queue = self.queues[fact.queue]
        assert fact.until == (None if queue.type is QueueType.LINEAR_CASCADE else at + queue.ring_time)
        assert fact.until is not None or waiter.cascade is not None, "a cascade's offer belongs to a cascade"
        self._right_agent(fact)
        self._right_call(fact)
        self.offers_ever.add(fact.offer)
        self._last_offer_at = at
        self.offers[fact.offer] = Ringing(fact.call, agent, set(fact.devices), fact.until)
        self.people[agent].offer = fact.offer
        waiter.pending[fact.offer] = agent
        self._note_offer(fact, waiter, at)
        if fact.round > waiter.round:
            waiter.round, waiter.tried = fact.round, set()
        waiter.tried.add(agent)

    def _right_agent(self, fact: OfferMade) -> None:
        """The queue's order says that it is his turn; whoever comes before him must have a call to go to first."""
        waiter, queue = self.calls[fact.call], self.queues[fact.queue]
        candidates = self.candidates(queue.id)
        untried = [agent for agent in candidates if agent not in waiter.tried]
        assert fact.round == waiter.round + (not untried), "a new round begins when all have been tried, and only then"
        pool = untried or candidates
        assert fact.agent in pool, "untried agents first"
        assert self.within(fact.call, fact.agent), "a cascade rings as far as it has come"
        if self.rings_several(queue.id):
            return
        assert not waiter.pending, "one at a time"
        for better in pool[: pool.index(fact.agent)]:
            assert self.called_away(better, fact.call), f"{fact.offer}: {better} comes before {fact.agent}"

    def _right_call(self, fact: OfferMade) -> None:
        """By his priorities and their waits it is this caller's turn; whoever comes before must get somebody better."""
        agent = fact.agent
        for call in self.calls:
            wanted = self.wants(call) if call != fact.call else []
            if agent not in wanted:
                continue
            if self.rank(agent, call) > self.rank(agent, fact.call):
                passed = (
                    self.calls[call].queue == fact.queue and self.calls[call].arrived < self.calls[fact.call].arrived
                )
                self.reached["a caller with priority went before one who waited longer"] += passed
                continue
            type_ = self.queues[self.calls[call].queue].type
            assert type_ is not QueueType.RING_ALL, f"{fact.offer}: {call} comes before, and rings all"
            cascades = self.calls[call].cascade is not None and type_ is QueueType.LINEAR_CASCADE
            assert not cascades, f"{fact.offer}: {call} comes before, and its cascade has come to {agent}"
            assert wanted[0] != agent, f"{fact.offer}: {call} comes before {fact.call} for {agent}"

    def _note_offer(self, fact: OfferMade, waiter: Waiter, at: datetime) -> None:
        queue, person = self.queues[fact.queue], self.people[fact.agent]
        self.reached[f"offered: {queue.type}"] += 1
        self.reached["new round"] += fact.round > waiter.round
        self.reached["several phones ring as one"] += len(fact.devices) > 1
        all_ring = queue.type is QueueType.RING_ALL
        self.reached["ring all: several agents ring"] += all_ring and len(waiter.pending) > 1
        self.note_order(fact, arrives=isinstance(self._what, CallArrived), at=at)
        self.reached["offered beside a queue call"] += bool(person.calls)
        self.reached["offered beside another call"] += bool(person.other)
        other_queues = {
            call.queue
            for call in self.calls.values()
            if call.agent is None and call.queue != fact.queue and (fact.agent, call.queue) in self.assignments
        }
        self.reached["several of his queues had callers"] += bool(other_queues)

    def _offer_ended(self, fact: OfferEnded, at: datetime) -> None:
        self.cascade_may_be_over(fact, at)
        ringing = self.offers.pop(fact.offer)
        waiter, person = self.calls[fact.call], self.people[fact.agent]
        assert (ringing.call, ringing.agent, waiter.queue) == (fact.call, fact.agent, fact.queue)
        del waiter.pending[fact.offer]
        person.offer = None
        self._why_it_ended(fact, ringing, waiter, at)
        if not any(self.offers[other].until is None for other in waiter.pending):
            waiter.cascade = None
        queue = self.queues.get(fact.queue)
        if fact.outcome in (OfferOutcome.REJECTED, OfferOutcome.FAILED):
            back_off = timedelta(0)
            if queue:
                back_off = {
                    OfferEnd.BUSY: queue.busy_back_off,
                    OfferEnd.DECLINED: queue.declined_back_off,
                    OfferEnd.UNREACHABLE: queue.unreachable_back_off,
                }[fact.why]
            assert fact.back_off_until == (at + back_off if back_off else None)
        else:
            assert fact.back_off_until is None, "only who refused is left alone for a while"
        person.back_off = fact.back_off_until
        if fact.outcome is OfferOutcome.MISSED:
            person.idle_since = at
        self.reached[f"offer ended: {fact.why}"] += 1
        self.reached[f"offer outcome: {fact.outcome}"] += 1
        if person.status == SINGLE_CALL and fact.outcome is not OfferOutcome.ANSWERED:
            self.reached["an offer in vain leaves Single-Call armed"] += 1

    def _why_it_ended(self, fact: OfferEnded, ringing: Ringing, waiter: Waiter, at: datetime) -> None:
        timed_out = at == ringing.until
        if ringing.until is None:
            assert waiter.cascade is not None
            timed_out = at == waiter.cascade[2]
        if timed_out:
            self._lapses(at)
        if fact.why is OfferEnd.NO_ANSWER:
            assert self.in_sight or LegEnd.NO_ANSWER in ringing.told, "nobody misses a call while we do not look"
            assert timed_out or LegEnd.NO_ANSWER in ringing.told
            several = fact.queue in self.queues and self.rings_several(fact.queue)
            assert fact.outcome is (OfferOutcome.WITHDRAWN if several else OfferOutcome.MISSED)
        elif fact.why is OfferEnd.ASTERISK_LOST:
            assert not self.in_sight
            assert timed_out or isinstance(self._what, AsteriskSeen)
        else:
            assert isinstance(self._what, CAUSES[fact.why]), f"{fact} came of {self._what}"
            assert fact.outcome is OUTCOMES.get(fact.why, OfferOutcome.WITHDRAWN)
        if fact.outcome in PUNISHES and not (timed_out and fact.outcome is OfferOutcome.MISSED):
            assert ringing.told & PUNISHES[fact.outcome], f"{fact} is held against him without his having been rung"
        if fact.why is OfferEnd.STATUS_CHANGED:
            assert fact.agent in {self._asker()} | self._offline_due | self._either_due, "his own choice, or used up"

    def _call_answered(self, fact: CallAnswered, at: datetime) -> None:
        waiter, person = self.calls[fact.call], self.people[fact.agent]
        assert waiter.agent is None, "one call is never connected to two agents"
        assert fact.waited == at - waiter.arrived
        assert self.owner.get(fact.device) == fact.agent
        waiter.agent, waiter.leg = fact.agent, (fact.offer, fact.device)
        person.calls[fact.call] = fact.device
        if person.status == SINGLE_CALL:
            person.single.add(fact.call)
        self.reached["answered by one of a ring all"] += len(waiter.pending) > 0

    def _talk_started(self, fact: TalkStarted, at: datetime) -> None:
        waiter = self.calls[fact.call]
        assert waiter.agent == fact.agent
        assert waiter.talking_since is None
        assert isinstance(self._what, CallConnected | AsteriskSeen)
        waiter.talking_since = at

    def _talk_ended(self, fact: TalkEnded, at: datetime) -> None:
        waiter, person = self.calls[fact.call], self.people[fact.agent]
        assert waiter.agent == fact.agent
        since = waiter.talking_since
        assert fact.talked == (at - since if since else timedelta(0))
        del person.calls[fact.call]
        counts = fact.call in person.single
        person.single.discard(fact.call)
        waiter.agent = waiter.leg = waiter.talking_since = None
        if since is None:
            return
        person.idle_since = at
        if person.status == SINGLE_CALL and counts:
            # Two can count where he chose it with one answered and one ringing; either may be the one.
            (self._either_due if person.single else self._offline_due).add(fact.agent)
            if person.single or self._mandatory(fact):
                self._wrap_up_is_due(fact, at)
            return
        if self._mandatory(fact) or person.status in (ONLINE, SINGLE_CALL):
            self._wrap_up_is_due(fact, at)
            self.reached["Single-Call chosen in mid-call: wrap-up, then one more"] += person.status == SINGLE_CALL
        else:
            self.reached["talk ended while away: no wrap-up"] += 1

    def _mandatory(self, fact: TalkEnded) -> bool:
        """Whether the agent has a wrap-up whatever his status is."""
        return fact.queue in self.queues and self.queues[fact.queue].wrap_up_mandatory

    def _wrap_up_is_due(self, fact: TalkEnded, at: datetime) -> None:
        queue, assignment = self.queues.get(fact.queue), self.assignments.get((fact.agent, fact.queue))
        if queue is None:
            return
        own = assignment.wrap_up if assignment else None
        until = at + (queue.wrap_up if own is None else own)
        running = self.people[fact.agent].wrap_up
        if until == at:
            return
        if running is None:
            self._wrap_up_due[fact.agent] = (until, queue.wrap_up_mandatory)
        elif running[0] <= until or (queue.wrap_up_mandatory and not running[1]):
            self._wrap_up_due[fact.agent] = (max(until, running[0]), queue.wrap_up_mandatory or running[1])

    def _call_ended(self, fact: CallEnded) -> None:
        waiter = self.calls.pop(fact.call)
        assert fact.call not in self.ended, "a call ends once"
        self.ended[fact.call] = fact.outcome
        assert not waiter.pending, "nothing rings for a caller who is gone"
        assert waiter.agent is None
        if isinstance(self._what, CallerHungUp):
            assert fact.call == self._what.call
        self.reached[f"call ended: {fact.outcome}"] += 1
        if fact.outcome is CallOutcome.QUEUE_CLOSED:
            assert waiter.queue not in self.queues

    def _status_changed(self, fact: StatusChanged, at: datetime) -> None:
        person = self.people[fact.agent]
        if fact.source is Source.SINGLE_CALL_USED:
            assert fact.agent in self._offline_due | self._either_due, "only a connected call uses up Single-Call"
            assert fact.status == OFFLINE
            assert person.status == SINGLE_CALL
            self._offline_due.discard(fact.agent)
            if fact.agent in self._either_due and not self._wrap_up_due.get(fact.agent, (at, False))[1]:
                self._wrap_up_due.pop(fact.agent, None)
            self.reached["Single-Call used up"] += 1
        else:
            assert isinstance(self._what, SetStatus | SetStatusByPhone)
            assert (self._asker(), self._what.status) == (fact.agent, fact.status)
            self.reached["chose single-call while talking"] += fact.status == SINGLE_CALL and bool(person.calls)
            self.reached["went away while talking"] += fact.status not in (ONLINE, SINGLE_CALL) and bool(person.calls)
        if person.status not in (ONLINE, SINGLE_CALL) and fact.status in (ONLINE, SINGLE_CALL):
            person.idle_since = at
        person.status = fact.status
        # Chosen while he talks, it means the next call; chosen while he is being connected, this one.
        unconnected = {call for call in person.calls if self.calls[call].talking_since is None}
        person.single = unconnected if fact.status == SINGLE_CALL else set()

    def _wrap_up_ended(self, fact: WrapUpEnded, at: datetime) -> None:
        person = self.people[fact.agent]
        assert person.wrap_up is not None
        until, mandatory = person.wrap_up
        match fact.why:
            case WrapUpEnd.RAN_OUT:
                assert at == until, "wrap-up ends at its instant"
                self._lapses(at)
            case WrapUpEnd.AGENT:
                assert self._asker() == fact.agent, "only the agent cuts his wrap-up short"
                assert not mandatory, "not even he where it is mandatory"
        person.wrap_up, person.idle_since = None, at
        self.reached[f"wrap-up ended: {fact.why}"] += 1

    def _lapses(self, at: datetime) -> None:
        assert self._last_offer_at != at, "all that is due at an instant lapses before anybody is rung"

    def _asker(self) -> AgentId | None:
        """Who asks in this step, or for whom."""
        match self._what:
            case SetStatus() | EndWrapUp():
                return self._what.agent
            case SetStatusByPhone():
                return self.owner.get(self._what.device)
            case _:
                return None

    def _configuration(self, fact: ConfigurationChanged) -> None:
        assert isinstance(self._what, ConfigurationLoaded)
        self.reconfigure(fact)
        self.reached["configuration changed while a phone rang"] += bool(self.offers)

    # --- at rest

    def _at_rest(self, now: datetime) -> None:
        self._nothing_is_owed(now)
        self._nobody_rings_who_should_not()
        if self.in_sight:
            self._nobody_waits_in_vain()

    def _nothing_is_owed(self, now: datetime) -> None:
        if isinstance(self._what, LegEnded) and self._what.how is LegEnd.DECLINED:
            assert self._what.offer not in self.offers, "declining on one phone declines on all"
        assert not self._offline_due, f"Single-Call is used up for {self._offline_due}"
        left = self._wrap_up_due.keys() - self._either_due
        assert not left, f"wrap-up was due for {left}"
        self._either_due.clear()
        self._wrap_up_due.clear()
        for ringing in self.offers.values():
            end = ringing.until or self.cascade_until(ringing.call)
            assert end > now, "a ring ends at its time"
        for agent, person in self.people.items():
            assert person.wrap_up is None or person.wrap_up[0] > now, f"{agent}'s wrap-up is over"
            assert person.back_off is None or person.back_off > now, f"{agent}'s back-off is over"

    def _nobody_rings_who_should_not(self) -> None:
        pending = Counter(ringing.agent for ringing in self.offers.values())
        assert all(count == 1 for count in pending.values()), "at most one offer an agent"
        for id_, ringing in self.offers.items():
            person = self.people[ringing.agent]
            assert person.status in (ONLINE, SINGLE_CALL), f"{id_} rings at an agent who is away"
            assert self.calls[ringing.call].agent is None, f"{id_} rings for a caller who is answered"
            assert ringing.devices <= self.reachable - self.off, f"{id_} rings a phone that is off or gone"
            assert (ringing.agent, self.calls[ringing.call].queue) in self.assignments, (
                f"{id_} rings outside his queues"
            )

    def _nobody_waits_in_vain(self) -> None:
        for call, waiter in self.calls.items():
            wanted = self.wants(call)
            assert not wanted, f"{call} waits in {waiter.queue} while {wanted} could be rung"
