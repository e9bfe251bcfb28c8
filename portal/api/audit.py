"""Who did what in the account, for its office managers."""

from datetime import datetime
from typing import Annotated, Any

import msgspec

from acd.centre import Role
from portal.endpoint import Asked, endpoint
from portal.who import Scope


class AuditFilter(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which entries."""

    subject: str = ""
    """Only what was done to this: `queue 7001`."""
    actor: str = ""
    """Only what the user with this extension did."""
    before: Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)] | None = None
    """Only older ones than this: `next` of the answer before."""
    limit: Annotated[int, msgspec.Meta(ge=1, le=200)] = 50


class AuditEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was done."""

    id: int
    at: datetime
    actor: str | None
    """The extension of who did it. Null: nobody who was logged in."""
    actor_name: str | None
    """His name, where he is still there."""
    action: str
    """`queue_changed`, `login`, ..."""
    subject: str
    """`queue 7001`"""
    detail: dict[str, Any]
    """Of a change: by what was changed, from what to what, in words."""


class AuditPage(msgspec.Struct, frozen=True, kw_only=True):
    """Some entries, the newest first."""

    entries: list[AuditEntry]
    next: int | None
    """For `before`; null: there are no older ones."""


@endpoint("GET", "/audit", needs=Role.OFFICE_MANAGER, scope=Scope.READ)
async def show_audit(asked: Asked, *, query: AuditFilter) -> AuditPage:
    """Who did what, when, from what to what."""
    account = asked.who.account
    async with asked.portal.database.of(account, readonly=True) as rows:
        found = await rows.fetch(
            "select a.id, a.at, a.actor, u.name as actor_name, a.action, a.subject, a.detail"
            " from audit a left join app_user u on (u.account, u.extension) = (a.account, a.actor)"
            " where a.account = $1 and ($2 = '' or a.subject = $2) and ($3 = '' or a.actor = $3)"
            " and ($4::bigint is null or a.id < $4) order by a.id desc limit $5",
            account,
            query.subject,
            query.actor,
            query.before,
            query.limit + 1,
        )
    page = found[: query.limit]
    return AuditPage(
        entries=[AuditEntry(**{**row, "detail": msgspec.json.decode(row["detail"])}) for row in page],
        next=page[-1]["id"] if len(found) > len(page) else None,
    )
