"""What an agent sees of himself: his status, what rings, whom he talks to, his phones, and what keeps calls away."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from acd.centre.screen_pop import filled
from acd.eligibility import calls_on, rings_here
from acd.model import OFFLINE, SINGLE_CALL, AgentId, CallId, ChannelId, DeviceId, OfferId, Status, takes_queue_calls
from acd.outputs import Source
from acd.records import AgentRecord, CallRecord, DeviceRecord, WrapUp
from acd.state import State
from portal.views import doing as doings
from portal.views.words import number_of, queue_name, seconds, text


@dataclass(frozen=True, slots=True, kw_only=True)
class WrapUpRow:
    """The wrap-up that runs."""

    queue: str
    since: datetime
    until: datetime
    may_end: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferRow:
    """The call that rings at him."""

    call: CallId
    offer: OfferId
    queue: str
    queue_name: str
    number: str
    name: str
    waiting_since: datetime
    until: datetime | None
    devices: tuple[DeviceId, ...]
    """Those that ring."""
    page: str | None
    """The address of the account's page about the caller; None: it has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRow:
    """A queue call that he has in hand."""

    call: CallId
    queue: str
    queue_name: str
    number: str
    name: str
    waited_s: float
    talking_since: datetime | None
    """None: he has picked up, and the two are not joined yet."""
    held_since: datetime | None
    device: DeviceId
    can_hold: bool
    """Or resume: a hold by the phone itself ends there."""
    page: str | None
    """As in an offer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherCallRow:
    """A call of one of his phones that is none of a queue."""

    channel: ChannelId
    device: DeviceId
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceRow:
    """One of his phones."""

    device: DeviceId
    model: str | None = None
    registered: bool
    on: bool
    in_use: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MeRow:
    """All of it."""

    agent: str
    name: str
    status: Status
    status_since: datetime
    doing: doings.Doing
    doing_since: datetime | None
    next_status: Status | None
    """What he will be when his present call is over, where that is not what he was when it began."""
    single_call_used_by: bool
    """The one call of his Single-Call goes on."""
    wrap_up: WrapUpRow | None
    back_off_until: datetime | None
    offer: OfferRow | None
    calls: tuple[CallRow, ...]
    other_calls: tuple[OtherCallRow, ...]
    devices: tuple[DeviceRow, ...]
    warnings: tuple[str, ...]
    """What keeps calls from him, beside his status, in words."""
    why_offline: str | None
    """Where he has not chosen it himself."""


def me(state: State, agent_id: AgentId) -> MeRow | None:
    """Of this user; None: there is no such one."""
    user = state.records.agents.get(agent_id)
    if user is None:
        return None
    agent = state.records.agent_records[agent_id]
    devices = state.devices_of.get(agent_id, {})
    what = doings.doing(state, agent)
    return MeRow(
        agent=user.extension,
        name=user.name,
        status=agent.status,
        status_since=agent.status_since,
        doing=what,
        doing_since=doings.since(state, agent, what),
        next_status=next_status(state, agent),
        single_call_used_by=_single_call_runs(agent),
        wrap_up=_wrap_up(agent.wrap_up) if agent.wrap_up else None,
        back_off_until=agent.back_off_until,
        offer=_offer(state, agent),
        calls=tuple(_call(state, agent.id, state.records.calls[call], device) for call, device in agent.calls.items()),
        other_calls=tuple(OtherCallRow(channel=channel, device=of) for channel, of in agent.other_calls.items()),
        devices=tuple(_device(state, agent, devices[id_]) for id_ in sorted(devices)),
        warnings=tuple(warnings(state, agent)),
        why_offline=why_offline(agent),
    )


def next_status(state: State, agent: AgentRecord) -> Status | None:
    """What he chose while he talked, or what the end of his Single-Call brings; None: nothing changes then."""
    if _single_call_runs(agent):
        return OFFLINE
    answered = [at for call in agent.calls if (at := state.records.calls[call].answered_at) is not None]
    chosen_in_mid_call = any(agent.status_since >= at for at in answered)
    return agent.status if chosen_in_mid_call and not takes_queue_calls(agent.status) else None


def why_offline(agent: AgentRecord) -> str | None:
    """Who or what took him Offline; None: he himself, or he is not."""
    if agent.status != OFFLINE:
        return None
    match agent.status_source:
        case Source.MISSED_OFFERS:
            return f"Missed {agent.misses} calls in a row" if agent.misses > 1 else "Missed a call"
        case Source.SINGLE_CALL_USED:
            return "Single-Call Mode is used up"
        case Source.SUPERVISOR:
            return "Set by a supervisor"
        case Source.PHONE | Source.REQUEST | None:
            return None


def warnings(state: State, agent: AgentRecord) -> Iterable[str]:
    """The widest reason first; a narrower one that follows from it is not told."""
    if not state.records.asterisk_in_sight:
        yield "The telephone system cannot be seen at present. Talks go on; no new calls are given out."
    devices = state.devices_of.get(agent.id, {}).values()
    registered = [device for device in devices if device.reachable]
    assignments = state.records.assignments.get(agent.id, {})
    if not devices:
        yield "You have no phone."
    elif not registered:
        yield "No phone of yours is registered."
    elif not any(device.on for device in registered):
        yield "All your registered phones are switched off."
    else:
        for queue, assignment in sorted(assignments.items()):
            if not any(rings_here(device, assignment) for device in devices):
                yield f"No phone of yours rings for {queue_name(state.records, queue)}."
    if not assignments:
        yield "You are in no queue."


def _single_call_runs(agent: AgentRecord) -> bool:
    return agent.status == SINGLE_CALL and bool(agent.single_calls)


def _wrap_up(runs: WrapUp) -> WrapUpRow:
    return WrapUpRow(queue=number_of(runs.queue), since=runs.since, until=runs.until, may_end=not runs.mandatory)


def _offer(state: State, agent: AgentRecord) -> OfferRow | None:
    if agent.offer is None:
        return None
    offer = state.records.offers[agent.offer]
    call = state.records.calls[offer.call]
    return OfferRow(
        call=call.id,
        offer=offer.id,
        queue=number_of(offer.queue),
        queue_name=queue_name(state.records, offer.queue),
        number=text(call.caller.number),
        name=text(call.caller.name),
        waiting_since=call.arrived,
        until=offer.until or (call.cascade.until if call.cascade else None),
        devices=tuple(sorted(offer.devices)),
        page=_page(state, call, agent.id),
    )


def _call(state: State, agent: AgentId, call: CallRecord, device: DeviceId) -> CallRow:
    return CallRow(
        call=call.id,
        queue=number_of(call.queue),
        queue_name=queue_name(state.records, call.queue),
        number=text(call.caller.number),
        name=text(call.caller.name),
        waited_s=seconds((call.answered_at or call.arrived) - call.arrived),
        talking_since=call.talking_since,
        held_since=call.held_since,
        device=device,
        can_hold=call.talking_since is not None and (call.held_since is None or call.held_apart),
        page=_page(state, call, agent),
    )


def _page(state: State, call: CallRecord, agent: AgentId) -> str | None:
    account = state.records.accounts.get(call.account)
    if account is None or account.screen_pop is None:
        return None
    values = {
        "number": text(call.caller.number),
        "name": text(call.caller.name),
        "queue": number_of(call.queue),
        "queue_name": queue_name(state.records, call.queue),
        "call": text(call.id),
        "agent": number_of(agent),
    }
    return filled(account.screen_pop, values)


def _device(state: State, agent: AgentRecord, device: DeviceRecord) -> DeviceRow:
    offer = state.records.offers[agent.offer] if agent.offer is not None else None
    return DeviceRow(
        device=device.id,
        model=None if device.model is None else text(device.model),
        registered=device.reachable,
        on=device.on,
        in_use=calls_on(device.id, agent) > 0 or (offer is not None and device.id in offer.devices),
    )
