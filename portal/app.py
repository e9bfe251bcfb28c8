"""The portal as an application: the endpoints, the page and its files, and what every answer carries."""

from collections.abc import AsyncGenerator, Collection
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler

from portal.api import (
    account,
    agent,
    audit,
    calls,
    devices,
    document,
    facts,
    history,
    live,
    queues,
    reports,
    session,
    tokens,
    users,
    webhooks,
)
from portal.api import passwords as passwords_api
from portal.background import kept_going
from portal.database import Database
from portal.endpoint import ENDPOINTS, PORTAL, route
from portal.engine import LiveEngine
from portal.facts.journal import Journal
from portal.facts.webhooks import Webhooks
from portal.history.keeping import Keeper
from portal.limits import Limits
from portal.live.hub import Hub
from portal.logins import Logins
from portal.mail import Outbox, Send
from portal.parts import Portal
from portal.passwords import Passwords
from portal.problems import Problem
from portal.resets import Resets
from portal.sessions import Sessions
from portal.tokens import Tokens

API: Final = (
    *(session, live, agent, calls, passwords_api, tokens, history, reports),
    *(queues, users, devices, account, facts, webhooks, audit, document),
)
"""The modules of endpoints: what an imported one has is in the table."""

STATIC: Final = Path(__file__).parent / "static"
PAGES: Final = (
    "/",
    "/login",
    "/forgot",
    "/reset/{token}",
    "/board",
    "/queues",
    "/queues/{queue}",
    "/people",
    "/people/{extension}",
    "/reports",
    "/history",
    "/settings",
    "/audit",
    "/wallboard",
    "/account",
)
"""All of them are one file, which looks at its address itself."""

LONGEST_BODY_BYTES: Final = 256 * 1024

_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "object-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


@asynccontextmanager
async def open_portal(
    *,
    engine: LiveEngine,
    hub: Hub,
    database_url: str,
    url: str,
    send: Send,
    mail_from: str,
    proxy: str | None = None,
    webhook_origins: Collection[str] = (),
) -> AsyncGenerator[Portal]:
    """The parts, put together, and at work until the end of the block. `hub` observes the engine already.

    `webhook_origins`: what webhooks may call, as `portal.facts.address.origin_of` has it.
    """
    database = await Database.open(database_url)
    sessions, passwords, limits = Sessions(database), Passwords(), Limits()
    outbox, keeper, journal = Outbox(database, send, mail_from), Keeper(database_url), Journal(database)
    sessions.on_end(hub.session_ended)
    portal = Portal(
        url=url,
        proxy=proxy,
        engine=engine,
        hub=hub,
        database=database,
        passwords=passwords,
        sessions=sessions,
        tokens=Tokens(database),
        limits=limits,
        logins=Logins(database=database, passwords=passwords, sessions=sessions, limits=limits),
        outbox=outbox,
        keeper=keeper,
        resets=Resets(database=database, outbox=outbox, passwords=passwords, sessions=sessions, url=url),
        journal=journal,
        webhooks=Webhooks(database, journal, webhook_origins),
    )
    try:
        async with kept_going(
            mail=outbox.run, live=hub.run, history=keeper.run, facts=journal.run, webhooks=portal.webhooks.run
        ):
            yield portal
    finally:
        database.close()


def make_app(portal: Portal) -> web.Application:
    """The application, for a server or a test."""
    app = web.Application(middlewares=[_finish], client_max_size=LONGEST_BODY_BYTES)
    app[PORTAL] = portal
    app.add_routes([route(entry) for entry in ENDPOINTS])
    app.add_routes([web.get(page, _page) for page in PAGES])
    app.router.add_static("/static", STATIC, append_version=False)
    return app


async def _page(_: web.Request) -> web.FileResponse:
    return web.FileResponse(STATIC / "index.html")


@web.middleware
async def _finish(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Headers that every answer has; and what aiohttp itself refuses, in the words of the others."""
    try:
        response = await handler(request)
    except web.HTTPException as error:
        if not request.path.startswith("/api/") or error.status < 400:
            error.headers.update(_headers(request))
            raise
        kept = {str(name): error.headers[name] for name in (hdrs.ALLOW,) if name in error.headers}
        words = {404: "not_found", 405: "not_allowed", 413: "too_long"}
        response = Problem(
            error.status, words.get(error.status, "not_understood"), f"{error.reason}.", headers=kept
        ).response()
    if not response.prepared:
        response.headers.update(_headers(request))
    return response


def _headers(request: web.Request) -> dict[str, str]:
    return {**_HEADERS, hdrs.CACHE_CONTROL: "no-store" if request.path.startswith("/api/") else "no-cache"}
