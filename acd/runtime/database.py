"""Reaching PostgreSQL: connections, and what is wrong in words.

Addresses may hold a password, so no text of this module repeats one.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import IO, Any, Final, Protocol, cast
from urllib.parse import parse_qs, urlsplit

import asyncpg
import structlog

from acd.stored.transaction import Underway

Row = Mapping[str, Any]


class Connection(Protocol):
    """What is used of asyncpg's connection; asyncpg itself tells no types."""

    async def execute(self, query: str, *arguments: object, timeout: float | None = None) -> str: ...  # noqa: ASYNC109 - asyncpg's name
    async def executemany(self, query: str, arguments: Iterable[Sequence[object]]) -> None: ...
    async def fetch(self, query: str, *arguments: object) -> list[Row]: ...
    async def fetchval(self, query: str, *arguments: object) -> Any: ...
    def cursor(self, query: str, *arguments: object, prefetch: int) -> AsyncIterable[Row]: ...
    def transaction(self, *, isolation: str | None = None, readonly: bool = False) -> Underway: ...
    async def add_listener(self, channel: str, callback: Callable[..., None]) -> None: ...
    def add_termination_listener(self, callback: Callable[..., None]) -> None: ...
    def is_closed(self) -> bool: ...
    async def close(self, *, timeout: float) -> None: ...  # noqa: ASYNC109 - asyncpg's name
    def terminate(self) -> None: ...


class Copying(Protocol):
    """What that connection has besides, for whole tables."""

    async def copy_from_query(
        self, query: str, *, output: Callable[[bytes], Awaitable[None]], **how: object
    ) -> str: ...
    async def copy_to_table(
        self, table_name: str, *, source: IO[bytes], columns: Sequence[str], **how: object
    ) -> str: ...


Connect = Callable[[str], Awaitable[Connection]]
"""How a database is reached; raises as `connect` does."""

CONNECT_WITHIN: Final = timedelta(seconds=5)
ANSWER_WITHIN: Final = timedelta(seconds=30)
"""One statement may take this long before the connection counts as lost."""

FIRST_PAUSE: Final = timedelta(milliseconds=100)
LONGEST_PAUSE: Final = timedelta(seconds=5)

LOST: Final = (
    OSError,  # a TimeoutError is one too
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # "cannot switch to state": a connection that broke just as a statement began
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
)
"""What a connection that is gone, or cannot be made at present, raises. To be tried again."""

_log = structlog.get_logger(__name__)


_CONNECT: Final[dict[str, Any]] = {
    "timeout": CONNECT_WITHIN.total_seconds(),
    "command_timeout": ANSWER_WITHIN.total_seconds(),
    "server_settings": {
        "application_name": "acd",
        "timezone": "UTC",
        # A machine that vanished must not hold its locks for the two hours that are usual.
        "tcp_keepalives_idle": "10",
        "tcp_keepalives_interval": "5",
        "tcp_keepalives_count": "3",
    },
}


class DatabaseError(Exception):
    """The database cannot be used, and waiting will not help. The text says why and what to do."""


class Pauses:
    """How long to wait between attempts: doubling up to a bound, from the start again after a success."""

    def __init__(self, longest: timedelta = LONGEST_PAUSE) -> None:
        self._longest = longest
        self.reset()

    def reset(self) -> None:
        """It worked."""
        self._next = FIRST_PAUSE

    async def rest(self) -> None:
        """It did not."""
        await asyncio.sleep(self._next.total_seconds())
        self._next = min(self._next * 2, self._longest)


def address(url: str) -> str:
    """Where a database is, for people: never its password."""
    parts = urlsplit(url)
    host = parts.hostname or next(iter(parse_qs(parts.query).get("host", [])), "localhost")
    port = f":{parts.port}" if parts.port else ""
    return f"database {parts.path.removeprefix('/') or 'postgres'} at {host}{port}"


async def connect(url: str) -> Connection:
    """One connection.

    Raises one of `LOST` where nobody answers, `DatabaseError` where the answer is no.
    """
    try:
        return cast("Connection", await asyncpg.connect(url, **_CONNECT))
    except asyncpg.InvalidCatalogNameError:
        raise DatabaseError(f"{address(url)} does not exist; create it with createdb, or correct the address") from None
    except (asyncpg.InvalidAuthorizationSpecificationError, asyncpg.InvalidPasswordError):
        raise DatabaseError(f"{address(url)} refuses this user or password; correct the database address") from None
    except (asyncpg.ClientConfigurationError, ValueError) as error:
        raise DatabaseError(f"the database address cannot be used: {type(error).__name__}") from None


async def connect_when_there(url: str, reach: Connect = connect) -> Connection:
    """One connection, waiting for the database as long as it takes, and saying so once.

    Raises `DatabaseError` where the answer is no.
    """
    pauses, waiting = Pauses(), False
    while True:
        try:
            connection = await reach(url)
        except LOST as error:
            if not waiting:
                _log.warning("database_waiting", database=address(url), why=in_words(error))
                waiting = True
            await pauses.rest()
            continue
        if waiting:
            _log.info("database_reached", database=address(url))
        return connection


@asynccontextmanager
async def connected(url: str) -> AsyncGenerator[Connection, None]:
    """A connection for a while; raises as `connect` does."""
    connection = await connect(url)
    try:
        yield connection
    finally:
        await close(connection)


async def close(connection: Connection) -> None:
    """Close it, politely where the server still listens."""
    try:
        await connection.close(timeout=1)
    except (*LOST, asyncpg.PostgresError):
        connection.terminate()


def in_words(error: BaseException) -> str:
    """Why the database could not be reached."""
    match error:
        case TimeoutError():
            return "no answer in time"
        case ConnectionRefusedError() | FileNotFoundError():
            return "nobody listens there"
        case OSError():
            return error.strerror or type(error).__name__
        case _:
            return str(error) or type(error).__name__
