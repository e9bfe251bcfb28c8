"""A portal for each test, on a database of its own whose owner is no superuser: row security holds for him."""

import itertools
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from acd.runtime.schema import SCHEMA
from tests.integration.postgres import TestPostgres
from tests.portal.live import LivePortal, live_portal

_NUMBERS = itertools.count(1)


@pytest.fixture(scope="session")
def server() -> Iterator[TestPostgres]:
    """A server that these tests share, with a database to copy that the user `acd` owns."""
    server = TestPostgres()
    try:
        server.start()
        server.execute("create role acd login")
        server.execute("create database template_acd owner acd")
        server.execute(f"set role acd; {SCHEMA.read_text()}", "template_acd")
        yield server
    finally:
        server.remove()


@pytest.fixture
def owned_database(server: TestPostgres) -> Iterator[str]:
    """The address of a database with the schema and no rows, as its owner reaches it."""
    name = f"test_{next(_NUMBERS)}"
    server.execute(f"create database {name} template template_acd owner acd")
    yield server.url(name, user="acd")
    server.execute(f"drop database {name} with (force)")


@pytest.fixture
async def live(owned_database: str, tmp_path: Path) -> AsyncIterator[LivePortal]:
    """A running portal with our account and theirs."""
    async with live_portal(owned_database, tmp_path / "mail") as portal:
        yield portal
