"""The lease: of all engines on one database one serves its calls, and the others stand by until it cannot.

A row of the database names the owner and counts the owners (its epoch); whoever has the lease renews it all the time.
Another one takes it when it has been given back, when its owner ran on this machine and is no more (so a start after a
crash costs nothing), or when it has not been seen to be renewed for as long as it lasts. That time is measured by the
clock that never jumps of whoever waits: clocks of machines are not compared, so a wrong one ends no lease.

While the database is away nobody can take the lease, and its owner goes on. Where only the owner is cut off from it,
another one does take it; the owner hears so from Asterisk, whose application that one registers (`StoodDown`), or
finds there that it has (`ari_bridge.claim`).
"""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Final, Self
from uuid import UUID

import asyncpg
import structlog

from acd.runtime.database import (
    LOST,
    Connect,
    Connection,
    DatabaseError,
    Row,
    address,
    close,
    connect,
    connect_when_there,
    in_words,
)
from acd.runtime.owner import Owner
from acd.runtime.schema import ensure_schema
from acd.stored.transaction import transaction

LASTS: Final = timedelta(seconds=6)
"""Who has not been seen to renew it for so long has lost it."""

RENEW_EVERY: Final = timedelta(seconds=2)
LOOK_EVERY: Final = timedelta(seconds=0.2)
"""How soon an engine that stands by notices that the lease is free."""

SLOW_LOOK: Final = timedelta(seconds=1)
"""A database that takes longer than this to answer may have kept the owner from renewing it, too."""

TRY_AGAIN_AFTER: Final = timedelta(seconds=0.5)
RELEASE_WITHIN: Final = timedelta(seconds=1)

STALE_EPOCH: Final = "AC001"
"""How the database refuses what is written without the lease; `schema.sql` has it."""

# Taking it waits for whoever is just writing facts. An owner that stopped in the middle of that would let us wait for
# ever; he is no more, or has lost the lease, so what he has under way is ended.
_END_WRITERS: Final = """
    select pg_terminate_backend(pid) from pg_locks join pg_stat_activity using (pid)
     where relation in ('fact'::regclass, 'snapshot'::regclass) and mode = 'RowExclusiveLock'
       and database = (select oid from pg_database where datname = current_database())
       and pid <> pg_backend_pid() and usename = current_user
"""
_TAKE: Final = """
    update lease set epoch = epoch + 1, owner = $1, renewed_at = now()
     where epoch = $2 and owner is not distinct from $3 and renewed_at is not distinct from $4
 returning epoch
"""
_RENEW: Final = "update lease set renewed_at = now() where epoch = $1 and owner = $2"
_JUST_RENEWED: Final = "select owner from lease where owner is not null and renewed_at > now() - $1::interval"
_RELEASE: Final = "update lease set owner = null, renewed_at = null where epoch = $1 and owner = $2"

_log = structlog.get_logger(__name__)


class LeaseLost(Exception):
    """Another engine has taken the lease: this one must do nothing any more."""

    def __init__(self) -> None:
        super().__init__("another engine has taken the lease of this database and serves its calls")


def is_stale(error: BaseException) -> bool:
    """Whether the database refused this because another engine has the lease."""
    return isinstance(error, asyncpg.PostgresError) and error.as_dict().get("sqlstate") == STALE_EPOCH


