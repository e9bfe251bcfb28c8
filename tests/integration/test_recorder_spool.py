"""What the spool is for: nothing decided is lost, whether the database, the disk or the engine itself fails."""

import asyncio
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

import pytest
from structlog.testing import capture_logs

from acd.outputs import CallQueued, Recorded
from acd.runtime import recorder as recorder_module
from acd.runtime import spool as spool_module
from acd.runtime import to_database
from acd.runtime.database import Connection
from acd.runtime.lease import LeaseLost
from acd.runtime.recorder import CLOSE_WITHIN, Recorder
from acd.runtime.spool_format import entry, header_line, lines
from acd.runtime.to_database import JournalForked
from acd.stored.transaction import transaction
from tests.integration.postgres import ALLOW_FACTS, TestPostgres
from tests.integration.recorders import open_recorder, queued, recalled, recording, stored
from tests.integration.tap import tapped_database
from tests.integration.waiting import eventually


def segments(spool: Path) -> list[Path]:
    return sorted(spool.glob("*.spool"))


def set_aside(spool: Path) -> list[str]:
    """What the files that were set aside are called, without their own name."""
    return sorted(path.suffix[1:] for path in spool.glob("*.spool.*"))


async def with_the_database_away(postgres: TestPostgres, spool: Path, facts: Sequence[Recorded]) -> None:
    """An engine that records these, the first of them into the database, and ends without it."""
    recorder = await open_recorder(postgres.url(), spool)
    recorder.record(facts[:1])
    await stored(recorder)
    postgres.kill()
    await recorder.durable(recorder.record(facts[1:]))
    await recorder.close()


# --- the database away


async def test_a_fact_is_durable_without_the_database(own_postgres: TestPostgres, tmp_path: Path) -> None:
    async with recording(own_postgres.url(), tmp_path) as recorder:
        own_postgres.kill()
        began = time.monotonic()
        await recorder.durable(recorder.record([queued(1)]))
        assert time.monotonic() - began < 1, "an agent waits for this"
        await eventually(lambda: recorder.last_error is not None)
        assert (recorder.pending, recorder.pending_on_disk) == (1, 0)
        [warning] = recorder.warnings()
        assert "cannot be reached" in warning
        own_postgres.start()
        await stored(recorder)
        assert recorder.warnings() == []
    assert segments(tmp_path) == []


async def test_ended_without_the_database_the_next_engine_brings_everything_there(
    own_postgres: TestPostgres, tmp_path: Path
) -> None:
    facts = [queued(number) for number in range(3_000)]
    with capture_logs() as logs, patch.object(spool_module, "SEGMENT_BYTES", 100_000):
        began = time.monotonic()
        await with_the_database_away(own_postgres, tmp_path, facts)
        assert time.monotonic() - began < 5, "nothing to wait for"
    assert [entry["facts"] for entry in logs if entry["event"] == "journal_facts_left_in_spool"] == [2_999]
    own_postgres.start()
    with capture_logs() as logs:
        assert await recalled(own_postgres.url(), tmp_path) == facts
    assert [entry["facts"] for entry in logs if entry["event"] == "journal_completed_from_spool"] == [2_999]
    assert segments(tmp_path) == []
    assert await recalled(own_postgres.url(), tmp_path) == facts


async def test_memory_holds_no_more_than_its_share_and_the_rest_is_read_again(
    own_postgres: TestPostgres, tmp_path: Path
) -> None:
    facts = [queued(number) for number in range(5_000)]
    with (
        patch.object(to_database, "HELD", 500),
        patch.object(to_database, "BATCH", 700),
        patch.object(spool_module, "SEGMENT_BYTES", 50_000),
    ):
        async with recording(own_postgres.url(), tmp_path) as recorder:
            own_postgres.kill()
            for start in range(0, 5_000, 50):
                await recorder.durable(recorder.record(facts[start : start + 50]))
            assert recorder.pending == 5_000
            assert len(recorder._database._held) <= 550
            own_postgres.start()
            await stored(recorder)
            assert recorder.record([queued(5_000)]) == 5_001
            await stored(recorder)
    assert await recalled(own_postgres.url(), tmp_path) == [*facts, queued(5_000)]


