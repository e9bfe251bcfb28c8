"""A database of an older version becomes what `schema.sql` makes, keeps what it holds, and can be taken back.

What is not as any version made it is refused in words, and nothing of it is touched.
"""

import re
import subprocess
from datetime import timedelta

import pytest

from acd.runtime import schema
from acd.runtime.database import Connection, DatabaseError, close, connect, connected
from acd.runtime.schema import MIGRATIONS, SCHEMA, SCHEMA_VERSION, check_whole, downgrade, lost_by_downgrade, parts_made
from acd.runtime.store import Store
from acd.runtime.up.postgres import binaries
from tests.integration.centres import SMALL, apply
from tests.integration.older_schema import make_older, make_schema

VERSIONS = range(1, SCHEMA_VERSION + 1)
BEFORE = range(1, SCHEMA_VERSION)


def dumped(url: str) -> list[str]:
    """All that pg_dump tells of the schema, part by part. The order of columns does not count."""
    command = [str(binaries() / "pg_dump"), "--schema-only", "--no-owner", "--restrict-key=none", url]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return sorted(re.sub(r"(?<=\(\n)(    .*\n)+(?=\);)", _in_order, part) for part in text.split("\n--\n"))


def _in_order(lines: "re.Match[str]") -> str:
    return "\n".join(sorted(line.rstrip(",") for line in lines[0].splitlines())) + "\n"


@pytest.mark.parametrize("version", VERSIONS)
async def test_up_and_down_make_the_same_as_ever(empty_database: str, database: str, version: int) -> None:
    fresh = dumped(database)
    async with connected(empty_database) as older, connected(database) as taken_back:
        await make_schema(older, version)
        await downgrade(taken_back, version)
        assert dumped(database) == dumped(empty_database)
        assert (dumped(database) == fresh) is (version == SCHEMA_VERSION)
        for connection, url in ((older, empty_database), (taken_back, database)):
            await Store.open(url)
            assert dumped(url) == fresh
            assert await connection.fetchval("select version from schema_version") == SCHEMA_VERSION


async def test_an_older_database_keeps_what_it_holds(empty_database: str) -> None:
    older = await connect(empty_database)
    await make_schema(older, 1)
    await older.execute(
        """
        insert into account values ('demo.example');
        insert into app_user values ('demo.example', '1001', 'Anna');
        insert into queue (account, number, name, back_off) values ('demo.example', '7001', 'Sales', '7 seconds');
        insert into assignment (account, agent, queue, max_calls) values ('demo.example', '1001', '7001', 2);
        insert into fact values (1, now(), 'asterisk_in_sight', null, null, null, '{}')
        """
    )
    configuration, _ = await (await Store.open(empty_database)).load()
    (queue,) = configuration.queues.values()
    assert queue.busy_back_off == queue.declined_back_off == queue.unreachable_back_off == timedelta(seconds=7)
    assert [entry.max_calls for entry in configuration.assignments.values()] == [2]
    assert await older.fetchval("select count(*) from fact") == 1
    await close(older)


async def test_a_database_of_the_program_before_becomes_ours_with_all_it_holds(empty_database: str) -> None:
    connection = await connect(empty_database)
    store = await Store.open(empty_database)
    await connection.execute(
        """
        insert into account (domain, outbound_at_once) values ('demo.example', 7);
        insert into app_user (account, extension, name) values ('demo.example', '1001', 'Anna');
        insert into queue (account, number, name, wrap_up) values ('demo.example', '7001', 'Sales', '7 seconds');
        insert into assignment (account, agent, queue) values ('demo.example', '1001', '7001');
        select set_config('acd.epoch', epoch::text, false) from lease;
        insert into fact (seq, at, kind, body) values (1, now(), 'asterisk_in_sight', '{}')
        """
    )
    before, _ = await store.load()
    await make_older(connection)
    assert await connection.fetchval("select version from schema_version") == SCHEMA_VERSION - 1
    after, _ = await (await Store.open(empty_database)).load()
    assert after == before
    assert await connection.fetchval("select count(*) from fact") == 1
    await close(connection)


async def test_what_the_oldest_version_can_hold_survives_the_way_there_and_back(
    connection: Connection, database: str
) -> None:
    await apply(connection, SMALL)
    columns = "select queue, agent, position, max_calls, all_devices from assignment order by queue, agent"
    before = [tuple(row.values()) for row in await connection.fetch(columns)]
    assert before
    await downgrade(connection, 1)
    assert [tuple(row.values()) for row in await connection.fetch(columns)] == before
    await Store.open(database)
    assert [tuple(row.values()) for row in await connection.fetch(columns)] == before


