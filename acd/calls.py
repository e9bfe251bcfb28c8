"""The life of a call: it arrives, is answered, connected, and ends, by whomever."""

from acd import callback, care, offers, park, talk
from acd.inputs import (
    AgentTold,
    CallArrived,
    CallConnected,
    CallerHungUp,
    ConnectFailed,
    LegAnswered,
    LegEnded,
    LegKeyPressed,
)
from acd.model import ChannelId, QueueType
from acd.model import queue_id as queue_id_of
from acd.outputs import (
    CallAnswered,
    CallQueued,
    CallRefused,
    HangUpCall,
    HangUpLeg,
    OfferEnd,
    OfferEnded,
    OfferOutcome,
    Party,
    StopRinging,
    TalkStarted,
    TurnAway,
)
from acd.records import CallRecord, OfferRecord
from acd.step import Step


def arrive(step: Step, event: CallArrived) -> None:
    """A caller wants a queue: he waits, with music, from this moment."""
    if event.call in step.state.records.calls or ChannelId(event.call) in step.state.retrievals:
        step.pass_over()
        return
    queue = step.state.records.queues.get(queue_id_of(event.account, event.number))
    if queue is None:
        step.record(CallRefused(call=event.call, account=event.account, number=event.number))
        step.order(TurnAway(call=event.call, channel=ChannelId(event.call)))
        return
    if queue.type is QueueType.CALL_PARK and event.device is not None and step.state.agent_of_device(event.device):
        park.retrieve(step, queue, event, event.device)
        return
    promised = callback.called_again(step, queue.id, event.caller.number)
    arrived = promised.arrived if promised is not None else min(event.arrived or step.now, step.now)
    step.record(
        CallQueued(
            call=event.call,
            account=event.account,
            queue=queue.id,
            caller=event.caller,
            arrived=arrived,
            priority=promised.priority if promised is not None else event.priority,
        )
    )
    care.hold(step, step.state.records.calls[event.call])


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
            expected_wait=call.expected_wait,
        )
    )


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
    care.end(step, call, Party.CALLER)
