"""The life of a call from the answer on: it is connected, and ends, by whomever. How it came stands in `entry`.

Until an agent who must confirm has done so, his is an offer like any other that rings.
"""

from datetime import timedelta
from typing import Final

from acd import agents, announcing, callback, care, offers, park, talk, waiting
from acd.inputs import (
    AgentTold,
    CallConnected,
    CallerHungUp,
    ConnectFailed,
    LegAnswered,
    LegEnded,
    LegKeyPressed,
)
from acd.model import AgentId, CallId, ChannelId, DeviceId, OfferId, Queue
from acd.outputs import (
    AgentBriefed,
    CallAnswered,
    ConfirmationAsked,
    HangUpCall,
    HangUpLeg,
    OfferEnd,
    OfferEnded,
    OfferOutcome,
    Party,
    Phrase,
    Sound,
    StopRinging,
    TalkStarted,
    TellAgent,
    Word,
)
from acd.records import CallRecord, OfferRecord
from acd.step import Step

CONFIRMED_WITHIN: Final = timedelta(seconds=10)
"""How long somebody who has picked up has for it."""

TAKES_THE_CALL: Final = "1"


def answer(step: Step, event: LegAnswered) -> None:
    """An agent picks up: the first one has the call, everybody else's phone stops; one who must confirm is asked to."""
    offer = step.state.records.offers.get(event.offer)
    if offer is None or event.device not in offer.devices:
        step.pass_over()
        if care.in_talk(step, event.offer, event.device) is None:
            step.order(HangUpLeg(offer=event.offer, device=event.device))
        return
    if offer.confirming is not None:
        step.pass_over()
        return
    assignment = step.state.assignment(offer.agent, offer.queue)
    if assignment is not None and assignment.confirm:
        ask_to_confirm(step, offer, event.device)
    else:
        take(step, offer, event.device)


def ask_to_confirm(step: Step, offer: OfferRecord, device: DeviceId) -> None:
    """Whoever has picked up must press a key: it may be a machine. His other phones stop, other agents' ring on."""
    words = (Phrase.PRESS_ONE,)
    step.order(TellAgent(offer=offer.id, device=device, words=words))
    _stop_others(step, offer, device)
    step.record(ConfirmationAsked(offer=offer.id, device=device, until=step.now + CONFIRMED_WITHIN))


def leg_key_pressed(step: Step, event: LegKeyPressed) -> None:
    """A key on an agent's phone: it takes the call that he is to confirm, or belongs to the talk."""
    offer = step.state.records.offers.get(event.offer)
    if offer is None or offer.confirming != event.device:
        talk.key_pressed(step, event)
    elif event.key == TAKES_THE_CALL:
        take(step, offer, event.device)
    else:
        offers.end(step, offer, OfferEnd.REFUSED_BY_KEY)


def take(step: Step, offer: OfferRecord, device: DeviceId) -> None:
    """The agent has the call. He is told who comes where his queue says so; else the two are joined at once."""
    call = step.state.records.calls[offer.call]
    queue = step.state.records.queues[offer.queue]
    _record_taken(step, offer)
    _record_answer(step, call, offer.agent, offer.id, device, briefing=queue.agent_announcement is not None)
    on_the_line = call.channel is not None
    if on_the_line:
        # They wait for nothing but this, so it is ordered before anybody else's phone is stopped.
        _tell_or_bring_together(step, call, queue)
    _stop_others(step, offer, device)
    offers.end_all(step, call, OfferEnd.ANSWERED_ELSEWHERE)
    if not on_the_line:
        _tell_or_bring_together(step, call, queue)


def _record_taken(step: Step, offer: OfferRecord) -> None:
    step.record(
        OfferEnded(
            offer=offer.id,
            call=offer.call,
            queue=offer.queue,
            agent=offer.agent,
            outcome=OfferOutcome.ANSWERED,
            why=OfferEnd.ANSWERED,
        )
    )


def _record_answer(
    step: Step, call: CallRecord, agent: AgentId, offer: OfferId, device: DeviceId, *, briefing: bool = False
) -> None:
    step.record(
        CallAnswered(
            call=call.id,
            queue=call.queue,
            agent=agent,
            offer=offer,
            device=device,
            waited=step.now - call.arrived,
            expected_wait=_expected(call),
            briefing=briefing,
        )
    )


