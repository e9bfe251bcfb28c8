"""Sends facts to other systems, for each webhook in their order, until they have arrived.

What a webhook has got stands in its row, so nothing is left out after a restart or an outage; the last message may
come twice then. A receiver that is slow or away delays its own webhook, and nothing else: facts wait in the journal,
where they are anyway, and no call waits for any of this.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import aiohttp
import msgspec
import structlog

from portal.database import Database, Row
from portal.facts.address import checked
from portal.facts.journal import LOOKED_THROUGH_AT_ONCE, TOLD, Journal, ToldFact
from portal.facts.signing import headers
from portal.problems import Problem

LOOK_EVERY_S: Final = 0.5
AT_ONCE: Final = 100
"""Facts of one message."""
ANSWERED_WITHIN_S: Final = 10.0
FIRST_PAUSE: Final = timedelta(seconds=1)
LONGEST_PAUSE: Final = timedelta(minutes=5)

_ARRIVED: Final = """
    update webhook
       set seq = $3, attempts = 0, next_at = now(), delivered_at = now(), waiting_since = null, last_error = null
     where id = $1 and seq = $2
"""
_PASSED: Final = "update webhook set seq = $3 where id = $1 and seq = $2"
_FAILED: Final = """
    update webhook set attempts = attempts + 1, next_at = now() + $3::interval, waiting_since = $4, last_error = $5
     where id = $1 and seq = $2
"""

_log = structlog.get_logger(__name__)


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """What is sent."""

    webhook: str
    """Its name."""
    account: str
    facts: list[ToldFact]
    """In their order; each has an id by which one that comes twice is known."""


class Webhooks:
    """All of all accounts. `run` it for ever."""

    def __init__(self, database: Database, journal: Journal, allowed: Collection[str]) -> None:
        """`allowed`: the origins that may be called."""
        self.allowed = frozenset(allowed)
        self.posts = Counter[bool]()
        """Messages by whether they arrived; each attempt counts."""
        self.facts_total = 0
        """Facts that have arrived."""
        self.failing = 0
        """Webhooks whose last message did not arrive."""
        self.well = 0
        """All others."""
        self._database = database
        self._journal = journal
        self._passed: dict[UUID, int] = {}
        """Up to which fact there is nothing for a webhook, where its row says less."""
        self._sending: dict[UUID, datetime | None] = {}
        """Webhooks that are being served, and how old is what they are sent."""
        self._waiting_since: datetime | None = None

    def behind(self, now: datetime) -> timedelta:
        """How old the oldest fact is that has not arrived where it should."""
        since = [each for each in (self._waiting_since, *self._sending.values()) if each is not None]
        return max(now - min(since), timedelta(0)) if since else timedelta(0)

    async def run(self) -> None:
        """Send, for ever."""
        timeout = aiohttp.ClientTimeout(total=ANSWERED_WITHIN_S)
        cookies = aiohttp.DummyCookieJar()
        async with aiohttp.ClientSession(timeout=timeout, cookie_jar=cookies) as client, asyncio.TaskGroup() as tasks:
            while True:
                for row in await self._due():
                    self._sending[row["id"]] = None
                    tasks.create_task(self._serve(client, row))
                await asyncio.sleep(LOOK_EVERY_S)

    async def _due(self) -> list[Row]:
        """Those for which there may be something to send now."""
        async with self._database.of_everybody() as rows:
            found = await rows.fetch(
                "select id, account, name, url, kinds, secret, seq, attempts, waiting_since,"
                "       next_at <= now() as is_time from webhook order by id"
            )
        there = {row["id"] for row in found}
        self._passed = {hook: seq for hook, seq in self._passed.items() if hook in there}
        self.failing = sum(row["attempts"] > 0 for row in found)
        self.well = len(found) - self.failing
        self._waiting_since = min((row["waiting_since"] for row in found if row["waiting_since"]), default=None)
        return [
            row
            for row in found
            if row["is_time"] and row["id"] not in self._sending and self._begin(row) < self._journal.head
        ]

    def _begin(self, row: Row) -> int:
        return max(int(row["seq"]), self._passed.get(row["id"], 0))

    async def _serve(self, client: aiohttp.ClientSession, row: Row) -> None:
        """Send one webhook what there is for it, until that was all or one message does not arrive."""
        hook: UUID = row["id"]
        seq, begin = row["seq"], self._begin(row)
        try:
            while begin < self._journal.head:
                found = await self._journal.after(row["account"], begin, row["kinds"] or TOLD, AT_ONCE)
                begin = found.until
                if found.facts:
                    self._sending[hook] = found.facts[0].at
                    if not await self._send(client, row, seq, found.facts):
                        return
                    seq = found.facts[-1].id
                elif begin - seq >= LOOKED_THROUGH_AT_ONCE:
                    if not await self._write(_PASSED, hook, seq, begin):
                        return
                    seq = begin
                self._passed[hook] = begin
        except Problem as problem:
            _log.warning("webhook_waits", webhook=row["name"], account=row["account"], why=problem.detail)
        except Exception:  # noqa: BLE001 - one webhook that fails is no reason to end the others
            _log.exception("webhook_stopped", webhook=row["name"], account=row["account"])
            await asyncio.sleep(LONGEST_PAUSE.total_seconds())
        finally:
            del self._sending[hook]

    async def _send(self, client: aiohttp.ClientSession, row: Row, seq: int, facts: list[ToldFact]) -> bool:
        """One message, and what came of it into the row. Whether there is reason to go on."""
        why = await self._post(client, row, facts)
        self.posts[why is None] += 1
        if why is None:
            self.facts_total += len(facts)
            return await self._write(_ARRIVED, row["id"], seq, facts[-1].id)
        attempts = row["attempts"] if seq == row["seq"] else 0
        pause = min(FIRST_PAUSE * 2 ** min(attempts, 20), LONGEST_PAUSE)
        _log.warning("webhook_failed", webhook=row["name"], account=row["account"], why=why, again_in=str(pause))
        await self._write(_FAILED, row["id"], seq, pause, facts[0].at, why)
        return False

    async def _write(self, statement: str, *arguments: object) -> bool:
        """False: meanwhile it was removed, or somebody has given up what had not arrived."""
        async with self._database.of_everybody() as rows:
            return await rows.execute(statement, *arguments) != "UPDATE 0"

    async def _post(self, client: aiohttp.ClientSession, row: Row, facts: list[ToldFact]) -> str | None:
        """Why it did not arrive; None: it did. Never the address itself, which may hold a key of the receiver's."""
        try:
            url = checked(row["url"], self.allowed)
        except ValueError as error:
            return str(error)
        body = msgspec.json.encode(Message(webhook=row["name"], account=row["account"], facts=facts))
        given = headers(row["secret"], f"{row['id']}-{facts[0].id}-{facts[-1].id}", int(time.time()), body)
        try:
            async with client.post(
                url, data=body, headers={**given, "Content-Type": "application/json"}, allow_redirects=False
            ) as answer:
                return None if 200 <= answer.status < 300 else f"It answered {answer.status}."
        except TimeoutError:
            return f"It did not answer within {ANSWERED_WITHIN_S:.0f} s."
        except aiohttp.ClientSSLError:
            return "Its certificate is not one to trust."
        except aiohttp.ClientConnectorError as error:
            return f"It cannot be reached: {error.os_error.strerror or 'no such host'}."
        except aiohttp.ClientError as error:
            return f"It could not be sent: {type(error).__name__}."
