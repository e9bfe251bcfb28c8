"""The configuration in the database: read whole, and read again when it changes.

It writes nothing; that is `apply`. Every read is one transaction, so what it gives belongs together.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Mapping, Sequence
from datetime import timedelta
from typing import Final, Self, TypeVar

import asyncpg
import structlog

from acd.model import (
    AccountId,
    Agent,
    AgentId,
    Configuration,
    Device,
    DeviceId,
    QueueId,
    agent_id,
)
from acd.ports import DirectoryEntry, Endpoint, Provisioning
from acd.runtime.database import (
    LOST,
    Connection,
    DatabaseError,
    Pauses,
    Row,
    address,
    close,
    connect_when_there,
    connected,
    in_words,
)
from acd.runtime.schema import ensure_schema
from acd.stored.rows import account_of, assignment_of, queue_of
from acd.stored.transaction import transaction

CHANNEL: Final = "acd_configuration"

PROBE_EVERY: Final = timedelta(seconds=15)
"""How often a quiet connection is asked whether it still lives."""

PIECE: Final = 100
"""So many rows are read at once, in about half a millisecond."""

NOTHING_YET: Final = Configuration()

Some = TypeVar("Some")
Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

_log = structlog.get_logger(__name__)


class Store:
    """The configuration of all accounts."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.listening = False
        """Whether changes are heard at present; the database is reachable then."""

    @classmethod
    async def open(cls, url: str) -> Self:
        """Reach the database, waiting for it, and create the schema where it is empty.

        Raises `DatabaseError` where the database cannot be used.
        """
        connection = await connect_when_there(url)
        try:
            await ensure_schema(connection)
        finally:
            await close(connection)
        return cls(url)

    async def load(self, known: Configuration = NOTHING_YET) -> tuple[Configuration, Provisioning]:
        """What the engine decides by, and what Asterisk has to be told. Made in pieces, between which calls go on.

        What is as in `known` is given as the same object, so whoever has that sees at once what is different. Raises
        one of `acd.runtime.database.LOST` where the database is away.
        """
        async with (
            connected(self._url) as connection,
            transaction(connection, isolation="repeatable_read", readonly=True),
        ):
            users = await connection.fetch("select account, extension, name from app_user order by account, extension")
            devices = await connection.fetch(
                "select d.name, d.account, d.owner, d.secret, u.name as owner_name"
                "  from device d join app_user u on u.account = d.account and u.extension = d.owner"
                " order by d.account, d.owner, d.name"
            )
            accounts = await connection.fetch("select * from account order by domain")
            queues = await connection.fetch("select * from queue order by account, number")
            assignments = await connection.fetch(
                "select a.*, case when not all_devices then array("
                "           select device from assignment_device d"
                "            where (d.account, d.agent, d.queue) = (a.account, a.agent, a.queue)"
                "       ) end as devices"
                "  from assignment a order by account, queue, position, agent"
            )
        configuration = Configuration(
            accounts=await _values(accounts, account_of, lambda account: account.id, known.accounts),
            agents=await _values(users, _agent_of, lambda agent: agent.id, known.agents),
            devices=await _values(devices, _device_of, lambda device: device.id, known.devices),
            queues=await _values(queues, queue_of, lambda queue: queue.id, known.queues),
            assignments=await _values(
                assignments, assignment_of, lambda entry: (entry.agent, entry.queue), known.assignments
            ),
        )
        endpoints = [endpoint async for piece in _in_pieces(devices) for endpoint in map(_endpoint_of, piece)]
        return configuration, Provisioning(endpoints=tuple(endpoints), directory=await _directory(configuration))

    async def listen(self, changed: Callable[[], Awaitable[None]]) -> None:
        """Call `changed` whenever the configuration has changed, for ever.

        It is called once after every connect too, because a change may have been missed. Changes during a call of it
        make one more call. A database that goes away is waited for; so is one that goes away inside `changed`.
        """
        pauses = Pauses()
        while True:
            try:
                connection = await connect_when_there(self._url)
                try:
                    await self._listen_on(connection, changed, pauses)
                finally:
                    self.listening = False
                    await close(connection)
            except (*LOST, asyncpg.PostgresError, DatabaseError) as error:
                _log.warning("database_lost", database=address(self._url), why=in_words(error))
            await pauses.rest()

    async def _listen_on(self, connection: Connection, changed: Callable[[], Awaitable[None]], pauses: Pauses) -> None:
        news = asyncio.Event()

        def heard(*_: object) -> None:
            news.set()

        connection.add_termination_listener(heard)
        await connection.add_listener(CHANNEL, heard)
        news.set()
        while not connection.is_closed():
            self.listening = True
            try:
                async with asyncio.timeout(PROBE_EVERY.total_seconds()):
                    await news.wait()
            except TimeoutError:
                await connection.execute("select 1")
                continue
            news.clear()
            if not connection.is_closed():
                await changed()
                pauses.reset()
        raise ConnectionResetError("the database closed the connection")


# --- rows to values


async def _in_pieces(entries: Sequence[Some]) -> AsyncIterator[Sequence[Some]]:
    for first in range(0, len(entries), PIECE):
        yield entries[first : first + PIECE]
        await asyncio.sleep(0)


async def _values(
    rows: Sequence[Row], value_of: Callable[[Row], Value], key_of: Callable[[Value], Key], known: Mapping[Key, Value]
) -> dict[Key, Value]:
    values: dict[Key, Value] = {}
    async for piece in _in_pieces(rows):
        for value in map(value_of, piece):
            before = known.get(key_of(value))
            same = value if before != value or before is None else before
            values[key_of(same)] = same
    return values


def _agent_of(row: Row) -> Agent:
    account = AccountId(row["account"])
    return Agent(id=agent_id(account, row["extension"]), account=account, extension=row["extension"], name=row["name"])


def _device_of(row: Row) -> Device:
    return Device(id=DeviceId(row["name"]), owner=agent_id(AccountId(row["account"]), row["owner"]))


def _endpoint_of(row: Row) -> Endpoint:
    return Endpoint(
        device=DeviceId(row["name"]),
        account=AccountId(row["account"]),
        extension=row["owner"],
        caller_name=row["owner_name"],
        secret=row["secret"],
    )


async def _directory(configuration: Configuration) -> tuple[DirectoryEntry, ...]:
    """Every number, and what rings for it when the dial plan acts alone: for a queue its agents' phones, in order."""
    phones: dict[AgentId, list[DeviceId]] = {}
    for device in configuration.devices.values():
        phones.setdefault(device.owner, []).append(device.id)
    ringing: dict[QueueId, list[DeviceId]] = {}
    async for entries in _in_pieces(tuple(configuration.assignments.values())):
        for entry in entries:
            owned = phones.get(entry.agent, [])
            rung = owned if entry.devices is None else [phone for phone in owned if phone in entry.devices]
            ringing.setdefault(entry.queue, []).extend(rung)
    users = [
        DirectoryEntry(
            account=agent.account, number=agent.extension, is_queue=False, devices=tuple(phones.get(agent.id, []))
        )
        async for agents in _in_pieces(tuple(configuration.agents.values()))
        for agent in agents
    ]
    queues = [
        DirectoryEntry(
            account=queue.account, number=queue.number, is_queue=True, devices=tuple(ringing.get(queue.id, []))
        )
        for queue in configuration.queues.values()
    ]
    return (*users, *queues)
