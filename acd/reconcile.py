"""What Asterisk has against what we believed.

After a restart or a lost connection, events were missed and will not be repeated. Each difference is settled by the
same rule as the event that was missed, so nothing is decided twice; only guilt is not: nobody missed a call, and no
phone failed, while we were not looking.
"""

from collections.abc import Container, Iterable, Mapping

from acd import agents, announcing, callback, calls, care, entry, offers, park, statuses, talk, waiting
from acd.inputs import (
    AsteriskSeen,
    CallArrived,
    CallerReached,
    DeviceRegistered,
    DeviceUnregistered,
    LegAnswered,
    LegEnd,
    LegEnded,
    OtherCallAnswered,
    OtherCallEnded,
    OtherCallStarted,
    SeenCall,
)
from acd.model import ChannelId, DeviceId, OfferId
from acd.outputs import (
    AsteriskInSight,
    CallOutcome,
    HangUpCall,
    HangUpLeg,
    HangUpPhone,
    OfferEnd,
    OutboundEnded,
    Party,
)
from acd.records import CallRecord
from acd.step import Step

# --- Asterisk


def settle(step: Step, seen: AsteriskSeen) -> None:
    """Make books and Asterisk agree: phones first, then what is gone, then what was answered, then what is new."""
    known = step.state.records.calls.keys() | step.state.retrievals.keys()
    _settle_phones(step, seen)
    _settle_other_calls(step, seen)
    went_out = tuple(step.state.records.out)
    _close_what_is_gone(step, seen)
    _close_what_went_out(step, seen, went_out)
    _take_up_answers(step, seen)
    _hang_up_strays(step, seen)
    for call in seen.calls:
        if call.call not in known and call.channel is None:
            arrived = CallArrived(
                call=call.call,
                account=call.account,
                number=call.number,
                caller=call.caller,
                arrived=call.arrived,
                priority=call.priority,
                device=call.device,
            )
            entry.arrive(step, arrived)
    step.record(AsteriskInSight())
    statuses.show_all(step)
    step.stale = False


def _settle_phones(step: Step, seen: AsteriskSeen) -> None:
    reachable = {device.id for device in step.state.records.device_records.values() if device.reachable}
    for device in sorted(reachable - seen.registered):
        agents.unregistered(step, DeviceUnregistered(device=device))
    for device in sorted(seen.registered - reachable):
        agents.registered(step, DeviceRegistered(device=device))


def _settle_other_calls(step: Step, seen: AsteriskSeen) -> None:
    there = {other.channel for other in seen.other_calls}
    for channel in sorted(step.state.channels.keys() - there):
        agents.other_call_ended(step, OtherCallEnded(channel=channel))
    for other in seen.other_calls:
        agents.other_call_started(step, OtherCallStarted(channel=other.channel, device=other.device))
        if other.answered:
            agents.other_call_answered(step, OtherCallAnswered(channel=other.channel))


def _close_what_is_gone(step: Step, seen: AsteriskSeen) -> None:
    lines = {_channel(call): call.answered for call in seen.calls}
    legs = {(leg.offer, leg.device) for leg in seen.legs}
    for call in sorted(step.state.records.calls.values(), key=lambda c: c.id):
        if call.channel is not None and call.channel not in lines:
            _lose(step, call)
            continue
        announcing.cut(step, call)  # its end may have been missed
        if call.agent is None:
            _silence_what_is_gone(step, call, legs)
            announcing.hold(step, call)
        elif call.retriever is not None:
            _settle_retriever(step, call, lines)
        elif (leg := care.leg(call)) not in legs:
            calls.leg_ended(step, LegEnded(offer=leg[0], device=leg[1], how=LegEnd.HUNG_UP))
        elif call.briefing:
            calls.brief(step, call)  # the caller has waited long enough
        elif call.callback is not None:
            _settle_callback(step, call, lines)
        elif call.talking_since is None:
            care.join(step, call)
        else:
            talk.settle(step, call)


