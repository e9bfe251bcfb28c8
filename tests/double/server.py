"""The double behind HTTP and websockets on the loopback, in real time, with failures that a real one cannot be made to
show: routes that hang or fail, answers that are lost, a socket that is half open, events late, doubled or dropped.

tests/bridge/ari_double.py is another thing: it knows no call, and answers with whatever bytes a test gives it.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from typing import Any, Final
from urllib.parse import unquote

import aiohttp
from aiohttp import web
from yarl import URL

from tests.double.lines import Line
from tests.double.parts import Json
from tests.double.switch import Switch

USER: Final = "acd"
PASSWORD: Final = "right-and-secret"


class Fault(Enum):
    """What becomes of a request."""

    HANGS = auto()
    """Taken, not carried out, never answered."""
    FAILS = auto()
    """Not carried out: 500."""
    LOST = auto()
    """Carried out, and the connection breaks before the answer."""


class DoubleServer:
    """One running double."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self.rung: list[Line] = []
        """Every call that has reached a phone, in order."""
        self.people: Callable[[Line], None] = lambda line: None
        """Told of every change of a line; may act on it."""
        self.switch = Switch(lambda: datetime.now(UTC), self._after, self._told)
        self.url = ""
        self.faults: dict[str, Fault] = {}
        """By the first part of a path below /ari, such as `channels`; empty: every one."""
        self.stream: Callable[[Json], Iterable[tuple[timedelta, Json]]] = lambda event: ((timedelta(0), event),)
        """What is sent instead of an event, and after how long."""
        self.is_frozen = False
        """Nothing is read from a websocket or sent over it, not even a pong; those that come later freeze too."""
        self._sockets: list[tuple[web.WebSocketResponse, asyncio.Transport]] = []

    def cut(self) -> None:
        """Every websocket is reset; the calls stay."""
        for _, transport in self._sockets:
            transport.abort()

    def freeze(self) -> None:
        """Half open: the websockets stay, and nothing comes or goes."""
        self.is_frozen = True
        for _, transport in self._sockets:
            transport.pause_reading()

    def thaw(self) -> None:
        """Reads and sends again; what happened meanwhile is not sent."""
        self.is_frozen = False
        for _, transport in self._sockets:
            transport.resume_reading()

    def _after(self, delay: timedelta, act: Callable[[], None]) -> None:
        self._loop.call_later(delay.total_seconds(), act)

    def _told(self, line: Line) -> None:
        if not line.is_up and not line.is_over:
            self.rung.append(line)
        self.people(line)

    # --- HTTP

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Any request below /ari."""
        assert isinstance(request.transport, asyncio.Transport)
        if not self.switch.is_alive:
            request.transport.abort()
            raise asyncio.CancelledError
        if request.headers.get("Authorization") != aiohttp.encode_basic_auth(USER, PASSWORD):
            return web.json_response({"message": "Authentication required"}, status=401)
        asked = URL(request.raw_path.removeprefix("/ari/"), encoded=True)
        if asked.raw_path == "events" and request.method == "GET":
            return await self._events(request)
        status, body = await self._answer(request.method, asked, await request.read(), request.transport)
        if body is None:
            return web.Response(status=status)
        return web.json_response(body, status=status)

    async def _answer(
        self, method: str, asked: URL, content: bytes | str, transport: asyncio.Transport
    ) -> tuple[int, Any]:
        """`asked`: below /ari, with its query; `transport`: what it came on."""
        path = [unquote(part) for part in asked.raw_path.split("/")]
        fault = self.faults.get(path[0], self.faults.get(""))
        if fault is Fault.HANGS:
            await asyncio.Event().wait()
        if fault is Fault.FAILS:
            return 500, {"error": "Internal Server Error"}
        given = dict(asked.query) | (json.loads(content) if content else {})
        answered: asyncio.Future[tuple[int, Any]] = self._loop.create_future()

        def reply(status: int, body: object) -> None:
            if not answered.done():
                answered.set_result((status, body))

        self.switch.request(method, path, given, reply)
        answer = await answered
        if fault is Fault.LOST:
            transport.abort()
        return answer

    # --- websockets

    async def _events(self, request: web.Request) -> web.StreamResponse:
        assert isinstance(request.transport, asyncio.Transport)
        transport = request.transport
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        outgoing: asyncio.Queue[Json] = asyncio.Queue()
        place = (socket, transport)
        self._sockets.append(place)
        if self.is_frozen:
            transport.pause_reading()
        session = self.switch.connect(request.query["app"], lambda event: self._send(outgoing, event), transport.abort)
        sender = asyncio.create_task(self._pour(outgoing, socket))
        try:
            async for frame in socket:  # one request after the other, as Asterisk has it
                outgoing.put_nowait(await self._answer_frame(json.loads(frame.data), transport))
        finally:
            sender.cancel()
            self._sockets.remove(place)
            self.switch.disconnect(session)
        return socket

    async def _answer_frame(self, asked: Json, transport: asyncio.Transport) -> Json:
        address = URL(asked["uri"], encoded=True)
        status, body = await self._answer(asked["method"], address, asked["message_body"], transport)
        return {
            "type": "RESTResponse",
            "request_id": asked["request_id"],
            "status_code": status,
            "message_body": "" if body is None else json.dumps(body),
        }

    def _send(self, outgoing: asyncio.Queue[Json], event: Json) -> None:
        if self.is_frozen:
            return
        for late, sent in self.stream(event):
            if late:
                self._loop.call_later(late.total_seconds(), outgoing.put_nowait, sent)
            else:
                outgoing.put_nowait(sent)

    async def _pour(self, outgoing: asyncio.Queue[Json], socket: web.WebSocketResponse) -> None:
        while True:
            await socket.send_str(json.dumps(await outgoing.get()))


@asynccontextmanager
async def double_server() -> AsyncGenerator[DoubleServer]:
    """On a free port of the loopback."""
    server = DoubleServer()
    application = web.Application()
    application.router.add_route("*", "/ari/{path:.*}", server.handle)
    runner = web.AppRunner(application, shutdown_timeout=0.1, handle_signals=False)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield server
    finally:
        server.cut()
        await runner.cleanup()
