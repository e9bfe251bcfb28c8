"""An agent's status: which there are, how it changes, and the lamps that show it.

Never asks whether a change is due, and does nothing of what follows from it.
"""

from acd.model import AWAY_STATUSES, OFFLINE, STATUSES, AgentId, Status
from acd.outputs import ShowStatus, Source, StatusChanged
from acd.records import AgentRecord
from acd.state import State
from acd.step import Step


def away(state: State, agent: AgentRecord) -> tuple[Status, ...]:
    """In which he is away, as a star code counts them from 1: ours, then his account's own."""
    account = state.records.accounts.get(state.records.agents[agent.id].account)
    return (*AWAY_STATUSES, *(account.statuses if account else ()))


def exists(state: State, agent: AgentRecord, status: Status) -> bool:
    """Whether he can choose this one."""
    return status in STATUSES or status in away(state, agent)


def change(step: Step, agent: AgentRecord, status: Status, source: Source, by: AgentId | None = None) -> None:
    """This is his status from now on, and his phones show it."""
    step.record(StatusChanged(agent=agent.id, status=status, source=source, by=by))
    show(step, agent)


def show(step: Step, agent: AgentRecord) -> None:
    """Light the lamps of his phones: of one who answers no queue, that he is offline.

    While Asterisk is out of sight there are none to light; everybody's are once it is seen.
    """
    state = step.state
    devices = tuple(sorted(state.devices_of.get(agent.id, ())))
    if devices and state.records.asterisk_in_sight:
        status = agent.status if state.records.assignments.get(agent.id) else OFFLINE
        step.order(ShowStatus(devices=devices, status=status))


def show_all(step: Step) -> None:
    """Light the lamps of everybody who answers a queue: an Asterisk that has just begun knows of none."""
    records = step.state.records
    for agent_id in sorted(records.assignments):
        if records.assignments[agent_id]:
            show(step, records.agent_records[agent_id])
