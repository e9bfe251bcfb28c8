"""Facts and snapshots on their way to the database: in batches that grow with what has piled up.

A database that is away is tried again for ever; one that is slow gets all that has come meanwhile with its next commit.
Nothing here holds up anybody.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from itertools import islice
from typing import Final

import asyncpg
import structlog

from acd.runtime.database import LOST, Connect, Connection, DatabaseError, Pauses, address, close, in_words
from acd.runtime.lease import LeaseLost, is_stale
from acd.runtime.spool_format import Entry
from acd.stored.transaction import transaction

BATCH: Final = 20_000
"""Facts of one transaction. Ten minutes of a slow or absent database at ten calls a second are five of them."""

HELD: Final = BATCH
"""Facts kept in memory for the database, about 20 MB. Further ones are read from the spool in their turn."""

AT_A_TIME: Final = 500
"""Facts sent without giving way to calls: some milliseconds."""

GATHERS_S: Final = 0.1
"""From one transaction to the next, at least: nobody waits for the database while the spool takes the facts, and many
small transactions cost the machine more than all the rest of a call."""

LONGEST_PAUSE: Final = timedelta(seconds=1)
"""Between two attempts to reach a database that is away: it is to be caught up with soon after its return."""

SNAPSHOTS_KEPT: Final = 3
_COLUMNS: Final = 7
"""Of an entry: those that the statement below takes."""

# Not COPY, which PostgreSQL refuses for a table with row security; this takes a quarter longer.
_INSERT: Final = """
    insert into fact (seq, at, kind, call_id, agent_id, queue_id, body)
    select * from unnest($1::bigint[], $2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::text[], $7::jsonb[])
