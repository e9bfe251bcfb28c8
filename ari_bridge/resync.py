"""What Asterisk has: its lists of channels, bridges and phones become one picture for the engine.

Asterisk never repeats an event: after a connect this takes the place of all that was missed, and every few seconds it
shows whether something was. Read in pieces, between which calls go on: with a thousand callers it takes a while.
"""

from bisect import insort
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import attrgetter
from typing import Final

from acd.inputs import AsteriskSeen, SeenCall, SeenLeg, SeenOtherCall
from acd.model import AccountId, CallId, ChannelId, DeviceId, MonitorMode, QueueId
from ari_bridge.client import Client
from ari_bridge.lists import entries_of, in_pieces
from ari_bridge.names import (
    Leg,
    called_back,
    caller_on,
    device_of_channel,
    device_of_endpoint,
    ear_channel,
    ear_of,
    hold_of,
    leg_of,
    other_call,
    room_of,
    talk_of,
)
from ari_bridge.reading import (
    Message,
    caller_in,
    is_online,
    is_star_code,
    linkedid_in,
    longer_in,
    printable,
    priority_in,
    stasis_arguments,
    text_in,
    texts_in,
    was_put_here,
)
from ari_bridge.resource import Json
from ari_bridge.signals import StarCodeDialled
from ari_bridge.unreadable import CHANNELS, all_channels

BRIDGES: Final = "bridges"
ENDPOINTS: Final = "endpoints"

_ARRIVAL: Final = attrgetter("arrived", "call")


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """All of it, and the star codes that wait for somebody to carry them out."""

    seen: AsteriskSeen
    star_codes: tuple[StarCodeDialled, ...]


async def look(client: Client, app: str, life: str | None = None) -> Picture:
    """Ask Asterisk for everything; `life` as in `AsteriskSeen`. Raises AriError."""
    found = _Found(app)
    async for channels in in_pieces(await all_channels(client), CHANNELS):
        for channel in channels:
            found.channel(channel)
    async for bridges in in_pieces(await entries_of(client, BRIDGES), BRIDGES):
        for bridge in bridges:
            found.bridge(bridge)
    async for endpoints in in_pieces(await entries_of(client, ENDPOINTS), ENDPOINTS):
        for endpoint in endpoints:
            found.endpoint(endpoint)
    return found.picture(life)


def picture(app: str, channels: Iterable[Message], bridges: Iterable[Message], endpoints: Iterable[Message]) -> Picture:
    """What these lists say. Entries that cannot be read are passed over."""
    found = _Found(app)
    for channel in channels:
        found.channel(channel)
    for bridge in bridges:
        found.bridge(bridge)
    for endpoint in endpoints:
        found.endpoint(endpoint)
    return found.picture(None)


