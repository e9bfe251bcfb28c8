"""The rules of offers, said again from the facts alone: who is rung, for whom, how it ends, and what that costs.

A part of `Ledger`, and as plain as that.
"""

from datetime import datetime, timedelta

from acd.inputs import (
    AsteriskSeen,
    CallArrived,
    ConfigurationLoaded,
    DriftFound,
    LegAnswered,
    LegEnd,
    LegKeyPressed,
    PickCall,
)
from acd.model import (
    ONLINE,
    SINGLE_CALL,
    OfferId,
    QueueType,
    SingleCallUse,
)
from acd.outputs import (
    ConfirmationAsked,
    OfferEnd,
    OfferEnded,
    OfferMade,
    OfferOutcome,
    OfferRetimed,
)
from tests.property.books import Ringing, Waiter
from tests.property.causes import CAUSES, OUTCOMES, PUNISHES
from tests.property.people import PeopleBooks


class OfferBooks(PeopleBooks):
    """Who rings, and why no more."""

    def __init__(self) -> None:
        super().__init__()
        self.offers_ever: set[OfferId] = set()

    def offer_made(self, fact: OfferMade, at: datetime) -> None:
        """The right agent is rung for the right caller, on every phone that counts."""
        waiter, agent = self.calls[fact.call], fact.agent
        assert self.in_sight, "no offer while Asterisk is out of sight"
        assert fact.offer not in self.offers_ever, "an offer id is used once"
        assert fact.queue == waiter.queue
        assert waiter.agent is None, "only waiting callers are offered"
        overdue = waiter.overdue and fact.picked_by is None
        assert not overdue, "who has waited as long as he may is offered to nobody more"
        assert waiter.again is None, "nobody is looked for before it is time to call back again"
        assert sorted(fact.devices) == self.usable(agent, fact.queue), "every phone that counts rings, and no other"
        if fact.picked_by is None:
            self._his_turn(fact, waiter, at)
        else:
            self._is_picked(fact, waiter, at)
        self.offers_ever.add(fact.offer)
        self.offers[fact.offer] = Ringing(
            fact.call,
            agent,
            set(fact.devices),
            fact.until,
            at,
            cascades=fact.until is None,
            picked=fact.picked_by is not None,
        )
        self.people[agent].offer = fact.offer
        waiter.pending[fact.offer] = agent
        if fact.picked_by is None:
            self.last_offer_at = at
            self._note_offer(fact, waiter, at)
        if fact.round > waiter.round:
            waiter.round, waiter.tried = fact.round, set()
        waiter.tried.add(agent)

    def _his_turn(self, fact: OfferMade, waiter: Waiter, at: datetime) -> None:
        assert self.eligible(fact.agent, fact.queue), f"{fact.agent} may not be offered {fact.call}"
        queue = self.queues[fact.queue]
        assert fact.until == (None if queue.type is QueueType.LINEAR_CASCADE else at + queue.ring_time)
        assert fact.until is not None or waiter.cascade is not None, "a cascade's offer belongs to a cascade"
        self._right_agent(fact)
        self._right_call(fact)

    def _is_picked(self, fact: OfferMade, waiter: Waiter, at: datetime) -> None:
        """A supervisor has said so, just now; nobody else rings for him, and it is no turn of anybody's."""
        assert isinstance(self.what, PickCall)
        assert (self.what.call, self.what.agent, self.what.by) == (fact.call, fact.agent, fact.picked_by)
        assert fact.until == at + self.queues[fact.queue].ring_time
        assert fact.round == waiter.round
        assert not waiter.pending, "he alone rings"
        assert self.people[fact.agent].offer is None, "one offer at a time"
        person = self.people[fact.agent]
        person.back_off = None
        self.reached["given to somebody who is away"] += person.status not in (ONLINE, SINGLE_CALL)
        self.reached["given to somebody of another queue"] += (fact.agent, fact.queue) not in self.assignments
        self.reached["given in wrap-up"] += person.wrap_up is not None
        self.reached[f"given: {self.queues[fact.queue].type}"] += 1

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

    def offer_ended(self, fact: OfferEnded, at: datetime) -> None:
        """It ends for a reason, and costs the agent what that reason costs."""
        self.cascade_may_be_over(fact, at)
        ringing = self.offers.pop(fact.offer)
        waiter, person = self.calls[fact.call], self.people[fact.agent]
        assert (ringing.call, ringing.agent, waiter.queue) == (fact.call, fact.agent, fact.queue)
        del waiter.pending[fact.offer]
        person.offer = None
        self._why_it_ended(fact, ringing, waiter, at)
        if not any(self.offers[other].cascades for other in waiter.pending):
            waiter.cascade = None
        queue = self.queues.get(fact.queue)
        if fact.outcome in (OfferOutcome.REJECTED, OfferOutcome.FAILED):
            back_off = timedelta(0)
            if queue:
                back_off = {
                    OfferEnd.BUSY: queue.busy_back_off,
                    OfferEnd.DECLINED: queue.declined_back_off,
                    OfferEnd.REFUSED_BY_KEY: queue.declined_back_off,
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
        elif fact.why in (OfferEnd.ANSWERED, OfferEnd.DECLINED, OfferEnd.REFUSED_BY_KEY):
            person.misses = 0  # whoever does that is there
        if fact.outcome is OfferOutcome.ANSWERED:
            self._is_taken(fact, ringing)
        self._single_call_offered(fact)
        self.reached[f"offer ended: {fact.why}"] += 1
        self.reached[f"given, and ended: {fact.why}"] += ringing.picked
        self.reached[f"offer outcome: {fact.outcome}"] += 1
        if person.status == SINGLE_CALL and fact.outcome is not OfferOutcome.ANSWERED:
            self.reached["an offer in vain leaves Single-Call armed"] += 1

    def _is_taken(self, fact: OfferEnded, ringing: Ringing) -> None:
        """Where picking up is not enough, a key takes the call."""
        if ringing.confirming is None:
            assert not self.part(fact.agent, fact.queue).confirm, "picking up is not enough"
            return
        if isinstance(self.what, ConfigurationLoaded):
            assert not self.part(fact.agent, fact.queue).confirm, "now picking up is enough"
            return
        assert isinstance(self.what, LegKeyPressed)
        assert (self.what.offer, self.what.device, self.what.key) == (fact.offer, ringing.confirming, "1")
        self.reached["confirmed by key"] += 1

    def _single_call_offered(self, fact: OfferEnded) -> None:
        """Where an offer is enough to use up Single-Call, one that was not taken back by us does."""
        queue, person = self.queues.get(fact.queue), self.people[fact.agent]
        by_offer = queue is not None and queue.single_call_used_by is SingleCallUse.OFFERED
        in_vain = fact.why in (
            OfferEnd.NO_ANSWER,
            OfferEnd.BUSY,
            OfferEnd.DECLINED,
            OfferEnd.NOT_CONFIRMED,
            OfferEnd.REFUSED_BY_KEY,
            OfferEnd.CALLER_GONE,
            OfferEnd.ANSWERED_ELSEWHERE,
        )
        if by_offer and in_vain and person.status == SINGLE_CALL:
            self.offline_due.add(fact.agent)

    def offer_retimed(self, fact: OfferRetimed) -> None:
        """The new ring time counts from the first ring."""
        ringing = self.offers[fact.offer]
        queue = self.queues[self.calls[ringing.call].queue]
        assert isinstance(self.what, ConfigurationLoaded)
        assert ringing.confirming is None, "who has picked up rings no more"
        assert fact.until == ringing.made_at + queue.ring_time
        ringing.until = fact.until
        self.reached["a ring got another end"] += 1

    def confirmation_asked(self, fact: ConfirmationAsked, at: datetime) -> None:
        """Somebody has picked up, where picking up is not enough."""
        ringing = self.offers[fact.offer]
        assignment = self.assignments[ringing.agent, self.calls[ringing.call].queue]
        assert isinstance(self.what, LegAnswered | AsteriskSeen | DriftFound)
        assert assignment.confirm
        again = isinstance(self.what, AsteriskSeen) and ringing.confirming == fact.device
        assert ringing.confirming is None or again, "he is asked once, and again after an outage"
        assert fact.device in ringing.devices
        assert fact.until > at
        ringing.confirming, ringing.devices, ringing.until = fact.device, {fact.device}, fact.until
        self.reached["asked to confirm"] += 1

    def _why_it_ended(self, fact: OfferEnded, ringing: Ringing, waiter: Waiter, at: datetime) -> None:
        end = ringing.until
        if end is None:
            assert waiter.cascade is not None
            end = waiter.cascade[2]
        timed_out = self.is_time(at, end)
        if timed_out and not isinstance(self.what, ConfigurationLoaded):
            self.lapses(at)
        if fact.why is OfferEnd.NO_ANSWER:
            assert self.in_sight or LegEnd.NO_ANSWER in ringing.told, "nobody misses a call while we do not look"
            assert timed_out or LegEnd.NO_ANSWER in ringing.told
            several = ringing.picked or (fact.queue in self.queues and self.rings_several(fact.queue))
            assert fact.outcome is (OfferOutcome.WITHDRAWN if several else OfferOutcome.MISSED)
        elif fact.why is OfferEnd.NOT_CONFIRMED:
            assert ringing.confirming is not None
            assert timed_out, "he has until then"
            in_vain = OfferOutcome.WITHDRAWN if ringing.picked else OfferOutcome.MISSED
            assert fact.outcome is in_vain, "he picked up, and in vain"
        elif fact.why is OfferEnd.ASTERISK_LOST:
            assert not self.in_sight
            assert timed_out or isinstance(self.what, AsteriskSeen)
        else:
            assert isinstance(self.what, CAUSES[fact.why]), f"{fact} came of {self.what}"
            assert fact.outcome is OUTCOMES.get(fact.why, OfferOutcome.WITHDRAWN)
        by_key = fact.why is OfferEnd.REFUSED_BY_KEY
        if fact.outcome in PUNISHES and not by_key and not (timed_out and fact.outcome is OfferOutcome.MISSED):
            put_down = ringing.confirming is not None and LegEnd.HUNG_UP in ringing.told
            assert put_down or ringing.told & PUNISHES[fact.outcome], (
                f"{fact} is held against him without his having been rung"
            )
        if fact.why is OfferEnd.STATUS_CHANGED:
            assert fact.agent in {self.asker()} | self.offline_due | self.either_due, "his own choice, or used up"
        if by_key:
            assert ringing.confirming is not None
