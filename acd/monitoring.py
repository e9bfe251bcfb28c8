"""A supervisor listens in on a talk, speaks to the agent alone, or joins in, with a phone of his own.

His phone rings first; picked up, it hears the talk through the agent's side of it, so what it hears ends with that. It
counts as another call of his. Several may listen in on one talk, and one on one talk only. Whether he may is asked
before: here nobody knows whose supervisor he is.
"""

from datetime import timedelta

from acd.dialled import dialled_channel
from acd.eligibility import calls_on
from acd.inputs import ChangeMonitor, EndMonitor, Monitor, MonitorAnswered, Refusal
from acd.model import AgentId, Caller, ChannelId
from acd.outputs import (
    DeviceDisengaged,
    DeviceEngaged,
    HangUpPhone,
    ListenIn,
    MonitorChanged,
    MonitorEnded,
    MonitorPickedUp,
    MonitorStarted,
    RingMonitor,
    StopListening,
)
from acd.records import AgentRecord, CallRecord, MonitorRecord
from acd.step import Step


def start(step: Step, request: Monitor) -> Refusal | None:
    """Ring his phone, if it and he are free."""
    call = step.state.records.calls.get(request.call)
    agent = step.state.agent_of_device(request.device)
    if call is None:
        return Refusal.UNKNOWN_CALL
    if call.talking_since is None or call.agent is None:
        return Refusal.NOT_TALKING
    if agent is None or agent.id != request.by:
        return Refusal.UNKNOWN_DEVICE
    refusal = _hindrance(step, call, agent, request)
    if refusal is not None:
        return refusal
    channel = dialled_channel("monitor", request.device, step.now)
    step.record(
        MonitorStarted(
            call=call.id,
            queue=call.queue,
            agent=call.agent,
            supervisor=request.by,
            device=request.device,
            channel=channel,
            mode=request.mode,
        )
    )
    step.record(DeviceEngaged(device=request.device, channel=channel))
    step.order(RingMonitor(channel=channel, device=request.device, shown=_shown(step, call, call.agent)))
    return None


def _hindrance(step: Step, call: CallRecord, supervisor: AgentRecord, request: Monitor) -> Refusal | None:
    if step.state.records.agents[supervisor.id].account != call.account:
        return Refusal.UNKNOWN_CALL
    if supervisor.id == call.agent:
        return Refusal.OWN_TALK
    if any(channel in step.state.monitors for channel in supervisor.other_calls):
        return Refusal.LISTENS_ALREADY
    if supervisor.calls or supervisor.offer is not None:
        return Refusal.QUEUE_CALL
    if not step.state.device(request.device).reachable:
        return Refusal.NOT_REGISTERED
    if calls_on(request.device, supervisor):
        return Refusal.DEVICE_IN_USE
    return None if step.state.records.asterisk_in_sight else Refusal.ASTERISK_OUT_OF_SIGHT


def _shown(step: Step, call: CallRecord, agent: AgentId) -> Caller:
    person = step.state.records.agents.get(agent)
    return Caller(number=call.caller.number, name=person.name if person is not None else "")


def answered(step: Step, event: MonitorAnswered) -> None:
    """He has picked up: he hears them."""
    found = step.state.monitors.get(event.channel)
    if found is None:
        step.order(HangUpPhone(channel=event.channel))
        step.pass_over()
        return
    call, supervisor = step.state.records.calls[found[0]], found[1]
    monitor = call.monitors[supervisor]
    if monitor.since is not None:
        step.pass_over()
        return
    assert call.agent is not None, "whoever listens in does so on a talk"
    step.record(
        MonitorPickedUp(call=call.id, queue=call.queue, agent=call.agent, supervisor=supervisor, mode=monitor.mode)
    )
    _listen(step, call, monitor)


def listen_again(step: Step, channel: ChannelId) -> None:
    """He does not hear them as he is to."""
    found = step.state.monitors.get(channel)
    if found is not None:
        call = step.state.records.calls[found[0]]
        _listen(step, call, call.monitors[found[1]])


def _listen(step: Step, call: CallRecord, monitor: MonitorRecord) -> None:
    assert call.device is not None, "somebody has picked up"
    step.order(
        ListenIn(
            channel=monitor.channel,
            mode=monitor.mode,
            offer=call.offer,
            device=call.device,
            retriever=call.retriever,
        )
    )


def change(step: Step, request: ChangeMonitor) -> Refusal | None:
    """Others hear him than before, or nobody."""
    call = step.state.records.calls.get(request.call)
    monitor = call.monitors.get(request.by) if call is not None else None
    if call is None or monitor is None or call.agent is None:
        return Refusal.NOT_LISTENING
    if not step.state.records.asterisk_in_sight:
        return Refusal.ASTERISK_OUT_OF_SIGHT
    if monitor.mode is request.mode:
        return None
    step.record(
        MonitorChanged(call=call.id, queue=call.queue, agent=call.agent, supervisor=request.by, mode=request.mode)
    )
    if monitor.since is not None:
        _listen(step, call, monitor)
    return None


# --- it ends


def stop(step: Step, request: EndMonitor) -> Refusal | None:
    """He has heard enough."""
    call = step.state.records.calls.get(request.call)
    if call is None or request.by not in call.monitors:
        return Refusal.NOT_LISTENING
    if not step.state.records.asterisk_in_sight:
        return Refusal.ASTERISK_OUT_OF_SIGHT
    _hang_up(step, call, request.by)
    return None


def end_all(step: Step, call: CallRecord) -> None:
    """The talk is over, or is to be."""
    for supervisor in sorted(call.monitors):
        _hang_up(step, call, supervisor)


def _hang_up(step: Step, call: CallRecord, supervisor: AgentId) -> None:
    monitor = call.monitors[supervisor]
    step.order(HangUpPhone(channel=monitor.channel, device=monitor.device))
    phone_gone(step, monitor.channel)
    step.record(DeviceDisengaged(device=monitor.device, channel=monitor.channel))


def phone_gone(step: Step, channel: ChannelId) -> None:
    """His phone has no part in it any more. Does nothing where this is no such call of a phone."""
    found = step.state.monitors.get(channel)
    if found is None:
        return
    call, supervisor = step.state.records.calls[found[0]], found[1]
    assert call.agent is not None, "whoever listens in does so on a talk"
    since = call.monitors[supervisor].since
    step.order(StopListening(channel=channel))
    step.record(
        MonitorEnded(
            call=call.id,
            queue=call.queue,
            agent=call.agent,
            supervisor=supervisor,
            listened=timedelta(0) if since is None else step.now - since,
        )
    )


def clear_away(step: Step, channel: ChannelId) -> None:
    """What is left of something of which nothing is known."""
    step.order(HangUpPhone(channel=channel))
    step.order(StopListening(channel=channel))