class _Found:
    """What has been read so far."""

    def __init__(self, app: str) -> None:
        self._app = app
        self._calls: list[SeenCall] = []
        """In the order of their arrival."""
        self._legs: list[tuple[Leg, bool]] = []
        """And whether they were answered."""
        self._with: dict[Leg, CallId] = {}
        self._other_calls: list[SeenOtherCall] = []
        self._star_codes: list[StarCodeDialled] = []
        self._registered: set[DeviceId] = set()
        self._talks: set[CallId] = set()
        self._joined: set[CallId] = set()
        self._alone: set[CallId] = set()
        self._held: set[tuple[CallId, QueueId]] = set()
        self._elsewhere: set[ChannelId] = set()
        self._monitors: set[ChannelId] = set()
        self._listening: set[tuple[ChannelId, MonitorMode]] = set()

    def picture(self, life: str | None) -> Picture:
        """All of it."""
        return Picture(
            seen=AsteriskSeen(
                calls=tuple(self._calls),
                legs=tuple(
                    SeenLeg(offer=leg.offer, device=leg.device, answered=answered, talks_with=self._with.get(leg))
                    for leg, answered in self._legs
                ),
                other_calls=tuple(self._other_calls),
                registered=frozenset(self._registered),
                talks=frozenset(self._talks),
                joined=frozenset(self._joined),
                alone=frozenset(self._alone),
                held=frozenset(self._held),
                elsewhere=frozenset(self._elsewhere),
                monitors=frozenset(self._monitors),
                listening=frozenset(self._listening),
                life=life,
            ),
            star_codes=tuple(self._star_codes),
        )

    # --- channels

    def channel(self, channel: Message) -> None:
        id_ = text_in(channel, "id")
        other = other_call(id_)
        if other is not None:
            self._not_made_by_us(channel, other)
        elif (leg := leg_of(id_)) is not None:
            self._legs.append((leg, _is_up(channel)))
        elif (call := called_back(id_)) is not None:
            self._called_back(channel, call)
        elif (ear := ear_of(id_)) is not None:
            self._monitors.add(ear.channel)

    def _not_made_by_us(self, channel: Message, id_: ChannelId) -> None:
        device = device_of_channel(text_in(channel, "name"))
        match stasis_arguments(channel, self._app):
            case ["queue", account, number, *rest]:
                self._add(
                    SeenCall(
                        call=CallId(id_),
                        account=AccountId(account),
                        number=printable(number),
                        caller=caller_in(channel),
                        arrived=_instant(text_in(channel, "creationtime")),
                        priority=priority_in(rest),
                        device=None if was_put_here(rest) else device,
                        linkedid=linkedid_in(rest),
                    )
                )
            case ["feature", code, *rest] if device is not None:
                dialled = StarCodeDialled(channel=id_, device=device, code=printable(code), longer=longer_in(rest))
                self._star_codes.append(dialled)
            case ["monitor"]:
                self._monitors.add(id_)
            case _:
                self._elsewhere.add(id_)
        if device is not None:
            answered = _is_up(channel) and not is_star_code(channel)
            self._other_calls.append(SeenOtherCall(channel=id_, device=device, answered=answered))

    def _called_back(self, channel: Message, call: CallId) -> None:
        """Whom we call back, or have and not sent on. Who he is and what he wanted only the engine knows."""
        if not _is_up(channel) or stasis_arguments(channel, self._app):
            self._add(
                SeenCall(
                    call=call,
                    account=AccountId(""),
                    number="",
                    caller=caller_in(channel),
                    arrived=_instant(text_in(channel, "creationtime")),
                    channel=ChannelId(text_in(channel, "id")),
                    answered=_is_up(channel),
                )
            )
        else:
            self._elsewhere.add(ChannelId(text_in(channel, "id")))

    def _add(self, call: SeenCall) -> None:
        """Into its place at once: to sort them all in the end would take a long piece."""
        insort(self._calls, call, key=_ARRIVAL)

    # --- bridges and phones

    def bridge(self, bridge: Message) -> None:
        id_ = text_in(bridge, "id")
        call, queue, inside = talk_of(id_), hold_of(id_), texts_in(bridge, "channels")
        if queue is not None:
            self._held.update((caller, queue) for channel in inside if (caller := caller_on(channel)) is not None)
        elif call is not None:
            self._talks.add(call)
            if call in map(caller_on, inside):
                (self._joined if len(inside) > 1 else self._alone).add(call)
                self._with.update((leg, call) for channel in inside if (leg := leg_of(channel)) is not None)
        elif (listens := room_of(id_)) is not None:
            self._monitors.add(listens)
            modes = (mode for mode in MonitorMode if set(inside) == {listens, ear_channel(listens, mode)})
            self._listening.update((listens, mode) for mode in modes)

    def endpoint(self, endpoint: Message) -> None:
        device = device_of_endpoint(f"{text_in(endpoint, 'technology')}/{text_in(endpoint, 'resource')}")
        if device is not None and is_online(endpoint):
            self._registered.add(device)


def _is_up(channel: Message) -> bool:
    return text_in(channel, "state") == "Up"


def _instant(text: str) -> datetime:
    """Asterisk's own form, 2026-11-22T19:45:18.290+0000; what cannot be read sorts first."""
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What Asterisk says of itself."""

    version: str
    """Such as 22.10.1; empty: it does not say."""
    life: str | None
    """As in `AsteriskSeen`: when it was started, by its own clock."""


async def about(client: Client) -> About:
    """Ask Asterisk. Raises AriError."""
    answer: Json = await client.asterisk.getInfo(only=["system", "status"])
    system, status = answer.get("system"), answer.get("status")
    return About(
        version=text_in(system, "version") if isinstance(system, dict) else "",
        life=(text_in(status, "startup_time") if isinstance(status, dict) else "") or None,
    )
