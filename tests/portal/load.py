"""What open pages cost the calls: `python -m tests.portal.load` measures it, with none open and with 200.

One process has the engine, its metrics and log lines, and the portal on a real database; callers come at ten a second
and two hundred agents answer them. Another process has the pages. Told is how late each step was over: from the instant
at which something happened to the moment at which its commands were out and its observers told. Whatever holds up the
event loop is in it, as it is for a phone that is to ring. On a machine that is busy with other things that is much; so
the processor time of the loop's turns is told as well, which is what pages hold calls up by.
"""

import argparse
import asyncio
import secrets
import selectors
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from itertools import count
from pathlib import Path
from random import Random
from typing import Final

import aiohttp
import msgspec
from aiohttp import web

from acd.engine import Engine
from acd.inputs import (
    AsteriskSeen,
    CallArrived,
    CallConnected,
    CallerHungUp,
    ConfigurationLoaded,
    EngineStarted,
    Event,
    LegAnswered,
    SetStatus,
)
from acd.model import ONLINE, AccountId, Caller, CallId
from acd.outputs import Command, Connect, Recorded, Ring, TalkStarted
from acd.runtime.clock import Clock
from acd.runtime.database import close, connect
from acd.runtime.metrics import Metrics
from acd.runtime.runner import Runner
from acd.runtime.schema import SCHEMA
from acd.runtime.store import Store
from acd.state import State
from portal.app import make_app, open_portal
from portal.live.hub import Hub
from portal.mail import into_folder
from portal.sessions import digest_of
from portal.views.today import Today
from tests.integration.centres import apply
from tests.integration.postgres import TestPostgres

AGENTS: Final = 200
QUEUES: Final = 10
SUPERVISORS: Final = 20
CALLS_A_SECOND: Final = 10
RINGS_S: Final = (0.5, 2.0)
TALKS_S: Final = (3.0, 20.0)
ACCOUNT: Final = AccountId("demo.example")
WARMS_UP_S: Final = 5.0


class Turns(selectors.DefaultSelector):
    """Keeps how much processor time each turn of the event loop took that ran something."""

    def __init__(self) -> None:
        super().__init__()
        self.took_s: list[float] = []
        self._began = time.thread_time()

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Between two of these the loop runs what is ready."""
        self.took_s.append(time.thread_time() - self._began)
        ready = super().select(timeout)
        self._began = time.thread_time()
        return ready


class Callers:
    """Callers and phones around one engine, on dice; what the engine orders comes back to it as events."""

    def __init__(self, engine: Engine, hub: Hub) -> None:
        self._dice = Random(1)
        self._numbers = count(1)
        self._sequence = 0
        self.late_s: list[float] = []
        self.step_s: list[float] = []
        self.runner = Runner(
            engine=engine, clock=Clock(wall=datetime.now(UTC)), journal=self, observers=(Metrics(), hub)
        )
        self.runner.attach(self)

    # --- the journal and the switch

    def record(self, facts: Sequence[Recorded]) -> int:
        """Who is joined hangs up after a while."""
        for recorded in facts:
            if isinstance(recorded.fact, TalkStarted):
                self.later(self._dice.uniform(*TALKS_S), CallerHungUp(call=recorded.fact.call))
        self._sequence += len(facts)
        return self._sequence

    async def durable(self, sequence: int) -> None:
        """At once."""

    def carry_out(self, commands: Sequence[Command]) -> None:
        """Phones that ring are picked up, who picks up is joined."""
        for command in commands:
            match command:
                case Ring():
                    event = LegAnswered(offer=command.offer, device=command.devices[0])
                    self.later(self._dice.uniform(*RINGS_S), event)
                case Connect():
                    self.later(0.02, CallConnected(call=command.call))
                case _:
                    pass

    # --- what happens

    def later(self, seconds: float, event: Event) -> None:
        """This happens then; how late the engine is done with it is kept."""
        loop = asyncio.get_running_loop()
        due = loop.time() + seconds

        def happens() -> None:
            began = time.perf_counter()
            self.runner.tell(event)
            self.step_s.append(time.perf_counter() - began)
            self.late_s.append(loop.time() - due)

        loop.call_at(due, happens)

    async def come(self, seconds: float) -> None:
        """Callers come, evenly, for so long."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        for number in range(int(seconds * CALLS_A_SECOND)):
            await asyncio.sleep(max(0.0, began + number / CALLS_A_SECOND - loop.time()))
            call = CallId(f"call-{next(self._numbers)}")
            queue = f"7{self._dice.randrange(QUEUES):03}"
            caller = Caller(number="+15550100", name="Carla Diaz")
            self.later(self._dice.uniform(0, 0.1), CallArrived(call=call, account=ACCOUNT, number=queue, caller=caller))


