"""What every rule about a caller needs: he waits, is joined with an agent, parts from him, and leaves our care.

Never says when: that is the matter of the rules that call it.
"""

from datetime import timedelta

from acd import agents, announcing, monitoring, offers
from acd.model import CallId, DeviceId, OfferId, Recording
from acd.outputs import (
    CallEnded,
    CallOutcome,
    CallRequeued,
    Connect,
    ConnectRetriever,
    HangUpLeg,
    HangUpPhone,
    HoldEnded,
    Loss,
    OfferEnd,
    Party,
    RecordingEnded,
    StopRecording,
    TalkEnded,
    TurnAway,
)
from acd.records import CallRecord
from acd.step import Step


def in_talk(step: Step, offer: OfferId, device: DeviceId) -> CallRecord | None:
    """The call for which this device has been picked up; None: for none that is still with us."""
    call_id = step.state.talks.get(offer)
    call = step.state.records.calls[call_id] if call_id is not None else None
    return call if call is not None and call.device == device else None


def leg(call: CallRecord) -> tuple[OfferId, DeviceId]:
    """The offer and the device that was picked up for it."""
    assert call.offer is not None, "an offer was answered"
    assert call.device is not None, "on a device"
    return call.offer, call.device


# --- joining


def join(step: Step, call: CallRecord, leaving: CallId | None = None) -> None:
    """Order that he is joined with the device that was picked up for him. What he hears is cut. Safe to repeat.

    `leaving` is a caller who has left our care, with whom the device talks until now.
    """
    assert call.channel is not None, "only who is on the line can be joined"
    offer, device = leg(call)
    queue = step.state.records.queues.get(call.queue)
    step.order(
        Connect(
            call=call.id,
            channel=call.channel,
            offer=offer,
            device=device,
            saying=call.saying,
            keys=queue is not None and queue.recording is Recording.ON_DEMAND,
            leaving=leaving,
        )
    )
    announcing.cut_by_joining(step, call)


def join_retriever(step: Step, call: CallRecord) -> None:
    """Order that he is joined with the phone that has fetched him. Safe to repeat."""
    assert call.channel is not None, "only who is on the line can be fetched"
    assert call.retriever is not None
    step.order(ConnectRetriever(call=call.id, channel=call.channel, retriever=call.retriever, saying=call.saying))
    announcing.cut_by_joining(step, call)


# --- parting


def let_agent_go(step: Step, call: CallRecord) -> None:
    """End the agent's side of the call."""
    if call.retriever is not None:
        step.order(HangUpPhone(channel=call.retriever, device=call.device))
        return
    offer, device = leg(call)
    step.order(HangUpLeg(offer=offer, device=device))


def part(step: Step, call: CallRecord, by: Party) -> None:
    """The agent's part of the call is over, and with it its hold and its recording. Where they talked, he wraps up.

    Who fetched the caller without being assigned to the queue does not.
    """
    assert call.agent is not None
    agent = step.state.records.agent_records[call.agent]
    is_his = call.retriever is None or step.state.assignment(agent.id, call.queue) is not None
    talked = call.talking_since is not None
    single = call.id in agent.single_calls
    _end_talk(step, call, by)
    if talked and is_his:
        agents.after_call(step, agent, call)
    elif single:
        offers.use_up_single_call(step, agent, step.state.records.queues.get(call.queue))


def hand_over(step: Step, call: CallRecord) -> None:
    """The caller leaves our care, and his agent goes straight on with another one."""
    waited = (call.answered_at or step.now) - call.arrived
    _end_talk(step, call, Party.CALLER)
    step.record(CallEnded(call=call.id, queue=call.queue, outcome=CallOutcome.COMPLETED, waited=waited))


def _end_talk(step: Step, call: CallRecord, by: Party) -> None:
    assert call.agent is not None
    talked = timedelta(0) if call.talking_since is None else step.now - call.talking_since
    if call.held_since is not None:
        held = step.now - call.held_since
        step.record(HoldEnded(call=call.id, queue=call.queue, agent=call.agent, held=held))
    stop_recording(step, call)
    monitoring.end_all(step, call)
    step.record(TalkEnded(call=call.id, queue=call.queue, agent=call.agent, by=by, talked=talked, held=call.held))


def stop_recording(step: Step, call: CallRecord) -> None:
    """Complete the recording that is going on, if any."""
    if call.recording is not None:
        step.order(StopRecording(call=call.id, name=call.recording))
        step.record(RecordingEnded(call=call.id, queue=call.queue, name=call.recording))


def requeue(step: Step, call: CallRecord) -> None:
    """He was answered but never connected: he waits on, as long as before."""
    if call.queue not in step.state.records.queues:
        close(step, call)
        return
    step.record(CallRequeued(call=call.id, queue=call.queue))
    announcing.hold(step, call)


# --- leaving


def end(step: Step, call: CallRecord, by: Party, unconnected: CallOutcome = CallOutcome.ABANDONED) -> None:
    """The caller leaves our care; `unconnected` is the outcome where he has not talked to anybody."""
    leave(step, call, by, unconnected if call.talking_since is None else CallOutcome.COMPLETED)


def leave(step: Step, call: CallRecord, by: Party, outcome: CallOutcome, loss: Loss | None = None) -> None:
    """The caller leaves our care with this outcome, and whoever has him is done with him; `loss`: how he was lost."""
    waited = (call.answered_at or step.now) - call.arrived
    if call.agent is not None:
        part(step, call, by)
    step.record(CallEnded(call=call.id, queue=call.queue, outcome=outcome, waited=waited, loss=loss))


def close(step: Step, call: CallRecord) -> None:
    """His queue is gone from the configuration: the dial plan takes him back. Who is to be called back never is."""
    offers.end_all(step, call, OfferEnd.CONFIGURATION_CHANGED)
    announcing.cut(step, call)
    if call.channel is not None:
        step.order(TurnAway(call=call.id, channel=call.channel))
    end(step, call, Party.UNKNOWN, unconnected=CallOutcome.QUEUE_CLOSED)
