"""The life of an offer: made, losing phones one by one, ended; and what each end costs the agent.

And of the cascade of offers that one call makes in a queue of that type:

- It begins when a group is rung for a call that has none running: its clock is `CallRecord.cascade.until`, one ring
  time from then. At each `until` the next group rings as well and the clock runs for one ring time more. Those who ring
  go on: their offers have no end of their own.
- Who becomes free and stands no later in the order than the cascade has come, untried in this round, joins at once and
  leaves the clock alone.
- At an `until` at which nobody is left to be rung, all have rung for one ring time more: every offer of the cascade
  ends, the round is over, and the next one begins at once with the first group. Nobody has missed anything.
- When the last of its offers ends in another way (all have declined, left, …) the cascade stands still no moment: the
  next group rings at once, with a new clock; where everybody has been tried, the first one, in a new round.
- A queue that becomes a cascade lets present rings finish at their own time and begins with the first group of those
  not yet tried, at once. One that is a cascade no more ends the cascade's offers at its `until`.
- Who has picked up and is to confirm belongs to the cascade as if he rang; the others ring on, and the clock runs.
- While Asterisk is out of sight nobody can be rung, so at an `until` the cascade ends; the next group rings when it is
  seen.
"""

from datetime import datetime, timedelta

from acd import statuses
from acd.eligibility import usable
from acd.inputs import LegEnd
from acd.matching import RINGS_ON, Group, next_group
from acd.model import OFFLINE, SINGLE_CALL, AgentId, Assignment, DeviceId, OfferId, Queue, QueueType, SingleCallUse
from acd.outputs import (
    CascadeRetimed,
    CascadeWidened,
    HangUpLeg,
    LegStopped,
    OfferEnd,
    OfferEnded,
    OfferMade,
    OfferOutcome,
    Ring,
    Source,
    StopRinging,
)
from acd.records import AgentRecord, CallRecord, OfferRecord
from acd.step import Step

_OUTCOMES = {
    OfferEnd.ANSWERED: OfferOutcome.ANSWERED,
    OfferEnd.NO_ANSWER: OfferOutcome.MISSED,
    OfferEnd.BUSY: OfferOutcome.REJECTED,
    OfferEnd.DECLINED: OfferOutcome.REJECTED,
    OfferEnd.UNREACHABLE: OfferOutcome.FAILED,
    OfferEnd.NOT_CONFIRMED: OfferOutcome.MISSED,
    OfferEnd.REFUSED_BY_KEY: OfferOutcome.REJECTED,
}
"""Every other end is the engine's or the caller's doing: withdrawn."""

_HE_WAS_RUNG = frozenset(
    {
        OfferEnd.NO_ANSWER,
        OfferEnd.BUSY,
        OfferEnd.DECLINED,
        OfferEnd.NOT_CONFIRMED,
        OfferEnd.REFUSED_BY_KEY,
        OfferEnd.CALLER_GONE,
        OfferEnd.ANSWERED_ELSEWHERE,
    }
)
"""After such an end he has had his offer; after the others it was taken back, or never reached him."""

_GRAVEST_FIRST = (OfferEnd.NO_ANSWER, OfferEnd.BUSY, OfferEnd.UNREACHABLE)
"""Which end an offer has whose phones ended differently: what a person did counts before what a network did."""

_LEG_ENDS = {
    LegEnd.NO_ANSWER: OfferEnd.NO_ANSWER,
    LegEnd.BUSY: OfferEnd.BUSY,
    LegEnd.DECLINED: OfferEnd.DECLINED,
    LegEnd.UNREACHABLE: OfferEnd.UNREACHABLE,
    # A leg that vanished while ringing, nobody saying why: without a back-off the same would happen again at once.
    LegEnd.HUNG_UP: OfferEnd.UNREACHABLE,
}


