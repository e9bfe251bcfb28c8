"""One ARI message becomes at most one happening: an event for the engine, or a signal for the bridge itself.

Nothing here remembers anything, and nothing raises: a message that is unknown, wrong or of no concern is passed over,
and its reader is told which of the three it was. Text from outside is made printable and short, never interpreted.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, cast

from acd.inputs import (
    CallArrived,
    CallConnected,
    DeviceRegistered,
    DeviceUnregistered,
    Event,
    LegAnswered,
    LegEnd,
    LegEnded,
    OtherCallAnswered,
    OtherCallEnded,
    OtherCallStarted,
)
from acd.model import AccountId, Caller, CallId, ChannelId, DeviceId
from ari_bridge.names import call_of, device_of_channel, device_of_endpoint, leg_of, other_call, playback_of, talk_of

Message = Mapping[str, object]
"""A JSON object as it came from Asterisk: any field may be missing or of a wrong type."""

TEXT_LIMIT: Final = 80
"""Characters of a name or number that are kept."""


# --- signals for the bridge


@dataclass(frozen=True, slots=True, kw_only=True)
class StarCodeDialled:
    """A phone has dialled a star code and waits in our hands."""

    channel: ChannelId
    device: DeviceId
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftUs:
    """A channel has gone from our hands: hung up, or given back to the dial plan."""

    channel: ChannelId


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaybackOver:
    """A sound has been played to the end, or could not be played at all."""

    channel: ChannelId
    playback: str
    failed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Replaced:
    """Another engine has taken over our application: nothing will be told us any more."""


Signal = StarCodeDialled | LeftUs | PlaybackOver


class Passed(StrEnum):
    """Why a message was passed over."""

    OF_NO_CONCERN = "of_no_concern"
    UNKNOWN = "unknown"
    """Of a type that Asterisk's documentation did not have when this was written."""
    MALFORMED = "malformed"
    """A field that we need is missing, or is not what it should be."""


class _MalformedError(Exception):
    """Inside this module only."""


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
    except _MalformedError:
        return Passed.MALFORMED


# --- one reader per type of message, in the order a call lives


def _channel_created(message: Message) -> Event | None:
    channel, device = _others_channel(message)
    if channel is None or device is None:
        return None
    return OtherCallStarted(channel=channel, device=device)


def _stasis_start(message: Message) -> Event | Signal | None:
    """A channel has entered our application; the first argument says what for."""
    channel = _object(message, "channel")
    match _texts(message, "args"):
        case ["queue", account, number]:
            return CallArrived(
                call=_call(channel), account=AccountId(account), number=printable(number), caller=caller_in(channel)
            )
        case ["leg", *_]:
            leg = leg_of(_text(channel, "id"))
            if leg is None:
                raise _MalformedError
            return LegAnswered(offer=leg.offer, device=leg.device)
        case ["feature", code]:
            device = device_of_channel(_text(channel, "name"))
            if device is None:
                raise _MalformedError
            return StarCodeDialled(channel=_channel_id(channel), device=device, code=printable(code))
        case ["utility"] | []:  # our own, or an agent's transfer
            return None
        case _:
            raise _MalformedError


def _channel_state_change(message: Message) -> Event | None:
    channel, device = _others_channel(message)
    body = _object(message, "channel")
    if channel is None or device is None or _text(body, "state") != "Up" or is_star_code(body):
        return None
    return OtherCallAnswered(channel=channel)


def _channel_entered_bridge(message: Message) -> Event | None:
    bridge = _object(message, "bridge")
    call = talk_of(_text(bridge, "id"))
    if call is None:
        return None
    inside = _texts(bridge, "channels")
    return CallConnected(call=call) if call in inside and len(inside) > 1 else None


def _stasis_end(message: Message) -> Signal | None:
    channel = other_call(_text(_object(message, "channel"), "id"))
    return None if channel is None else LeftUs(channel=channel)


