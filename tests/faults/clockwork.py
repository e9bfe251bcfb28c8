"""Time without waiting: the world's happenings in their order, and an event loop that lives among them.

The world (Asterisk, phones, people, faults) is a heap of happenings. A process is an asyncio loop that runs until it
would wait; then the world goes on until something concerns a loop. So there may be several processes, and each can be
frozen (the world goes on, its loop does not), or thrown away at any moment and followed by another.
"""

import asyncio
import selectors
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from functools import partial
from heapq import heappop, heappush
from math import inf
from typing import Any, TypeVar, TypeVarTuple

Act = Callable[[], object]
Threads = Callable[[asyncio.AbstractEventLoop, Callable[[], Any]], "asyncio.Future[Any]"]

_T = TypeVar("_T")
_Arguments = TypeVarTuple("_Arguments")


class World:
    """What happens, one after the other. Times are seconds since the world began."""

    def __init__(self) -> None:
        self.now = 0.0
        self.happened = 0
        """How much has happened so far."""
        self.concerns_loop = False
        """Set by whatever gives a loop something to do."""
        self._count = 0
        self._coming: list[tuple[float, int, Act]] = []

    def after(self, delay_s: float, act: Act) -> None:
        """Let this happen then."""
        self._count += 1
        heappush(self._coming, (self.now + delay_s, self._count, act))

    @property
    def next_at(self) -> float | None:
        """When something happens next."""
        return self._coming[0][0] if self._coming else None

    def happen(self) -> None:
        """The next of all."""
        at, _, act = heappop(self._coming)
        self.now = max(self.now, at)
        self.happened += 1
        act()

    def go_on(self, loops: Sequence["Loop"]) -> None:
        """Whatever is next: these loops, or the next happening."""
        wakes_at = min((loop.wakes_at for loop in loops), default=inf)
        if self.concerns_loop or wakes_at <= self.now:
            self.concerns_loop = False
            for loop in loops:
                loop.run_until_it_waits()
        elif self._coming and self._coming[0][0] <= wakes_at:
            self.happen()
        else:
            self.now = wakes_at


class _Selector(selectors.SelectSelector):
    """Where a loop would wait, it ends for now."""

    def __init__(self, waits: Callable[[float], None]) -> None:
        super().__init__()
        self._waits = waits

    def select(self, timeout: float | None = None) -> list[Any]:
        """Nothing ever comes over a socket: what comes is put into the loop by the world."""
        if timeout is None or timeout > 0:
            self._waits(inf if timeout is None else timeout)
        return []


class Loop(asyncio.SelectorEventLoop):
    """One process's event loop."""

    def __init__(self, world: World, failed: Callable[[Mapping[str, Any]], None], threads: Threads) -> None:
        """`failed`: told of an exception that nobody has caught; `threads` do what would hold up the loop."""
        super().__init__(_Selector(self._wait))
        self.wakes_at = 0.0
        """When it has something to do by itself."""
        self._world = world
        self._threads = threads
        self.set_exception_handler(lambda _, context: failed(context))

    def time(self) -> float:
        """The monotonic clock of the machine."""
        return self._world.now

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[*_Arguments], _T], *args: *_Arguments
    ) -> asyncio.Future[_T]:
        """There is one kind of threads."""
        return self._threads(self, partial(func, *args))

    def run_until_it_waits(self) -> None:
        """All that there is to do now."""
        self.wakes_at = self._world.now
        asyncio.set_event_loop(self)
        self.run_forever()

    def _wait(self, seconds: float) -> None:
        self.wakes_at = self._world.now + seconds
        self.stop()
