"""The rules of a linear cascade, said again from the facts alone, and what is counted of tiers and groups.

A part of `Ledger`, and as plain as that.
"""

from collections import Counter
from datetime import datetime

from acd.model import AgentId, CallId, QueueType
from acd.outputs import CascadeWidened, OfferEnd, OfferEnded, OfferMade
from tests.property.books import Books


class CascadeBooks(Books):
    """When a group may ring, who belongs to it, and when it is all over."""

    def __init__(self) -> None:
        super().__init__()
        self.reached: Counter[str] = Counter()
        self._over: tuple[CallId, datetime] | None = None
        """The cascade that has just ended by itself, and when."""

    def cascade_widened(self, fact: CascadeWidened, at: datetime) -> None:
        """A cascade begins, or goes on at its ring time-out, with the right group."""
        waiter, queue = self.calls[fact.call], self.queues[fact.queue]
        assert queue.type is QueueType.LINEAR_CASCADE
        assert fact.queue == waiter.queue
        assert self.in_sight, "nobody can be rung while Asterisk is out of sight"
        assert waiter.agent is None
        assert fact.until == at + queue.ring_time
        goes_on = waiter.cascade is not None
        if waiter.cascade is not None:
            assert self.is_time(at, waiter.cascade[2]), "a cascade goes on at its ring time-out"
            assert waiter.pending
        pool = self.untried(fact.call)
        again = not waiter.pending and all(agent in waiter.tried for agent in pool)
        assert fact.round == waiter.round + again, "a new round begins when all have been tried, and only then"
        self._right_group(fact, pool, first=again or not waiter.tried)
        if again:
            waiter.round, waiter.tried = fact.round, set()
            self.reached["cascade: a new round"] += 1
        waiter.cascade = (fact.order, fact.agent, fact.until)
        self.reached["cascade: goes on to the next group"] += goes_on
        self.reached["cascade: the next group at once"] += not goes_on and not again and bool(waiter.tried)
        self.reached["cascade: begins beside another type's ring"] += not goes_on and bool(waiter.pending)
        self.reached[f"cascade: {'by order' if queue.first_round is None else 'by number'}"] += 1

    def _right_group(self, fact: CascadeWidened, pool: list[AgentId], *, first: bool) -> None:
        """It begins where the last one ended, leaves nobody out, and is as large as it should be."""
        queue = self.queues[fact.queue]
        free = [agent for agent in pool if not self.called_away(agent, fact.call)]
        assert fact.agent in free, "a group ends with somebody who can be rung"
        group = free[: free.index(fact.agent) + 1]
        orders = [self.assignments[agent, fact.queue].order for agent in free]
        assert fact.order == orders[len(group) - 1]
        if queue.first_round is None:
            assert len(group) == orders.count(orders[0]), "all of the lowest order number, and nobody else"
            assert set(orders[: len(group)]) == {orders[0]}
        else:
            size = queue.first_round if first else queue.increment
            assert size is not None, "both numbers or none"
            assert len(group) == min(size, len(free)), "so many, or all who are left"

    def cascade_may_be_over(self, fact: OfferEnded, at: datetime) -> None:
        """A cascade ends by itself only when, before anybody stops ringing, nobody is left who could ring as well."""
        waiter, queue = self.calls[fact.call], self.queues.get(fact.queue)
        by_itself = fact.why is OfferEnd.NO_ANSWER and self._over != (fact.call, at)
        if waiter.cascade is None or not by_itself or queue is None or not self.offers[fact.offer].cascades:
            return
        if not self.is_time(at, waiter.cascade[2]):
            return
        self._over = (fact.call, at)
        if queue.type is not QueueType.LINEAR_CASCADE:
            self.reached["cascade: ended as another type"] += 1
            return
        if waiter.overdue:
            self.reached["cascade: the longest wait is over"] += 1
            return
        left = [agent for agent in self.untried(fact.call) if not self.called_away(agent, fact.call)]
        assert not left, f"{fact.call}'s cascade ends though {left} could ring as well"
        self.reached["cascade: ended unanswered"] += 1

    def cascade_until(self, call: CallId) -> datetime:
        """When the rings of this call end that have no end of their own, or more ring as well."""
        cascade = self.calls[call].cascade
        assert cascade is not None, "a ring without an end of its own belongs to a cascade"
        return cascade[2]

    def note_order(self, fact: OfferMade, *, arrives: bool, at: datetime) -> None:
        """Count what an offer shows of groups and tiers; `arrives`: it is made as a caller comes."""
        waiter, queue = self.calls[fact.call], self.queues[fact.queue]
        if waiter.cascade is not None and queue.type is QueueType.LINEAR_CASCADE:
            self.reached["cascade: several agents ring"] += len(waiter.pending) > 1
            self.reached["cascade: an agent joins"] += not arrives and (waiter.cascade[2] != at + queue.ring_time)
        tiers = {self.assignments[agent, queue.id].order for agent in self.candidates(queue.id)}
        tiers |= {self.assignments[fact.agent, queue.id].order}
        tiered = queue.type is QueueType.TIERED_ROUND_ROBIN
        self.reached["tiers: the next tier"] += tiered and self.assignments[fact.agent, queue.id].order > min(tiers)
        self.reached["tiers: the lowest of several"] += (
            tiered and len(tiers) > 1 and (self.assignments[fact.agent, queue.id].order == min(tiers))
        )
