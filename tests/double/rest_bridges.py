"""Requests about bridges. Pure."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tests.double import sounds
from tests.double.exchange import Exchange
from tests.double.parts import Bridge, Channel, Recording, Reply

Parameters = Mapping[str, Any]


def answer(exchange: Exchange, method: str, path: Sequence[str], given: Parameters, reply: Reply) -> None:
    """Carry this request out; `path`: below /ari/bridges."""
    if not path:
        reply(200, [bridge.json() for bridge in exchange.bridges.values()])
        return
    name = path[0]
    bridge = exchange.bridges.get(name)
    if (method, len(path)) == ("POST", 1):
        _create(exchange, name, bridge, given, reply)
        return
    if bridge is None:
        _refuse(reply, 404, "Bridge not found")
        return
    match (method, *path[1:]):
        case ("GET",):
            reply(200, bridge.json())
        case ("DELETE",):
            exchange.destroy(bridge)
            reply(204, None)
        case ("POST", "addChannel"):
            _add(exchange, bridge, given, reply)
        case ("POST", "removeChannel"):
            _remove(exchange, bridge, given, reply)
        case ("POST", "record"):
            _record(exchange, bridge, given, reply)
        case _:
            _refuse(reply, 404, "Resource not found")


def _refuse(reply: Reply, status: int, why: str) -> None:
    reply(status, {"error" if status == 500 else "message": why})


def _create(exchange: Exchange, name: str, there: Bridge | None, given: Parameters, reply: Reply) -> None:
    if there is not None or exchange.name_is_kept(name):
        _refuse(reply, 409, f"Bridge with id '{name}' already exists")
        return
    reply(200, exchange.make_bridge(name, str(given.get("type", "mixing")), str(given.get("name", ""))).json())


def _channels(exchange: Exchange, given: Parameters) -> list[Channel] | None:
    """Those named; None: one of them is not there."""
    names = given.get("channel") or ()
    names = names.split(",") if isinstance(names, str) else names
    found = [channel for name in names if (channel := exchange.channels.get(name)) is not None]
    return found if len(found) == len(names) else None


def _add(exchange: Exchange, bridge: Bridge, given: Parameters, reply: Reply) -> None:
    """One after the other, each in its turn: after what it hears."""
    channels = _channels(exchange, given)
    if channels is None:
        _refuse(reply, 400, "Channel not found")
    elif not all(channel.stasis for channel in channels):
        _refuse(reply, 422, "Channel not in Stasis application")
    else:
        _each(exchange, channels, lambda channel: exchange.enter(bridge, channel), reply)


def _remove(exchange: Exchange, bridge: Bridge, given: Parameters, reply: Reply) -> None:
    channels = _channels(exchange, given)
    if channels is None:
        _refuse(reply, 400, "Channel not found")
    elif not all(channel.stasis for channel in channels):
        _refuse(reply, 422, "Channel not in Stasis application")
    elif not all(channel.bridge is bridge for channel in channels):
        _refuse(reply, 422, "Channel not in this bridge")
    else:
        _each(exchange, channels, lambda channel: _take_out(exchange, bridge, channel), reply)


def _take_out(exchange: Exchange, bridge: Bridge, channel: Channel) -> None:
    channel.moved_out_of.discard(bridge.id)
    exchange.leave(channel)


def _each(exchange: Exchange, channels: Sequence[Channel], act: Callable[[Channel], None], reply: Reply) -> None:
    if not channels:
        reply(204, None)
        return
    first, rest = channels[0], channels[1:]

    def turn() -> None:
        if not first.ending:
            act(first)
        _each(exchange, rest, act, reply)

    sounds.order(exchange, first, turn)


def _record(exchange: Exchange, bridge: Bridge, given: Parameters, reply: Reply) -> None:
    name = str(given["name"])
    if name in exchange.recordings:
        _refuse(reply, 409, f"Recording '{name}' already exists and can not be overwritten")
        return
    recording = Recording(name=name, format=str(given["format"]), target=f"bridge:{bridge.id}", began=exchange.now())
    reply(201, recording.json())
    recording.state = "recording"
    exchange.recordings[name] = bridge.recording = recording
    for application in tuple(exchange.applications.by_name):
        exchange.applications.to_one(application, "RecordingStarted", recording=recording.json())
