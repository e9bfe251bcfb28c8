"""The schema in the database: made in an empty one, brought up and taken back by numbered migrations, seen to be whole.

All that one call changes is one transaction, with the number of the version in it: a step that cannot be made leaves
nothing behind. The tables of somebody else and the schema of a newer program are never touched.
"""

import re
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Final

import asyncpg
import structlog

from acd.runtime.database import LOST, Connection, DatabaseError
from acd.stored.transaction import transaction

SCHEMA_VERSION: Final = 7
SHARE: Final = Path(__file__).parents[1] / "share"
SCHEMA: Final = SHARE / "schema.sql"
MIGRATIONS: Final = SHARE / "migrations"

STEP_WITHIN: Final = timedelta(hours=6)
"""An index on the journal of years takes long, and half of it is worth nothing."""

LOCK: Final = "acd schema"
"""What whoever changes the schema holds alone; who reads it whole shares it."""

_SHOWN: Final = 5
"""So many of the parts that are missing are named."""

_CREATED: Final = re.compile(
    r"^create (?:unique )?(table|view|index|function|type|domain) (\w+)"
    r"|^create (trigger|policy) (\w+)[^;]*? on (\w+)"
    r"|^alter table (\w+) enable row level security"
    r"|^    (?!constraint|primary|foreign|unique|check)(\w+) +[a-z]\w*(?:\[\])?[ ,\n]"
    r"|(?<= )constraint (\w+)",
    re.MULTILINE,
)
"""What our statements make. A column begins a line; what has no name of its own is not looked for."""

_PARTS: Final = """
    with ours as (select current_schema()::regnamespace as schema)
    select case relkind when 'v' then 'view ' when 'i' then 'index ' else 'table ' end || relname as part
      from pg_class join ours on relnamespace = schema where relkind in ('r', 'p', 'v', 'i')
    union all
    select format('column %s of %s', attname, relname)
      from pg_class join ours on relnamespace = schema join pg_attribute on attrelid = pg_class.oid
     where relkind in ('r', 'p') and attnum > 0 and not attisdropped
    union all
    select 'row security of ' || relname from pg_class join ours on relnamespace = schema where relrowsecurity
    union all
    select 'function ' || proname from pg_proc join ours on pronamespace = schema
    union all
    select case typtype when 'd' then 'domain ' else 'type ' end || typname
      from pg_type join ours on typnamespace = schema where typtype in ('d', 'e')
    union all
    select 'constraint ' || conname from pg_constraint join ours on connamespace = schema
    union all
    select format('trigger %s of %s', tgname, relname)
      from pg_trigger join pg_class on pg_class.oid = tgrelid join ours on relnamespace = schema where not tgisinternal
    union all
    select format('policy %s of %s', polname, relname)
      from pg_policy join pg_class on pg_class.oid = polrelid join ours on relnamespace = schema
"""

_log = structlog.get_logger(__name__)


async def ensure_schema(connection: Connection) -> None:
    """Create the schema in an empty database, or bring the one there up to ours.

    Raises `DatabaseError` for the schema of a newer program, for one that is not whole, for a step that cannot be made
    because somebody has begun it by hand, for tables that are not ours, and for missing rights.
    """
    async with changing(connection):
        version = await version_of(connection)
        if version is None:
            await create(connection)
            return
        await bring_up(connection, version)
        await check_whole(connection)


async def downgrade(connection: Connection, to: int) -> None:
    """Take the schema back to an older version, for the program of before; `lost_by_downgrade` tells what that costs.

    Raises `DatabaseError` as `ensure_schema` does, and where something is there that the older version has no word for.
    """
    async with changing(connection):
        version = await version_of(connection)
        if version is None:
            raise DatabaseError("the database is empty: there is nothing to take back")
        if not 1 <= to <= version:
            raise DatabaseError(f"the database is of version {version}: it can be taken back to 1 to {version - 1}")
        if version == SCHEMA_VERSION:
            await check_whole(connection)
        await take_back(connection, version, to)


async def bring_up(connection: Connection, version: int) -> None:
    """The steps from this version to ours, inside a transaction."""
    for step in range(version + 1, SCHEMA_VERSION + 1):
        await _make(connection, step, _file(MIGRATIONS, step))
        _log.info("database_schema_upgraded", version=step)


async def take_back(connection: Connection, version: int, to: int) -> None:
    """The steps of `downgrade` alone, inside a transaction."""
    for step in range(version, to, -1):
        await _make(connection, step - 1, _file(MIGRATIONS / "down", step))
        _log.info("database_schema_downgraded", version=step - 1)