@pytest.mark.quiet
async def test_a_slow_database_gets_more_with_each_commit(
    database: str, connection: Connection, tmp_path: Path
) -> None:
    """Every commit takes half a second; facts come faster than that a hundred times over."""
    await connection.execute(
        "create function slow() returns trigger language plpgsql as"
        " $$ begin if current_setting('acd.slept', true) is distinct from txid_current()::text then"
        "   perform pg_sleep(0.5), set_config('acd.slept', txid_current()::text, true); end if; return null; end $$;"
        "create constraint trigger slow after insert on fact deferrable initially deferred"
        " for each row execute function slow()"
    )
    async with recording(database, tmp_path) as recorder:
        slowest = 0.0
        for number in range(300):
            began = time.monotonic()
            await recorder.durable(recorder.record([queued(number)]))
            slowest = max(slowest, time.monotonic() - began)
            await asyncio.sleep(0.005)
        assert slowest < 0.4, "who waits for the disk does not wait for a commit"
        began = time.monotonic()
        await stored(recorder)
        assert time.monotonic() - began < 2, "one commit, or two, and not three hundred"
    commits = await connection.fetchval("select count(distinct xmin::text) from fact")
    assert commits < 15


async def test_a_slow_database_is_told(database: str, connection: Connection, tmp_path: Path) -> None:
    async with recording(database, tmp_path) as recorder, transaction(connection):
        await connection.execute("lock table fact in exclusive mode")
        recorder.record([queued(1)])
        with patch.object(recorder_module, "TOLD_AFTER_SECONDS", 0.2):
            await eventually(lambda: recorder.warnings() != [])
            [warning] = recorder.warnings()
        assert "is slow: 1 facts wait" in warning
        assert recorder.behind_seconds > 0.2


async def test_it_ends_soon_though_the_database_falls_silent_in_mid_transaction(
    database: str, connection: Connection, tmp_path: Path
) -> None:
    with tempfile.TemporaryDirectory(prefix="acd-", dir="/tmp") as short:
        async with tapped_database(database, Path(short)) as tap:
            recorder = await open_recorder(tap.url, tmp_path)
            async with transaction(connection):
                await connection.execute("lock table fact in exclusive mode")
                await recorder.durable(recorder.record([queued(1)]))
                await eventually(lambda: any(b"insert into fact" in words for words in tap.said_since(0)))
                tap.cut()
            async with asyncio.timeout(CLOSE_WITHIN.total_seconds() + 3):
                await recorder.close()
            assert (recorder.pending, recorder.pending_on_disk) == (1, 0)
    assert await recalled(database, tmp_path) == [queued(1)]


async def test_a_transaction_that_is_cancelled_ends_at_once_and_hides_nothing(connection: Connection) -> None:
    begun = asyncio.Event()

    async def sleeps() -> None:
        async with transaction(connection):
            begun.set()
            await connection.execute("select pg_sleep(60)")

    task = asyncio.create_task(sleeps())
    await begun.wait()
    task.cancel()
    async with asyncio.timeout(1):
        await asyncio.wait([task])
    assert task.cancelled()
    assert connection.is_closed()


# --- the engine killed

WRITER = """
import asyncio, sys
from pathlib import Path
from tests.integration.recorders import open_recorder, queued

async def write(url, spool, first):
    recorder = await open_recorder(url, Path(spool))
    number = first
    while True:
        last = recorder.record([queued(number), queued(number + 1)])
        number += 2
        await recorder.durable(last)
        print("confirmed", last, flush=True)

asyncio.run(write(sys.argv[1], sys.argv[2], int(sys.argv[3])))
"""


@pytest.mark.parametrize("away", [False, True], ids=["with the database", "the database away in the end"])
async def test_killed_at_any_moment_everything_that_was_confirmed_is_there(
    own_postgres: TestPostgres, tmp_path: Path, away: bool
) -> None:
    moments, first = random.Random(7), 0
    for _ in range(4):
        writer = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", WRITER, own_postgres.url(), tmp_path, str(first)), stdout=subprocess.PIPE
        )
        assert writer.stdout is not None
        said = await writer.stdout.readuntil(b"confirmed ")
        if away:
            own_postgres.kill()
        await asyncio.sleep(moments.uniform(0, 0.1))
        writer.kill()
        said += (await writer.communicate())[0]
        confirmed = max(map(int, re.findall(rb"confirmed (\d+)\n", said)), default=0)
        if away:
            own_postgres.start()
        facts = await recalled(own_postgres.url(), tmp_path)
        assert len(facts) >= confirmed
        assert facts == [queued(number) for number in range(len(facts))], "in order, none lost, none twice"
        first = len(facts)
    assert set_aside(tmp_path) == []


