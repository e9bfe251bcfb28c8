"""A new configuration against the old one: in force at once, for those who wait and for phones that ring too.

Callers whose queue is gone leave, offers that are not allowed any more are withdrawn, rings get their new end, and
nobody is lost. What lapses for waiting callers follows from the new rules by itself (`indexes`).
"""

from collections.abc import Hashable, Mapping, Set
from typing import TypeVar

from acd import callback, calls, care, offers, statuses, talk
from acd.inputs import ConfigurationLoaded
from acd.model import Configuration, DeviceId, QueueId, QueueType
from acd.outputs import CascadeRetimed, ConfigurationChanged, OfferEnd, OfferRetimed
from acd.records import CallRecord, OfferRecord
from acd.step import Step


def configure(step: Step, event: ConfigurationLoaded) -> None:
    """Take over what the database says."""
    records = step.state.records
    before = {queue.id: queue.ring_time for queue in records.queues.values()}
    patch = configuration_patch(step.state.configuration, event.configuration)
    if patch == ConfigurationChanged():
        return
    step.record(patch)
    retimed = {queue.id for queue in patch.queues if before.get(queue.id, queue.ring_time) != queue.ring_time}
    for call in sorted(records.calls.values(), key=lambda c: c.id):
        if call.agent is not None:
            talk.obey(step, call)
        elif call.queue not in records.queues:
            care.close(step, call)
        else:
            callback.obey(step, call)
            _retime_cascade(step, call, retimed)
    for offer in sorted(records.offers.values(), key=lambda o: o.id):
        # The end of one can be that of others.
        if offer.id in records.offers:
            _review(step, offer, retimed)
    _show_changes(step, patch)


def _retime_cascade(step: Step, call: CallRecord, retimed: Set[QueueId]) -> None:
    """Its next group rings one new ring time after the last one began to."""
    if call.cascade is not None and call.queue in retimed:
        until = call.cascade.since + step.state.records.queues[call.queue].ring_time
        step.record(CascadeRetimed(call=call.id, queue=call.queue, until=until))


def _review(step: Step, offer: OfferRecord, retimed: Set[QueueId]) -> None:
    """What the new rules make of an offer that rings, or waits for its agent to confirm."""
    queue = step.state.records.queues[offer.queue]
    if queue.type is QueueType.CALL_PARK and not offer.picked:
        offers.end(step, offer, OfferEnd.CONFIGURATION_CHANGED)
        return
    allowed = _allowed_devices(step, offer)
    for device in sorted(offer.devices - allowed):
        offers.silence(step, offer, device, OfferEnd.CONFIGURATION_CHANGED)
    assignment = step.state.assignment(offer.agent, offer.queue)
    confirming = offer.confirming
    if confirming is not None and confirming in allowed and assignment is not None and not assignment.confirm:
        calls.take(step, offer, confirming)
    elif queue.id in retimed and offer.until is not None and offer.confirming is None and offer.devices & allowed:
        step.record(OfferRetimed(offer=offer.id, until=offer.made_at + queue.ring_time))


def _allowed_devices(step: Step, offer: OfferRecord) -> set[DeviceId]:
    assignment = step.state.assignment(offer.agent, offer.queue)
    owned = set(step.state.devices_of.get(offer.agent, {}))
    if assignment is None:
        return owned if offer.picked else set()
    return owned if assignment.devices is None else owned & assignment.devices


def _show_changes(step: Step, patch: ConfigurationChanged) -> None:
    """Light the lamps of those who have other phones now, or other queues."""
    touched = {device.owner for device in patch.devices} | {entry.agent for entry in patch.assignments}
    touched |= {agent for agent, _ in patch.assignments_gone}
    for agent in sorted(touched):
        statuses.show(step, step.state.records.agent_records[agent])


# --- what is different


def configuration_patch(old: Configuration, new: Configuration) -> ConfigurationChanged:
    """The difference between two configurations."""
    return ConfigurationChanged(
        accounts=_changed(old.accounts, new.accounts),
        agents=_changed(old.agents, new.agents),
        devices=_changed(old.devices, new.devices),
        queues=_changed(old.queues, new.queues),
        assignments=_changed(old.assignments, new.assignments),
        accounts_gone=_gone(old.accounts, new.accounts),
        agents_gone=_gone(old.agents, new.agents),
        devices_gone=_gone(old.devices, new.devices),
        queues_gone=_gone(old.queues, new.queues),
        assignments_gone=_gone(old.assignments, new.assignments),
    )


K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


def _changed(old: Mapping[K, V], new: Mapping[K, V]) -> tuple[V, ...]:
    return tuple(new[key] for key in sorted(new.keys(), key=str) if old.get(key) != new[key])


def _gone(old: Mapping[K, V], new: Mapping[K, V]) -> tuple[K, ...]:
    return tuple(sorted(old.keys() - new.keys(), key=str))
