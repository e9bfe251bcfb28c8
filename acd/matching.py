"""Which call next for an agent, and which agents next for a call: one small rule per queue type.

Nothing is scanned: each rule reads the front of an index that `State` keeps in the right order.
"""

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import islice
from typing import Final

from acd.model import AgentId, Queue, QueueId, QueueType
from acd.ordered import Ordered
from acd.records import AgentRecord, CallRecord
from acd.state import State


@dataclass(frozen=True, slots=True)
class Pick:
    """Whom to ring now for a call, and in which round. Empty: nobody (more) at the moment."""

    agents: tuple[AgentId, ...]
    round: int


Rule = Callable[[Ordered[AgentId], AbstractSet[AgentId], bool], tuple[AgentId, ...]]
"""From the eligible agents in the queue's order, those tried in this round, and whether the call rings already: who
rings now (as well)."""


def _one_at_a_time(eligible: Ordered[AgentId], tried: AbstractSet[AgentId], ringing: bool) -> tuple[AgentId, ...]:
    if ringing:
        return ()
    return tuple(islice((agent for agent in eligible if agent not in tried), 1))


def _all_at_once(eligible: Ordered[AgentId], tried: AbstractSet[AgentId], ringing: bool) -> tuple[AgentId, ...]:
    return tuple(agent for agent in eligible if agent not in tried)


RULES: Final[Mapping[QueueType, Rule]] = {
    QueueType.ROUND_ROBIN: _one_at_a_time,
    QueueType.LINEAR_HUNT: _one_at_a_time,
    QueueType.RING_ALL: _all_at_once,
}
"""Round-robin and hunt differ in the order alone, which is `eligibility.rank`."""


def agents_to_ring(state: State, call: CallRecord) -> Pick:
    """Whom to ring now for this waiting call; a new round begins when every eligible agent has been tried."""
    queue = state.records.queues.get(call.queue)
    if queue is None:
        return Pick((), call.round)
    rule, eligible, ringing = RULES[queue.type], state.queue_index(queue.id).eligible, bool(call.offers)
    agents = rule(eligible, call.tried, ringing)
    if agents or ringing:
        return Pick(agents, call.round)
    return Pick(rule(eligible, frozenset(), ringing), call.round + 1)


def next_call(state: State, agent: AgentRecord) -> CallRecord | None:
    """The call this agent should have next, over all his queues: by his priority for the queue, then by wait.

    A queue whose callers cannot use him now is passed over, whatever its priority.
    """
    best: tuple[int, float, str] | None = None
    found: CallRecord | None = None
    for queue_id, assignment in state.records.assignments.get(agent.id, {}).items():
        call = _first_for(state, queue_id, agent)
        if call is None:
            continue
        queue = state.records.queues[queue_id]
        priority = queue.priority if assignment.priority is None else assignment.priority
        order = (priority, call.arrived.timestamp(), call.id)
        if best is None or order < best:
            best, found = order, call
    return found


def _first_for(state: State, queue_id: QueueId, agent: AgentRecord) -> CallRecord | None:
    """The longest-waiting call of this queue that can use this agent now."""
    index = state.queue_index(queue_id)
    queue: Queue | None = state.records.queues.get(queue_id)
    if queue is None or agent.id not in index.eligible:
        return None
    if queue.type is not QueueType.RING_ALL:
        first = index.unoffered.first()
        return state.records.calls[first] if first else None
    for call_id in index.waiting:
        call = state.records.calls[call_id]
        if not call.offers or agent.id not in call.tried:
            return call
    return None
