"""What the facts of a call's way change, in the order in which a call lives."""

from datetime import datetime, timedelta

from acd.fold.agents import back_off
from acd.fold.averages import take_in
from acd.indexes import Indexes, place_id
from acd.model import SINGLE_CALL, CallId, ChannelId, OfferId
from acd.ordered import DeadlineKind
from acd.outputs import (
    AgentBriefed,
    CallAnswered,
    CallEnded,
    CallOutcome,
    CallQueued,
    CallRequeued,
    CascadeRetimed,
    CascadeWidened,
    ConfirmationAsked,
    LegStopped,
    OfferEnd,
    OfferEnded,
    OfferMade,
    OfferOutcome,
    OfferRetimed,
    TalkEnded,
    TalkStarted,
)
from acd.records import CallRecord, Cascade, OfferRecord

_HE_IS_THERE = (OfferEnd.ANSWERED, OfferEnd.DECLINED, OfferEnd.REFUSED_BY_KEY)
"""After such an end misses are counted anew."""

_LIVES_ON = (CallOutcome.TRANSFERRED, CallOutcome.OVERFLOWED, CallOutcome.QUEUE_CLOSED)
"""After such an end the dial plan has him."""


def call_queued(state: Indexes, fact: CallQueued, at: datetime) -> None:
    call = CallRecord(
        id=fact.call,
        account=fact.account,
        queue=fact.queue,
        caller=fact.caller,
        channel=ChannelId(fact.call),
        arrived=fact.arrived,
        queued_at=at,
        priority=fact.priority,
        expected_wait=fact.expected_wait,
    )
    state.records.calls[call.id] = call
    if state.records.places.get(fact.queue, {}).pop(fact.caller.number, None) is not None:
        state.deadlines.set(DeadlineKind.PLACE, place_id(fact.queue, fact.caller.number), None)
    state.place(call)


def offer_made(state: Indexes, fact: OfferMade, at: datetime) -> None:
    call = state.records.calls[fact.call]
    agent = state.records.agent_records[fact.agent]
    assert agent.offer is None, "one offer per agent"
    _begin_round(call, fact.round)
    call.tried.add(agent.id)
    call.offers_made += 1
    call.offers.add(fact.offer)
    agent.offer = fact.offer
    state.records.offers[fact.offer] = OfferRecord(
        id=fact.offer,
        call=call.id,
        queue=fact.queue,
        agent=agent.id,
        devices=set(fact.devices),
        made_at=at,
        until=fact.until,
        cascades=fact.until is None,
        picked=fact.picked_by is not None,
    )
    if fact.picked_by is not None:
        call.picked = fact.offer
        back_off(state, agent, None)  # he is rung all the same
    state.deadlines.set(DeadlineKind.OFFER, fact.offer, fact.until)
    state.queue_index(fact.queue).ringing.add(fact.offer)
    state.place_by_offers(call)
    state.reindex_eligible(agent)


def cascade_widened(state: Indexes, fact: CascadeWidened, at: datetime) -> None:
    call = state.records.calls[fact.call]
    _begin_round(call, fact.round)
    state.set_cascade(call, Cascade(order=fact.order, agent=fact.agent, since=at, until=fact.until))
    state.needy.add(call.id)


def cascade_retimed(state: Indexes, fact: CascadeRetimed, at: datetime) -> None:
    call = state.records.calls[fact.call]
    assert call.cascade is not None, "only a cascade that runs is retimed"
    call.cascade.until = fact.until
    state.set_cascade(call, call.cascade)


def leg_stopped(state: Indexes, fact: LegStopped, at: datetime) -> None:
    offer = state.records.offers[fact.offer]
    offer.devices.discard(fact.device)
    offer.stopped.add(fact.why)


def offer_retimed(state: Indexes, fact: OfferRetimed, at: datetime) -> None:
    state.records.offers[fact.offer].until = fact.until
    state.deadlines.set(DeadlineKind.OFFER, fact.offer, fact.until)


def confirmation_asked(state: Indexes, fact: ConfirmationAsked, at: datetime) -> None:
    offer = state.records.offers[fact.offer]
    offer.confirming, offer.devices, offer.until = fact.device, {fact.device}, fact.until
    offer.stopped.clear()  # what his other phones said before he picked up this one is no end of it
    state.deadlines.set(DeadlineKind.OFFER, fact.offer, fact.until)


