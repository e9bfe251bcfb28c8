"""One centre in a process of its own, measured round by round as it is told.

A process each, so that the memory of one centre is nothing to the others; and only one of them works at any time.
"""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from multiprocessing.connection import Connection
from random import Random
from typing import Final, cast

from acd.inputs import AsteriskSeen, ConfigurationLoaded, EngineStarted
from acd.runtime.collector import hold_back
from acd.simulation.run import Run
from acd.state import State
from bench.core.centre import Size, configuration
from bench.core.people import Crowd
from bench.core.timed import TimedEngine, Times, no_times

BEGINS: Final = datetime(2024, 3, 4, 9, tzinfo=UTC)
SETTLES_WITHIN: Final = timedelta(seconds=90)
CALLS_A_ROUND: Final = 600


class Centre:
    """A centre at work."""

    def __init__(self, size: Size) -> None:
        self.size = size
        self.engine = TimedEngine(State())
        wanted = configuration(size)
        for what in (
            EngineStarted(),
            ConfigurationLoaded(configuration=wanted),
            AsteriskSeen(registered=frozenset(wanted.devices)),
        ):
            self.engine.handle(what, BEGINS)
        hold_back()  # as the live engine does after its start
        self._crowd = Crowd(size, self.engine.state, Random(f"crowd {size}"))
        self._run = Run(self.engine, self._crowd, self._crowd.heard)
        self._now = BEGINS + SETTLES_WITHIN
        self._run.play(self._crowd.fill(BEGINS), self._now)
        self._inputs = self._crowd.inputs(self._now)

    def round(self) -> Times:
        """So long that so many calls come."""
        self._now += timedelta(seconds=CALLS_A_ROUND / self._crowd.calls_a_second)
        self.engine.times = no_times()
        self._run.play(self._inputs, self._now)
        return dict(self.engine.times)


class Far:
    """A centre in another process."""

    def __init__(self, size: Size, line: Connection) -> None:
        self.size = size
        self._line = line

    def round(self) -> Times:
        """Let it work, and wait."""
        self._line.send("round")
        return cast("Times", self._line.recv())


@contextmanager
def far_away(size: Size) -> Generator[Far]:
    """A centre in a process of its own, which ends with this."""
    context = get_context("spawn")
    ours, its = context.Pipe()
    process = context.Process(target=_live, args=(size, its), daemon=True)
    process.start()
    its.close()
    try:
        ours.recv()  # it is there
        yield Far(size, ours)
    finally:
        ours.close()
        process.join(timeout=10)
        process.kill()


def _live(size: Size, line: Connection) -> None:
    centre = Centre(size)
    try:
        line.send("there")
        while line.recv() == "round":
            line.send(centre.round())
    except (EOFError, BrokenPipeError):
        pass  # nobody asks any more
