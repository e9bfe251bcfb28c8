"""The highest steady rate with every call right for a minute.

More and more calls a second until some are not right; then a minute at the last rate that was, and where that is too
much a little less, and less again.
"""

import asyncio
import math
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from random import Random
from typing import Final

from bench.contenders import FLOOR, Serving
from bench.figures import Aim, Cell
from bench.machine import LOAD_QUEUE, Machine, processor_s, stolen_s
from bench.phones import Phones
from bench.traffic import Traffic

ITEM: Final = "steady load"
FIRST_PER_S: Final = 50.0
STEP: Final = 1.15
STEP_S: Final = 6.0
LESS: Final = 0.95
"""A minute shows what seconds do not: it is begun a little below the last good step. The first late call ends it."""
WARMS_UP_S: Final = 5.0
"""At half the rate: nobody's day begins with a hundred calls in the first second."""
MINUTE_S: Final = 60.0
TALK_S: Final = 0.3
RINGS_WITHIN_MS: Final = 1000.0
RINGS_WITHIN_STEP_MS: Final = 300.0
"""Where a tenth too many come for some seconds, the last of them ring this late."""
MOST_PER_S: Final = 300.0
SETTLES_S: Final = 10.0
RECOVERS_S: Final = 8.0
"""After too much: an engine that has begun to turn callers away takes some seconds to see that it is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Steady:
    """A rate that was held."""

    per_s: float
    calls: int
    asterisk_ms: float
    """Processor time of a call."""
    loop_ms: float | None
    """None: it is in Asterisk."""
    ring_p50_ms: float
    ring_p99_ms: float
    stolen: float
    """Processors that the host took away meanwhile, at the average."""


class Load:
    """Item 4, of one who serves."""

    def __init__(self, phones: Phones, by: Serving, machine: Machine, say: Callable[[str], None]) -> None:
        self._phones, self._by, self._machine, self._say = phones, by, machine, say
        self._dice = Random(1)

    async def holds(self, rate: float) -> Steady | None:
        """What it takes to hold this rate for a minute; None: it was not held."""
        await self._hold(rate / 2, WARMS_UP_S, math.inf)
        steady, faults = await self._hold(rate, MINUTE_S, RINGS_WITHIN_MS)
        self._say(f"{self._by.name}: {steady}")
        if faults:
            self._say(f"{self._by.name}: not {rate:.1f} calls/s: {dict(faults)} of {steady.calls}")
            return None
        return steady

    async def climbed(self) -> float:
        """The highest rate of a few seconds. One that fails is tried once more: the machine may have had a moment."""
        rate = FIRST_PER_S
        while rate < MOST_PER_S and (await self._is_right(rate) or await self._is_right(rate)):
            rate *= STEP
        return rate / STEP

    async def _is_right(self, rate: float) -> bool:
        _, faults = await self._hold(rate, STEP_S, RINGS_WITHIN_STEP_MS)
        return not faults

    async def _hold(self, rate: float, seconds: float, within_ms: float) -> tuple[Steady, Counter[str]]:
        traffic = Traffic(self._phones, lambda: self._by.extension(LOAD_QUEUE), talk_s=TALK_S, dice=self._dice)
        asterisk, loop = processor_s([self._machine.asterisk.pid]), processor_s(self._by.pids)
        stolen, began = stolen_s(), time.monotonic()
        seen = await traffic.come(rate, seconds, rings_within_ms=within_ms)
        seconds = time.monotonic() - began
        stolen = stolen_s() - stolen
        asterisk = processor_s([self._machine.asterisk.pid]) - asterisk
        loop = processor_s(self._by.pids) - loop
        await traffic.end(SETTLES_S)
        faults = seen.faults(within_ms)
        count, rings = len(seen.calls), sorted(seen.rings_ms) or [0.0]
        if faults:  # what is left of them must be gone before anything else begins
            for call in list(self._phones.by_number.values()):
                self._phones.hang_up(call)
            await traffic.end(SETTLES_S)
            self._phones.forget()
            await asyncio.sleep(RECOVERS_S)
        steady = Steady(
            per_s=rate,
            calls=count,
            asterisk_ms=asterisk / count * 1000,
            loop_ms=loop / count * 1000 if self._by.pids else None,
            ring_p50_ms=rings[len(rings) // 2],
            ring_p99_ms=rings[int(len(rings) * 0.99)],
            stolen=stolen / seconds,
        )
        return steady, faults


def load_cells(held: Iterable[tuple[str, Steady]]) -> list[Cell]:
    """What is told of the rates that were held, each with whose it was, in the order of the rounds."""
    situation = "highest rate (app_queue was asked for ours)"
    rate = Cell(item=ITEM, situation=situation, unit="a second", aims=(Aim(peer=FLOOR, at_least=0.9),))
    asterisk = Cell(item=ITEM, situation="processor time of Asterisk", unit="ms a call")
    loop = Cell(item=ITEM, situation="processor time of the engine", unit="ms a call")
    stolen = Cell(item=ITEM, situation="processors taken by the host", unit="at the average")
    for name, steady in held:
        rate.add(name, [steady.per_s])
        asterisk.add(name, [steady.asterisk_ms])
        loop.add(name, [] if steady.loop_ms is None else [steady.loop_ms])
        stolen.add(name, [steady.stolen])
    return [cell for cell in (rate, asterisk, loop, stolen) if cell.rounds]
