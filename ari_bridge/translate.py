"""One ARI message becomes at most one happening: an event for the engine, or a signal for the bridge itself.

Nothing here remembers anything, and nothing raises: a message that is unknown, wrong or of no concern is passed over,
and its reader is told which of the three it was.
"""

from collections.abc import Callable, Mapping
from typing import Final, cast

from acd.dialled import rung_by_us
from acd.inputs import (
    AnnouncementOver,
    CallArrived,
    CallConnected,
    CallerNotReached,
    CallerReached,
    DeviceRegistered,
    DeviceUnregistered,
    Event,
    KeyPressed,
    LegAnswered,
    LegEnd,
    LegEnded,
    LegHeld,
    LegKeyPressed,
    LegResumed,
    MonitorAnswered,
    OtherCallAnswered,
    OtherCallEnded,
    OtherCallStarted,
    TransferAsked,
)
from acd.model import AccountId, CallId, ChannelId, DeviceId
from ari_bridge.names import (
    announcement_of,
    call_of,
    called_back,
    caller_on,
    device_of_channel,
    device_of_endpoint,
    ear_of,
    leg_of,
    other_call,
    playback_of,
    talk_of,
    told_of,
)
from ari_bridge.reading import (
    MalformedError,
    Message,
    caller_in,
    is_online,
    is_star_code,
    linkedid_in,
    longer_in,
    needed_number,
    needed_object,
    needed_text,
    needed_texts,
    printable,
    priority_in,
    text_in,
    waited_in,
    was_put_here,
)
from ari_bridge.signals import (
    EarReady,
    LeftUs,
    LegLeft,
    Passed,
    PlaybackOver,
    Replaced,
    Signal,
    StarCodeDialled,
    TellingOver,
)

_KEYS: Final = frozenset("0123456789ABCD*#")


def translate(message: Message, known: frozenset[str]) -> Event | Signal | Replaced | Passed:
    """What this message tells us. `known`: the types of event that Asterisk documents."""
    type_ = message.get("type")
    if not isinstance(type_, str):
        return Passed.MALFORMED
    reader = _READERS.get(type_)
    if reader is None:
        return Passed.OF_NO_CONCERN if type_ in known else Passed.UNKNOWN
    try:
        return reader(message) or Passed.OF_NO_CONCERN
    except MalformedError:
        return Passed.MALFORMED


# --- one reader per type of message, in the order a call lives


def _channel_created(message: Message) -> Event | None:
    channel, device = _others_channel(message)
    if channel is None or device is None:
        return None
    body = needed_object(message, "channel")
    plan = body.get("dialplan")
    if text_in(body, "state") != "Ring" or not isinstance(plan, dict):
        return OtherCallStarted(channel=channel, device=device)
    dialled = printable(text_in(cast("Message", plan), "exten"))
    return OtherCallStarted(channel=channel, device=device, outgoing=True, number=dialled)


def _stasis_start(message: Message) -> Event | Signal | None:
    """A channel has entered our application; the first argument says what for."""
    channel = needed_object(message, "channel")
    match needed_texts(message, "args"):
        case ["queue", account, number, *rest] if len(rest) <= 4:
            return CallArrived(
                call=_call(channel),
                account=AccountId(account),
                number=printable(number),
                caller=caller_in(channel),
                waited=waited_in(rest),
                priority=priority_in(rest),
                device=None if was_put_here(rest) else device_of_channel(needed_text(channel, "name")),
                linkedid=linkedid_in(rest),
            )
        case ["leg", *_]:
            leg = leg_of(needed_text(channel, "id"))
            if leg is None:
                raise MalformedError
            return LegAnswered(offer=leg.offer, device=leg.device)
        case ["back", _]:
            call = called_back(needed_text(channel, "id"))
            if call is None:
                raise MalformedError
            return CallerReached(call=call, channel=ChannelId(needed_text(channel, "id")))
        case ["feature", code, *rest] if len(rest) <= 1:
            device = device_of_channel(needed_text(channel, "name"))
            if device is None:
                raise MalformedError
            return StarCodeDialled(
                channel=_channel_id(channel), device=device, code=printable(code), longer=longer_in(rest)
            )
        case ["monitor"]:
            return MonitorAnswered(channel=_channel_id(channel))
        case ["ear"]:
            ear = ear_of(needed_text(channel, "id"))
            if ear is None:
                raise MalformedError
            return EarReady(channel=ear.channel, mode=ear.mode)
        case ["utility"] | []:  # our own, or an agent's transfer
            return None
        case _:
            raise MalformedError


def _channel_state_change(message: Message) -> Event | None:
    channel, device = _others_channel(message)
    body = needed_object(message, "channel")
    if channel is None or device is None or needed_text(body, "state") != "Up" or is_star_code(body):
        return None
    return OtherCallAnswered(channel=channel, number=_other_side(body))


def _channel_entered_bridge(message: Message) -> Event | None:
    bridge = needed_object(message, "bridge")
    call = talk_of(needed_text(bridge, "id"))
    if call is None:
        return None
    inside = needed_texts(bridge, "channels")
    return CallConnected(call=call) if len(inside) > 1 and call in map(caller_on, inside) else None


def _key_pressed(message: Message) -> Event | None:
    channel, key = needed_text(needed_object(message, "channel"), "id"), needed_text(message, "digit")
    if key not in _KEYS:
        raise MalformedError
    leg, call = leg_of(channel), caller_on(channel)
    if leg is not None:
        return LegKeyPressed(offer=leg.offer, device=leg.device, key=key)
    return None if call is None else KeyPressed(call=call, key=key)


def _held(message: Message) -> Event | None:
    leg = leg_of(needed_text(needed_object(message, "channel"), "id"))
    return None if leg is None else LegHeld(offer=leg.offer, device=leg.device)


