"""What agents choose and what their phones do: status, Single-Call, wrap-up, devices, calls outside the queues."""

from acd import monitoring, offers, statuses
from acd.eligibility import calls_in_hand
from acd.inputs import (
    DeviceRegistered,
    DeviceUnregistered,
    EndWrapUp,
    EndWrapUpByPhone,
    OtherCallAnswered,
    OtherCallEnded,
    OtherCallStarted,
    PhoneNamedItself,
    Refusal,
    SetAwayByPhone,
    SetStatus,
    SetStatusByPhone,
    SwitchDevice,
)
from acd.model import OFFLINE, ONLINE, SINGLE_CALL, STATUSES, AgentId, DeviceId, Queue, Status, takes_queue_calls
from acd.outputs import (
    DeviceDisengaged,
    DeviceEngaged,
    DeviceReachable,
    DeviceSwitched,
    OfferEnd,
    OtherCallConnected,
    OutboundEnded,
    PhoneModelKnown,
    Source,
    WrapUpEnd,
    WrapUpEnded,
    WrapUpStarted,
)
from acd.records import AgentRecord, CallRecord, OfferRecord
from acd.step import Step

# --- status


def set_status_by_phone(step: Step, request: SetStatusByPhone) -> Refusal | None:
    """A star code: the phone tells who asks. `*51` also switches this phone on."""
    agent = step.state.agent_of_device(request.device)
    if agent is None or not step.state.records.assignments.get(agent.id):
        return Refusal.NOT_AN_AGENT
    if request.status not in STATUSES:
        return Refusal.UNKNOWN_STATUS
    if request.status == ONLINE:
        _switch(step, request.device, on=True)
    _set_status(step, agent, request.status, Source.PHONE)
    return None


def set_away_by_phone(step: Step, request: SetAwayByPhone) -> Refusal | None:
    """A star code with a number: the account's statuses follow those that every account has."""
    agent = step.state.agent_of_device(request.device)
    if agent is None or not step.state.records.assignments.get(agent.id):
        return Refusal.NOT_AN_AGENT
    away = statuses.away(step.state, agent)
    if not 1 <= request.number <= len(away):
        return Refusal.UNKNOWN_STATUS
    _set_status(step, agent, away[request.number - 1], Source.PHONE)
    return None


def set_status(step: Step, request: SetStatus) -> Refusal | None:
    """The agent himself, or a supervisor for him, by another way than a phone."""
    agent = step.state.records.agent_records.get(request.agent)
    if agent is None or request.agent not in step.state.records.agents:
        return Refusal.UNKNOWN_AGENT
    if not statuses.exists(step.state, agent, request.status):
        return Refusal.UNKNOWN_STATUS
    _set_status(step, agent, request.status, Source.REQUEST if request.by is None else Source.SUPERVISOR, request.by)
    return None


def _set_status(step: Step, agent: AgentRecord, status: Status, source: Source, by: AgentId | None = None) -> None:
    offer = _offer_of(step, agent)
    if offer is not None and not takes_queue_calls(status):
        offers.end(step, offer, OfferEnd.STATUS_CHANGED)
    if agent.wrap_up is not None and not agent.wrap_up.mandatory:
        step.record(WrapUpEnded(agent=agent.id, why=WrapUpEnd.AGENT))
    rearms = status == SINGLE_CALL and bool(agent.single_calls)
    if status != agent.status or rearms:
        statuses.change(step, agent, status, source, by)


# --- after a call


def after_call(step: Step, agent: AgentRecord, call: CallRecord) -> None:
    """He has left a queue call in which he was connected: Offline if it was his single one, else wrap-up."""
    single = call.id in agent.single_calls
    if single:
        offer = _offer_of(step, agent)
        if offer is not None:
            offers.end(step, offer, OfferEnd.STATUS_CHANGED)
        statuses.change(step, agent, OFFLINE, Source.SINGLE_CALL_USED)
    queue = step.state.records.queues.get(call.queue)
    if queue is not None and (takes_queue_calls(agent.status) or queue.wrap_up_mandatory):
        _wrap_up(step, agent, call, queue)


def _wrap_up(step: Step, agent: AgentRecord, call: CallRecord, queue: Queue) -> None:
    """A mandatory one runs for those who are away as well: nobody gets around it by a change of status.

    With two calls in hand the longer of the two wrap-ups counts, and is mandatory where either is.
    """
    assignment = step.state.assignment(agent.id, queue.id)
    own = assignment.wrap_up if assignment else None
    until = step.now + (queue.wrap_up if own is None else own)
    mandatory = queue.wrap_up_mandatory
    running = agent.wrap_up
    if until == step.now:
        return
    if running is not None:
        if running.until > until and (running.mandatory or not mandatory):
            return
        until, mandatory = max(until, running.until), mandatory or running.mandatory
    step.record(WrapUpStarted(agent=agent.id, queue=queue.id, call=call.id, until=until, mandatory=mandatory))


