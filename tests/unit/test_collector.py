"""The collector of circular garbage: what is old is left alone by itself, and looked at from time to time."""

import asyncio
import gc
import weakref
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta

import pytest

from acd.runtime import collector

SOON = timedelta(milliseconds=1)
WITHIN_SECONDS = 10


class _Circle:
    """Refers to itself."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


def test_nothing_old_is_looked_at_by_itself() -> None:
    """However many objects come; the young are."""
    collections: list[int] = []

    def note(phase: str, about: dict[str, int]) -> None:
        if phase == "stop":
            collections.append(about["generation"])

    collector.hold_back()
    gc.callbacks.append(note)
    try:
        kept = [[number] for number in range(500_000)]
    finally:
        gc.callbacks.remove(note)
    assert len(kept) == 500_000
    assert set(collections) == {0, 1}


def test_what_lives_at_the_start_is_never_looked_at_again() -> None:
    """Nor is it when everything else is."""
    kept = [[number] for number in range(1_000)]
    collector.hold_back()
    looked_at = {id(each) for each in gc.get_objects()}
    assert not any(id(each) in looked_at for each in kept)


async def test_circles_are_freed_some_time() -> None:
    """Those too that have lived for a while, at which nothing looks by itself."""
    collector.hold_back()
    circle, freed = _Circle(), asyncio.Event()
    weakref.finalize(circle, freed.set)
    gc.collect(1)  # from now on it is old
    del circle
    gc.collect(1)
    assert not freed.is_set()
    seldom = asyncio.create_task(collector.collect_seldom(SOON))
    try:
        await asyncio.wait_for(freed.wait(), WITHIN_SECONDS)
    finally:
        seldom.cancel()
        with suppress(asyncio.CancelledError):
            await seldom
