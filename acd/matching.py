"""Which call next for an agent, and which agents next for a call: one small rule per queue type.

Nothing is scanned: each rule reads the front of an index that `State` keeps in the right order.
"""

from collections.abc import Mapping
from enum import StrEnum
from math import inf
from typing import Final

from msgspec import Struct

from acd.model import AgentId, Assignment, CallId, Queue, QueueId, QueueType
from acd.ordered import Ordered
from acd.records import AgentRecord, CallRecord
from acd.state import State


class Pick(Struct, frozen=True):
    """Whom to ring next for a call, and in which round."""

    agent: AgentId
    round: int


class Group(Struct, frozen=True):
    """Who rings next in a linear cascade: everybody up to this agent, of this order number."""

    agent: AgentId
    order: int
    round: int


class CallObstacle(StrEnum):
    """Why nobody is looked for for a call."""

    ASTERISK_OUT_OF_SIGHT = "asterisk_out_of_sight"
    ANSWERED = "answered"
    OVERDUE = "overdue"
    """He has waited as long as his queue keeps anybody."""
    CALLED_BACK_LATER = "called_back_later"
    """He could not be reached, and is called again later."""
    CAPPED = "capped"
    """He is to be called back, and as many calls go out as may."""
    PICKED = "picked"
    """A supervisor has given him to somebody, whose phones ring."""
    QUEUE_GONE = "queue_gone"
    PARKED = "parked"
    """Whoever wants him dials his queue."""
    RINGS = "rings"
    """In a queue that rings one agent at a time."""


class PassedOver(StrEnum):
    """Why a call does not ring at an agent who could be offered a call of its queue."""

    NOT_REACHED = "not_reached"
    """Its cascade has not come to him yet."""
    TRIED = "tried"
    """In this round, and somebody else has not been."""
    OTHER_CALL_FIRST = "other_call_first"
    """He should have another call first, by his own priorities."""


class Precedence(Struct, frozen=True, order=True):
    """Which of two calls an agent should have first, lowest first."""

    priority: float
    """His for the queue; a call that goes before all priorities has minus infinity."""
    turn: tuple[float, float]
    call: CallId


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
    if call_obstacle(state, call) is not None:
        return None
    index = state.queue_index(call.queue)
    new_round = begins_round(call, index.eligible)
    for agent in index.eligible:
        why = passed_over(state, call, agent, new_round=new_round)
        if why is None:
            return Pick(agent, call.round + new_round)
        if why is PassedOver.NOT_REACHED:
            return None  # nor is anybody after him: those stand in the order in which the cascade goes on
    return None


def call_obstacle(state: State, call: CallRecord) -> CallObstacle | None:
    """What keeps this call from ringing at anybody, or at anybody more. None: nothing does."""
    if not state.records.asterisk_in_sight:
        return CallObstacle.ASTERISK_OUT_OF_SIGHT
    queue = state.records.queues.get(call.queue)
    if queue is None:
        return CallObstacle.QUEUE_GONE
    if not call.may_ring:
        if call.agent is not None:
            return CallObstacle.ANSWERED
        if call.overdue:
            return CallObstacle.OVERDUE
        if call.picked is not None:
            return CallObstacle.PICKED
        capped = call.callback is not None and call.callback.cap is not None
        return CallObstacle.CAPPED if capped else CallObstacle.CALLED_BACK_LATER
    if queue.type is QueueType.CALL_PARK:
        return CallObstacle.PARKED
    if call.offers and not RINGS_ON[queue.type]:
        return CallObstacle.RINGS
    return None


def passed_over(state: State, call: CallRecord, agent: AgentId, *, new_round: bool) -> PassedOver | None:
    """Why an eligible agent is not rung for a call that may ring. None: he can be, when it is his turn."""
    queue = state.records.queues[call.queue]
    if not _reached(call, queue, state.queue_index(queue.id).assigned[agent]):
        return PassedOver.NOT_REACHED
    if agent in call.tried and not new_round:
        return PassedOver.TRIED
    if next_call(state, state.records.agent_records[agent]) is not call:
        return PassedOver.OTHER_CALL_FIRST
    return None


def next_group(state: State, call: CallRecord) -> Group | None:
    """Who rings next, as well, in a linear cascade. None: nobody is left, or the queue is of another type.

    A group is made of those who can be rung when its turn comes, in the queue's order: all of the lowest order number
    that has one, or `first_round` agents and then `increment` more. So a group without anybody is no group, and costs
    no time. Whoever should have another call first is passed over, as in `agent_to_ring`.
    """
    queue = state.records.queues.get(call.queue)
    if queue is None or queue.type is not QueueType.LINEAR_CASCADE or not call.may_ring:
        return None
    index = state.queue_index(queue.id)
    new_round = begins_round(call, index.eligible)
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


def begins_round(call: CallRecord, eligible: Ordered[AgentId]) -> bool:
    """Whether the next ring of this call is the first of a new round: everybody who can be rung has been tried."""
    return not call.offers and all(agent in call.tried for agent in eligible)


def next_call(state: State, agent: AgentRecord, widening: CallRecord | None = None) -> CallRecord | None:
    """The call this agent should have next, over all his queues: by his priority for them, then by the callers' turn.

    A queue whose callers cannot use him now is passed over, whatever its priority. `widening` is a call whose cascade
    may come to him now.
    """
    if widening is not None:
        return _next_call(state, agent, widening)
    known = state.next_calls
    if agent.id not in known:
        known[agent.id] = _next_call(state, agent, None)
    return known[agent.id]


def _next_call(state: State, agent: AgentRecord, widening: CallRecord | None) -> CallRecord | None:
    found: CallRecord | None = None
    foremost: Precedence | None = None
    for queue_id, assignment in state.records.assignments.get(agent.id, {}).items():
        call = _first_for(state, queue_id, agent, widening)
        if call is None:
            continue
        queue = state.records.queues[queue_id]
        if foremost is not None and _priority(queue, assignment, call) > foremost.priority:
            continue  # so the callers' turn does not matter
        place = precedence(queue, assignment, call)
        if foremost is None or place < foremost:
            found, foremost = call, place
    return found


def precedence(queue: Queue, assignment: Assignment, call: CallRecord) -> Precedence:
    """The place of a call of this queue among those that an agent with this assignment could have."""
    return Precedence(_priority(queue, assignment, call), call.turn, call.id)


def _priority(queue: Queue, assignment: Assignment, call: CallRecord) -> float:
    priority = queue.priority if assignment.priority is None else assignment.priority
    return -inf if call.lifted else priority


def _first_for(state: State, queue_id: QueueId, agent: AgentRecord, widening: CallRecord | None) -> CallRecord | None:
    """The call of this queue whose turn it is of those that can use this agent now."""
    index = state.index[queue_id]
    queue: Queue | None = state.records.queues.get(queue_id)
    if queue is None or agent.id not in index.eligible:
        return None
    for call_id in index.waiting if RINGS_ON[queue.type] else index.unoffered:
        call = state.records.calls[call_id]
        if not call.may_ring:
            continue
        if call.cascade is not None and call is not widening and not _reached(call, queue, index.assigned[agent.id]):
            continue
        if agent.id not in call.tried or begins_round(call, index.eligible):
            return call
    return None
