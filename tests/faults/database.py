"""PostgreSQL as the journal and the lease know it: three tables, transactions, and all that can go wrong with them.

What is asked is known by its words: a statement that this does not know ends the day. Several engines may be connected.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final, Self, TypeVar
from uuid import UUID

import asyncpg

from acd.journal import decode
from acd.outputs import Recorded
from acd.runtime.database import ANSWER_WITHIN, CONNECT_WITHIN, Connection, Row
from acd.runtime.lease import STALE_EPOCH
from acd.state import State
from tests.faults.clockwork import World

STATEMENT_S: Final = 0.0004
COMMIT_S: Final = 0.002
SLOW_COMMIT_S: Final = 2.0

_EPOCH: Final = datetime(2024, 3, 4, tzinfo=UTC)
_T = TypeVar("_T")


class Database:
    """The server, and what has been committed there."""

    def __init__(self, world: World, dice: Random, committed: Callable[[int, Recorded], None]) -> None:
        """`committed` is told of every fact in its order, with its number."""
        self.facts: list[Row] = []
        """From the oldest that a snapshot still needs."""
        self.last = 0
        """The number of the last fact."""
        self.state = State()
        """Of all facts."""
        self.snapshots: dict[int, str] = {}
        self.lease: dict[str, Any] = {
            "journal": UUID(int=dice.getrandbits(128)),
            "epoch": 0,
            "owner": None,
            "renewed_at": None,
        }
        self.commit_s = COMMIT_S
        self.well_since = 0.0
        """When it was last not as it should be."""
        self.refused = 0
        """Writes of a stale epoch."""
        self.world, self.dice = world, dice
        self._committed = committed
        self._is_away = False
        self.hangs = False
        self._stuck: list[Callable[[], None]] = []
        self._sessions: list[Session] = []
        self._until = 0.0

    async def reach(self, whose: "Site") -> Connection:
        """As `acd.runtime.database.connect`."""
        if self._is_away or not whose.reaches_database:
            await asyncio.sleep(STATEMENT_S)
            raise ConnectionRefusedError
        session = Session(self, whose)
        self._sessions.append(session)
        async with asyncio.timeout(CONNECT_WITHIN.total_seconds()):
            await session.ask(lambda: None)
        return session

    # --- what happens to it

    def is_well(self) -> bool:
        """Whether nothing is wrong with it at present."""
        return self.world.now >= self._until

    def goes_away(self, for_s: float, *, hangs: bool) -> None:
        """Stopped, so that connections are reset and refused; or it answers nothing for so long."""
        self._trouble(for_s)
        if hangs:
            self.hangs = True
        else:
            self._is_away = True
            for session in list(self._sessions):
                session.sever(asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation"))

    def is_slow(self, for_s: float) -> None:
        """Two seconds a commit."""
        self._trouble(for_s)
        self.commit_s = SLOW_COMMIT_S

    def cut_off(self, whose: "Site", for_s: float) -> None:
        """One engine reaches it no more."""
        whose.reaches_database = False
        for session in [each for each in self._sessions if each.whose is whose]:
            session.sever(asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation"))

        def again() -> None:
            whose.reaches_database, whose.reaches_since = True, self.world.now

        self.world.after(for_s, again)

    def gone(self, whose: "Site") -> None:
        """A process is no more: what it had ordered to be committed is, the rest is rolled back."""
        for session in [each for each in self._sessions if each.whose is whose]:
            session.forget_client()

    def _trouble(self, for_s: float) -> None:
        self._until = max(self._until, self.world.now + for_s)
        self.world.after(for_s, self._recovers)

    def _recovers(self) -> None:
        if not self.is_well():
            return
        self._is_away = self.hangs = False
        self.commit_s = COMMIT_S
        self.well_since = self.world.now
        stuck, self._stuck = self._stuck, []
        for act in stuck:
            act()

    def arrives(self, act: Callable[[], None]) -> None:
        """A message has come to the server."""
        if self.hangs:
            self._stuck.append(act)
        else:
            act()

    # --- its tables

    def drop(self, session: "Session") -> None:
        """This connection is no more."""
        if session in self._sessions:
            self._sessions.remove(session)

    def commit(self, staged: Sequence[Row], snapshots: dict[int, str], epoch: str) -> None:
        """All of it, unless another engine has taken the lease meanwhile."""
        if staged or snapshots:
            self.check(epoch)
        self.check_new(staged)
        for row in staged:
            self.last = row["seq"]
            self.facts.append(row)
            recorded = Recorded(at=row["at"], fact=decode(row["kind"], row["body"]))
            self.state.apply(recorded.fact, recorded.at)
            self._committed(self.last, recorded)
        self.state.deadlines.next()  # what lapsed long ago is forgotten, as in an engine
        for seq, body in snapshots.items():
            self.snapshots.setdefault(seq, body)

    def check(self, epoch: str) -> None:
        """Whether this epoch may write."""
        if epoch != str(self.lease["epoch"]):
            self.refused += 1
            raise asyncpg.PostgresError.new({"C": STALE_EPOCH, "M": "the lease is in another epoch", "S": "ERROR"})

    def check_new(self, rows: Sequence[Row]) -> None:
        """Whether these numbers are free."""
        if rows and rows[0]["seq"] <= self.last:
            raise asyncpg.UniqueViolationError(f"fact {rows[0]['seq']} is there already")

    def keep_snapshots(self, count: int) -> None:
        """The newest; facts that none of them needs are forgotten too, so that a long day fits into memory."""
        self.snapshots = dict(sorted(self.snapshots.items())[-count:])
        oldest = min(self.snapshots, default=0)
        self.facts = [row for row in self.facts if row["seq"] > oldest or row["seq"] == self.last]

    def end_writers(self, but: "Session") -> None:
        """Whoever writes facts just now is disconnected; what he has ordered to be committed is."""
        for session in list(self._sessions):
            if session is not but and session.is_writing:
                session.sever(asyncpg.AdminShutdownError("terminating connection due to administrator command"))


class Site:
    """Where an engine runs, as the database sees it."""

    def __init__(self) -> None:
        self.reaches_database = True
        self.reaches_since = 0.0
        self.is_alive = True


class Session:
    """One connection (`acd.runtime.database.Connection`)."""

    def __init__(self, database: Database, whose: Site) -> None:
        self.whose = whose
        self._database, self._world = database, database.world
        self._pending: asyncio.Future[Any] | None = None
        self._committing = False
        self._closed = False
        self._epoch = ""
        self._quick = False
        self._in_transaction = False
        self._staged: list[Row] = []
        self._snapshots: dict[int, str] = {}
        self._lease_before: dict[str, Any] | None = None

    # --- the two ends of it

    async def ask(self, act: Callable[[], _T], takes_s: float = STATEMENT_S) -> _T:
        """Have the server do this, and wait for what comes of it."""
        if self._closed:
            raise asyncpg.InterfaceError("connection is closed")
        future: asyncio.Future[_T] = asyncio.get_running_loop().create_future()
        self._pending = future

        def happens() -> None:
            if self._pending is not future:
                return  # it was severed, or is a dead client's
            self._pending = None
            try:
                result = act()
            except asyncpg.PostgresError as error:
                self._settle(future, error)
            else:
                self._settle(future, result)

        self._world.after(takes_s, lambda: self._database.arrives(happens))
        async with asyncio.timeout(ANSWER_WITHIN.total_seconds()):
            return await future

    def _settle(self, future: "asyncio.Future[Any]", result: object) -> None:
        if not self.whose.is_alive or future.done():
            return
        self._world.concerns_loop = True
        if isinstance(result, Exception):
            future.set_exception(result)
        else:
            future.set_result(result)

    def sever(self, why: Exception) -> None:
        """The server ends it. What is just being committed may be, or not."""
        future, self._pending = self._pending, None
        if self._committing and self._database.dice.random() < 0.5:
            self._try_to_commit()
        self._end()
        if future is not None:
            self._settle(future, why)

    def forget_client(self) -> None:
        """Nobody waits for an answer any more."""
        if self._committing and self._database.hangs:
            self._closed = True  # once it answers again it does what it was told before it notices
            return
        self._pending = None
        if self._committing:
            self._try_to_commit()
        self._end()

    @property
    def is_writing(self) -> bool:
        """Whether it has written facts, not committed yet."""
        return bool(self._staged or self._snapshots)

    def _end(self) -> None:
        self._roll_back()
        self._closed = True
        self._database.drop(self)

    # --- transactions

    async def start(self) -> None:
        """As asyncpg's transaction; a session has one at a time."""
        await self.ask(lambda: setattr(self, "_in_transaction", True))

    async def rollback(self) -> None:
        """As there."""
        await self.ask(self._roll_back)

    async def commit(self) -> None:
        """As there."""
        await self._commits()

    async def _commits(self) -> None:
        self._committing = True
        await self.ask(self._commit, STATEMENT_S + (0.0 if self._quick else self._database.commit_s))

    def _commit(self) -> None:
        self._committing = self._in_transaction = False
        staged, snapshots = self._staged, self._snapshots
        self._staged, self._snapshots, self._lease_before = [], {}, None
        self._database.commit(staged, snapshots, self._epoch)

    def _try_to_commit(self) -> None:
        with suppress(asyncpg.PostgresError):
            self._commit()

    def _roll_back(self) -> None:
        self._in_transaction = self._committing = False
        self._staged, self._snapshots = [], {}
        if self._lease_before is not None:
            self._database.lease = self._lease_before
            self._lease_before = None

    # --- asyncpg's connection

    def transaction(self, *, isolation: str | None = None, readonly: bool = False) -> Self:
        """As there; reads see what is committed."""
        return self

    async def fetchval(self, query: str, *arguments: object) -> Any:
        """As there."""
        rows = await self.fetch(query, *arguments)
        return next(iter(rows[0].values())) if rows else None

    async def fetch(self, query: str, *arguments: object) -> list[Row]:
        """As there."""
        return await self.ask(lambda: list(self._rows(" ".join(query.split()), arguments)))

    async def execute(self, query: str, *arguments: object, timeout: float | None = None) -> str:  # noqa: ASYNC109 - as there
        """As there; outside a transaction it is one by itself."""
        result = await self.ask(lambda: self._does(" ".join(query.split()), arguments))
        if not self._in_transaction and self.is_writing:
            await self._commits()
        return result

    async def executemany(self, query: str, arguments: Iterable[Sequence[object]]) -> None:
        """As there."""
        for each in arguments:
            await self.execute(query, *each)

    async def cursor(self, query: str, *arguments: object, prefetch: int) -> AsyncIterator[Row]:
        """As there."""
        for row in await self.fetch(query, *arguments):
            yield row

    async def add_listener(self, channel: str, callback: Callable[..., None]) -> None:
        """Nobody notifies here."""

    def add_termination_listener(self, callback: Callable[..., None]) -> None:
        """Nobody asks for it here."""

    def is_closed(self) -> bool:
        """As there."""
        return self._closed

    async def close(self, *, timeout: float) -> None:  # noqa: ASYNC109 - asyncpg's name
        """As there."""
        if not self._closed:
            async with asyncio.timeout(timeout):
                await self.ask(self._end)

    def terminate(self) -> None:
        """As there."""
        self.forget_client()

    # --- the statements

    def _rows(self, query: str, given: Sequence[Any]) -> Iterator[Row]:
        database = self._database
        if query == "select epoch, owner, renewed_at from lease":
            yield {name: database.lease[name] for name in ("epoch", "owner", "renewed_at")}
        elif query == "select journal from lease":
            yield {"journal": database.lease["journal"]}
        elif query == "select to_regclass('lease') is null":
            yield {"": False}
        elif query.startswith("update lease set epoch = epoch + 1"):
            yield from self._take(*given)
        elif query.startswith("select greatest((select max(seq) from fact)"):
            yield {"": max(database.last, max(database.snapshots, default=0))}
        elif query.startswith("select seq from fact join unnest"):
            ours = {seq: (at, kind, body) for seq, at, kind, body in zip(*given, strict=True)}
            stored = ((row, ours[row["seq"]]) for row in database.facts if row["seq"] in ours)
            yield from ({"seq": row["seq"]} for row, own in stored if (row["at"], row["kind"], row["body"]) != own)
        elif query.startswith("select seq, body from snapshot where seq < $1"):
            yield from ({"seq": seq, "body": database.snapshots[seq]} for seq in sorted(database.snapshots)[::-1])
        elif query.startswith("select seq, at, kind, body from fact where seq > $1"):
            yield from (row for row in database.facts if row["seq"] > given[0])
        elif query.startswith("select at from fact order by seq desc limit 1"):
            yield from ({"at": row["at"]} for row in database.facts[-1:])
        else:
            raise AssertionError(query)

    def _does(self, query: str, given: Sequence[Any]) -> str:
        database = self._database
        if query.startswith("select set_config('acd.epoch'"):
            self._epoch = given[0]
        elif query == "set synchronous_commit = off":
            self._quick = True
        elif query.startswith("select pg_terminate_backend"):
            database.end_writers(self)
        elif query.startswith("update lease set renewed_at = now()"):
            return self._renew(given, database.lease["owner"], self._now())
        elif query.startswith("update lease set owner = null"):
            return self._renew(given, None, None)
        elif query.startswith("insert into fact (seq, at, kind, call_id, agent_id, queue_id, body)"):
            columns = ("seq", "at", "kind", "call_id", "agent_id", "queue_id", "body")
            rows: list[Row] = [dict(zip(columns, fact, strict=True)) for fact in zip(*given, strict=True)]
            database.check(self._epoch)
            database.check_new(rows)
            self._staged += rows
        elif query.startswith("insert into snapshot"):
            database.check(self._epoch)
            self._snapshots[given[0]] = given[1]
        elif query.startswith("delete from snapshot"):
            database.keep_snapshots(given[0])
        else:
            raise AssertionError(query)
        return ""

    def _take(self, owner: str, *seen: object) -> Iterator[Row]:
        lease = self._database.lease
        if (lease["epoch"], lease["owner"], lease["renewed_at"]) == seen:
            self._lease_before = lease
            epoch = lease["epoch"] + 1
            self._database.lease = lease | {"epoch": epoch, "owner": owner, "renewed_at": self._now()}
            yield {"epoch": epoch}

    def _renew(self, given: Sequence[Any], owner: str | None, at: datetime | None) -> str:
        lease = self._database.lease
        if (lease["epoch"], lease["owner"]) != tuple(given):
            return "UPDATE 0"
        self._database.lease = lease | {"owner": owner, "renewed_at": at}
        return "UPDATE 1"

    def _now(self) -> datetime:
        return _EPOCH + timedelta(seconds=self._world.now)
