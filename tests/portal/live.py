"""A portal in this process: the real application, database and engine; no Asterisk, the commands are kept to be seen.

Two accounts are there. Ours has an agent (1001), a supervisor of one queue (1002) and an office manager (1003); theirs
has things of other names, so that whatever of theirs is seen can be told.
"""

import asyncio
import socket
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from acd.differences import in_pieces
from acd.engine import Engine
from acd.inputs import AsteriskSeen, ConfigurationLoaded, Difference, EngineStarted, Event, Refusal, Request
from acd.model import AccountId, DeviceId
from acd.outputs import Command, Recorded
from acd.ports import AgentReport
from acd.reports import agent_report
from acd.runtime.database import close, connect
from acd.runtime.store import Store
from acd.state import State
from portal.app import make_app, open_portal
from portal.live.hub import Hub
from portal.mail import into_folder
from portal.parts import Portal
from portal.passwords import Passwords
from portal.views.today import Today
from tests.integration.centres import apply

OURS, THEIRS = AccountId("ours.example"), AccountId("theirs.example")
PASSWORD = "long enough to be one"
HASHED = asyncio.run(Passwords().hash(PASSWORD))

OUR_CENTRE = """
[account]
domain = "ours.example"

[[users]]
extension = "1001"
name = "Anna Bell"
email = "anna@ours.example"

[[users]]
extension = "1002"
name = "Ben Carter"
role = "supervisor"
supervises = ["7001"]

[[users]]
extension = "1003"
name = "Cleo Dunn"
role = "office_manager"

[[users]]
extension = "1004"
name = "Dan Early"

[[devices]]
name = "1001-desk"
owner = "1001"

[[devices]]
name = "1002-desk"
owner = "1002"

[[devices]]
name = "1003-desk"
owner = "1003"

[[devices]]
name = "1004-desk"
owner = "1004"

[[queues]]
number = "7001"
name = "Sales"

[[queues]]
number = "7002"
name = "Support"

[[assignments]]
queue = "7001"
agent = "1001"

[[assignments]]
queue = "7002"
agent = "1004"
"""

THEIR_CENTRE = """
[account]
domain = "theirs.example"
statuses = ["foreign_status"]

[[users]]
extension = "2001"
name = "Foreign Olga"
email = "foreign-olga@theirs.example"

[[users]]
extension = "2003"
name = "Foreign Oskar"
role = "office_manager"

[[devices]]
name = "foreign-phone"
owner = "2001"

[[queues]]
number = "7009"
name = "Foreign Queue"

[[assignments]]
queue = "7009"
agent = "2001"
"""


class LiveEngine:
    """A `portal.engine.LiveEngine`: the real core, on the clock of this machine, with nothing behind it."""

    def __init__(self, engine: Engine | None = None) -> None:
        """`engine`: one that has run already; None: a new one."""
        self.engine = engine or Engine(State())
        self.facts: list[Recorded] = []
        self.ordered: list[Command] = []
        self.asked: list[Request] = []
        self.hub = Hub()
        self.hub.attach(self)
        if engine is None:
            self.tell(EngineStarted())

    @property
    def state(self) -> State:
        return self.engine.state

    def now(self) -> datetime:
        return datetime.now(UTC)

    def tell(self, event: Event) -> None:
        self._step(event)

    async def ask(self, request: Request) -> Refusal | None:
        self.asked.append(request)
        return self._step(request)

    def compare(self, seen: AsteriskSeen) -> Iterator[Difference | None]:
        return in_pieces(self.state, seen)

    def report(self, device: DeviceId) -> AgentReport | None:
        return agent_report(self.state, device, self.now())

    def _step(self, what: Event | Request) -> Refusal | None:
        outcome = self.engine.handle(what, self.now())
        self.facts += outcome.facts
        self.hub.observe(what, outcome, self.now())
        self.ordered += outcome.commands
        return outcome.refusal


@dataclass(slots=True, kw_only=True)
class Answer:
    """What came back."""

    status: int
    text: str
    headers: Mapping[str, str]
    json: Any


