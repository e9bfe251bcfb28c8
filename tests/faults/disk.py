"""What the journal of a process leaves behind: facts whose group was written through survive, of the last one some may.

Keeps a second state, folded from what has survived: a restart begins from it, and it must always be what the live one
was at that fact.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random

from acd.journal import decode_state, encode_state
from acd.outputs import Recorded
from acd.state import State
from tests.faults.clockwork import World


@dataclass(slots=True)
class Slowness:
    """How long a write takes."""

    seconds: float = 0.0005


class Disk:
    """The spool of one engine, whichever process writes it."""

    def __init__(self, noticed: Callable[[Recorded], None]) -> None:
        """`noticed` is told of each fact that has survived."""
        self.state = State()
        """Of all that has survived."""
        self.written = 0
        """Facts that have survived."""
        self.last: Recorded | None = None
        self.clock: tuple[float, datetime] | None = None
        """Which instant it was for the engine at a moment of the machine."""
        self.slowness = Slowness()
        self._noticed = noticed

    def keep(self, facts: Sequence[Recorded]) -> None:
        """These are on the disk."""
        for recorded in facts:
            self.state.apply(recorded.fact, recorded.at)
            self.last = recorded
            self._noticed(recorded)
        self.written += len(facts)
        self.state.deadlines.next()  # what lapsed long ago is forgotten, as in an engine

    def recall(self) -> State:
        """What a new process begins with: a snapshot, as it is stored."""
        return decode_state(encode_state(self.state))


class Spool:
    """The journal as one process writes it (`acd.runtime.runner.JournalPort`)."""

    def __init__(self, disk: Disk, world: World) -> None:
        self._disk = disk
        self._world = world
        self._first = disk.written
        self.sequence = disk.written
        self._waiting: list[tuple[int, asyncio.Future[None]]] = []
        self._group: list[Sequence[Recorded]] = []
        """Steps that are being written."""
        self._next: list[Sequence[Recorded]] = []
        self._torn = False

    def record(self, facts: Sequence[Recorded]) -> int:
        """Take these, and write them once the group before them is written."""
        self._next.append(facts)
        self.sequence += len(facts)
        if not self._group:
            self._begin()
        return self.sequence

    async def durable(self, sequence: int) -> None:
        """Return once everything up to here is on the disk."""
        if sequence <= self._disk.written:
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((sequence, future))
        await future

    def tear(self, dice: Random) -> None:
        """The process is no more: of the group that was being written, the first steps may have reached the disk."""
        if not self._torn:
            self._torn = True
            self._keep(self._group[: dice.randint(0, len(self._group))])
            self._waiting.clear()

    def close(self) -> None:
        """The process ends in order: everything is written."""
        self._torn = True
        self._keep([*self._group, *self._next])

    @property
    def is_idle(self) -> bool:
        """Whether everything is on the disk."""
        return not self._group

    def _keep(self, steps: Sequence[Sequence[Recorded]]) -> None:
        for facts in steps:
            self._disk.keep(facts)

    def _begin(self) -> None:
        self._group, self._next = self._next, []
        self._world.after(self._disk.slowness.seconds, self._done)

    def _done(self) -> None:
        if self._torn:
            return
        self._keep(self._group)
        self._group = []
        ready = [future for sequence, future in self._waiting if sequence <= self._disk.written]
        self._waiting = [each for each in self._waiting if each[0] > self._disk.written]
        for future in ready:
            self._world.concerns_loop = True
            if not future.done():
                future.set_result(None)
        if self._next:
            self._begin()
