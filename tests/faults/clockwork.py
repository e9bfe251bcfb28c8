"""Time without waiting: the world's happenings in their order, and an event loop that lives among them.

The world (Asterisk, phones, people, faults) is a heap of happenings. A process is an asyncio loop whose selector, where
a real one would wait, lets the world happen until something concerns the loop. So a process can be frozen (the world
goes on, its loop does not), and be thrown away at any moment and followed by another.
"""

import asyncio
import selectors
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from functools import partial
from heapq import heappop, heappush
from typing import Any, Final, TypeVar, TypeVarTuple

Act = Callable[[], object]
Threads = Callable[[asyncio.AbstractEventLoop, Callable[[], Any]], "asyncio.Future[Any]"]

_T = TypeVar("_T")
_Arguments = TypeVarTuple("_Arguments")

_LONGEST_S: Final = 3600.0
"""A loop that waits for nothing looks again after this."""


class World:
    """What happens, one after the other. Times are seconds since the world began."""

    def __init__(self) -> None:
        self.now = 0.0
        self.happened = 0
        """How much has happened so far."""
        self.concerns_loop = False
        """Set by whatever gives a running loop something to do."""
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

    def run(self, until: float) -> None:
        """Everything up to this instant, while nobody runs a loop."""
        while self._coming and self._coming[0][0] <= until:
            self.happen()
        self.now = max(self.now, until)


class _Selector(selectors.SelectSelector):
    """Where a loop would wait, the world goes on."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self._world = world

    def select(self, timeout: float | None = None) -> list[Any]:
        """Nothing ever comes over a socket: what comes is put into the loop by the world."""
        if timeout is not None and timeout <= 0:
            return []
        world = self._world
        until = world.now + (_LONGEST_S if timeout is None else timeout)
        world.concerns_loop = False
        while not world.concerns_loop:
            at = world.next_at
            if at is None or at > until:
                world.now = until
                break
            world.happen()
        return []


class Loop(asyncio.SelectorEventLoop):
    """One process's event loop."""

    def __init__(self, world: World, failed: Callable[[Mapping[str, Any]], None], threads: Threads) -> None:
        """`failed`: told of an exception that nobody has caught; `threads` do what would hold up the loop."""
        super().__init__(_Selector(world))
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

    def stop_soon(self) -> None:
        """End `run_forever` before anything else is done."""
        self._world.concerns_loop = True
        if self.is_running():
            self.stop()
