"""The journal: facts go into memory at once, from there to the spool, and lazily into the database.

Nothing here ever holds up a call, and what counts as durable is on a disk of this machine or in the database, whichever
is first: one of them may be slow, full or away. What a killed engine left in the spool goes into the database before
the next one recalls its state from there.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Self

import structlog
from prometheus_client.registry import Collector

from acd.journal import encode_state
from acd.outputs import Recorded
from acd.runtime.database import Connect, Connection, address, close, connect, connect_when_there
from acd.runtime.history import facts_after, snapshot_before
from acd.runtime.leftovers import deliver
from acd.runtime.spool import Spool
from acd.runtime.spool_format import entry
from acd.runtime.to_database import DatabaseWriter, claim, last_stored
from acd.runtime.to_disk import DiskWriter
from acd.state import State

SNAPSHOT_EVERY: Final = 20_000
"""Facts from one snapshot to the next: what a start has to replay at most, well under a second."""

CLOSE_WITHIN: Final = timedelta(seconds=5)
TOLD_AFTER_SECONDS: Final = 5.0
"""A database that has taken nothing for this long is worth a warning."""

_log = structlog.get_logger(__name__)


class Recorder:
    """The journal of one engine. `open`, `recall`, `follow` the live state, then `record` for ever, then `close`."""

    def __init__(self, url: str, spool: Spool, epoch: int, connection: Connection, last: int, reach: Connect) -> None:
        """Use `open`."""
        self.last_at: datetime | None = None
        """The instant of the newest fact when it was recalled. Time goes on from there, whatever the clock says."""
        self.set_aside_count = 0
        """Files in the spool that people have to look at."""
        self._url = url
        self._directory = spool.directory
        self._connection = connection
        """For `recall`; the writer's afterwards."""
        self._last = last
        self._durable = last
        self._state: State | None = None
        self._since_snapshot = 0
        self._waiting: list[tuple[int, asyncio.Future[None]]] = []
        self._disk = DiskWriter(spool, last, self._advanced)
        self._database = DatabaseWriter(url, epoch, connection, last, self._committed, self._disk.after, reach)

    # --- in the order of a process's life

    @classmethod
    async def open(cls, url: str, directory: Path, *, journal: str, epoch: int, reach: Connect = connect) -> Self:
        """Reach the database, waiting for it, and bring there what an engine before this one has left in the spool.

        `journal` names the one of this database, `epoch` is this engine's right to write it.

        Raises `DatabaseError` where the database cannot be used, `SpoolError` where the directory cannot.
        """
        connection = await connect_when_there(url, reach)
        try:
            await claim(connection, epoch)
            spool = await asyncio.to_thread(Spool.open, directory, journal, epoch)
        except BaseException:
            await close(connection)
            raise
        try:
            if delivered := await deliver(spool, journal, connection):
                _log.info("journal_completed_from_spool", facts=delivered)
            recorder = cls(url, spool, epoch, connection, await last_stored(connection), reach)
            recorder.set_aside_count = await asyncio.to_thread(spool.set_aside_count)
        except BaseException:
            spool.close(0)
            await close(connection)
            raise
        return recorder

    async def recall(self) -> tuple[State | None, list[Recorded]]:
        """The newest snapshot that can be read, and the facts after it in their order. Before the first `record`.

        Raises `acd.journal.UnreadableFact`, and `DatabaseError` where facts are missing.
        """
        assert self._last == self._database.committed, "recall comes before the first record"
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
        numbered = enumerate(facts, start=self._last + 1)
        step = [entry(seq, fact, ends_step=seq == self._last + len(facts)) for seq, fact in numbered]
        self._last += len(step)
        self._disk.put(step)
        self._database.put(step)
        self._since_snapshot += len(step)
        if self._since_snapshot >= SNAPSHOT_EVERY:
            self._take_snapshot()
        return self._last

    async def durable(self, sequence: int) -> None:
        """Return once everything up to this number would survive a crash. The caller bounds the wait.

        Raises `ConnectionError` when the journal is closed before that.
        """
        if self._database.ended:
            raise ConnectionError("the journal is closed")
        if sequence <= self._durable:
            return
        waiting = (sequence, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        try:
            await waiting[1]
        finally:
            if waiting in self._waiting:
                self._waiting.remove(waiting)

    async def fault(self) -> None:
        """Wait, as a rule for ever; raises when this journal cannot be continued: the process has to begin again."""
        try:
            await self._database.fault()
        finally:
            self._end_waiting()

    async def close(self, *, snapshot: bool = True) -> None:
        """Write what is left, for a few seconds at most, and let go of the journal.

        `snapshot`: a last one too. False after a fault of the core, whose state may hold what was never recorded.
        """
        if snapshot and self._since_snapshot:
            self._take_snapshot()
        await self._database.close(CLOSE_WITHIN.total_seconds(), left_is_safe=not self._disk.pending)
        await self._disk.close()
        self._end_waiting()
        if self._disk.pending:
            _log.error("journal_facts_lost", facts=self._disk.pending, why=self._disk.trouble)
        elif self._database.pending:
            _log.warning("journal_facts_left_in_spool", facts=self._database.pending, directory=str(self._directory))

    # --- what has become of the facts

    def _committed(self, last: int) -> None:
        self._disk.committed(last)
        self._advanced()

    def _advanced(self) -> None:
        self._durable = max(self._disk.synced, self._database.committed)
        for sequence, waiter in self._waiting:
            if sequence <= self._durable and not waiter.done():
                waiter.set_result(None)

    def _end_waiting(self) -> None:
        for _, waiter in self._waiting:
            if not waiter.done():
                waiter.set_exception(ConnectionError("the journal is closed"))

    def _take_snapshot(self) -> None:
        if self._state is not None:
            self._database.keep(self._last, encode_state(self._state))
        self._since_snapshot = 0

    # --- figures and words

    @property
    def last(self) -> int:
        """The number of the newest fact."""
        return self._last

    @property
    def pending(self) -> int:
        """Facts that the database has not."""
        return self._database.pending

    @property
    def pending_on_disk(self) -> int:
        """Facts that only this process's memory holds."""
        return self._disk.pending

    @property
    def behind_seconds(self) -> float:
        """How long facts have been waiting for the database without a commit."""
        return self._database.behind_seconds

    @property
    def spool_bytes(self) -> int:
        """The size of the spool's files."""
        return self._disk.size_bytes

    @property
    def spool_errors_total(self) -> int:
        """Writes to the spool that failed, since the start."""
        return self._disk.errors_total

    @property
    def spool_writes(self) -> Collector:
        """How long writes to the spool took."""
        return self._disk.writes

    @property
    def written_total(self) -> int:
        """Facts that the database has got since the start."""
        return self._database.written_total

    @property
    def last_error(self) -> str | None:
        """Why the database takes nothing at present; None while it does."""
        return self._database.last_error

    @property
    def spool_trouble(self) -> str | None:
        """Why the spool takes nothing at present; None while it does."""
        return self._disk.trouble

    def warnings(self) -> list[str]:
        """What is wrong with the journal and does not keep calls from being taken."""
        told: list[str] = []
        if (why := self.last_error) is not None:
            told.append(f"the {address(self._url)} cannot be reached: {why}; {self.pending} facts wait for it")
        elif self.behind_seconds > TOLD_AFTER_SECONDS:
            told.append(f"the {address(self._url)} is slow: {self.pending} facts wait for it")
        if (why := self.spool_trouble) is not None:
            told.append(f"the spool {self._directory} cannot be written: {why}; make room on that disk, or mend it")
        if told and self.pending_on_disk and self.spool_trouble and self.last_error:
            told.append(f"{self.pending_on_disk} facts are in memory only: a crash would lose them")
        if self.set_aside_count:
            told.append(f"{self.set_aside_count} files in the spool {self._directory} were set aside; see the log")
        return told
