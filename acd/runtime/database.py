"""Reaching PostgreSQL: connections, what is wrong in words, and the schema in an empty database.

Addresses may hold a password, so no text of this module repeats one.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, Protocol, cast
from urllib.parse import parse_qs, urlsplit

import asyncpg
import structlog

Row = Mapping[str, Any]


class Connection(Protocol):
    """What is used of asyncpg's connection; asyncpg itself tells no types."""

    async def execute(self, query: str, *arguments: object) -> str: ...
    async def executemany(self, query: str, arguments: Iterable[Sequence[object]]) -> None: ...
    async def fetch(self, query: str, *arguments: object) -> list[Row]: ...
    async def fetchval(self, query: str, *arguments: object) -> Any: ...
    def cursor(self, query: str, *arguments: object, prefetch: int) -> AsyncIterable[Row]: ...
    def transaction(
        self, *, isolation: str | None = None, readonly: bool = False
    ) -> AbstractAsyncContextManager[object]: ...
    async def add_listener(self, channel: str, callback: Callable[..., None]) -> None: ...
    def add_termination_listener(self, callback: Callable[..., None]) -> None: ...
    def is_closed(self) -> bool: ...
    async def close(self, *, timeout: float) -> None: ...  # noqa: ASYNC109 - asyncpg's name
    def terminate(self) -> None: ...


Connect = Callable[[str], Awaitable[Connection]]
"""How a database is reached; raises as `connect` does."""

SCHEMA_VERSION: Final = 7
SCHEMA: Final = Path(__file__).parents[2] / "schema.sql"
MIGRATIONS: Final = SCHEMA.parent / "migrations"

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

_SCHEMA_LOCK: Final = "acd schema"

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


async def ensure_schema(connection: Connection) -> None:
    """Create the schema in an empty database, or bring the one there up to ours.

    Raises `DatabaseError` for the schema of a newer program, for tables that are not ours, and for missing rights.
    """
    try:
        async with connection.transaction():
            await connection.execute("select pg_advisory_xact_lock(hashtextextended($1, 0))", _SCHEMA_LOCK)
            if await connection.fetchval("select to_regclass('schema_version') is null"):
                await _create_schema(connection)
            else:
                await _upgrade(connection)
    except asyncpg.InsufficientPrivilegeError as error:
        raise DatabaseError(
            f"the database user lacks a right ({error}); make him the owner of the database and of the tables in it"
        ) from None


async def _create_schema(connection: Connection) -> None:
    tables = await connection.fetch(
        "select relname from pg_class"
        " where relkind in ('r', 'p', 'v') and relnamespace = current_schema()::regnamespace order by relname limit 3"
    )
    if tables:
        names = ", ".join(row["relname"] for row in tables)
        raise DatabaseError(
            f"the database holds tables of something else ({names}); give the call centre one of its own"
        )
    await connection.execute(SCHEMA.read_text(encoding="utf-8"))
    _log.info("database_schema_created", version=SCHEMA_VERSION)


async def _upgrade(connection: Connection) -> None:
    version = await connection.fetchval("select version from schema_version")
    if version is None:
        raise DatabaseError("the database holds a schema that was never finished; begin with an empty database")
    if version > SCHEMA_VERSION:
        raise DatabaseError(
            f"the database has the schema of a newer program (version {version}, this one knows {SCHEMA_VERSION}); "
            "run the newer program, or give this one a database of its own"
        )
    for step in range(version + 1, SCHEMA_VERSION + 1):
        (migration,) = MIGRATIONS.glob(f"{step:04}_*.sql")
        await connection.execute(migration.read_text(encoding="utf-8"))
        await connection.execute("update schema_version set version = $1", step)
        _log.info("database_schema_upgraded", version=step)
