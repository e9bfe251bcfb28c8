"""What an agent does with a caller in mid-call: holds him, records him, passes him on, hangs up.

Holds by the agent's phone: Asterisk gives the caller music by itself; here they are counted. Whether one goes on after
an outage cannot be asked; it is believed until the phone comes back to him, or the talk is over. Holds by request: we
take the caller out of the talk's bridge, to those who wait, and bring the two together again; what the phone does
meanwhile changes nothing. His recording, if any, stands still, and goes on in the same file.

Recordings: one file for each, `<account>/<call>-<n>`. A queue that records all does so from the moment when the two are
joined; one that records on demand begins and ends at the agent's `*1`, as often as he likes. A talk's end ends its
recording. What a queue no longer records stops at once; what it begins to record begins with the next talk, whose
caller can still be told.

Transfers:

- Talk time ends and the wrap-up begins at that moment; what the far ends do afterwards is no matter of the agent's.
- To a number of our queues: he waits there, from this moment, as somebody new, whatever the queue's entry rules; in a
  call park as well. The agent himself has him again only when all others have been tried. To a person of the account,
  or to a number that its outbound rules allow: the dial plan calls it for him.
- After a consultation with somebody who is in none of our queues: he is joined with that one. Two callers whom the
  agent has in hand are joined in the same way; the other one's talk ends when he has left us.
- After a consultation with one of our queues in which the agent still waits: the caller has the agent's place there.
- After one in which another agent has answered him: the caller is joined with that one, as a call of that queue.
- A call that goes out this way counts for the agent and for his account: refused where as many go out as may.
- To anything else, or to himself: refused, and they talk on: a slip of the finger loses nobody. So is everything before
  the two are joined.
"""

from datetime import datetime, timedelta
from typing import Final

from acd import announcing, caps, care, offers
from acd.expected_wait import expected_wait
from acd.inputs import HangUp, Hold, LegHeld, LegKeyPressed, LegResumed, Refusal, Resume, TransferAsked
from acd.model import AgentId, CallId, ChannelId, DeviceId, OfferId, QueueId, Recording
from acd.model import agent_id as agent_id_of
from acd.model import queue_id as queue_id_of
from acd.outbound import is_number, may_call
from acd.outputs import (
    AnswerTransfer,
    CallAnswered,
    CallMoved,
    CallOutcome,
    CallTransferred,
    HangUpCall,
    HangUpLeg,
    HangUpPhone,
    HoldEnded,
    HoldStarted,
    JoinConsulted,
    OfferEnd,
    Party,
    RecordingStarted,
    SendOn,
    StartRecording,
    StopRecording,
    TransferKind,
    TransferRefused,
)
from acd.records import CallRecord, turn
from acd.step import Step

RECORD: Final = "*1"
"""The two keys with which an agent begins and ends a recording."""

# --- hold


def held(step: Step, event: LegHeld) -> None:
    """The agent has put the caller on hold."""
    call = _talk(step, event.offer, event.device)
    if call is None or call.agent is None or call.held_since is not None:
        step.pass_over()
        return
    step.record(HoldStarted(call=call.id, queue=call.queue, agent=call.agent))


def resumed(step: Step, event: LegResumed) -> None:
    """He has come back to him."""
    call = _talk(step, event.offer, event.device)
    if call is None or call.held_since is None or call.held_apart:
        step.pass_over()
        return
    _end_hold(step, call, call.held_since)


def hold(step: Step, request: Hold) -> Refusal | None:
    """The caller hears his queue's music. Safe to repeat."""
    call = _talk_of(step, request.call)
    if isinstance(call, Refusal):
        return call
    assert call.agent is not None, "somebody talks with him"
    if call.held_since is None:
        step.record(HoldStarted(call=call.id, queue=call.queue, agent=call.agent, apart=True))
        announcing.hold(step, call)
    return None


def resume(step: Step, request: Resume) -> Refusal | None:
    """The two are brought together again. Safe to repeat."""
    call = _talk_of(step, request.call)
    if isinstance(call, Refusal):
        return call
    if call.held_since is None:
        return None
    if not call.held_apart:
        return Refusal.HELD_BY_PHONE
    _end_hold(step, call, call.held_since)
    if call.retriever is not None:
        care.join_retriever(step, call)
    else:
        care.join(step, call)
    if call.recording is not None:
        step.order(StartRecording(call=call.id, name=call.recording))
    return None


