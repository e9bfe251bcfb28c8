"""A local stand-in for Asterisk's REST interface, for failures that a real Asterisk cannot be made to show.

It knows no call: a test says what each request is answered with and what is sent over the websocket.
"""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web
from yarl import URL

from ari_bridge.names import PROBE
from ari_bridge.socket_wire import APPLICATIONS

USER, PASSWORD = "acd", "s3cret:ü"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int = 200
    body: bytes = b""

    @classmethod
    def of(cls, content: object, status: int = 200) -> "Answer":
        return cls(status=status, body=json.dumps(content).encode())


HANGS = Answer(status=-1)
"""The request is taken and never answered."""

BREAKS = Answer(status=-2)
"""The connection is cut in the middle of the answer's headers."""


NONSENSE = Answer(status=-3)
"""Over a websocket a frame that is no JSON comes first."""

BEAT = ("/asterisk/ping", "/asterisk/variable")
HEARD = f"/events/user/{PROBE}"


class RawText(bytes):
    """To be sent in a frame that says it is text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request as it was on the wire: the path still quoted, the body decoded."""

    method: str
    path: str
    query: str
    body: Any
    by_socket: bool = field(default=False, compare=False)
    """It came over a websocket."""


@dataclass(slots=True)
class AriDouble:
    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    beats: list[Asked] = field(default_factory=list)
    """The requests of the bridge's beat and watch: they come at any time, between any others."""
    answers: dict[tuple[str, str], Answer] = field(default_factory=dict)
    """(method, quoted path below /ari) -> answer; 204 where there is none."""
    handshake: Answer | None = None
    """Instead of accepting a websocket."""
    is_frozen: bool = False
    """Accepts a websocket, and then neither reads nor answers anything that comes over it."""
    tells: str = "ChannelUserevent"
    """The type of what comes when it is asked to tell something; empty: nothing does."""
    sockets: list[web.WebSocketResponse] = field(default_factory=list)
    for_requests: list[web.WebSocketResponse] = field(default_factory=list)
    transports: list[asyncio.Transport] = field(default_factory=list)
    connected: asyncio.Event = field(default_factory=asyncio.Event)
    closed: asyncio.Event = field(default_factory=asyncio.Event)
    """The latest websocket has ended, seen from here."""

    async def send(self, *frames: str | bytes | dict[str, Any]) -> None:
        """Over the latest websocket; a dict is an event, text and bytes are sent as they are."""
        await asyncio.wait_for(self.connected.wait(), 5)
        for frame in frames:
            match frame:
                case str():
                    await self.sockets[-1].send_str(frame)
                case RawText():
                    await self.sockets[-1].send_frame(frame, aiohttp.WSMsgType.TEXT)
                case bytes():
                    await self.sockets[-1].send_bytes(frame)
                case _:
                    await self.sockets[-1].send_str(json.dumps(frame))

    def vanish(self) -> None:
        """As when Asterisk is killed: every connection is reset."""
        for transport in self.transports:
            transport.abort()

    def half_close(self) -> None:
        """End the sending direction of the latest connection without a websocket's farewell."""
        self.transports[-1].write_eof()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        assert isinstance(request.transport, asyncio.Transport)
        self.transports.append(request.transport)
        if request.headers.get("Authorization") != aiohttp.encode_basic_auth(USER, PASSWORD):
            return web.json_response({"message": "Authentication required"}, status=401)
        url = URL(request.raw_path.removeprefix("/ari"), encoded=True)
        if url.raw_path == "/events" and url.query["app"].startswith(APPLICATIONS):
            return await self._requests(request)
        content = await request.read()
        answer = await self._answer(request.method, url, content, by_socket=False)
        if url.raw_path == "/events" and request.method == "GET":
            return await self._events(request)
        return await self._answered(request, answer)

    async def _answer(self, method: str, url: URL, content: bytes | str, *, by_socket: bool) -> Answer:
        path = url.raw_path
        body = json.loads(content) if content else None
        asked = Asked(method=method, path=path, query=url.raw_query_string, body=body, by_socket=by_socket)
        (self.beats if path in (*BEAT, HEARD) else self.asked).append(asked)
        if path == HEARD and self.tells and not self.sockets[-1].closed:
            await self.send({"type": self.tells})
        return self.answers.get((method, path), Answer(status=204))

    async def _requests(self, request: web.Request) -> web.StreamResponse:
        """A websocket on which only requests come."""
        assert isinstance(request.transport, asyncio.Transport)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.for_requests.append(socket)
        async for frame in socket:
            asked = json.loads(frame.data)
            url = URL(f"/{asked['uri']}", encoded=True)
            answer = await self._answer(asked["method"], url, asked["message_body"], by_socket=True)
            if answer is HANGS:
                await asyncio.Event().wait()
            if answer is BREAKS:
                request.transport.abort()
            if answer is NONSENSE:
                await socket.send_str("{")
            answered = {
                "type": "RESTResponse",
                "request_id": asked["request_id"],
                "status_code": answer.status,
                "message_body": answer.body.decode(),
            }
            await socket.send_str(json.dumps(answered))
        return socket

    async def _answered(self, request: web.Request, answer: Answer) -> web.StreamResponse:
        if answer is HANGS:
            await asyncio.Event().wait()
        if answer is BREAKS:
            assert isinstance(request.transport, asyncio.Transport)
            request.transport.write(b"HTTP/1.1 200 OK\r\nContent-Le")
            request.transport.close()
            await asyncio.Event().wait()
        return web.Response(status=answer.status, body=answer.body, content_type="application/json")

    async def _events(self, request: web.Request) -> web.StreamResponse:
        if self.handshake is not None:
            return await self._answered(request, self.handshake)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.sockets.append(socket)
        self.closed.clear()
        self.connected.set()
        if self.is_frozen:
            await asyncio.Event().wait()
        async for _ in socket:
            pass
        self.closed.set()
        return socket


@asynccontextmanager
async def ari_double() -> AsyncGenerator[AriDouble]:
    """A running double on a free port of the loopback."""
    double = AriDouble()
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", double.handle)
    runner = web.AppRunner(application, shutdown_timeout=0.1, handle_signals=False)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        double.url = f"http://127.0.0.1:{port}"
        yield double
    finally:
        for socket in [*double.sockets, *double.for_requests]:
            await socket.close()
        await runner.cleanup()
