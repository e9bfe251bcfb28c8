"""Databases of older programs: what an upgrade begins with."""

from pathlib import Path
from typing import Final

from acd.runtime.database import MIGRATIONS, SCHEMA_VERSION, Connection

_FIRST: Final = (Path(__file__).parent / "schema_1.sql").read_text(encoding="utf-8")

# In the order in which they were made: what a table refers to stands before it.
_COLUMNS: Final = """
    select older.relname as name,
           string_agg(quote_ident(attname), ', ') as columns,
           string_agg(format('%I::text::%s', attname, format_type(atttypid, atttypmod)), ', ') as as_before
      from pg_class older join pg_attribute on attrelid = older.oid and attnum > 0 and not attisdropped
     where older.relnamespace = 'public'::regnamespace and older.relkind = 'r' and older.relname <> 'schema_version'
       and attname in (select attname from pg_attribute where attrelid = to_regclass(format('newer.%I', older.relname)))
     group by older.oid, older.relname
     order by older.oid
"""


async def make_schema(connection: Connection, version: int) -> None:
    """The tables that a program of this version had, in an empty database."""
    await connection.execute(_FIRST)
    for step in range(2, version + 1):
        (migration,) = MIGRATIONS.glob(f"{step:04}_*.sql")
        await connection.execute(migration.read_text(encoding="utf-8"))
    await connection.execute("update schema_version set version = $1", version)


async def make_older(connection: Connection) -> None:
    """Make of our schema the one before, with all that its tables and columns can hold. Nobody else may use it now."""
    async with connection.transaction():
        await connection.execute("alter schema public rename to newer; create schema public")
        await make_schema(connection, SCHEMA_VERSION - 1)
        # Policies of the newer tables call functions that the older schema may not have.
        await connection.execute("set local search_path to public, newer")
        tables = await connection.fetch(_COLUMNS)
        for table in tables:
            name, columns, as_before = table["name"], table["columns"], table["as_before"]
            await connection.execute(
                f"""
                alter table public.{name} disable trigger user;
                delete from public.{name};
                insert into public.{name} ({columns}) overriding system value select {as_before} from newer.{name}
                """
            )
        await connection.execute("set constraints all immediate")
        for table in tables:
            await connection.execute(f"alter table public.{table['name']} enable trigger user")
        await connection.execute("drop schema newer cascade")
