"""Who hears what: Stasis applications, their connections, subscriptions and event filters. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from tests.double.parts import Bridge, Channel, Json, Phone, stamp

ASTERISK_ID: Final = "02:fc:00:00:00:01"

EVERY_PHONE: Final = "endpoint:PJSIP"

DOUBLED: Final = frozenset(
    {
        "ChannelStateChange",
        "ChannelDestroyed",
        "ChannelDtmfReceived",
        "ChannelHold",
        "ChannelUnhold",
        "ChannelTransfer",
        "ChannelHangupRequest",
        "PlaybackStarted",
        "PlaybackContinuing",
        "PlaybackFinished",
    }
)
"""Of a channel in the hands of an application that also listens to its phone these come twice."""


class Session:
    """One websocket, seen from Asterisk."""

    def __init__(self, name: str, hear: Callable[[Json], None], ended: Callable[[], None]) -> None:
        self.name = name
        self.hear = hear
        self.ended = ended
        self.is_open = True


@dataclass(slots=True, kw_only=True)
class Application:
    """One application; it outlives its connection while it has something to hear of."""

    name: str
    session: Session | None = None
    allowed: frozenset[str] = frozenset()
    disallowed: frozenset[str] = frozenset()
    endpoints: set[str] = field(default_factory=set[str])
    channels: dict[str, int] = field(default_factory=dict[str, int])
    bridges: set[str] = field(default_factory=set[str])

    def json(self) -> Json:
        """As in answers."""
        return {
            "name": self.name,
            "channel_ids": sorted(self.channels),
            "bridge_ids": sorted(self.bridges),
            "endpoint_ids": sorted(each.removeprefix("endpoint:") for each in self.endpoints),
            "device_names": [],
            "events_allowed": [{"type": each} for each in sorted(self.allowed)],
            "events_disallowed": [{"type": each} for each in sorted(self.disallowed)],
        }

    def wants(self, type_: str) -> bool:
        """Whether an event of this type passes to anybody."""
        return self.session is not None and type_ not in self.disallowed and (not self.allowed or type_ in self.allowed)


class Applications:
    """All applications, and the telling of events."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self.by_name: dict[str, Application] = {}
        self.told = 0
        """Events sent so far."""

    def connect(self, name: str, hear: Callable[[Json], None], ended: Callable[[], None]) -> Session:
        """A websocket for this application; an earlier one hears that it was replaced, and nothing more."""
        application = self.by_name.setdefault(name, Application(name=name))
        if application.session is not None:
            self._send(application, {"type": "ApplicationReplaced"})
        application.session = Session(name, hear, ended)
        return application.session

    def disconnect(self, session: Session) -> None:
        """This websocket has ended, whoever ended it."""
        session.is_open = False
        application = self.by_name.get(session.name)
        if application is not None and application.session is session:
            application.session = None
            self._tidy(application)

    def forget(self) -> list[Session]:
        """Asterisk is no more; the connections that it had."""
        sessions = [each.session for each in self.by_name.values() if each.session is not None]
        self.by_name.clear()
        return sessions

    def is_active(self, name: str) -> bool:
        """Whether somebody hears this application."""
        application = self.by_name.get(name)
        return application is not None and application.session is not None

    # --- what they hear of

    def takes(self, name: str, channel: Channel) -> None:
        """This channel is in the hands of the application."""
        channels = self.by_name.setdefault(name, Application(name=name)).channels
        channels[channel.id] = channels.get(channel.id, 0) + 1

    def lets_go(self, name: str, channel: Channel) -> None:
        """Not any more."""
        application = self.by_name.get(name)
        if application is None or channel.id not in application.channels:
            return
        application.channels[channel.id] -= 1
        if not application.channels[channel.id]:
            del application.channels[channel.id]
            self._tidy(application)

    def takes_bridge(self, name: str, bridge: Bridge) -> None:
        """This bridge holds a channel of the application."""
        self.by_name.setdefault(name, Application(name=name)).bridges.add(bridge.id)

    def lets_go_bridge(self, bridge: Bridge) -> None:
        """This bridge is empty, or no more."""
        for application in self.by_name.values():
            application.bridges.discard(bridge.id)

    def _tidy(self, application: Application) -> None:
        idle = not (application.session or application.channels or application.bridges or application.endpoints)
        if idle:
            self.by_name.pop(application.name, None)

    # --- telling

    def of_channel(self, type_: str, channel: Channel, **fields: object) -> None:
        """An event of this channel, once or twice."""
        for application in tuple(self.by_name.values()):
            if not application.wants(type_):
                continue
            hears_phone = bool(channel.device) and _listens(application, channel.device)
            hears_channel = channel.id in application.channels
            if hears_phone or hears_channel:
                event = {"type": type_, **fields, "channel": channel.json()}
                self._send(application, event)
                if hears_phone and hears_channel and type_ in DOUBLED:
                    self._send(application, event)

    def of_bridged(self, type_: str, channel: Channel, bridge: Bridge) -> None:
        """That this channel has come into a bridge, or gone out of it: told of those in our hands alone."""
        application = self.by_name.get(channel.stasis or "")
        if application is not None and application.wants(type_):
            self._send(application, {"type": type_, "bridge": bridge.json(), "channel": channel.json()})

    def about_channels(self, type_: str, channel: Channel, fields: Json) -> None:
        """An event that speaks of this channel under other names than `channel`."""
        for application in tuple(self.by_name.values()):
            if not application.wants(type_):
                continue
            hears_phone = bool(channel.device) and _listens(application, channel.device)
            hears_channel = channel.id in application.channels
            if hears_phone or hears_channel:
                event = {"type": type_, **fields}
                self._send(application, event)
                if hears_phone and hears_channel and type_ in DOUBLED:
                    self._send(application, event)

    def of_bridge(self, type_: str, bridge: Bridge, to: Iterable[str], **fields: object) -> None:
        """An event of this bridge alone, to these applications."""
        for name in to:
            application = self.by_name.get(name)
            if application is not None and application.wants(type_):
                self._send(application, {"type": type_, "bridge": bridge.json(), **fields})

    def of_phone(self, type_: str, phone: Phone, **fields: object) -> None:
        """An event of this endpoint."""
        for application in tuple(self.by_name.values()):
            if application.wants(type_) and _listens(application, phone.device):
                self._send(application, {"type": type_, "endpoint": phone.json(), **fields})

    def to_one(self, name: str, type_: str, **fields: object) -> None:
        """An event for this application alone."""
        application = self.by_name.get(name)
        if application is not None and application.wants(type_):
            self._send(application, {"type": type_, **fields})

    def _send(self, application: Application, event: Json) -> None:
        if application.session is None:
            return
        self.told += 1
        application.session.hear(
            {
                **event,
                "timestamp": stamp(self._now()),
                "asterisk_id": ASTERISK_ID,
                "application": application.name,
            }
        )


def _listens(application: Application, device: str) -> bool:
    return EVERY_PHONE in application.endpoints or f"{EVERY_PHONE}/{device}" in application.endpoints
