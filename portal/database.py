"""The portal's connections to the database: few, its own, and each behind row security.

A transaction names one account, and sees the rows of that account alone; one that names none sees nothing but what
the key it has shown leads to. That is the second wall: the first are the conditions in the portal's own statements.
"""

from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Final, Protocol, Self, cast

import asyncpg
from prometheus_client import Histogram

from acd.model import AccountId
from acd.stored.transaction import transaction
from portal.problems import database_away

Row = Mapping[str, Any]

CONNECTIONS: Final = 6
ANSWER_WITHIN_S: Final = 10.0
"""One statement."""
FREE_WITHIN_S: Final = 5.0
"""How long a request waits for a connection."""

_TRANSACTION_SECONDS: Final = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)

LOST: Final = (
    OSError,  # a TimeoutError is one too
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
)
"""What a database that is away, or does not answer in time, raises."""


class Transaction(Protocol):
    """What is used of asyncpg's connection inside a transaction; asyncpg itself tells no types."""

    async def execute(self, query: str, *arguments: object) -> str: ...
    async def executemany(self, query: str, arguments: Iterable[Sequence[object]]) -> None: ...
    async def fetch(self, query: str, *arguments: object) -> list[Row]: ...
    async def fetchrow(self, query: str, *arguments: object) -> Row | None: ...
    async def fetchval(self, query: str, *arguments: object) -> Any: ...


class _Pool(Protocol):
    def get_size(self) -> int: ...
    def get_idle_size(self) -> int: ...
    def acquire(self, *, timeout: float) -> AbstractAsyncContextManager[Any]: ...
    def terminate(self) -> None: ...


class Database:
    """The pool. Its transactions raise `Problem` 503 where the database is away."""

    def __init__(self) -> None:
        self.is_walled = True
        """Whether row security holds for our role. It does not for a superuser, or with BYPASSRLS."""
        self.transactions = Histogram(
            "acd_portal_transaction_duration_seconds",
            "The portal's transactions, the wait for a free connection included.",
            buckets=_TRANSACTION_SECONDS,
            registry=None,
        )
        self._pool: _Pool

    @classmethod
    async def open(cls, url: str) -> Self:
        """No connection is made yet: the database may be away."""
        database = cls()
        pool = await asyncpg.create_pool(
            url,
            min_size=0,
            max_size=CONNECTIONS,
            timeout=FREE_WITHIN_S,
            command_timeout=ANSWER_WITHIN_S,
            init=database._look_at_wall,
            server_settings={"application_name": "acd portal", "timezone": "UTC", "acd.portal": "on"},
        )
        database._pool = cast("_Pool", pool)
        return database

    async def _look_at_wall(self, connection: Transaction) -> None:
        self.is_walled = not await connection.fetchval(
            "select rolsuper or rolbypassrls from pg_roles where rolname = current_user"
        )

    def connections(self) -> Mapping[str, int]:
        """How many there are, by what they do."""
        idle = self._pool.get_idle_size()
        return {"busy": self._pool.get_size() - idle, "idle": idle}

    def close(self) -> None:
        """Nothing of it is used any more."""
        self._pool.terminate()

    def of(self, account: AccountId, *, readonly: bool = False) -> AbstractAsyncContextManager[Transaction]:
        """A transaction that sees this account's rows alone."""
        return self._transaction({"acd.account": account}, readonly=readonly)

    def of_key(self, digest: bytes) -> AbstractAsyncContextManager[Transaction]:
        """A transaction that sees the one session, token or reset that this key is for."""
        return self._transaction({"acd.digest": digest.hex()}, readonly=False)

    def of_everybody(self) -> AbstractAsyncContextManager[Transaction]:
        """A transaction before which there is no wall: for what serves all accounts, and nobody's request."""
        return self._transaction({"acd.portal": "off"}, readonly=False)

    @asynccontextmanager
    async def _transaction(self, settings: Mapping[str, str], *, readonly: bool) -> AsyncGenerator[Transaction]:
        try:
            with self.transactions.time():
                async with (
                    self._pool.acquire(timeout=FREE_WITHIN_S) as connection,
                    transaction(connection, readonly=readonly),
                ):
                    for name, value in settings.items():
                        await connection.execute("select set_config($1, $2, true)", name, value)
                    yield cast("Transaction", connection)
        except LOST as error:
            raise database_away() from error


async def enter(transaction: Transaction, account: AccountId) -> None:
    """Go on with this account, which a key has led to."""
    await transaction.execute("select set_config('acd.account', $1, true)", account)
