"""The REST interface: which request does what, and how it is answered. Pure.

Only what our code asks; anything else is answered 404 `Resource not found`, as by Asterisk.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from tests.double import rest_bridges, rest_channels, sounds
from tests.double.exchange import Exchange
from tests.double.parts import Json, Reply, stamp

Parameters = Mapping[str, Any]


def answer(exchange: Exchange, method: str, path: Sequence[str], given: Parameters, reply: Reply) -> None:
    """Carry this request out. `path`: below /ari, its parts unquoted; `given`: query and body in one."""
    match (method, *path):
        case (_, "channels", *rest):
            rest_channels.answer(exchange, method, rest, given, reply)
        case (_, "bridges", *rest):
            rest_bridges.answer(exchange, method, rest, given, reply)
        case ("DELETE", "playbacks", name):
            _stop_playback(exchange, name, reply)
        case ("GET", "playbacks", name):
            sound = exchange.playbacks.get(name)
            _found(None if sound is None else sound.json(), "Playback not found", reply)
        case ("POST", "recordings", "live", name, "stop"):
            _stop_recording(exchange, name, reply)
        case ("GET", "endpoints", *rest):
            _endpoints(exchange, rest, reply)
        case (_, "deviceStates", *rest):
            _device_states(exchange, method, rest, given, reply)
        case (_, "applications", *rest):
            _applications(exchange, method, rest, given, reply)
        case ("POST", "events", "user", name):
            _user_event(exchange, name, str(given.get("application")), reply)
        case (_, "asterisk", "config", "dynamic", _, kind, name):
            _objects(exchange, method, (kind, name), given, reply)
        case (_, "asterisk", *rest):
            _asterisk(exchange, method, rest, given, reply)
        case _:
            refuse(reply, 404, "Resource not found")


def refuse(reply: Reply, status: int, why: str) -> None:
    """An answer that says no; a 500 has its reason under another name."""
    reply(status, {"error" if status == 500 else "message": why})


def texts(value: object) -> list[str]:
    """A parameter that may be a list, or one text with commas."""
    if isinstance(value, str):
        return value.split(",") if value else []
    return [str(each) for each in value] if isinstance(value, list | tuple) else []


def _found(what: Json | None, missing: str, reply: Reply) -> None:
    if what is None:
        refuse(reply, 404, missing)
    else:
        reply(200, what)


def _stop_playback(exchange: Exchange, name: str, reply: Reply) -> None:
    sound = exchange.playbacks.get(name)
    channel = None if sound is None else exchange.channels.get(sound.target.removeprefix("channel:"))
    if sound is None or channel is None:
        refuse(reply, 404, "Playback not found")
        return
    sounds.stop(exchange, channel, sound)
    reply(204, None)


def _stop_recording(exchange: Exchange, name: str, reply: Reply) -> None:
    bridge = next(
        (each for each in exchange.bridges.values() if each.recording is exchange.recordings.get(name, each)), None
    )
    if bridge is None:
        refuse(reply, 404, "Recording not found")
        return
    exchange.stop_recording(bridge)
    reply(204, None)


def _endpoints(exchange: Exchange, rest: Sequence[str], reply: Reply) -> None:
    if not rest:
        reply(200, [phone.json() for phone in exchange.phones.values()])
    elif len(rest) == 1:
        if rest[0] != "PJSIP" or not exchange.phones:
            refuse(reply, 404, f"No Endpoints found - invalid tech {rest[0]}")
        else:
            reply(200, [phone.json() for phone in exchange.phones.values()])
    else:
        phone = exchange.phones.get(rest[1])
        _found(None if phone is None else phone.json(), "Endpoint not found", reply)


def _device_states(exchange: Exchange, method: str, rest: Sequence[str], given: Parameters, reply: Reply) -> None:
    states = exchange.device_states
    match (method, *rest):
        case ("GET",):
            reply(200, [{"name": name, "state": state} for name, state in states.items()])
        case ("GET", name):
            reply(200, {"name": name, "state": states.get(name, "UNKNOWN")})
        case (_, name) if not name.startswith("Stasis:"):
            refuse(reply, 409, "Uncontrolled device specified")
        case ("PUT", name):
            exchange.write_state(name, str(given.get("deviceState", "")))
            reply(204, None)
        case ("DELETE", name):
            exchange.write_state(name, None)
            reply(204, None)
        case _:
            refuse(reply, 404, "Resource not found")


def _applications(exchange: Exchange, method: str, rest: Sequence[str], given: Parameters, reply: Reply) -> None:
    applications = exchange.applications.by_name
    if not rest:
        reply(200, [each.json() for each in applications.values()])
        return
    application = applications.get(rest[0])
    if application is None:
        refuse(reply, 404, "Application not found")
        return
    match (method, *rest[1:]):
        case ("GET",):
            pass
        case ("POST", "subscription"):
            sources = texts(given.get("eventSource"))
            if not all(_source_exists(exchange, each) for each in sources):
                refuse(reply, 422, "Event source does not exist")
                return
            application.endpoints.update(sources)
        case ("PUT", "eventFilter"):
            if (allowed := given.get("allowed")) is not None:
                application.allowed = frozenset(each["type"] for each in allowed)
            if (disallowed := given.get("disallowed")) is not None:
                application.disallowed = frozenset(each["type"] for each in disallowed)
        case _:
            refuse(reply, 404, "Resource not found")
            return
    reply(200, application.json())


def _user_event(exchange: Exchange, name: str, application: str, reply: Reply) -> None:
    if application not in exchange.applications.by_name:
        refuse(reply, 404, "Application not found")
        return
    exchange.applications.to_one(application, "ChannelUserevent", eventname=name, userevent={"eventname": name})
    reply(204, None)


def _source_exists(exchange: Exchange, source: str) -> bool:
    """A technology is known from its first phone on."""
    kind, _, name = source.partition(":")
    technology, _, device = name.partition("/")
    known = bool(exchange.phones) if not device else device in exchange.phones
    return kind == "endpoint" and technology == "PJSIP" and known


def _objects(exchange: Exchange, method: str, key: tuple[str, str], given: Parameters, reply: Reply) -> None:
    there = exchange.objects.get(key)
    if method == "PUT":
        fields = {each["attribute"]: each["value"] for each in given.get("fields", ())}
        if fields.get("allow", "").startswith("!all,"):
            fields["allow"] = f"({fields['allow'].removeprefix('!all,').replace(',', '|')})"
        exchange.write_object(key, (there or {}) | fields)
        reply(200, _attributes(exchange.objects[key]))
    elif there is None:
        refuse(reply, 404, f"Object with id '{key[1]}' not found")
    elif method == "GET":
        reply(200, _attributes(there))
    else:
        exchange.delete_object(key)
        reply(204, None)


def _attributes(fields: Mapping[str, str]) -> list[Json]:
    return [{"attribute": name, "value": value} for name, value in fields.items()]


def _asterisk(exchange: Exchange, method: str, rest: Sequence[str], given: Parameters, reply: Reply) -> None:
    match (method, *rest):
        case ("GET", "ping"):
            reply(200, {"asterisk_id": "02:fc:00:00:00:01", "ping": "pong", "timestamp": stamp(exchange.now())})
        case ("GET", "info"):
            about = {
                "build": {"os": "Linux", "kernel": "", "machine": "x86_64", "options": "", "date": "", "user": ""},
                "system": {"version": "22.10.1", "entity_id": "02:fc:00:00:00:01"},
                "config": {"name": "acd", "default_language": "en", "setid": {"user": "", "group": ""}},
                "status": {
                    "startup_time": stamp(exchange.started_at),
                    "last_reload_time": stamp(exchange.started_at),
                },
            }
            only = texts(given.get("only"))
            reply(200, {name: part for name, part in about.items() if not only or name in only})
        case ("GET", "variable"):
            reply(200, {"value": exchange.variables.get(str(given.get("variable", "")), "")})
        case ("POST", "variable"):
            exchange.variables[str(given.get("variable", ""))] = str(given.get("value", ""))
            reply(204, None)
        case _:
            refuse(reply, 404, "Resource not found")
