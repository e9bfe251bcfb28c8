"""Facts as a stream of server-sent events: one event each, its id the one to go on from.

A reader that is slow is waited for, and then cut off; nothing else waits for it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import msgspec
import structlog
from aiohttp import web

from acd.model import AccountId
from portal.facts.journal import Journal, ToldFact
from portal.problems import Problem

AT_ONCE: Final = 500
BEAT_EVERY_S: Final = 15.0
"""A line that says nothing, so that either side notices when the other is gone."""
LOOK_AGAIN_EVERY_S: Final = 60.0
"""Whether the token still holds."""
WRITTEN_WITHIN_S: Final = 30.0

Still = Callable[[], Awaitable[bool]]
"""Whether who reads may go on reading."""

_BEAT: Final = b": still here\n\n"
_HEADERS: Final = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Accel-Buffering": "no",
}
"""They are sent before the application adds its own. The last one keeps a proxy from collecting."""

_log = structlog.get_logger(__name__)


async def serve(
    request: web.Request,
    journal: Journal,
    account: AccountId,
    *,
    after: int,
    kinds: Sequence[str],
    follow: bool,
    still: Still,
) -> web.StreamResponse:
    """Write what is there, and where it is followed what comes, until the reader leaves or may not read any more.

    A database that is away ends it too: who comes again goes on where it ended.
    """
    response = web.StreamResponse(headers=_HEADERS)
    await response.prepare(request)
    try:
        await _tell(response, journal, account, after=after, kinds=kinds, follow=follow, still=still)
        await response.write_eof()
    except Problem as problem:
        _log.info("facts_stream_ended", account=account, why=problem.detail)
        await response.write_eof()
    except (ConnectionError, TimeoutError):  # he has left, or reads too slowly
        if request.transport is not None:
            request.transport.abort()
    return response


async def _tell(
    response: web.StreamResponse,
    journal: Journal,
    account: AccountId,
    *,
    after: int,
    kinds: Sequence[str],
    follow: bool,
    still: Still,
) -> None:
    clock = asyncio.get_running_loop().time
    seq, end, looked_at = after, journal.head, clock()
    while follow or seq < end:
        if not await journal.beyond(seq, BEAT_EVERY_S):
            await _write(response, _BEAT)
        if clock() - looked_at > LOOK_AGAIN_EVERY_S:
            looked_at = clock()
            if not await still():
                return
        if journal.head > seq:
            found = await journal.after(account, seq, kinds, AT_ONCE)
            seq = found.until
            if found.facts:
                await _write(response, b"".join(map(event, found.facts)))


def event(fact: ToldFact) -> bytes:
    """One server-sent event. JSON has no line breaks in it."""
    return b"id: %d\nevent: %b\ndata: %b\n\n" % (fact.id, fact.kind.encode(), msgspec.json.encode(fact))


async def _write(response: web.StreamResponse, piece: bytes) -> None:
    async with asyncio.timeout(WRITTEN_WITHIN_S):
        await response.write(piece)
