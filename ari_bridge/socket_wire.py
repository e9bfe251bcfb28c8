"""Requests over websockets, each of which takes half the work of one over HTTP, of ours and of Asterisk's.

Asterisk serves the requests of one socket one after the other, and some of them wait until a sound has ended. So each
socket has one request at a time, and while none is idle HTTP is used. They are opened one by one, as they are missed.
"""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Final

import msgspec

from ari_bridge.http_wire import BROKE, HttpWire, Socket, uri
from ari_bridge.wire import EventSocket, SocketRefused, WireBroken

SOCKETS: Final = 12
"""At most. Asterisk has a thread for each, and they count for its `sessionlimit`."""

LONGEST_B: Final = 32_768
"""Of a request on a socket. Asterisk ends one on which 65,536 bytes come at once."""

APPLICATIONS: Final = "asterisk-acd-requests-"
"""How the names begin of those that the sockets stand for: Asterisk wants one for each, and nothing is told of it."""

ASKED: Final = frozenset({"POST", "DELETE"})
"""What a call needs. Lists can be long, and would come as a text in a text."""


class _Request(msgspec.Struct, tag_field="type", tag="RESTRequest"):
    request_id: str
    method: str
    uri: str
    content_type: str = "application/json"
    message_body: str = ""


class _Frame(msgspec.Struct):
    """What is read of one. An event has no request's name."""

    request_id: str = ""
    status_code: int = 0
    message_body: str = ""


_frame: Final = msgspec.json.Decoder(_Frame).decode


class SocketWire:
    """One user of one Asterisk. Made inside a running event loop; `close()` when done."""

    def __init__(self, http: HttpWire) -> None:
        """`http`: what sockets are opened with, and all else goes over; closed with this one."""
        self.address = http.address
        self._http = http
        self._applications = ""
        """How their names begin on this connection; empty: no events come, and no sockets are."""
        self._asked = self._opened = 0
        self._opening: asyncio.Task[None] | None = None
        self._sockets: set[_RequestSocket] = set()
        self._idle: list[_RequestSocket] = []

    async def request(
        self, method: str, path: Sequence[str], query: Mapping[str, str], body: Mapping[str, object] | None
    ) -> tuple[int, bytes]:
        """As `wire.Wire` has it."""
        if method in ASKED and self._applications:
            self._asked += 1
            name, text = str(self._asked), "" if body is None else msgspec.json.encode(body).decode()
            frame = msgspec.json.encode(
                _Request(request_id=name, method=method, uri=uri(path, query), message_body=text)
            )
            if len(frame) <= LONGEST_B:
                if self._idle:
                    return await self._ask(self._idle.pop(), name, frame)
                self._miss_one()
        return await self._http.request(method, path, query, body)

    async def events(self, query: Mapping[str, str]) -> EventSocket:
        """As `wire.Wire` has it."""
        events = await self._http.events(query)
        self._end_sockets()
        self._applications = f"{APPLICATIONS}{secrets.token_hex(4)}"
        return _Events(events, self._end_sockets)

    async def close(self) -> None:
        """As `wire.Wire` has it."""
        self._end_sockets()
        await self._http.close()

    async def _ask(self, socket: "_RequestSocket", name: str, frame: bytes) -> tuple[int, bytes]:
        try:
            answer = await socket.ask(name, frame)
        except BaseException:
            # Given up, or broken. Its next answer could belong to this request, and Asterisk may still be busy with it.
            self._sockets.discard(socket)
            socket.end()
            raise
        if socket in self._sockets:
            self._idle.append(socket)
        return answer

    def _miss_one(self) -> None:
        if (self._opening is None or self._opening.done()) and len(self._sockets) < SOCKETS:
            self._opened += 1
            application = f"{self._applications}-{self._opened}"
            self._opening = asyncio.create_task(self._open(application), name="ARI socket for requests")

    async def _open(self, application: str) -> None:
        with contextlib.suppress(WireBroken, SocketRefused):
            socket = _RequestSocket(await self._http.socket({"app": application}), self._ended)
            self._sockets.add(socket)
            self._idle.append(socket)

    def _ended(self, socket: "_RequestSocket") -> None:
        self._sockets.discard(socket)
        if socket in self._idle:
            self._idle.remove(socket)

    def _end_sockets(self) -> None:
        """Nobody waits for their farewell: Asterisk may be silent."""
        self._applications = ""
        self._idle.clear()
        for socket in self._sockets:
            socket.end()
        if self._opening is not None:
            self._opening.cancel()


class _Events:
    """Events as they come. While they do there are sockets for requests."""

    def __init__(self, events: EventSocket, end_sockets: Callable[[], None]) -> None:
        self._events, self._end_sockets = events, end_sockets

    def __aiter__(self) -> AsyncIterator[bytes]:
        return aiter(self._events)

    async def close(self) -> None:
        self._end_sockets()
        await self._events.close()


class _RequestSocket:
    """One socket, with one request at a time."""

    def __init__(self, socket: Socket, ended: Callable[["_RequestSocket"], None]) -> None:
        self._socket, self._ended = socket, ended
        self._name = ""
        self._answer: asyncio.Future[tuple[int, bytes] | None] | None = None
        self._reader = asyncio.create_task(self._read(), name="ARI answers")

    async def ask(self, name: str, frame: bytes) -> tuple[int, bytes]:
        """Status and body of the answer to the request of this name. Raises WireBroken."""
        self._name, self._answer = name, asyncio.get_running_loop().create_future()
        await self._socket.send(frame)
        answer = await self._answer
        if answer is None:
            raise WireBroken(BROKE)
        return answer

    def end(self) -> None:
        """Close it, and have who waits for an answer know that none will come."""
        self._reader.cancel()

    async def _read(self) -> None:
        try:
            with contextlib.suppress(msgspec.MsgspecError):  # whoever sends such a thing is not to be trusted further
                async for text in self._socket:
                    self._hear(_frame(text))
        finally:
            self._ended(self)
            self._tell(None)
            await self._socket.close()

    def _hear(self, frame: _Frame) -> None:
        if frame.request_id == self._name:
            self._tell((frame.status_code, frame.message_body.encode()))

    def _tell(self, answer: tuple[int, bytes] | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(answer)
