"""What the journal says, added up: every call that begins ends once, and nobody is with two callers too many."""

from collections import Counter
from collections.abc import Callable

from acd.model import CallId
from acd.outputs import CallEnded, CallMoved, CallQueued, Recorded


class Ledger:
    """Told of every fact that has survived, in its order."""

    def __init__(self, broken: Callable[[str], None]) -> None:
        self.open: set[CallId] = set()
        self.begun = 0
        self.ended: Counter[str] = Counter()
        """By outcome."""
        self._broken = broken

    def note(self, recorded: Recorded) -> None:
        """One fact more."""
        match recorded.fact:
            case CallQueued(call=call):
                if call in self.open:
                    self._broken(f"{call} begins to wait twice in the journal")
                self.open.add(call)
                self.begun += 1
            case CallEnded(call=call, outcome=outcome):
                if call not in self.open:
                    self._broken(f"{call} ends twice in the journal")
                self.open.discard(call)
                self.ended[outcome] += 1
            case CallMoved(call=call):
                if call not in self.open:
                    self._broken(f"{call} moves in the journal, and has ended")
            case _:
                pass

    def adds_up(self) -> bool:
        """Whether what has begun has ended, or is still there."""
        return self.begun == self.ended.total() + len(self.open)