class Lease:
    """The lease of one database while it is ours. `take`, then `lost` for ever, then `release`."""

    def __init__(
        self, url: str, connection: Connection, owner: Owner, reach: Connect, *, epoch: int, journal: UUID
    ) -> None:
        """Use `take`."""
        self.epoch = epoch
        """Which owner of the lease we are; every session that writes facts says so."""
        self.journal = journal
        """Names the journal of this database for ever."""
        self._url = url
        self._connection: Connection | None = connection
        self._reach = reach
        self._owner = owner
        self._away = False
        self._clock = asyncio.get_running_loop().time
        self._renewed_seconds = self._clock()
        self._keeper = asyncio.create_task(self._keep(), name="lease")

    @classmethod
    async def take(
        cls, url: str, *, standing_by: Callable[[str], None], ours: Owner | None = None, reach: Connect = connect
    ) -> Self:
        """Wait until it is ours; `standing_by` is told, in words, who has it meanwhile. `ours`: None for this process.

        Raises `DatabaseError` where the database cannot be used.
        """
        ours = ours or Owner.of_this_process()
        while True:
            connection = await connect_when_there(url, reach)
            try:
                if await connection.fetchval("select to_regclass('lease') is null"):
                    await ensure_schema(connection)  # else an older schema is brought up by whoever has the lease
                epoch = await _taken(connection, ours, standing_by)
                journal = await connection.fetchval("select journal from lease")
                await _commit_quickly(connection)
            except LOST as error:
                await close(connection)
                _log.warning("lease_database_lost", database=address(url), why=in_words(error))
                await asyncio.sleep(TRY_AGAIN_AFTER.total_seconds())
            except BaseException:
                await close(connection)
                raise
            else:
                _log.info("lease_taken", epoch=epoch, owner=str(ours))
                return cls(url, connection, ours, reach, epoch=epoch, journal=journal)

    @property
    def is_sure(self) -> bool:
        """Whether it was renewed just now, so that nobody else can have it; without the database that is not known."""
        return self._clock() - self._renewed_seconds < (LASTS - RENEW_EVERY).total_seconds()

    async def lost(self) -> None:
        """Wait, as a rule for ever; raises `LeaseLost` when another engine has taken it."""
        await asyncio.shield(self._keeper)

    async def release(self) -> None:
        """Give it back, where it is still ours and the database answers."""
        self._keeper.cancel()
        await asyncio.wait([self._keeper])
        try:
            async with asyncio.timeout(RELEASE_WITHIN.total_seconds()):
                if self._connection is not None:
                    await self._connection.execute(_RELEASE, self.epoch, str(self._owner))
        except (*LOST, asyncpg.PostgresError) as error:
            _log.warning("lease_not_released", why=in_words(error))
        await self._drop_connection()

    # --- renewing

    async def _keep(self) -> None:
        while True:
            await asyncio.sleep((TRY_AGAIN_AFTER if self._away else RENEW_EVERY).total_seconds())
            try:
                async with asyncio.timeout(LASTS.total_seconds()):
                    await self._renew()
            except (*LOST, asyncpg.PostgresError, DatabaseError) as error:
                await self._drop_connection()
                if not self._away:
                    _log.warning(
                        "lease_not_renewed",
                        why=in_words(error),
                        consequence="this engine goes on; another one serves only where that reaches the database",
                    )
                self._away = True
            else:
                self._away = False

    async def _renew(self) -> None:
        if self._connection is None:
            self._connection = await self._reach(self._url)
            await _commit_quickly(self._connection)
        asked_seconds = self._clock()
        if await self._connection.execute(_RENEW, self.epoch, str(self._owner)) == "UPDATE 0":
            raise LeaseLost
        self._renewed_seconds = asked_seconds

    async def _drop_connection(self) -> None:
        if self._connection is not None:
            await close(self._connection)
            self._connection = None


async def _commit_quickly(connection: Connection) -> None:
    """A renewal has to be seen, not to outlive the database: no slow disk may delay it."""
    await connection.execute("set synchronous_commit = off")


async def check_unserved(connection: Connection) -> None:
    """Raises `DatabaseError` where an engine has the lease and has just renewed it."""
    if await connection.fetchval("select to_regclass('lease') is null"):
        return
    # Here the clock of the database is compared with itself. One that jumps makes us ask for a stop too often.
    holder = await connection.fetchval(_JUST_RENEWED, LASTS)
    owner = Owner.read(holder) if holder is not None else None
    if holder is not None and not (owner and owner.is_no_more(Owner.of_this_process())):
        raise DatabaseError(
            f"an engine serves this database ({_holder_in_words(holder)}): stop it first (systemctl stop acd)"
        )


# --- standing by


async def _taken(connection: Connection, ours: Owner, standing_by: Callable[[str], None]) -> int:
    """Wait until it is ours: its new epoch."""
    seen: Row | None = None
    clock, since_seconds = asyncio.get_running_loop().time, 0.0
    while True:
        asked_seconds = clock()
        [row] = await connection.fetch("select epoch, owner, renewed_at from lease")
        if row != seen or clock() - asked_seconds > SLOW_LOOK.total_seconds():
            seen, since_seconds = row, clock()
        if _is_free(row, ours) or clock() - since_seconds > LASTS.total_seconds():
            epoch = await _take(connection, row, ours)
            if epoch is not None:
                return epoch
        else:
            standing_by(_holder_in_words(row["owner"]))
        await asyncio.sleep(LOOK_EVERY.total_seconds())


def _is_free(row: Row, ours: Owner) -> bool:
    """Given back, never had, or its owner is no more."""
    if row["owner"] is None:
        return True
    owner = ours.read(row["owner"])
    return owner is not None and owner.is_no_more(ours)


async def _take(connection: Connection, row: Row, ours: Owner) -> int | None:
    """The new epoch; None where the lease is no longer as it was seen."""
    async with transaction(connection):
        await connection.execute(_END_WRITERS)
        epoch: int | None = await connection.fetchval(_TAKE, str(ours), row["epoch"], row["owner"], row["renewed_at"])
        return epoch


def _holder_in_words(owner: str) -> str:
    holder = Owner.read(owner)
    return f"process {holder.pid} on {holder.host}" if holder is not None else owner
