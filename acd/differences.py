"""In what books and Asterisk differ, as one look shows it: which event was missed, which order was not carried out.

Pure, and changes nothing. It knows of nothing that is under way: whoever asks looks twice. `reconcile` settles each
difference by the rule of the event that was missed. Keys, holds and wishes to transfer cannot be seen: those that were
missed stay missed.
"""

from collections import Counter
from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from typing import Final, TypeVar

from msgspec.structs import replace

from acd.indexes import Indexes
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
    LegAnswered,
    LegEnd,
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
    SeenCall,
    SeenLeg,
    TalkLeftOver,
    TalkUnknown,
)
from acd.model import CallId, ChannelId, DeviceId, OfferId, QueueId, queue_id
from acd.records import AgentRecord, CallRecord

KINDS: Final[Mapping[type[Difference], str]] = {
    TalkUnknown: "talk_unknown",
    DeviceRegistered: "phone_registered",
    DeviceUnregistered: "phone_unregistered",
    OtherCallStarted: "other_call_unknown",
    OtherCallAnswered: "other_call_answered",
    OtherCallEnded: "other_call_gone",
    CallArrived: "call_unknown",
    CallGone: "call_gone",
    CallerHungUp: "retriever_gone",
    CallerReached: "call_back_answered",
    CallBackGone: "call_back_gone",
    RingGone: "ring_gone",
    LegAnswered: "leg_answered",
    LegEnded: "leg_gone",
    CallConnected: "joined",
    LegLeftOver: "leg_left_over",
    CallBackLeftOver: "call_back_left_over",
    TalkLeftOver: "talk_left_over",
    CallLeftOver: "call_left_over",
    NotLetGo: "not_let_go",
    NotHeld: "not_held",
    NotJoined: "not_joined",
    MonitorAnswered: "monitor_answered",
    NotListening: "not_listening",
    MonitorLeftOver: "monitor_left_over",
}
"""By which they are counted."""


PIECE: Final = 250
"""So many callers, legs or phones are compared at once, in half a millisecond at most."""

Some = TypeVar("Some")


def differences(state: Indexes, seen: AsteriskSeen) -> Iterator[Difference]:
    """In the order in which they are best settled: who talks, as whatever else is wrong about him is wrong for that
    reason; phones, what is gone, what was answered, what is left over or new.

    Lazy: what is settled meanwhile is taken into account.
    """
    return (found for found in in_pieces(state, seen) if found is not None)


def in_pieces(state: Indexes, seen: AsteriskSeen) -> Iterator[Difference | None]:
    """The same in small pieces: after each `None` something else may happen meanwhile.

    What changes in between can show as a difference that is none, or no more: whoever settles one has to ask for it
    anew and at once.
    """
    went_out = frozenset(state.records.out)
    shown = _Shown(seen)
    yield from shown.read(state)
    talks: list[TalkUnknown] = []
    for callers in _pieces(shown.talking):
        talks += _unknown_talks(state, shown, callers)
        yield None
    yield from talks
    yield from _phones(state, seen)
    yield from _other_calls(state, seen)
    told = _without(seen, talks)
    found = {talk.caller.call for talk in talks}
    yield from _calls(state, shown, found)
    yield from _sent_on(state, shown, went_out)
    yield from _answers(state, told)
    yield from _left_over(state, told)
    yield from _monitors(state, seen)
    for call in shown.strangers:
        if call.call in found:
            continue
        if call.call in seen.alone:  # it was decided that he goes, and nobody was told
            yield CallLeftOver(call=call.call)
        else:
            yield CallArrived(
                call=call.call,
                account=call.account,
                number=call.number,
                caller=call.caller,
                arrived=call.arrived,
                priority=call.priority,
                device=call.device,
            )


class _Shown:
    """What a look shows, as it is asked for; read in pieces."""

    __slots__ = ("legs", "lines", "seen", "strangers", "talking", "talks")

    def __init__(self, seen: AsteriskSeen) -> None:
        self.seen = seen
        self.lines: dict[ChannelId, bool] = {}
        """The channels of callers, and whether they are up."""
        self.legs: set[tuple[OfferId, DeviceId]] = set()
        self.talks: dict[CallId, list[SeenLeg]] = {}
        """Who is together with a caller."""
        self.talking: list[SeenCall] = []
        """Those callers."""
        self.strangers: list[SeenCall] = []
        """Callers who came by themselves, and of whom the books knew nothing when this was begun."""

    def read(self, state: Indexes) -> Iterator[None]:
        """All of it."""
        for legs in _pieces(self.seen.legs):
            self.legs.update((leg.offer, leg.device) for leg in legs)
            for leg in legs:
                if leg.answered and leg.talks_with is not None:
                    self.talks.setdefault(leg.talks_with, []).append(leg)
            yield None
        known, fetching = state.records.calls, state.retrievals
        for calls in _pieces(self.seen.calls):
            for call in calls:
                self.lines[channel_of(call)] = call.answered
                if call.call in self.talks:
                    self.talking.append(call)
                if call.call not in known and call.channel is None and ChannelId(call.call) not in fetching:
                    self.strangers.append(call)
            yield None


