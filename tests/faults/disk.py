"""The disk of one engine: the real spool in a real directory, done by threads that live on the world's clock.

What a process has handed to a thread takes its time, and fails where the disk is full. A process that is killed leaves
what it was just writing whole, cut off anywhere, or not at all.
"""

import asyncio
import os
import resource
import tempfile
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any, Final

from tests.faults.clockwork import World

QUICK_S: Final = 0.0005
_MEMORY: Final = Path("/dev/shm")
"""Nothing here has to survive the machine."""

Job = tuple[Callable[[], Any], "asyncio.Future[Any]"]


class Disk:
    """Whichever process has it."""

    def __init__(self, world: World, dice: Random) -> None:
        self.seconds = QUICK_S
        """How long a write takes."""
        self.clock: tuple[float, datetime] | None = None
        """Which instant it was for the engine at a moment of the machine."""
        self.torn = 0
        """Writes that were cut off by a kill."""
        self.failed = 0
        """Writes for which there was no room, or not enough."""
        self.well_since = 0.0
        """When it was last not as it should be."""
        self.when_it_writes: Callable[[], None] | None = None
        """Called once, in the midst of the next write."""
        self._world, self._dice = world, dice
        self._kept = tempfile.TemporaryDirectory(prefix="acd-faults-", dir=_MEMORY if _MEMORY.is_dir() else None)
        self.directory = Path(self._kept.name)
        self._jobs: deque[Job] = deque()
        self._room: int | None = None
        """To how many bytes a file can still grow; None: any."""
        self._until = 0.0

    # --- threads

    def work(self, loop: asyncio.AbstractEventLoop, act: Callable[[], Any]) -> "asyncio.Future[Any]":
        """Have a thread do this; one after the other."""
        future: asyncio.Future[Any] = loop.create_future()
        self._jobs.append((act, future))
        if len(self._jobs) == 1:
            self._begin()
        return future

    def _begin(self) -> None:
        job = self._jobs[0]
        if self.when_it_writes is not None:
            self._world.after(self.seconds / 2, self.when_it_writes)
            self.when_it_writes = None
        self._world.after(self.seconds, lambda: self._done(job))

    def _done(self, job: Job) -> None:
        if not self._jobs or self._jobs[0] is not job:
            return  # its process is no more
        self._jobs.popleft()
        act, future = job
        result: Any = None
        error: Exception | None = None
        try:
            result = self._with_room(act)
        except Exception as failed:  # noqa: BLE001 - a thread hands on whatever it is
            error = failed
        if self._jobs:
            self._begin()
        if future.done():
            return
        self._world.concerns_loop = True
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)

    def _with_room(self, act: Callable[[], Any]) -> Any:
        if self._room is None:
            return act()
        _, hard = before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (self._room, hard))
        try:
            return act()
        except OSError:
            self.failed += 1
            self._room = 0
            raise
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)

    # --- what happens to it

    def is_well(self) -> bool:
        """Whether nothing is wrong with it at present."""
        return self._world.now >= self._until

    def is_slow(self, for_s: float) -> None:
        """A second for each write."""
        self._trouble(for_s)
        self.seconds = 1.0

    def is_full(self, for_s: float) -> None:
        """The next write finds a few bytes at most, those after it none."""
        self._trouble(for_s)
        sizes = [path.stat().st_size for path in self._segments()]
        self._room = max(sizes, default=0) + self._dice.randrange(400)

    def kill(self) -> None:
        """The process is no more, in the midst of what it was writing."""
        before = {path: path.stat().st_size for path in self._segments()}
        if self._jobs and self._dice.random() < 0.7:
            with suppress(OSError):
                self._with_room(self._jobs[0][0])
            for path in self._segments():
                size = path.stat().st_size
                if size > before.get(path, 0) and self._dice.random() < 0.7:
                    self.torn += 1
                    os.truncate(path, self._dice.randrange(before.get(path, 0), size))
        self._jobs.clear()
        self._close_all()

    def remove(self) -> None:
        """The day is over."""
        self._close_all()
        self._kept.cleanup()

    def _close_all(self) -> None:
        """As the kernel closes what a process had open."""
        for each in Path("/proc/self/fd").iterdir():
            with suppress(OSError):
                if each.readlink().is_relative_to(self.directory):
                    os.close(int(each.name))

    def _segments(self) -> list[Path]:
        return sorted(self.directory.glob("*.spool"))

    def _trouble(self, for_s: float) -> None:
        self._until = max(self._until, self._world.now + for_s)
        self._world.after(for_s, self._recovers)

    def _recovers(self) -> None:
        if self.is_well():
            self.seconds, self._room, self.well_since = QUICK_S, None, self._world.now
