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
    LegEnd,
    LegEnded,
)
from acd.model import ONLINE, SINGLE_CALL, CallId, OfferId, QueueType
from acd.outputs import (
    AsteriskInSight,
    AsteriskOutOfSight,
    BackOffEnded,
    CallAnswered,
    CallEnded,
    CallOutcome,
    CallQueued,
    CallRequeued,
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
    Recorded,
    StatusChanged,
    TalkEnded,
    TalkStarted,
    WrapUpEnded,
    WrapUpStarted,
)
from tests.property.books import Ringing, Waiter, What
from tests.property.causes import CAUSES, OUTCOMES, PUNISHES
from tests.property.people import PeopleBooks


class Ledger(PeopleBooks):
    """Books and rules. `read` takes in one step; `reached` counts the situations it has met."""

    def __init__(self) -> None:
        super().__init__()
        self.ended: dict[CallId, CallOutcome] = {}
        self.offers_ever: set[OfferId] = set()

    def read(self, what: What, facts: tuple[Recorded, ...], now: datetime) -> None:
        """Take in a step: each fact in turn, then what must hold when the engine comes to rest."""
        self.what = what
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
                    self.lapses(at)
                self.cascade_widened(fact, at)
            case LegStopped():
                ringing = self.offers[fact.offer]
                ringing.devices.remove(fact.device)
                assert ringing.devices, "the last phone ends the offer"
                self.reached["one of several phones stopped"] += 1
            case OfferRetimed():
                self._offer_retimed(fact)
            case ConfirmationAsked():
                self._confirmation_asked(fact, at)
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
                assert isinstance(self.what, ConnectFailed | LegEnded | AsteriskSeen)
                self.reached["answered, not connected: waits again"] += 1
            case CallEnded():
                self._call_ended(fact)
            case EntryRefused():
                self.entry_refused(fact)
            case PlaceKept():
                self.place_kept(fact, at)
            case PlaceGone():
                self.place_gone(fact, at)
            case AnnouncementStarted():
                self.announcement_started(fact, at)
            case AnnouncementEnded():
                self.announcement_ended(fact)
            case CallLifted():
                self.call_lifted(fact, at)
            case MaxWaitReached():
                self.max_wait_reached(fact, at)
            case CallOverflowed():
                self.call_overflowed(fact)
            case CallMoved():
                self.call_moved(fact, at)
            case CallbackRefused():
                self.callback_refused(fact)
            case CallbackPromised():
                self.callback_promised(fact)
            case CallbackDialled():
                self.callback_dialled(fact)
            case CallbackAnswered():
                self.callback_answered(fact)
            case CallbackFailed():
                self.callback_failed(fact, at)
            case CallbackDue():
                self.callback_due(fact, at)
            case HoldStarted():
                self.hold_started(fact, at)
            case HoldEnded():
                self.hold_ended(fact, at)
            case CallTransferred():
                self.call_transferred(fact)
            case TransferRefused():
                self.transfer_refused(fact)
            case CallRetrieved():
                self.call_retrieved(fact, at)
            case RetrievalRefused():
                self.retrieval_refused(fact)
            case RecordingStarted():
                self.recording_started(fact)
            case RecordingEnded():
                self.recording_ended(fact)
            case StatusChanged():
                self.status_changed(fact, at)
            case WrapUpStarted():
                due = self.wrap_up_due.pop(fact.agent, None)
                assert due == (fact.until, fact.mandatory), f"wrap-up {fact} where {due} was due"
                self.people[fact.agent].wrap_up = due
            case WrapUpEnded():
                self.wrap_up_ended(fact, at)
            case BackOffEnded():
                person = self.people[fact.agent]
                assert person.back_off == at, "a back-off ends at its instant"
                self.lapses(at)
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
                self._configuration(fact, at)
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
        kept = self.places.pop((fact.queue, fact.caller.number), None)
        if kept is not None:
            assert (fact.arrived, fact.priority) == kept[:2], "he has his place back"
            self.reached["a place is given back"] += 1
        elif isinstance(self.what, CallArrived):
            assert fact.priority == self.what.priority, "a caller keeps the priority that he came with"
        if fact.call in self.ended:
            # Closed with its queue while Asterisk was lost, so he was never turned away; and the queue is there again.
            assert self.ended.pop(fact.call) is CallOutcome.QUEUE_CLOSED, "a call that has ended does not come back"
            assert isinstance(self.what, AsteriskSeen)
            self.offers_ever = {offer for offer in self.offers_ever if offer.partition("~")[0] != fact.call}
        self.let_in(self.queues[fact.queue])
        self.calls[fact.call] = Waiter(
            queue=fact.queue, arrived=fact.arrived, queued_at=at, priority=fact.priority
        )

    def _offer_made(self, fact: OfferMade, at: datetime) -> None:
        waiter, agent = self.calls[fact.call], fact.agent
        assert self.in_sight, "no offer while Asterisk is out of sight"
        assert fact.offer not in self.offers_ever, "an offer id is used once"
        assert fact.queue == waiter.queue
        assert waiter.agent is None, "only waiting callers are offered"
        assert not waiter.overdue, "who has waited as long as he may is offered to nobody more"
        assert waiter.again is None, "nobody is looked for before it is time to call back again"
        assert self.eligible(agent, fact.queue), f"{agent} may not be offered {fact.call}"
        assert sorted(fact.devices) == self.usable(agent, fact.queue), "every phone that counts rings, and no other"
        queue = self.queues[fact.queue]
        assert fact.until == (None if queue.type is QueueType.LINEAR_CASCADE else at + queue.ring_time)
        assert fact.until is not None or waiter.cascade is not None, "a cascade's offer belongs to a cascade"
        self._right_agent(fact)
        self._right_call(fact)
        self.offers_ever.add(fact.offer)
        self.last_offer_at = at
        self.offers[fact.offer] = Ringing(fact.call, agent, set(fact.devices), fact.until, at)
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
        self.note_order(fact, arrives=isinstance(self.what, CallArrived), at=at)
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
            person.misses += 1
            if queue is not None and queue.after_missed is not None and person.misses >= queue.after_missed:
                self.offline_due.add(fact.agent)
        elif fact.outcome is OfferOutcome.ANSWERED:
            person.misses = 0
        self._single_call_offered(fact)
        self.reached[f"offer ended: {fact.why}"] += 1
        self.reached[f"offer outcome: {fact.outcome}"] += 1
        if person.status == SINGLE_CALL and fact.outcome is not OfferOutcome.ANSWERED:
            self.reached["an offer in vain leaves Single-Call armed"] += 1

    def _single_call_offered(self, fact: OfferEnded) -> None:
        """Where an offer is enough to use up Single-Call, one that was not taken back by us does."""
        queue, person = self.queues.get(fact.queue), self.people[fact.agent]
        by_offer = queue is not None and queue.single_call_used_by is SingleCallUse.OFFERED
        in_vain = fact.outcome in (OfferOutcome.MISSED, OfferOutcome.REJECTED, OfferOutcome.FAILED)
        if by_offer and in_vain and person.status == SINGLE_CALL:
            self.offline_due.add(fact.agent)

    def _offer_retimed(self, fact: OfferRetimed) -> None:
        """The new ring time counts from the first ring."""
        ringing = self.offers[fact.offer]
        queue = self.queues[self.calls[ringing.call].queue]
        assert isinstance(self.what, ConfigurationLoaded)
        assert ringing.confirming is None, "who has picked up rings no more"
        assert fact.until == ringing.made_at + queue.ring_time
        ringing.until = fact.until
        self.reached["ring time changed while a phone rang"] += 1

    def _confirmation_asked(self, fact: ConfirmationAsked, at: datetime) -> None:
        """Somebody has picked up, where picking up is not enough."""
        ringing = self.offers[fact.offer]
        assignment = self.assignments[ringing.agent, self.calls[ringing.call].queue]
        assert isinstance(self.what, LegAnswered | AsteriskSeen)
        assert assignment.confirm
        assert ringing.confirming is None
        assert fact.device in ringing.devices
        assert fact.until > at
        ringing.confirming, ringing.devices, ringing.until = fact.device, {fact.device}, fact.until
        self.reached["asked to confirm"] += 1

    def _why_it_ended(self, fact: OfferEnded, ringing: Ringing, waiter: Waiter, at: datetime) -> None:
        timed_out = at == ringing.until
        if ringing.until is None:
            assert waiter.cascade is not None
            timed_out = at == waiter.cascade[2]
        if timed_out:
            self.lapses(at)
        if fact.why is OfferEnd.NO_ANSWER:
            assert self.in_sight or LegEnd.NO_ANSWER in ringing.told, "nobody misses a call while we do not look"
            assert timed_out or LegEnd.NO_ANSWER in ringing.told
            several = fact.queue in self.queues and self.rings_several(fact.queue)
            assert fact.outcome is (OfferOutcome.WITHDRAWN if several else OfferOutcome.MISSED)
        elif fact.why is OfferEnd.ASTERISK_LOST:
            assert not self.in_sight
            assert timed_out or isinstance(self.what, AsteriskSeen)
        else:
            assert isinstance(self.what, CAUSES[fact.why]), f"{fact} came of {self.what}"
            assert fact.outcome is OUTCOMES.get(fact.why, OfferOutcome.WITHDRAWN)
        if fact.outcome in PUNISHES and not (timed_out and fact.outcome is OfferOutcome.MISSED):
            assert ringing.told & PUNISHES[fact.outcome], f"{fact} is held against him without his having been rung"
        if fact.why is OfferEnd.STATUS_CHANGED:
            assert fact.agent in {self.asker()} | self.offline_due | self.either_due, "his own choice, or used up"

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
        assert isinstance(self.what, CallConnected | AsteriskSeen)
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
            (self.either_due if person.single else self.offline_due).add(fact.agent)
            if person.single:
                self.wrap_up_is_due(fact, at)
            return
        if person.status in (ONLINE, SINGLE_CALL):
            self.wrap_up_is_due(fact, at)
            self.reached["Single-Call chosen in mid-call: wrap-up, then one more"] += person.status == SINGLE_CALL
        else:
            self.reached["talk ended while away: no wrap-up"] += 1

    def _call_ended(self, fact: CallEnded) -> None:
        waiter = self.calls.pop(fact.call)
        assert fact.call not in self.ended, "a call ends once"
        self.ended[fact.call] = fact.outcome
        assert not waiter.pending, "nothing rings for a caller who is gone"
        assert waiter.agent is None
        if isinstance(self.what, CallerHungUp):
            assert fact.call == self.what.call
        self.reached[f"call ended: {fact.outcome}"] += 1
        if fact.outcome is CallOutcome.QUEUE_CLOSED:
            assert waiter.queue not in self.queues

    def _configuration(self, fact: ConfigurationChanged, at: datetime) -> None:
        assert isinstance(self.what, ConfigurationLoaded)
        self.reconfigure(fact)
        self.configuration_has_changed(at)
        self.reached["configuration changed while a phone rang"] += bool(self.offers)

    # --- at rest

    def _at_rest(self, now: datetime) -> None:
        self._nothing_is_owed(now)
        self._nobody_rings_who_should_not()
        if self.in_sight:
            self._nobody_waits_in_vain()

    def _nothing_is_owed(self, now: datetime) -> None:
        if isinstance(self.what, LegEnded) and self.what.how is LegEnd.DECLINED:
            assert self.what.offer not in self.offers, "declining on one phone declines on all"
        assert not self.offline_due, f"Single-Call is used up for {self.offline_due}"
        left = self.wrap_up_due.keys() - self.either_due
        assert not left, f"wrap-up was due for {left}"
        self.either_due.clear()
        self.wrap_up_due.clear()
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
