"""Keeps the history up with the journal: reads the facts that are new, and writes the rows that follow from them.

It runs beside the engine and never in the way of a call: what it has not come to yet it comes to later, after an
outage of the database or a restart as well. Rows are written again where it is not known that they are there; that
changes nothing.
"""

import asyncio
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any, Final, Protocol, cast

import asyncpg
import msgspec
import structlog

from acd.journal import UnreadableFact, decode
from acd.outputs import Recorded
from acd.stored.transaction import Underway, transaction
from portal.database import LOST
from portal.history.fold import Fold, Memory, Rows

LOOK_EVERY_S: Final = 1.0
FRESH_WITHIN_S: Final = 0.5
"""So long somebody who asks for the history waits for what is not in it yet."""
RECONNECT_AFTER_S: Final = 2.0
FACTS_AT_ONCE: Final = 500
"""Of one transaction."""
FACTS_WITHOUT_A_BREAK: Final = 50
"""Taken in before calls have their turn: about a millisecond."""
REMEMBER_EVERY_S: Final = 60.0
REMEMBER_EVERY_FACTS: Final = 20_000
"""How much is taken in again after a restart, at most."""

_LOCK: Final = "acd history"
_MEMORY: Final = msgspec.json.Decoder(Memory)

_CALLS: Final = """
    insert into call_record select * from jsonb_populate_recordset(null::call_record, $1::jsonb)
    on conflict (account, call) do update set
        (direction, number, name, origin, searched, arrived, queue, agent, missed_by, waited, talked, outcome, ended)
        = row(excluded.direction, excluded.number, excluded.name, excluded.origin, excluded.searched, excluded.arrived,
              excluded.queue, excluded.agent, excluded.missed_by, excluded.waited, excluded.talked, excluded.outcome,
              excluded.ended)
"""
_PARTIES: Final = """
    insert into call_party (account, party, call, arrived)
    select account, party, call, arrived
      from jsonb_to_recordset($1::jsonb) as of_call (account text, call text, arrived timestamptz, parties text[]),
           unnest(parties) as party
    on conflict (account, party, call) do update set arrived = excluded.arrived
        where call_party.arrived <> excluded.arrived
"""
_COUNTED: Final = """
    insert into counted select * from jsonb_populate_recordset(null::counted, $1::jsonb)
    on conflict (seq, kind) do nothing
"""
_SPANS: Final = """
    insert into agent_span select * from jsonb_populate_recordset(null::agent_span, $1::jsonb)
    on conflict (account, agent, since) do update set
        (until, status, doing) = row(excluded.until, excluded.status, excluded.doing)
"""
_PROGRESS: Final = """
    insert into history_progress (seq, memory) values ($1, $2)
    on conflict (only_row) do update set (seq, memory) = row(excluded.seq, excluded.memory)
"""

_log = structlog.get_logger(__name__)


class Connection(Protocol):
    """What is used of asyncpg's connection; asyncpg itself tells no types."""

    async def execute(self, query: str, *arguments: object) -> str: ...
    async def fetch(self, query: str, *arguments: object) -> list[Mapping[str, Any]]: ...
    async def fetchrow(self, query: str, *arguments: object) -> Mapping[str, Any] | None: ...
    async def fetchval(self, query: str, *arguments: object) -> Any: ...
    def transaction(self, *, isolation: str | None = None, readonly: bool = False) -> Underway: ...
    async def close(self, *, timeout: float) -> None: ...  # noqa: ASYNC109 - asyncpg's name
    def terminate(self) -> None: ...


