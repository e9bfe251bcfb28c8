"""Small indexes that keep a step's cost independent of the centre's size: ids in an order, counts, and deadlines.

Sorted lists with binary search: for the sizes of a call centre (thousands an index) moving memory beats any tree.
"""

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator
from datetime import datetime
from enum import IntEnum
from heapq import heappop, heappush
from typing import Any, Generic, TypeVar, cast

Id = TypeVar("Id", bound=str)


_Entry = tuple[Any, ...]
"""The numbers of the rank, then the id: flat, because to compare tuples in tuples takes twice as long."""


class Ordered(Generic[Id]):
    """Ids by one or more numbers each, all as many, lowest first; equal ones by id: the order is always the same."""

    __slots__ = ("_entries", "_entry_of")

    def __init__(self) -> None:
        self._entries: list[_Entry] = []
        self._entry_of: dict[str, _Entry] = {}

    def place(self, id_: Id, *rank: float) -> bool:
        """Put an id at its rank, moving it if it stood elsewhere. Whether anything changed."""
        entry: _Entry = (*rank, id_)
        before = self._entry_of.get(id_)
        if before == entry:
            return False
        if before is not None:
            del self._entries[bisect_left(self._entries, before)]
        self._entry_of[id_] = entry
        insort(self._entries, entry)
        return True

    def remove(self, id_: Id) -> bool:
        """Take an id out. Whether it was in."""
        entry = self._entry_of.pop(id_, None)
        if entry is None:
            return False
        del self._entries[bisect_left(self._entries, entry)]
        return True

    def position(self, id_: Id) -> int:
        """How many stand before an id that is in."""
        return bisect_left(self._entries, self._entry_of[id_])

    def before(self, id_: Id, *rank: float) -> int:
        """How many stand before the place that this id has, or would have, at this rank."""
        return bisect_left(self._entries, (*rank, id_))

    def first(self) -> Id | None:
        """The id of the lowest rank, None when empty."""
        return cast("Id", self._entries[0][-1]) if self._entries else None

    def __contains__(self, id_: Id) -> bool:
        return id_ in self._entry_of

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Id]:
        for entry in self._entries:
            yield entry[-1]


class Counts(Generic[Id]):
    """How often each id was added and not taken away again."""

    __slots__ = ("_count", "_ids", "total")

    def __init__(self) -> None:
        self._count: dict[Id, int] = {}
        self._ids: list[Id] = []
        """In order."""
        self.total = 0

    def add(self, ids: Iterable[Id]) -> None:
        """Once more, each of them."""
        for id_ in ids:
            count = self._count.get(id_, 0)
            if not count:
                insort(self._ids, id_)
            self._count[id_] = count + 1
            self.total += 1

    def take_away(self, ids: Iterable[Id]) -> None:
        """Once less, each of them; all were added."""
        for id_ in ids:
            self.total -= 1
            self._count[id_] -= 1
            if not self._count[id_]:
                del self._count[id_]
                del self._ids[bisect_left(self._ids, id_)]

    def sample(self, most: int) -> list[tuple[Id, int]]:
        """So many of the ids at most, evenly spread over their order, each with its count."""
        step = max(-(-len(self._ids) // most), 1)
        return [(id_, self._count[id_]) for id_ in self._ids[::step]]


class DeadlineKind(IntEnum):
    """What happens at a deadline; at the same instant the lower number goes first."""

    OFFER = 1
    BACK_OFF = 2
    WRAP_UP = 3
    LIFT = 4
    """A caller goes before all priorities from then on."""
    CALLBACK = 5
    """An agent is looked for again for somebody who is to be called back."""
    PLACE = 6
    """The place of somebody who hung up is given up."""
    MAX_WAIT = 7
    CASCADE = 8
    """After all that, so that whoever becomes free at that instant counts, and whoever leaves does not."""
    ANNOUNCEMENT = 9
    ANNOUNCEMENT_END = 10
    """What a caller is told must be over by then: if it is, nobody has told us."""
    BRIEFING = 11
    """Likewise what an agent is told."""


class Deadlines:
    """Instants at which something lapses by itself, one for each kind and id. Superseded ones are dropped late."""

    __slots__ = ("_heap", "_until")

    def __init__(self) -> None:
        self._heap: list[tuple[datetime, DeadlineKind, str]] = []
        self._until: list[dict[str, datetime]] = [{} for _ in range(max(DeadlineKind) + 1)]
        """By kind, which is a number."""

    def set(self, kind: DeadlineKind, id_: str, until: datetime | None) -> None:
        """Let it lapse at this instant; None: not at all."""
        of_kind = self._until[kind]
        if until is None:
            of_kind.pop(id_, None)
        elif of_kind.get(id_) != until:
            of_kind[id_] = until
            heappush(self._heap, (until, kind, id_))

    def until(self, kind: DeadlineKind, id_: str) -> datetime | None:
        """When it lapses; None: it does not."""
        return self._until[kind].get(id_)

    def all(self) -> list[tuple[DeadlineKind, str]]:
        """Everything that lapses, in no order."""
        return [(kind, id_) for kind in DeadlineKind for id_ in self._until[kind]]

    def forget(self, id_: str, kinds: Iterable[DeadlineKind]) -> None:
        """Let nothing of these kinds lapse."""
        for kind in kinds:
            self._until[kind].pop(id_, None)

    def due(self, now: datetime) -> tuple[datetime, DeadlineKind, str] | None:
        """The earliest that still holds, None when it is later than now."""
        if not self._heap or self._heap[0][0] > now:
            return None  # as mostly; whether that one still holds does not matter yet
        entry = self.next()
        return entry if entry is not None and entry[0] <= now else None

    def next(self) -> tuple[datetime, DeadlineKind, str] | None:
        """The earliest that still holds, None when there is none."""
        while self._heap:
            until, kind, id_ = self._heap[0]
            if self._until[kind].get(id_) == until:
                return self._heap[0]
            heappop(self._heap)
        return None
