"""The socket of one open page: what it asks goes to the hub, what the hub has for it goes out.

A page that reads too slowly is closed and told so, one whose session is over as well. It knows no topic.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from itertools import count
from typing import Any, Final

import msgspec
from aiohttp import WSMsgType, web

from portal.live.hub import Hub
from portal.live.page import CloseCode, Ending, Page
from portal.problems import Problem
from portal.who import Who

LONGEST_REQUEST_BYTES: Final = 8 * 1024
TOPICS_AT_MOST: Final = 50
REQUESTS_AT_MOST: Final = 20
"""In `REQUESTS_IN_S`: a click is one."""
REQUESTS_IN_S: Final = 10.0
PING_EVERY_S: Final = 20.0
LOOK_AGAIN_EVERY_S: Final = 60.0
"""Whether the session still lives is told at once where the portal ends it; this is for one that runs out."""
SPREAD_S: Final = 2.0
"""All pages look again within this time, not at once."""
CLOSE_WITHIN_S: Final = 5.0

_numbers: Final = count()


class WatchAsked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a page asks: these topics, and no others."""

    watch: list[str]


_asked: Final = msgspec.json.Decoder(WatchAsked)


Still = Callable[[], Awaitable[Who | None]]
"""Looks up again whose page it is. None: nobody's any more. Raises `Problem` where that cannot be found out."""


async def serve(hub: Hub, request: web.Request, page: Page, still: Still) -> web.WebSocketResponse:
    """Keep the page company until either side leaves."""
    socket = web.WebSocketResponse(
        heartbeat=PING_EVERY_S, max_msg_size=LONGEST_REQUEST_BYTES, compress=False, timeout=CLOSE_WITHIN_S
    )
    await socket.prepare(request)
    hub.enter(page)
    parts: list[asyncio.Task[Any]] = [
        asyncio.create_task(_read(hub, socket, page)),
        asyncio.create_task(_write(socket, page)),
        asyncio.create_task(_look_again(hub, page, still)),
        asyncio.create_task(page.ended.wait()),
    ]
    try:
        await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
    finally:
        hub.leave(page)
        for part in parts:
            part.cancel()
        await asyncio.gather(*parts, return_exceptions=True)
    await _close(request, socket, page.ending)
    return socket


async def _read(hub: Hub, socket: web.WebSocketResponse, page: Page) -> None:
    clock = asyncio.get_running_loop().time
    recent: list[float] = []
    async for message in socket:
        now = clock()
        recent = [*(at for at in recent if at > now - REQUESTS_IN_S), now]
        if len(recent) > REQUESTS_AT_MOST:
            page.end(CloseCode.TOO_OFTEN, f"More than {REQUESTS_AT_MOST} requests in {REQUESTS_IN_S:.0f} s.")
            return
        try:
            topics = _asked.decode(message.data).watch if message.type is WSMsgType.TEXT else None
        except (msgspec.DecodeError, UnicodeEncodeError):
            topics = None
        if topics is None or len(topics) > TOPICS_AT_MOST:
            page.end(CloseCode.NOT_UNDERSTOOD, f'Send {{"watch": [...]}} with {TOPICS_AT_MOST} topics at most.')
            return
        hub.watch(page, topics)


async def _write(socket: web.WebSocketResponse, page: Page) -> None:
    while True:
        await page.wake.wait()
        page.wake.clear()
        for message in page.take():
            await socket.send_frame(message, WSMsgType.TEXT)


async def _look_again(hub: Hub, page: Page, still: Still) -> None:
    """Whether its user may still see what it shows."""
    spread_s = SPREAD_S * (next(_numbers) % 100) / 100
    while True:
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK_AGAIN_EVERY_S):
                await page.look_again.wait()
        await asyncio.sleep(spread_s)
        page.look_again.clear()
        try:
            who = await still()
        except Problem:
            continue
        if who is None:
            page.end(CloseCode.SESSION_ENDED, "Your session is over; log in again.")
            return
        if who != page.who:
            page.who = who
            hub.resolve(page)


async def _close(request: web.Request, socket: web.WebSocketResponse, ending: Ending | None) -> None:
    """Say why; whoever does not read even that is cut off."""
    if ending is None:
        return  # the page has left by itself
    try:
        async with asyncio.timeout(CLOSE_WITHIN_S):
            await socket.close(code=ending.code, message=ending.why.encode())
    except (TimeoutError, ConnectionError):
        if request.transport is not None:
            request.transport.abort()
