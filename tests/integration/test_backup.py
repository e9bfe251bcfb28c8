"""`acd backup` and `acd restore` on a real PostgreSQL, for a user who is no superuser: row security holds for him."""

import asyncio
import hashlib
import itertools
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest
from click.testing import CliRunner, Result

from acd.cli import main
from acd.runtime.backup import END, LEFT_OUT, MANIFEST, BackupError, Manifest, back_up, checked, entry
from acd.runtime.database import Connection, DatabaseError, connected
from acd.runtime.restore import restore
from acd.runtime.schema import SCHEMA_VERSION
from acd.runtime.store import Store
from tests.integration.centres import SMALL, apply
from tests.integration.older_schema import make_schema
from tests.integration.postgres import ALLOW_FACTS, TestPostgres

KEEPER: Final = "keeper"

_NUMBERS = itertools.count(1)

FILLED: Final = f"""
    insert into portal_password (account, extension, hash) values ('demo.example', '1001', '$argon2id$...');
    insert into portal_session (account, extension, digest, address, user_agent)
        values ('demo.example', '1001', '\\x01', '127.0.0.1', 'a browser');
    insert into portal_token (account, extension, name, scopes, digest)
        values ('demo.example', '1001', 'of, a "program"', '{{read,calls}}', '\\x02');
    insert into mail (account, recipient, subject, body, until) values ('demo.example', 'a@b.example', 's', 'b', now());
    insert into audit (account, action, subject, detail)
        values ('demo.example', 'login', E'two\\nlines', '{{"from": "Zürich"}}');
    insert into queue_log_line (at, call, queue, agent, event, data)
        values (now(), 'c1', 'NONE', 'NONE', 'ENTERQUEUE', array['', 'x|y', null]);
    insert into counted (seq, account, at, kind, length) values (1, 'demo.example', now(), 'talk', '00:01:02.5');
    {ALLOW_FACTS};
    insert into fact (seq, at, kind, body)
        select n, now() + n * interval '1 s', 'asterisk_in_sight', '{{"x": [1, null]}}' from generate_series(1, 500) n;
    insert into snapshot (seq, body) values (500, '{{"b": 1, "a": 2}}')
"""


@pytest.fixture
def urls(postgres: TestPostgres) -> Iterator[tuple[str, str]]:
    """The addresses of two empty databases that a plain user owns."""
    if not postgres.execute(f"select 1 from pg_roles where rolname = '{KEEPER}'").strip():
        postgres.execute(f"create role {KEEPER} login")
    names = [f"kept_{next(_NUMBERS)}", f"kept_{next(_NUMBERS)}"]
    for name in names:
        postgres.execute(f"create database {name} owner {KEEPER} template template0")
    yield postgres.url(names[0], KEEPER), postgres.url(names[1], KEEPER)
    for name in names:
        postgres.execute(f"drop database {name} with (force)")


async def fill(url: str) -> None:
    """A centre that has been at work for a while."""
    await Store.open(url)
    async with connected(url) as connection:
        await apply(connection, SMALL)
        await connection.execute(FILLED)


async def rows(connection: Connection) -> dict[str, list[str]]:
    """All rows of all tables."""
    names = await connection.fetch(
        "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace order by relname"
    )
    return {
        row["relname"]: [
            each["line"]
            for each in await connection.fetch(f"select to_jsonb(t)::text as line from {row['relname']} t order by 1")
        ]
        for row in names
    }


async def rows_at(url: str) -> dict[str, list[str]]:
    async with connected(url) as connection:
        return await rows(connection)


def seal(file: Path, manifest: Manifest, tables: dict[str, bytes]) -> None:
    """A backup with these contents and the right digest."""
    file.unlink(missing_ok=True)
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in tables.items():
            archive.writestr(entry(name), content)
        archive.writestr(MANIFEST, msgspec.json.encode(manifest))
        archive.comment = END + b"0" * 64
    content = file.read_bytes()[:-64]
    file.write_bytes(content + hashlib.sha256(content).hexdigest().encode())


def contents(file: Path) -> tuple[Manifest, dict[str, bytes]]:
    manifest = checked(file)
    with zipfile.ZipFile(file) as archive:
        return manifest, {table.name: archive.read(entry(table.name)) for table in manifest.tables}


