"""A centre as its journal tells it, followed while it goes on: the fold that the engine itself makes. It never writes.

It asks nothing of the engine, and shows what was last where that does not run.
"""

from contextlib import aclosing
from datetime import UTC, datetime
from typing import Final

import asyncpg

from acd.runtime.database import LOST, Connection, DatabaseError, address, close, connect
from acd.runtime.history import facts_after, snapshot_before
from acd.runtime.to_database import last_stored
from acd.runtime.today import counted
from acd.state import State
from portal.views.today import Today

_LAST: Final = 2**63 - 1
"""Behind every fact."""


class Follower:
    """`catch_up` as often as is wanted, then `close`."""

    def __init__(self, url: str) -> None:
        self.state = State()
        """After the last fact that the database has."""
        self.today = Today()
        self._url = url
        self._connection: Connection | None = None
        self._seq = 0

    async def catch_up(self) -> None:
        """Take in what the journal has had since the last time; the first time, all of it.

        Raises `acd.journal.UnreadableFact`, `DatabaseError` where the database is no centre's, and one of `LOST` where
        it is away; the next time it is looked for anew.
        """
        try:
            if self._connection is None:
                self._connection = await connect(self._url)
            await self._read(self._connection)
        except (*LOST, asyncpg.PostgresError) as error:
            await self.close()
            if isinstance(error, asyncpg.UndefinedTableError):
                raise DatabaseError(
                    f"the {address(self._url)} holds no journal; give the address of a call centre's database"
                ) from None
            raise

    async def close(self) -> None:
        """Let go of the database."""
        if self._connection is not None:
            await close(self._connection)
            self._connection = None

    async def _read(self, connection: Connection) -> None:
        last = await last_stored(connection)
        if self._seq == 0 or last < self._seq:  # less: the journal was begun anew
            await self._begin(connection)
        if last == self._seq:
            return
        async with aclosing(facts_after(connection, self._seq)) as facts:
            async for seq, recorded in facts:
                self.state.apply(recorded.fact, recorded.at)
                self.today.note(recorded)
                self._seq = seq

    async def _begin(self, connection: Connection) -> None:
        self._seq, state = await snapshot_before(connection, _LAST)
        self.state = state or State()
        self.today = await counted(connection, self._seq, self.state, datetime.now(UTC))
