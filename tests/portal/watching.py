"""A page's socket as its script keeps it: rows by topic, brought up to date by what comes, every number checked."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

import aiohttp
import msgspec

from tests.portal.live import Browser

WITHIN_S: Final = 5.0

Row = dict[str, Any]
Rows = dict[str, Row]


class Watching:
    """One socket, and what it has shown."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.rows: dict[str, Rows] = {}
        self.refused: dict[str, str] = {}
        self.heard = ""
        """All rows that were sent, as text."""
        self.messages: list[Any] = []
        self._numbers: dict[str, int] = {}

    async def watch(self, *topics: str) -> None:
        """Ask for these topics, and for no others."""
        await self.socket.send_json({"watch": topics})

    async def next(self) -> Any:
        """The next message, taken in."""
        async with asyncio.timeout(WITHIN_S):
            message = await self.socket.receive()
        assert message.type is aiohttp.WSMsgType.TEXT, (message.type, message.data, message.extra)
        told = msgspec.json.decode(message.data)
        self.heard += message.data.partition('"rows":')[2]
        self.messages.append(told)
        self._take_in(told)
        return told

    def _take_in(self, told: Any) -> None:
        topic = told.get("topic")
        if topic is None:
            return
        if "refused" in told:
            self.refused[topic] = told["refused"]
            self.rows.pop(topic, None)
            return
        if told.get("all"):
            assert told["n"] == 1
            self.rows[topic] = {}
        else:
            assert told["n"] == self._numbers[topic] + 1, "none is missing"
            assert told["rows"] or told.get("gone"), "something is new"
        self._numbers[topic] = told["n"]
        self.rows[topic] |= told["rows"]
        for name in told.get("gone", ()):
            del self.rows[topic][name]

    async def until(self, topic: str, holds: Callable[[Rows], bool]) -> Rows:
        """Read on until the rows of a topic are so."""
        while topic not in self.rows or not holds(self.rows[topic]):
            await self.next()
        return self.rows[topic]

    async def shows(self, *topics: str) -> None:
        """Ask for these topics and read until each has come or is refused."""
        await self.watch(*topics)
        while not all(topic in self.rows or topic in self.refused for topic in topics):
            await self.next()

    async def closed(self) -> tuple[int, str]:
        """Read on until it is closed; with what, and why."""
        async with asyncio.timeout(WITHIN_S):
            while True:
                message = await self.socket.receive()
                if message.type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.CLOSING):
                    return self.socket.close_code or 0, str(message.extra or "")


@asynccontextmanager
async def watching(browser: Browser, *topics: str, headers: Sequence[str] = ()) -> AsyncGenerator[Watching]:
    """A socket of this browser that shows these topics."""
    given = {"Origin": browser.url, **browser.headers}
    async with browser.client.ws_connect(f"{browser.url}/api/v1/live", headers=given, autoclose=False) as socket:
        page = Watching(socket)
        if topics:
            await page.shows(*topics)
        yield page
