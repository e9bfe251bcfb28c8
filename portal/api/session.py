"""Logging in and out, and what a page needs to know of him who is logged in."""

from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

import msgspec
from aiohttp import hdrs, web

from acd.centre import Role
from acd.model import (
    BREAK,
    LUNCH,
    MEETING,
    OFFLINE,
    ONLINE,
    OTHER,
    SINGLE_CALL,
    WEB,
    Status,
    takes_queue_calls,
)
from portal.endpoint import Asked, endpoint
from portal.problems import not_found, not_logged_in
from portal.who import Scope, Who


class Credentials(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """As he logs in."""

    login: str
    """`1001@demo.example`"""
    password: str


class User(msgspec.Struct, frozen=True, kw_only=True):
    """Who is logged in."""

    login: str
    account: str
    extension: str
    name: str
    role: str
    supervises: list[str] | Literal["all"]
    """The numbers of the queues he looks after."""
    is_agent: bool
    """Whether he answers any queue."""


class StatusChoice(msgspec.Struct, frozen=True, kw_only=True):
    """A status that can be chosen, and how it looks."""

    status: str
    name: str
    colour: str
    icon: str
    takes_calls: bool


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """What a page begins with."""

    who: User
    time_zone: str
    home_region: str
    statuses: list[StatusChoice]
    engine_now: datetime


class SessionEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One place where a user is logged in."""

    id: UUID
    began_at: datetime
    used_at: datetime
    address: str
    user_agent: str
    this_one: bool


_LOOKS: Final = {
    ONLINE: ("Online", "green", "check"),
    SINGLE_CALL: ("Single-Call Mode", "green", "one"),
    LUNCH: ("Lunch", "yellow", "lunch"),
    BREAK: ("Break", "orange", "break"),
    MEETING: ("Meeting", "purple", "meeting"),
    OTHER: ("Other", "grey", "other"),
    WEB: ("Web", "teal", "web"),
    OFFLINE: ("Offline", "red", "cross"),
}
"""Colours as the agents' guide has them."""


@endpoint("GET", "/session", scope=Scope.READ)
async def show_session(asked: Asked) -> Session:
    """Who is logged in, and what his pages need to begin."""
    return await _session(asked, asked.who)


@endpoint("POST", "/session", needs=None, scope=None)
async def log_in(asked: Asked, *, body: Credentials) -> web.Response:
    """Log in. The answer is that of GET, and sets the cookie."""
    portal = asked.portal
    key = await portal.logins.enter(
        body.login,
        body.password,
        address=portal.address(asked.request),
        user_agent=asked.request.headers.get(hdrs.USER_AGENT, "")[:200],
    )
    who = await portal.sessions.who(key)
    if who is None:  # deleted in this moment
        raise not_logged_in()
    response = web.Response(body=msgspec.json.encode(await _session(asked, who)), content_type="application/json")
    response.set_cookie(asked.portal.cookie, key, httponly=True, samesite="Lax", path="/", secure=asked.portal.is_https)
    return response


@endpoint("DELETE", "/session", scope=None)
async def log_out(asked: Asked) -> web.Response:
    """Log out: this session ends."""
    assert asked.who.session is not None
    await asked.portal.sessions.end(asked.who, asked.who.session)
    response = web.Response(status=204)
    response.del_cookie(asked.portal.cookie, path="/", secure=asked.portal.is_https, httponly=True, samesite="Lax")
    return response


@endpoint("GET", "/sessions", scope=None)
async def show_sessions(asked: Asked) -> list[SessionEntry]:
    """Where he is logged in."""
    return [
        SessionEntry(**row, this_one=row["id"] == asked.who.session)
        for row in await asked.portal.sessions.of_user(asked.who)
    ]


@endpoint("DELETE", "/sessions/{session}", scope=None)
async def end_session(asked: Asked, *, session: UUID) -> None:
    """Log out somewhere else."""
    if not await asked.portal.sessions.end(asked.who, session):
        raise not_found("session")


async def _session(asked: Asked, who: Who) -> Session:
    state = asked.portal.engine.state
    async with asked.portal.database.of(who.account, readonly=True) as rows:
        account: Any = await rows.fetchrow("select time_zone, home_region from account where domain = $1", who.account)
    present = state.records.accounts.get(who.account)
    own = [_choice(status, _own_name(status), "blue", "own") for status in (present.statuses if present else ())]
    return Session(
        who=User(
            login=who.login,
            account=who.account,
            extension=who.extension,
            name=who.name,
            role=who.role,
            supervises="all" if who.role is Role.OFFICE_MANAGER else sorted(who.supervises),
            is_agent=bool(state.records.assignments.get(who.agent)),
        ),
        time_zone=account["time_zone"],
        home_region=account["home_region"],
        statuses=[*(_choice(status, *looks) for status, looks in _LOOKS.items()), *own],
        engine_now=asked.portal.engine.now(),
    )


def _choice(status: Status, name: str, colour: str, icon: str) -> StatusChoice:
    return StatusChoice(status=status, name=name, colour=colour, icon=icon, takes_calls=takes_queue_calls(status))


def _own_name(status: Status) -> str:
    return status.replace("_", " ").capitalize()
