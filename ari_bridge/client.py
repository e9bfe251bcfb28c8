"""A client of Asterisk's REST interface (ARI) for asyncio, with the object model and the names of ari-py.

    async with Client("http://127.0.0.1:8088", "acd", password) as client:
        client.on_channel_event("StasisStart", on_start)
        async with client.connect("acd") as connection:
            await client.channels.originate(endpoint="PJSIP/1001-desk", app="acd")
            await connection.closed()

Repositories (`client.channels`) and domain objects (a `Channel`) carry the operations; each is awaited and raises
AriError. Callbacks are plain functions. Never reconnects and never repeats a request: only its user knows what was
missed meanwhile, and what may be done twice.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable, Sequence
from datetime import timedelta
from types import TracebackType
from typing import Any, Final, Self, overload

import structlog

from ari_bridge import event_types, methods
from ari_bridge.http_wire import HttpWire
from ari_bridge.listeners import Event, Listeners, Subscription
from ari_bridge.objects import Bridge, Channel, Endpoint, Playback
from ari_bridge.resource import on_object_event
from ari_bridge.rest import AriError, AriTimeout, AriUnauthorized, AriUnreachable, Rest, decode
from ari_bridge.socket_wire import SocketWire
from ari_bridge.wire import EventSocket, Wire

__all__ = [
    "AriError",
    "AriTimeout",
    "AriUnauthorized",
    "AriUnreachable",
    "Bridge",
    "Channel",
    "Client",
    "Connection",
    "Endpoint",
    "Event",
    "Playback",
    "Subscription",
]

log = structlog.get_logger(__name__)

TIME_LIMIT: Final = timedelta(seconds=5)
HEARTBEAT: Final = timedelta(seconds=3)


class Client:
    """One user of one Asterisk. Made inside a running event loop; `close()` it, or use it as an async context.

    `base_url` is Asterisk's web address, e.g. http://127.0.0.1:8088; `/ari` is added. `time_limit` holds for every
    request, the waiting for a free connection counted in. A silent connection for events ends after 1.5 heartbeats.
    Raises ValueError when the address is none.
    """

    def __init__(
        self,
        base_url: str,
        user: str,
        password: str,
        *,
        time_limit: timedelta = TIME_LIMIT,
        heartbeat: timedelta = HEARTBEAT,
    ) -> None:
        self._stand_on(SocketWire(HttpWire(base_url, user, password, heartbeat=heartbeat)), time_limit)

    @classmethod
    def over(cls, wire: Wire, *, time_limit: timedelta = TIME_LIMIT) -> Self:
        """A client whose requests and events travel over this wire."""
        client = cls.__new__(cls)
        client._stand_on(wire, time_limit)
        return client

    def _stand_on(self, wire: Wire, time_limit: timedelta) -> None:
        self.rest = Rest(wire, time_limit=time_limit)
        self.listeners = Listeners()
        self._gives_way = False
        self.bad_frames = 0
        """Frames that were no events: not JSON, not an object, or without a type."""
        self.applications = methods.Applications(self)
        self.asterisk = methods.Asterisk(self)
        self.bridges = methods.Bridges(self)
        self.channels = methods.Channels(self)
        self.deviceStates = methods.DeviceStates(self)
        self.endpoints = methods.Endpoints(self)
        self.events = methods.Events(self)
        self.mailboxes = methods.Mailboxes(self)
        self.playbacks = methods.Playbacks(self)
        self.recordings = methods.Recordings(self)
        self.sounds = methods.Sounds(self)

    def __repr__(self) -> str:
        return f"Client({self.rest.address})"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close every connection. The client is of no use afterwards."""
        await self.rest.close()

    # Events

    def give_way(self) -> None:
        """From a callback: what it has begun goes on before the next event is handed out."""
        self._gives_way = True

    def on_event(self, event_type: str | None, callback: Callable[[Event], None]) -> Subscription:
        """Call `callback(event)` for every event of this type; None: of any type, known to this client or not."""
        return self.listeners.add(event_type, callback)

    @overload
    def on_channel_event(
        self, event_type: event_types.WithChannel, callback: Callable[[Channel, Event], None]
    ) -> Subscription: ...
    @overload
    def on_channel_event(
        self, event_type: event_types.WithChannels, callback: Callable[[dict[str, Channel], Event], None]
    ) -> Subscription: ...
    def on_channel_event(self, event_type: str, callback: Callable[[Any, Event], None]) -> Subscription:
        """Call `callback(channel, event)` for every event of this type.

        Where the type can hold several channels (StasisStart: `channel` and `replace_channel`), the first argument is a
        dict of field -> channel. Events that hold none are passed over.
        """
        return on_object_event(self, event_type, Channel, callback)

    @overload
    def on_bridge_event(
        self, event_type: event_types.WithBridge, callback: Callable[[Bridge, Event], None]
    ) -> Subscription: ...
    @overload
    def on_bridge_event(
        self, event_type: event_types.WithBridges, callback: Callable[[dict[str, Bridge], Event], None]
    ) -> Subscription: ...
    def on_bridge_event(self, event_type: str, callback: Callable[[Any, Event], None]) -> Subscription:
        """As `on_channel_event`, for bridges."""
        return on_object_event(self, event_type, Bridge, callback)

    def on_playback_event(
        self, event_type: event_types.WithPlayback, callback: Callable[[Playback, Event], None]
    ) -> Subscription:
        """As `on_channel_event`, for playbacks."""
        return on_object_event(self, event_type, Playback, callback)

    def on_endpoint_event(
        self, event_type: event_types.WithEndpoint, callback: Callable[[Endpoint, Event], None]
    ) -> Subscription:
        """As `on_channel_event`, for endpoints."""
        return on_object_event(self, event_type, Endpoint, callback)

    @contextlib.asynccontextmanager
    async def connect(self, apps: str | Sequence[str]) -> AsyncGenerator["Connection"]:
        """Register these Stasis applications and hand their events to the callbacks for as long as the context lasts.

        Raises AriError when it cannot be done. Whoever registers an application again takes it over: the earlier
        connection gets ApplicationReplaced, and nothing more.
        """
        socket = await self.rest.events(apps)
        connection = Connection(asyncio.create_task(self._read(socket), name="ARI events"))
        try:
            yield connection
        finally:
            try:
                await connection.end()
            finally:
                await socket.close()

    async def run(self, apps: str | Sequence[str]) -> None:
        """Register these Stasis applications and hand out their events until the connection ends."""
        async with self.connect(apps) as connection:
            await connection.closed()

    async def _read(self, socket: EventSocket) -> None:
        """Hand out events until the socket is closed. An exception of a callback ends it: a bug, none of Asterisk's."""
        tell = self.listeners.tell
        async for frame in socket:
            try:
                event = decode(frame)
            except ValueError:
                event = None
            if isinstance(event, dict) and isinstance(event.get("type"), str):
                tell(event)
                if self._gives_way:
                    self._gives_way = False
                    await asyncio.sleep(0)
            else:
                self.bad_frames += 1
                log.warning("ari_frame_unreadable", start=repr(frame[:80]))


class Connection:
    """A registered application, while its events flow."""

    def __init__(self, reader: asyncio.Task[None]) -> None:
        self._reader = reader

    @property
    def is_open(self) -> bool:
        """Whether events can still come."""
        return not self._reader.done()

    async def closed(self) -> None:
        """Wait until Asterisk or the network has ended it. Raises what a callback raised."""
        await asyncio.shield(self._reader)

    async def end(self) -> None:
        """Stop handing out events. Raises what a callback raised."""
        self._reader.cancel()
        await asyncio.wait([self._reader])
        if not self._reader.cancelled():
            self._reader.result()
