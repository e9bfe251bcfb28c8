"""Everything that happens in the account, for other systems: a stream that can be taken up again where it broke off."""

from typing import Annotated, Final, Literal

import msgspec
from aiohttp import web

from acd.centre import Role
from portal.endpoint import Asked, endpoint, identify
from portal.facts import stream
from portal.facts.journal import TOLD, unknown_kinds
from portal.problems import Fault, Problem, wrong
from portal.who import Scope

STREAMS_AT_MOST: Final = 10
"""Of one account at once."""

_LAST_SEEN: Final = "Last-Event-ID"


class FactsWanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which facts."""

    after: Annotated[int, msgspec.Meta(ge=0)] | Literal["now"] = 0
    """The id of the last one that is known already; 0: none is. "now": only what happens from now on."""
    kinds: Annotated[str, msgspec.Meta(max_length=2000)] | None = None
    """Only these, separated by commas; else all."""
    follow: bool = False
    """Stay, and tell what happens; else the stream ends with the last fact there is."""


@endpoint("GET", "/facts", needs=Role.OFFICE_MANAGER, scope=Scope.FACTS)
async def stream_facts(asked: Asked, *, query: FactsWanted) -> web.StreamResponse:
    """Follow everything that happens in the account, as server-sent events.

    Each event's `id` is the fact's, `event` its kind, `data` the whole as JSON. A client that was cut off sends the
    last id it has seen as `Last-Event-ID`, or as `after`, and misses nothing.
    """
    portal, account = asked.portal, asked.who.account
    kinds = _kinds(query.kinds)
    head = await portal.journal.look()
    after = _after(asked.request, query, head)
    if portal.streams[account] >= STREAMS_AT_MOST:
        raise Problem(
            429, "too_many_streams", f"{STREAMS_AT_MOST} streams of this account are open; close one of them."
        )
    portal.streams[account] += 1
    try:
        return await stream.serve(
            asked.request,
            portal.journal,
            account,
            after=after,
            kinds=kinds,
            follow=query.follow,
            still=lambda: _may_still(asked),
        )
    finally:
        portal.streams[account] -= 1


def _kinds(text: str | None) -> tuple[str, ...]:
    if text is None:
        return TOLD
    kinds = tuple(text.split(","))
    if unknown := unknown_kinds(kinds):
        raise wrong([Fault(place="kinds", said=f"There is no kind {unknown[0]!r}; there are {', '.join(TOLD)}.")])
    return kinds


def _after(request: web.Request, query: FactsWanted, head: int) -> int:
    """A browser that was cut off sends its last id by itself, with the address that it was given at first."""
    seen = request.headers.get(_LAST_SEEN)
    if seen is None:
        after = head if query.after == "now" else query.after
    elif seen.isascii() and seen.isdigit() and len(seen) < 19:
        after = int(seen)
    else:
        raise wrong([Fault(place=_LAST_SEEN, said="It is no id of a fact.")])
    if after > head:
        raise wrong([Fault(place="after", said=f"There is no such fact yet: the last one is {head}.")])
    return after


async def _may_still(asked: Asked) -> bool:
    """Whether his session or token still holds, and lets him see this."""
    portal = asked.portal
    key = asked.request.cookies.get(portal.cookie)
    try:
        if asked.who.session is not None and key is not None:
            who = await portal.sessions.still(key)  # a stream alone keeps no session alive
        else:
            who = await identify(portal, asked.request)
    except Problem as problem:
        return problem.status == 503  # the database is away: that is no reason to end it
    return who is not None and who.has_role(Role.OFFICE_MANAGER) and who.has_scope(Scope.FACTS)
