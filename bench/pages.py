"""What open pages and a scrape each second cost the calls: the engine with and without them, in turn.

As a program it is the browsers: `python -m bench.pages PORTAL METRICS` opens a page for each session whose key stands
on standard input, scrapes once a second, and ends when its input does.
"""

import asyncio
import secrets
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from random import Random
from typing import Final

import aiohttp

from acd.runtime.database import close, connect
from bench.contenders import Serving
from bench.figures import Aim, Cell
from bench.machine import LOAD, LOAD_QUEUE, SUPERVISORS, Machine
from bench.phones import Phones
from bench.traffic import Traffic
from portal.sessions import digest_of
from tests.acceptance.parts import DOMAIN

PAGES: Final = 200
WITHOUT: Final = "without pages"
RATE: Final = 10
MEASURED_S: Final = 5.0
TALK_S: Final = 0.5
SETTLES_S: Final = 1.0
OPEN_WITHIN_S: Final = 30.0


class Pages:
    """Of our engine only."""

    def __init__(self) -> None:
        self._cell = Cell(
            item="arrival",
            situation=f"{RATE} a second, {PAGES} pages and a scrape each second",
            aims=(Aim(peer=WITHOUT, at_most=1.1),),
        )

    def cells(self) -> list[Cell]:
        """What was measured."""
        return [self._cell] if self._cell.rounds else []

    async def rounds(self, phones: Phones, by: Serving, machine: Machine, count: int) -> None:
        """So many times without and with them."""
        keys = await _sessions(machine)
        for seed in range(count):
            self._cell.add(WITHOUT, await self._rings(phones, by, seed))
            async with _opened(by, keys):
                self._cell.add(by.name, await self._rings(phones, by, seed))

    async def _rings(self, phones: Phones, by: Serving, seed: int) -> list[float]:
        traffic = Traffic(phones, lambda: by.extension(LOAD_QUEUE), talk_s=TALK_S, dice=Random(seed))
        await traffic.come(RATE, SETTLES_S)
        seen = await traffic.come(RATE, MEASURED_S)
        await traffic.end()
        phones.forget()
        return seen.rings_ms


def watched(page: int) -> tuple[str, list[str]]:
    """Whose page this is, and what it watches: nine agents to a supervisor."""
    if page % 10 == 9:
        return SUPERVISORS[page // 10 % len(SUPERVISORS)], ["me", "queues", "agents", "wallboard"]
    return LOAD[page % len(LOAD)], ["me", "my_queues", "my_statistics"]


async def _sessions(machine: Machine) -> list[str]:
    """Keys of people who have logged in."""
    keys = [secrets.token_urlsafe(32) for _ in range(PAGES)]
    connection = await connect(machine.database_url)
    try:
        await connection.executemany(
            "insert into portal_session (account, extension, digest, address, user_agent) values ($1, $2, $3, '', '')",
            [(DOMAIN, watched(page)[0], digest_of(key)) for page, key in enumerate(keys)],
        )
    finally:
        await close(connection)
    return keys


@asynccontextmanager
async def _opened(by: Serving, keys: Sequence[str]) -> AsyncGenerator[None]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.pages", by.portal, by.metrics),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write("\n".join([*keys, "", ""]).encode())
        async with asyncio.timeout(OPEN_WITHIN_S):
            assert await process.stdout.readline() == b"open\n"
        yield
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


# --- the browsers


async def browse(portal: str, metrics: str) -> None:
    """Until standard input is closed."""
    keys = await asyncio.to_thread(lambda: [line.strip() for line in iter(sys.stdin.readline, "\n")])
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session, asyncio.TaskGroup() as all_:
        opened = [asyncio.Event() for _ in keys]
        tasks = [
            all_.create_task(_page(session, portal, key, watched(number)[1], opened[number]))
            for number, key in enumerate(keys)
        ]
        for each in opened:
            await each.wait()
        tasks.append(all_.create_task(_scrape(session, metrics)))
        print("open", flush=True)
        await asyncio.to_thread(sys.stdin.read)
        for task in tasks:
            task.cancel()


async def _page(
    session: aiohttp.ClientSession, portal: str, key: str, topics: Sequence[str], opened: asyncio.Event
) -> None:
    headers = {"Cookie": f"acd={key}", "Origin": portal}
    async with session.ws_connect(f"{portal}/api/v1/live", headers=headers) as socket:
        await socket.send_json({"watch": topics})
        async for _ in socket:
            opened.set()


async def _scrape(session: aiohttp.ClientSession, metrics: str) -> None:
    while True:
        async with session.get(metrics) as answer:
            await answer.read()
        await asyncio.sleep(1)


if __name__ == "__main__":
    asyncio.run(browse(sys.argv[1], sys.argv[2]))
