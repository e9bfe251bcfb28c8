"""What an agent does with a caller in mid-call: holds him, records him, passes him on.

Holds: Asterisk gives the caller music by itself; here they are counted. Whether a hold goes on after an outage cannot be
asked; it is believed until the phone comes back to him, or the talk is over.

Recordings: one file for each, `<account>/<call>-<n>`. A queue that records all does so from the moment when the two are
joined; one that records on demand begins and ends at the agent's `*1`, as often as he likes. A talk's end ends its
recording. What a queue no longer records stops at once; what it begins to record begins with the next talk, whose
caller can still be told.

Transfers:

- Talk time ends and the wrap-up begins at that moment; what the far ends do afterwards is no matter of the agent's.
- To a number of our queues: he waits there, from this moment, as somebody new, whatever the queue's entry rules; in a
  call park as well. To another number: the dial plan calls it for him, and decides whether it may be called.
- After a consultation with somebody who is in none of our queues: he is joined with that one.
- After a consultation with one of our queues in which the agent still waits: the caller has the agent's place there.
- After one in which another agent has answered him: the caller is joined with that one, as a call of that queue.
- Nowhere, or to himself: refused, and they talk on. So is everything before the two are joined.
"""

from acd import care
from acd.inputs import LegHeld, LegKeyPressed, LegResumed, TransferAsked
from acd.model import CallId, DeviceId, OfferId, QueueId, Recording
from acd.model import queue_id as queue_id_of
from acd.outbound import is_number
from acd.outputs import (
    AnswerTransfer,
    CallAnswered,
    CallMoved,
    CallOutcome,
    CallTransferred,
    HangUpCall,
    HangUpLeg,
    HoldEnded,
    HoldStarted,
    JoinConsulted,
    OfferEnd,
    Party,
    RecordingStarted,
    SendOn,
    StartRecording,
    TransferKind,
    TransferRefused,
)
from acd import offers
from acd.records import CallRecord
from acd.step import Step

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
    if call is None or call.agent is None or call.held_since is None:
        step.pass_over()
        return
    step.record(HoldEnded(call=call.id, queue=call.queue, agent=call.agent, held=step.now - call.held_since))


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
    """A key in mid-call: the star and the one after it begin and end a recording on demand."""
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


def _record(step: Step, call: CallRecord) -> None:
    name = f"{call.account}/{call.id}-{call.recordings + 1}"
    step.record(RecordingStarted(call=call.id, queue=call.queue, name=name))
    step.order(StartRecording(call=call.id, name=name))


def _rule(step: Step, call: CallRecord) -> Recording | None:
    queue = step.state.records.queues.get(call.queue)
    return queue.recording if queue is not None else None
