"""Waiting for what is to be seen, with a deadline instead of a sleep."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

POLL_SECONDS = 0.01


class NotSeenError(AssertionError):
    """What a test waited for did not happen in time."""


async def until(what: str, look: Callable[[], T | None], *, within: float) -> T:
    """Look again and again until it gives something true; raises `NotSeenError` after `within` seconds."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + within
    while not (seen := look()):
        if loop.time() > deadline:
            raise NotSeenError(f"not within {within} s: {what}")
        await asyncio.sleep(POLL_SECONDS)
    return seen
