"""What a new configuration changes: entries that are new or different, and those that are gone."""

from datetime import datetime

from acd.indexes import Indexes
from acd.model import OFFLINE, AgentId, DeviceId, Queue
from acd.outputs import ConfigurationChanged
from acd.records import AgentRecord, CallRecord


def configuration_changed(state: Indexes, fact: ConfigurationChanged, at: datetime) -> None:
    touched = _take_out(state, fact)
    _put_in_people(state, fact, at, touched)
    _put_in_queues(state, fact, at, touched)
    for agent_id in sorted(touched & state.records.agent_records.keys()):
        state.reindex(state.records.agent_records[agent_id])


def _take_out(state: Indexes, fact: ConfigurationChanged) -> set[AgentId]:
    """What is gone; gives the agents whom it concerns."""
    r = state.records
    touched: set[AgentId] = set(fact.agents_gone)
    for agent_id, queue_id in fact.assignments_gone:
        r.assignments.get(agent_id, {}).pop(queue_id, None)
        state.assignments.pop((agent_id, queue_id), None)
        index = state.queue_index(queue_id)
        index.assigned.pop(agent_id, None)
        index.eligible.remove(agent_id)
        touched.add(agent_id)
    for device_id in fact.devices_gone:
        touched.add(_disown(state, device_id))
    for queue_id in fact.queues_gone:
        del r.queues[queue_id]
    for agent_id in fact.agents_gone:
        del r.agents[agent_id]
        r.assignments.pop(agent_id, None)
        r.agent_records[agent_id].status = OFFLINE
        r.agent_records[agent_id].single_calls.clear()
    for account_id in fact.accounts_gone:
        del r.accounts[account_id]
    return touched


def _put_in_people(state: Indexes, fact: ConfigurationChanged, at: datetime, touched: set[AgentId]) -> None:
    r = state.records
    for account in fact.accounts:
        r.accounts[account.id] = account
    for agent in fact.agents:
        r.agents[agent.id] = agent
        r.agent_records.setdefault(agent.id, AgentRecord(id=agent.id, status_since=at, idle_since=at))
        touched.add(agent.id)
    for device in fact.devices:
        if device.id in r.devices:
            touched.add(_disown(state, device.id))
        r.devices[device.id] = device
        state.devices_of.setdefault(device.owner, {})[device.id] = state.device(device.id)
        touched.add(device.owner)


def _put_in_queues(state: Indexes, fact: ConfigurationChanged, at: datetime, touched: set[AgentId]) -> None:
    r = state.records
    for queue in fact.queues:
        before, r.queues[queue.id] = r.queues.get(queue.id), queue
        index = state.queue_index(queue.id)
        if before is None or before.type is not queue.type:
            touched.update(index.assigned)  # nothing else of it says who is eligible, and in what order
        state.freed.update(index.eligible)
        state.needy.update(index.unoffered)
        for call_id in tuple(index.waiting):
            _judge_anew(r.calls[call_id], queue, at)
            state.place(r.calls[call_id])  # what lapses for him is the queue's to say
    for entry in fact.assignments:
        r.assignments.setdefault(entry.agent, {})[entry.queue] = state.assignments[entry.agent, entry.queue] = entry
        state.queue_index(entry.queue).assigned[entry.agent] = entry
        touched.add(entry.agent)


def _judge_anew(call: CallRecord, queue: Queue, at: datetime) -> None:
    """Whom an old rule has sent before all, or out of his queue, and the new one would not yet."""
    if queue.longest_behind is None or call.arrived + queue.longest_behind > at:
        call.lifted = False
    if not queue.max_wait or call.queued_at + queue.max_wait > at:
        call.overdue = False


def _disown(state: Indexes, device: DeviceId) -> AgentId:
    owner = state.records.devices.pop(device).owner
    state.devices_of[owner].pop(device, None)
    return owner
