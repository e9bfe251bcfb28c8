"""A user's tokens: keys for programs that act in his name. Only he himself, logged in, makes and revokes them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec

from portal.endpoint import Asked, endpoint
from portal.problems import Fault, not_found, wrong
from portal.values import DisplayName
from portal.who import Scope


class TokenWanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What for, and what it may do."""

    name: DisplayName
    scopes: Annotated[list[Scope], msgspec.Meta(min_length=1)]
    expires_at: datetime | None = None


class TokenEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One of his tokens, without its key."""

    id: UUID
    name: str
    scopes: list[str]
    made_at: datetime
    used_at: datetime | None
    expires_at: datetime | None


class TokenMade(msgspec.Struct, frozen=True, kw_only=True):
    """A new token. The key is never shown again."""

    id: UUID
    token: str


@endpoint("GET", "/tokens", scope=None)
async def show_tokens(asked: Asked) -> list[TokenEntry]:
    """His tokens."""
    return [TokenEntry(**row) for row in await asked.portal.tokens.of_user(asked.who)]


@endpoint("POST", "/tokens", scope=None, status=201)
async def make_token(asked: Asked, *, body: TokenWanted) -> TokenMade:
    """Make a token."""
    if body.expires_at is not None and body.expires_at.tzinfo is None:
        raise wrong([Fault(place="expires_at", said="It lacks its time zone: 2027-01-31T12:00:00Z.")])
    made = await asked.portal.tokens.make(asked.who, body.name, set(body.scopes), body.expires_at)
    return TokenMade(id=made.id, token=made.key)


@endpoint("DELETE", "/tokens/{token}", scope=None)
async def revoke_token(asked: Asked, *, token: UUID) -> None:
    """Revoke a token: from this moment on it is worth nothing."""
    if not await asked.portal.tokens.revoke(asked.who, token):
        raise not_found("token")
