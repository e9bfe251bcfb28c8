"""Every offer of every day explained, and each reason looked up in the books.

The explanations come from the engine's own rules, for the state that the journal gives; what confirms them is `books`,
which shares nothing with those rules.
"""

from datetime import datetime
from typing import assert_never

from acd.eligibility import DeviceObstacle
from acd.explain.reasons import (
    Away,
    BackingOff,
    Before,
    CallsInHand,
    CascadeNotThere,
    Explanation,
    IdleForLess,
    LaterById,
    LaterInOrder,
    NoUsablePhone,
    OtherCallFirst,
    Reason,
    Rung,
    RungToo,
    SingleCallUsed,
    Tried,
    WrappingUp,
)
from acd.explain.why import explain
from acd.journal import about
from acd.matching import CallObstacle
from acd.model import ONLINE, SINGLE_CALL, AgentId, CallId, DeviceId, QueueType
from acd.outputs import Fact, OfferMade
from acd.state import State
from tests.property.ledger import Ledger


class ExplainedLedger(Ledger):
    """A `Ledger` that asks for an explanation of each offer, and of each call that comes to wait without a ring."""

    def __init__(self) -> None:
        super().__init__()
        self._folded = State()
        self._concerned: set[CallId] = set()
        """The calls of this step's facts."""

    def _fact(self, fact: Fact, at: datetime) -> None:
        if isinstance(fact, OfferMade) and fact.picked_by is None:
            explanation = explain(self._folded, self._folded.records.calls[fact.call], at)
            assert explanation.chosen is not None, f"{fact.offer} is made, and nobody is to be rung"
            assert (explanation.chosen.agent, explanation.chosen.round) == (fact.agent, fact.round)
            self._confirm(fact.call, explanation, at)
        super()._fact(fact, at)
        self._folded.apply(fact, at)
        if (call := about(fact).call) is not None:
            self._concerned.add(call)

    def _at_rest(self, now: datetime) -> None:
        super()._at_rest(now)
        for call in sorted(self._concerned & self.calls.keys()):
            if self.calls[call].agent is None and not self.calls[call].pending:
                explanation = explain(self._folded, self._folded.records.calls[call], now)
                assert explanation.chosen is None, f"nobody rings for {call}"
                self._confirm(call, explanation, now)
        self._concerned.clear()

    def _confirm(self, call: CallId, explanation: Explanation, at: datetime) -> None:
        """Each assigned agent is chosen or has one reason, and each reason is true."""
        queue = self.calls[call].queue
        assert explanation.nobody is self._nobody(call), f"{call} is kept back"
        if explanation.nobody is not None:
            assert explanation.others == ()
            self.reached[f"explained: {explanation.nobody}"] += 1
            return
        named = [other.agent for other in explanation.others]
        chosen = explanation.chosen.agent if explanation.chosen else None
        assert sorted([*named, *([chosen] if chosen else [])]) == sorted(a for a, of in self.assignments if of == queue)
        for other in explanation.others:
            assert self._is_true(other.why, other.agent, call, chosen, at), f"{call}: {other.agent} is not {other.why}"
            self.reached[f"explained: {type(other.why).__name__}"] += 1

    def _nobody(self, call: CallId) -> CallObstacle | None:
        """Why agents are not even looked for."""
        if not self.in_sight:
            return CallObstacle.ASTERISK_OUT_OF_SIGHT
        if self.calls[call].overdue:
            return CallObstacle.OVERDUE
        if self.calls[call].again is not None:
            return CallObstacle.CAPPED if call in self.capped else CallObstacle.CALLED_BACK_LATER
        is_park = self.queues[self.calls[call].queue].type is QueueType.CALL_PARK
        return CallObstacle.PARKED if is_park else None

    def _is_true(self, why: Reason, agent: AgentId, call: CallId, chosen: AgentId | None, at: datetime) -> bool:
        queue = self.calls[call].queue
        match why:
            case RungToo() | LaterInOrder() | IdleForLess() | LaterById():
                return (
                    chosen is not None
                    and self._could_have_rung(agent, call)
                    and self._stands_later(why, agent, call, chosen, at)
                )
            case Tried() | CascadeNotThere() | OtherCallFirst():
                return self.eligible(agent, queue) and self._is_passed_over(why, agent, call, at)
            case _:
                return not self.eligible(agent, queue) and self._is_hindered(why, agent, call, at)

    # --- he can be offered nothing

    def _is_hindered(
        self,
        why: Away | SingleCallUsed | WrappingUp | Rung | BackingOff | CallsInHand | NoUsablePhone,
        agent: AgentId,
        call: CallId,
        at: datetime,
    ) -> bool:
        person, assignment = self.people[agent], self.assignments[agent, self.calls[call].queue]
        match why:
            case Away():
                return person.status not in (ONLINE, SINGLE_CALL) and why.status == person.status
            case SingleCallUsed():
                return person.status == SINGLE_CALL and bool(person.single) and set(why.calls) == person.single
            case WrappingUp():
                return (
                    person.wrap_up is not None and at + why.left == person.wrap_up[0] and why.left.total_seconds() >= 0
                )
            case Rung():
                rings = self.offers[person.offer].call if person.offer else None
                return why.call == rings and why.queue == self.calls[why.call].queue
            case BackingOff():
                return person.back_off is not None and at + why.left == person.back_off
            case CallsInHand():
                count = len(person.calls) + len(person.other)
                return (why.calls, why.at_most) == (count, assignment.max_calls) and count >= assignment.max_calls
            case NoUsablePhone():
                phones = sorted(device for device, owner in self.owner.items() if owner == agent)
                return [phone.device for phone in why.phones] == phones and all(
                    self._is_unusable(phone.why, phone.device, agent, call) for phone in why.phones
                )
            case _:
                assert_never(why)

    def _is_unusable(self, why: DeviceObstacle, device: DeviceId, agent: AgentId, call: CallId) -> bool:
        person, assignment = self.people[agent], self.assignments[agent, self.calls[call].queue]
        match why:
            case DeviceObstacle.NOT_REGISTERED:
                return device not in self.reachable
            case DeviceObstacle.SWITCHED_OFF:
                return device in self.off
            case DeviceObstacle.NOT_FOR_QUEUE:
                return assignment.devices is not None and device not in assignment.devices
            case DeviceObstacle.IN_USE:
                on_it = [*person.calls.values(), *person.other.values()].count(device)
                return on_it >= assignment.max_calls
            case _:
                assert_never(why)

    # --- he could be offered a call, but not this one

    def _is_passed_over(
        self, why: Tried | CascadeNotThere | OtherCallFirst, agent: AgentId, call: CallId, at: datetime
    ) -> bool:
        waiter = self.calls[call]
        match why:
            case Tried():
                return agent in waiter.tried and why.round == waiter.round and agent not in self.untried(call)
            case CascadeNotThere():
                own = self.assignments[agent, waiter.queue].order
                reached = waiter.cascade[0] if waiter.cascade else None
                return (why.order, why.reached) == (own, reached) and not self.within(call, agent)
            case OtherCallFirst():
                first = min((c for c in self.calls if agent in self.wants(c)), key=lambda c: self.rank(agent, c))
                return (
                    self.called_away(agent, call)
                    and (why.call, why.queue) == (first, self.calls[first].queue)
                    and self._goes_before(why, agent, call, at)
                )
            case _:
                assert_never(why)

    def _goes_before(self, why: OtherCallFirst, agent: AgentId, call: CallId, at: datetime) -> bool:
        other, waiter = self.calls[why.call], self.calls[call]
        if other.lifted != waiter.lifted:
            return other.lifted and why.by is Before.LIFTED
        its, own = self.priority(agent, other.queue), self.priority(agent, waiter.queue)
        equal = waiter.lifted or (its == own and other.priority == waiter.priority)
        match why.by:
            case Before.QUEUE_PRIORITY:
                return not waiter.lifted and (why.its, why.own) == (its, own) and its < own
            case Before.CALLER_PRIORITY:
                return not waiter.lifted and its == own and (why.its, why.own) == (other.priority, waiter.priority)
            case Before.WAIT:
                waits = (at - other.arrived, at - waiter.arrived)
                return (why.its, why.own) == waits and waits[0] > waits[1] and equal
            case Before.ID:
                return equal and other.arrived == waiter.arrived and why.call < call
            case Before.LIFTED:
                return False
            case _:
                assert_never(why.by)

    # --- he could have been rung for it

    def _could_have_rung(self, agent: AgentId, call: CallId) -> bool:
        return agent in self.wants(call) and not self.called_away(agent, call)

    def _stands_later(
        self,
        why: RungToo | LaterInOrder | IdleForLess | LaterById,
        agent: AgentId,
        call: CallId,
        chosen: AgentId,
        at: datetime,
    ) -> bool:
        queue = self.calls[call].queue
        if isinstance(why, RungToo):
            return self.rings_several(queue)
        if self.rings_several(queue) or self.key(agent, queue) < self.key(chosen, queue):
            return False
        orders = self.assignments[agent, queue].order, self.assignments[chosen, queue].order
        idle = self.people[agent].idle_since, self.people[chosen].idle_since
        match why:
            case LaterInOrder():
                return (why.order, why.chosen) == orders and self.queues[queue].type is not QueueType.ROUND_ROBIN
            case IdleForLess():
                return (at - why.idle, at - why.chosen) == idle and self.queues[queue].type is not QueueType.LINEAR_HUNT
            case LaterById():
                return self.key(agent, queue)[:2] == self.key(chosen, queue)[:2] and agent > chosen
            case _:
                assert_never(why)