def _pieces(entries: Sequence[Some]) -> Iterator[Sequence[Some]]:
    return (entries[first : first + PIECE] for first in range(0, len(entries), PIECE))


# --- who talks


def _unknown_talks(state: Indexes, shown: _Shown, callers: Iterable[SeenCall]) -> Iterator[TalkUnknown]:
    for caller in callers:
        legs, record = shown.talks[caller.call], state.records.calls.get(caller.call)
        if record is not None and any((leg.offer, leg.device) == (record.offer, record.device) for leg in legs):
            continue  # somebody else may be on his way into the talk, or out of it
        talks_there = (TalkUnknown(caller=caller, offer=leg.offer, device=leg.device) for leg in legs)
        found = next((talk for talk in talks_there if can_be_booked(state, talk)), None)
        if found is not None:
            yield found


def can_be_booked(state: Indexes, talk: TalkUnknown) -> bool:
    """Whether the books can have it, and have never had it: whose phone it is, and for which queue, has to be known."""
    call, channel = state.records.calls.get(talk.caller.call), channel_of(talk.caller)
    queue = call.queue if call is not None else queue_id(talk.caller.account, talk.caller.number)
    if queue not in state.records.queues or state.agent_of_device(talk.device) is None or not talk.caller.answered:
        return False
    if call is None:
        return channel not in state.retrievals
    booked = talk.offer == call.parted_from or (talk.offer, talk.device) == (call.offer, call.device)
    if booked or call.retriever is not None:
        return False
    return call.channel == channel if call.callback is None else talk.caller.channel is not None


def _without(seen: AsteriskSeen, talks: Collection[TalkUnknown]) -> AsteriskSeen:
    """All but those who talk so."""
    if not talks:
        return seen
    callers = {talk.caller for talk in talks}
    legs = {(talk.offer, talk.device) for talk in talks}
    return replace(
        seen,
        calls=tuple(call for call in seen.calls if call not in callers),
        legs=tuple(leg for leg in seen.legs if (leg.offer, leg.device) not in legs),
        talks=seen.talks - {caller.call for caller in callers},
    )


# --- phones, and their own calls


def _phones(state: Indexes, seen: AsteriskSeen) -> Iterator[Difference | None]:
    reachable: set[DeviceId] = set()
    for devices in _pieces(tuple(state.records.device_records.values())):
        reachable.update(device.id for device in devices if device.reachable)
        yield None
    for device in sorted(reachable - seen.registered):
        yield DeviceUnregistered(device=device)
    for device in sorted(seen.registered - reachable):
        yield DeviceRegistered(device=device)


def _other_calls(state: Indexes, seen: AsteriskSeen) -> Iterator[Difference]:
    there = {other.channel for other in seen.other_calls}
    for channel in sorted(state.channels.keys() - there):
        yield OtherCallEnded(channel=channel)
    own = [other for other in seen.other_calls if other.channel not in state.retrievals]
    speaks = Counter(other.device for other in own if other.answered)
    for other in own:
        agent = state.agent_of_device(other.device)
        if agent is None:
            continue
        if other.channel not in state.channels:
            yield OtherCallStarted(channel=other.channel, device=other.device)
        if other.answered and agent.offer is not None and not _has_room(state, agent, speaks):
            yield OtherCallAnswered(channel=other.channel)


def _has_room(state: Indexes, agent: AgentRecord, speaks: Mapping[DeviceId, int]) -> bool:
    """Whether he may have what rings at him beside the conversations that he has, `speaks` of them by phone his own.

    A call of his own that only rings may have come after them.
    """
    assert agent.offer is not None, "something rings at him"
    assignment = state.assignment(agent.id, state.records.offers[agent.offer].queue)
    own = sum(speaks.get(device, 0) for device in state.devices_of.get(agent.id, {}))
    return assignment is not None and len(agent.calls) + own < assignment.max_calls


# --- callers, and whom they ring at or talk with


def channel_of(call: SeenCall) -> ChannelId:
    """The channel on which he is, or is called."""
    return call.channel or ChannelId(call.call)


def _calls(state: Indexes, shown: _Shown, found: Container[CallId]) -> Iterator[Difference | None]:
    """Of all but those who are found in a talk."""
    calls, lines, held = state.records.calls, shown.lines, shown.seen.held
    doubtful: list[CallId] = []
    for ids in _pieces(tuple(calls)):
        for id_ in ids:
            call = calls.get(id_)
            if call is None or (call.agent is None and not call.offers and _waits(call, lines, held)):
                continue  # as most of those who are many
            doubtful.append(id_)
        yield None
    for ids in _pieces(sorted(doubtful)):
        for id_ in ids:
            call = calls.get(id_)
            if call is not None and id_ not in found:
                yield from _of_call(state, call, shown)
        yield None


def _waits(call: CallRecord, lines: Container[ChannelId], held: Container[tuple[CallId, QueueId]]) -> bool:
    return call.channel is None or (call.channel in lines and (call.id, call.queue) in held)


