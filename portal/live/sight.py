"""The live state as topics look at it: an instant, the figures that go with it, and each row encoded once."""

from collections.abc import Callable, Hashable, Iterable, Iterator
from datetime import datetime
from typing import Final

import msgspec

from acd.state import State
from portal.views.presence import Presence
from portal.views.today import Today

_encode: Final = msgspec.json.Encoder().encode


class Sight:
    """One look. However many pages see a row, it is computed and encoded once in it."""

    def __init__(self, state: State, presence: Presence, today: Today, now: datetime) -> None:
        self.state: Final = state
        self.presence: Final = presence
        self.today: Final = today
        self.now: Final = now
        self._rows: dict[Hashable, bytes | None] = {}

    def named(self, rows: Iterable[tuple[str, Hashable, Callable[[], object | None]]]) -> Iterator[tuple[str, bytes]]:
        """Rows as JSON, each with its name: given is what it is known by here, and how it is computed. None: no row."""
        for name, key, make in rows:
            if key not in self._rows:
                row = make()
                self._rows[key] = None if row is None else _encode(row)
            encoded = self._rows[key]
            if encoded is not None:
                yield name, encoded
