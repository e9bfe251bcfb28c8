"""Recorders for the database tests: as an engine opens one that has the lease."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from acd.model import AccountId, Caller, CallId, QueueId
from acd.outputs import CallQueued, Recorded
from acd.runtime.database import connected
from acd.runtime.recorder import Recorder
from acd.runtime.schema import ensure_schema
from tests.integration.waiting import eventually

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def queued(number: int, name: str = "") -> Recorded:
    """A fact that can be told from the others."""
    at = NOON + timedelta(milliseconds=number)
    return Recorded(
        at=at,
        fact=CallQueued(
            call=CallId(f"call-{number}"),
            account=AccountId("demo.example"),
            queue=QueueId("7001@demo.example"),
            caller=Caller(number=str(number), name=name),
            arrived=at,
        ),
    )


async def open_recorder(url: str, spool: Path) -> Recorder:
    """One for the epoch that the database is in."""
    async with connected(url) as connection:
        await ensure_schema(connection)
        [lease] = await connection.fetch("select journal, epoch from lease")
    return await Recorder.open(url, spool, journal=str(lease["journal"]), epoch=lease["epoch"])


@asynccontextmanager
async def recording(url: str, spool: Path) -> AsyncGenerator[Recorder, None]:
    """One until the end of the block."""
    recorder = await open_recorder(url, spool)
    try:
        yield recorder
    finally:
        await recorder.close()


async def recalled(url: str, spool: Path) -> Sequence[Recorded]:
    """What a new engine would find."""
    async with recording(url, spool) as recorder:
        return (await recorder.recall())[1]


async def stored(recorder: Recorder) -> None:
    """Wait until the database has all of it."""
    await eventually(lambda: recorder.pending == 0, within_s=30)
