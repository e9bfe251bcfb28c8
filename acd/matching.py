"""Which call next for an agent, and which agents next for a call: one small rule per queue type.

Nothing is scanned: each rule reads the front of an index that `State` keeps in the right order.
"""

from collections.abc import Callable, Iterable, Mapping
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


Rule = Callable[[Iterable[AgentId], bool], Iterable[AgentId]]
"""From those who may ring, in the queue's order, and whether the call rings already: who rings now (as well)."""


def _one_at_a_time(agents: Iterable[AgentId], ringing: bool) -> Iterable[AgentId]:
    return () if ringing else islice(agents, 1)


def _all_at_once(agents: Iterable[AgentId], ringing: bool) -> Iterable[AgentId]:
    return agents


RULES: Final[Mapping[QueueType, Rule]] = {
    QueueType.ROUND_ROBIN: _one_at_a_time,
    QueueType.LINEAR_HUNT: _one_at_a_time,
    QueueType.RING_ALL: _all_at_once,
}
"""Round-robin and hunt differ in the order alone, which is `eligibility.rank`."""


def agents_to_ring(state: State, call: CallRecord) -> Pick:
    """Whom to ring now for this waiting call; a new round begins when every eligible agent has been tried.

    An agent who should have another call first, by his own priorities, is passed over: he will be rung for that one.
    """
    queue = state.records.queues.get(call.queue)
    if queue is None:
        return Pick((), call.round)
    eligible, ringing = state.queue_index(queue.id).eligible, bool(call.offers)
    new_round = _new_round(call, eligible)
    may_ring = (agent for agent in eligible if new_round or agent not in call.tried)
    willing = (agent for agent in may_ring if next_call(state, state.records.agent_records[agent]) is call)
    return Pick(tuple(RULES[queue.type](willing, ringing)), call.round + new_round)


def _new_round(call: CallRecord, eligible: Ordered[AgentId]) -> bool:
    return not call.offers and all(agent in call.tried for agent in eligible)


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
    for call_id in index.waiting if queue.type is QueueType.RING_ALL else index.unoffered:
        call = state.records.calls[call_id]
        if agent.id not in call.tried or _new_round(call, index.eligible):
            return call
    return None
