"""How an agent stands at a moment, in a few figures, read from the state."""

from datetime import datetime

from acd import statuses
from acd.model import DeviceId
from acd.ports import AgentReport
from acd.state import State


def agent_report(state: State, device: DeviceId, now: datetime) -> AgentReport | None:
    """How the agent stands whose phone this is; None: it is nobody's who answers a queue."""
    agent = state.agent_of_device(device)
    queues = state.records.assignments.get(agent.id, {}) if agent else {}
    if agent is None or not queues:
        return None
    away = statuses.away(state, agent)
    return AgentReport(
        status=agent.status,
        away_number=away.index(agent.status) + 1 if agent.status in away else None,
        queues=len(queues),
        callers_waiting=sum(len(state.queue_index(queue).waiting) for queue in queues),
        wrap_up_left=max(agent.wrap_up.until - now, now - now) if agent.wrap_up else None,
    )