def make(step: Step, call: CallRecord, agent_id: AgentId, round_: int) -> None:
    """Ring this call at this agent, whose turn it is."""
    queue = step.state.records.queues[call.queue]
    assignment = step.state.assignment(agent_id, queue.id)
    assert assignment is not None, "only assigned agents are eligible"
    cascades = queue.type is QueueType.LINEAR_CASCADE
    # Each group has one agent at least, so a cascade never lasts longer.
    at_most = queue.ring_time * len(step.state.queue_index(queue.id).assigned) if cascades else queue.ring_time
    _ring(step, call, assignment, None if cascades else step.now + queue.ring_time, at_most, round_=round_)


def give(step: Step, call: CallRecord, assignment: Assignment, by: AgentId) -> None:
    """Ring it at the agent of this assignment, out of order, because a supervisor says so; at nobody else."""
    ring_time = step.state.records.queues[call.queue].ring_time
    _ring(step, call, assignment, step.now + ring_time, ring_time, round_=call.round, by=by)


def _ring(
    step: Step,
    call: CallRecord,
    assignment: Assignment,
    until: datetime | None,
    at_most: timedelta,
    *,
    round_: int,
    by: AgentId | None = None,
) -> None:
    """On every phone of his that may."""
    agent = step.state.records.agent_records[assignment.agent]
    phones = step.state.devices_of[agent.id].values()
    devices = tuple(sorted(phone.id for phone in phones if usable(phone, assignment, agent)))
    assert devices, "only agents with a usable phone are rung"
    offer = OfferId(f"{call.id}~{call.offers_made + 1}")
    step.record(
        OfferMade(
            offer=offer,
            call=call.id,
            queue=call.queue,
            agent=agent.id,
            devices=devices,
            until=until,
            round=round_,
            picked_by=by,
        )
    )
    step.order(
        Ring(
            offer=offer,
            call=call.id,
            devices=devices,
            caller=call.caller,
            queue_name=step.state.records.queues[call.queue].name,
            auto_answer=assignment.auto_answer,
            ring_time=at_most,
        )
    )


def widen(step: Step, call: CallRecord, group: Group) -> None:
    """Let the cascade of this call come as far as this group, for one ring time."""
    step.record(
        CascadeWidened(
            call=call.id,
            queue=call.queue,
            order=group.order,
            agent=group.agent,
            until=step.now + step.state.records.queues[call.queue].ring_time,
            round=group.round,
        )
    )


def cascade_lapsed(step: Step, call: CallRecord) -> None:
    """A ring time of the cascade is over: the next group rings as well; where there is none, the cascade ends.

    Not for those who have picked up and are to confirm: they have their own time, and the cascade lasts as long.
    """
    group = next_group(step.state, call) if step.state.records.asterisk_in_sight else None
    if group is not None:
        widen(step, call, group)
        return
    ours = [offer for id_ in sorted(call.offers) if (offer := step.state.records.offers[id_]).cascades]
    for offer in ours:
        if offer.until is None:
            expire(step, offer)
    confirmed_by = [offer.until for offer in ours if offer.until is not None]
    if confirmed_by:
        step.record(CascadeRetimed(call=call.id, queue=call.queue, until=max(confirmed_by)))


def expire(step: Step, offer: OfferRecord) -> None:
    """The ring time is over, or the time to confirm."""
    if not step.state.records.asterisk_in_sight:
        end(step, offer, OfferEnd.ASTERISK_LOST)
    elif offer.confirming is not None:
        end(step, offer, OfferEnd.NOT_CONFIRMED)
    else:
        end(step, offer, OfferEnd.NO_ANSWER)


def refuse(step: Step, offer: OfferRecord, device: DeviceId, how: LegEnd) -> None:
    """A phone's leg ended without an answer. Declining on one phone declines on all, as it is the person who does."""
    if device not in offer.devices:
        step.pass_over()
        return
    why = _LEG_ENDS[how]
    if how is LegEnd.HUNG_UP and offer.confirming is not None:
        why = OfferEnd.DECLINED  # he has heard that he is to confirm, and put the phone down
    if why is OfferEnd.DECLINED:
        others = offer.devices - {device}
        end(step, offer, why, ringing=others)
    else:
        _stop_leg(step, offer, device, why)


