"""A backup: all that the database keeps, as it was at one instant, in one file that only its owner can read.

The file is a zip archive with `backup.json` (what it is) and `tables/NAME.csv` for each table: it can be read without
this program. Its last bytes are the SHA-256 of all before them, so that damage is known before anything is used. It is
written beside its name, and gets that when it is whole.
"""

import hashlib
import os
import zipfile
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import IO, Final, cast

import msgspec

from acd.runtime.database import Connection, Copying, DatabaseError, connected
from acd.runtime.schema import LOCK, STEP_WITHIN, tables_ever, version_of
from acd.stored.transaction import transaction

MANIFEST: Final = "backup.json"
END: Final = b"asterisk-acd backup 1, sha256 of all before: "
"""Before the digest, in the comment of the archive. The number is that of this format."""

LEFT_OUT: Final = frozenset({"schema_version", "portal_session", "password_reset", "mail"})
"""The version is told by the manifest. Who is logged in, links that were asked for and mails under way are of their
hour: brought back, they would let people in again who have left, and send mails twice."""

_THERE: Final = "is there already: name another file, or move that one away"
_DIGEST_LENGTH: Final = 64
_BLOCK: Final = 1 << 20

_COLUMNS: Final = """
    select relname as name, array_agg(attname::text order by attname) as columns
      from pg_class join pg_attribute on attrelid = pg_class.oid and attnum > 0 and not attisdropped
     where relnamespace = current_schema()::regnamespace and relkind = 'r' and relname = any($1)
     group by relname order by relname
"""


class Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One table of the backup: `tables/NAME.csv` has these columns, in this order, without a head."""

    name: str
    columns: tuple[str, ...]
    rows: int


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the backup is."""

    program: str
    """The version of the program that wrote it."""
    schema: int
    """The version of the schema that its tables are of."""
    made_at: datetime
    tables: tuple[Table, ...]

    def rows(self, table: str) -> int:
        """How many rows of this table it holds."""
        return sum(each.rows for each in self.tables if each.name == table)


class BackupError(Exception):
    """The file cannot be written, or not be restored. The text says why, and goes on behind the file's name."""


def entry(table: str) -> str:
    """What holds the rows of this table."""
    return f"tables/{table}.csv"


async def back_up(url: str, file: Path) -> Manifest:
    """Write all that this database keeps into a new file.

    Raises `BackupError` where that cannot be, and as `acd.runtime.database.connect` does.
    """
    with _becoming(file) as opened:
        with zipfile.ZipFile(opened, "w", zipfile.ZIP_DEFLATED) as archive:
            manifest = await _write(url, archive)
            archive.comment = END + b"0" * _DIGEST_LENGTH
        end = opened.seek(-_DIGEST_LENGTH, os.SEEK_END)
        digest = _digest(opened, end)
        opened.seek(end)
        opened.write(digest)
    return manifest


@contextmanager
def _becoming(file: Path) -> Generator[IO[bytes]]:
    """A file that only we can read, and that has this name when all of it is on the disk."""
    if file.exists():
        raise BackupError(_THERE)
    part = file.with_name(f"{file.name}.part")
    with _written():
        part.unlink(missing_ok=True)
        opened = os.fdopen(os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b")
    try:
        with opened:
            yield opened
            with _written():
                opened.flush()
                os.fsync(opened.fileno())
                file.hardlink_to(part)  # unlike a renaming, it takes nobody's place
    finally:
        part.unlink()


@contextmanager
def _written() -> Generator[None]:
    try:
        yield
    except FileExistsError:
        raise BackupError(_THERE) from None
    except OSError as error:
        raise BackupError(f"cannot be written: {error.strerror}") from None


def checked(file: Path) -> Manifest:
    """What this backup is. Raises `BackupError` where it is none, is damaged, or cannot be read."""
    try:
        opened = file.open("rb")
    except OSError as error:
        raise BackupError(f"cannot be read: {error.strerror}") from None
    with opened:
        length = opened.seek(0, os.SEEK_END)
        tail = len(END) + _DIGEST_LENGTH
        if length < tail:
            raise BackupError("is no backup, or only the beginning of one")
        opened.seek(-tail, os.SEEK_END)
        if opened.read(len(END)) != END:
            raise BackupError("is no backup that this program knows, or its end is missing")
        written = opened.read()
        if _digest(opened, length - _DIGEST_LENGTH) != written:
            raise BackupError("is damaged: it is not what was written")
    try:
        with zipfile.ZipFile(file) as archive:
            return msgspec.json.decode(archive.read(MANIFEST), type=Manifest)
    except (zipfile.BadZipFile, KeyError, msgspec.MsgspecError):
        raise BackupError("is no backup that this program knows") from None


def _digest(opened: IO[bytes], length: int) -> bytes:
    """The SHA-256 of the first bytes, in letters."""
    sum_of_all = hashlib.sha256()
    opened.seek(0)
    while length > 0:
        block = opened.read(min(length, _BLOCK))
        sum_of_all.update(block)
        length -= len(block)
    return sum_of_all.hexdigest().encode()


async def _write(url: str, archive: zipfile.ZipFile) -> Manifest:
    async with connected(url) as connection, transaction(connection, isolation="repeatable_read", readonly=True):
        await connection.execute("select pg_advisory_xact_lock_shared(hashtextextended($1, 0))", LOCK)
        await plain_forms(connection)
        schema = await version_of(connection)
        if schema is None:
            raise DatabaseError("the database is empty: there is nothing to back up")
        tables: list[Table] = []
        for row in await connection.fetch(_COLUMNS, sorted(tables_ever() - LEFT_OUT)):
            with archive.open(entry(row["name"]), "w", force_zip64=True) as opened:
                rows = await _copy(connection, row["name"], row["columns"], _into(opened))
            tables.append(Table(name=row["name"], columns=tuple(row["columns"]), rows=rows))
    manifest = Manifest(program=version("asterisk-acd"), schema=schema, made_at=datetime.now(UTC), tables=tuple(tables))
    archive.writestr(MANIFEST, msgspec.json.format(msgspec.json.encode(manifest)) + b"\n")
    return manifest


async def plain_forms(connection: Connection) -> None:
    """Instants and lengths of time are written, and read, in the same words on every server."""
    await connection.execute("set local datestyle = 'ISO'; set local intervalstyle = 'iso_8601'")


async def _copy(
    connection: Connection, table: str, columns: list[str], output: Callable[[bytes], Awaitable[None]]
) -> int:
    listed = ", ".join(f'"{column}"' for column in columns)
    done = await cast("Copying", connection).copy_from_query(
        f'select {listed} from "{table}"',  # noqa: S608 - names of ours
        output=output,
        format="csv",
        timeout=STEP_WITHIN.total_seconds(),
    )
    return int(done.split()[-1])


def _into(opened: IO[bytes]) -> Callable[[bytes], Awaitable[None]]:
    async def write(block: bytes) -> None:
        with _written():
            opened.write(block)

    return write
