"""What the facts of mid-call change."""

from datetime import datetime

from acd.fold.agents import disengage
from acd.fold.outbound import goes_out
from acd.indexes import Indexes
from acd.model import SINGLE_CALL
from acd.outputs import CallRetrieved, CallTransferred, HoldEnded, HoldStarted, RecordingEnded, RecordingStarted
from acd.records import OutboundCall


def hold_started(state: Indexes, fact: HoldStarted, at: datetime) -> None:
    call = state.records.calls[fact.call]
    call.held_since, call.held_apart = at, fact.apart


def hold_ended(state: Indexes, fact: HoldEnded, at: datetime) -> None:
    call = state.records.calls[fact.call]
    call.held_since, call.held_apart = None, False
    call.held += fact.held


def call_transferred(state: Indexes, fact: CallTransferred, at: datetime) -> None:
    call = state.records.calls[fact.call]
    if fact.outside:
        assert call.channel is not None, "who talks is on the line"
        goes_out(state, call.channel, OutboundCall(account=call.account, agent=fact.agent), at)


def call_retrieved(state: Indexes, fact: CallRetrieved, at: datetime) -> None:
    call = state.records.calls[fact.call]
    assert call.agent is None, "one agent per call"
    call.agent, call.retriever, call.device, call.answered_at = fact.agent, fact.channel, fact.device, at
    state.retrievals[fact.channel] = call.id
    state.place(call)
    disengage(state, fact.channel, fact.device)  # it was counted as a call of the phone when it began
    agent = state.records.agent_records[fact.agent]
    agent.calls[call.id] = fact.device
    if agent.status == SINGLE_CALL and state.assignment(agent.id, fact.queue) is not None:
        agent.single_calls.add(call.id)
    state.reindex(agent)


def recording_started(state: Indexes, fact: RecordingStarted, at: datetime) -> None:
    call = state.records.calls[fact.call]
    call.recording = fact.name
    call.recordings += 1


def recording_ended(state: Indexes, fact: RecordingEnded, at: datetime) -> None:
    state.records.calls[fact.call].recording = None
