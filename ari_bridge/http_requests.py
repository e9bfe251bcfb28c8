"""HTTP/1.1 requests to one server, as lean as they can be: a pool of connections that are kept open.

A general client spends several times as much on a request as on what it is for, and requests are most of what a call
costs. So this one knows what Asterisk needs: requests whose bodies are at hand, answers that are read whole, and the
request on the wire before anybody waits. It never repeats a request, follows no redirection, never shows a header.
"""

import asyncio
import ssl
import time
from typing import Final, NamedTuple

from ari_bridge.wire import WireBroken

IDLE_LIMIT_S: Final = 10.0
"""Asterisk closes an idle connection after 15 s; a client that waits as long loses requests to that race."""

BROKE: Final = "the connection to Asterisk broke"
_END_OF_HEAD: Final = b"\r\n\r\n"
_LONGEST_HEAD: Final = 65_536
_WITHOUT_BODY: Final = frozenset({204, 304})


class Server(NamedTuple):
    """Where it is."""

    host: str
    port: int
    secure: bool


class Answer(NamedTuple):
    """What came back."""

    status: int
    body: bytes


class _BadAnswer(Exception):
    """No HTTP, or more than anybody needs."""


class Connection(asyncio.Protocol):
    """One connection, for one request at a time."""

    def __init__(self) -> None:
        self.idle_since = 0.0
        self._transport: asyncio.Transport | None = None
        self._waiting: asyncio.Future[Answer] | None = None
        self._received = bytearray()
        self._lasts = True

    @property
    def is_usable(self) -> bool:
        """Whether a request can be sent over it."""
        return self._transport is not None and self._lasts and not self._transport.is_closing()

    def ask(self, request: bytes) -> asyncio.Future[Answer]:
        """Send it now; whoever does not wait for the answer closes the connection."""
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        if not self.is_usable or self._transport is None:
            answer.set_exception(WireBroken(BROKE))
            return answer
        self._waiting = answer
        self._transport.write(request)
        return answer

    def close(self) -> None:
        """At once; answers that are awaited do not come."""
        if self._transport is not None:
            self._transport.abort()

    # --- asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It is open."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """An answer that is awaited may have been meant to end like this."""
        self._lasts = False
        waiting, self._waiting = self._waiting, None
        if waiting is None or waiting.done():
            return
        if (answer := _until_closed(self._received)) is not None:
            waiting.set_result(answer)
        else:
            waiting.set_exception(WireBroken(BROKE))

    def data_received(self, data: bytes) -> None:
        """Some of an answer."""
        self._received += data
        try:
            while self._waiting is not None and (read := _read(self._received)) is not None:
                answer, length, lasts = read
                del self._received[:length]
                self._lasts = self._lasts and lasts
                if answer.status >= 200:  # else it only says that there will be one
                    waiting, self._waiting = self._waiting, None
                    if not waiting.done():
                        waiting.set_result(answer)
        except (_BadAnswer, ValueError, IndexError):
            self.close()
        if self._waiting is None and self._received:  # nobody has asked for that
            self.close()


class Pool:
    """The connections to one server. Made inside a running event loop; `close` it."""

    def __init__(self, server: Server, size: int) -> None:
        self._server = server
        self._room = asyncio.Semaphore(size)
        self._idle: list[Connection] = []
        self._open: set[Connection] = set()
        self._tls = ssl.create_default_context() if server.secure else None
        self.is_closed = False

    async def ask(self, request: bytes) -> Answer:
        """The answer to this. Raises WireBroken."""
        async with self._room:
            connection = self._taken() or await self._opened()
            try:
                answer = await connection.ask(request)
            except BaseException:
                self._drop(connection)
                raise
            self._give_back(connection)
            return answer

    def close(self) -> None:
        """Close all of them."""
        self.is_closed = True
        for connection in self._open:
            connection.close()
        self._open.clear()
        self._idle.clear()

    def _taken(self) -> Connection | None:
        """The one that was used last, so that those which are not needed end."""
        while self._idle:
            connection = self._idle.pop()
            if connection.is_usable and time.monotonic() - connection.idle_since < IDLE_LIMIT_S:
                return connection
            self._drop(connection)
        return None

    async def _opened(self) -> Connection:
        if self.is_closed:
            raise WireBroken("this client was closed")
        host, port, _ = self._server
        try:
            _, connection = await asyncio.get_running_loop().create_connection(Connection, host, port, ssl=self._tls)
        except OSError:
            raise WireBroken(f"Asterisk cannot be reached at {host}:{port}") from None
        self._open.add(connection)
        return connection

    def _give_back(self, connection: Connection) -> None:
        if not connection.is_usable or self.is_closed:
            self._drop(connection)
            return
        connection.idle_since = now = time.monotonic()
        self._idle.append(connection)
        while now - self._idle[0].idle_since > IDLE_LIMIT_S:
            self._drop(self._idle.pop(0))

    def _drop(self, connection: Connection) -> None:
        self._open.discard(connection)
        connection.close()


# --- reading answers


def _read(received: bytearray) -> tuple[Answer, int, bool] | None:
    """The first answer in this, its length, and whether the connection lasts beyond it; None: it is not all there."""
    end = received.find(_END_OF_HEAD)
    if end < 0:
        if len(received) > _LONGEST_HEAD:
            raise _BadAnswer
        return None
    status, headers = _head(received, end)
    begin = end + len(_END_OF_HEAD)
    lasts = headers.get(b"connection", b"").lower() != b"close"
    if status < 200 or status in _WITHOUT_BODY:
        return Answer(status, b""), begin, lasts
    if headers.get(b"transfer-encoding", b"").lower() == b"chunked":
        chunks = _chunks(received, begin)
        return None if chunks is None else (Answer(status, chunks[0]), chunks[1], lasts)
    length = headers.get(b"content-length")
    if length is None or len(received) < begin + int(length):
        return None  # without a length it ends with the connection
    finish = begin + int(length)
    return Answer(status, bytes(received[begin:finish])), finish, lasts


def _head(received: bytearray, end: int) -> tuple[int, dict[bytes, bytes]]:
    """Status, and headers by their names in small letters."""
    first, *lines = bytes(received[:end]).split(b"\r\n")
    if not first.startswith(b"HTTP/1."):
        raise _BadAnswer
    return int(first.split(b" ", 2)[1]), {
        name.lower(): value.strip() for name, _, value in (line.partition(b":") for line in lines)
    }


def _chunks(received: bytearray, begin: int) -> tuple[bytes, int] | None:
    """A body in chunks, and where it ends; None: it is not all there."""
    body = bytearray()
    while (line_end := received.find(b"\r\n", begin)) >= 0:
        size = int(received[begin:line_end].partition(b";")[0], 16)
        begin = line_end + 2
        if size == 0:
            end = begin if received.startswith(b"\r\n", begin) else received.find(_END_OF_HEAD, begin) + 2
            return None if end < begin or len(received) < end + 2 else (bytes(body), end + 2)
        if len(received) < begin + size + 2:
            return None
        body += received[begin : begin + size]
        begin += size + 2
    return None


def _until_closed(received: bytearray) -> Answer | None:
    """An answer without a length, complete because the connection has ended; None: it is something else."""
    end = received.find(_END_OF_HEAD)
    if end < 0:
        return None
    try:
        status, headers = _head(received, end)
    except (_BadAnswer, ValueError, IndexError):
        return None
    if b"content-length" in headers or b"transfer-encoding" in headers:
        return None
    return Answer(status, bytes(received[end + len(_END_OF_HEAD) :]))