async def test_all_that_the_database_keeps_comes_back(urls: tuple[str, str], tmp_path: Path) -> None:
    source, target = urls
    file = tmp_path / "friday.acd"
    await fill(source)
    made = await back_up(source, file)
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [file.name]
    assert (made.schema, made.rows("fact"), made.rows("queue")) == (SCHEMA_VERSION, 500, 2)
    assert await restore(target, file) == made == checked(file)

    before, after = await rows_at(source), await rows_at(target)
    assert after.pop("schema_version") == before.pop("schema_version")
    [was], [is_now] = (map(json.loads, each.pop("lease")) for each in (before, after))
    assert (is_now["epoch"], is_now["owner"]) == (was["epoch"], None)
    assert is_now["journal"] != was["journal"]
    for table in LEFT_OUT - {"schema_version"}:
        assert after.pop(table) == []
        before.pop(table)
    assert after == before
    assert len(after["fact"]) == 500

    async with connected(target) as connection:
        with pytest.raises(Exception, match="append-only"):
            await connection.execute("delete from fact")
        assert (
            await connection.fetchval("insert into audit (account, action, subject) values ('', '', '') returning id")
            == 2
        )
        assert await connection.fetchval("select bool_and(relforcerowsecurity) from pg_class where relname = 'queue'")
    configuration, _ = await (await Store.open(target)).load()
    assert (configuration, _) == await (await Store.open(source)).load()


@pytest.mark.parametrize("version", range(1, SCHEMA_VERSION))
async def test_a_backup_of_an_older_version_is_restored_and_brought_up(
    urls: tuple[str, str], tmp_path: Path, version: int
) -> None:
    source, target = urls
    async with connected(source) as connection:
        await make_schema(connection, version)
        await connection.execute(
            """
            insert into account (domain) values ('demo.example');
            insert into app_user (account, extension, name) values ('demo.example', '1001', 'Anna');
            insert into queue (account, number, name, wrap_up) values ('demo.example', '7001', 'Sales', '7 seconds');
            insert into assignment (account, agent, queue) values ('demo.example', '1001', '7001')
            """
        )
    await back_up(source, tmp_path / "older")
    assert (await restore(target, tmp_path / "older")).schema == version
    expected, _ = await (await Store.open(source)).load()
    found, _ = await (await Store.open(target)).load()
    assert found == expected
    assert list(found.queues) == ["7001@demo.example"]


async def test_a_backup_of_a_newer_version_is_refused(urls: tuple[str, str], tmp_path: Path) -> None:
    source, target = urls
    file = tmp_path / "newer"
    await fill(source)
    manifest, tables = await _made(source, file)
    seal(file, msgspec.structs.replace(manifest, schema=SCHEMA_VERSION + 1, program="9.9"), tables)
    with pytest.raises(
        BackupError, match=rf"version {SCHEMA_VERSION + 1} of the schema, by the program 9\.9.*restore it with"
    ):
        await restore(target, file)
    assert await rows_at(target) == {}