def silence(step: Step, offer: OfferRecord, device: DeviceId, why: OfferEnd) -> None:
    """Take one phone out of an offer that may still ring at others."""
    if device in offer.devices:
        _let_go(step, offer, (device,), elsewhere=False)
        _stop_leg(step, offer, device, why)


def _stop_leg(step: Step, offer: OfferRecord, device: DeviceId, why: OfferEnd) -> None:
    if offer.devices != {device}:
        step.record(LegStopped(offer=offer.id, device=device, why=why))
        return
    ends = offer.stopped | {why}
    gravest = next((e for e in _GRAVEST_FIRST if e in ends), why)
    end(step, offer, gravest, ringing=frozenset())


def end(
    step: Step, offer: OfferRecord, why: OfferEnd, ringing: set[DeviceId] | frozenset[DeviceId] | None = None
) -> None:
    """End an offer and stop those of its phones that still ring (`ringing`; None: all that it has)."""
    devices = tuple(sorted(offer.devices if ringing is None else ringing))
    if devices:
        _let_go(step, offer, devices, elsewhere=why is OfferEnd.ANSWERED_ELSEWHERE)
    queue = step.state.records.queues.get(offer.queue)
    outcome = _OUTCOMES.get(why, OfferOutcome.WITHDRAWN)
    if why is OfferEnd.NO_ANSWER and queue is not None and RINGS_ON[queue.type]:
        outcome = OfferOutcome.WITHDRAWN  # several ring, so nobody in particular has missed it
    if outcome is OfferOutcome.MISSED and offer.picked:
        outcome = OfferOutcome.WITHDRAWN  # he had not said that he takes calls now
    back_off = _back_off(queue, why) if queue is not None else timedelta(0)
    step.record(
        OfferEnded(
            offer=offer.id,
            call=offer.call,
            queue=offer.queue,
            agent=offer.agent,
            outcome=outcome,
            why=why,
            back_off_until=step.now + back_off if back_off else None,
        )
    )
    agent = step.state.records.agent_records[offer.agent]
    if outcome is OfferOutcome.MISSED:
        _too_many_missed(step, agent, queue)
    if why in _HE_WAS_RUNG:
        use_up_single_call(step, agent, queue)


def _let_go(step: Step, offer: OfferRecord, devices: tuple[DeviceId, ...], *, elsewhere: bool) -> None:
    """Phones that ring stop; the one on which somebody is to confirm has been picked up."""
    if offer.confirming is not None:
        step.order(HangUpLeg(offer=offer.id, device=offer.confirming))
    else:
        step.order(StopRinging(offer=offer.id, devices=devices, elsewhere=elsewhere))


def _back_off(queue: Queue, why: OfferEnd) -> timedelta:
    """How long the agent is left alone after an offer of this queue that ended so."""
    match why:
        case OfferEnd.BUSY:
            return queue.busy_back_off
        case OfferEnd.DECLINED | OfferEnd.REFUSED_BY_KEY:
            return queue.declined_back_off
        case OfferEnd.UNREACHABLE:
            return queue.unreachable_back_off
        case _:
            return timedelta(0)


def _too_many_missed(step: Step, agent: AgentRecord, queue: Queue | None) -> None:
    """Whoever does not answer again and again is not there, whatever his status says."""
    if queue is not None and queue.after_missed is not None and agent.misses >= queue.after_missed:
        statuses.change(step, agent, OFFLINE, Source.MISSED_OFFERS)


def use_up_single_call(step: Step, agent: AgentRecord, queue: Queue | None) -> None:
    """An offer that came to nothing: that too uses up Single-Call, where the queue says so."""
    if queue is not None and queue.single_call_used_by is SingleCallUse.OFFERED and agent.status == SINGLE_CALL:
        statuses.change(step, agent, OFFLINE, Source.SINGLE_CALL_USED)


def end_all(step: Step, call: CallRecord, why: OfferEnd) -> None:
    """End every offer of a call."""
    for offer_id in sorted(call.offers):
        end(step, step.state.records.offers[offer_id], why)