def centre() -> str:
    """As a file: each agent in two queues, each supervisor looks after half of them."""
    lines = ["[account]", f'domain = "{ACCOUNT}"']
    numbers = [f"7{queue:03}" for queue in range(QUEUES)]
    for queue in numbers:
        lines += ["[[queues]]", f'number = "{queue}"', f'name = "Queue {queue}"', 'wrap_up = "2s"']
    for agent in range(AGENTS):
        lines += ["[[users]]", f'extension = "1{agent:03}"', f'name = "Agent {agent}"']
        lines += ["[[devices]]", f'name = "1{agent:03}-desk"', f'owner = "1{agent:03}"']
        for queue in (numbers[agent % QUEUES], numbers[(agent + 3) % QUEUES]):
            lines += ["[[assignments]]", f'queue = "{queue}"', f'agent = "1{agent:03}"']
    for supervisor in range(SUPERVISORS):
        half = numbers[: QUEUES // 2] if supervisor % 2 else numbers[QUEUES // 2 :]
        lines += ["[[users]]", f'extension = "3{supervisor:03}"', f'name = "Supervisor {supervisor}"']
        lines += ['role = "supervisor"', f"supervises = {half}".replace("'", '"')]
    return "\n".join(lines)


def watched(page: int) -> tuple[str, list[str]]:
    """Whose page this is, and what it watches: nine agents to a supervisor."""
    if page % 10 == 9:
        return f"3{page // 10 % SUPERVISORS:03}", ["me", "queues", "agents", "wallboard"]
    opened = [f"waiting/7{page % QUEUES:03}"] if page % 3 == 0 else []
    return f"1{page:03}", ["me", "my_queues", "my_statistics", *opened]


@asynccontextmanager
async def running(database_url: str, folder: Path) -> AsyncGenerator[tuple[str, Callers]]:
    """The engine and its portal; its address."""
    configuration, _ = await Store(database_url).load()
    engine, hub = Engine(State()), Hub()
    callers = Callers(engine, hub)
    hub.attach(callers.runner)
    callers.runner.tell(EngineStarted())
    callers.runner.tell(ConfigurationLoaded(configuration=configuration))
    callers.runner.tell(AsteriskSeen(registered=frozenset(configuration.devices)))
    for agent in sorted(configuration.agents):
        await callers.runner.ask(SetStatus(agent=agent, status=ONLINE))
    async with AsyncExitStack() as stack:
        parts = await stack.enter_async_context(
            open_portal(
                engine=callers.runner,
                hub=hub,
                database_url=database_url,
                url="http://127.0.0.1",
                send=into_folder(folder),
                mail_from="acd@demo.example",
            )
        )
        await hub.count_from(Today(engine.state.records))
        server = web.AppRunner(make_app(parts), access_log=None, shutdown_timeout=1)
        await server.setup()
        stack.push_async_callback(server.cleanup)
        stack.callback(hub.close)
        site = web.TCPSite(server, "127.0.0.1", 0)
        await site.start()
        yield f"http://127.0.0.1:{server.addresses[0][1]}", callers


async def measure(pages: int, seconds: float, turns: Turns) -> None:
    """Both processes, for so long."""
    postgres = TestPostgres()
    try:
        postgres.start()
        postgres.execute("create database load")
        postgres.execute(SCHEMA.read_text(), "load")
        url = postgres.url("load")
        keys = await _logged_in(url, pages)
        with tempfile.TemporaryDirectory() as folder:
            async with running(url, Path(folder)) as (address, callers):
                await _between(address, keys, callers, seconds, turns)
    finally:
        postgres.remove()


async def _logged_in(url: str, pages: int) -> list[str]:
    """The key of a session for each page."""
    keys = [secrets.token_urlsafe(32) for _ in range(pages)]
    connection = await connect(url)
    try:
        await apply(connection, centre())
        statement = (
            "insert into portal_session (account, extension, digest, address, user_agent) values ($1, $2, $3, '', '')"
        )
        rows = [(str(ACCOUNT), watched(page)[0], digest_of(key)) for page, key in enumerate(keys)]
        await connection.executemany(statement, rows)
    finally:
        await close(connection)
    return keys


async def _between(address: str, keys: Sequence[str], callers: Callers, seconds: float, turns: Turns) -> None:
    client = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.portal.load", "--address", address),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert client.stdin is not None
    assert client.stdout is not None
    client.stdin.write("\n".join([*keys, "", ""]).encode())
    assert await client.stdout.readline() == b"open\n"
    await callers.come(WARMS_UP_S)
    callers.late_s.clear()
    callers.step_s.clear()
    turns.took_s.clear()
    cpu = time.process_time()
    await callers.come(seconds)
    cpu_share = (time.process_time() - cpu) / seconds
    client.stdin.close()
    pages = (await client.stdout.read()).decode().strip()
    await client.wait()
    print(
        f"{len(keys):3} pages: {len(callers.late_s)} steps, one took {_ms(callers.step_s)}; "
        f"after what led to it it was over {_ms(callers.late_s)}; the engine used {cpu_share:.0%} of a processor"
    )
    print(f"           turns of the loop: {_ms(turns.took_s)} of processor time")
    if keys:
        print(f"           {pages}")


# --- the other process


class _Told(msgspec.Struct):
    at: datetime
    all: bool = False
    topic: str | None = None


async def look(address: str) -> None:
    """Open a page for each key on standard input, until that is closed; say how late they heard of changes."""
    lines = await asyncio.to_thread(lambda: list(iter(sys.stdin.readline, "\n")))
    late_s: list[float] = []
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session, asyncio.TaskGroup() as pages:
        opened = [
            pages.create_task(_page(session, address, key.strip(), watched(number)[1], late_s))
            for number, key in enumerate(lines)
        ]
        await asyncio.sleep(3)
        print("open", flush=True)
        await asyncio.to_thread(sys.stdin.read)
        for page in opened:
            page.cancel()
    if late_s:
        print(f"heard of {len(late_s)} changes {_ms(late_s)} after the rows were made")


async def _page(
    session: aiohttp.ClientSession, address: str, key: str, topics: Sequence[str], late_s: list[float]
) -> None:
    headers = {"Cookie": f"acd={key}", "Origin": "http://127.0.0.1"}
    async with session.ws_connect(f"{address}/api/v1/live", headers=headers) as socket:
        await socket.send_json({"watch": topics})
        async for message in socket:
            now = time.time()
            told = msgspec.json.decode(message.data, type=_Told)
            if told.topic is not None and not told.all:
                late_s.append(now - told.at.timestamp())


def _ms(seconds: Sequence[float]) -> str:
    ordered = sorted(seconds) or [0.0]
    at = {part: ordered[min(len(ordered) - 1, int(len(ordered) * part))] * 1000 for part in (0.5, 0.99)}
    return f"{at[0.5]:.2f} ms (99 %: {at[0.99]:.2f}, longest: {ordered[-1] * 1000:.2f})"


def main() -> None:
    """As the command line says."""
    parser = argparse.ArgumentParser(prog="python -m tests.portal.load", description=__doc__)
    parser.add_argument("--pages", type=int, nargs="*", default=[0, 200], help="how many, one after the other")
    parser.add_argument("--seconds", type=float, default=20.0, help="how long for each")
    parser.add_argument("--address", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.address:
        asyncio.run(look(given.address))
        return
    for pages in given.pages:
        turns = Turns()
        with asyncio.Runner(loop_factory=partial(asyncio.SelectorEventLoop, turns)) as runner:
            runner.run(measure(pages, given.seconds, turns))


if __name__ == "__main__":
    main()
