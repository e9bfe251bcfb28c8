"""The life of an offer: made, losing phones one by one, ended; and what each end costs the agent."""

from datetime import timedelta

from acd.eligibility import usable
from acd.inputs import LegEnd
from acd.model import AgentId, DeviceId, OfferId, QueueType
from acd.outputs import (
    LegStopped,
    OfferEnd,
    OfferEnded,
    OfferMade,
    OfferOutcome,
    Ring,
    StopRinging,
)
from acd.records import CallRecord, OfferRecord
from acd.step import Step

_OUTCOMES = {
    OfferEnd.ANSWERED: OfferOutcome.ANSWERED,
    OfferEnd.NO_ANSWER: OfferOutcome.MISSED,
    OfferEnd.BUSY: OfferOutcome.REJECTED,
    OfferEnd.DECLINED: OfferOutcome.REJECTED,
    OfferEnd.UNREACHABLE: OfferOutcome.FAILED,
}
"""Every other end is the engine's or the caller's doing: withdrawn."""

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
    """Ring this call at this agent, on every phone of his that may."""
    records = step.state.records
    queue = records.queues[call.queue]
    agent = records.agent_records[agent_id]
    assignment = step.state.assignment(agent_id, queue.id)
    assert assignment is not None, "only assigned agents are eligible"
    phones = step.state.devices_of[agent_id].values()
    devices = tuple(sorted(phone.id for phone in phones if usable(phone, assignment, agent)))
    assert devices, "only agents with a usable phone are eligible"
    offer = OfferId(f"{call.id}~{call.offers_made + 1}")
    step.record(
        OfferMade(
            offer=offer,
            call=call.id,
            queue=queue.id,
            agent=agent_id,
            devices=devices,
            until=step.now + queue.ring_time,
            round=round_,
        )
    )
    step.order(
        Ring(
            offer=offer,
            call=call.id,
            devices=devices,
            caller=call.caller,
            queue_name=queue.name,
            ring_time=queue.ring_time,
        )
    )


def expire(step: Step, offer: OfferRecord) -> None:
    """The ring time is over."""
    if step.state.records.asterisk_in_sight:
        end(step, offer, OfferEnd.NO_ANSWER)
    else:
        end(step, offer, OfferEnd.ASTERISK_LOST)


def refuse(step: Step, offer: OfferRecord, device: DeviceId, how: LegEnd) -> None:
    """A phone's leg ended without an answer. Declining on one phone declines on all, as it is the person who does."""
    if device not in offer.devices:
        step.pass_over()
        return
    why = _LEG_ENDS[how]
    if why is OfferEnd.DECLINED:
        others = offer.devices - {device}
        end(step, offer, why, ringing=others)
    else:
        _stop_leg(step, offer, device, why)


def silence(step: Step, offer: OfferRecord, device: DeviceId, why: OfferEnd) -> None:
    """Take one phone out of an offer that may still ring at others."""
    if device in offer.devices:
        step.order(StopRinging(offer=offer.id, devices=(device,), elsewhere=False))
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
        elsewhere = why in (OfferEnd.ANSWERED, OfferEnd.ANSWERED_ELSEWHERE)
        step.order(StopRinging(offer=offer.id, devices=devices, elsewhere=elsewhere))
    queue = step.state.records.queues.get(offer.queue)
    outcome = _OUTCOMES.get(why, OfferOutcome.WITHDRAWN)
    if outcome is OfferOutcome.MISSED and queue is not None and queue.type is QueueType.RING_ALL:
        outcome = OfferOutcome.WITHDRAWN  # all ring, so nobody in particular has missed it
    costs = outcome in (OfferOutcome.REJECTED, OfferOutcome.FAILED)
    back_off = queue.back_off if queue is not None and costs else timedelta(0)
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


def end_all(step: Step, call: CallRecord, why: OfferEnd) -> None:
    """End every offer of a call."""
    for offer_id in sorted(call.offers):
        end(step, step.state.records.offers[offer_id], why)