async def test_what_an_older_version_has_no_word_for_keeps_it_from_being_made(
    connection: Connection, database: str
) -> None:
    await connection.execute(
        """
        insert into account (domain) values ('demo.example');
        insert into queue (account, number, name, type) values ('demo.example', '7005', 'Parked', 'call_park');
        """
    )
    before = dumped(database)
    with pytest.raises(DatabaseError, match=r"no call parks.*7005 of demo\.example.*Nothing was changed"):
        await downgrade(connection, 1)
    assert dumped(database) == before
    assert await connection.fetchval("select version from schema_version") == SCHEMA_VERSION


@pytest.mark.parametrize("to", [0, -1, SCHEMA_VERSION + 1])
async def test_versions_that_are_not_there_are_refused(connection: Connection, to: int) -> None:
    with pytest.raises(DatabaseError, match=f"of version {SCHEMA_VERSION}.*1 to {SCHEMA_VERSION - 1}"):
        await downgrade(connection, to)


@pytest.mark.parametrize("version", BEFORE)
async def test_a_step_that_somebody_has_begun_is_refused_and_nothing_is_touched(
    empty_database: str, version: int
) -> None:
    """By hand, without a transaction, up to some statement; the number of the version is still the one before."""
    (file,) = MIGRATIONS.glob(f"{version + 1:04}_*.sql")
    text = re.sub(r"^--.*", "", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
    statements = re.findall(r"(?:[^;$']|'[^']*'|\$\$.*?\$\$)+;", text, re.DOTALL)
    assert len(statements) > 2
    for begun in sorted({1, len(statements) // 2, len(statements)}):
        async with connected(empty_database) as connection:
            await connection.execute("drop schema public cascade; create schema public")
            await make_schema(connection, version)
            for statement in statements[:begun]:
                await connection.execute(statement)
        before = dumped(empty_database)
        with pytest.raises(DatabaseError, match=rf"cannot be made version {version + 1}: .*{file.name}"):
            await Store.open(empty_database)
        assert dumped(empty_database) == before


@pytest.mark.parametrize("version", BEFORE)
async def test_a_version_that_is_only_said_to_be_ours_is_refused(empty_database: str, version: int) -> None:
    async with connected(empty_database) as connection:
        await make_schema(connection, version)
        await connection.execute("update schema_version set version = $1", SCHEMA_VERSION)
        before = dumped(empty_database)
        with pytest.raises(DatabaseError, match=r"lacks what that version has: .*Nothing was changed"):
            await Store.open(empty_database)
        with pytest.raises(DatabaseError, match="lacks what that version has"):
            await downgrade(connection, version)
        assert dumped(empty_database) == before


@pytest.mark.parametrize(
    ("spoilt", "missing"),
    [
        ("drop table mail", "column account of mail"),
        ("drop index fact_of_caller", "index fact_of_caller"),
        ("drop trigger append_only on fact", "trigger append_only of fact"),
        ("drop policy own_account on device", "policy own_account of device"),
        ("alter table device disable row level security", "row security of device"),
        ("alter table queue drop constraint queue_keys_differ", "constraint queue_keys_differ"),
        ("drop view queue_log", "view queue_log"),
    ],
)
async def test_every_part_is_missed(connection: Connection, spoilt: str, missing: str) -> None:
    await connection.execute(spoilt)
    with pytest.raises(DatabaseError, match=f"lacks what that version has: {missing}"):
        await check_whole(connection)


async def test_all_that_the_schema_makes_is_known_by_name(connection: Connection) -> None:
    there = {row["part"] for row in await connection.fetch(schema._PARTS)}
    made = parts_made(SCHEMA.read_text(encoding="utf-8"))
    assert made <= there
    named_by_postgresql = re.compile(r"(constraint|index) \w+_(pkey|key|fkey|check|not_null)\d*")
    assert [part for part in sorted(there - made) if not named_by_postgresql.fullmatch(part)] == []


def test_every_step_has_a_way_back_that_tells_what_it_costs() -> None:
    ups, downs = ({file.name for file in folder.glob("*.sql")} for folder in (MIGRATIONS, MIGRATIONS / "down"))
    assert ups == downs
    assert len(ups) == SCHEMA_VERSION - 1
    lost = lost_by_downgrade(SCHEMA_VERSION, 1)
    assert len(lost) == SCHEMA_VERSION - 1
    assert all(text.endswith(".") and "\n" not in text for text in lost)