def _of_call(state: Indexes, call: CallRecord, shown: _Shown) -> Iterator[Difference]:
    lines, legs = shown.lines, shown.legs
    if call.channel is not None and call.channel not in lines:
        yield CallGone(call=call.id, lives_on=call.channel in shown.seen.elsewhere)
    elif call.agent is None:
        yield from _of_waiting(state, call, shown.seen, legs)
    elif call.retriever is not None:
        yield from _of_answered(call, shown.seen, is_there=call.retriever in lines)
    elif call.callback is None or (call.offer, call.device) not in legs:
        yield from _of_answered(call, shown.seen, is_there=(call.offer, call.device) in legs)
    elif (channel := call.callback.channel) is not None and channel not in lines:
        yield CallBackGone(call=call.id, channel=channel)
    elif channel is not None and lines[channel]:
        yield CallerReached(call=call.id, channel=channel)


def _of_waiting(
    state: Indexes, call: CallRecord, seen: AsteriskSeen, legs: set[tuple[OfferId, DeviceId]]
) -> Iterator[Difference]:
    for offer_id in sorted(call.offers):
        for device in sorted(state.records.offers[offer_id].devices):
            if (offer_id, device) not in legs:
                yield RingGone(offer=offer_id, device=device)
    if call.channel is not None and (call.id, call.queue) not in seen.held:
        yield NotHeld(call=call.id)


def _of_answered(call: CallRecord, seen: AsteriskSeen, *, is_there: bool) -> Iterator[Difference]:
    """Of a call that somebody has picked up, or fetched; `is_there`: that one's channel is."""
    if not is_there and call.retriever is not None:
        yield CallerHungUp(call=CallId(call.retriever))
    elif not is_there:
        assert call.offer is not None
        assert call.device is not None
        yield LegEnded(offer=call.offer, device=call.device, how=LegEnd.HUNG_UP)
    elif call.briefing:
        pass  # its end has a deadline
    elif call.held_apart:
        if (call.id, call.queue) not in seen.held:
            yield NotHeld(call=call.id)
    elif call.id not in seen.joined:
        yield NotJoined(call=call.id)
    elif call.talking_since is None:
        yield CallConnected(call=call.id)


def _sent_on(state: Indexes, shown: _Shown, before: frozenset[ChannelId]) -> Iterator[Difference]:
    """Callers who live on without us, and for whom calls went out; `before`: of what was out when this was begun."""
    there = {channel for channel in before if channel in shown.lines or channel in shown.seen.elsewhere}
    for channel in sorted(before - there):
        call = state.records.calls.get(CallId(channel.partition("~")[0]))
        if channel in state.records.out and channel not in _channels(call):
            yield OtherCallEnded(channel=channel)


def _answers(state: Indexes, seen: AsteriskSeen) -> Iterator[Difference | None]:
    for legs in _pieces(seen.legs):
        for leg in legs:
            offer = state.records.offers.get(leg.offer)
            if leg.answered and offer is not None and leg.device in offer.devices and offer.confirming is None:
                yield LegAnswered(offer=leg.offer, device=leg.device)
        yield None


def _left_over(state: Indexes, seen: AsteriskSeen) -> Iterator[Difference | None]:
    records = state.records
    for legs in _pieces(seen.legs):
        for leg in legs:
            offer, talk = records.offers.get(leg.offer), state.talks.get(leg.offer)
            rings = offer is not None and leg.device in offer.devices
            if not rings and (talk is None or records.calls[talk].device != leg.device):
                yield LegLeftOver(offer=leg.offer, device=leg.device)
        yield None
    for calls in _pieces(seen.calls):
        for call in calls:
            record = records.calls.get(call.call)
            if call.channel is not None and call.channel not in _channels(record):
                yield CallBackLeftOver(channel=call.channel)
            elif call.channel is None and record is not None and record.channel != ChannelId(call.call):
                yield NotLetGo(call=call.call)
        yield None
    unknown = sorted(call for call in seen.talks if call not in records.calls)
    callers = {call.call for call in seen.calls if call.channel is None} if unknown else set[CallId]()
    for call_id in unknown:
        if call_id not in callers:
            yield TalkLeftOver(call=call_id)


def _monitors(state: Indexes, seen: AsteriskSeen) -> Iterator[Difference]:
    """Of those who listen in; where a phone is gone, its other call is."""
    picked_up = {other.channel for other in seen.other_calls if other.answered}
    for channel, (call_id, supervisor) in sorted(state.monitors.items()):
        monitor = state.records.calls[call_id].monitors[supervisor]
        if channel not in picked_up:
            continue
        if monitor.since is None:
            yield MonitorAnswered(channel=channel)
        elif (channel, monitor.mode) not in seen.listening:
            yield NotListening(channel=channel)
    for channel in sorted(seen.monitors - state.monitors.keys()):
        yield MonitorLeftOver(channel=channel)


def _channels(call: CallRecord | None) -> tuple[ChannelId | None, ...]:
    """Those of a caller that may be there: on which he is, or on which he is being called."""
    if call is None:
        return ()
    return call.channel, call.callback.channel if call.callback is not None else None