# --- what a start finds


async def left(connection: Connection, spool: Path, *, first: int, last: int, journal: str | None = None) -> Path:
    """A segment as an engine before has left it, with these facts: number n is `queued(n)`."""
    own = journal or str(await connection.fetchval("select journal from lease"))
    spool.mkdir(exist_ok=True)
    segment = spool / f"00000000-{first:06}.spool"
    segment.write_bytes(header_line(own, 0) + lines(entry(n, queued(n)) for n in range(first, last + 1)))
    return segment


async def in_database(connection: Connection, *facts: Recorded) -> None:
    await connection.execute(ALLOW_FACTS)
    await to_database.store(connection, [entry(n, fact) for n, fact in enumerate(facts, start=1)])


def names(facts: Sequence[Recorded]) -> list[int]:
    return [int(each.fact.caller.number) for each in facts if isinstance(each.fact, CallQueued)]


async def test_what_the_database_has_already_is_not_written_twice(
    database: str, connection: Connection, tmp_path: Path
) -> None:
    await in_database(connection, queued(1), queued(2), queued(3))
    await left(connection, tmp_path, first=2, last=5)
    await left(connection, tmp_path, first=4, last=7)  # a write that failed is written again elsewhere
    assert names(await recalled(database, tmp_path)) == [1, 2, 3, 4, 5, 6, 7]
    assert (segments(tmp_path), set_aside(tmp_path)) == ([], [])


async def test_facts_that_contradict_the_database_are_set_aside_and_told(
    database: str, connection: Connection, tmp_path: Path
) -> None:
    await in_database(connection, queued(1), queued(2), queued(33), queued(34))
    await left(connection, tmp_path, first=2, last=4)
    following = await left(connection, tmp_path, first=5, last=9)
    content = following.read_bytes()
    with capture_logs() as logs:
        async with recording(database, tmp_path) as recorder:
            assert names((await recorder.recall())[1]) == [1, 2, 33, 34], "the database wins"
            assert recorder.warnings() == [f"2 files in the spool {tmp_path} were set aside; see the log"]
    told = [entry for entry in logs if entry["event"] == "spool_set_aside"]
    assert [entry["why"] for entry in told] == ["contradicts-the-database"] * 2
    assert set_aside(tmp_path) == ["contradicts-the-database-1"] * 2
    assert (tmp_path / f"{following.name}.contradicts-the-database-1").read_bytes() == content


async def test_facts_of_another_journal_are_set_aside(database: str, connection: Connection, tmp_path: Path) -> None:
    await left(connection, tmp_path, first=1, last=3, journal="another")
    await left(connection, tmp_path, first=2, last=2, journal="another")
    assert await recalled(database, tmp_path) == []
    assert set_aside(tmp_path) == ["of-another-journal-1"] * 2


async def test_facts_behind_a_gap_are_set_aside(database: str, connection: Connection, tmp_path: Path) -> None:
    """As after the database was brought back from an old backup."""
    await in_database(connection, queued(1))
    await left(connection, tmp_path, first=3, last=4)
    assert names(await recalled(database, tmp_path)) == [1]
    assert set_aside(tmp_path) == ["behind-a-gap-1"]


async def test_of_a_damaged_segment_everything_before_the_damage_is_used(
    database: str, connection: Connection, tmp_path: Path
) -> None:
    segment = await left(connection, tmp_path, first=1, last=5)
    whole = segment.read_bytes()
    segment.write_bytes(whole.replace(b"call-3", b"call-4", 1))
    assert names(await recalled(database, tmp_path)) == [1, 2]
    assert set_aside(tmp_path) == ["behind-a-gap-1"]


async def test_damage_to_what_the_database_has_costs_nothing(
    database: str, connection: Connection, tmp_path: Path
) -> None:
    await in_database(connection, queued(1), queued(2), queued(3))
    segment = await left(connection, tmp_path, first=1, last=5)
    segment.write_bytes(segment.read_bytes().replace(b"call-3", b"call-4", 1))
    assert names(await recalled(database, tmp_path)) == [1, 2, 3, 4, 5]
    assert set_aside(tmp_path) == ["damaged-1"]


