"""The engine stands still (SIGSTOP): that is noticed, it is replaced, and should it go on it orders nothing."""

import asyncio
import os
import signal
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.acceptance.centre import RunningCentre
from tests.acceptance.conftest import AGENT_HZ, CALLER_HZ, CALLERS, Floor, talk_both_ways
from tests.acceptance.parts import Part, Queue, agents, seats
from tests.chaos.by_hand import without_own_engine
from tests.chaos.row import Seen

PART: Final = Part(
    users=agents("1981", "1982", "1983"),
    queues=(Queue(number="7981", seats=seats("1981")), Queue(number="7982", seats=seats("1982", "1983"))),
)
TIMES: Final = 3
LATER_S: Final = 2.5
"""When the dial plan knows by the missing beat that nobody is there, and before the engine is replaced."""
NOTICED_WITHIN_S: Final = 5.0
SOUND_WITHIN_S: Final = 2.0
SERVED_WITHIN_S: Final = 10.0
LONGEST_GAP_S: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Freeze:
    """One time: seconds after SIGSTOP, but `sound` after the caller dialled."""

    noticed: float
    ready: float
    sound: float
    served: float
    gap: float
    """The longest in the talk's sound."""


async def check(home: Path) -> Seen:
    """With one who talks, one who waits and two who come meanwhile; then once more without a watchdog."""
    centre = RunningCentre(home, [CALLERS, PART])
    await asyncio.to_thread(centre.start)
    try:
        freezes = [await _freeze(centre) for _ in range(TIMES)]
        with without_own_engine(centre):
            sent, code = await _continued(centre, home / "by-hand")
    finally:
        await asyncio.to_thread(centre.stop)
    noticed, ready, sound, served, gap = (
        max(getattr(freeze, name) for freeze in freezes) for name in ("noticed", "ready", "sound", "served", "gap")
    )
    return Seen(
        done=f"{TIMES} times SIGSTOP with callers waiting, talking and coming; once more without a watchdog, and SIGCONT",
        figures=(
            f"killed after {noticed:.1f} s, the next one ready after {ready:.1f} s; who came meanwhile heard music "
            f"after {sound:.1f} s, all served after {served:.1f} s; longest gap in a talk {gap * 1000:.0f} ms; "
            f"continued it sent {sent} commands and ended with {code}"
        ),
        passed=(
            noticed <= NOTICED_WITHIN_S
            and sound <= SOUND_WITHIN_S
            and served <= SERVED_WITHIN_S
            and gap < LONGEST_GAP_S
            and (sent, code) == (0, 75)
        ),
    )


async def _freeze(centre: RunningCentre) -> Freeze:
    async with AsyncExitStack() as stack:
        floor = Floor(centre, stack)
        agent, free, other = await floor.agents("1981-desk", "1982-desk", "1983-desk")
        talking, waiting, early, late = [await floor.caller(f"200{n}") for n in (1, 2, 3, 4)]
        call = await talking.dial("7981", tone=CALLER_HZ)
        ring = await agent.rings()
        ring.answer(tone=AGENT_HZ)
        await talk_both_ways(call, ring)
        queued = await waiting.dial("7981", tone=CALLER_HZ)
        await queued.media.hears_sound()

        loop = asyncio.get_running_loop()
        pid, began = centre.engine_pid(), loop.time()
        os.kill(pid, signal.SIGSTOP)
        noticed = asyncio.create_task(_gone(pid))
        served = [asyncio.create_task(_served_by((free, other)))]
        first = await early.dial("7982", tone=CALLER_HZ)
        await asyncio.sleep(LATER_S)
        dialled = loop.time()
        second = await late.dial("7982", tone=CALLER_HZ)
        await second.is_answered()
        await second.media.hears_sound(within=SERVED_WITHIN_S)
        sound = loop.time() - dialled
        await noticed
        noticed_s = loop.time() - began
        await centre.is_ready(within=15)
        ready_s = loop.time() - began
        await asyncio.gather(*served)
        served_s = loop.time() - began
        assert first.answered and second.answered

        await talk_both_ways(call, ring)
        ended = loop.time()
        gap = max(side.media.longest_gap(since=began, before=ended) for side in (call, ring))
        await call.hang_up()
        await ring.is_over()
        next_ring = await agent.rings()
        assert next_ring.caller.user == "2002", "who waited has kept his place"
        return Freeze(noticed=noticed_s, ready=ready_s, sound=sound, served=served_s, gap=gap)
