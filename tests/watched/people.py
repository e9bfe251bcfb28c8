"""A small centre, and those who call it and answer there, in real time on the double, as dice have it."""

import asyncio
import random
from collections.abc import Callable, Coroutine
from typing import Final

from tests.double.lines import At, Line
from tests.double.server import DoubleServer

AGENTS: Final = tuple(f"10{n:02}" for n in range(1, 9))
CALLERS: Final = tuple(f"20{n:02}" for n in range(1, 31))
SALES: Final = "7001"
HELP: Final = "7002"

TALK_S: Final = 22.0
PATIENCE_S: Final = 60.0
ANSWERS_AFTER_S: Final = (1.0, 5.0)
MISSES: Final = 0.06
WORKS_S: Final = 150.0
AWAY_S: Final = 30.0


def centre() -> str:
    """Its file. Everybody answers for sales, half of them for help too."""
    users = [f'[[users]]\nextension = "{n}"\nname = "{n}"' for n in (*AGENTS, *CALLERS)]
    phones = [f'[[devices]]\nname = "{n}-desk"\nowner = "{n}"' for n in (*AGENTS, *CALLERS)]
    queues = [
        f'[[queues]]\nnumber = "{SALES}"\nname = "Sales"\nwrap_up = "5s"\nring_time = "12s"\nservice_level = "20s"',
        f'[[queues]]\nnumber = "{HELP}"\nname = "Help"\nwrap_up = "8s"\nring_time = "12s"\nservice_level = "30s"\n'
        f'max_callers = 5\noverflow = {{ queue = "{SALES}" }}',
    ]
    seats = [f'[[assignments]]\nqueue = "{SALES}"\nagent = "{n}"' for n in AGENTS]
    seats += [f'[[assignments]]\nqueue = "{HELP}"\nagent = "{n}"' for n in AGENTS[::2]]
    return "\n\n".join(['[account]\ndomain = "demo.example"', *users, *phones, *queues, *seats])


class People:
    """Everybody. `come` first, then `live` for as long as it shall go on."""

    def __init__(self, server: DoubleServer, seed: int) -> None:
        self._server = server
        self._dice = random.Random(seed)
        self._tasks: set[asyncio.Task[None]] = set()
        server.people = self._told

    def come(self) -> None:
        """All phones are there."""
        for number in (*AGENTS, *CALLERS):
            assert self._server.switch.register(f"{number}-desk")

    async def live(self, calls_a_minute: Callable[[], float]) -> None:
        """Agents work and pause, callers call, for ever."""
        async with asyncio.TaskGroup() as group:
            for agent in AGENTS:
                group.create_task(self._work(agent))
            while True:
                await asyncio.sleep(self._dice.expovariate(calls_a_minute() / 60))
                self._begin(self._call(self._dice.choice(CALLERS), self._dice.choices((SALES, HELP), (3, 1))[0]))

    async def _work(self, agent: str) -> None:
        await asyncio.sleep(self._dice.uniform(0, 20))
        while True:
            self._server.switch.dial(f"{agent}-desk", "*51")
            await asyncio.sleep(self._dice.expovariate(1 / WORKS_S))
            self._server.switch.dial(f"{agent}-desk", "*551")
            await asyncio.sleep(self._dice.expovariate(1 / AWAY_S))

    async def _call(self, caller: str, queue: str) -> None:
        line = self._server.switch.dial(f"{caller}-desk", queue)
        if line is not None:
            await asyncio.sleep(self._dice.expovariate(1 / PATIENCE_S))
            if not self._is_talking(line):
                line.hangs_up()

    def _is_talking(self, line: Line) -> bool:
        talks = (bridge for bridge in self._server.switch.bridges.values() if bridge.kind == "mixing")
        return any(line.channel in [channel.id for channel in talk.channels] for talk in talks)

    def _told(self, line: Line) -> None:
        if line.at is At.CALLED:
            self._begin(self._answer(line))

    async def _answer(self, line: Line) -> None:
        line.rings()
        await asyncio.sleep(self._dice.uniform(*ANSWERS_AFTER_S))
        if self._dice.random() < MISSES:
            return
        line.answers()
        await asyncio.sleep(self._dice.expovariate(1 / TALK_S))
        line.hangs_up()

    def _begin(self, doing: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(doing)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
