"""Two engines on one database and one Asterisk, with calls coming: at most one of them ever rings anybody."""

import asyncio
import signal
import tempfile
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from itertools import combinations, pairwise
from pathlib import Path
from typing import Final

import asyncpg

from acd.runtime.lease import is_stale
from tests.acceptance.centre import RunningCentre
from tests.chaos.by_hand import ari_url, database_url, engine, without_own_engine
from tests.chaos.load import Load, load_part
from tests.chaos.load_call import LoadCall
from tests.chaos.row import Row, Seen
from tests.integration.engine_process import EngineProcess
from tests.integration.tap import Tap, tapped, tapped_database

RATE: Final = 3.0
CALM_S: Final = 5.0
"""Between two failures."""
TAKEN_WITHIN_S: Final = 12.0
"""The lease lasts six seconds; then the next engine reads the journal and looks at Asterisk."""
LAP_S: Final = 0.15
"""Two phones ring for one call at once: a CANCEL on its way is none."""


async def check(home: Path) -> Seen:
    """The one that serves is killed, frozen and continued, cut off from the database, then from all."""
    centre = RunningCentre(home, [load_part(agents=20, callers=80)])
    await asyncio.to_thread(centre.start)
    try:
        with without_own_engine(centre):
            return await _check(centre, home)
    finally:
        await asyncio.to_thread(centre.stop)


async def _check(centre: RunningCentre, home: Path) -> Seen:
    async with AsyncExitStack() as stack:
        engines: list[tuple[EngineProcess, Tap, Tap]] = []
        took: list[float] = []

        async def start() -> tuple[EngineProcess, Tap, Tap]:
            ari = await stack.enter_async_context(tapped(ari_url(centre)))
            short = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="acd-", dir="/tmp")))
            base = await stack.enter_async_context(tapped_database(database_url(centre), short))
            process = await stack.enter_async_context(
                engine(centre, home / str(len(engines) + 1), ari=ari.url, database=base.url)
            )
            engines.append((process, ari, base))
            return engines[-1]

        async def fails(cause: Callable[[], None]) -> None:
            """Another one stands by, the one that serves fails, and that other serves."""
            serving = engines[-1][0]
            following, _, _ = await start()
            await following.not_ready_because("standing by", f"process {serving.process.pid} ")
            await asyncio.sleep(CALM_S)
            began = time.monotonic()
            cause()
            async with asyncio.timeout(TAKEN_WITHIN_S):
                await following.ready()
            took.append(time.monotonic() - began)
            await asyncio.sleep(CALM_S)

        killed, _, _ = await start()
        await killed.ready()
        load = await stack.enter_async_context(Load(centre, rate=RATE))
        await fails(killed.process.kill)

        frozen, ari, _ = engines[-1]
        await fails(lambda: frozen.process.send_signal(signal.SIGSTOP))
        continued = time.monotonic()
        frozen.process.send_signal(signal.SIGCONT)
        codes = [await frozen.ended()]
        await asyncio.sleep(0.5)
        sent = len(ari.said_since(continued))

        without_database, _, base = engines[-1]
        await fails(base.cut)
        codes.append(await without_database.ended())

        alone, ari, base = engines[-1]

        def part() -> None:
            ari.cut()
            base.cut()

        await fails(part)
        ari.mend()
        codes.append(await alone.ended())
        await asyncio.sleep(CALM_S)
        assert await engines[-1][0].reasons() == [], "who was cut off took nothing from the one that serves"
        await load.drain()
        return await _seen(centre, load, took, sent=sent, codes=codes)


async def _seen(centre: RunningCentre, load: Load, took: list[float], *, sent: int, codes: list[int]) -> Seen:
    totals = load.totals()
    twice = sum(_rung_twice(call) for call in load.calls)
    busy = load.unexpected["a ring at a busy agent"]
    mixed, epochs, refused = await _journal(database_url(centre))
    passed = (
        (totals.failed, twice, busy, sent, mixed) == (0, 0, 0, 0, 0)
        and refused
        and epochs >= 5
        and codes == [75, 4, 4]
        and max(took) < TAKEN_WITHIN_S
    )
    return Seen(
        done=f"the serving one killed, frozen, cut off from the database, from all and back; at {RATE:g} calls/s",
        figures=(
            f"{totals.placed} calls, {totals.failed} lost {dict(totals.faults) or ''}; {twice} rung by two at once, "
            f"{busy} rings at a busy agent; taken over after {', '.join(f'{s:.1f}' for s in took)} s; {sent} commands "
            f"after SIGCONT; exit codes {codes}; {epochs} epochs, {mixed} facts out of their epoch; "
            f"stale writes {'refused' if refused else 'TAKEN'}; longest wait {totals.wait.longest:.1f} s"
        ),
        passed=passed,
    )


def _rung_twice(call: LoadCall) -> bool:
    """Whether two phones rang for him at once."""
    return any(
        first.over_at is not None and other.rang_at < first.over_at - LAP_S
        for first, other in combinations(sorted(call.legs, key=lambda leg: leg.rang_at), 2)
    )


async def _journal(url: str) -> tuple[int, int, bool]:
    """Facts of an epoch after those of a later one; how many epochs have written; whether a stale one is refused."""
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch("select epoch from fact order by seq")
        epochs = [row["epoch"] for row in rows]
        mixed = sum(after < before for before, after in pairwise(epochs))
        await connection.execute("select set_config('acd.epoch', $1, false)", str(epochs[-1] - 1))
        try:
            await connection.execute(
                "insert into fact (seq, at, kind, body) values (1000000, now(), 'asterisk_in_sight', '{}')"
            )
        except asyncpg.PostgresError as error:
            return mixed, len(set(epochs)), is_stale(error)
        return mixed, len(set(epochs)), False
    finally:
        await connection.close()


ROW: Final = Row(name="two-engines", failure="two engines for the same calls", check=check)
