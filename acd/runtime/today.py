"""What the journal already knew of today when this engine began: the figures go on from there.

Read beside the running engine, a little at a time, so that no call waits for it.
"""

import asyncio
from datetime import datetime
from typing import Final

import asyncpg
import structlog

from acd.journal import decode
from acd.outputs import Recorded
from acd.runtime.database import LOST, Connection, DatabaseError, Pauses, address, connected, in_words
from acd.runtime.history import snapshot_before
from acd.state import State
from acd.stored.transaction import transaction
from portal.views.today import Today, midnight_before, zone_of

_PREFETCH: Final = 500
_A_PIECE: Final = 50
"""Facts that are read and counted in about a millisecond."""

_log = structlog.get_logger(__name__)


async def today_so_far(url: str, last: int, state: State, now: datetime) -> Today:
    """The figures up to the fact of this number, the last one before this engine's own.

    Waits for a database that is away. `state` tells in which time zones there are accounts, and so when today began.
    Raises `acd.journal.UnreadableFact`.
    """
    pauses = Pauses()
    while True:
        try:
            async with connected(url) as connection:
                today = await counted(connection, last, state, now)
            _log.info("today_counted", facts_until=last)
            return today
        except (*LOST, asyncpg.PostgresError, DatabaseError) as error:
            _log.warning("database_lost", database=address(url), why=in_words(error))
        await pauses.rest()


async def counted(connection: Connection, last: int, state: State, now: datetime) -> Today:
    """The same, once, in this database. Raises one of `acd.runtime.database.LOST` where it is away."""
    began = min((midnight_before(now, zone_of(account)) for account in state.records.accounts.values()), default=now)
    first = await connection.fetchval("select min(seq) from fact where at >= $1 and seq <= $2", began, last)
    seq, before = await snapshot_before(connection, first or last + 1)
    today, facts = Today(before.records if before else None), 0
    async with transaction(connection, readonly=True):
        rows = connection.cursor(
            "select at, kind, body from fact where seq > $1 and seq <= $2 order by seq", seq, last, prefetch=_PREFETCH
        )
        async for row in rows:
            today.note(Recorded(at=row["at"], fact=decode(row["kind"], row["body"])))
            facts += 1
            if facts % _A_PIECE == 0:
                await asyncio.sleep(0)
    return today
