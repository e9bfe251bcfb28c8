"""Which call next for an agent, and which agents next for a call: one small rule per queue type.

Nothing is scanned: each rule reads the front of an index that `State` keeps in the right order.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from typing import Final

from acd.model import AgentId, Assignment, Queue, QueueId, QueueType
from acd.ordered import Ordered
from acd.records import AgentRecord, CallRecord
from acd.state import State


@dataclass(frozen=True, slots=True)
class Pick:
    """Whom to ring next for a call, and in which round."""

    agent: AgentId
    round: int


@dataclass(frozen=True, slots=True)
class Group:
    """Who rings next in a linear cascade: everybody up to this agent, of this order number."""

    agent: AgentId
    order: int
    round: int


RINGS_ON: Final[Mapping[QueueType, bool]] = {
    QueueType.ROUND_ROBIN: False,
    QueueType.TIERED_ROUND_ROBIN: False,
    QueueType.LINEAR_HUNT: False,
    QueueType.RING_ALL: True,
    QueueType.LINEAR_CASCADE: True,
    QueueType.CALL_PARK: False,
}
"""Whether a call that rings somewhere rings at others as well. The order in which is `eligibility.rank`.

A tiered round-robin needs no more than its order: tier first, then idle time, so the first untried agent is the one
idle longest in the lowest tier that has one.
"""


def agent_to_ring(state: State, call: CallRecord) -> Pick | None:
    """Whom to ring next for this waiting call; a new round begins when every eligible agent has been tried.

    An agent who should have another call first, by his own priorities, is passed over: he will be rung for that one.
    One at a time, because each ring changes who is free for what.
    """
    queue = state.records.queues.get(call.queue)
    if queue is None or not call.may_ring or (call.offers and not RINGS_ON[queue.type]):
        return None
    index = state.queue_index(queue.id)
    new_round = _new_round(call, index.eligible)
    for agent in index.eligible:
        if not _reached(call, queue, index.assigned[agent]):
            return None  # nor is anybody after him: those stand in the order in which the cascade goes on
        if (new_round or agent not in call.tried) and next_call(state, state.records.agent_records[agent]) is call:
            return Pick(agent, call.round + new_round)
    return None


def next_group(state: State, call: CallRecord) -> Group | None:
    """Who rings next, as well, in a linear cascade. None: nobody is left, or the queue is of another type.

    A group is made of those who can be rung when its turn comes, in the queue's order: all of the lowest order number
    that has one, or `first_round` agents and then `increment` more. So a group without anybody is no group, and costs
    no time. Whoever should have another call first is passed over, as in `agent_to_ring`.
    """
    queue = state.records.queues.get(call.queue)
    if queue is None or not call.may_ring or queue.type is not QueueType.LINEAR_CASCADE:
        return None
    index = state.queue_index(queue.id)
    new_round = _new_round(call, index.eligible)
    size = queue.first_round if new_round or not call.tried else queue.increment
    group: list[AgentId] = []
    for agent in index.eligible:
        order = index.assigned[agent].order
        if group and (len(group) == size if size is not None else order > index.assigned[group[-1]].order):
            break
        untried = new_round or agent not in call.tried
        if untried and next_call(state, state.records.agent_records[agent], widening=call) is call:
            group.append(agent)
    return Group(group[-1], index.assigned[group[-1]].order, call.round + new_round) if group else None


def _reached(call: CallRecord, queue: Queue, assignment: Assignment) -> bool:
    """Whether this call may ring there: where a cascade goes on, only as far as it has come."""
    if queue.type is not QueueType.LINEAR_CASCADE or call.cascade is None:
        return True
    if queue.first_round is None:
        return assignment.order <= call.cascade.order
    return (assignment.order, assignment.agent) <= (call.cascade.order, call.cascade.agent)


def _new_round(call: CallRecord, eligible: Ordered[AgentId]) -> bool:
    return not call.offers and all(agent in call.tried for agent in eligible)


def next_call(state: State, agent: AgentRecord, widening: CallRecord | None = None) -> CallRecord | None:
    """The call this agent should have next, over all his queues: by his priority for them, then by the callers' turn.

    A queue whose callers cannot use him now is passed over, whatever its priority. `widening` is a call whose cascade
    may come to him now.
    """
    best: tuple[float, tuple[float, float], str] | None = None
    found: CallRecord | None = None
    for queue_id, assignment in state.records.assignments.get(agent.id, {}).items():
        call = _first_for(state, queue_id, agent, widening)
        if call is None:
            continue
        queue = state.records.queues[queue_id]
        priority = queue.priority if assignment.priority is None else assignment.priority
        order = (-inf if call.lifted else priority, call.turn, call.id)
        if best is None or order < best:
            best, found = order, call
    return found


def _first_for(state: State, queue_id: QueueId, agent: AgentRecord, widening: CallRecord | None) -> CallRecord | None:
    """The call of this queue whose turn it is of those that can use this agent now."""
    index = state.queue_index(queue_id)
    queue: Queue | None = state.records.queues.get(queue_id)
    if queue is None or agent.id not in index.eligible:
        return None
    for call_id in index.waiting if RINGS_ON[queue.type] else index.unoffered:
        call = state.records.calls[call_id]
        if not call.may_ring:
            continue
        if call is not widening and not _reached(call, queue, index.assigned[agent.id]):
            continue
        if agent.id not in call.tried or _new_round(call, index.eligible):
            return call
    return None