def found_talking(step: Step, call: CallRecord, channel: ChannelId, offer: OfferId, device: DeviceId) -> None:
    """Asterisk shows that the two talk, he on this channel, and nobody told us: it counts from now on.

    Nothing is ordered for them. What was to come before it (a key that confirms, an announcement to the agent) is over.
    Another call that rings at the agent goes elsewhere, unless he may have both.
    """
    agent = step.state.agent_of_device(device)
    assert agent is not None, "only phones of agents ring"
    rang = step.state.records.offers.get(offer)
    if rang is not None and rang.call == call.id:
        _record_taken(step, rang)
        _stop_others(step, rang, device)
    elif rang is not None:
        offers.end(step, rang, OfferEnd.UNHEARD, ringing=rang.devices - {device})
    _record_answer(step, call, agent.id, offer, device)
    if call.callback is not None:
        callback.found_reached(step, call, channel)
    offers.end_all(step, call, OfferEnd.ANSWERED_ELSEWHERE)
    announcing.cut(step, call)
    agents.make_room(step, agent)
    step.record(TalkStarted(call=call.id, queue=call.queue, agent=agent.id))
    talk.begun(step, call)


def _expected(call: CallRecord) -> timedelta | None:
    """Of his whole wait until now, at the time of the estimate; that of a second attempt to reach him tells nothing."""
    if call.expected_wait is None or (call.callback is not None and call.callback.attempts):
        return None
    return call.queued_at - call.arrived + call.expected_wait


def _tell_or_bring_together(step: Step, call: CallRecord, queue: Queue) -> None:
    if queue.agent_announcement is None:
        _bring_together(step, call)
        return
    offer, device = care.leg(call)
    words = (Sound(name=queue.agent_announcement), *_waited(step.now - call.arrived))
    step.order(TellAgent(offer=offer, device=device, words=words))


def _stop_others(step: Step, offer: OfferRecord, device: DeviceId) -> None:
    others = tuple(sorted(offer.devices - {device}))
    if others:
        step.order(StopRinging(offer=offer.id, devices=others, elsewhere=True))


def _waited(waited: timedelta) -> tuple[Word, ...]:
    """What an agent is told of his caller's wait, rounded down: nothing, 10 to 50 seconds, whole minutes."""
    minutes, seconds = divmod(int(waited.total_seconds()), 60)
    if minutes:
        return (Phrase.WAITED, Phrase.ONE_MINUTE) if minutes == 1 else (Phrase.WAITED, minutes, Phrase.MINUTES)
    return (Phrase.WAITED, seconds // 10 * 10, Phrase.SECONDS) if seconds >= 10 else ()


def agent_told(step: Step, event: AgentTold) -> None:
    """He has heard how to confirm, and has still to do it; or who comes, and the two are joined."""
    offer = step.state.records.offers.get(event.offer)
    call = care.in_talk(step, event.offer, event.device)
    if call is not None and call.briefing:
        brief(step, call)
    elif offer is None or offer.confirming != event.device:
        step.pass_over()


def brief(step: Step, call: CallRecord) -> None:
    """The agent knows who comes, or has to do without: they are joined."""
    assert call.agent is not None, "only who has answered is told who comes"
    step.record(AgentBriefed(call=call.id, queue=call.queue, agent=call.agent))
    _bring_together(step, call)


def _bring_together(step: Step, call: CallRecord) -> None:
    if call.channel is None:
        callback.dial(step, call)
    else:
        care.join(step, call)


def connected(step: Step, event: CallConnected) -> None:
    """Caller and agent hear each other: from here on it counts as a call of the agent. Told twice as a rule."""
    call = step.state.records.calls.get(event.call)
    if call is not None and call.talking_since is not None:
        return
    call = _being_joined(step, event.call)
    if call is None or call.agent is None:
        step.pass_over()
        return
    step.record(TalkStarted(call=call.id, queue=call.queue, agent=call.agent))
    talk.begun(step, call)


def connect_failed(step: Step, event: ConnectFailed) -> None:
    """They could not be joined: the agent is let go, the caller waits on at his old place."""
    call = _being_joined(step, event.call)
    if call is None:
        step.pass_over()
        return
    care.let_agent_go(step, call)
    care.part(step, call, Party.UNKNOWN)
    care.requeue(step, call)


def _being_joined(step: Step, call_id: CallId) -> CallRecord | None:
    """The call, where it has been ordered that he is joined. None: the news is of an agent who is gone by now."""
    call = step.state.records.calls.get(call_id)
    if call is None or call.agent is None or call.channel is None or call.briefing:
        return None
    return call if call.talking_since is None else None


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
        # His channel has left us, whether it is gone or lives on elsewhere: there is only the bridge to end.
        step.order(HangUpCall(call=call.id, channel=None))
    if call.talking_since is None:
        waiting.keep_place(step, call)
    care.end(step, call, Party.CALLER)