async def test_every_damaged_byte_is_found(urls: tuple[str, str], tmp_path: Path) -> None:
    source, _ = urls
    file = tmp_path / "backup"
    await fill(source)
    await back_up(source, file)
    whole = file.read_bytes()
    for place in {*range(0, len(whole), 61), *range(len(whole) - 120, len(whole))}:
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 0x10]) + whole[place + 1 :])
        with pytest.raises(BackupError, match=r"is damaged|is no backup"):
            checked(file)
    for length in (0, 1, 100, len(whole) // 2, len(whole) - 1):
        file.write_bytes(whole[:length])
        with pytest.raises(BackupError, match=r"is damaged|is no backup"):
            checked(file)
    file.write_bytes(whole)
    assert checked(file).rows("fact") == 500


async def test_what_cannot_be_restored_leaves_everything_as_it_was(urls: tuple[str, str], tmp_path: Path) -> None:
    source, target = urls
    file = tmp_path / "backup"
    await fill(source)
    await fill(target)
    async with connected(target) as connection:
        await connection.execute("update app_user set name = 'Somebody' where extension = '1001'")
    before = await rows_at(target)
    manifest, tables = await _made(source, file)
    with pytest.raises(DatabaseError, match="holds a centre already"):
        await restore(target, file)

    for spoilt in (
        {**tables, "app_user": tables["app_user"].replace(b"supervisor", b"emperor")},
        {**tables, "device": tables["device"].replace(b",1002", b",1009")},
        {name: content for name, content in tables.items() if name != "fact"},
    ):
        seal(file, manifest, spoilt)
        with pytest.raises((DatabaseError, BackupError), match=r"emperor|device|lacks tables/fact.csv"):
            await restore(target, file, replace=True)
        assert await rows_at(target) == before

    seal(file, manifest, tables)
    await restore(target, file, replace=True)
    assert (await rows_at(target))["app_user"] == (await rows_at(source))["app_user"]


async def test_an_engine_that_serves_the_database_is_in_the_way(urls: tuple[str, str], tmp_path: Path) -> None:
    source, _ = urls
    await fill(source)
    await back_up(source, tmp_path / "backup")
    async with connected(source) as connection:
        await connection.execute("update lease set owner = 'pbx-2 boot 1 77 1', renewed_at = now()")
    before = await rows_at(source)
    with pytest.raises(DatabaseError, match=r"an engine serves this database \(process 77 on pbx-2\): stop it first"):
        await restore(source, tmp_path / "backup", replace=True)
    for command in ("upgrade", "downgrade --to 5 --yes"):
        said = await asyncio.to_thread(run, source, "database", *command.split())
        assert said.exit_code == 1
        assert "process 77 on pbx-2" in said.stderr
    assert await rows_at(source) == before
    await back_up(source, tmp_path / "meanwhile")


async def test_a_database_of_something_else_is_not_touched(urls: tuple[str, str], tmp_path: Path) -> None:
    source, target = urls
    await fill(source)
    await back_up(source, tmp_path / "backup")
    async with connected(target) as connection:
        await connection.execute("create table theirs (x integer); insert into theirs values (1)")
    for replace in (False, True):
        with pytest.raises(DatabaseError, match="tables of something else"):
            await restore(target, tmp_path / "backup", replace=replace)
    assert await rows_at(target) == {"theirs": ['{"x": 1}']}


async def _made(url: str, file: Path) -> tuple[Manifest, dict[str, bytes]]:
    await back_up(url, file)
    return contents(file)


# --- the commands


def run(url: str, *arguments: Any) -> Result:
    return CliRunner().invoke(main, [str(word) for word in arguments], env={"ACD_DATABASE_URL": url})


def test_the_commands_say_what_they_did(urls: tuple[str, str], tmp_path: Path) -> None:
    source, target = urls
    file = tmp_path / "friday.acd"
    empty = run(source, "backup", file)
    assert (empty.exit_code, "the database is empty" in empty.stderr) == (1, True)
    assert not file.exists()
    assert "is empty" in run(source, "database", "status").stdout
    assert f"has version {SCHEMA_VERSION} of the schema" in run(source, "database", "upgrade").stdout
    assert "it is whole" in run(source, "database", "status").stdout

    said = run(source, "backup", file)
    assert re.fullmatch(
        rf"{file}: 0 facts, 0 queues, version {SCHEMA_VERSION} of the schema, made .* bytes; .*\n", said.stdout
    )
    again = run(source, "backup", file)
    assert (again.exit_code, "is there already" in again.stderr) == (2, True)
    unwritable = run(source, "backup", tmp_path / "missing" / "file")
    assert (unwritable.exit_code, "cannot be written: No such file" in unwritable.stderr) == (2, True)
    assert "0 facts" in run(target, "restore", file).stdout
    twice = run(target, "restore", file)
    assert (twice.exit_code, "throw away what is there with --replace" in twice.stderr) == (1, True)
    assert run(target, "restore", file, "--replace").exit_code == 0
    file.write_bytes(b"PK" + b"x" * 200)
    damaged = run(target, "restore", file, "--replace")
    assert (damaged.exit_code, "is no backup" in damaged.stderr, "Nothing was changed" in damaged.stderr) == (
        2,
        True,
        True,
    )
    assert run(target, "restore", tmp_path / "none").exit_code == 2


def test_the_way_back_tells_its_price_and_asks(urls: tuple[str, str]) -> None:
    source, _ = urls
    run(source, "database", "upgrade")
    to = str(SCHEMA_VERSION - 1)
    refused = run(source, "database", "downgrade", "--to", to)
    assert refused.exit_code == 1
    assert refused.stderr.startswith("Lost: ")
    assert "it is whole" in run(source, "database", "status").stdout
    assert f"has version {to} of the schema" in run(source, "database", "downgrade", "--to", to, "--yes").stdout
    assert "`acd database upgrade` makes it" in run(source, "database", "status").stdout
