"""Facts as a stream of server-sent events: one event each, its id the one to go on from.

A reader that is slow is waited for, and then cut off; nothing else waits for it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import msgspec
from aiohttp import web

from acd.model import AccountId
from portal.facts.journal import Journal, ToldFact

AT_ONCE: Final = 500
BEAT_EVERY_S: Final = 15.0
"""A line that says nothing, so that either side notices when the other is gone."""
LOOK_AGAIN_EVERY_S: Final = 60.0
"""Whether the token still holds."""
WRITTEN_WITHIN_S: Final = 30.0

Still = Callable[[], Awaitable[bool]]
"""Whether who reads may go on reading."""

_BEAT: Final = b": still here\n\n"


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
    """Write what is there, and where it is followed what comes, until the reader leaves or may not read any more."""
    response = web.StreamResponse(
        headers={"Content-Type": "text/event-stream; charset=utf-8", "X-Accel-Buffering": "no"}
    )
    await response.prepare(request)
    clock = asyncio.get_running_loop().time
    seq, end, looked_at = after, journal.head, clock()
    while follow or seq < end:
        if not await journal.beyond(seq, BEAT_EVERY_S):
            await _write(response, _BEAT)
        if clock() - looked_at > LOOK_AGAIN_EVERY_S:
            looked_at = clock()
            if not await still():
                break
        if journal.head > seq:
            found = await journal.after(account, seq, kinds, AT_ONCE)
            seq = found.until
            if found.facts:
                await _write(response, b"".join(map(event, found.facts)))
    await response.write_eof()
    return response


def event(fact: ToldFact) -> bytes:
    """One server-sent event. JSON has no line breaks in it."""
    return b"id: %d\nevent: %b\ndata: %b\n\n" % (fact.id, fact.kind.encode(), msgspec.json.encode(fact))


async def _write(response: web.StreamResponse, piece: bytes) -> None:
    async with asyncio.timeout(WRITTEN_WITHIN_S):
        await response.write(piece)
