"""A real PostgreSQL: one server for all tests, and for each test a database of its own; and a real Asterisk."""

import itertools
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from acd.runtime.database import Connection, close, connect
from acd.runtime.schema import SCHEMA
from tests.integration.asterisk import TestAsterisk
from tests.integration.postgres import TestPostgres
from tests.integration.switchboard import Switchboard, everybody_hangs_up, switchboard

_NUMBERS = itertools.count(1)


@pytest.fixture(scope="session")
def postgres() -> Iterator[TestPostgres]:
    """A server that all tests share, with a database to copy that holds the schema and nothing else."""
    server = TestPostgres()
    try:
        server.start()
        server.execute("create database template_acd")
        server.execute(SCHEMA.read_text(), "template_acd")
        yield server
    finally:
        server.remove()


@pytest.fixture
def own_postgres() -> Iterator[TestPostgres]:
    """A server for one test alone, which may kill it; the schema is there."""
    server = TestPostgres()
    try:
        server.start()
        server.execute(SCHEMA.read_text())
        yield server
    finally:
        server.remove()


@pytest.fixture
def empty_database(postgres: TestPostgres) -> Iterator[str]:
    """The address of a database without anything in it."""
    yield from _database(postgres, "template0")


@pytest.fixture
def database(postgres: TestPostgres) -> Iterator[str]:
    """The address of a database with the schema and no rows."""
    yield from _database(postgres, "template_acd")


def _database(postgres: TestPostgres, template: str) -> Iterator[str]:
    name = f"test_{next(_NUMBERS)}"
    postgres.execute(f"create database {name} template {template}")
    yield postgres.url(name)
    postgres.execute(f"drop database {name} with (force)")


@pytest.fixture
async def connection(database: str) -> AsyncIterator[Connection]:
    """A connection to that database."""
    opened = await connect(database)
    yield opened
    await close(opened)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where that Asterisk keeps its files."""
    return tmp_path_factory.mktemp("asterisk")


@pytest.fixture(scope="module")
def asterisk(home: Path) -> Iterator[TestAsterisk]:
    """A running one, which the tests of one file share."""
    running = TestAsterisk(home)
    try:
        running.start()
        yield running
    finally:
        running.kill()


@pytest.fixture
async def board(asterisk: TestAsterisk) -> AsyncIterator[Switchboard]:
    """Our bridge at that Asterisk, with phones, and the engine's part played by the test."""
    async with switchboard(asterisk) as connected:
        yield connected
    await everybody_hangs_up(asterisk)
