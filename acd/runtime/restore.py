"""A backup becomes a database again: made in the version it is of, filled, then brought up to ours. All or nothing.

The journal gets a new name, because from here on it goes another way than the one it was copied from: what an engine
still keeps of that one (in its spool, in Asterisk) must not be taken for this one's.
"""

import zipfile
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Final, cast

import asyncpg

from acd.runtime.backup import BackupError, Manifest, Table, checked, entry, plain_forms
from acd.runtime.database import LOST, Connection, Copying, DatabaseError, connected
from acd.runtime.lease import check_unserved
from acd.runtime.schema import SCHEMA_VERSION, STEP_WITHIN, bring_up, changing, check_whole, create, take_back

_REFERENCES: Final = """
    select conrelid::regclass::text as "from", confrelid::regclass::text as "to" from pg_constraint
     where contype = 'f' and connamespace = current_schema()::regnamespace and conrelid <> confrelid
"""
_SECURED: Final = "select relname from pg_class where relforcerowsecurity"
_COUNTERS: Final = """
    select relname as name, attname as column
      from pg_class join pg_attribute on attrelid = pg_class.oid
     where relnamespace = current_schema()::regnamespace and relkind = 'r' and attidentity <> ''
"""


_FIRST_WITH_LEASE: Final = 3


async def restore(url: str, file: Path, *, replace: bool = False) -> Manifest:
    """Make this database what the backup holds. `replace`: whatever is there is thrown away first.

    Raises `BackupError`, and as `acd.runtime.database.connect` does; nothing is changed then.
    """
    manifest = checked(file)
    if manifest.schema > SCHEMA_VERSION:
        raise BackupError(
            f"is of version {manifest.schema} of the schema, by the program {manifest.program}; this one knows "
            f"{SCHEMA_VERSION}: restore it with that program"
        )
    async with connected(url) as connection:
        with zipfile.ZipFile(file) as archive:
            async with changing(connection):
                await _make_room(connection, replace=replace)
                await create(connection)
                await take_back(connection, SCHEMA_VERSION, manifest.schema)
                await _fill(connection, manifest, archive)
                await bring_up(connection, manifest.schema)
                await check_whole(connection)
    return manifest


async def _make_room(connection: Connection, *, replace: bool) -> None:
    if await connection.fetchval("select to_regclass('schema_version') is null"):
        return
    if not replace:
        raise DatabaseError(
            "the database holds a centre already: restore into an empty one, or throw away what is there with --replace"
        )
    await check_unserved(connection)
    schema = await connection.fetchval("select quote_ident(current_schema())")
    await connection.execute(f"drop schema {schema} cascade; create schema {schema}")


async def _fill(connection: Connection, manifest: Manifest, archive: zipfile.ZipFile) -> None:
    """The rows go in as they are: no trigger acts on them, and those that the schema has made by itself go."""
    await plain_forms(connection)
    tables = {table.name: table for table in manifest.tables}
    secured = {row["relname"] for row in await connection.fetch(_SECURED)}
    await connection.execute("set constraints all immediate")
    try:
        for name in await _order(connection):
            if name not in tables:
                continue
            # PostgreSQL copies no rows into a table whose row security holds for the one who copies.
            force = f'alter table "{name}" {{}} row level security' if name in secured else ""
            await connection.execute(f'alter table "{name}" disable trigger user; {force.format("no force")}')
            await connection.execute(f'delete from "{name}"')  # noqa: S608 - a name of ours
            await _load(connection, tables.pop(name), archive)
            await connection.execute(f'alter table "{name}" enable trigger user; {force.format("force")}')
        if tables:
            raise BackupError(f"has tables that version {manifest.schema} does not have: {', '.join(sorted(tables))}")
        await _go_on_counting(connection)
        if manifest.schema >= _FIRST_WITH_LEASE:
            await connection.execute("update lease set journal = gen_random_uuid(), owner = null, renewed_at = null")
    except (*LOST, asyncpg.InsufficientPrivilegeError):
        raise
    except asyncpg.PostgresError as error:
        raise DatabaseError(f"the backup cannot be restored: {error}. Nothing was changed") from None


async def _order(connection: Connection) -> list[str]:
    """All tables, each after those that it refers to."""
    names = await connection.fetch(
        "select relname from pg_class where relnamespace = current_schema()::regnamespace and relkind = 'r' order by 1"
    )
    order: TopologicalSorter[str] = TopologicalSorter({row["relname"]: () for row in names})
    for reference in await connection.fetch(_REFERENCES):
        order.add(reference["from"], reference["to"])
    return list(order.static_order())


async def _load(connection: Connection, table: Table, archive: zipfile.ZipFile) -> None:
    try:
        with archive.open(entry(table.name)) as rows:
            await cast("Copying", connection).copy_to_table(
                table.name, source=rows, columns=table.columns, format="csv", timeout=STEP_WITHIN.total_seconds()
            )
    except KeyError:
        raise BackupError(f"lacks {entry(table.name)}") from None


async def _go_on_counting(connection: Connection) -> None:
    for row in await connection.fetch(_COUNTERS):
        await connection.execute(
            f"select setval(pg_get_serial_sequence($1, $2), coalesce(max({row['column']}), 0) + 1, false)"  # noqa: S608
            f' from "{row["name"]}"',
            row["name"],
            row["column"],
        )
