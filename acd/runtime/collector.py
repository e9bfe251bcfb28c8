"""Python's collector of circular garbage, kept from holding up calls.

It stops everything while it looks at all objects that have lived for a while: with 50,000 callers for 0.4 s, by itself
every time a quarter more live, and so at every look at a large Asterisk. The engine frees what it needs no more at
once, by counting references, and makes few circles. So the collector is left what is young, which takes milliseconds;
what the start has made is none of its business any more; and everything else it looks at seldom, the more seldom the
longer that takes.
"""

import asyncio
import gc
import time
from datetime import timedelta
from typing import Final

import structlog

AT_LEAST_EVERY: Final = timedelta(minutes=1)
"""From one full collection to the next: so often where it takes a few milliseconds."""

SHARE_OF_TIME: Final = 1 / 10_000
"""For the engine to stand still so that circles are freed, at most: what takes 0.4 s is done about once an hour."""

TOLD_FROM: Final = timedelta(milliseconds=50)
"""A collection that takes so long is worth a line in the log."""

_YOUNG: Final = (700, 10)
"""Python's own thresholds: so many new objects, so many rounds of those."""

_NEVER: Final = 2**30

_log = structlog.get_logger(__name__)


def hold_back() -> None:
    """What lives now stays as long as the process does; from now on nothing but the young is collected by itself."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_YOUNG, _NEVER)


async def collect_seldom(at_least_every: timedelta = AT_LEAST_EVERY) -> None:
    """Collect everything from time to time, for ever."""
    pause = at_least_every
    while True:
        await asyncio.sleep(pause.total_seconds())
        began = time.perf_counter()
        freed = gc.collect()
        took = timedelta(seconds=time.perf_counter() - began)
        pause = max(at_least_every, took / SHARE_OF_TIME)
        if took >= TOLD_FROM:
            _log.info("garbage_collected", milliseconds=round(took / timedelta(milliseconds=1)), objects=freed)
