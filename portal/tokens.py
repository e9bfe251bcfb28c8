"""Keys with which programs act in the name of a user: with his role, and as far as their scopes go."""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from acd.model import AccountId
from portal.audit import note
from portal.database import Database, Row, enter
from portal.sessions import digest_of, user_of
from portal.who import Scope, Who

PREFIX: Final = "acd_"
"""So that people, and programs that look for leaked secrets, know one when they see it."""

KEY_BYTES: Final = 32
NOTED_EVERY: Final = timedelta(minutes=1)


class Made(NamedTuple):
    """A new token: the key is shown this once."""

    id: UUID
    key: str


class Tokens:
    """Makes, finds and revokes them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def make(self, who: Who, name: str, scopes: Iterable[Scope], expires_at: datetime | None) -> Made:
        """One for this user."""
        key = PREFIX + secrets.token_urlsafe(KEY_BYTES)
        async with self._database.of(who.account) as rows:
            token = await rows.fetchval(
                "insert into portal_token (account, extension, name, scopes, digest, expires_at)"
                " values ($1, $2, $3, $4::text[]::token_scope[], $5, $6) returning id",
                who.account,
                who.extension,
                name,
                sorted(scopes),
                digest_of(key),
                expires_at,
            )
            await note(rows, who, "token_made", f'token "{name}"', {"scopes": ", ".join(sorted(scopes))})
        return Made(token, key)

    async def who(self, key: str) -> Who | None:
        """In whose name it may do what. None: it is none, or not any more."""
        digest = digest_of(key)
        async with self._database.of_key(digest) as rows:
            found = await rows.fetchrow(
                "select account, extension, scopes::text[],"
                "       used_at is null or used_at < now() - $2::interval as to_note"
                "  from portal_token where digest = $1 and (expires_at is null or expires_at > now())",
                digest,
                NOTED_EVERY,
            )
            if found is None:
                return None
            account = AccountId(found["account"])
            await enter(rows, account)
            if found["to_note"]:
                await rows.execute("update portal_token set used_at = now() where digest = $1", digest)
            return await user_of(rows, account, found["extension"], scopes=frozenset(map(Scope, found["scopes"])))

    async def of_user(self, who: Who) -> list[Row]:
        """His, the newest first."""
        async with self._database.of(who.account, readonly=True) as rows:
            return await rows.fetch(
                "select id, name, scopes::text[], made_at, used_at, expires_at from portal_token"
                " where (account, extension) = ($1, $2) order by made_at desc, id",
                who.account,
                who.extension,
            )

    async def revoke(self, who: Who, token: UUID) -> str | None:
        """The name of the one that is worth nothing any more; None: he has no such one."""
        async with self._database.of(who.account) as rows:
            name: str | None = await rows.fetchval(
                "delete from portal_token where (account, extension, id) = ($1, $2, $3) returning name",
                who.account,
                who.extension,
                token,
            )
            if name is not None:
                await note(rows, who, "token_revoked", f'token "{name}"')
        return name
