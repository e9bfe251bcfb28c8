"""What an operator does in the middle of the day: restart, change the configuration, upgrade. No call is lost."""

import asyncio
import os
import signal
from pathlib import Path
from typing import Final

from acd.runtime.database import close, connect
from acd.runtime.schema import SCHEMA_VERSION
from tests.acceptance.centre import RunningCentre
from tests.acceptance.parts import Part, Queue, agents, seats
from tests.chaos.by_hand import database_url
from tests.chaos.load import Load, load_part
from tests.chaos.row import Row, Seen
from tests.integration.older_schema import make_older
from tests.phone.waiting import until

RATE: Final = 5.0
RESTARTS: Final = 3
CHANGES: Final = 3
CALM_S: Final = 6.0
ADDED_WAIT_S: Final = 3.0

LATE = Part(users=agents("1990"), queues=(Queue(number="7990", seats=seats("1990")),))


async def check(home: Path) -> Seen:
    """Under load: SIGTERM to the engine, which is started again; `acd apply` of a changed file; an older database."""
    centre = RunningCentre(home, [load_part()])
    await asyncio.to_thread(centre.start)
    try:
        async with Load(centre, rate=RATE) as load:
            await asyncio.sleep(CALM_S)
            usual = len(load.calls)
            for _ in range(RESTARTS):
                await _restart(centre)
                await asyncio.sleep(CALM_S)
            for number in range(CHANGES):
                said = await (centre.apply(instead_of=[LATE]) if number % 2 else centre.apply(LATE))
                assert "7990" in said, said
                await asyncio.sleep(CALM_S / 2)
            upgraded = await _upgrade(centre)
            await asyncio.sleep(CALM_S)
        assert upgraded == SCHEMA_VERSION
        return _seen(load, usual)
    finally:
        await asyncio.to_thread(centre.stop)


async def _restart(centre: RunningCentre) -> None:
    old = centre.engine_pid()
    os.kill(old, signal.SIGTERM)
    await _next_engine(centre, old)


async def _upgrade(centre: RunningCentre) -> int:
    """The engine of before is stopped, and one is started that finds its database: the version that this has then."""
    supervisor, old = centre.sheet.pids["up"], centre.engine_pid()
    connection = await connect(database_url(centre))
    try:
        os.kill(supervisor, signal.SIGSTOP)
        os.kill(old, signal.SIGTERM)
        await until("its end", lambda: centre.engine_pid() != old, within=15)
        await make_older(connection)
        os.kill(supervisor, signal.SIGCONT)
        await _next_engine(centre, old)
        return int(await connection.fetchval("select version from schema_version"))
    finally:
        await close(connection)


async def _next_engine(centre: RunningCentre, old: int) -> None:
    await until("another engine", lambda: (pid := centre.engine_pid()) != old and pid, within=15)
    await centre.is_ready(within=15)


def _seen(load: Load, usual: int) -> Seen:
    totals = load.totals()
    before = load.totals(lambda call: call.number <= usual).wait
    added = totals.wait.longest - before.median
    return Seen(
        done=f"{RESTARTS} restarts, {CHANGES} changed configurations, 1 upgraded schema at {RATE:g} calls/s",
        figures=(
            f"{totals.placed} calls, {totals.failed} lost {dict(totals.faults) or ''}; usual wait {before}; "
            f"added at most {added:.1f} s"
        ),
        passed=totals.failed == 0 and totals.refused == 0 and load.not_placed == 0 and added <= ADDED_WAIT_S,
    )


ROW: Final = Row(name="planned-restart", failure="restart, configuration change, upgrade", check=check)
