"""The way from one process to the double, and all that can go wrong on it (`ari_bridge.wire.Wire`)."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any, Final, Protocol

import msgspec

from ari_bridge.client import HEARTBEAT
from ari_bridge.wire import SocketRefused, WireBroken
from tests.faults.clockwork import World

TRAVEL_S: Final = 0.0004
"""From one side to the other."""

SILENT_FOR_S: Final = 1.5 * HEARTBEAT.total_seconds()
"""After so long a silent socket is given up by the real wire."""

Json = dict[str, Any]
Reply = Callable[[int, Any], None]


class Asterisk(Protocol):
    """What the wire needs of the double."""

    @property
    def is_running(self) -> bool:
        """Whether it takes connections."""
        ...

    def request(self, method: str, path: Sequence[str], given: Mapping[str, Any], reply: Reply) -> None:
        """Carry this out and reply, once, now or later."""
        ...

    def connect(self, application: str, hear: Callable[[Json], None], ended: Callable[[], None]) -> object:
        """A websocket."""
        ...

    def disconnect(self, session: Any) -> None:
        """It has ended."""
        ...


class Fate:
    """What becomes of one request."""

    __slots__ = ("answer_lost", "delay_s", "refused")

    def __init__(self, *, delay_s: float = 0.0, answer_lost: bool = False, refused: int = 0) -> None:
        self.delay_s = delay_s
        self.answer_lost = answer_lost
        self.refused = refused
        """With this status, instead of being carried out."""


class Weather(Protocol):
    """Chance, as it has to do with the wire."""

    def of_request(self, method: str, path: Sequence[str]) -> Fate | None:
        """None: nothing happens to it."""
        ...

    def of_event(self, event: Json) -> tuple[float, ...]:
        """How long each copy of it takes beyond the usual; none: it is lost."""
        ...


class DoubleWire:
    """One process's wire. Dead together with it: what has not arrived by then never leaves."""

    def __init__(self, world: World, asterisk: Asterisk, weather: Weather, rings: Callable[[], None]) -> None:
        """`rings`: called when the order to ring somebody reaches Asterisk."""
        self.address = "double"
        self.dead = False
        self.is_silent = False
        """Packets vanish in both directions, and nobody is told."""
        self.requests = 0
        self._world, self._asterisk, self._weather, self._rings = world, asterisk, weather, rings
        self._sockets: list[Socket] = []
        self._open: set[asyncio.Future[Any]] = set()

    async def request(
        self, method: str, path: Sequence[str], query: Mapping[str, str], body: Mapping[str, object] | None
    ) -> tuple[int, bytes]:
        """As the real one."""
        self._check()
        self.requests += 1
        future: asyncio.Future[tuple[int, bytes]] = asyncio.get_running_loop().create_future()
        fate = self._weather.of_request(method, path)
        parameters = msgspec.json.decode(msgspec.json.encode(body)) if body is not None else query
        delay = TRAVEL_S if fate is None else TRAVEL_S + fate.delay_s
        lost = self.is_silent

        def arrive() -> None:
            if self.dead or lost:
                return
            if not self._asterisk.is_running:
                self._fail(future)
            elif fate is not None and fate.refused:
                answer(fate.refused, {"message": "trouble"})
            else:
                if method == "POST" and path[0] == "channels" and len(path) == 2:
                    self._rings()
                self._asterisk.request(method, path, parameters, answer)

        def answer(status: int, content: Any) -> None:
            if fate is None or not fate.answer_lost:
                coded = b"" if content is None else msgspec.json.encode(content)
                self._world.after(TRAVEL_S, lambda: self._settle(future, (status, coded)))

        self._world.after(delay, arrive)
        return await future

    async def events(self, query: Mapping[str, str]) -> "Socket":
        """As the real one."""
        self._check()
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        lost = self.is_silent
        self._world.after(TRAVEL_S, lambda: None if lost else self._settle(future, None))
        await future
        if not self._asterisk.is_running:
            raise WireBroken("Asterisk cannot be reached at double")
        socket = Socket(self._world, self._weather, self._asterisk, query["app"], self)
        self._sockets.append(socket)
        return socket

    async def close(self) -> None:
        """As the real one."""

    # --- what happens to it

    def cut(self) -> None:
        """Every connection is reset."""
        for socket in self._sockets:
            socket.end()
        self._sockets.clear()

    def fall_silent(self, for_s: float) -> None:
        """Packets vanish for a while. A socket that is open is given up by its heartbeat all the same."""
        self.is_silent = True
        for socket in self._sockets:
            socket.fall_silent()

        def again() -> None:
            self.is_silent = False

        self._world.after(for_s, again)

    def vanish(self) -> None:
        """The process is no more."""
        self.cut()
        self.dead = True

    def _check(self) -> None:
        if self.dead:
            raise WireBroken("this process is no more")

    def _fail(self, future: "asyncio.Future[tuple[int, bytes]]") -> None:
        if not future.done():
            self._world.concerns_loop = True
            future.set_exception(WireBroken("Asterisk cannot be reached at double"))

    def _settle(self, future: "asyncio.Future[Any]", result: object) -> None:
        if not self.dead and not future.done():
            self._world.concerns_loop = True
            future.set_result(result)


class Socket:
    """One websocket, both ends of it."""

    def __init__(self, world: World, weather: Weather, asterisk: Asterisk, app: str, wire: DoubleWire) -> None:
        self._world, self._weather, self._asterisk, self._wire = world, weather, asterisk, wire
        self._frames: deque[bytes] = deque()
        self._ended = False
        self._waiter: asyncio.Future[None] | None = None
        self._session = asterisk.connect(app, self._hear, self.end)
        self._heard_at = world.now

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            while self._frames:
                yield self._frames.popleft()
            if self._ended:
                return
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter

    async def close(self) -> None:
        self.end()

    def end(self) -> None:
        """Whoever ends it, both ends know."""
        if not self._ended:
            self._ended = True
            self._asterisk.disconnect(self._session)
            self._wake()

    def fall_silent(self) -> None:
        """Nothing comes any more; our side finds out by the heartbeat."""
        self._world.after(SILENT_FOR_S, self.end)

    def _hear(self, event: Json) -> None:
        if self._wire.is_silent or self._wire.dead:
            return
        coded = msgspec.json.encode(event)
        for late_s in self._weather.of_event(event):
            self._world.after(TRAVEL_S + late_s, lambda: self._arrive(coded))

    def _arrive(self, frame: bytes) -> None:
        if not self._ended:
            self._frames.append(frame)
            self._wake()

    def _wake(self) -> None:
        waiter = self._waiter
        if waiter is not None and not waiter.done() and not self._wire.dead:
            self._world.concerns_loop = True
            waiter.set_result(None)


__all__ = ["Asterisk", "DoubleWire", "Fate", "Socket", "SocketRefused", "Weather"]