"""

_log = structlog.get_logger(__name__)


class JournalForked(Exception):
    """Another engine has written to the journal in between: its facts and ours cannot both be true."""

    def __init__(self) -> None:
        super().__init__("another engine wrote to the journal while the database was out of reach")


class DatabaseWriter:
    """What is not yet in the database. `put` and `keep` as things go, `advanced` is called after each commit."""

    def __init__(
        self,
        url: str,
        epoch: int,
        connection: Connection,
        last: int,
        advanced: Callable[[int], None],
        after: Callable[[int], Awaitable[Sequence[Entry]]],
        reach: Connect,
    ) -> None:
        """`advanced` is told of each commit; `after` gives the facts that follow this one, from the spool."""
        self.committed = last
        """Everything up to this fact is in the database."""
        self.written_total = 0
        """Facts written since the start."""
        self.last_error: str | None = None
        """Why the database takes nothing at present; None while it does."""
        self._url = url
        self._epoch = epoch
        self._connection: Connection | None = connection
        self._advanced = advanced
        self._after = after
        self._reach = reach
        self._clock = asyncio.get_running_loop().time
        self._last = last
        self._attempted = last
        """The last fact of the newest batch that was sent: after a lost connection it may be stored or not."""
        self._held: deque[Entry] = deque()
        """The next to be written. Those behind them, where there are more, are read from the spool in their turn."""
        self._since_seconds: float | None = None
        """When the oldest of them came, or the commit before."""
        self._snapshot: tuple[int, bytes] | None = None
        self._news = asyncio.Event()
        self._closing = asyncio.Event()
        self._left_is_safe = False
        """Whether this ends, and what it has not written is on disk."""
        self._fault: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._task = asyncio.create_task(self._run(), name="journal")

    @property
    def pending(self) -> int:
        """Facts that the database has not."""
        return self._last - self.committed

    @property
    def behind_seconds(self) -> float:
        """How long facts have been waiting without a commit; 0: none waits."""
        return 0.0 if self._since_seconds is None else self._clock() - self._since_seconds

    @property
    def ended(self) -> bool:
        """Whether nothing is written any more."""
        return self._task.done()

    def put(self, entries: Sequence[Entry]) -> None:
        """Write these."""
        if entries and self._since_seconds is None:
            self._since_seconds = self._clock()
        if len(self._held) == self.pending < HELD:
            self._held.extend(entries)
        self._last += len(entries)
        self._news.set()

    def keep(self, seq: int, snapshot: bytes) -> None:
        """Write this snapshot once all facts up to its own are there."""
        self._snapshot = (seq, snapshot)
        self._news.set()

    async def fault(self) -> None:
        """Wait, as a rule for ever; raises when this journal cannot be continued."""
        await asyncio.shield(self._fault)

    async def close(self, within_seconds: float, *, left_is_safe: bool) -> None:
        """Write what is left, for so long at most; where that is safe already, nobody waits for one that is away."""
        self._left_is_safe = left_is_safe
        self._closing.set()
        self._news.set()
        done, _ = await asyncio.wait([self._task], timeout=0 if self._may_give_up else within_seconds)
        if not done:
            self._task.cancel()
            await asyncio.wait([self._task])
        if not self._fault.cancel() and not self._fault.cancelled():
            self._fault.exception()  # told in the log; asyncio need not tell it again
        await self._drop_connection()

    # --- writing

    @property
    def _has_work(self) -> bool:
        return bool(self.pending or self._snapshot) and not self._may_give_up

    @property
    def _may_give_up(self) -> bool:
        return self._left_is_safe and self.last_error is not None

    async def _run(self) -> None:
        try:
            while not self._closing.is_set() or self._has_work:
                await self._news.wait()
                self._news.clear()
                await self._write_all()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._closing.wait(), GATHERS_S)
        except Exception as error:  # noqa: BLE001 - told by `fault`, whatever it is
            self.last_error = str(error)
            _log.critical("journal_failed", pending=self.pending, why=str(error))
            if not self._fault.done():
                self._fault.set_exception(error)

    async def _write_all(self) -> None:
        pauses = Pauses(LONGEST_PAUSE)
        while self._has_work:
            try:
                connection = self._connection or await self._reconnect()
                if self._snapshot is not None and self._snapshot[0] <= self.committed:
                    await self._write_snapshot(connection, *self._snapshot)
                elif self.pending:  # a reconnect may have found all of it stored
                    await self._write_batch(connection)
            except (*LOST, asyncpg.PostgresError, DatabaseError) as error:
                await self._drop_connection()
                if is_stale(error):
                    raise LeaseLost from None
                self._say_away(error)
                await pauses.rest()
            else:
                pauses.reset()
                self._say_back()

    async def _write_batch(self, connection: Connection) -> None:
        if not self._held:
            self._held.extend(await self._after(self.committed))
        batch = list(islice(self._held, BATCH))
        self._attempted = batch[-1].seq
        await store(connection, batch)
        self._forget_written(self._attempted)

    def _forget_written(self, last: int) -> None:
        while self._held and self._held[0].seq <= last:
            self._held.popleft()
        self.written_total += last - self.committed
        self.committed = last
        self._since_seconds = self._clock() if self.pending else None
        self._advanced(last)

    async def _write_snapshot(self, connection: Connection, seq: int, body: bytes) -> None:
        async with transaction(connection):
            await connection.execute(
                "insert into snapshot (seq, body) values ($1, $2) on conflict (seq) do nothing", seq, body.decode()
            )
            await connection.execute(
                "delete from snapshot where seq not in (select seq from snapshot order by seq desc limit $1)",
                SNAPSHOTS_KEPT,
            )
        if self._snapshot is not None and self._snapshot[0] == seq:
            self._snapshot = None

    # --- a database that went away

    async def _reconnect(self) -> Connection:
        connection = await self._reach(self._url)
        try:
            await claim(connection, self._epoch)
            stored = await last_stored(connection)
            if stored != self.committed and not await self._is_ours(connection, stored):
                raise JournalForked
        except BaseException:
            await close(connection)
            raise
        self._forget_written(stored)
        self._connection = connection
        return connection

    async def _is_ours(self, connection: Connection, stored: int) -> bool:
        """Whether the last fact stored is the last of the batch whose answer never came."""
        if stored != self._attempted:
            return False
        return not await differing(connection, [next(entry for entry in self._held if entry.seq == stored)])

    async def _drop_connection(self) -> None:
        if self._connection is not None:
            await close(self._connection)
            self._connection = None

    def _say_away(self, error: BaseException) -> None:
        if self.last_error is None:
            _log.error(
                "journal_waiting",
                database=address(self._url),
                why=in_words(error),
                pending=self.pending,
                consequence="facts are kept in the spool and written when the database is back; calls go on",
            )
        self.last_error = in_words(error)

    def _say_back(self) -> None:
        if self.last_error is not None:
            _log.info("journal_writing_again", pending=self.pending)
        self.last_error = None


# --- the journal's tables


async def claim(connection: Connection, epoch: int) -> None:
    """Write in this epoch from now on."""
    await connection.execute("select set_config('acd.epoch', $1, false)", str(epoch))


async def store(connection: Connection, entries: Sequence[Entry]) -> None:
    """All of these or none."""
    async with transaction(connection):
        for start in range(0, len(entries), AT_A_TIME):
            chunk = [entry[:_COLUMNS] for entry in entries[start : start + AT_A_TIME]]
            await connection.execute(_INSERT, *(list(column) for column in zip(*chunk, strict=True)))
            await asyncio.sleep(0)


async def last_stored(connection: Connection) -> int:
    """The number of the last fact that the database knows."""
    return int(
        await connection.fetchval(
            "select greatest((select max(seq) from fact), (select max(seq) from snapshot), 0::bigint)"
        )
    )


async def differing(connection: Connection, entries: Sequence[Entry]) -> list[int]:
    """The numbers of those that the database has otherwise; those that it has not, or no longer, do not differ."""
    rows = await connection.fetch(
        "select seq from fact join unnest($1::bigint[], $2::timestamptz[], $3::text[], $4::text[])"
        "  ours (seq, at, kind, body) using (seq)"
        " where (fact.at, fact.kind, fact.body) is distinct from (ours.at, ours.kind, ours.body::jsonb) order by seq",
        *(list(column) for column in zip(*((e.seq, e.at, e.kind, e.body) for e in entries), strict=True)),
    )
    return [row["seq"] for row in rows]
