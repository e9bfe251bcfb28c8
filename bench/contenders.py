"""Who is measured: our engine, Asterisk's own app_queue, and the floor. While one serves the others do not run.

An engine that hears of the others' calls would cost them something, and itself too.
"""

import asyncio
import json
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from bench.machine import QUEUES, SECRET, Machine, device
from bench.sip import HOST
from tests.integration.engine_process import engine_process

OURS, APP_QUEUE, FLOOR = "asterisk-acd", "app_queue", "floor"
CONTENDERS: Final = (OURS, APP_QUEUE, FLOOR)
LETTERS: Final = {OURS: "o", APP_QUEUE: "q", FLOOR: "f"}
READY_WITHIN_S: Final = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """One of them, while it serves."""

    name: str
    pid: int | None
    """Of its own process; None: it is in Asterisk."""
    metrics: str = ""
    portal: str = ""
    """Where our engine's pages are."""

    def extension(self, queue: str, priority: int = 0) -> str:
        """What a caller dials for this queue."""
        return f"{LETTERS[self.name]}{priority}{queue}"

    @property
    def pids(self) -> Sequence[int]:
        """Its own processes."""
        return [] if self.pid is None else [self.pid]


@asynccontextmanager
async def serving(name: str, machine: Machine) -> AsyncGenerator[Serving]:
    """This one serves, for as long as the context lasts."""
    if name == OURS:
        async with _engine(machine) as served:
            yield served
    elif name == FLOOR:
        async with _floor(machine) as process:
            yield Serving(name=name, pid=process.pid)
    else:
        yield Serving(name=name, pid=None)


@asynccontextmanager
async def _engine(machine: Machine) -> AsyncGenerator[Serving]:
    portal = f"http://{HOST}:{machine.portal_port}"
    settings = {
        "ACD__ARI__URL": machine.asterisk.url,
        "ACD__ARI__PASSWORD": SECRET,
        "ACD__PORTAL__URL": portal,
        "ACD__PORTAL__PORT": str(machine.portal_port),
        "ACD__PORTAL__MAIL_FOLDER": str(machine.home),
    }
    async with engine_process(machine.home, machine.database_url, settings) as engine:
        await engine.ready()
        yield Serving(name=OURS, pid=engine.process.pid, metrics=f"{engine.web}/metrics", portal=portal)
        await engine.stop()


@asynccontextmanager
async def _floor(machine: Machine) -> AsyncGenerator[asyncio.subprocess.Process]:
    queues = machine.home / "floor.json"
    queues.write_text(json.dumps({row.number: [device(agent) for agent in row.agents] for row in QUEUES}))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.floor", machine.asterisk.url, str(queues)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"{SECRET}\n".encode())
        async with asyncio.timeout(READY_WITHIN_S):
            assert await process.stdout.readline() == b"ready\n"
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
