"""The life of a call from the answer on: it is connected, and ends, by whomever. How it came stands in `entry`."""

from datetime import timedelta

from acd import callback, care, offers, park, talk, waiting
from acd.inputs import (
    AgentTold,
    CallConnected,
    CallerHungUp,
    ConnectFailed,
    LegAnswered,
    LegEnded,
    LegKeyPressed,
)
from acd.model import ChannelId
from acd.outputs import (
    CallAnswered,
    HangUpCall,
    HangUpLeg,
    OfferEnd,
    OfferEnded,
    OfferOutcome,
    Party,
    StopRinging,
    TalkStarted,
)
from acd.records import CallRecord, OfferRecord
from acd.step import Step


def answer(step: Step, event: LegAnswered) -> None:
    """An agent picks up: the first one has the call, everybody else's phone stops."""
    offer = step.state.records.offers.get(event.offer)
    if offer is None or event.device not in offer.devices:
        step.pass_over()
        if care.in_talk(step, event.offer, event.device) is None:
            step.order(HangUpLeg(offer=event.offer, device=event.device))
        return
    call = step.state.records.calls[offer.call]
    if call.channel is not None:
        # The two wait for nothing but this, so it is ordered before anybody else's phone is stopped.
        care.join(step, call, offer.id, event.device)
    own_others = tuple(sorted(offer.devices - {event.device}))
    if own_others:
        step.order(StopRinging(offer=offer.id, devices=own_others, elsewhere=True))
    _take(step, call, offer, event)
    offers.end_all(step, call, OfferEnd.ANSWERED_ELSEWHERE)
    if call.channel is None:
        callback.dial(step, call)


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
    if call is None or call.agent is None or call.channel is None or call.talking_since is not None:
        step.pass_over()
        return
    step.record(TalkStarted(call=call.id, queue=call.queue, agent=call.agent))
    talk.begun(step, call)


def connect_failed(step: Step, event: ConnectFailed) -> None:
    """They could not be joined: the agent is let go, the caller waits on at his old place."""
    call = step.state.records.calls.get(event.call)
    if call is None or call.agent is None or call.channel is None or call.talking_since is not None:
        step.pass_over()
        return
    care.let_agent_go(step, call)
    care.part(step, call, Party.UNKNOWN)
    care.requeue(step, call)


def leg_ended(step: Step, event: LegEnded) -> None:
    """An agent's phone is out of it: refused while ringing, or put down after the answer."""
    offer = step.state.records.offers.get(event.offer)
    if offer is not None:
        offers.refuse(step, offer, event.device, event.how)
        return
    call = care.in_talk(step, event.offer, event.device)
    if call is None:
        step.pass_over()
    elif call.talking_since is None:
        callback.break_off(step, call)
        care.part(step, call, Party.AGENT)
        care.requeue(step, call)
    else:
        step.order(HangUpCall(call=call.id, channel=call.channel))
        care.end(step, call, Party.AGENT)


def caller_hung_up(step: Step, event: CallerHungUp) -> None:
    """The caller is gone: every phone that rings for him stops, the agent who has him is let go.

    Who has just been promised to be called back may be as quick as the order to let him go: the promise stands. And
    it may be somebody who has fetched a caller: who calls a queue is a caller to Asterisk.
    """
    retriever = ChannelId(event.call)
    if retriever in step.state.retrievals:
        park.retriever_hung_up(step, retriever)
        return
    call = step.state.records.calls.get(event.call)
    if call is None or call.channel is None:
        step.pass_over()
        return
    offers.end_all(step, call, OfferEnd.CALLER_GONE)
    if call.agent is not None:
        care.let_agent_go(step, call)
        step.order(HangUpCall(call=call.id, channel=call.channel))
    if call.talking_since is None:
        waiting.keep_place(step, call)
    care.end(step, call, Party.CALLER)