async def test_a_torn_record_is_lost_alone(database: str, connection: Connection, tmp_path: Path) -> None:
    segment = await left(connection, tmp_path, first=1, last=5)
    segment.write_bytes(segment.read_bytes()[:-3])
    with capture_logs() as logs:
        assert names(await recalled(database, tmp_path)) == [1, 2, 3, 4]
    assert "spool_torn" in [entry["event"] for entry in logs]
    assert (segments(tmp_path), set_aside(tmp_path)) == ([], [])


async def test_of_a_step_that_is_torn_nothing_is_used(database: str, connection: Connection, tmp_path: Path) -> None:
    async with recording(database, tmp_path) as recorder:
        await recorder.durable(recorder.record([queued(1)]))
        await stored(recorder)
        journal = await connection.fetchval("select journal::text from lease")
    step = [entry(n, queued(n), ends_step=n == 4) for n in (2, 3, 4)]
    segment = tmp_path / "00000000-000001.spool"
    segment.write_bytes(header_line(journal, 0) + lines(step)[:-3])
    assert names(await recalled(database, tmp_path)) == [1]
    assert (segments(tmp_path), set_aside(tmp_path)) == ([], [])
    segment.write_bytes(header_line(journal, 0) + lines(step))
    assert names(await recalled(database, tmp_path)) == [1, 2, 3, 4]


# --- the disk


async def test_a_full_disk_is_told_and_the_database_takes_its_place(database: str, tmp_path: Path) -> None:
    async with recording(database, tmp_path) as recorder:
        with patch.object(os, "write", _no_room), capture_logs() as logs:
            for number in range(1, 4):
                await asyncio.wait_for(recorder.durable(recorder.record([queued(number)])), 5)
            await stored(recorder)
            await eventually(lambda: recorder.spool_errors_total > 0)
        assert [entry["event"] for entry in logs] == ["spool_failed"]
        await recorder.durable(recorder.record([queued(4)]))
        await eventually(lambda: recorder.spool_trouble is None)
        assert recorder.warnings() == []
    assert names(await recalled(database, tmp_path)) == [1, 2, 3, 4]


async def test_with_neither_disk_nor_database_nothing_is_confirmed(own_postgres: TestPostgres, tmp_path: Path) -> None:
    recorder = await open_recorder(own_postgres.url(), tmp_path)
    own_postgres.kill()
    with patch.object(os, "write", _no_room), capture_logs() as logs:
        last = recorder.record([queued(1), queued(2)])
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(recorder.durable(last), 0.5)
        await eventually(lambda: recorder.last_error is not None)
        assert "2 facts are in memory only: a crash would lose them" in recorder.warnings()
        waiting = asyncio.create_task(recorder.durable(last))
        with patch.object(recorder_module, "CLOSE_WITHIN", timedelta(seconds=0.5)):
            await asyncio.wait_for(recorder.close(), 10)
    assert [entry["facts"] for entry in logs if entry["event"] == "journal_facts_lost"] == [2]
    with pytest.raises(ConnectionError):
        await waiting


def _no_room(_: int, __: object) -> int:
    raise OSError(28, "No space left on device")


# --- another engine


async def test_an_engine_whose_epoch_is_over_can_write_nothing_any_more(
    database: str, connection: Connection, tmp_path: Path
) -> None:
    recorder = await open_recorder(database, tmp_path)
    await connection.execute("update lease set epoch = epoch + 1")
    recorder.record([queued(1)])
    with pytest.raises(LeaseLost):
        await asyncio.wait_for(recorder.fault(), 20)
    with pytest.raises(ConnectionError, match="the journal is closed"):
        await recorder.durable(1)
    await recorder.close()
    assert await connection.fetchval("select count(*) from fact") == 0


async def test_facts_of_another_engine_end_this_one(own_postgres: TestPostgres, tmp_path: Path) -> None:
    """Two journals cannot both be true: whoever finds the other's facts after his last has to begin again."""
    recorder: Recorder = await open_recorder(own_postgres.url(), tmp_path / "one")
    recorder.record([queued(1)])
    await stored(recorder)
    own_postgres.kill()
    own_postgres.start()
    async with recording(own_postgres.url(), tmp_path / "other") as other:
        other.record([queued(2)])
        await stored(other)
    recorder.record([queued(3)])
    with pytest.raises(JournalForked):
        await asyncio.wait_for(recorder.fault(), 20)
    await recorder.close()
    assert await recalled(own_postgres.url(), tmp_path / "one") == [queued(1), queued(2)]
    assert set_aside(tmp_path / "one") == ["contradicts-the-database-1"]
