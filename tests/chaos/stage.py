"""Where the engine is killed again and again: one centre, its people, and a wire that knows what the engine orders."""

import asyncio
import os
import re
import signal
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import aiohttp

from tests.acceptance.centre import RunningCentre
from tests.acceptance.conftest import CALLERS
from tests.acceptance.parts import Part, Queue, Toml, agents, seats
from tests.chaos.by_hand import ari_url
from tests.integration.tap import Tap, tapped
from tests.phone.waiting import until

CALL, BACK, WRAPPED = "7991", "7992", "7993"
CALLED_BACK: Final = tuple(f"39{n:02}" for n in range(14))
"""One for each walk of a call-back, and some to spare."""
WRAP_UP_S: Final = 4.0
RULES: Final[dict[str, Toml]] = {"callback": {"key": "2", "attempts": 3, "retry": "10s", "ring_time": "10s"}}
PART: Final = Part(
    users=agents("1991", "1992", "1993", "1994", *CALLED_BACK),
    queues=(
        Queue(number=CALL, seats=seats("1991", "1992"), back_off="1s"),
        Queue(number=BACK, seats=seats("1993"), back_off="1s", rules=RULES),
        Queue(number=WRAPPED, seats=seats("1994"), wrap_up=f"{WRAP_UP_S:g}s"),
    ),
    outbound=("39XX",),
)
SERVED_WITHIN_S: Final = 15.0
SPARE_WITHIN_S: Final = 10.0
CLEAN_WITHIN_S: Final = 6.0
_COMMAND: Final = re.compile(rb"(POST|PUT|DELETE) /ari/(?!asterisk/|deviceStates|applications|events)(\S+) HTTP")


def command(words: bytes) -> str:
    """What the engine orders by these words, without ids: `POST channels/*/answer`. Empty: nothing."""
    found = _COMMAND.match(words)
    if found is None:
        return ""
    path = re.sub(r"/[^/]*[~.][^/]*", "/*", f"/{found[2].decode().partition('?')[0]}")
    return f"{found[1].decode()} {path[1:]}"


@dataclass(slots=True)
class Stage:
    """One centre, the wire, and what was measured."""

    centre: RunningCentre
    tap: Tap
    asterisk: str
    """Where it really is; the engine's own settings name the wire."""
    kills: int = 0
    points: set[str] = field(default_factory=set[str])
    begun: bool = False
    """Whether the walk itself has begun: before that its people come to their places."""
    owed: list[str] = field(default_factory=list[str])
    """To whom a call-back was promised."""
    offers_s: list[float] = field(default_factory=list[float])
    """From a kill to the next caller's ring, where an agent came free while no engine was there."""
    cold_offers_s: list[float] = field(default_factory=list[float])
    """The same, where no spare stood by."""
    gaps_s: list[float] = field(default_factory=list[float])
    wrap_ups_s: list[float] = field(default_factory=list[float])
    """By how much they were off."""
    faults: list[str] = field(default_factory=list[str])

    def kill(self) -> None:
        """The engine that runs now is no more."""
        pid = self.centre.engine_pid()
        if pid:
            os.kill(pid, signal.SIGKILL)
            self.kills += 1

    async def spare(self) -> int:
        """Wait until another engine stands by; its process."""
        return await until("a spare engine", self.centre.spare_pid, within=SPARE_WITHIN_S)

    async def begin(self) -> None:
        """The walk itself begins: from here on its requests count."""
        await self.spare()
        self.begun = True


async def staged(home: Path, stack: AsyncExitStack) -> Stage:
    """A centre whose engine, from its second life on, talks to Asterisk over the wire."""
    centre = RunningCentre(home, [CALLERS, PART])
    try:
        await asyncio.to_thread(centre.start)
        real = ari_url(centre)
        tap = await stack.enter_async_context(tapped(real))
    finally:
        stack.callback(centre.stop)
    settings = home / "state" / "engine.toml"
    settings.write_text(settings.read_text().replace(real, tap.url))
    stage = Stage(centre, tap, real)
    old = centre.engine_pid()
    os.kill(old, signal.SIGKILL)
    await until("another engine", lambda: (pid := centre.engine_pid()) not in (0, old) and pid, within=10)
    await centre.is_ready(within=SERVED_WITHIN_S)
    return stage


async def nothing_left(stage: Stage) -> None:
    """No channel, and no bridge but those in which callers wait."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + CLEAN_WITHIN_S
    while left := await _left(stage):
        assert loop.time() < deadline, f"left over in Asterisk: {left}"
        await asyncio.sleep(0.1)


async def _left(stage: Stage) -> list[str]:
    password = (stage.centre.home / "state" / "ari.secret").read_text().strip()
    proof = {"Authorization": aiohttp.encode_basic_auth("acd", password)}
    async with aiohttp.ClientSession(headers=proof) as session:
        found: list[str] = []
        for what in ("channels", "bridges"):
            async with session.get(f"{stage.asterisk}/ari/{what}") as answer:
                found += [each["id"] for each in await answer.json()]
    return [id_ for id_ in found if not id_.startswith("hold~")]


async def until_agents(stage: Stage, queue: str, state: str, count: int) -> None:
    """Wait until so many agents of this queue are in this state, as the metrics tell it."""
    wanted = f'acd_queue_agents{{queue="{queue}@acceptance.example",state="{state}"}} {float(count)}'
    url = stage.centre.sheet.urls["readyz"].replace("readyz", "metrics")
    loop = asyncio.get_running_loop()
    deadline = loop.time() + SERVED_WITHIN_S
    async with aiohttp.ClientSession() as session:
        while True:
            async with session.get(url) as answer:
                if wanted in await answer.text():
                    return
            assert loop.time() < deadline, f"not so: {wanted}"
            await asyncio.sleep(0.2)
