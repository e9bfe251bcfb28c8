"""How soon a free agent has his next caller, with few and many who wait; and what a crowd of them costs."""

import asyncio
from random import Random
from typing import Final

from bench.contenders import APP_QUEUE, FLOOR, Serving
from bench.figures import Aim, Cell
from bench.machine import HAND_OVER_QUEUES, Machine, memory_mib, processor_s
from bench.phones import Phones
from bench.scenes import Waiting

ITEM: Final = "hand-over"
WAITING: Final = (1, 50, 200)
CROWD: Final = 1000
"""To keep one waiting takes Asterisk a six-hundredth of a processor, so these take nearly all of two."""
TALK_S: Final = 0.6
SETTLES_S: Final = 0.3
AIMS: Final = (Aim(peer=APP_QUEUE, at_most=0.01), Aim(peer=FLOOR, at_most=1.3))
MEASURED_S: Final = 2.2
CROWD_MEASURED_S: Final = 4.0


class HandOver:
    """Items 1 and 5."""

    def __init__(self) -> None:
        self._cells = {
            (queues, waiting): Cell(item=ITEM, situation=f"{waiting} waiting in {_many(queues)}", aims=AIMS)
            for queues in (1, len(HAND_OVER_QUEUES))
            for waiting in WAITING
        }
        self._crowd = Cell(item=ITEM, situation=f"{CROWD} waiting in {_many(len(HAND_OVER_QUEUES))}", aims=AIMS)
        self._costs = {
            what: Cell(item=f"{CROWD} waiting", situation=what, unit=unit)
            for what, unit in (
                ("memory of Asterisk", "MiB"),
                ("memory of the engine", "MiB"),
                ("processor of Asterisk", "%"),
                ("processor of the engine", "%"),
            )
        }

    def cells(self) -> list[Cell]:
        """What was measured."""
        return [cell for cell in (*self._cells.values(), self._crowd, *self._costs.values()) if cell.rounds]

    async def round(self, phones: Phones, by: Serving, seed: int) -> None:
        """One round of this one."""
        for queues in (1, len(HAND_OVER_QUEUES)):
            scene = Waiting(phones, by, HAND_OVER_QUEUES[:queues], talk_s=TALK_S, dice=Random(seed))
            for waiting in WAITING:
                scene.lone = waiting == 1
                self._cells[queues, waiting].add(by.name, await self._measured(scene, waiting, MEASURED_S))
                scene.everybody()
            await self._end(phones, scene)

    async def crowd(self, phones: Phones, by: Serving, machine: Machine, seed: int) -> None:
        """One round with very many."""
        scene = Waiting(phones, by, HAND_OVER_QUEUES, talk_s=TALK_S, dice=Random(seed))
        await scene.fill(CROWD)
        await asyncio.sleep(1)
        asterisk = [machine.asterisk.pid]
        before = processor_s(asterisk), processor_s(by.pids)
        self._crowd.add(by.name, await self._measured(scene, CROWD, CROWD_MEASURED_S))
        seconds = CROWD_MEASURED_S + SETTLES_S
        told = {
            "memory of Asterisk": memory_mib(machine.asterisk.pid),
            "processor of Asterisk": (processor_s(asterisk) - before[0]) / seconds * 100,
        }
        if by.pid is not None:
            told["memory of the engine"] = memory_mib(by.pid)
            told["processor of the engine"] = (processor_s(by.pids) - before[1]) / seconds * 100
        for what, value in told.items():
            self._costs[what].add(by.name, [value])
        await self._end(phones, scene)

    async def _measured(self, scene: Waiting, waiting: int, seconds: float) -> list[float]:
        await scene.fill(waiting)
        await asyncio.sleep(SETTLES_S)
        scene.hand_overs_ms.clear()
        scene.measures = True
        await asyncio.sleep(seconds)
        scene.measures = False
        return list(scene.hand_overs_ms)

    async def _end(self, phones: Phones, scene: Waiting) -> None:
        await scene.empty()
        phones.forget()


def _many(queues: int) -> str:
    return "1 queue" if queues == 1 else f"{queues} queues"
