"""Webhooks of the account: where its facts are sent as they happen. Which hosts may be called the operator says."""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

import asyncpg
import msgspec

from acd.centre import Role
from portal.audit import note
from portal.endpoint import Asked, endpoint
from portal.facts.address import checked, origin_of
from portal.facts.journal import TOLD, unknown_kinds
from portal.facts.signing import new_secret
from portal.problems import Fault, Problem, not_found, wrong
from portal.values import DisplayName
from portal.who import Scope

WEBHOOKS_AT_MOST: Final = 10
"""Of one account."""


class WebhookWanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be sent where."""

    name: DisplayName
    url: str
    """https, or http where the operator allows it."""
    kinds: Annotated[list[str], msgspec.Meta(min_length=1, max_length=100)] | None = None
    """Only facts of these kinds; else all."""


class WebhookEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One webhook, without its secret."""

    id: UUID
    name: str
    url: str
    kinds: list[str] | None
    made_at: datetime
    delivered_at: datetime | None
    """When something last arrived."""
    waiting_since: datetime | None
    """When the oldest fact that does not arrive became true."""
    attempts: int
    """How often that has been sent in vain."""
    next_at: datetime
    """When it is sent again."""
    last_error: str | None


class WebhookMade(msgspec.Struct, frozen=True, kw_only=True):
    """A new webhook. The secret is never shown again."""

    id: UUID
    secret: str
    """By which the receiver checks signatures, as Standard Webhooks has it."""


@endpoint("GET", "/webhooks", needs=Role.OFFICE_MANAGER, scope=Scope.FACTS)
async def show_webhooks(asked: Asked) -> list[WebhookEntry]:
    """The account's webhooks, and how they do."""
    async with asked.portal.database.of(asked.who.account, readonly=True) as rows:
        found = await rows.fetch(
            "select id, name, url, kinds, made_at, delivered_at, waiting_since, attempts, next_at, last_error"
            "  from webhook where account = $1 order by name, id",
            asked.who.account,
        )
    return [WebhookEntry(**row) for row in found]


@endpoint("POST", "/webhooks", needs=Role.OFFICE_MANAGER, scope=Scope.FACTS, status=201)
async def make_webhook(asked: Asked, *, body: WebhookWanted) -> WebhookMade:
    """Have facts sent somewhere, from now on.

    Messages are sent by POST, each with up to 100 facts in their order, and again until they are answered with 2xx.
    """
    portal, who = asked.portal, asked.who
    _check(body, portal.webhooks.allowed)
    head, secret = await portal.journal.look(), new_secret()
    async with portal.database.of(who.account) as rows:
        await rows.execute("select from account where domain = $1 for update", who.account)
        if await rows.fetchval("select count(*) from webhook where account = $1", who.account) >= WEBHOOKS_AT_MOST:
            raise Problem(409, "too_many", f"There are {WEBHOOKS_AT_MOST} webhooks; remove one first.")
        try:
            made = await rows.fetchval(
                "insert into webhook (account, name, url, kinds, secret, seq)"
                " values ($1, $2, $3, $4, $5, $6) returning id",
                who.account,
                body.name,
                body.url,
                body.kinds,
                secret,
                head,
            )
        except asyncpg.UniqueViolationError:
            raise Problem(409, "name_taken", f'There is a webhook "{body.name}" already.') from None
        await note(rows, who, "webhook_made", f'webhook "{body.name}"', {"to": origin_of(body.url)})
    return WebhookMade(id=made, secret=secret)


@endpoint("POST", "/webhooks/{webhook}/skip", needs=Role.OFFICE_MANAGER, scope=Scope.FACTS)
async def skip_webhook(asked: Asked, *, webhook: UUID) -> None:
    """Give up what has not arrived, and go on with what happens from now on."""
    head = await asked.portal.journal.look()
    async with asked.portal.database.of(asked.who.account) as rows:
        name = await rows.fetchval(
            "update webhook set seq = $3, attempts = 0, next_at = now(), waiting_since = null, last_error = null"
            " where (account, id) = ($1, $2) returning name",
            asked.who.account,
            webhook,
            head,
        )
        if name is None:
            raise not_found("webhook")
        await note(rows, asked.who, "webhook_skipped", f'webhook "{name}"')


@endpoint("DELETE", "/webhooks/{webhook}", needs=Role.OFFICE_MANAGER, scope=Scope.FACTS)
async def remove_webhook(asked: Asked, *, webhook: UUID) -> None:
    """Send nothing there any more."""
    async with asked.portal.database.of(asked.who.account) as rows:
        name = await rows.fetchval(
            "delete from webhook where (account, id) = ($1, $2) returning name", asked.who.account, webhook
        )
        if name is None:
            raise not_found("webhook")
        await note(rows, asked.who, "webhook_removed", f'webhook "{name}"')


def _check(body: WebhookWanted, allowed: frozenset[str]) -> None:
    faults: list[Fault] = []
    try:
        checked(body.url, allowed)
    except ValueError as error:
        faults.append(Fault(place="url", said=str(error)))
    faults += [
        Fault(place="kinds", said=f"There is no kind {kind!r}; there are {', '.join(TOLD)}.")
        for kind in unknown_kinds(body.kinds or ())
    ]
    if faults:
        raise wrong(faults)
