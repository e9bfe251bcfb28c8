"""What Asterisk has, read after a connect: its lists of channels, bridges and phones become one picture for the engine.

Asterisk never repeats an event: after every connect this takes the place of all that was missed.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from acd.inputs import AsteriskSeen, SeenCall, SeenLeg, SeenOtherCall
from acd.model import AccountId, ChannelId
from ari_bridge.client import Client
from ari_bridge.names import (
    call_of,
    called_back,
    caller_on,
    device_of_channel,
    device_of_endpoint,
    leg_of,
    other_call,
    talk_of,
)
from ari_bridge.reading import (
    Message,
    caller_in,
    is_online,
    is_star_code,
    printable,
    priority_in,
    stasis_arguments,
    text_in,
    was_put_here,
)
from ari_bridge.resource import Json
from ari_bridge.signals import StarCodeDialled


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """All of it, and the star codes that wait for somebody to carry them out."""

    seen: AsteriskSeen
    star_codes: tuple[StarCodeDialled, ...]


def picture(app: str, channels: Iterable[Message], bridges: Iterable[Message], endpoints: Iterable[Message]) -> Picture:
    """What these lists say. Entries that cannot be read are passed over."""
    channels = tuple(channels)
    calls = sorted((*_calls(app, channels), *_called_back(app, channels)), key=lambda call: (call.arrived, call.call))
    return Picture(
        seen=AsteriskSeen(
            calls=tuple(calls),
            legs=tuple(_legs(channels)),
            other_calls=tuple(_other_calls(channels)),
            registered=frozenset(
                device
                for endpoint in endpoints
                if (device := device_of_endpoint(f"{text_in(endpoint, 'technology')}/{text_in(endpoint, 'resource')}"))
                if is_online(endpoint)
            ),
            talks=frozenset(call for bridge in bridges if (call := talk_of(text_in(bridge, "id")))),
            elsewhere=frozenset(
                ChannelId(name)
                for channel in channels
                if caller_on(name := text_in(channel, "id")) is not None and not stasis_arguments(channel, app)
            ),
        ),
        star_codes=tuple(_star_codes(app, channels)),
    )


async def look(client: Client, app: str) -> Picture:
    """Ask Asterisk for everything. Raises AriError."""
    channels = await client.channels.list()
    bridges = await client.bridges.list()
    endpoints = await client.endpoints.list()
    return picture(
        app, (each.json for each in channels), (each.json for each in bridges), (each.json for each in endpoints)
    )


def _calls(app: str, channels: Iterable[Message]) -> Iterator[SeenCall]:
    for channel in channels:
        call = call_of(text_in(channel, "id"))
        match stasis_arguments(channel, app):
            case ["queue", account, number, *rest] if call is not None:
                yield SeenCall(
                    call=call,
                    account=AccountId(account),
                    number=printable(number),
                    caller=caller_in(channel),
                    arrived=_instant(text_in(channel, "creationtime")),
                    priority=priority_in(rest),
                    device=None if was_put_here(rest) else device_of_channel(text_in(channel, "name")),
                )
            case _:
                pass


def _called_back(app: str, channels: Iterable[Message]) -> Iterator[SeenCall]:
    """Whom we call back, or have called back and not sent on. Who he is and what he wanted only the engine knows."""
    for channel in channels:
        call = called_back(text_in(channel, "id"))
        is_ours = not _is_up(channel) or bool(stasis_arguments(channel, app))
        if call is not None and is_ours:
            yield SeenCall(
                call=call,
                account=AccountId(""),
                number="",
                caller=caller_in(channel),
                arrived=_instant(text_in(channel, "creationtime")),
                channel=ChannelId(text_in(channel, "id")),
                answered=_is_up(channel),
            )


def _legs(channels: Iterable[Message]) -> Iterator[SeenLeg]:
    for channel in channels:
        leg = leg_of(text_in(channel, "id"))
        if leg is not None:
            yield SeenLeg(offer=leg.offer, device=leg.device, answered=_is_up(channel))


def _other_calls(channels: Iterable[Message]) -> Iterator[SeenOtherCall]:
    for channel in channels:
        other, device = other_call(text_in(channel, "id")), device_of_channel(text_in(channel, "name"))
        if other is not None and device is not None:
            answered = _is_up(channel) and not is_star_code(channel)
            yield SeenOtherCall(channel=other, device=device, answered=answered)


def _star_codes(app: str, channels: Iterable[Message]) -> Iterator[StarCodeDialled]:
    for channel in channels:
        other, device = other_call(text_in(channel, "id")), device_of_channel(text_in(channel, "name"))
        match stasis_arguments(channel, app):
            case ["feature", code] if other is not None and device is not None:
                yield StarCodeDialled(channel=other, device=device, code=printable(code))
            case _:
                pass


def _is_up(channel: Message) -> bool:
    return text_in(channel, "state") == "Up"


def _instant(text: str) -> datetime:
    """Asterisk's own form, 2026-11-22T19:45:18.290+0000; what cannot be read sorts first."""
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z")
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)


async def version(client: Client) -> str:
    """What Asterisk says it is, such as 22.10.1; empty: it does not say. Raises AriError."""
    about: Json | None = (await client.asterisk.getInfo(only="system")).get("system")
    return text_in(about or {}, "version")
