"""Which call next for an agent, and which agents next for a call: one small rule per queue type.

Nothing is scanned: each rule reads the front of an index that `State` keeps in the right order.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from acd.model import AgentId, Queue, QueueId, QueueType
from acd.ordered import Ordered
from acd.records import AgentRecord, CallRecord
from acd.state import State


@dataclass(frozen=True, slots=True)
class Pick:
    """Whom to ring next for a call, and in which round."""

    agent: AgentId
    round: int


RINGS_ON: Final[Mapping[QueueType, bool]] = {
    QueueType.ROUND_ROBIN: False,
    QueueType.LINEAR_HUNT: False,
    QueueType.RING_ALL: True,
}
"""Whether a call that rings somewhere rings at others as well. The order in which is `eligibility.rank`."""


def agent_to_ring(state: State, call: CallRecord) -> Pick | None:
    """Whom to ring next for this waiting call; a new round begins when every eligible agent has been tried.

    An agent who should have another call first, by his own priorities, is passed over: he will be rung for that one.
    One at a time, because each ring changes who is free for what.
    """
    queue = state.records.queues.get(call.queue)
    if queue is None or (call.offers and not RINGS_ON[queue.type]):
        return None
    eligible = state.queue_index(queue.id).eligible
    new_round = _new_round(call, eligible)
    for agent in eligible:
        if (new_round or agent not in call.tried) and next_call(state, state.records.agent_records[agent]) is call:
            return Pick(agent, call.round + new_round)
    return None


def _new_round(call: CallRecord, eligible: Ordered[AgentId]) -> bool:
    return not call.offers and all(agent in call.tried for agent in eligible)


def next_call(state: State, agent: AgentRecord) -> CallRecord | None:
    """The call this agent should have next, over all his queues: by his priority for them, then by the callers' turn.

    A queue whose callers cannot use him now is passed over, whatever its priority.
    """
    best: tuple[int, tuple[float, float], str] | None = None
    found: CallRecord | None = None
    for queue_id, assignment in state.records.assignments.get(agent.id, {}).items():
        call = _first_for(state, queue_id, agent)
        if call is None:
            continue
        queue = state.records.queues[queue_id]
        priority = queue.priority if assignment.priority is None else assignment.priority
        order = (priority, call.turn, call.id)
        if best is None or order < best:
            best, found = order, call
    return found


def _first_for(state: State, queue_id: QueueId, agent: AgentRecord) -> CallRecord | None:
    """The call of this queue whose turn it is of those that can use this agent now."""
    index = state.queue_index(queue_id)
    queue: Queue | None = state.records.queues.get(queue_id)
    if queue is None or agent.id not in index.eligible:
        return None
    for call_id in index.waiting if RINGS_ON[queue.type] else index.unoffered:
        call = state.records.calls[call_id]
        if agent.id not in call.tried or _new_round(call, index.eligible):
            return call
    return None
