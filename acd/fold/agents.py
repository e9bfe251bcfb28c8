"""What the facts of agents and their phones change."""

from collections.abc import Iterable
from datetime import datetime

from acd.fold.averages import take_in
from acd.indexes import Indexes
from acd.model import SINGLE_CALL, ChannelId, DeviceId, takes_queue_calls
from acd.ordered import DeadlineKind
from acd.outputs import (
    BackOffEnded,
    DeviceDisengaged,
    DeviceEngaged,
    DeviceReachable,
    DeviceSwitched,
    PhoneModelKnown,
    Source,
    StatusChanged,
    WrapUpEnded,
    WrapUpStarted,
)
from acd.records import AgentRecord, WrapUp


def status_changed(state: Indexes, fact: StatusChanged, at: datetime) -> None:
    agent = state.records.agent_records[fact.agent]
    if takes_queue_calls(fact.status) and not takes_queue_calls(agent.status):
        agent.idle_since = max(agent.idle_since, at)
    unconnected = (c for c in agent.calls if state.records.calls[c].talking_since is None)
    agent.status, agent.status_since, agent.status_source = fact.status, at, fact.source
    if fact.source is not Source.MISSED_OFFERS:
        agent.misses = 0
    agent.single_calls = set(unconnected) if fact.status == SINGLE_CALL else set()
    state.reindex(agent)


def wrap_up_started(state: Indexes, fact: WrapUpStarted, at: datetime) -> None:
    agent = state.records.agent_records[fact.agent]
    agent.wrap_up = WrapUp(queue=fact.queue, call=fact.call, since=at, until=fact.until, mandatory=fact.mandatory)
    state.deadlines.set(DeadlineKind.WRAP_UP, agent.id, fact.until)
    state.place_wrap_up(agent)
    state.reindex_eligible(agent)


def wrap_up_ended(state: Indexes, fact: WrapUpEnded, at: datetime) -> None:
    agent = state.records.agent_records[fact.agent]
    if agent.wrap_up is not None:
        take_in(state.queue_record(agent.wrap_up.queue).wrap_up, at - agent.wrap_up.since)
    agent.wrap_up = None
    agent.idle_since = max(agent.idle_since, at)
    state.deadlines.set(DeadlineKind.WRAP_UP, agent.id, None)
    state.place_wrap_up(agent)
    state.reindex_eligible(agent)


def back_off_ended(state: Indexes, fact: BackOffEnded, at: datetime) -> None:
    back_off(state, state.records.agent_records[fact.agent], None)


def back_off(state: Indexes, agent: AgentRecord, until: datetime | None) -> None:
    """He is offered nothing until then."""
    agent.back_off_until = until
    state.deadlines.set(DeadlineKind.BACK_OFF, agent.id, until)
    state.reindex_eligible(agent)


# --- a device


def device_switched(state: Indexes, fact: DeviceSwitched, at: datetime) -> None:
    state.device(fact.device).on = fact.on
    state.reindex_owner(fact.device)


def device_reachable(state: Indexes, fact: DeviceReachable, at: datetime) -> None:
    state.device(fact.device).reachable = fact.reachable
    state.reindex_owner(fact.device)


def phone_model_known(state: Indexes, fact: PhoneModelKnown, at: datetime) -> None:
    state.device(fact.device).model = fact.model


def device_engaged(state: Indexes, fact: DeviceEngaged, at: datetime) -> None:
    agent = state.agent_of_device(fact.device)
    assert agent is not None, "only known devices are engaged"
    state.channels[fact.channel] = fact.device
    agent.other_calls[fact.channel] = fact.device
    state.reindex_eligible(agent)


def device_disengaged(state: Indexes, fact: DeviceDisengaged, at: datetime) -> None:
    disengage(state, fact.channel, fact.device)


def disengage(state: Indexes, channel: ChannelId, device: DeviceId) -> None:
    """This call of this device, if it has it, is none any more that is no offer of ours."""
    if state.channels.pop(channel, None) is None:
        return
    for agent in _holders(state, channel, device):
        del agent.other_calls[channel]
        state.reindex_eligible(agent)


def _holders(state: Indexes, channel: ChannelId, device: DeviceId) -> Iterable[AgentRecord]:
    """Who has this channel in hand: the phone's owner, or whoever was when it began."""
    owner = state.agent_of_device(device)
    if owner is not None and channel in owner.other_calls:
        return (owner,)
    return tuple(a for a in state.records.agent_records.values() if channel in a.other_calls)