def _end_hold(step: Step, call: CallRecord, since: datetime) -> None:
    assert call.agent is not None, "somebody talks with him"
    step.record(HoldEnded(call=call.id, queue=call.queue, agent=call.agent, held=step.now - since))


def hang_up(step: Step, request: HangUp) -> Refusal | None:
    """The talk is over, as if the agent had put his phone down."""
    call = _talk_of(step, request.call)
    if isinstance(call, Refusal):
        return call
    care.let_agent_go(step, call)
    step.order(HangUpCall(call=call.id, channel=call.channel))
    care.end(step, call, Party.AGENT if request.by == call.agent else Party.SUPERVISOR)
    return None


def _talk_of(step: Step, call_id: CallId) -> CallRecord | Refusal:
    """The call with this id, in which two talk."""
    call = step.state.records.calls.get(call_id)
    if call is None:
        return Refusal.UNKNOWN_CALL
    if call.talking_since is None:
        return Refusal.NOT_TALKING
    return call if step.state.records.asterisk_in_sight else Refusal.ASTERISK_OUT_OF_SIGHT


def _talk(step: Step, offer: OfferId, device: DeviceId) -> CallRecord | None:
    """The call that this device of this offer talks with."""
    call = care.in_talk(step, offer, device)
    return call if call is not None and call.talking_since is not None else None


# --- recording


def begun(step: Step, call: CallRecord) -> None:
    """The two hear each other: what the queue records is recorded from here on."""
    if _rule(step, call) is Recording.ON:
        _record(step, call)


def key_pressed(step: Step, event: LegKeyPressed) -> None:
    """A key in mid-call: those of `RECORD` begin and end a recording on demand."""
    call = _talk(step, event.offer, event.device)
    if call is None or event.key != RECORD or _rule(step, call) is not Recording.ON_DEMAND:
        step.pass_over()
    elif call.recording is None:
        _record(step, call)
    else:
        care.stop_recording(step, call)


def obey(step: Step, call: CallRecord) -> None:
    """The queue's rules have changed: what is not to be recorded any more stops at once."""
    if _rule(step, call) is Recording.OFF:
        care.stop_recording(step, call)


def settle(step: Step, call: CallRecord) -> None:
    """Asterisk is seen again and may have missed what was ordered last. Both orders are safe to repeat."""
    if call.recording is not None:
        step.order(StartRecording(call=call.id, name=call.recording))
    elif call.recordings:
        step.order(StopRecording(call=call.id, name=_file(call, call.recordings)))


def _file(call: CallRecord, number: int) -> str:
    return f"{call.account}/{call.id}-{number}"


def _record(step: Step, call: CallRecord) -> None:
    name = _file(call, call.recordings + 1)
    step.record(RecordingStarted(call=call.id, queue=call.queue, name=name))
    step.order(StartRecording(call=call.id, name=name))


def _rule(step: Step, call: CallRecord) -> Recording | None:
    queue = step.state.records.queues.get(call.queue)
    return queue.recording if queue is not None else None


# --- transfer


def transfer_asked(step: Step, event: TransferAsked) -> None:
    """The agent wants to pass the caller on."""
    call = care.in_talk(step, event.offer, event.device)
    if call is None or call.agent is None:
        step.pass_over()
        return
    outside = event.consult is None and _is_outside(step, call, event.number)
    cap = caps.reached(step.state, call.account, call.agent, step.now) if outside else None
    if call.talking_since is None or cap is not None or not _pass_on(step, call, call.agent, event, outside=outside):
        step.record(TransferRefused(call=call.id, queue=call.queue, agent=call.agent, to=event.number, cap=cap))
        step.order(AnswerTransfer(call=call.id, offer=event.offer, device=event.device, granted=False))


def _is_outside(step: Step, call: CallRecord, number: str) -> bool:
    """Whether it is none of the account's own, and its rules let us call it."""
    records = step.state.records
    account = records.accounts.get(call.account)
    if queue_id_of(call.account, number) in records.queues or agent_id_of(call.account, number) in records.agents:
        return False
    return account is not None and is_number(number) and may_call(account.outbound, number)


