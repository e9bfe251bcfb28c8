"""Keeps a queue_log up with the journal: a row for each line, which the view `queue_log` shows, and a file.

It runs beside the engine and never in the way of a call: what it has not come to yet it comes to later, after an outage
of the database or a restart as well. The rows of a fact and how far it has come are written together, and the file is
written from the rows, so that a line stands in each of them once.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import aclosing
from datetime import datetime
from typing import Final

import asyncpg
import msgspec
import structlog

from acd.journal import UnreadableFact, decode
from acd.model import CallId
from acd.outputs import Recorded
from acd.queue_log.line import Line, clean
from acd.queue_log.lines import Scribe
from acd.runtime.database import LOST, Connection, DatabaseError, Row, close, connect, in_words
from acd.runtime.history import facts_after, snapshot_before
from acd.runtime.queue_log_file import QueueLogFile
from acd.runtime.to_database import last_stored
from acd.state import State
from acd.stored.transaction import transaction

LOOK_EVERY_SECONDS: Final = 0.5
RECONNECT_AFTER_SECONDS: Final = 2.0
STOPPED_FOR_SECONDS: Final = 60.0
AT_ONCE: Final = 500
"""Facts of one transaction, and rows of one writing of the file."""

WITHOUT_A_BREAK: Final = 20
"""Facts taken in before calls have their turn: about a millisecond."""

_LOCK: Final = "acd queue_log"

_INSERT: Final = """
    insert into queue_log_line (at, call, queue, agent, event, data)
    select at, call, queue, agent, event, data
      from jsonb_to_recordset($1::jsonb) as line
           (at timestamptz, call text, queue text, agent text, event text, data text[])
"""
_PROGRESS: Final = """
    insert into queue_log_progress (seq) values ($1) on conflict (only_row) do update set seq = excluded.seq
"""
_PLACES: Final = """
    select distinct on (call) call, data[3]::integer as place
      from queue_log_line where event = 'ENTERQUEUE' and call = any($1) order by call, id desc
