"""The lease against a real database: one engine writes, the next one waits for it, and a stale one is refused."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from acd.runtime.database import Connection, close, connect
from tests.integration.postgres import ALLOW_FACTS

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
    async with connection.transaction():
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
    async with second.transaction():
        await second.execute(TAKE)
        writing = asyncio.create_task(connection.execute(FACT, 1))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.shield(writing), 0.3)
    with pytest.raises(asyncpg.PostgresError, match="is in epoch 1, this session writes in epoch 0"):
        await asyncio.wait_for(writing, 1)
