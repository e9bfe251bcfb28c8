"""A state directory of an older `acd up`: there a superuser made the database, here the engine is its owner."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from acd.runtime.database import close, connect
from acd.runtime.schema import SCHEMA_VERSION
from acd.runtime.store import Store
from acd.runtime.up.children import Child, Program
from acd.runtime.up.postgres import DATABASE, ENGINE, SUPERUSER, reached, url
from acd.stored.transaction import transaction
from tests.integration.older_schema import make_schema
from tests.integration.postgres import TestPostgres

BEFORE_THE_PORTAL = 4

OF_ANOTHER_OWNER = """
    select 'table ' || relname as thing from pg_class
     where relnamespace = 'public'::regnamespace and relkind in ('r', 'S', 'v', 'm') and relowner <> $1::regrole
    union all
    select 'type ' || typname from pg_type where typnamespace = 'public'::regnamespace and typowner <> $1::regrole
    union all
    select 'routine ' || proname from pg_proc where pronamespace = 'public'::regnamespace and proowner <> $1::regrole
"""


@pytest.fixture
def server() -> Iterator[TestPostgres]:
    """As the older program left it: empty, with its superuser."""
    server = TestPostgres()
    try:
        server.start()
        server.execute(f"create role {SUPERUSER} superuser login")
        server.execute(f"create database {DATABASE} owner {SUPERUSER}")
        yield server
    finally:
        server.remove()


@pytest.mark.parametrize("version", [1, BEFORE_THE_PORTAL])
async def test_what_a_superuser_made_becomes_the_engines(server: TestPostgres, version: int) -> None:
    older = await connect(server.url(DATABASE, SUPERUSER))
    await make_schema(older, version)
    await older.execute(
        """
        insert into account (domain) values ('demo.example');
        insert into app_user (account, extension, name) values ('demo.example', '1001', 'Anna')
        """
    )
    await close(older)

    for _ in ("the first start", "the next one"):
        child = Child(Program(name="PostgreSQL", command=(), log=Path("/dev/null")), lock=0)
        await reached(server.sockets, child)
        store = await Store.open(url(server.sockets))
        assert child.ready

    engine = await connect(url(server.sockets))
    assert await engine.fetchval("select current_user") == ENGINE
    assert not await engine.fetchval("select rolsuper or rolbypassrls from pg_roles where rolname = current_user")
    assert await engine.fetchval("select version from schema_version") == SCHEMA_VERSION
    assert [user.name for user in (await store.load())[0].agents.values()] == ["Anna"]
    assert [row["thing"] for row in await engine.fetch(OF_ANOTHER_OWNER, ENGINE)] == []
    async with transaction(engine):
        await engine.execute("set local acd.portal = 'on'; set local acd.account = 'theirs.example'")
        assert await engine.fetchval("select count(*) from app_user") == 0
    await close(engine)