"""

_log = structlog.get_logger(__name__)


class QueueLog:
    """Brings the queue_log up to the journal, and keeps it there."""

    def __init__(self, url: str, file: QueueLogFile | None, now: Callable[[], datetime]) -> None:
        """`now` is the engine's clock."""
        self.seq = 0
        """The last fact whose lines are written."""
        self.trouble: str | None = None
        """Why the file cannot be written; None while it can."""
        self._url = url
        self._file = file
        self._filed: int | None = None
        """The last row that stands in the file."""
        self._stands: frozenset[str] = frozenset()
        """What the file ended with when we came: some of it may be newer than `_filed` says."""
        self._scribe: Scribe
        self._began_at = now()
        self._says_start = True
        """Until the log has a line of our start."""

    async def run(self) -> None:
        """For ever. A database that is away is waited for; a fact that cannot be read is a bug, told in the log."""
        while True:
            try:
                await self._run()
            except LOST as error:
                _log.warning("queue_log_waiting", why=in_words(error))
            except (UnreadableFact, DatabaseError, asyncpg.PostgresError, LookupError):
                _log.exception("queue_log_stopped", after=self.seq, consequence="it ends there; calls go on")
                await asyncio.sleep(STOPPED_FOR_SECONDS)
            await asyncio.sleep(RECONNECT_AFTER_SECONDS)

    def warnings(self) -> list[str]:
        """What is wrong with it, in words an operator can act on."""
        if self._file is None or self.trouble is None:
            return []
        return [f"the queue_log {self._file.path} cannot be written: {self.trouble}; mend that, nothing is lost"]

    async def _run(self) -> None:
        connection = await connect(self._url)
        try:
            if not await connection.fetchval("select pg_try_advisory_lock(hashtextextended($1, 0))", _LOCK):
                return  # another engine is just ending; it is tried again
            await self.recall(connection)
            while True:
                if not await self.look(connection):
                    await asyncio.sleep(LOOK_EVERY_SECONDS)
        finally:
            if self._file is not None:
                self._file.close()
            await close(connection)

    # --- where it was left

    async def recall(self, connection: Connection) -> None:
        """Go on there."""
        seq = await connection.fetchval("select seq from queue_log_progress") or 0
        self.seq = seq if seq <= await last_stored(connection) else 0  # more: the journal was begun anew
        state = await self._state(connection)
        rows = await connection.fetch(_PLACES, sorted(state.records.calls))
        self._scribe = Scribe(state, {CallId(row["call"]): row["place"] for row in rows})
        if self._file is not None:
            await self._recall_file(connection, self._file)

    async def _state(self, connection: Connection) -> State:
        start, found = await snapshot_before(connection, self.seq + 1)
        state = found or State()
        async with aclosing(facts_after(connection, start)) as facts:
            async for seq, recorded in facts:
                if seq > self.seq:
                    break
                state.apply(recorded.fact, recorded.at)
                if seq % WITHOUT_A_BREAK == 0:
                    await asyncio.sleep(0)
        return state

    async def _recall_file(self, connection: Connection, file: QueueLogFile) -> None:
        """A file that was never written begins with what happens from now on."""
        self._stands = await asyncio.to_thread(file.tail)
        self._filed = await connection.fetchval("select filed from queue_log_progress")
        if self._filed is None:
            last = await connection.fetchval("select seq from fact order by seq desc limit 1") or 0
            while self.seq < last:
                await self._take_facts(connection)
            before = await connection.fetchval(
                "select coalesce(max(id), 0) from queue_log_line where at < $1", self._began_at
            )
            await self._note_filed(connection, before)

    # --- going on

    async def look(self, connection: Connection) -> bool:
        """Write what there is to write. Whether there may be more."""
        facts = await self._take_facts(connection)
        rows = 0 if self._file is None else await self._write_file(connection, self._file)
        return AT_ONCE in (facts, rows)

    async def _take_facts(self, connection: Connection) -> int:
        facts = await connection.fetch(
            "select seq, at, kind, body from fact where seq > $1 order by seq limit $2", self.seq, AT_ONCE
        )
        lines: list[Line] = []
        for number, fact in enumerate(facts, start=1):
            lines += self._start(before=fact["at"])
            lines += self._scribe.take(Recorded(at=fact["at"], fact=decode(fact["kind"], fact["body"])))
            if number % WITHOUT_A_BREAK == 0:
                await asyncio.sleep(0)
        if not facts:
            lines += self._start(before=None)
        if facts or lines:
            last = facts[-1]["seq"] if facts else self.seq
            async with transaction(connection):
                await _insert(connection, lines)
                await connection.execute(_PROGRESS, last)
            self.seq = last
        return len(facts)

    def _start(self, before: datetime | None) -> list[Line]:
        """The line of our start: before what came after it."""
        if not self._says_start or (before is not None and before < self._began_at):
            return []
        self._says_start = False
        return [Line(at=self._began_at, event="QUEUESTART")]

    # --- the file

    async def _write_file(self, connection: Connection, file: QueueLogFile) -> int:
        rows = await connection.fetch(
            "select id, at, call, queue, agent, event, data from queue_log_line where id > $1 order by id limit $2",
            self._filed,
            AT_ONCE,
        )
        if not rows:
            return 0
        texts = [text for row in rows if (text := _line(row).text()) not in self._stands]
        try:
            await asyncio.to_thread(file.append, texts)
        except OSError as error:
            self._say_stuck(file, error.strerror or str(error))
            return 0
        self._say_writing(file)
        self._stands = frozenset()
        await self._note_filed(connection, rows[-1]["id"])
        return len(rows)

    async def _note_filed(self, connection: Connection, last: int) -> None:
        await connection.execute(
            "insert into queue_log_progress (seq, filed) values ($1, $2)"
            " on conflict (only_row) do update set filed = excluded.filed",
            self.seq,
            last,
        )
        self._filed = last

    def _say_stuck(self, file: QueueLogFile, why: str) -> None:
        if self.trouble is None:
            _log.error("queue_log_stuck", path=str(file.path), why=why, consequence="its lines wait; calls go on")
        self.trouble = why

    def _say_writing(self, file: QueueLogFile) -> None:
        if self.trouble is not None:
            _log.info("queue_log_writing_again", path=str(file.path))
        self.trouble = None


async def _insert(connection: Connection, lines: Sequence[Line]) -> None:
    rows = [
        {
            "at": line.at,
            "call": line.call,
            "queue": line.queue,
            "agent": line.agent,
            "event": line.event,
            "data": [clean(value) for value in line.values],
        }
        for line in lines
    ]
    if rows:
        await connection.execute(_INSERT, msgspec.json.encode(rows).decode())


def _line(row: Row) -> Line:
    return Line(
        at=row["at"],
        call=row["call"],
        queue=row["queue"],
        agent=row["agent"],
        event=row["event"],
        values=tuple(row["data"]),
    )