def _channel_destroyed(message: Message) -> Event | None:
    channel = _object(message, "channel")
    leg = leg_of(_text(channel, "id"))
    if leg is not None:
        return LegEnded(offer=leg.offer, device=leg.device, how=_leg_end(message, _text(channel, "state")))
    other = other_call(_text(channel, "id"))
    return None if other is None else OtherCallEnded(channel=other)


def _playback_finished(message: Message) -> Signal | None:
    playback = _object(message, "playback")
    name = _text(playback, "id")
    channel = playback_of(name)
    if channel is None:
        return None
    return PlaybackOver(channel=channel, playback=name, failed=_text(playback, "state") != "done")


def _peer_status_change(message: Message) -> Event | None:
    endpoint = _object(message, "endpoint")
    device = device_of_endpoint(f"{_text(endpoint, 'technology')}/{_text(endpoint, 'resource')}")
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
    cause, sip = _number(message, "cause"), _number(message, "tech_cause", absent=0)
    if sip in _SIP_BUSY or (sip < _SIP_OK and cause == _Q850_BUSY):
        return LegEnd.BUSY
    if sip == _SIP_DECLINED or (sip < _SIP_OK and cause == _Q850_DECLINED):
        return LegEnd.DECLINED
    return LegEnd.NO_ANSWER if sip < _SIP_OK and cause in _Q850_NO_ANSWER else LegEnd.UNREACHABLE


# --- readings that are needed after a reconnect too


def caller_in(channel: Message) -> Caller:
    """Who calls on this channel; empty where it does not say."""
    caller = channel.get("caller")
    about = cast("Message", caller) if isinstance(caller, dict) else {}
    return Caller(number=printable(text_in(about, "number")), name=printable(text_in(about, "name")))


def stasis_arguments(channel: Message, app: str) -> list[str]:
    """What the dial plan gave our application when this channel entered it; empty: the channel is not in it."""
    plan = channel.get("dialplan")
    place = cast("Message", plan) if isinstance(plan, dict) else {}
    name, _, arguments = text_in(place, "app_data").partition(",")
    return arguments.split(",") if text_in(place, "app_name") == "Stasis" and name == app else []


def is_star_code(channel: Message) -> bool:
    """Whether this channel speaks with us, or anybody's engine, about a star code."""
    plan = channel.get("dialplan")
    place = cast("Message", plan) if isinstance(plan, dict) else {}
    return text_in(place, "app_data").partition(",")[2].startswith("feature,")


def is_online(endpoint: Message) -> bool:
    """Whether this phone is registered."""
    return endpoint.get("state") == "online"


def printable(text: str) -> str:
    """This text without control, format and half characters, at most `TEXT_LIMIT` long."""
    return "".join(letter for letter in text if letter.isprintable())[:TEXT_LIMIT].strip()


# --- fields


def text_in(message: Message, field: str) -> str:
    """This field where it is a text, else an empty one."""
    value = message.get(field)
    return value if isinstance(value, str) else ""


def _others_channel(message: Message) -> tuple[ChannelId | None, DeviceId | None]:
    """The channel and the phone of a message, where the channel is none that we made."""
    channel = _object(message, "channel")
    return other_call(_text(channel, "id")), device_of_channel(_text(channel, "name"))


def _call(channel: Message) -> CallId:
    call = call_of(_text(channel, "id"))
    if call is None:
        raise _MalformedError
    return call


def _channel_id(channel: Message) -> ChannelId:
    return ChannelId(_call(channel))


def _object(message: Message, field: str) -> Message:
    value = message.get(field)
    if not isinstance(value, dict):
        raise _MalformedError
    return cast("Message", value)


def _text(message: Message, field: str) -> str:
    value = message.get(field)
    if not isinstance(value, str):
        raise _MalformedError
    return value


def _texts(message: Message, field: str) -> list[str]:
    value = message.get(field)
    if not isinstance(value, list):
        raise _MalformedError
    texts = [text for text in cast("list[object]", value) if isinstance(text, str)]
    if len(texts) != len(cast("list[object]", value)):
        raise _MalformedError
    return texts


def _number(message: Message, field: str, *, absent: int | None = None) -> int:
    value = message.get(field, absent)
    if not isinstance(value, int):
        raise _MalformedError
    return value