def offer_ended(state: Indexes, fact: OfferEnded, at: datetime) -> None:
    del state.records.offers[fact.offer]
    state.queue_index(fact.queue).ringing.discard(fact.offer)
    state.deadlines.set(DeadlineKind.OFFER, fact.offer, None)
    call = state.records.calls[fact.call]
    call.offers.discard(fact.offer)
    if call.picked == fact.offer:
        call.picked = None
    if call.cascade is not None and not any(state.records.offers[o].cascades for o in call.offers):
        state.set_cascade(call, None)
        state.needy.add(call.id)
    agent = state.records.agent_records[fact.agent]
    agent.offer = None
    if fact.outcome is OfferOutcome.MISSED:
        agent.misses += 1
        agent.idle_since = max(agent.idle_since, at)
    elif fact.why in _HE_IS_THERE:
        agent.misses = 0
    if fact.outcome is OfferOutcome.ANSWERED:
        return  # where the two belong now is said by `CallAnswered`, which goes with it
    if call.agent is None:
        state.place_by_offers(call)
    back_off(state, agent, fact.back_off_until)


def call_answered(state: Indexes, fact: CallAnswered, at: datetime) -> None:
    call = state.records.calls[fact.call]
    assert call.agent is None, "one agent per call"
    call.agent, call.offer, call.device, call.answered_at = fact.agent, fact.offer, fact.device, at
    call.briefing = fact.briefing
    name_taken(state, fact.offer)
    state.talks[fact.offer] = call.id
    state.place(call)
    state.limit_briefing(call)
    agent = state.records.agent_records[fact.agent]
    agent.calls[call.id] = fact.device
    if agent.status == SINGLE_CALL:
        agent.single_calls.add(call.id)
        state.reindex(agent)
    else:
        state.reindex_eligible(agent)


def agent_briefed(state: Indexes, fact: AgentBriefed, at: datetime) -> None:
    call = state.records.calls[fact.call]
    call.briefing = False
    state.limit_briefing(call)


def talk_started(state: Indexes, fact: TalkStarted, at: datetime) -> None:
    state.records.calls[fact.call].talking_since = at


def talk_ended(state: Indexes, fact: TalkEnded, at: datetime) -> None:
    call = state.records.calls[fact.call]
    agent = state.records.agent_records[fact.agent]
    del agent.calls[call.id]
    if call.talking_since is not None:
        agent.idle_since = max(agent.idle_since, at)
        take_in(state.queue_record(fact.queue).talk, fact.talked)
    else:
        agent.single_calls.discard(call.id)
    if call.offer is not None:
        del state.talks[call.offer]
    call.parted_from = call.offer
    if call.retriever is not None:
        del state.retrievals[call.retriever]
    call.agent = call.offer = call.device = call.retriever = call.answered_at = call.talking_since = None
    call.briefing = False
    state.limit_briefing(call)
    call.held_since, call.held = None, timedelta(0)
    if call.callback is not None and call.callback.channel is not None:
        state.is_over(call.callback.channel)
        call.callback.channel = None
    if agent.status == SINGLE_CALL:
        state.reindex(agent)
    else:
        state.reindex_eligible(agent)


def call_requeued(state: Indexes, fact: CallRequeued, at: datetime) -> None:
    state.place(state.records.calls[fact.call])


def call_ended(state: Indexes, fact: CallEnded, at: datetime) -> None:
    call = state.records.calls.pop(fact.call)
    state.displace(call)
    if call.channel is not None and fact.outcome not in _LIVES_ON:
        state.is_over(call.channel)


def name_taken(state: Indexes, offer: OfferId) -> None:
    """There is this offer, of which nobody may have told: the caller's next ones have other names."""
    of, _, number = offer.rpartition("~")
    call = state.records.calls.get(CallId(of))
    if call is not None:
        call.offers_made = max(call.offers_made, int(number))


def _begin_round(call: CallRecord, number: int) -> None:
    if number > call.round:
        call.round = number
        call.tried.clear()
