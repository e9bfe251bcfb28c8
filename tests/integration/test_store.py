"""`Store` against a real database: the schema, loading, and hearing of changes."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from acd.centre import read_centre
from acd.model import (
    Account,
    AccountId,
    Agent,
    AgentId,
    Assignment,
    Configuration,
    Device,
    DeviceId,
    Queue,
    QueueId,
    QueueType,
)
from acd.ports import DirectoryEntry, Endpoint
from acd.runtime.database import Connection, DatabaseError, close, connect
from acd.runtime.schema import SCHEMA_VERSION
from acd.runtime.store import Store
from tests.integration.centres import RULES, SMALL, apply
from tests.integration.postgres import TestPostgres
from tests.integration.waiting import eventually

DEMO = AccountId("demo.example")
ANNA, BEN = AgentId("1001@demo.example"), AgentId("1002@demo.example")
SALES, SUPPORT = QueueId("7001@demo.example"), QueueId("7002@demo.example")
ANNAS_DESK, ANNAS_SOFT, BENS_DESK = DeviceId("1001-desk"), DeviceId("1001-soft"), DeviceId("1002-desk")


async def test_an_empty_database_gets_the_schema_once(empty_database: str) -> None:
    stores = await asyncio.gather(*(Store.open(empty_database) for _ in range(3)))
    assert [await store.load() for store in stores] == [await stores[0].load()] * 3
    configuration, provisioning = await stores[0].load()
    assert configuration == Configuration()
    assert (provisioning.endpoints, provisioning.directory) == ((), ())


async def test_the_schema_of_a_newer_program_is_refused(database: str, connection: Connection) -> None:
    await connection.execute("update schema_version set version = version + 1")
    with pytest.raises(DatabaseError) as raised:
        await Store.open(database)
    assert str(raised.value) == (
        "the database has the schema of a newer program "
        f"(version {SCHEMA_VERSION + 1}, this one knows {SCHEMA_VERSION}); "
        "run the newer program, or give this one a database of its own"
    )


async def test_the_database_of_something_else_is_refused(empty_database: str) -> None:
    connection = await connect(empty_database)
    await connection.execute("create table invoice (id integer)")
    with pytest.raises(
        DatabaseError, match=r"tables of something else \(invoice\); give the call centre one of its own"
    ):
        await Store.open(empty_database)
    assert await connection.fetchval("select to_regclass('fact') is null")
    await close(connection)


async def test_a_user_without_rights_is_told_what_he_needs(postgres: TestPostgres, empty_database: str) -> None:
    postgres.execute("create role nobody_special login")
    with pytest.raises(
        DatabaseError, match=r"lacks a right \(permission denied for schema public\); make him the owner"
    ):
        await Store.open(empty_database.replace("postgres@", "nobody_special@"))
    postgres.execute("drop role nobody_special")


async def test_a_user_who_does_not_exist_is_told(postgres: TestPostgres) -> None:
    with pytest.raises(DatabaseError, match=r"refuses this user or password; correct the database address"):
        await Store.open(postgres.url().replace("postgres@", "stranger:open-sesame@"))


@pytest.mark.parametrize(
    "url", ["postgresql://a:b@[::1/x", "postgresql://h:notaport/x", "postgresql://h/x?sslmode=odd"]
)
async def test_an_address_that_is_none_is_told_without_its_password(url: str) -> None:
    with pytest.raises(DatabaseError, match="the database address cannot be used"):
        await Store.open(url)


async def test_a_database_that_does_not_exist_is_told_without_the_password(postgres: TestPostgres) -> None:
    url = postgres.url("nowhere").replace("postgres@", "postgres:open-sesame@")
    with pytest.raises(
        DatabaseError, match=r"^database nowhere at /\S+ does not exist; create it with createdb"
    ) as raised:
        await Store.open(url)
    assert "open-sesame" not in str(raised.value)


async def test_what_was_applied_is_loaded(database: str, connection: Connection) -> None:
    store = await Store.open(database)
    await apply(connection, SMALL)
    configuration, provisioning = await store.load()
    assert configuration == Configuration(
        accounts={DEMO: Account(id=DEMO)},
        agents={
            ANNA: Agent(id=ANNA, account=DEMO, extension="1001", name="Anna Bell"),
            BEN: Agent(id=BEN, account=DEMO, extension="1002", name="Ben Carter"),
        },
        devices={
            ANNAS_DESK: Device(id=ANNAS_DESK, owner=ANNA),
            ANNAS_SOFT: Device(id=ANNAS_SOFT, owner=ANNA),
            BENS_DESK: Device(id=BENS_DESK, owner=BEN),
        },
        queues={
            SALES: Queue(id=SALES, account=DEMO, number="7001", name="Sales", wrap_up=timedelta(seconds=10)),
            SUPPORT: Queue(
                id=SUPPORT,
                account=DEMO,
                number="7002",
                name="Support",
                type=QueueType.RING_ALL,
                priority=2,
                wrap_up_mandatory=True,
                ring_time=timedelta(seconds=30),
                declined_back_off=timedelta(seconds=1),
            ),
        },
        assignments={
            (ANNA, SALES): Assignment(agent=ANNA, queue=SALES, order=2),
            (BEN, SALES): Assignment(agent=BEN, queue=SALES),
            (ANNA, SUPPORT): Assignment(
                agent=ANNA,
                queue=SUPPORT,
                priority=3,
                wrap_up=timedelta(seconds=90),
                max_calls=2,
                devices=frozenset({ANNAS_SOFT}),
            ),
        },
    )
    assert provisioning.endpoints[0] == Endpoint(
        device=ANNAS_DESK, account=DEMO, extension="1001", caller_name="Anna Bell", secret="first-secret"
    )
    assert [endpoint.device for endpoint in provisioning.endpoints] == [ANNAS_DESK, ANNAS_SOFT, BENS_DESK]
    assert provisioning.directory == (
        DirectoryEntry(account=DEMO, number="1001", is_queue=False, devices=(ANNAS_DESK, ANNAS_SOFT)),
        DirectoryEntry(account=DEMO, number="1002", is_queue=False, devices=(BENS_DESK,)),
        DirectoryEntry(account=DEMO, number="7001", is_queue=True, devices=(BENS_DESK, ANNAS_DESK, ANNAS_SOFT)),
        DirectoryEntry(account=DEMO, number="7002", is_queue=True, devices=(ANNAS_SOFT,)),
    )


@pytest.mark.parametrize(
    "text",
    [
        SMALL,
        RULES,
        RULES.replace('queue = "7002" }', 'extension = "1002" }'),
        RULES.replace('queue = "7002" }', 'message = "custom/closed" }'),
        SMALL.replace('"ring_all"', '"call_park"'),
    ],
)
async def test_an_applied_file_and_the_database_agree(database: str, connection: Connection, text: str) -> None:
    await apply(connection, text)
    centre = read_centre(text, "centre.toml")
    configuration, _ = await (await Store.open(database)).load()
    assert tuple(configuration.accounts.values()) == (centre.account,)
    assert tuple(configuration.queues.values()) == centre.queues
    assert set(configuration.assignments.values()) == set(centre.assignments)


async def test_the_numbers_of_a_cascade_are_loaded(database: str, connection: Connection) -> None:
    """And are gone again where the file no longer has them."""
    cascade = SMALL.replace('"ring_all"', '"linear_cascade"\nfirst_round = 3\nincrement = 2')
    for text, numbers in ((cascade, (3, 2)), (SMALL, (None, None))):
        await apply(connection, text)
        configuration, _ = await (await Store.open(database)).load()
        queue = configuration.queues[SUPPORT]
        assert (queue.first_round, queue.increment) == numbers


async def test_a_queue_without_agents_has_nothing_to_ring(database: str, connection: Connection) -> None:
    await apply(connection, '[account]\ndomain = "demo.example"\n[[queues]]\nnumber = "7001"\nname = "Sales"\n')
    configuration, provisioning = await (await Store.open(database)).load()
    assert list(configuration.queues) == [SALES]
    assert provisioning.directory == (DirectoryEntry(account=DEMO, number="7001", is_queue=True, devices=()),)


async def test_thousands_of_rows_are_loaded_quickly(database: str, connection: Connection) -> None:
    await connection.execute(
        """
        insert into account values ('big.example');
        insert into app_user select 'big.example', 100000 + n, 'Agent ' || n from generate_series(1, 5000) n;
        insert into device select 'big-' || n, 'big.example', 100000 + n, 'long-secret' from generate_series(1, 5000) n;
        insert into queue (account, number, name)
            select 'big.example', 700000 + n, 'Queue ' || n from generate_series(1, 500) n;
        insert into assignment (account, agent, queue, all_devices)
            select 'big.example', 100000 + n, 700000 + 1 + (n * m) % 500, n % 2 = 0
              from generate_series(1, 5000) n, generate_series(1, 4) m on conflict do nothing;
        insert into assignment_device
            select account, agent, queue, 'big-' || (agent::integer - 100000) from assignment where not all_devices
        """
    )
    store = await Store.open(database)
    begun = time.monotonic()
    configuration, provisioning = await store.load()
    took_s = time.monotonic() - begun
    assert (len(configuration.agents), len(configuration.queues)) == (5000, 500)
    assert len(configuration.assignments) > 19_000
    assert (len(provisioning.endpoints), len(provisioning.directory)) == (5000, 5500)
    assert took_s < 5, f"{took_s:.2f} s"
    print(f"{len(configuration.assignments)} assignments, 5000 agents loaded in {took_s:.2f} s")


# --- hearing of changes


class Heard:
    """Counts what `listen` tells."""

    def __init__(self) -> None:
        self.times = 0

    async def __call__(self) -> None:
        self.times += 1


@asynccontextmanager
async def listening(store: Store, heard: Heard) -> AsyncGenerator[None, None]:
    task = asyncio.create_task(store.listen(heard))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled(), task.exception()


async def test_a_change_is_heard(database: str, connection: Connection) -> None:
    heard = Heard()
    store = await Store.open(database)
    async with listening(store, heard):
        await eventually(lambda: heard.times == 1)
        assert store.listening
        await apply(connection, SMALL)
        await eventually(lambda: heard.times == 2)
        await apply(connection, SMALL)
        await connection.execute("notify acd_configuration")
        await eventually(lambda: heard.times == 3)
    assert not store.listening


async def test_changes_while_one_is_being_read_are_read_once_more(database: str, connection: Connection) -> None:
    entered, go_on = asyncio.Semaphore(0), asyncio.Semaphore(0)

    async def slow() -> None:
        entered.release()
        await go_on.acquire()

    task = asyncio.create_task((await Store.open(database)).listen(slow))
    await entered.acquire()
    for _ in range(5):
        await connection.execute("notify acd_configuration")
    other = await connect(database)  # a notice reaches both connections in the same order
    await other.execute("select 1")
    await close(other)
    go_on.release()
    await entered.acquire()
    go_on.release()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(entered.acquire(), 0.3)
    task.cancel()
    await asyncio.wait([task])


async def test_listening_survives_the_database(own_postgres: TestPostgres) -> None:
    heard = Heard()
    store = await Store.open(own_postgres.url())
    with capture_logs() as logs:
        async with listening(store, heard):
            await eventually(lambda: heard.times == 1)
            own_postgres.kill()
            await eventually(lambda: len(logs) == 2)
            assert not store.listening
            own_postgres.start()
            await eventually(lambda: heard.times == 2)
            own_postgres.execute("notify acd_configuration")
            await eventually(lambda: heard.times == 3)
    assert [entry["event"] for entry in logs] == ["database_lost", "database_waiting", "database_reached"]


async def test_a_start_waits_for_the_database_and_says_so_once(own_postgres: TestPostgres) -> None:
    own_postgres.kill()
    with capture_logs() as logs:
        opening = asyncio.create_task(Store.open(own_postgres.url()))
        await eventually(lambda: bool(logs))
        own_postgres.start()
        store = await opening
    assert [entry["event"] for entry in logs] == ["database_waiting", "database_reached"]
    assert logs[0]["why"] == "nobody listens there"
    assert (await store.load())[0] == Configuration()
