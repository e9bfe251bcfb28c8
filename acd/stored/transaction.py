"""One transaction of a database that may fall silent in the middle of it."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Protocol


class Underway(Protocol):
    """What is used of asyncpg's transaction; asyncpg itself tells no types."""

    async def start(self) -> None: ...
    async def commit(self) -> None: ...
    async def rollback(self) -> None: ...


class Transactional(Protocol):
    """A connection, of one's own or of a pool."""

    def transaction(self, *, isolation: str | None = None, readonly: bool = False) -> Underway: ...
    def terminate(self) -> None: ...


@asynccontextmanager
async def transaction(
    connection: Transactional, *, isolation: str | None = None, readonly: bool = False
) -> AsyncGenerator[None]:
    """All that the connection is asked meanwhile, or nothing of it. Raises as asyncpg does.

    Cancelled, it ends the connection, which undoes it as well: asyncpg's own `async with` would send a ROLLBACK, which
    waits for the statement under way, half a minute where nobody answers; and what then fails would hide the
    cancellation, so that a task that tries again what failed would never end.
    """
    underway = connection.transaction(isolation=isolation, readonly=readonly)
    await underway.start()
    try:
        yield
    except asyncio.CancelledError:
        connection.terminate()
        raise
    except BaseException:
        await underway.rollback()
        raise
    await underway.commit()
