"""The journal: facts go into memory at once, and from there in batches into the database.

Nothing here ever holds up a call. While the database is away the facts wait in memory, in their order, and are written
when it is back; they are lost only if this process dies before. One process at a time writes the journal of a database:
the one that has the lease. Each session here tells its epoch, and the database refuses what comes from any other.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Final, Self

import asyncpg
import structlog

from acd.journal import about, encode, encode_state
from acd.outputs import Recorded
from acd.runtime.database import (
    LOST,
    Connection,
    DatabaseError,
    Pauses,
    address,
    close,
    connect,
    connect_when_there,
    in_words,
)
from acd.runtime.history import facts_after, snapshot_before
from acd.runtime.lease import LeaseLost, is_stale
from acd.state import State

SNAPSHOT_EVERY: Final = 20_000
"""Facts from one snapshot to the next: what a start has to replay at most, well under a second."""

SNAPSHOTS_KEPT: Final = 3
BATCH: Final = 500
"""Facts written at once. More would gain little and keep the event loop from other work for longer."""

CLOSE_WITHIN: Final = timedelta(seconds=5)

_COLUMNS: Final = ("seq", "at", "kind", "call_id", "agent_id", "queue_id", "body")

_log = structlog.get_logger(__name__)


class JournalForked(Exception):
    """Another engine has written to the journal in between: its facts and ours cannot both be true."""

    def __init__(self) -> None:
        super().__init__("another engine wrote to the journal while the database was out of reach")


class Recorder:
    """The journal of one engine. `open`, `recall`, `follow` the live state, then `record` for ever, then `close`."""

    def __init__(self, url: str, epoch: int, connection: Connection, last: int) -> None:
        """Use `open`."""
        self.written_total = 0
        """Facts written since the start."""
        self.last_error: str | None = None
        """Why the journal cannot be written at present; None while it can."""
        self.last_at: datetime | None = None
        """The instant of the newest fact when it was recalled. Time goes on from there, whatever the clock says."""
        self._url = url
        self._epoch = epoch
        self._connection: Connection | None = connection
        self._last = last
        self._committed = last
        self._attempted = last
        """The last fact of the newest batch that was sent: after a lost connection it may be stored or not."""
        self._pending: deque[tuple[int, Recorded]] = deque()
        self._state: State | None = None
        self._since_snapshot = 0
        self._snapshot: tuple[int, bytes] | None = None
        self._waiting: list[tuple[int, asyncio.Future[None]]] = []
        self._news = asyncio.Event()
        self._closing = False
        self._fault: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._writer = asyncio.create_task(self._write(), name="recorder")

    # --- in the order of a process's life

    @classmethod
    async def open(cls, url: str, epoch: int) -> Self:
        """Reach the database, waiting for it; `epoch` is that of our lease.

        Raises `DatabaseError` where the database cannot be used.
        """
        connection = await connect_when_there(url)
        try:
            await _write_in(connection, epoch)
            return cls(url, epoch, connection, await _last_stored(connection))
        except BaseException:
            await close(connection)
            raise

    async def recall(self) -> tuple[State | None, list[Recorded]]:
        """The newest snapshot that can be read, and the facts after it in their order. Before the first `record`.

        Raises `acd.journal.UnreadableFact`, and `DatabaseError` where facts are missing.
        """
        assert self._connection is not None
        assert self._last == self._committed, "recall comes before the first record"
        seq, state = await snapshot_before(self._connection, self._last + 1)
        facts = [recorded async for _, recorded in facts_after(self._connection, seq)]
        self.last_at = await self._connection.fetchval("select at from fact order by seq desc limit 1")
        self._since_snapshot = len(facts)
        return state, facts

    def follow(self, state: State) -> None:
        """Take the snapshots of this state. It must hold every fact recorded so far, whenever `record` is called."""
        self._state = state

    def record(self, facts: Sequence[Recorded]) -> int:
        """Take these without waiting.

        All facts of a step come together, once the state has them. Returns the sequence number of the last one.
        """
        for fact in facts:
            self._last += 1
            self._pending.append((self._last, fact))
        self._since_snapshot += len(facts)
        if self._since_snapshot >= SNAPSHOT_EVERY:
            self._take_snapshot()
        self._news.set()
        return self._last

    async def durable(self, sequence: int) -> None:
        """Return once everything up to this sequence number would survive a crash. The caller bounds the wait.

        Raises `ConnectionError` when the journal is closed before that.
        """
        if sequence <= self._committed:
            return
        if self._writer.done():
            raise ConnectionError("the journal is closed")
        entry = (sequence, asyncio.get_running_loop().create_future())
        self._waiting.append(entry)
        try:
            await entry[1]
        finally:
            if entry in self._waiting:
                self._waiting.remove(entry)

    @property
    def pending(self) -> int:
        """Facts that only this process's memory holds."""
        return len(self._pending)

    async def fault(self) -> None:
        """Wait, as a rule for ever; raises when this journal cannot be continued: the process has to begin again."""
        await asyncio.shield(self._fault)

    async def close(self, *, snapshot: bool = True) -> None:
        """Write what is left, for a few seconds at most, and let go of the journal.

        `snapshot`: a last one too. False after a fault of the core, whose state may hold what was never recorded.
        """
        if snapshot and self._since_snapshot:
            self._take_snapshot()
        self._closing = True
        self._news.set()
        done, _ = await asyncio.wait([self._writer], timeout=CLOSE_WITHIN.total_seconds())
        if not done:
            self._writer.cancel()
            await asyncio.wait([self._writer])
        if self._pending:
            _log.error("journal_facts_lost", facts=len(self._pending), why=self.last_error)
        if not self._fault.cancel() and not self._fault.cancelled():
            self._fault.exception()  # told in the log; asyncio need not tell it again
        await self._drop_connection()

    # --- the writer

    async def _write(self) -> None:
        try:
            while not self._closing or self._pending or self._snapshot:
                await self._news.wait()
                self._news.clear()
                await self._write_all()
        except Exception as error:  # noqa: BLE001 - told by `fault`, whatever it is
            self.last_error = str(error)
            _log.critical("journal_failed", pending=len(self._pending), exc_info=error)
            if not self._fault.done():
                self._fault.set_exception(error)
        finally:
            for _, waiter in self._waiting:
                if not waiter.done():
                    waiter.set_exception(ConnectionError("the journal is closed"))

    async def _write_all(self) -> None:
        pauses = Pauses()
        while self._pending or self._snapshot:
            try:
                connection = self._connection or await self._reconnect()
                if self._snapshot is not None and self._snapshot[0] <= self._committed:
                    await self._write_snapshot(connection, *self._snapshot)
                elif self._pending:  # a reconnect may have found all of it stored
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
        batch = list(islice(self._pending, BATCH))
        rows = [_row(seq, recorded) for seq, recorded in batch]
        self._attempted = batch[-1][0]
        await connection.copy_records_to_table("fact", records=rows, columns=_COLUMNS)
        self._forget_written(self._attempted)

    def _forget_written(self, last: int) -> None:
        while self._pending and self._pending[0][0] <= last:
            self._pending.popleft()
            self.written_total += 1
        self._committed = last
        for sequence, waiter in self._waiting:
            if sequence <= last and not waiter.done():
                waiter.set_result(None)

    def _take_snapshot(self) -> None:
        if self._state is not None:
            self._snapshot = (self._last, encode_state(self._state))
        self._since_snapshot = 0

    async def _write_snapshot(self, connection: Connection, seq: int, body: bytes) -> None:
        async with connection.transaction():
            await connection.execute(
                "insert into snapshot (seq, body) values ($1, $2) on conflict (seq) do nothing",
                seq,
                body.decode(),
            )
            await connection.execute(
                "delete from snapshot where seq not in (select seq from snapshot order by seq desc limit $1)",
                SNAPSHOTS_KEPT,
            )
        if self._snapshot is not None and self._snapshot[0] == seq:
            self._snapshot = None

    # --- a database that went away

    async def _reconnect(self) -> Connection:
        connection = await connect(self._url)
        try:
            await _write_in(connection, self._epoch)
            stored = await _last_stored(connection)
            if stored != self._committed and not await self._is_ours(connection, stored):
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
        ours = next(recorded for seq, recorded in self._pending if seq == stored)
        _, at, kind, *_, body = _row(stored, ours)
        return bool(
            await connection.fetchval(
                "select at = $2 and kind = $3 and body = $4 from fact where seq = $1", stored, at, kind, body
            )
        )

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
                pending=len(self._pending),
                consequence="facts are kept in memory; star codes say that nothing could be stored",
            )
        self.last_error = in_words(error)

    def _say_back(self) -> None:
        if self.last_error is not None:
            _log.info("journal_writing_again", pending=len(self._pending))
        self.last_error = None


def _row(seq: int, recorded: Recorded) -> tuple[object, ...]:
    kind, body = encode(recorded.fact)
    return (seq, recorded.at, kind, *about(recorded.fact), body.decode())


async def _last_stored(connection: Connection) -> int:
    return int(
        await connection.fetchval(
            "select greatest((select max(seq) from fact), (select max(seq) from snapshot), 0::bigint)"
        )
    )


async def _write_in(connection: Connection, epoch: int) -> None:
    """Write as the owner of the lease in this epoch."""
    await connection.execute("select set_config('acd.epoch', $1, false)", str(epoch))