class Keeper:
    """Brings the history up to the journal, and keeps it there."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._fold: Fold
        self._remembered_seq = 0
        self._remembered_at_s = 0.0
        self.seq = 0
        """The last fact that is in the history."""
        self._runs = False
        self._asked = asyncio.Event()
        self._waiting: list[asyncio.Future[None]] = []

    async def fresh(self) -> None:
        """What the journal has now is in the history too, or so much is missing that it is not waited for."""
        if not self._runs:
            return
        seen: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(seen)
        self._asked.set()
        with suppress(TimeoutError):
            await asyncio.wait_for(seen, FRESH_WITHIN_S)

    async def run(self) -> None:
        """For ever. A database that is away is waited for; a fact that cannot be read is a bug, told in the log."""
        while True:
            try:
                await self._run()
            except LOST as error:
                _log.warning("history_waiting", why=str(error) or type(error).__name__)
            except (UnreadableFact, asyncpg.PostgresError, LookupError, msgspec.MsgspecError):
                _log.exception("history_stopped", after=self.seq, consequence="reports end there; calls go on")
                await asyncio.sleep(REMEMBER_EVERY_S)
            await asyncio.sleep(RECONNECT_AFTER_S)

    async def _run(self) -> None:
        connection = await connect(self._url)
        try:
            if not await connection.fetchval("select pg_try_advisory_lock(hashtextextended($1, 0))", _LOCK):
                return  # another engine is just ending; it is tried again
            await self.recall(connection)
            self._runs = True
            while True:
                self._asked.clear()
                waiting, self._waiting = self._waiting, []
                if (took_s := await self.look(connection)) is None:
                    _tell(waiting)
                    with suppress(TimeoutError):
                        await asyncio.wait_for(self._asked.wait(), LOOK_EVERY_S)
                else:
                    self._waiting = waiting + self._waiting
                    await asyncio.sleep(took_s)
        finally:
            self._runs = False
            await _close(connection)

    async def recall(self, connection: Connection) -> None:
        """Go on where it was left."""
        row = await connection.fetchrow("select seq, memory from history_progress")
        memory = Memory() if row is None else _MEMORY.decode(row["memory"])
        self._fold = Fold(memory, {})
        self.seq = self._remembered_seq = 0 if row is None else row["seq"]
        await self._learn_regions(connection)
        self._remembered_at_s = time.monotonic()

    async def catch_up(self, connection: Connection) -> None:
        """Everything that is in the journal now."""
        while await self.look(connection) is not None:
            pass

    async def look(self, connection: Connection) -> float | None:
        """Take in the next facts. How many seconds that took, where there may be more; None: that was all."""
        began_s = time.monotonic()
        facts = await connection.fetch(
            "select seq, at, kind, body from fact where seq > $1 order by seq limit $2", self.seq, FACTS_AT_ONCE
        )
        for number, fact in enumerate(facts, start=1):
            self._fold.note(fact["seq"], Recorded(at=fact["at"], fact=decode(fact["kind"], fact["body"])))
            if number % FACTS_WITHOUT_A_BREAK == 0:
                await asyncio.sleep(0)
        last = facts[-1]["seq"] if facts else self.seq
        is_time = began_s - self._remembered_at_s > REMEMBER_EVERY_S
        remember = last - self._remembered_seq >= (1 if is_time else REMEMBER_EVERY_FACTS)
        if facts or remember:
            async with transaction(connection):
                await _write(connection, self._fold.take())
                if remember:
                    await self.remember(connection, last)
            self.seq = last
        return time.monotonic() - began_s if len(facts) == FACTS_AT_ONCE else None

    async def remember(self, connection: Connection, seq: int) -> None:
        """What was under way after this fact, the last one taken in."""
        memory = await asyncio.to_thread(msgspec.json.encode, self._fold.memory)
        await connection.execute(_PROGRESS, seq, memory.decode())
        self._remembered_seq, self._remembered_at_s = seq, time.monotonic()
        await self._learn_regions(connection)

    async def _learn_regions(self, connection: Connection) -> None:
        rows = await connection.fetch("select domain, home_region from account")
        self._fold.home_regions = {row["domain"]: row["home_region"] for row in rows}


def _tell(waiting: Iterable[asyncio.Future[None]]) -> None:
    for each in waiting:
        if not each.done():
            each.set_result(None)


async def connect(url: str) -> Connection:
    """A connection that sees all accounts, as the engine's do. Raises as asyncpg does."""
    opened = await asyncpg.connect(
        url, timeout=10, command_timeout=60, server_settings={"application_name": "acd history", "timezone": "UTC"}
    )
    return cast("Connection", opened)


async def _close(connection: Connection) -> None:
    try:
        await connection.close(timeout=1)
    except (*LOST, asyncpg.PostgresError):
        connection.terminate()


async def _write(connection: Connection, rows: Rows) -> None:
    for statement, entries in (
        (_CALLS, list(rows.calls.values())),
        (_PARTIES, list(rows.calls.values())),
        (_COUNTED, rows.counted),
        (_SPANS, list(rows.spans.values())),
    ):
        if entries:
            await connection.execute(statement, msgspec.json.encode(entries).decode())
