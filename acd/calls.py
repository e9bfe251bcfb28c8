"""The life of a call from the answer on: it is connected, and ends, by whomever. How it came stands in `entry`."""

from datetime import timedelta

from acd import agents, announcing, offers, talk, waiting
from acd.inputs import (
    AgentTold,
    CallConnected,
    CallerHungUp,
    ConnectFailed,
    LegAnswered,
    LegEnded,
    LegKeyPressed,
)
from acd.model import CallId, DeviceId, OfferId
from acd.outputs import (
    CallAnswered,
    CallEnded,
    CallOutcome,
    CallRequeued,
    Connect,
    HangUpCall,
    HangUpLeg,
    OfferEnd,
    OfferEnded,
    OfferOutcome,
    Party,
    StopRinging,
    TalkEnded,
    TalkStarted,
    TurnAway,
)
from acd.records import CallRecord, OfferRecord
from acd.step import Step


def answer(step: Step, event: LegAnswered) -> None:
    """An agent picks up: the first one has the call, everybody else's phone stops."""
    offer = step.state.records.offers.get(event.offer)
    if offer is None or event.device not in offer.devices:
        step.pass_over()
        if not _talks_on(step, event):
            step.order(HangUpLeg(offer=event.offer, device=event.device))
        return
    call = step.state.records.calls[offer.call]
    # The two wait for nothing but this, so it is ordered before anybody else's phone is stopped.
    step.order(connection(call, offer.id, event.device))
    announcing.end(step, call)
    own_others = tuple(sorted(offer.devices - {event.device}))
    if own_others:
        step.order(StopRinging(offer=offer.id, devices=own_others, elsewhere=True))
    _take(step, call, offer, event)
    offers.end_all(step, call, OfferEnd.ANSWERED_ELSEWHERE)


def _talks_on(step: Step, event: LegAnswered) -> bool:
    call = _call_of(step, event.offer)
    return call is not None and (call.offer, call.device) == (event.offer, event.device)


def _take(step: Step, call: CallRecord, offer: OfferRecord, event: LegAnswered) -> None:
    step.record(
        OfferEnded(
            offer=offer.id,
            call=call.id,
            queue=call.queue,
            agent=offer.agent,
            outcome=OfferOutcome.ANSWERED,
            why=OfferEnd.ANSWERED,
        )
    )
    step.record(
        CallAnswered(
            call=call.id,
            queue=call.queue,
            agent=offer.agent,
            offer=offer.id,
            device=event.device,
            waited=step.now - call.arrived,
            expected_wait=_expected(call),
        )
    )


def _expected(call: CallRecord) -> timedelta | None:
    """Of his whole wait until now, at the time of the estimate; that of a second attempt to reach him tells nothing."""
    if call.expected_wait is None or (call.callback is not None and call.callback.attempts):
        return None
    return call.queued_at - call.arrived + call.expected_wait


def leg_key_pressed(step: Step, event: LegKeyPressed) -> None:
    """A key on an agent's phone: it takes the call that is being offered to him, or belongs to the talk."""
    talk.key_pressed(step, event)


def agent_told(step: Step, event: AgentTold) -> None:
    """The agent has heard who comes: now the two are joined."""
    step.pass_over()


def connected(step: Step, event: CallConnected) -> None:
    """Caller and agent hear each other: from here on it counts as a call of the agent."""
    call = step.state.records.calls.get(event.call)
    if call is None or call.agent is None or call.talking_since is not None:
        step.pass_over()
        return
    step.record(TalkStarted(call=call.id, queue=call.queue, agent=call.agent))


def connect_failed(step: Step, event: ConnectFailed) -> None:
    """They could not be joined: the agent is let go, the caller waits on at his old place."""
    call = step.state.records.calls.get(event.call)
    if call is None or call.agent is None or call.talking_since is not None:
        step.pass_over()
        return
    _hang_up_agent(step, call)
    _end_talk(step, call, Party.UNKNOWN)
    requeue(step, call)


def leg_ended(step: Step, event: LegEnded) -> None:
    """An agent's phone is out of it: refused while ringing, or put down after the answer."""
    offer = step.state.records.offers.get(event.offer)
    if offer is not None:
        offers.refuse(step, offer, event.device, event.how)
        return
    call = _call_of(step, event.offer)
    if call is None or (call.offer, call.device) != (event.offer, event.device):
        step.pass_over()
    elif call.talking_since is None:
        _end_talk(step, call, Party.AGENT)
        requeue(step, call)
    else:
        step.order(HangUpCall(call=call.id, channel=call.channel))
        end(step, call, Party.AGENT)


def caller_hung_up(step: Step, event: CallerHungUp) -> None:
    """The caller is gone: every phone that rings for him stops, the agent who has him is let go."""
    call = step.state.records.calls.get(event.call)
    if call is None:
        step.pass_over()
        return
    offers.end_all(step, call, OfferEnd.CALLER_GONE)
    if call.agent is not None:
        _hang_up_agent(step, call)
        step.order(HangUpCall(call=call.id, channel=call.channel))
    if call.talking_since is None:
        waiting.keep_place(step, call)
    end(step, call, Party.CALLER)


def requeue(step: Step, call: CallRecord) -> None:
    """He was answered but never connected: he waits on, as long as before."""
    step.record(CallRequeued(call=call.id, queue=call.queue))
    announcing.hold(step, call)


def connection(call: CallRecord, offer: OfferId, device: DeviceId) -> Connect:
    """The order to join him with this device; what he hears is cut."""
    assert call.channel is not None, "only who is on the line can be joined"
    return Connect(call=call.id, channel=call.channel, offer=offer, device=device, saying=call.saying)


def end(step: Step, call: CallRecord, by: Party, unconnected: CallOutcome = CallOutcome.ABANDONED) -> None:
    """The caller leaves our care; `unconnected` is the outcome where he has not talked to anybody."""
    outcome = unconnected if call.talking_since is None else CallOutcome.COMPLETED
    waited = (call.answered_at or step.now) - call.arrived
    if call.agent is not None:
        _end_talk(step, call, by)
    step.record(CallEnded(call=call.id, queue=call.queue, outcome=outcome, waited=waited))


def close(step: Step, call: CallRecord) -> None:
    """His queue is gone from the configuration: the dial plan takes him back."""
    offers.end_all(step, call, OfferEnd.CONFIGURATION_CHANGED)
    announcing.cut(step, call)
    if call.channel is not None:
        step.order(TurnAway(call=call.id, channel=call.channel))
    end(step, call, Party.UNKNOWN, unconnected=CallOutcome.QUEUE_CLOSED)


def _call_of(step: Step, offer: OfferId) -> CallRecord | None:
    call_id, _, _ = offer.rpartition("~")
    return step.state.records.calls.get(CallId(call_id))


def _hang_up_agent(step: Step, call: CallRecord) -> None:
    assert call.offer is not None
    assert call.device is not None
    step.order(HangUpLeg(offer=call.offer, device=call.device))


def _end_talk(step: Step, call: CallRecord, by: Party) -> None:
    assert call.agent is not None
    agent = step.state.records.agent_records[call.agent]
    talked = timedelta(0) if call.talking_since is None else step.now - call.talking_since
    was_connected = call.talking_since is not None
    step.record(TalkEnded(call=call.id, queue=call.queue, agent=agent.id, by=by, talked=talked))
    if was_connected:
        agents.after_call(step, agent, call)