def _pass_on(step: Step, call: CallRecord, agent: AgentId, event: TransferAsked, *, outside: bool) -> bool:
    """Whether there is somewhere for him to go; then he is on his way."""
    if event.consult is not None:
        return _to_consulted(step, call, agent, event, event.consult)
    queue = queue_id_of(call.account, event.number)
    if queue in step.state.records.queues:
        _transferred(step, call, event)
        care.part(step, call, Party.AGENT)
        _move(step, call, queue, agent, arrived=step.now)
        _grant(step, call, event)
        return True
    person = agent_id_of(call.account, event.number)
    if not outside and (person == agent or person not in step.state.records.agents):
        return False
    assert call.channel is not None
    step.order(SendOn(call=call.id, channel=call.channel, number=event.number, outside=outside))
    _leave(step, call, event, outside=outside)
    return True


def _to_consulted(step: Step, call: CallRecord, agent: AgentId, event: TransferAsked, consult: ChannelId) -> bool:
    own = step.state.records.calls.get(CallId(consult))
    if own is not None:
        return _to_consulted_queue(step, call, agent, event, own)
    if event.consulted is None:
        return False
    assert call.channel is not None
    step.order(JoinConsulted(call=call.id, channel=call.channel, consulted=event.consulted))
    _leave(step, call, event)
    return True


def _to_consulted_queue(step: Step, call: CallRecord, agent: AgentId, event: TransferAsked, own: CallRecord) -> bool:
    """Into the agent's own call with another queue of ours, which is over with that."""
    if own is call or own.channel is None:
        return False
    if own.agent is None:
        _transferred(step, call, event)
        care.part(step, call, Party.AGENT)
        offers.end_all(step, own, OfferEnd.CALLER_GONE)
        care.leave(step, own, Party.CALLER, CallOutcome.REPLACED)
        _move(step, call, own.queue, agent, arrived=own.arrived)
        _grant(step, call, event)
    elif own.talking_since is not None and own.retriever is None:
        _join_colleague(step, call, event, own, own.agent)
    else:
        return False
    # Behind the leg of the same phone: Asterisk 22.10.1 can stand still where both end at once.
    step.order(HangUpPhone(channel=own.channel, device=event.device))
    return True


def _join_colleague(step: Step, call: CallRecord, event: TransferAsked, own: CallRecord, colleague: AgentId) -> None:
    """The colleague's leg, which he picked up for the agent's call, is joined with the caller instead."""
    _transferred(step, call, event)
    care.part(step, call, Party.AGENT)
    queue, (offer, device) = own.queue, care.leg(own)
    care.hand_over(step, own)
    step.record(CallMoved(call=call.id, queue=call.queue, to=queue, arrived=step.now))
    step.record(
        CallAnswered(call=call.id, queue=queue, agent=colleague, offer=offer, device=device, waited=timedelta(0))
    )
    care.join(step, call, leaving=own.id)
    _grant(step, call, event)


def _move(step: Step, call: CallRecord, queue: QueueId, agent: AgentId, arrived: datetime) -> None:
    expected = expected_wait(step.state, queue, call.id, turn(call.priority, arrived), step.now)
    step.record(CallMoved(call=call.id, queue=call.queue, to=queue, arrived=arrived, expected_wait=expected, by=agent))
    announcing.hold(step, call)


def _leave(step: Step, call: CallRecord, event: TransferAsked, *, outside: bool = False) -> None:
    _transferred(step, call, event, outside=outside)
    care.leave(step, call, Party.AGENT, CallOutcome.TRANSFERRED)
    _grant(step, call, event)


def _transferred(step: Step, call: CallRecord, event: TransferAsked, *, outside: bool = False) -> None:
    assert call.agent is not None
    kind = TransferKind.BLIND if event.consult is None else TransferKind.ATTENDED
    step.record(
        CallTransferred(call=call.id, queue=call.queue, agent=call.agent, kind=kind, to=event.number, outside=outside)
    )


def _grant(step: Step, call: CallRecord, event: TransferAsked) -> None:
    step.order(AnswerTransfer(call=call.id, offer=event.offer, device=event.device, granted=True))
    step.order(HangUpLeg(offer=event.offer, device=event.device))
