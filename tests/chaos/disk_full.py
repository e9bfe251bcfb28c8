"""A disk without room for the spool, and a spool that is damaged: calls go on, and it is told.

The disk is a file system in memory (tmpfs) of 300 kB, which root may mount.
"""

import asyncio
import os
import signal
import subprocess
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.acceptance.centre import RunningCentre
from tests.acceptance.conftest import dial_code
from tests.acceptance.parts import Part, agents
from tests.chaos.books import books, database_url, figures, logged, until_figures, warnings
from tests.chaos.load import Load, load_part
from tests.chaos.row import Row, Seen
from tests.integration.postgres import TestPostgres
from tests.phone.waiting import until

RATE: Final = 5.0
FULL_S: Final = 15.0
CALM_S: Final = 4.0
ROOM_KB: Final = 300
TORN_BYTES: Final = 7
"""Cut off the last record, as a write that was broken off leaves it."""

DIALLER: Final = Part(users=agents("1997"))


async def check(home: Path) -> Seen:
    """Fill the disk under load; free it; kill the engine while the database is away, and tear the last record."""
    postgres = TestPostgres()
    spool = home / "state" / "spool"
    spool.mkdir(parents=True)
    try:
        with _small_disk(spool):
            postgres.start()
            postgres.execute("create database acd")
            centre = RunningCentre(home, [load_part(), DIALLER], options=["--database-url", postgres.url("acd")])
            await asyncio.to_thread(centre.start)
            try:
                return await _check(centre, postgres, spool)
            finally:
                await asyncio.to_thread(centre.stop)
    finally:
        postgres.remove()


@contextmanager
def _small_disk(place: Path) -> Generator[None]:
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={ROOM_KB}k", "tmpfs", place], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)


async def _check(centre: RunningCentre, postgres: TestPostgres, spool: Path) -> Seen:
    async with Load(centre, rate=RATE) as load:
        await asyncio.sleep(CALM_S)
        ballast = spool / "ballast"
        _fill(ballast)
        told_s = await until_figures(centre, lambda now: now["acd_spool_writable"] == 0, within=15)
        warned = [warning for warning in await warnings(centre) if "No space left" in warning]
        await _codes(centre, "*52", "*51")
        await asyncio.sleep(FULL_S)
        errors = (await figures(centre))["acd_spool_errors_total"]
        ballast.unlink()
        again_s = await until_figures(centre, lambda now: now["acd_spool_writable"] == 1, within=15)
        await asyncio.sleep(CALM_S)
    totals = load.totals()
    refused = logged(centre, "request_not_stored")
    kept_before, kept_after = await _killed_with_a_torn_record(centre, postgres, spool)
    kept = await books(database_url(centre), load)
    torn = logged(centre, "spool_torn")
    return Seen(
        done=f"disk full for {FULL_S:.0f} s at {RATE:g} calls/s; killed with a torn record while PostgreSQL was away",
        figures=(
            f"{totals.placed} calls, {totals.failed} failed {dict(totals.faults) or ''}, {refused} star codes not "
            f"confirmed; told after {told_s:.1f} s ({errors:.0f} writes failed), works again after {again_s:.1f} s; "
            f"of {kept_before} facts that only the spool had {kept_after} came back; "
            f"{kept.lost} lost beside the torn one"
        ),
        passed=totals.failed == totals.refused == refused == kept.lost == 0
        and bool(warned)
        and torn >= 1
        and kept_after == kept_before - 1,
    )


def _fill(ballast: Path) -> None:
    """Until nothing more fits, not a byte."""
    with ballast.open("wb", buffering=0) as file:
        for size in (4096, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                continue


async def _codes(centre: RunningCentre, *codes: str) -> None:
    async with centre.phone("1997-desk") as phone:
        assert await phone.register() == 200
        for code in codes:
            await dial_code(phone, code)


async def _killed_with_a_torn_record(centre: RunningCentre, postgres: TestPostgres, spool: Path) -> tuple[int, int]:
    """How many facts only the spool had, and how many of them the next engine brought into the database."""
    await until_figures(centre, lambda now: now["acd_journal_facts_pending"] == 0, within=10)
    stored = int(postgres.execute("select max(seq) from fact", "acd"))
    postgres.kill()
    await _codes(centre, "*52", "*51", "*52")
    await until_figures(centre, lambda now: now["acd_spool_facts_pending"] == 0, within=5)
    await asyncio.sleep(1)
    waiting = int((await figures(centre))["acd_journal_facts_pending"])
    old = centre.engine_pid()
    os.kill(old, signal.SIGKILL)
    last = max(spool.glob("*.spool"))
    os.truncate(last, last.stat().st_size - TORN_BYTES)
    postgres.start()
    await until("another engine", lambda: (pid := centre.engine_pid()) != old and pid, within=15)
    await centre.is_ready(within=30)
    began = time.monotonic()
    while not logged(centre, "journal_completed_from_spool"):
        assert time.monotonic() - began < 10, "nothing came back from the spool"
        await asyncio.sleep(0.1)
    brought = postgres.execute(f"select count(*) from fact where seq > {stored} and seq < {stored + waiting}", "acd")
    return waiting, int(brought)


ROW: Final = Row(name="disk-full", failure="disk full, spool damaged", check=check)
