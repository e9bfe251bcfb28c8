"""Databases of older programs: what an upgrade begins with."""

from pathlib import Path
from typing import Final

from acd.runtime.database import Connection
from acd.runtime.schema import MIGRATIONS, SCHEMA_VERSION, downgrade

_FIRST: Final = (Path(__file__).parent / "schema_1.sql").read_text(encoding="utf-8")


async def make_schema(connection: Connection, version: int) -> None:
    """The tables that a program of this version had, in an empty database."""
    await connection.execute(_FIRST)
    for step in range(2, version + 1):
        (migration,) = MIGRATIONS.glob(f"{step:04}_*.sql")
        await connection.execute(migration.read_text(encoding="utf-8"))
    await connection.execute("update schema_version set version = $1", version)


async def make_older(connection: Connection) -> None:
    """Make of our schema the one before, with all that its tables and columns can hold. Nobody else may use it now."""
    await downgrade(connection, SCHEMA_VERSION - 1)