def _close_what_went_out(step: Step, seen: AsteriskSeen, before: Iterable[ChannelId]) -> None:
    """Lines of callers who lived on without us; `before`: all that were out before this was read."""
    there = seen.elsewhere | {_channel(call) for call in seen.calls}
    for channel in sorted(set(before) - there):
        if channel in step.state.records.out:
            step.record(OutboundEnded(channel=channel))


def _channel(call: SeenCall) -> ChannelId:
    return call.channel or ChannelId(call.call)


def _silence_what_is_gone(step: Step, call: CallRecord, legs: Container[tuple[OfferId, DeviceId]]) -> None:
    for offer_id in sorted(call.offers):
        offer = step.state.records.offers[offer_id]
        for device in sorted(offer.devices):
            if (offer_id, device) not in legs:
                offers.silence(step, offer, device, OfferEnd.ASTERISK_LOST)


def _settle_retriever(step: Step, call: CallRecord, lines: Container[ChannelId]) -> None:
    assert call.retriever is not None
    if call.retriever not in lines:
        park.retriever_hung_up(step, call.retriever)
    elif call.talking_since is None:
        care.join_retriever(step, call)
    else:
        talk.settle(step, call)


def _settle_callback(step: Step, call: CallRecord, lines: Mapping[ChannelId, bool]) -> None:
    """What his phone did unseen is not his doing: an attempt that is gone does not count."""
    channel = call.callback.channel if call.callback is not None else None
    if channel is None:
        return
    if channel not in lines:
        care.let_agent_go(step, call)
        care.part(step, call, Party.UNKNOWN)
        care.requeue(step, call)
    elif lines[channel]:
        callback.reached(step, CallerReached(call=call.id, channel=channel))


def _lose(step: Step, call: CallRecord) -> None:
    offers.end_all(step, call, OfferEnd.CALLER_GONE)
    if call.agent is not None:
        care.let_agent_go(step, call)
    step.order(HangUpCall(call=call.id, channel=call.channel))
    if call.talking_since is None:
        waiting.keep_place(step, call)
    care.end(step, call, Party.UNKNOWN, unconnected=CallOutcome.LOST)


def _take_up_answers(step: Step, seen: AsteriskSeen) -> None:
    for leg in seen.legs:
        offer = step.state.records.offers.get(leg.offer)
        if not leg.answered or offer is None:
            continue
        if offer.confirming == leg.device:
            calls.ask_to_confirm(step, offer, leg.device)  # what he pressed meanwhile was not heard
        else:
            calls.answer(step, LegAnswered(offer=leg.offer, device=leg.device))


def _hang_up_strays(step: Step, seen: AsteriskSeen) -> None:
    records = step.state.records
    talking = {(call.offer, call.device) for call in records.calls.values() if call.agent is not None}
    for leg in seen.legs:
        offer = records.offers.get(leg.offer)
        rings = offer is not None and leg.device in offer.devices
        if not rings and (leg.offer, leg.device) not in talking:
            step.order(HangUpLeg(offer=leg.offer, device=leg.device))
    for call in seen.calls:
        record = records.calls.get(call.call)
        if call.channel is not None and call.channel not in _channels(record):
            step.order(HangUpPhone(channel=call.channel))
        elif call.channel is None and record is not None and record.channel != ChannelId(call.call):
            callback.let_go(step, record, ChannelId(call.call))  # he was promised it, and never heard so
    callers = {call.call for call in seen.calls if call.channel is None}
    for call_id in sorted(seen.talks - records.calls.keys() - callers):
        step.order(HangUpCall(call=call_id, channel=None))


def _channels(call: CallRecord | None) -> tuple[ChannelId | None, ...]:
    """Those of a caller that may be there: on which he is, or on which he is being called."""
    if call is None:
        return ()
    return call.channel, call.callback.channel if call.callback is not None else None
