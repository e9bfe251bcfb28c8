"""A new configuration against the old one: in force at once, for those who wait and for phones that ring too.

Callers whose queue is gone leave, offers that are not allowed any more are withdrawn, rings get their new end, and
nobody is lost. What lapses for waiting callers follows from the new rules by itself (`indexes`).
"""

from collections.abc import Hashable, Mapping, Set
from itertools import compress
from operator import is_not
from typing import TypeVar

from acd import callback, calls, care, offers, statuses, talk
from acd.inputs import ConfigurationLoaded
from acd.model import AgentId, Configuration, DeviceId, Queue, QueueId, QueueType, Recording
from acd.outputs import CascadeRetimed, ConfigurationChanged, OfferEnd, OfferRetimed
from acd.records import CallRecord, OfferRecord
from acd.state import State
from acd.step import Step


def configure(step: Step, event: ConfigurationLoaded) -> None:
    """Take over what the database says. It costs what has changed: looked at are the callers and rings it concerns."""
    old = step.state.configuration
    patch = configuration_patch(old, event.configuration)
    if patch == ConfigurationChanged():
        return
    step.record(patch)
    records = step.state.records
    retimed = {queue.id for queue in patch.queues if old.queues.get(queue.id, queue).ring_time != queue.ring_time}
    for call in _calls_concerned(step.state, old, patch):
        if call.agent is not None:
            talk.obey(step, call)
        elif call.queue not in records.queues:
            care.close(step, call)
        else:
            callback.obey(step, call)
            _retime_cascade(step, call, retimed)
    for offer in _offers_concerned(step.state, old, patch):
        # The end of one can be that of others.
        if offer.id in records.offers:
            _review(step, offer, retimed)
    _show_changes(step, patch)


# --- whom it concerns


def _calls_concerned(state: State, old: Configuration, patch: ConfigurationChanged) -> list[CallRecord]:
    """Who waits in a queue that is different or gone, is recorded where that may not be any more, or is to be called
    back by an account that may allow it no more, or at a number that has become a queue's.
    """
    calls = state.records.calls
    found = {call for queue in _queues(patch) for call in state.queue_index(queue).waiting}
    unrecorded = {queue.id for queue in patch.queues if _is_recorded_no_more(queue, old)}
    if unrecorded:
        answered = (*state.talks.values(), *state.retrievals.values())
        found.update(call for call in answered if calls[call].queue in unrecorded)
    calling = {queue.account for queue in patch.queues if queue.id not in old.queues}
    calling.update(patch.accounts_gone, (account.id for account in patch.accounts))
    if calling:
        promised = (call for waiting in state.callbacks.values() for call in waiting)
        found.update(call for call in promised if calls[call].account in calling)
    return [calls[call] for call in sorted(found)]


def _is_recorded_no_more(queue: Queue, old: Configuration) -> bool:
    """Whether its talks are not to be recorded, and could be before."""
    before = old.queues.get(queue.id)
    return queue.recording is Recording.OFF and (before is None or before.recording is not Recording.OFF)


def _offers_concerned(state: State, old: Configuration, patch: ConfigurationChanged) -> list[OfferRecord]:
    """Those of a queue that is different, and those of people whose phones or queues are."""
    found = {offer for queue in _queues(patch) for offer in state.queue_index(queue).ringing}
    different = (*patch.devices_gone, *(device.id for device in patch.devices))
    owners = {old.devices[device].owner for device in different if device in old.devices}
    for agent in owners | _people(patch):
        offer = state.records.agent_records[agent].offer
        if offer is not None:
            found.add(offer)
    return [state.records.offers[offer] for offer in sorted(found)]


def _queues(patch: ConfigurationChanged) -> tuple[QueueId, ...]:
    return *patch.queues_gone, *(queue.id for queue in patch.queues)


def _people(patch: ConfigurationChanged) -> set[AgentId]:
    """Who has other phones now, or other queues."""
    people = {device.owner for device in patch.devices} | {entry.agent for entry in patch.assignments}
    return people | {agent for agent, _ in patch.assignments_gone}


# --- what it makes of them


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
    for agent in sorted(_people(patch)):
        statuses.show(step, step.state.records.agent_records[agent])


# --- what is different


def configuration_patch(old: Configuration, new: Configuration) -> ConfigurationChanged:
    """The difference between two configurations."""
    accounts, accounts_gone = _difference(old.accounts, new.accounts)
    agents, agents_gone = _difference(old.agents, new.agents)
    devices, devices_gone = _difference(old.devices, new.devices)
    queues, queues_gone = _difference(old.queues, new.queues)
    assignments, assignments_gone = _difference(old.assignments, new.assignments)
    return ConfigurationChanged(
        accounts=accounts,
        agents=agents,
        devices=devices,
        queues=queues,
        assignments=assignments,
        accounts_gone=accounts_gone,
        agents_gone=agents_gone,
        devices_gone=devices_gone,
        queues_gone=queues_gone,
        assignments_gone=assignments_gone,
    )


K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


def _difference(old: Mapping[K, V], new: Mapping[K, V]) -> tuple[tuple[V, ...], tuple[K, ...]]:
    """What is new or different, and the keys of what is gone."""
    if old == new:
        return (), ()
    # Almost all are the same objects as before: those are passed over without a byte code each.
    other = compress(new, map(is_not, map(old.get, new), new.values()))
    changed = [key for key in other if old.get(key) != new[key]]
    return tuple(new[key] for key in sorted(changed, key=str)), tuple(sorted(old.keys() - new.keys(), key=str))
