"""How many new calls are let in while Asterisk or this process is overloaded: decided from how late everything is.

Long before anything fails requests take long, 60 ms instead of 3, or events come late: Asterisk writes all events of
one application in a single thread, and queues them by the thousand. Those who are let in must not notice; the others
hear busy from the dial plan at once. Pure: no clock, no I/O. It decides nothing about callers who wait already, nor
about star codes and calls between phones.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from statistics import median
from typing import Final

SLOW_S: Final = 0.06
TIMES_PING: Final = 5
"""A period is slow where half its requests, or half its events, took longer than this, and so many times longer than
the quickest ping: an Asterisk far away answers slowly by nature."""

FORGETS: Final = 1.005
"""By so much a period the quickest ping grows: the way to Asterisk may have become a longer one for good."""

ENOUGH: Final = 10
ENOUGH_EVENTS: Final = 3
"""With fewer requests, or such events, in a period nothing can be said, and nothing is overloaded."""

SLOW_PERIODS: Final = 2
"""A single slow one is a hiccup."""

SLOWNESS: Final = 5.0
"""So many times what is slow have the slow periods in a row to be together before anybody is turned away: who is let in
while everything takes a tenth of a second notices nothing, and a busy machine has such moments. Where far too many come
it is reached in two."""

LEAST: Final = 0.5
LESS: Final = 0.85
"""A limit by the one before it, where requests are slow: the slower they are the less, between these two."""

FIRST: Final = 2
"""So many times in one at first: what has piled up unnoticed has to be worked off too. A machine that was a little slow
for a moment, as one is that has neighbours, turns few away for it."""

EFFECT_S: Final = 1.5
"""Before a limit is made smaller once more: those who were let in before it are slow for a while yet."""

MORE: Final = 0.02
MOST: Final = 0.04
"""By so much a limit grows where requests are fast: with each period by that much more, up to this."""

LIGHT: Final = 0.2
"""A limit grows like that while it takes less than this share of what is slow: beyond it the machine has enough to do,
and what comes in before anybody can see that it was too much takes seconds to work off."""

CREEP: Final = 0.001
"""By so much it grows then: the way to Asterisk may have become a long one, and nothing be amiss."""

LEAST_PER_S: Final = 4.0
CALM_S: Final = 5.0
"""After so long in which no more came than may, everybody is let in again."""

SPARE_S: Final = 1.0
"""Callers do not come evenly: the places that nobody took in so long at most are set against those who come after."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """What was seen since the last judgement."""

    seconds: float
    let_in: int
    shed: int
    """New calls that were turned away."""
    latencies_s: Sequence[float]
    """Of the requests that ended, and the ages of those that should have."""
    event_ages_s: Sequence[float]
    """How old the events were by which calls come in, when they reached us."""
    ping_s: float
    """What a request took that asks for nothing."""

    @property
    def offered(self) -> int:
        """New calls."""
        return self.let_in + self.shed


class Admission:
    """Lets everybody in, or so many calls a second."""

    def __init__(self) -> None:
        self.limit_per_s: float | None = None
        """None: everybody."""
        self.late_s = 0.0
        """What half the requests of the last period took, or half the events, whichever is more; 0: too few of both."""
        self._quickest_ping_s = inf
        self._bound_s = inf
        """From where on a period is slow."""
        self._slow_periods, self._slowness = 0, 0.0
        """In a row."""
        self._since_less_s = self._calm_s = 0.0
        self._less, self._more = LESS, 0.0
        self._part = 0.0
        """Of a place, left over."""
        self._spare = 0.0
        """Places that nobody took lately."""

    def judge(self, period: Period) -> None:
        """Learn from this period, and set the limit for the next one."""
        slow = self._is_slow(period)
        self._slow_periods = self._slow_periods + 1 if slow else 0
        self._slowness = self._slowness + self.late_s / self._bound_s if slow else 0.0
        self._since_less_s += period.seconds
        if self.limit_per_s is None:
            if self._slow_periods >= SLOW_PERIODS and self._slowness >= SLOWNESS:
                self._let_in_less(period.offered / period.seconds, times=FIRST)
            return
        self._spare = min(self._spare + self.limit_per_s * period.seconds - period.offered, self.limit_per_s * SPARE_S)
        self._calm_s = 0.0 if slow or self._spare < 0 else self._calm_s + period.seconds
        self._spare = max(self._spare, 0.0)
        if self._calm_s >= CALM_S:
            self.limit_per_s = None
        elif slow and self._since_less_s >= EFFECT_S:
            self._let_in_less(self.limit_per_s)
        elif slow:
            self._more = 0.0
        elif period.shed and self.late_s > self._bound_s * LIGHT:
            self._more = 0.0
            self.limit_per_s *= 1 + CREEP
        elif period.shed:
            self._more = min(self._more + MORE, MOST)
            self.limit_per_s *= 1 + self._more

    def places(self, seconds: float) -> int | None:
        """How many new calls may come in so many seconds from now on, which will be asked for next; None: all.

        What is left of a whole one counts for the next time. While there are places to spare one may always come: else
        a single caller could hear busy, though Asterisk is idle.
        """
        if self.limit_per_s is None:
            self._part = 0.0
            return None
        places, self._part = divmod(self._part + self.limit_per_s * seconds, 1)
        return max(int(places), int(self._spare >= 1))

    def _let_in_less(self, than_per_s: float, times: int = 1) -> None:
        self.limit_per_s = max(LEAST_PER_S, than_per_s * self._less**times)
        self._since_less_s = self._calm_s = self._more = self._spare = 0.0

    def _is_slow(self, period: Period) -> bool:
        self._quickest_ping_s = min(self._quickest_ping_s * FORGETS, period.ping_s or inf)
        self.late_s = max(_median(period.latencies_s, ENOUGH), _median(period.event_ages_s, ENOUGH_EVENTS))
        self._bound_s = max(SLOW_S, TIMES_PING * self._quickest_ping_s) if self._quickest_ping_s < inf else inf
        slow = self.late_s > self._bound_s
        self._less = max(LEAST, min(LESS, self._bound_s / self.late_s)) if slow else LESS
        return slow


def _median(seconds: Sequence[float], enough: int) -> float:
    return median(seconds) if len(seconds) >= enough else 0.0
