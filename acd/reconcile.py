"""What Asterisk has against what we believed.

After a restart or a lost connection, events were missed and will not be repeated; one or the other may be lost at any
time. Each difference is settled by the same rule as the event that was missed, so nothing is decided twice; only guilt
is not: nobody missed a call, and no phone failed, while we were not looking.
"""

from typing import assert_never

from acd import agents, announcing, callback, calls, care, entry, monitoring, offers, park, statuses, talk, waiting
from acd.differences import can_be_booked, channel_of, differences
from acd.inputs import (
    AsteriskSeen,
    CallArrived,
    CallBackGone,
    CallBackLeftOver,
    CallConnected,
    CallerHungUp,
    CallerReached,
    CallGone,
    CallLeftOver,
    DeviceRegistered,
    DeviceUnregistered,
    Difference,
    DriftFound,
    LegAnswered,
    LegEnded,
    LegLeftOver,
    MonitorAnswered,
    MonitorLeftOver,
    NotHeld,
    NotJoined,
    NotLetGo,
    NotListening,
    OtherCallAnswered,
    OtherCallEnded,
    OtherCallStarted,
    RingGone,
    TalkLeftOver,
    TalkUnknown,
)
from acd.model import CallId, ChannelId, OfferId
from acd.outputs import (
    AsteriskInSight,
    CallMoved,
    CallOutcome,
    CallRequeued,
    HangUpCall,
    HangUpLeg,
    HangUpPhone,
    Loss,
    OfferEnd,
    Party,
)
from acd.records import CallRecord
from acd.step import Step


def settle(step: Step, seen: AsteriskSeen) -> None:
    """After a connect: make books and Asterisk agree, and order again what may have reached nobody."""
    known = step.state.records.asterisk_life
    loss = Loss.UNHEARD if known is None or seen.life in (None, known) else Loss.ASTERISK_ENDED
    answered = sorted((call for call in step.state.records.calls.values() if call.agent is not None), key=_id)
    confirming = [id_ for id_, offer in step.state.records.offers.items() if offer.confirming is not None]
    briefed = [call.id for call in answered if call.briefing]
    talking = [call.id for call in answered if call.talking_since is not None]
    _cut_announcements(step, seen)
    for difference in differences(step.state, seen):
        _correct(step, difference, loss)
    _ask_again(step, seen, confirming)
    for call in _still_there(step, briefed):
        if call.briefing:
            calls.brief(step, call)  # the caller has waited long enough
    for call in _still_there(step, talking):
        talk.settle(step, call)
    step.record(AsteriskInSight(life=seen.life, unknown_offers=_unknown_offers(step, seen)))
    statuses.show_all(step)
    step.stale = False


def correct(step: Step, found: DriftFound) -> None:
    """While Asterisk is in sight: settle what the books have wrongly."""
    for difference in found.differences:
        _correct(step, difference, Loss.UNHEARD)
    step.stale = False


# --- one difference


def _correct(step: Step, difference: Difference, loss: Loss) -> None:
    """`loss`: how a call that is gone was lost."""
    step.corrected.append(difference)
    match difference:
        case TalkUnknown():
            _book(step, difference)
        case DeviceUnregistered():
            agents.unregistered(step, difference)
        case DeviceRegistered():
            agents.registered(step, difference)
        case OtherCallEnded():
            agents.other_call_ended(step, difference)
        case OtherCallStarted():
            agents.other_call_started(step, difference)
        case OtherCallAnswered():
            agents.other_call_answered(step, difference)
        case CallGone():
            _lose(step, difference, loss)
        case RingGone():
            _ring_gone(step, difference)
        case CallerHungUp():
            park.retriever_hung_up(step, ChannelId(difference.call))
        case CallBackGone():
            _call_back_gone(step, difference)
        case CallerReached():
            callback.reached(step, difference)
        case LegAnswered():
            calls.answer(step, difference)
        case LegEnded():
            calls.leg_ended(step, difference)
        case CallConnected():
            calls.connected(step, difference)
        case LegLeftOver():
            step.order(HangUpLeg(offer=difference.offer, device=difference.device))
        case CallBackLeftOver():
            step.order(HangUpPhone(channel=difference.channel))
        case TalkLeftOver():
            step.order(HangUpCall(call=difference.call, channel=None))
        case CallLeftOver():
            step.order(HangUpCall(call=difference.call, channel=ChannelId(difference.call)))
        case MonitorAnswered():
            monitoring.answered(step, difference)
        case NotListening():
            monitoring.listen_again(step, difference.channel)
        case MonitorLeftOver():
            monitoring.clear_away(step, difference.channel)
        case NotLetGo() | NotHeld() | NotJoined():
            _order_again(step, difference)
        case CallArrived():
            entry.arrive(step, difference)
        case _:
            assert_never(difference)


