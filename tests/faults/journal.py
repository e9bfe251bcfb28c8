"""What engines have decided, held against what the database has of it in the end: nothing is lost, or otherwise."""

from collections.abc import Callable, Sequence
from typing import Final

from acd.outputs import Recorded
from acd.runtime.recorder import Recorder
from tests.faults.clockwork import World

CONFIRMED_WITHIN_S: Final = 0.5
"""Where either the disk or the database is well."""


class Decided:
    """All that engines have recorded, until the database has it."""

    def __init__(self, broken: Callable[[str], None]) -> None:
        self.forgotten = 0
        """Facts that an engine had not yet brought anywhere when it was killed."""
        self.delivered = 0
        """Facts that an engine found on its disk only."""
        self._broken = broken
        self._serving = False
        self._waiting: dict[int, list[Recorded]] = {}
        self._safe: tuple[str, int] = ("", 0)
        """What an engine has left that would survive, and which engine."""

    def records(self, last: int, facts: Sequence[Recorded]) -> None:
        """An engine has decided these."""
        for seq, fact in enumerate(facts, start=last - len(facts) + 1):
            self._waiting.setdefault(seq, []).append(fact)

    def ends(self, engine: str, safe: int) -> None:
        """A process of this engine is no more; facts up to this number were on its disk or in the database."""
        self._serving = False
        self._safe = (engine, max(safe, self._safe[1]) if engine == self._safe[0] else safe)

    def begins(self, engine: str, last: int) -> None:
        """Another has begun, with so many facts."""
        if engine == self._safe[0] and last < self._safe[1]:
            self._broken(f"the facts {last + 1} to {self._safe[1]} are lost")
        self._serving = True
        lost = [seq for seq in self._waiting if seq > last]
        self.forgotten += len(lost)
        for seq in lost:
            del self._waiting[seq]

    def committed(self, seq: int, fact: Recorded) -> None:
        """The database has this."""
        self.delivered += not self._serving
        if fact not in self._waiting.pop(seq, []):
            self._broken(f"the database has another fact {seq} than was decided: {fact}")


class Noted:
    """The real journal as the runner uses it (`acd.runtime.runner.JournalPort`), held to what it promises."""

    def __init__(
        self,
        recorder: Recorder,
        decided: Decided,
        world: World,
        well_since: Callable[[], float | None],
        failed: Callable[[str], None],
    ) -> None:
        """`well_since`: since when the disk or the database, or both, have been well; None: neither is."""
        self.last = 0
        self.confirmed = 0
        """Somebody was told that this is true for good."""
        self._recorder, self._decided, self._world = recorder, decided, world
        self._well_since, self._failed = well_since, failed

    def record(self, facts: Sequence[Recorded]) -> int:
        """As the recorder."""
        self.last = self._recorder.record(facts)
        self._decided.records(self.last, facts)
        return self.last

    async def durable(self, sequence: int) -> None:
        """As the recorder, and soon."""
        asked = self._world.now
        try:
            await self._recorder.durable(sequence)
            self.confirmed = max(self.confirmed, sequence)
        finally:
            well, took = self._well_since(), self._world.now - asked
            if well is not None and self._world.now - max(well, asked) > CONFIRMED_WITHIN_S:
                self._failed(f"a request was not confirmed for {took:.1f} s")
