"""Waiting for what real servers do in their own time."""

import asyncio
import time
from collections.abc import Callable


async def eventually(true: Callable[[], bool], within_s: float = 20) -> None:
    """Wait until it is."""
    deadline = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < deadline, "it never became so"
        await asyncio.sleep(0.01)
