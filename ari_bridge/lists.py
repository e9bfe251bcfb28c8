"""Asterisk's long lists, read some entries at a time.

With 50,000 callers a list has 30 MB, and to read it at once would hold up every call for a fifth of a second.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Final, cast

from ari_bridge.client import AriError, Client
from ari_bridge.resource import Json
from ari_bridge.rest import Entry, decode, entries

PIECE: Final = 50
"""So many entries are read at once, in about a millisecond."""


async def entries_of(client: Client, what: str) -> list[Entry]:
    """Those of Asterisk's list of all channels, or bridges, or endpoints; not read yet. Raises AriError."""
    answer = await client.rest.request("GET", [what])
    try:
        return entries(answer)
    except ValueError:
        raise _not_understood(what) from None


async def in_pieces(of: Sequence[Entry], what: str) -> AsyncIterator[list[Json]]:
    """These, read, with a turn of the event loop after each piece. Raises AriError."""
    for first in range(0, len(of), PIECE):
        yield [_read(entry, what) for entry in of[first : first + PIECE]]
        await asyncio.sleep(0)


def _read(entry: Entry, what: str) -> Json:
    try:
        found = decode(entry)
    except ValueError:
        raise _not_understood(what) from None
    if not isinstance(found, dict):
        raise _not_understood(what)
    return cast("Json", found)


def _not_understood(what: str) -> AriError:
    return AriError(0, "the answer was not understood", f"GET /{what}")
