"""What the engine has decided, read from the journal in its database as a report would read it."""

import asyncio
import tomllib
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

import asyncpg

from acd.journal import KINDS, decode
from acd.outputs import Fact
from tests.acceptance.centre import RunningCentre
from tests.acceptance.parts import DOMAIN
from tests.phone.waiting import POLL_SECONDS, NotSeenError

F = TypeVar("F")

_REACHABLE = """
    select body->>'reachable' from fact where kind = 'device_reachable' and body->>'device' = $1
    order by seq desc limit 1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry(Generic[F]):
    """One fact, and the instant at which it became true."""

    at: datetime
    fact: F


class Journal:
    """The facts of one centre. They are written some milliseconds after the deed, so a reader waits for them."""

    def __init__(self, centre: RunningCentre) -> None:
        settings = tomllib.loads((centre.home / "state" / "engine.toml").read_text())
        self._url: str = settings["database"]["url"]

    async def facts(self, of: type[F], number: str, *, count: int = 1, within: float = 3.0) -> list[Entry[F]]:
        """All of this kind about this queue, agent or phone, in their order, once there are so many."""
        kind = next(kind for kind, known in KINDS.items() if known is of)
        connection = await asyncpg.connect(self._url)
        loop = asyncio.get_running_loop()
        deadline = loop.time() + within
        try:
            while len(rows := await self._rows(connection, kind, number)) < count:
                if loop.time() > deadline:
                    raise NotSeenError(f"{len(rows)} of {count} {kind} of {number} within {within} s")
                await asyncio.sleep(POLL_SECONDS)
        finally:
            await connection.close()
        entries: list[Entry[F]] = []
        for row in rows:
            fact: Fact = decode(row["kind"], row["body"])
            assert isinstance(fact, of)
            entries.append(Entry(at=row["at"], fact=fact))
        return entries

    async def fact(self, of: type[F], number: str, *, within: float = 3.0) -> Entry[F]:
        """The only one of this kind about that queue, agent or phone."""
        [entry] = await self.facts(of, number, within=within)
        return entry

    async def tells_that_it_is_reachable(self, device: str, *, within: float = 15.0) -> None:
        """Wait for it: an Asterisk that was just told of many phones is slow to say which of them are there."""
        connection = await asyncpg.connect(self._url)
        loop = asyncio.get_running_loop()
        deadline = loop.time() + within
        try:
            while await connection.fetchval(_REACHABLE, device) != "true":
                if loop.time() > deadline:
                    raise NotSeenError(f"{device} is not reachable within {within} s")
                await asyncio.sleep(POLL_SECONDS)
        finally:
            await connection.close()

    async def _rows(self, connection: Any, kind: str, number: str) -> list[Any]:
        rows: list[Any] = await connection.fetch(
            "select at, kind, body from fact where kind = $1 and ($2 in (queue_id, agent_id) or body->>'device' = $3)"
            " order by seq",
            kind,
            f"{number}@{DOMAIN}",
            number,
        )
        return rows
