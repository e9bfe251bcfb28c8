"""How long requests to Asterisk take just now, those that have no answer yet counted in."""

import asyncio
from collections import deque
from typing import Final

KEPT: Final = 500
"""The last of a period; more say nothing more."""


class Pressure:
    """The requests of one period and those under way. Made inside a running event loop."""

    def __init__(self) -> None:
        self._clock = asyncio.get_running_loop().time
        self._took_s: deque[float] = deque(maxlen=KEPT)
        self._begun: dict[object, float] = {}

    def begin(self) -> object:
        """A request is sent; what comes back is for `end`."""
        request = object()
        self._begun[request] = self._clock()
        return request

    def end(self, request: object) -> float:
        """It was answered, or given up; seconds it took."""
        took_s = self._clock() - self._begun.pop(request)
        self._took_s.append(took_s)
        return took_s

    def take(self, *, overdue_s: float) -> list[float]:
        """Seconds taken by the requests that ended since this was asked last, and the ages of overdue ones."""
        now = self._clock()
        ages = [age for begun in self._begun.values() if (age := now - begun) > overdue_s]
        latencies = [*self._took_s, *ages]
        self._took_s.clear()
        return latencies
