"""How many new calls are let in while Asterisk or this process is overloaded: decided from how long requests take.

The latency of requests is what overload does first, and long before anything fails: 3 ms as a rule, 100 ms where the
processors are full. Those who are let in must not notice; the others hear busy from the dial plan at once. Pure: no
clock, no I/O. It decides nothing about callers who wait already, nor about star codes and calls between phones.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from statistics import median
from typing import Final

UNLIMITED: Final = 1_000_000
"""Places for a period in which everybody is let in."""

SLOW_S: Final = 0.05
TIMES_PING: Final = 5
"""Requests are slow where half of them take longer than this, and so many times longer than the quickest ping: an
Asterisk far away answers slowly by nature."""

FORGETS: Final = 1.01
"""By so much a period the quickest ping grows: the way to Asterisk may have become a longer one for good."""

ENOUGH: Final = 10
"""With fewer requests in a period nothing can be said, and nothing is overloaded."""

SLOW_PERIODS: Final = 2
"""A single slow one is a hiccup."""

LEAST: Final = 0.5
LESS: Final = 0.85
MORE: Final = 1.03
"""A limit by the one before it: the slower the requests the less, between these two; more where they are fast."""

LEAST_PER_S: Final = 1.0
CALM_PERIODS: Final = 10
"""After so many periods in which nobody was turned away, everybody is let in again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """What was seen between two beats."""

    seconds: float
    offered: int
    """New calls, those turned away counted in."""
    places: int
    """How many of them could be let in."""
    latencies_s: Sequence[float]
    """Of the requests that ended, and the ages of those that should have."""
    ping_s: float
    """What a request took that asks for nothing."""

    @property
    def shed(self) -> int:
        """New calls that were turned away."""
        return max(0, self.offered - self.places)


class Admission:
    """Lets everybody in, or so many calls a second."""

    def __init__(self) -> None:
        self.limit_per_s: float | None = None
        """None: everybody."""
        self.latency_s = 0.0
        """What half the requests of the last period took at most; 0 where there were too few."""
        self._quickest_ping_s = inf
        self._less = LESS
        self._slow_periods = 0
        self._calm_periods = 0

    def judge(self, period: Period) -> None:
        """Learn from this period, and set the limit for the next one."""
        slow = self._is_slow(period)
        self._slow_periods = self._slow_periods + 1 if slow else 0
        if self.limit_per_s is None:
            if self._slow_periods >= SLOW_PERIODS:
                self._calm_periods = 0
                self._limit(period.offered / period.seconds * self._less)
            return
        self._calm_periods = 0 if slow or period.shed else self._calm_periods + 1
        if self._calm_periods >= CALM_PERIODS:
            self.limit_per_s = None
        elif self._slow_periods % SLOW_PERIODS == 1:  # what was let in before a change slows the period after it too
            self._limit(self.limit_per_s * self._less)
        elif not slow and period.shed:
            self._limit(self.limit_per_s * MORE)

    def places(self, seconds: float) -> int:
        """How many new calls may come in so many seconds."""
        return UNLIMITED if self.limit_per_s is None else max(1, round(self.limit_per_s * seconds))

    def _limit(self, per_s: float) -> None:
        self.limit_per_s = max(LEAST_PER_S, per_s)

    def _is_slow(self, period: Period) -> bool:
        self._quickest_ping_s = min(self._quickest_ping_s * FORGETS, period.ping_s)
        self.latency_s = median(period.latencies_s) if len(period.latencies_s) >= ENOUGH else 0.0
        bound_s = max(SLOW_S, TIMES_PING * self._quickest_ping_s)
        slow = self.latency_s > bound_s
        self._less = max(LEAST, min(LESS, bound_s / self.latency_s)) if slow else LESS
        return slow
