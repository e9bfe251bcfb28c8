"""Twice the calls that the machine can take: some hear busy at once, the others notice nothing, and it passes.

What the machine can take is measured first, on the spot: more and more calls a second until the engine turns the first
ones away. The load itself runs on the same processors.
"""

import asyncio
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tests.acceptance.centre import RunningCentre
from tests.chaos.load import Load, load_part
from tests.chaos.load_call import LoadCall, Totals
from tests.chaos.row import Row, Seen

FIRST_PER_S: Final = 20.0
STEP_PER_S: Final = 10.0
STEP_S: Final = 3.0
MOST_PER_S: Final = 400.0
OVERLOAD_S: Final = 120.0
NOTICED_WITHIN_S: Final = 5.0
"""From one moment to the next come twice the calls: those of the first ones are let in before anybody can know."""
RECOVERED_AFTER_S: Final = 10.0
AFTERWARDS_S: Final = 5.0

WITHIN_S: Final = 0.2
"""Ninety-nine of a hundred hear busy."""
TIMES_BEFORE: Final = 2
"""Ninety-nine of a hundred of those let in are taken within as long, or within so many times what it took below the
overload."""
STILL_SERVED: Final = 0.5
"""Of what the machine can take; turning calls away costs something too."""


async def overload(home: Path, *, overload_s: float = OVERLOAD_S) -> Seen:
    """The row."""
    centre = RunningCentre(home, [load_part(agents=60, callers=120)])
    try:
        await asyncio.to_thread(centre.start)
        engine = centre.engine_pid()
        async with Load(centre, rate=FIRST_PER_S, talk_s=0.3, answer_s=0.05) as load:
            knee, reached = await _knee(centre, load)
            before = _between(load, 0.0, reached)
            at_once = await _for(load, 2 * knee, NOTICED_WITHIN_S)
            during = await _for(load, 2 * knee, overload_s - NOTICED_WITHIN_S)
            await _for(load, knee / 2, RECOVERED_AFTER_S)
            after = await _for(load, knee / 2, AFTERWARDS_S)
        alive = centre.engine_pid() == engine and "Asterisk ended" not in centre.log.read_text()
    finally:
        await asyncio.to_thread(centre.stop)
    return _seen(knee, before(), at_once(), during(), after(), overload_s=overload_s, alive=alive)


async def _knee(centre: RunningCentre, load: Load) -> tuple[float, float]:
    """The most calls a second that are all let in and soon over, and until when no more than these came."""
    reached = asyncio.get_running_loop().time()
    while load.rate < MOST_PER_S:
        await asyncio.sleep(STEP_S)
        if await asyncio.to_thread(_shed, centre) or load.not_placed:
            break
        load.rate += STEP_PER_S
        reached = asyncio.get_running_loop().time()
    return load.rate - STEP_PER_S, reached


def _shed(centre: RunningCentre) -> float:
    """How many calls the engine says that it has turned away."""
    with urllib.request.urlopen(centre.sheet.urls["metrics"], timeout=5) as answer:
        lines = answer.read().decode().splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith("acd_calls_shed_total "))


async def _for(load: Load, rate: float, seconds: float) -> Callable[[], Totals]:
    """Let so many calls come for so long; what became of them, once they are over."""
    began = asyncio.get_running_loop().time()
    load.rate = rate
    await asyncio.sleep(seconds)
    return _between(load, began, asyncio.get_running_loop().time())


def _between(load: Load, since: float, before: float) -> Callable[[], Totals]:
    def begun(call: LoadCall) -> bool:
        return since <= call.began_at < before

    return lambda: load.totals(begun)


def _seen(
    knee: float, before: Totals, at_once: Totals, during: Totals, after: Totals, *, overload_s: float, alive: bool
) -> Seen:
    failed = before.failed + at_once.failed + during.failed + after.failed
    served_per_s = during.served / (overload_s - NOTICED_WITHIN_S)
    taken_within_s = max(WITHIN_S, TIMES_BEFORE * before.take.p99)
    return Seen(
        done=f"{2 * knee:.0f} calls a second for {overload_s:.0f} s, where {knee:.0f} can be taken",
        figures=(
            f"{failed} failed; {served_per_s:.0f} a second served, taken after {during.take} (below it {before.take}); "
            f"{during.refused} heard busy after {during.refusal}; in the first {NOTICED_WITHIN_S:.0f} s taken after "
            f"{at_once.take}; {RECOVERED_AFTER_S:.0f} s later {after.refused} of {after.placed} refused, "
            f"taken after {after.take}"
        ),
        passed=(
            alive
            and failed == after.refused == 0
            and during.refused > 0
            and served_per_s > STILL_SERVED * knee
            and during.refusal.p99 < WITHIN_S
            and max(during.take.p99, after.take.p99) < taken_within_s
        ),
    )


ROW: Final = Row(name="overload", failure="overload: twice the calls the machine can take", check=overload)
