"""The live state as topics look at it: an instant, the figures that go with it, and each row encoded once."""

from collections.abc import Callable, Hashable
from datetime import datetime
from typing import Final

import msgspec

from acd.state import State
from portal.views.presence import Presence
from portal.views.today import Today

_encoder: Final = msgspec.json.Encoder()


class Sight:
    """One look. However many pages see a row, it is computed and encoded once in it."""

    def __init__(self, state: State, presence: Presence, today: Today, now: datetime) -> None:
        self.state: Final = state
        self.presence: Final = presence
        self.today: Final = today
        self.now: Final = now
        self._rows: dict[Hashable, bytes | None] = {}

    def encoded(self, key: Hashable, make: Callable[[], object | None]) -> bytes | None:
        """The row of this name as JSON; None: there is none."""
        if key not in self._rows:
            row = make()
            self._rows[key] = None if row is None else self.encode(row)
        return self._rows[key]

    def encode(self, row: object) -> bytes:
        """A row that only one view has."""
        return _encoder.encode(row)
