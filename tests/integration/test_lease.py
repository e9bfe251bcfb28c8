"""The lease against a real database: one engine writes, the next one waits for it, and a stale one is refused."""

import asyncio
import signal
import sys
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from acd.runtime import lease as lease_module
from acd.runtime.database import Connection, close, connect
from acd.runtime.lease import LASTS, Lease, LeaseLost
from acd.runtime.owner import Owner
from acd.stored.transaction import transaction
from ari_bridge.claim import CLAIM, Claim, StoodDown
from ari_bridge.client import Client
from tests.integration.asterisk import ARI_PASSWORD, TestAsterisk
from tests.integration.postgres import ALLOW_FACTS, TestPostgres
from tests.integration.waiting import eventually

FACT = "insert into fact (seq, at, kind, body) values ($1, now(), 'asterisk_in_sight', '{}')"
SNAPSHOT = "insert into snapshot (seq, body) values (1, '{}')"
TAKE = "update lease set epoch = epoch + 1, owner = 'another', renewed_at = now()"
RENEW = "update lease set owner = 'the same', renewed_at = now()"


@pytest.fixture
async def second(database: str) -> AsyncIterator[Connection]:
    """Another connection to the same database."""
    opened = await connect(database)
    yield opened
    await close(opened)


# --- what the database keeps by itself


async def test_only_the_present_epoch_writes(connection: Connection) -> None:
    with pytest.raises(asyncpg.PostgresError, match="the lease is in epoch 0, this session writes in epoch none"):
        await connection.execute(FACT, 1)
    await connection.execute(ALLOW_FACTS)
    await connection.execute(FACT, 1)
    await connection.execute(SNAPSHOT)
    await connection.execute(TAKE)
    for statement, arguments in ((FACT, [2]), (SNAPSHOT, [])):
        with pytest.raises(asyncpg.PostgresError, match="is in epoch 1, this session writes in epoch 0") as raised:
            await connection.execute(statement, *arguments)
        assert raised.value.as_dict()["sqlstate"] == "AC001"
    rows = await connection.fetch("select seq, epoch from fact")
    assert [tuple(row.values()) for row in rows] == [(1, 0)]


async def test_taking_the_lease_waits_for_facts_under_way_and_renewing_it_does_not(
    connection: Connection, second: Connection
) -> None:
    await connection.execute(ALLOW_FACTS)
    async with transaction(connection):
        await connection.execute(FACT, 1)
        await asyncio.wait_for(second.execute(RENEW), 1)
        taking = asyncio.create_task(second.execute(TAKE))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.shield(taking), 0.3)
    await asyncio.wait_for(taking, 1)
    assert await connection.fetchval("select count(*) from fact") == 1


async def test_facts_wait_for_a_lease_that_is_being_taken_and_are_refused(
    connection: Connection, second: Connection
) -> None:
    await connection.execute(ALLOW_FACTS)
    async with transaction(second):
        await second.execute(TAKE)
        writing = asyncio.create_task(connection.execute(FACT, 1))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.shield(writing), 0.3)
    with pytest.raises(asyncpg.PostgresError, match="is in epoch 1, this session writes in epoch 0"):
        await asyncio.wait_for(writing, 1)


async def test_an_engine_that_stopped_while_writing_is_not_waited_for(
    database: str, connection: Connection, second: Connection
) -> None:
    """What it has under way would hold up the same facts of whoever comes after it, for ever."""
    await connection.execute(ALLOW_FACTS)
    await connection.execute("begin")
    await connection.execute(FACT, 1)
    await (await asyncio.wait_for(take(database), 5)).release()
    await second.execute(ALLOW_FACTS)
    await asyncio.wait_for(second.execute(FACT, 1), 5)
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
        await connection.execute("commit")


# --- engines

HOLD = """
import asyncio, sys
from acd.runtime.lease import Lease

async def main():
    lease = await Lease.take(sys.argv[1], standing_by=lambda _: None)
    print(lease.epoch, flush=True)
    await lease.lost()

asyncio.run(main())
"""


@pytest.fixture
def brief(monkeypatch: pytest.MonkeyPatch) -> None:
    """A lease of two seconds, for what takes several of them."""
    for name in ("LASTS", "RENEW_EVERY", "TRY_AGAIN_AFTER"):
        monkeypatch.setattr(lease_module, name, getattr(lease_module, name) / 3)


async def take(url: str) -> Lease:
    return await Lease.take(url, standing_by=lambda _: None)