@dataclass(slots=True, kw_only=True)
class Browser:
    """A client with cookies of its own, on a page of the portal."""

    url: str
    client: aiohttp.ClientSession
    headers: dict[str, str] = field(default_factory=dict[str, str])

    async def ask(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        """One request below /api/v1, or to another path where it begins with two slashes."""
        address = self.url + (path[1:] if path.startswith("//") else f"/api/v1{path}")
        given = {"Origin": self.url, **self.headers, **{name.replace("_", "-"): of for name, of in headers.items()}}
        options: dict[str, Any] = {} if body is None else {"json": body}
        async with self.client.request(
            method, address, headers=given, allow_redirects=False, timeout=aiohttp.ClientTimeout(total=20), **options
        ) as answer:
            text = await answer.text()
            is_json = "json" in answer.content_type
            return Answer(
                status=answer.status,
                text=text,
                headers=dict(answer.headers),
                json=await answer.json(content_type=None) if is_json and text else None,
            )

    async def log_in(self, login: str, password: str = PASSWORD) -> Answer:
        """Must go well."""
        answer = await self.ask("POST", "/session", {"login": login, "password": password})
        assert answer.status == 200, answer.text
        return answer


@dataclass(slots=True, kw_only=True)
class LivePortal:
    """A running portal, and what stands behind it."""

    url: str
    portal: Portal
    engine: LiveEngine
    database_url: str
    mail_folder: Path
    stack: AsyncExitStack

    async def browser(self, login: str | None = None) -> Browser:
        """A new one, logged in where a login is given."""
        client = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
        await self.stack.enter_async_context(client)
        browser = Browser(url=self.url, client=client)
        if login is not None:
            await browser.log_in(login)
        return browser

    async def token(self, login: str, scopes: Sequence[str]) -> Browser:
        """A program with a token of this user."""
        person = await self.browser(login)
        made = await person.ask("POST", "/tokens", {"name": "a program", "scopes": list(scopes)})
        assert made.status == 201, made.text
        program = await self.browser()
        program.headers = {"Authorization": f"Bearer {made.json['token']}"}
        return program

    async def configure(self) -> None:
        """Let the engine know what the database holds now."""
        configuration, _ = await Store(self.database_url).load()
        self.engine.tell(ConfigurationLoaded(configuration=configuration))

    async def rows(self, sql: str, *arguments: object) -> list[Any]:
        """Ask the database as an operator."""
        connection = await connect(self.database_url)
        try:
            return [dict(row) for row in await connection.fetch(sql, *arguments)]
        finally:
            await close(connection)


async def fill(database_url: str, *centres: str) -> None:
    """These accounts as they are at the beginning, or ours and theirs, with a password for everybody."""
    connection = await connect(database_url)
    try:
        for text in centres or (OUR_CENTRE, THEIR_CENTRE):
            await apply(connection, text)
        await connection.execute(
            "insert into portal_password (account, extension, hash) select account, extension, $1 from app_user"
            " on conflict do nothing",
            HASHED,
        )
    finally:
        await close(connection)


@asynccontextmanager
async def live_portal(database_url: str, mail_folder: Path) -> AsyncGenerator[LivePortal]:
    """Both accounts, with a password for everybody."""
    await fill(database_url)
    async with portal_before(LiveEngine(), Today(), database_url, mail_folder) as live:
        await live.configure()
        yield live


@asynccontextmanager
async def portal_before(
    engine: LiveEngine, today: Today, database_url: str, mail_folder: Path, webhook_origins: Sequence[str] = ()
) -> AsyncGenerator[LivePortal]:
    """A portal that shows this engine, of which it has counted so much of today, and a database that is filled."""
    async with AsyncExitStack() as stack:
        listening = stack.enter_context(socket.socket())
        listening.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        portal = await stack.enter_async_context(
            open_portal(
                engine=engine,
                hub=engine.hub,
                database_url=database_url,
                url=url,
                send=into_folder(mail_folder),
                mail_from="acd@ours.example",
                webhook_origins=webhook_origins,
            )
        )
        await engine.hub.count_from(today)
        runner = web.AppRunner(make_app(portal), access_log=None, shutdown_timeout=1)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        stack.callback(engine.hub.close)
        await web.SockSite(runner, listening).start()
        yield LivePortal(
            url=url, portal=portal, engine=engine, database_url=database_url, mail_folder=mail_folder, stack=stack
        )


@asynccontextmanager
async def told_by_the_database(live: LivePortal) -> AsyncGenerator[None]:
    """The engine hears of changes as it does in the process: the database says so."""
    listening = asyncio.create_task(Store(live.database_url).listen(live.configure))
    try:
        yield
    finally:
        listening.cancel()
        with suppress(asyncio.CancelledError):
            await listening
