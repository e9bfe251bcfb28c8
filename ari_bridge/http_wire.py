"""The real way to Asterisk: HTTP and a websocket, with aiohttp.

Holds the pool of HTTP connections. Knows no operation, never repeats a request, and never shows the password: not in
an error, a repr or a log.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import timedelta
from typing import Final, Literal
from urllib.parse import quote, urlencode

import aiohttp
import msgspec
from yarl import URL  # as aiohttp uses it: only so can an address be handed over that is quoted already

from ari_bridge.wire import EventSocket, SocketRefused, WireBroken

POOL_SIZE: Final = 40
"""Connections held at most. Asterisk's `sessionlimit` must stay above it; it closes the others without a word."""

IDLE_LIMIT_S: Final = 10.0
"""Asterisk closes an idle connection after 15 s; a client that waits as long loses requests to that race."""

_FAREWELL_S: Final = 1.0
"""How long a frozen Asterisk is waited for when a connection is given up."""

_WITH_TEXT: Final = frozenset({aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY})
_NO_LIMIT: Final = aiohttp.ClientTimeout(total=None)

BROKE: Final = "the connection to Asterisk broke"


class HttpWire:
    """One user of one Asterisk. Made inside a running event loop; `close()` when done."""

    def __init__(self, base_url: str, user: str, password: str, *, heartbeat: timedelta) -> None:
        """Raises ValueError when the address is none. `heartbeat`: a silent socket for events ends after 1.5 of it."""
        self.address = _root(base_url)
        self._heartbeat = heartbeat
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=POOL_SIZE, keepalive_timeout=IDLE_LIMIT_S),
            headers={"Authorization": aiohttp.encode_basic_auth(user, password)},
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=_NO_LIMIT,
        )

    def __repr__(self) -> str:
        return f"HttpWire({self.address})"

    async def request(
        self, method: str, path: Sequence[str], query: Mapping[str, str], body: Mapping[str, object] | None
    ) -> tuple[int, bytes]:
        """As `wire.Wire` has it."""
        if self._session.closed:
            raise WireBroken("this client was closed")
        data, headers = None, None
        if body is not None:
            data, headers = msgspec.json.encode(body), {"Content-Type": "application/json"}
        try:
            async with self._session.request(
                method, self._url(path, query), data=data, headers=headers, allow_redirects=False
            ) as response:
                return response.status, await response.read()
        except (aiohttp.ClientError, OSError) as error:
            # aiohttp's errors carry the request's headers, the password among them: they end here.
            raise WireBroken(_reason(error)) from None

    async def events(self, query: Mapping[str, str]) -> EventSocket:
        """As `wire.Wire` has it."""
        return await self.socket(query, heartbeat=self._heartbeat)

    async def socket(self, query: Mapping[str, str], *, heartbeat: timedelta | None = None) -> "Socket":
        """One for these applications. Raises WireBroken or SocketRefused."""
        try:
            socket = await self._session.ws_connect(
                self._url(("events",), query),
                heartbeat=None if heartbeat is None else heartbeat.total_seconds(),
                # Bytes: quicker to decode, and a text that is no UTF-8 spoils its frame, not the connection.
                decode_text=False,
            )
        except aiohttp.WSServerHandshakeError as error:
            raise SocketRefused(error.status) from None
        except (aiohttp.ClientError, OSError) as error:
            raise WireBroken(_reason(error)) from None
        return Socket(socket)

    async def close(self) -> None:
        """As `wire.Wire` has it."""
        await self._session.close()

    def _url(self, path: Sequence[str], query: Mapping[str, str]) -> URL:
        return URL(f"{self.address}/{uri(path, query)}", encoded=True)


class Socket:
    """The frames of a websocket."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse[Literal[False]]) -> None:
        self._socket = socket

    async def send(self, text: bytes) -> None:
        """As one frame. Raises WireBroken."""
        try:
            await self._socket.send_frame(text, aiohttp.WSMsgType.TEXT)
        except (aiohttp.ClientError, OSError) as error:
            raise WireBroken(_reason(error)) from None

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for frame in self._socket:
            if frame.type not in _WITH_TEXT:
                return
            yield frame.data

    async def close(self) -> None:
        """As `wire.EventSocket` has it."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_FAREWELL_S):
                await self._socket.close()


def uri(path: Sequence[str], query: Mapping[str, str]) -> str:
    """Below /ari, with every part and every value quoted."""
    address = "/".join(quote(part, safe="") for part in path)
    return f"{address}?{urlencode(query, quote_via=quote)}" if query else address


def _root(base_url: str) -> str:
    """Where ARI is on this web server."""
    try:
        address = URL(base_url)
        is_good = address.scheme in {"http", "https"} and address.host is not None and address.user is None
    except ValueError:
        is_good = False
    if not is_good:
        # What was given is not repeated: it may hold a password.
        raise ValueError("the address of Asterisk must look like http://127.0.0.1:8088, without user and password")
    return base_url.rstrip("/").removesuffix("/ari") + "/ari"


def _reason(error: Exception) -> str:
    if isinstance(error, aiohttp.ClientConnectorError):
        return f"Asterisk cannot be reached at {error.host}:{error.port}"
    return BROKE
