"""The clock jumps by an hour, forward and back, under calls: nobody's time changes.

A small library (`clock.c`, made with the C compiler) shows the engine and PostgreSQL another time of day; the clock of
the machine itself stays, and so do those that nobody can set. Not to Asterisk: by its own rules it forgets every phone
whose registration is older than the jump, until that registers again. What its stamps would do stands in
tests/scenarios.
"""

import asyncio
import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import Final

import asyncpg

from tests.acceptance.centre import CentreError, RunningCentre
from tests.acceptance.conftest import AGENT_HZ, dial_code
from tests.acceptance.parts import Part, Queue, agents, seats
from tests.chaos.books import books, database_url, figures
from tests.chaos.load import Load, load_part
from tests.chaos.row import Row, Seen
from tests.phone.phone import Phone
from tests.phone.waiting import until

SOURCE: Final = Path(__file__).with_name("clock.c")
RATE: Final = 3.0
CALM_S: Final = 5.0
JUMPS_S: Final = (3600, 0, -3600, 0)
WRAP_UP_S: Final = 20.0
WAITED_TOO_LONG: Final = "10m"

PART: Final = Part(
    users=(*agents("1995", "1996"), *agents("2995", "2996")),
    queues=(
        Queue(number="7995", seats=seats("1995"), rules={"max_wait": WAITED_TOO_LONG}),
        Queue(number="7996", seats=seats("1996"), wrap_up=f"{WRAP_UP_S:.0f}s"),
    ),
)


async def check(home: Path) -> Seen:
    """One caller waits and one agent is in his wrap-up while the clock jumps and the engine is killed."""
    with tempfile.TemporaryDirectory(prefix="chaos-clock-") as shown:
        Path(shown).chmod(0o755)
        time = Path(shown) / "offset"
        _jump(time, 0)
        environment = {"LD_PRELOAD": str(_made(Path(shown))), "CHAOS_CLOCK": str(time), "TZ": "Europe/Berlin"}
        centre = RunningCentre(home, [load_part(agents=10, callers=60), PART], environment=environment)
        await asyncio.to_thread(centre.start)
        try:
            return await _check(centre, time)
        finally:
            await asyncio.to_thread(centre.stop)


def _made(place: Path) -> Path:
    compiler = shutil.which("cc")
    if compiler is None:
        raise CentreError("there is no C compiler for this row: apt-get install gcc libc6-dev")
    library = place / "clock.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", library, SOURCE, "-ldl"], check=True)
    return library


def _jump(time: Path, by_s: int) -> None:
    """In place: whoever runs has this file in its memory."""
    with os.fdopen(os.open(time, os.O_WRONLY | os.O_CREAT, 0o644), "wb") as opened:
        opened.write(f"{by_s:+015}".encode())


async def _check(centre: RunningCentre, time: Path) -> Seen:
    async with (
        centre.phone("2995-desk") as waiting,
        centre.phone("1996-desk") as agent,
        centre.phone("2996-desk") as second,
        Load(centre, rate=RATE) as load,
    ):
        for phone in (waiting, agent, second):
            assert await phone.register() == 200
        waits = await waiting.dial("7995")
        await dial_code(agent, "*51")
        wrap_up_began = await _one_talk(second, agent)
        next_call = await second.dial("7996")
        offsets: list[float] = []
        ring = asyncio.create_task(_next_ring(agent, wrap_up_began))
        for jump in JUMPS_S:
            _jump(time, jump)
            await asyncio.sleep(CALM_S)
            offsets.append((await figures(centre))["acd_clock_offset_seconds"])
        wrapped_up_s = await ring
        await next_call.hang_up()
        _jump(time, 3600)
        await _kill_engine(centre)
        offsets.append((await figures(centre))["acd_clock_offset_seconds"])
        await asyncio.sleep(CALM_S)
        still_waiting = not waits.ending
    kept = await books(database_url(centre), load)
    epochs, waited_s = await _leases_and_longest_wait(database_url(centre))
    totals = load.totals()
    jumped = [abs(offset - 3600) < 60 or abs(offset + 3600) < 60 for offset in (offsets[0], offsets[2], offsets[4])]
    return Seen(
        done=f"{len(JUMPS_S) + 1} jumps at {RATE:g} calls/s in a zone with daylight saving, a kill -9 after one",
        figures=(
            f"{totals.placed} calls, {totals.failed} failed {dict(totals.faults) or ''}; offsets told "
            f"{', '.join(f'{offset:+.0f}' for offset in offsets)} s; who waited "
            f"{'waits' if still_waiting else 'is GONE'}; longest wait {waited_s:.0f} s; wrap-up of {WRAP_UP_S:.0f} s "
            f"took {wrapped_up_s:.1f} s; {kept.facts} facts, {kept.lost} lost, {kept.backwards} backwards; "
            f"{epochs} leases for 2 engines"
        ),
        passed=totals.failed == totals.refused == kept.lost == kept.backwards == 0
        and all(jumped)
        and still_waiting
        and abs(wrapped_up_s - WRAP_UP_S) < 2
        and waited_s < 120
        and epochs == 2,
    )


async def _one_talk(caller: Phone, agent: Phone) -> float:
    """A call that ends with the agent's wrap-up; when that began, by the event loop's clock."""
    call = await caller.dial("7996")
    ring = await agent.rings()
    ring.answer(tone=AGENT_HZ)
    await call.media.hears_tone(AGENT_HZ)
    await call.hang_up()
    await ring.is_over()
    return asyncio.get_running_loop().time()


async def _next_ring(agent: Phone, began: float) -> float:
    ring = await agent.rings(within=WRAP_UP_S + 20)
    took = asyncio.get_running_loop().time() - began
    ring.answer()
    return took


async def _kill_engine(centre: RunningCentre) -> None:
    old = centre.engine_pid()
    os.kill(old, signal.SIGKILL)
    await until("another engine", lambda: (pid := centre.engine_pid()) != old and pid, within=10)
    await centre.is_ready(within=15)


async def _leases_and_longest_wait(url: str) -> tuple[int, float]:
    connection = await asyncpg.connect(url)
    try:
        epochs = await connection.fetchval("select epoch from lease")
        longest = await connection.fetchval(
            "select coalesce(extract(epoch from max((body ->> 'waited')::interval)), 0)::float"
            "  from fact where kind = 'call_ended' and body ? 'waited'"
        )
    finally:
        await connection.close()
    return int(epochs), float(longest)


ROW: Final = Row(name="clock-jumps", failure="the clock jumps by an hour, daylight saving", check=check)
