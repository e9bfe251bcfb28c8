"""The configuration in the database: read whole, and read again when it changes.

It writes nothing; that is `apply`. Every read is one transaction, so what it gives belongs together.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from itertools import groupby
from typing import Final, Self

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

CHANNEL: Final = "acd_configuration"

PROBE_EVERY: Final = timedelta(seconds=15)
"""How often a quiet connection is asked whether it still lives."""

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

    async def load(self) -> tuple[Configuration, Provisioning]:
        """What the engine decides by, and what Asterisk has to be told.

        Raises one of `acd.runtime.database.LOST` where the database is away.
        """
        async with (
            connected(self._url) as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
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
            accounts={account.id: account for account in map(account_of, accounts)},
            agents=_agents(users),
            devices=_devices(devices),
            queues={queue.id: queue for queue in map(queue_of, queues)},
            assignments={(entry.agent, entry.queue): entry for entry in map(assignment_of, assignments)},
        )
        return configuration, Provisioning(endpoints=_endpoints(devices), directory=_directory(configuration))

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


def _agents(rows: Sequence[Row]) -> dict[AgentId, Agent]:
    agents: dict[AgentId, Agent] = {}
    for row in rows:
        account = AccountId(row["account"])
        agent = agent_id(account, row["extension"])
        agents[agent] = Agent(id=agent, account=account, extension=row["extension"], name=row["name"])
    return agents


def _devices(rows: Sequence[Row]) -> dict[DeviceId, Device]:
    return {
        (name := DeviceId(row["name"])): Device(id=name, owner=agent_id(AccountId(row["account"]), row["owner"]))
        for row in rows
    }


def _endpoints(rows: Sequence[Row]) -> tuple[Endpoint, ...]:
    return tuple(
        Endpoint(
            device=DeviceId(row["name"]),
            account=AccountId(row["account"]),
            extension=row["owner"],
            caller_name=row["owner_name"],
            secret=row["secret"],
        )
        for row in rows
    )


def _directory(configuration: Configuration) -> tuple[DirectoryEntry, ...]:
    """Every number, and what rings for it when the dial plan acts alone: for a queue its agents' phones, in order."""
    phones: dict[AgentId, list[DeviceId]] = {}
    for device in configuration.devices.values():
        phones.setdefault(device.owner, []).append(device.id)
    ringing: dict[QueueId, list[DeviceId]] = {}
    for queue, entries in groupby(configuration.assignments.values(), key=lambda entry: entry.queue):
        ringing[queue] = [
            phone
            for entry in entries
            for phone in phones.get(entry.agent, [])
            if entry.devices is None or phone in entry.devices
        ]
    users = tuple(
        DirectoryEntry(
            account=agent.account, number=agent.extension, is_queue=False, devices=tuple(phones.get(agent.id, []))
        )
        for agent in configuration.agents.values()
    )
    queues = tuple(
        DirectoryEntry(
            account=queue.account, number=queue.number, is_queue=True, devices=tuple(ringing.get(queue.id, []))
        )
        for queue in configuration.queues.values()
    )
    return users + queues
