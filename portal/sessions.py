"""Who is logged in: rows that can be looked at and deleted. The key is in the cookie only; here is its SHA-256."""

import hashlib
import secrets
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Final
from uuid import UUID

from acd.centre import Role
from acd.model import AccountId
from portal.database import Database, Row, Transaction, enter
from portal.who import Scope, Who

IDLE_AT_MOST: Final = timedelta(hours=12)
LASTS_AT_MOST: Final = timedelta(days=7)
NOTED_EVERY: Final = timedelta(minutes=1)
"""How exactly it is known when a session was last used: a write for each request would be too many."""

KEY_BYTES: Final = 32


def digest_of(key: str) -> bytes:
    """What is stored of a key. It is random and long, so one round of a plain hash is enough."""
    return hashlib.sha256(key.encode()).digest()


class Sessions:
    """Begins, finds and ends them."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._told: list[Callable[[UUID], None]] = []

    def on_end(self, told: Callable[[UUID], None]) -> None:
        """Call this for each session that the portal ends. One that runs out is not told: look again now and then."""
        self._told.append(told)

    async def begin(self, rows: Transaction, account: AccountId, extension: str, address: str, agent: str) -> str:
        """Log this user in, who has proved who he is. Returns the key for his cookie."""
        key = secrets.token_urlsafe(KEY_BYTES)
        await rows.execute(
            "delete from portal_session k where k.account = $1"
            " and not (k.used_at > now() - $2::interval and k.began_at > now() - $3::interval)",
            account,
            IDLE_AT_MOST,
            LASTS_AT_MOST,
        )
        await rows.execute(
            "insert into portal_session (account, extension, digest, address, user_agent) values ($1, $2, $3, $4, $5)",
            account,
            extension,
            digest_of(key),
            address,
            agent,
        )
        return key

    async def who(self, key: str) -> Who | None:
        """Whose session this is, and what he may now. It is used by that. None: it is over, or never was."""
        return await self._who(key, notes_use=True)

    async def still(self, key: str) -> Who | None:
        """As `who`, for a page that is merely open: that alone does not keep a session alive."""
        return await self._who(key, notes_use=False)

    async def _who(self, key: str, *, notes_use: bool) -> Who | None:
        digest = digest_of(key)
        async with self._database.of_key(digest) as rows:
            found = await rows.fetchrow(
                "select k.account, k.extension, k.id, k.used_at < now() - $4::interval as to_note"
                " from portal_session k where k.digest = $1"
                "  and k.used_at > now() - $2::interval and k.began_at > now() - $3::interval",
                digest,
                IDLE_AT_MOST,
                LASTS_AT_MOST,
                NOTED_EVERY,
            )
            if found is None:
                return None
            await enter(rows, AccountId(found["account"]))
            if notes_use and found["to_note"]:
                await rows.execute("update portal_session set used_at = now() where digest = $1", digest)
            return await user_of(rows, found["account"], found["extension"], session=found["id"])

    async def of_user(self, who: Who) -> list[Row]:
        """His sessions that are not over, the newest first."""
        async with self._database.of(who.account, readonly=True) as rows:
            return await rows.fetch(
                "select k.id, k.began_at, k.used_at, k.address, k.user_agent from portal_session k"
                " where (k.account, k.extension) = ($1, $4)"
                "  and k.used_at > now() - $2::interval and k.began_at > now() - $3::interval order by k.began_at desc",
                who.account,
                IDLE_AT_MOST,
                LASTS_AT_MOST,
                who.extension,
            )

    async def end(self, who: Who, session: UUID) -> bool:
        """End one of his; False: he has no such one."""
        async with self._database.of(who.account) as rows:
            ended = await rows.fetchval(
                "delete from portal_session where (account, extension, id) = ($1, $2, $3) returning id",
                who.account,
                who.extension,
                session,
            )
        self.tell_ended([session] if ended else [])
        return ended is not None

    def tell_ended(self, sessions: Iterable[UUID]) -> None:
        """These have been deleted, and that is committed."""
        for session in sessions:
            for told in self._told:
                told(session)


async def end_all(rows: Transaction, account: AccountId, extension: str, *, but: UUID | None = None) -> list[UUID]:
    """Delete all sessions of a user; hand what is returned to `tell_ended` once that is committed."""
    ended = await rows.fetch(
        "delete from portal_session where (account, extension) = ($1, $2) and id is distinct from $3 returning id",
        account,
        extension,
        but,
    )
    return [row["id"] for row in ended]


async def user_of(
    rows: Transaction,
    account: AccountId,
    extension: str,
    *,
    session: UUID | None = None,
    scopes: frozenset[Scope] | None = None,
) -> Who | None:
    """What this user may at present. None: there is no such user."""
    user = await rows.fetchrow(
        "select u.name, u.role::text, array(select queue::text from supervision s"
        "  where (s.account, s.supervisor) = (u.account, u.extension)) as queues"
        " from app_user u where (u.account, u.extension) = ($1, $2)",
        account,
        extension,
    )
    if user is None:
        return None
    return Who(
        account=account,
        extension=extension,
        name=user["name"],
        role=Role(user["role"]),
        supervises=frozenset(user["queues"]),
        scopes=scopes,
        session=session,
    )
