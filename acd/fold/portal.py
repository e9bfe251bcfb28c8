"""What the facts of what people do beyond the phone change."""

from datetime import datetime

from acd.fold.outbound import goes_out
from acd.indexes import Indexes
from acd.outputs import (
    MonitorChanged,
    MonitorEnded,
    MonitorPickedUp,
    MonitorStarted,
    NumberDialled,
    PriorityChanged,
)
from acd.records import MonitorRecord, OutboundCall


def number_dialled(state: Indexes, fact: NumberDialled, at: datetime) -> None:
    if fact.outside:
        account = state.records.agents[fact.agent].account
        goes_out(state, fact.channel, OutboundCall(account=account, agent=fact.agent), at)


def priority_changed(state: Indexes, fact: PriorityChanged, at: datetime) -> None:
    call = state.records.calls[fact.call]
    call.priority = fact.priority
    state.place(call)


def monitor_started(state: Indexes, fact: MonitorStarted, at: datetime) -> None:
    record = MonitorRecord(device=fact.device, channel=fact.channel, mode=fact.mode)
    state.records.calls[fact.call].monitors[fact.supervisor] = record
    state.monitors[fact.channel] = (fact.call, fact.supervisor)


def monitor_picked_up(state: Indexes, fact: MonitorPickedUp, at: datetime) -> None:
    state.records.calls[fact.call].monitors[fact.supervisor].since = at


def monitor_changed(state: Indexes, fact: MonitorChanged, at: datetime) -> None:
    state.records.calls[fact.call].monitors[fact.supervisor].mode = fact.mode


def monitor_ended(state: Indexes, fact: MonitorEnded, at: datetime) -> None:
    record = state.records.calls[fact.call].monitors.pop(fact.supervisor)
    del state.monitors[record.channel]
