"""What the portal does beside requests, for ever. What fails there begins anew; it never ends the engine's process."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final

import structlog

from portal.problems import Problem

PAUSE_S: Final = 5.0

_log = structlog.get_logger(__name__)


@asynccontextmanager
async def kept_going(**works: Callable[[], Awaitable[None]]) -> AsyncGenerator[None]:
    """Run these, each under its name, until the end of the block."""
    tasks = [asyncio.create_task(_keep_going(name, work), name=f"portal {name}") for name, work in works.items()]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _keep_going(name: str, work: Callable[[], Awaitable[None]]) -> None:
    while True:
        try:
            await work()
        except Problem as problem:
            _log.warning("portal_work_waits", work=name, why=problem.detail)
        except Exception:  # noqa: BLE001 - whatever it is, calls do not depend on it
            _log.exception("portal_work_failed", work=name, again_in_seconds=PAUSE_S)
        await asyncio.sleep(PAUSE_S)