@asynccontextmanager
async def holding(url: str) -> AsyncGenerator[asyncio.subprocess.Process]:
    """Another process that has the lease."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HOLD, url, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        assert process.stdout
        assert (await asyncio.wait_for(process.stdout.readline(), 20)).strip()
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_the_second_engine_waits_until_the_first_gives_it_back(database: str) -> None:
    first, told = await take(database), list[str]()
    standing_by = asyncio.create_task(Lease.take(database, standing_by=told.append))
    await eventually(lambda: bool(told))
    assert told[0].startswith("process ")
    assert not standing_by.done()
    await first.release()
    second = await asyncio.wait_for(standing_by, 2)
    assert (second.journal, second.epoch) == (first.journal, first.epoch + 1)
    await second.release()


@pytest.mark.usefixtures("brief")
async def test_it_is_renewed_for_as_long_as_its_owner_lives(database: str) -> None:
    first = await take(database)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(take(database), lease_module.LASTS.total_seconds() + 1)
    await first.release()


async def test_a_killed_owner_of_this_machine_costs_no_time(database: str) -> None:
    async with holding(database) as process:
        standing_by = asyncio.create_task(take(database))
        await asyncio.sleep(0)
        process.kill()
        began = time.monotonic()
        lease = await asyncio.wait_for(standing_by, 5)
        assert time.monotonic() - began < 2
        assert lease.epoch == 2
        await lease.release()


async def test_a_frozen_owner_loses_it_after_six_seconds_and_hears_of_it(database: str) -> None:
    async with holding(database) as process:
        process.send_signal(signal.SIGSTOP)
        began = time.monotonic()
        lease = await asyncio.wait_for(take(database), LASTS.total_seconds() + 3)
        assert LASTS.total_seconds() <= time.monotonic() - began
        process.send_signal(signal.SIGCONT)
        assert await asyncio.wait_for(process.wait(), 5) == 1, "LeaseLost, which nobody caught"
        await lease.release()


@pytest.mark.usefixtures("brief")
async def test_an_owner_elsewhere_is_believed_until_it_is_silent(database: str, connection: Connection) -> None:
    """Of a process on another machine, or in another container, nothing is known but that it renews."""
    elsewhere = "pbx2 3b241101-e2bb-4255-8caf-4136c566a962 4026531836 1 1"
    await connection.execute("update lease set owner = $1, renewed_at = now() - interval '1 hour'", elsewhere)
    told = list[str]()
    began = time.monotonic()
    lease = await asyncio.wait_for(Lease.take(database, standing_by=told.append), 5)
    assert lease_module.LASTS.total_seconds() <= time.monotonic() - began
    assert set(told) == {"process 1 on pbx2"}
    await lease.release()


async def test_of_two_that_stand_by_one_takes_it(database: str) -> None:
    first = await take(database)
    waiting = {asyncio.create_task(take(database)) for _ in range(2)}
    await asyncio.sleep(0)
    await first.release()
    done, left = await asyncio.wait(waiting, timeout=5, return_when=asyncio.FIRST_COMPLETED)
    [second] = [task.result() for task in done]
    [other] = left
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(asyncio.shield(other), 1)
    await second.release()
    await (await asyncio.wait_for(other, 5)).release()


async def test_who_comes_too_late_hears_that_it_is_taken(database: str, connection: Connection) -> None:
    lease = await take(database)
    await connection.execute(TAKE)
    with pytest.raises(LeaseLost):
        await asyncio.wait_for(lease.lost(), 5)
    await lease.release()
    assert await connection.fetchval("select owner from lease") == "another", "what is not ours is not given back"


@pytest.mark.usefixtures("brief")
async def test_it_outlives_a_database_that_is_away(own_postgres: TestPostgres) -> None:
    """Whoever stands by begins to watch anew: the owner could not renew meanwhile."""
    lease = await take(own_postgres.url())
    standing_by = asyncio.create_task(take(own_postgres.url()))
    own_postgres.kill()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(lease.lost(), lease_module.LASTS.total_seconds() + 1)
    own_postgres.start()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(lease.lost(), lease_module.LASTS.total_seconds())
    assert not standing_by.done()
    await lease.release()
    await (await asyncio.wait_for(standing_by, 5)).release()


def test_a_process_is_told_from_another_of_its_number() -> None:
    ours = Owner.of_this_process()
    assert Owner.read(str(ours)) == ours
    assert not ours.is_no_more(ours)
    later = Owner.read(" ".join([*str(ours).split()[:-1], "1"]))
    assert later is not None
    assert later.is_no_more(ours)
    assert Owner.read("somebody") is None


# --- where the database cannot be asked


async def test_an_engine_that_may_be_stale_finds_in_asterisk_that_it_is(asterisk: TestAsterisk) -> None:
    async with Client(asterisk.url, "acd", ARI_PASSWORD) as client:

        async def claims(epoch: int, *, sure: bool, journal: str = "ours") -> str:
            await Claim(journal=journal, epoch=epoch, is_sure=lambda: sure).make(client)
            value: str = (await client.asterisk.getGlobalVar(variable=CLAIM))["value"]
            return value

        assert await claims(1, sure=False) == "ours 1", "an Asterisk that has just begun knows nobody"
        assert await claims(2, sure=True) == "ours 2"
        with pytest.raises(StoodDown):
            await claims(1, sure=False)
        assert await claims(2, sure=False) == "ours 2"
        assert await claims(1, sure=True) == "ours 1", "the database decides where it can be asked"
        assert await claims(1, sure=False, journal="another") == "another 1"
