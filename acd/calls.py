"""The life of a call from the answer on: it is connected, and ends, by whomever. How it came stands in `entry`.

Until an agent who must confirm has done so, his is an offer like any other that rings.
"""

from datetime import timedelta
from typing import Final

from acd import agents, announcing, offers, talk, waiting
from acd.inputs import (
    AgentTold,
    CallConnected,
    CallerHungUp,
    ConnectFailed,
    LegAnswered,
    LegEnded,
    LegKeyPressed,
    Telling,
)
from acd.model import CallId, DeviceId, OfferId
from acd.outputs import (
    AgentBriefed,
    CallAnswered,
    CallEnded,
    CallOutcome,
    CallRequeued,
    ConfirmationAsked,
    Connect,
    HangUpCall,
    HangUpLeg,
    OfferEnd,
    OfferEnded,
    OfferOutcome,
    Party,
    Phrase,
    Sound,
    StopRinging,
    TalkEnded,
    TalkStarted,
    TellAgent,
    TurnAway,
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
        if not _talks_on(step, event):
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


def _talks_on(step: Step, event: LegAnswered) -> bool:
    call = _call_of(step, event.offer)
    return call is not None and (call.offer, call.device) == (event.offer, event.device)


def ask_to_confirm(step: Step, offer: OfferRecord, device: DeviceId) -> None:
    """Whoever has picked up must press a key: it may be a machine. His other phones stop, other agents' ring on."""
    words = (Phrase.PRESS_ONE,)
    step.order(TellAgent(offer=offer.id, device=device, what=Telling.HOW_TO_CONFIRM, words=words))
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
    heard = Telling.HOW_TO_CONFIRM if offer.confirming is not None else None
    _record_answer(step, call, offer, device, briefing=queue.agent_announcement is not None)
    # They wait for nothing but this, so it is ordered before anybody else's phone is stopped.
    if queue.agent_announcement is None:
        join(step, call, heard)
    else:
        words = (Sound(name=queue.agent_announcement), *_waited(step.now - call.arrived))
        step.order(TellAgent(offer=offer.id, device=device, what=Telling.WHO_COMES, words=words, cut=heard))
    _stop_others(step, offer, device)
    offers.end_all(step, call, OfferEnd.ANSWERED_ELSEWHERE)


def _record_answer(step: Step, call: CallRecord, offer: OfferRecord, device: DeviceId, *, briefing: bool) -> None:
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
            device=device,
            waited=step.now - call.arrived,
            expected_wait=_expected(call),
            briefing=briefing,
        )
    )


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


def _expected(call: CallRecord) -> timedelta | None:
    """Of his whole wait until now, at the time of the estimate; that of a second attempt to reach him tells nothing."""
    if call.expected_wait is None or (call.callback is not None and call.callback.attempts):
        return None
    return call.queued_at - call.arrived + call.expected_wait


def agent_told(step: Step, event: AgentTold) -> None:
    """He has heard how to confirm, and has still to do it; or who comes, and the two are joined."""
    offer = step.state.records.offers.get(event.offer)
    call = _call_of(step, event.offer)
    if event.what is Telling.HOW_TO_CONFIRM:
        if offer is None or offer.confirming != event.device:
            step.pass_over()
    elif call is None or not call.briefing or (call.offer, call.device) != (event.offer, event.device):
        step.pass_over()
    else:
        brief(step, call)


def brief(step: Step, call: CallRecord, heard: Telling | None = None) -> None:
    """The agent knows who comes, or has to do without: they are joined. `heard`: what he may still hear."""
    assert call.agent is not None, "only who has answered is told who comes"
    step.record(AgentBriefed(call=call.id, queue=call.queue, agent=call.agent))
    join(step, call, heard)


def join(step: Step, call: CallRecord, heard: Telling | None = None) -> None:
    """Put caller and agent together; what either of them hears is cut."""
    step.order(connection(call, heard))
    announcing.end(step, call)


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


def connection(call: CallRecord, heard: Telling | None = None) -> Connect:
    """The order to join him with the device that answered."""
    assert call.channel is not None, "only who is on the line can be joined"
    assert call.offer is not None, "an offer was answered"
    assert call.device is not None, "on a device"
    return Connect(
        call=call.id, channel=call.channel, offer=call.offer, device=call.device, saying=call.saying, telling=heard
    )


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
    single = call.id in agent.single_calls
    step.record(TalkEnded(call=call.id, queue=call.queue, agent=agent.id, by=by, talked=talked))
    if was_connected:
        agents.after_call(step, agent, call)
    elif single:
        offers.use_up_single_call(step, agent, step.state.records.queues.get(call.queue))