def lost_by_downgrade(version: int, to: int) -> list[str]:
    """What each step back forgets, in words; the files of the steps say it."""
    texts = (_text(_file(MIGRATIONS / "down", step)) for step in range(version, to, -1))
    heads = (text.partition("\n\n")[0].partition("-- Lost: ")[2] for text in texts)
    return [head.replace("\n-- ", " ") for head in heads]


async def version_of(connection: Connection) -> int | None:
    """The version of the schema that is there; None: there is none.

    Raises `DatabaseError` for the schema of a newer program and for one that was never finished.
    """
    if await connection.fetchval("select to_regclass('schema_version') is null"):
        return None
    version: int | None = await connection.fetchval("select version from schema_version")
    if version is None:
        raise DatabaseError("the database holds a schema that was never finished; begin with an empty database")
    if version > SCHEMA_VERSION:
        raise DatabaseError(
            f"the database has the schema of a newer program (version {version}, this one knows {SCHEMA_VERSION}); "
            "run the newer program, or give this one a database of its own"
        )
    return version


async def check_whole(connection: Connection) -> None:
    """Raises `DatabaseError` where a part of our version of the schema is missing."""
    there = {row["part"] for row in await connection.fetch(_PARTS)}
    missing = sorted(parts_made(_text(SCHEMA)) - there)
    if missing:
        named = ", ".join(missing[:_SHOWN]) + (f" and {len(missing) - _SHOWN} more" if len(missing) > _SHOWN else "")
        raise DatabaseError(
            f"the database says that its schema is version {SCHEMA_VERSION}, and lacks what that version has: {named}; "
            "somebody has changed it by hand. Nothing was changed now. Take that back, or restore a backup "
            "(acd restore --replace)"
        )


@asynccontextmanager
async def changing(connection: Connection) -> AsyncGenerator[None, None]:
    """One transaction, alone with the schema. Raises `DatabaseError` where the user lacks a right."""
    try:
        async with transaction(connection):
            await connection.execute("select pg_advisory_xact_lock(hashtextextended($1, 0))", LOCK)
            yield
    except asyncpg.InsufficientPrivilegeError as error:
        raise DatabaseError(
            f"the database user lacks a right ({error}); make him the owner of the database and of the tables in it"
        ) from None


async def create(connection: Connection) -> None:
    """Our version, inside a transaction. Raises `DatabaseError` where something else is there."""
    tables = await connection.fetch(
        "select relname from pg_class"
        " where relkind in ('r', 'p', 'v') and relnamespace = current_schema()::regnamespace order by relname limit 3"
    )
    if tables:
        names = ", ".join(row["relname"] for row in tables)
        raise DatabaseError(
            f"the database holds tables of something else ({names}); give the call centre one of its own"
        )
    await connection.execute(_text(SCHEMA))
    _log.info("database_schema_created", version=SCHEMA_VERSION)


def parts_made(text: str) -> set[str]:
    """The names of all that these statements make: `table queue`, `column name of queue`, `policy own of queue`."""
    parts: set[str] = set()
    table = ""
    for found in _CREATED.finditer(text):
        kind, name, on_table, its_name, of, secured, column, constraint = found.groups()
        if kind:
            parts.add(f"{kind} {name}")
            table = name if kind == "table" else ""
        elif on_table:
            parts.add(f"{on_table} {its_name} of {of}")
        elif secured:
            parts.add(f"row security of {secured}")
        elif constraint:
            parts.add(f"constraint {constraint}")
        elif table:
            parts.add(f"column {column} of {table}")
    return parts


def tables_ever() -> set[str]:
    """The tables of all versions."""
    texts = map(_text, _files())
    return {part.removeprefix("table ") for text in texts for part in parts_made(text) if part.startswith("table ")}


def _files() -> Iterable[Path]:
    return (SCHEMA, *MIGRATIONS.glob("*.sql"), *(MIGRATIONS / "down").glob("*.sql"))


def _file(folder: Path, step: int) -> Path:
    (file,) = folder.glob(f"{step:04}_*.sql")
    return file


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8")


async def _make(connection: Connection, version: int, step: Path) -> None:
    """Make the schema this version. An error ends the transaction, and so all steps before this one too."""
    try:
        await connection.execute(_text(step), timeout=STEP_WITHIN.total_seconds())
        await connection.execute("update schema_version set version = $1", version)
    except (*LOST, asyncpg.InsufficientPrivilegeError):
        raise
    except asyncpg.PostgresError as error:
        raise DatabaseError(
            f"the schema of the database cannot be made version {version}: {error}. Nothing was changed. Where "
            f"somebody has begun {step.name} by hand, take that back, or restore a backup (acd restore --replace)"
        ) from None