def end_wrap_up_by_phone(step: Step, request: EndWrapUpByPhone) -> Refusal | None:
    """A star code: the phone tells who is ready."""
    agent = step.state.agent_of_device(request.device)
    if agent is None or not step.state.records.assignments.get(agent.id):
        return Refusal.NOT_AN_AGENT
    return _end_wrap_up(step, agent)


def end_wrap_up(step: Step, request: EndWrapUp) -> Refusal | None:
    """The agent himself, by another way than a phone."""
    agent = step.state.records.agent_records.get(request.agent)
    return Refusal.UNKNOWN_AGENT if agent is None else _end_wrap_up(step, agent)


def _end_wrap_up(step: Step, agent: AgentRecord) -> Refusal | None:
    if agent.wrap_up is None:
        return Refusal.NOT_IN_WRAP_UP
    if agent.wrap_up.mandatory:
        return Refusal.WRAP_UP_MANDATORY
    step.record(WrapUpEnded(agent=agent.id, why=WrapUpEnd.AGENT))
    return None


# --- phones


def switch_device(step: Step, request: SwitchDevice) -> Refusal | None:
    """Whether a phone rings for queue calls; one that rings now is stopped."""
    if request.device not in step.state.records.devices:
        return Refusal.UNKNOWN_DEVICE
    _switch(step, request.device, on=request.on)
    return None


def _switch(step: Step, device: DeviceId, *, on: bool) -> None:
    if step.state.records.device_records[device].on != on:
        step.record(DeviceSwitched(device=device, on=on))
        if not on:
            _silence(step, device, OfferEnd.DEVICE_SWITCHED_OFF)


def registered(step: Step, event: DeviceRegistered) -> None:
    """A phone can be reached again."""
    _reach(step, event.device, reachable=True)


def unregistered(step: Step, event: DeviceUnregistered) -> None:
    """A phone dropped off; if it was ringing, that costs its agent nothing."""
    _reach(step, event.device, reachable=False)


def _reach(step: Step, device: DeviceId, *, reachable: bool) -> None:
    known = step.state.records.device_records.get(device)
    if (known.reachable if known else False) == reachable:
        step.pass_over()
        return
    step.record(DeviceReachable(device=device, reachable=reachable))
    if not reachable:
        _silence(step, device, OfferEnd.DEVICE_LOST)


def named_itself(step: Step, event: PhoneNamedItself) -> None:
    """Told at every star code; what is known already is nothing new."""
    if event.device not in step.state.records.devices:
        step.pass_over()
    elif step.state.records.device_records[event.device].model != event.model:
        step.record(PhoneModelKnown(device=event.device, model=event.model))


def _silence(step: Step, device: DeviceId, why: OfferEnd) -> None:
    agent = step.state.agent_of_device(device)
    offer = _offer_of(step, agent) if agent else None
    if offer is not None:
        offers.silence(step, offer, device, why)


# --- calls outside the queues


def other_call_started(step: Step, event: OtherCallStarted) -> None:
    """A direct or outbound call, a star code, a call to a queue: it counts as a call in hand from its first ring."""
    known = event.channel in step.state.channels or event.channel in step.state.retrievals
    if known or step.state.agent_of_device(event.device) is None:
        step.pass_over()
        return
    step.record(DeviceEngaged(device=event.device, channel=event.channel, outgoing=event.outgoing, number=event.number))


def other_call_answered(step: Step, event: OtherCallAnswered) -> None:
    """He talks to somebody else while an offer rings: unless he may have both, the offer goes to another agent."""
    device = step.state.channels.get(event.channel)
    agent = step.state.agent_of_device(device) if device else None
    if device is None or agent is None:
        step.pass_over()
        return
    step.record(OtherCallConnected(device=device, channel=event.channel, number=event.number))
    make_room(step, agent)


def make_room(step: Step, agent: AgentRecord) -> None:
    """He has one more conversation: an offer that rings goes elsewhere, unless he may have both."""
    offer = _offer_of(step, agent)
    if offer is None:
        return
    assignment = step.state.assignment(agent.id, offer.queue)
    if assignment is None or calls_in_hand(agent) >= assignment.max_calls:
        offers.end(step, offer, OfferEnd.OTHER_CALL)


def other_call_ended(step: Step, event: OtherCallEnded) -> None:
    """It is over; such a call gives no wrap-up. It may be the line of somebody who was sent on, and called outside.

    Or it was of a supervisor who listened in.
    """
    monitoring.phone_gone(step, event.channel)
    device = step.state.channels.get(event.channel)
    if device is not None:
        step.record(DeviceDisengaged(device=device, channel=event.channel, number=event.number))
    if event.channel in step.state.records.out:
        step.record(OutboundEnded(channel=event.channel))
    elif device is None:
        step.pass_over()


def _offer_of(step: Step, agent: AgentRecord) -> OfferRecord | None:
    return step.state.records.offers[agent.offer] if agent.offer is not None else None
