"""The engine stands still (SIGSTOP): that is noticed, it is replaced, and should it go on it orders nothing."""

import asyncio
import os
import signal
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from acd.runtime.standstill import FROZEN_AFTER
from tests.acceptance.centre import RunningCentre
from tests.acceptance.conftest import AGENT_HZ, CALLER_HZ, CALLERS, Floor, talk_both_ways
from tests.acceptance.parts import Part, Queue, agents, seats
from tests.chaos.by_hand import ari_url, engine, without_own_engine
from tests.chaos.row import Row, Seen
from tests.integration.tap import tapped
from tests.phone.phone import Phone
from tests.phone.waiting import until

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
    noticed, sound, served, gap = (
        max(getattr(freeze, name) for freeze in freezes) for name in ("noticed", "sound", "served", "gap")
    )
    return Seen(
        done=f"{TIMES} times SIGSTOP with callers waiting, talking and coming; once without a watchdog, then SIGCONT",
        figures=(
            f"killed after {noticed:.1f} s, all who came meanwhile served after {served:.1f} s; who came in the middle "
            f"heard music after {sound:.1f} s; longest gap in a talk {gap * 1000:.0f} ms; "
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
        agent, *others = await floor.agents("1981-desk", "1982-desk", "1983-desk")
        talking, waiting, early, late = [await floor.caller(f"200{n}") for n in (1, 2, 3, 4)]
        call = await talking.dial("7981", tone=CALLER_HZ)
        ring = await agent.rings()
        ring.answer(tone=AGENT_HZ)
        await talk_both_ways(call, ring)
        await (await waiting.dial("7981")).media.hears_sound()

        loop = asyncio.get_running_loop()
        frozen, began = centre.engine_pid(), loop.time()
        os.kill(frozen, signal.SIGSTOP)
        gone = asyncio.create_task(_gone(frozen))
        serving = [asyncio.create_task(_serve(phone)) for phone in others]
        first = await early.dial("7982")
        await asyncio.sleep(LATER_S)
        second, dialled = await late.dial("7982"), loop.time()
        await second.media.hears_sound(within=SERVED_WITHIN_S)
        sound = loop.time() - dialled
        noticed = await gone - began
        await asyncio.gather(
            *serving, *(who.media.hears_tone(AGENT_HZ, within=SERVED_WITHIN_S) for who in (first, second))
        )
        served = loop.time() - began

        await talk_both_ways(call, ring)
        gap = max(side.media.longest_gap(since=began, before=loop.time()) for side in (call, ring))
        await call.hang_up()
        next_ring = await agent.rings()
        assert next_ring.caller.user == "2002", "who waited is served next"
        return Freeze(noticed=noticed, sound=sound, served=served, gap=gap)


async def _gone(pid: int) -> float:
    """When this process is no more."""
    await until("its end", lambda: not Path("/proc", str(pid)).exists(), within=20)
    return asyncio.get_running_loop().time()


async def _serve(phone: Phone) -> None:
    ring = await phone.rings(within=SERVED_WITHIN_S * 2)
    ring.answer(tone=AGENT_HZ)


async def _continued(centre: RunningCentre, home: Path) -> tuple[int, int]:
    """Frozen in the middle of its work, with calls coming, and continued: what it sent then, and its exit code."""
    async with AsyncExitStack() as stack:
        tap = await stack.enter_async_context(tapped(ari_url(centre)))
        process = await stack.enter_async_context(engine(centre, home, ari=tap.url))
        await process.ready()
        floor = Floor(centre, stack)
        agent = await floor.agent("1981-desk")
        caller, other = await floor.caller("2001"), await floor.caller("2002")
        await caller.dial("7981")
        ring = await agent.rings()  # it has a timer for this ring
        process.process.send_signal(signal.SIGSTOP)
        ring.answer()
        await other.dial("7982")
        await asyncio.sleep(FROZEN_AFTER.total_seconds() + 0.5)
        continued = time.monotonic()
        process.process.send_signal(signal.SIGCONT)
        code = await process.ended()
        await asyncio.sleep(0.5)
        return len(tap.said_since(continued)), code


ROW: Final = Row(name="engine-frozen", failure="engine frozen (SIGSTOP)", check=check)
