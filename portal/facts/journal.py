"""The journal as one account sees it: its facts in their order, and a sign when there are new ones.

It is read behind row security, so that of other accounts nothing comes even by a slip here. Facts that are about a
phone alone, or about the whole, are of no one account, and not told.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Final, NamedTuple

import msgspec

from acd.journal import KINDS
from acd.model import AccountId
from portal.database import Database

LOOK_EVERY_S: Final = 0.5
LOOKED_THROUGH_AT_ONCE: Final = 20_000
"""Facts of all accounts: some ten milliseconds of the database."""

_WITHOUT_AN_ACCOUNT: Final = {
    *("leg_stopped", "offer_retimed", "confirmation_asked", "outbound_ended"),
    *("device_switched", "device_reachable", "phone_model_known"),
    *("device_engaged", "other_call_connected", "device_disengaged"),
    *("configuration_changed", "asterisk_out_of_sight", "asterisk_in_sight"),
}
TOLD: Final = tuple(kind for kind in KINDS if kind not in _WITHOUT_AN_ACCOUNT)
"""The kinds that others can hear of."""

_HEAD: Final = "select coalesce(max(seq), 0) from fact"
_FACTS: Final = """
    select seq, at, kind, call_id, agent_id, queue_id, body::text from fact
     where seq > $1 and seq <= $2 and account_of_fact(queue_id, agent_id, body) = $3
       and kind = any($4) order by seq limit $5
"""


class ToldFact(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that has happened."""

    id: int
    """The order. There are gaps: it counts the facts of all accounts."""
    at: datetime
    """When it became true."""
    kind: str
    """What it is: call_queued, offer_made, call_answered, call_ended, ..."""
    call: str | None
    """The call it is about, if any."""
    agent: str | None
    """Likewise the agent, as extension@account."""
    queue: str | None
    """Likewise the queue, as number@account."""
    fact: msgspec.Raw
    """All its fields. Instants are RFC 3339, lengths of time ISO 8601."""


class Looked(NamedTuple):
    """What was found, and up to which fact it was looked for: there may be more behind it."""

    facts: list[ToldFact]
    until: int


class Journal:
    """`run` it for ever; then ask."""

    def __init__(self, database: Database) -> None:
        self.head = 0
        """The last fact that the database has, of whomever."""
        self._database = database
        self._grown = asyncio.Event()

    async def run(self) -> None:
        """See that there are new facts, and wake who waits for them."""
        while True:
            await self.look()
            await asyncio.sleep(LOOK_EVERY_S)

    async def look(self) -> int:
        """The last fact that there is now."""
        async with self._database.of_everybody() as rows:
            head: int = await rows.fetchval(_HEAD)
        if head != self.head:
            self.head = head
            self._grown.set()
            self._grown = asyncio.Event()
        return head

    async def beyond(self, seq: int, within_s: float) -> bool:
        """Wait for facts after this one. False: there were none for so long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                while self.head <= seq:
                    await self._grown.wait()
        return self.head > seq

    async def after(self, account: AccountId, seq: int, kinds: Sequence[str], at_most: int) -> Looked:
        """The next facts of these kinds."""
        until = min(self.head, seq + LOOKED_THROUGH_AT_ONCE)
        async with self._database.of(account, readonly=True) as rows:
            found = await rows.fetch(_FACTS, seq, until, account, list(kinds), at_most)
        facts = [
            ToldFact(
                id=row["seq"],
                at=row["at"],
                kind=row["kind"],
                call=row["call_id"],
                agent=row["agent_id"],
                queue=row["queue_id"],
                fact=msgspec.Raw(row["body"].encode()),
            )
            for row in found
        ]
        return Looked(facts, facts[-1].id if len(facts) == at_most else max(seq, until))


def unknown_kinds(kinds: Sequence[str]) -> list[str]:
    """Those of them that nobody can hear of."""
    return [kind for kind in kinds if kind not in TOLD]