def _resumed(message: Message) -> Event | None:
    leg = leg_of(needed_text(needed_object(message, "channel"), "id"))
    return None if leg is None else LegResumed(offer=leg.offer, device=leg.device)


def _transfer(message: Message) -> Event | None:
    """A phone's wish to pass its caller on. With a `state` it is only the echo of our own answer to one."""
    wish, phone = needed_object(message, "refer_to"), needed_object(message, "referred_by")
    leg = leg_of(needed_text(needed_object(phone, "source_channel"), "id"))
    if leg is None or "state" in message:
        return None
    consult, consulted = wish.get("destination_channel"), wish.get("connected_channel")
    return TransferAsked(
        offer=leg.offer,
        device=leg.device,
        number=printable(text_in(needed_object(wish, "requested_destination"), "destination")),
        consult=None if consult is None else ChannelId(needed_text(needed_object(wish, "destination_channel"), "id")),
        consulted=None if consulted is None else needed_text(needed_object(wish, "connected_channel"), "name"),
    )


def _stasis_end(message: Message) -> Signal | None:
    body = needed_object(message, "channel")
    channel = needed_text(body, "id")
    leg = leg_of(channel)
    if leg is not None and text_in(body, "state") == "Up":
        return LegLeft(offer=leg.offer, device=leg.device)
    return None if caller_on(channel) is None else LeftUs(channel=ChannelId(channel))


def _channel_destroyed(message: Message) -> Event | Signal | None:
    channel = needed_object(message, "channel")
    leg = leg_of(needed_text(channel, "id"))
    if leg is not None:
        return LegEnded(offer=leg.offer, device=leg.device, how=_leg_end(message, needed_text(channel, "state")))
    call, name = called_back(needed_text(channel, "id")), ChannelId(needed_text(channel, "id"))
    if call is not None and needed_text(channel, "state") != "Up":
        return CallerNotReached(call=call, channel=name, how=_leg_end(message, needed_text(channel, "state")))
    if call is None and other_call(name) is None:
        return None
    return OtherCallEnded(channel=name, number="" if needed_text(channel, "state") == "Up" else _other_side(channel))


def _playback_finished(message: Message) -> Event | Signal | None:
    playback = needed_object(message, "playback")
    name = needed_text(playback, "id")
    announcement, leg, channel = announcement_of(name), told_of(name), playback_of(name)
    if announcement is not None:
        return AnnouncementOver(call=announcement.call, number=announcement.number)
    if leg is not None:
        return TellingOver(offer=leg.offer, device=leg.device, playback=name)
    if channel is None:
        return None
    return PlaybackOver(channel=channel, playback=name, failed=needed_text(playback, "state") != "done")


def _peer_status_change(message: Message) -> Event | None:
    endpoint = needed_object(message, "endpoint")
    device = device_of_endpoint(f"{needed_text(endpoint, 'technology')}/{needed_text(endpoint, 'resource')}")
    if device is None:
        return None
    return DeviceRegistered(device=device) if is_online(endpoint) else DeviceUnregistered(device=device)


def _application_replaced(message: Message) -> Replaced:
    return Replaced()


_READERS: Final[Mapping[str, Callable[[Message], Event | Signal | Replaced | None]]] = {
    "ChannelCreated": _channel_created,
    "StasisStart": _stasis_start,
    "ChannelStateChange": _channel_state_change,
    "ChannelEnteredBridge": _channel_entered_bridge,
    "ChannelDtmfReceived": _key_pressed,
    "ChannelHold": _held,
    "ChannelUnhold": _resumed,
    "ChannelTransfer": _transfer,
    "PlaybackFinished": _playback_finished,
    "StasisEnd": _stasis_end,
    "ChannelDestroyed": _channel_destroyed,
    "PeerStatusChange": _peer_status_change,
    "ApplicationReplaced": _application_replaced,
}


# --- what a leg's end means

_Q850_BUSY: Final = 17
_Q850_NO_ANSWER: Final = (18, 19)
_Q850_DECLINED: Final = 21
_SIP_BUSY: Final = (486, 600)
_SIP_DECLINED: Final = 603
_SIP_OK: Final = 200


def _leg_end(message: Message, state: str) -> LegEnd:
    """How this leg ended. The SIP answer decides where there is one, for several of them share a Q.850 cause."""
    if state == "Up":
        return LegEnd.HUNG_UP
    cause, sip = needed_number(message, "cause"), needed_number(message, "tech_cause", absent=0)
    if sip in _SIP_BUSY or (sip < _SIP_OK and cause == _Q850_BUSY):
        return LegEnd.BUSY
    if sip == _SIP_DECLINED or (sip < _SIP_OK and cause == _Q850_DECLINED):
        return LegEnd.DECLINED
    return LegEnd.NO_ANSWER if sip < _SIP_OK and cause in _Q850_NO_ANSWER else LegEnd.UNREACHABLE


# --- channels


def _other_side(channel: Message) -> str:
    """Whose number this phone is shown, where we did not ring it ourselves."""
    other = channel.get("connected")
    if rung_by_us(ChannelId(needed_text(channel, "id"))) or not isinstance(other, dict):
        return ""
    return printable(text_in(cast("Message", other), "number"))


def _others_channel(message: Message) -> tuple[ChannelId | None, DeviceId | None]:
    """The channel and the phone of a message, where the channel is none that we made."""
    channel = needed_object(message, "channel")
    return other_call(needed_text(channel, "id")), device_of_channel(needed_text(channel, "name"))


def _call(channel: Message) -> CallId:
    call = call_of(needed_text(channel, "id"))
    if call is None:
        raise MalformedError
    return call


def _channel_id(channel: Message) -> ChannelId:
    return ChannelId(_call(channel))
