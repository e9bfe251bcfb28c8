"""Requests about channels. Pure."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from tests.double import dialplan, lines, sounds
from tests.double.exchange import Exchange, read_caller
from tests.double.parts import Channel, Json, Playback, Reply

Parameters = Mapping[str, Any]

REASONS: Final = {
    "normal": 16,
    "busy": 17,
    "congestion": 34,
    "no_answer": 19,
    "timeout": 19,
    "rejected": 21,
    "unallocated": 1,
    "answered_elsewhere": 26,
}

PROGRESS: Final = frozenset({"channel_progress", "channel_answered", "channel_unavailable", "channel_declined"})


def answer(exchange: Exchange, method: str, path: Sequence[str], given: Parameters, reply: Reply) -> None:
    """Carry this request out; `path`: below /ari/channels."""
    if not path:
        reply(200, [channel.json() for channel in exchange.channels.values()])
        return
    name = path[0]
    if (method, len(path)) == ("POST", 1):
        _originate(exchange, name, given, reply)
        return
    channel = exchange.channels.get(name)
    if channel is None:
        provided = list(path[1:]) == ["variables"] or list(path[1:2]) == ["snoop"]
        _refuse(reply, 404, "Provided channel was not found" if provided else "Channel not found")
        return
    match (method, *path[1:]):
        case ("GET",):
            reply(200, channel.json())
        case ("DELETE",):
            _hang_up(exchange, channel, str(given.get("reason", "normal")), reply)
        case ("GET", "variable"):
            reply(200, {"value": _value(channel, str(given.get("variable", "")))})
        case ("POST", "transfer_progress"):
            _progress(exchange, channel, str(given.get("states", "")), reply)
        case _ if channel.stasis is None:
            _refuse(reply, 409, "Channel not in Stasis application")
        case ("POST", "play", playback):
            _play(exchange, channel, playback, given, reply)
        case ("POST", "snoop", ear):
            _snoop(exchange, channel, ear, given, reply)
        case ("POST", "continue"):
            _go_on(exchange, channel, given, reply)
        case _:
            _in_turn(exchange, channel, method, path[1:], given, reply)


def _value(channel: Channel, variable: str) -> str:
    """Of a variable, or of the one function that is asked of phones: whether SIP came by TLS."""
    return "0" if variable == "CHANNEL(pjsip,secure)" else channel.variables.get(variable, "")


def _refuse(reply: Reply, status: int, why: str) -> None:
    reply(status, {"error" if status == 500 else "message": why})


def _originate(exchange: Exchange, name: str, given: Parameters, reply: Reply) -> None:
    technology, _, target = str(given.get("endpoint", "")).partition("/")
    other = given.get("otherChannelId")
    phone = exchange.phones.get(target) if technology == "PJSIP" else None
    if technology != "Local" and (phone is None or not phone.is_online):
        _refuse(reply, 500, "Allocation failed")
    elif name in exchange.channels or (other is not None and other in exchange.channels):
        _refuse(reply, 409, "Channel with given unique ID already exists")
    elif phone is None:
        _originate_local(exchange, name, str(other), target.partition("/")[0], given, reply)
    else:
        channel = exchange.phone_channel(target, "Down", name)
        _begin(exchange, channel, given)
        reply(200, channel.json())
        lines.call(exchange, channel)


def _originate_local(exchange: Exchange, name: str, other: str, place: str, given: Parameters, reply: Reply) -> None:
    exten, _, context = place.partition("@")
    near, far = exchange.local_halves(name, other, context)
    far.variables.update(given.get("variables") or {})
    _begin(exchange, near, given)
    reply(200, near.json())
    far.caller, far.made_for = near.caller, near.made_for
    exchange.applications.takes(str(near.made_for), far)
    dialplan.begin(exchange, far, context, exten)


def _begin(exchange: Exchange, channel: Channel, given: Parameters) -> None:
    """It is the application's until its end, and enters it when the phone has been picked up; or the dial plan's."""
    application = given.get("app")
    arguments = str(given.get("appArgs", "")).split(",")
    channel.made_for = application
    channel.app_at_rest = channel.app_name, channel.app_data = "AppDial2", "(Outgoing Line)"
    channel.variables.update(given.get("variables") or {})
    shown = str(given.get("callerId", ""))
    if shown:
        channel.caller = channel.connected = read_caller(shown)
    if application is not None:
        exchange.applications.takes(application, channel)

    def told(what: str) -> None:
        if what != "ANSWER":
            return
        if application is not None:
            exchange.enter_stasis(channel, application, arguments)
        else:
            channel.dialled_by = None
            dialplan.begin(exchange, channel, str(given.get("context")), str(given.get("extension", "s")))

    def lapsed() -> None:
        if channel.state != "Up":
            exchange.hang_up(channel, 19, 480 if channel.device else 0)

    channel.dialled_by = told
    timeout = int(given.get("timeout", 30))
    if timeout > 0:
        exchange.after(timedelta(seconds=timeout), lapsed)


def _hang_up(exchange: Exchange, channel: Channel, reason: str, reply: Reply) -> None:
    cause = REASONS.get(reason)
    if cause is None:
        _refuse(reply, 400, "Invalid Reason")
        return
    exchange.hang_up(channel, cause)
    reply(204, None)


def _progress(exchange: Exchange, channel: Channel, state: str, reply: Reply) -> None:
    transfer = channel.transfer
    if channel.stasis is None:
        _refuse(reply, 409, "Channel not in Stasis application")
    elif state not in PROGRESS:
        _refuse(reply, 400, "Invalid states value")
    else:
        if transfer is not None and not transfer.is_answered:
            transfer.is_answered = state != "channel_progress"
            echo = "channel_declined" if state == "channel_unavailable" else state
            lines.tell_transfer(exchange, channel, state=echo)
        reply(204, None)


def _play(exchange: Exchange, channel: Channel, name: str, given: Parameters, reply: Reply) -> None:
    media = given.get("media") or ()
    sound = Playback(
        id=name,
        media=tuple(media.split(",")) if isinstance(media, str) else tuple(media),
        target=f"channel:{channel.id}",
    )
    reply(201, sound.json())
    sounds.play(exchange, channel, sound)


def _snoop(exchange: Exchange, channel: Channel, name: str, given: Parameters, reply: Reply) -> None:
    """A channel that hears this one, and ends with it."""
    if name in exchange.channels:
        reply(500, {"message": "Snoop channel could not be created"})
        return
    ear = exchange.ear(channel, name)
    application, arguments = str(given.get("app")), str(given.get("appArgs", "")).split(",")
    reply(200, ear.json())
    exchange.enter_stasis(ear, application, arguments)


def _go_on(exchange: Exchange, channel: Channel, given: Parameters, reply: Reply) -> None:
    """Back to the dial plan: to a place of its own, or to where it came from."""
    reply(204, None)
    context = given.get("context")

    def act() -> None:
        if channel.stasis is None or channel.ending:
            return
        resume = channel.resume
        exchange.leave_stasis(channel)
        if context is not None:
            dialplan.begin(exchange, channel, str(context), str(given.get("extension", "s")))
        elif resume is not None:
            resume("SUCCESS")
        else:
            exchange.hang_up(channel)

    sounds.order(exchange, channel, act)


def _in_turn(
    exchange: Exchange, channel: Channel, method: str, what: Sequence[str], given: Parameters, reply: Reply
) -> None:
    """What its own thread does; the first two wait for the end of what it hears."""
    match (method, *what):
        case ("POST", "answer"):

            def act() -> None:
                if channel.gone:
                    _refuse(reply, 404, "Channel not found")
                else:
                    exchange.answer(channel)
                    reply(204, None)

            sounds.order(exchange, channel, act)
        case ("POST", "variables"):
            values: Json = dict(given.get("variables") or {})

            def write() -> None:
                channel.variables.update(values)
                reply(204, None)

            sounds.order(exchange, channel, write)
        case ("POST" | "DELETE", "ring" | "moh" | "hold" | "mute"):
            reply(204, None)
        case _:
            _refuse(reply, 404, "Resource not found")