def _book(step: Step, found: TalkUnknown) -> None:
    """Whoever talks, talks on: what Asterisk shows counts, whatever the books have of the caller or of the agent."""
    if not can_be_booked(step.state, found):
        return
    call = step.state.records.calls.get(found.caller.call) or entry.take_in(step, found.caller)
    if call.agent is not None:
        _pass_on(step, call)
    calls.found_talking(step, call, channel_of(found.caller), found.offer, found.device)


def _pass_on(step: Step, call: CallRecord) -> None:
    """He is with somebody else by now: passed on after a talk, or, never connected, waiting once more meanwhile."""
    talked = call.talking_since is not None
    care.part(step, call, Party.UNKNOWN)
    if talked:
        step.record(CallMoved(call=call.id, queue=call.queue, to=call.queue, arrived=step.now))
    else:
        step.record(CallRequeued(call=call.id, queue=call.queue))


def _lose(step: Step, gone: CallGone, loss: Loss) -> None:
    """He may be in Asterisk unseen; where he is seen to live on without us, only his talk's bridge goes."""
    call = step.state.records.calls[gone.call]
    ended = loss is Loss.ASTERISK_ENDED
    offers.end_all(step, call, OfferEnd.ASTERISK_LOST if ended else OfferEnd.CALLER_GONE)
    if call.agent is not None:
        care.let_agent_go(step, call)
    step.order(HangUpCall(call=call.id, channel=None if gone.lives_on else call.channel))
    if call.talking_since is None:
        waiting.keep_place(step, call)
    if call.talking_since is not None and not ended:
        care.end(step, call, Party.UNKNOWN)
    else:
        care.leave(step, call, Party.ASTERISK if ended else Party.UNKNOWN, CallOutcome.LOST, loss)


def _ring_gone(step: Step, ring: RingGone) -> None:
    """Who may have declined, or not: it costs nobody anything."""
    offer = step.state.records.offers.get(ring.offer)
    if offer is not None:
        in_sight = step.state.records.asterisk_in_sight
        offers.silence(step, offer, ring.device, OfferEnd.UNHEARD if in_sight else OfferEnd.ASTERISK_LOST)


def _call_back_gone(step: Step, gone: CallBackGone) -> None:
    """What his phone did unseen is not his doing: the attempt does not count."""
    call = step.state.records.calls[gone.call]
    care.let_agent_go(step, call)
    care.part(step, call, Party.UNKNOWN)
    care.requeue(step, call)


def _order_again(step: Step, missing: NotLetGo | NotHeld | NotJoined) -> None:
    call = step.state.records.calls.get(missing.call)
    if call is None:
        return
    match missing:
        case NotLetGo():
            callback.let_go(step, call, ChannelId(call.id))  # he was promised it, and never heard so
        case NotHeld():
            announcing.hold(step, call)
        case NotJoined():
            if call.retriever is not None:
                care.join_retriever(step, call)
            else:
                care.join(step, call)
        case _:
            assert_never(missing)


# --- after a connect


def _cut_announcements(step: Step, seen: AsteriskSeen) -> None:
    """Their ends may have been missed."""
    lines = {channel_of(call) for call in seen.calls}
    hearing = [call for call in step.state.records.calls.values() if call.saying is not None]
    for call in sorted(hearing, key=_id):
        if call.channel in lines:
            announcing.cut(step, call)


def _ask_again(step: Step, seen: AsteriskSeen, confirming: list[OfferId]) -> None:
    """Who was to press a key: what he pressed meanwhile was not heard."""
    for leg in seen.legs:
        offer = step.state.records.offers.get(leg.offer)
        if offer is not None and leg.offer in confirming and leg.answered and offer.confirming == leg.device:
            calls.ask_to_confirm(step, offer, leg.device)


def _unknown_offers(step: Step, seen: AsteriskSeen) -> tuple[OfferId, ...]:
    return tuple(sorted({leg.offer for leg in seen.legs} - step.state.records.offers.keys() - step.state.talks.keys()))


def _id(call: CallRecord) -> CallId:
    return call.id


def _still_there(step: Step, known: list[CallId]) -> list[CallRecord]:
    return [call for id_ in known if (call := step.state.records.calls.get(id_)) is not None and call.agent is not None]
