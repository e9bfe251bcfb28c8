"""What a simulated day is made of: who calls when, how long people wait and talk, and who is there to answer."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from math import log, sqrt
from typing import Protocol, assert_never

from acd.model import AgentId, QueueId

HOURS_OF_DAY = 24


class Dice(Protocol):
    """What is asked of chance: `random.Random` can do it, and nothing here rolls dice of its own."""

    def random(self) -> float:
        """Anything from 0 up to 1, each as likely."""
        ...

    def expovariate(self, lambd: float, /) -> float:
        """Exponential, 1 / lambd in the mean."""
        ...

    def lognormvariate(self, mu: float, sigma: float, /) -> float:
        """A number whose logarithm is normal, with this mean and deviation."""
        ...


@dataclass(frozen=True, slots=True)
class Constant:
    """Always the same."""

    length: timedelta


@dataclass(frozen=True, slots=True)
class Exponential:
    """Whatever has passed, the rest is as long as the whole: few real lengths are so, and all formulas are."""

    mean: timedelta


@dataclass(frozen=True, slots=True)
class LogNormal:
    """Mostly around the mean, seldom much longer, never nothing: as real talks are."""

    mean: timedelta
    deviation: timedelta


Length = Constant | Exponential | LogNormal
"""How long something lasts, as chance will have it."""


def drawer(length: Length, dice: Dice) -> Callable[[], timedelta]:
    """Draws its values, one at each call."""
    match length:
        case Constant():
            return lambda: length.length
        case Exponential():
            rate = 1 / length.mean.total_seconds()
            return lambda: timedelta(seconds=dice.expovariate(rate))
        case LogNormal():
            variance = log(1 + (length.deviation / length.mean) ** 2)
            mu, sigma = log(length.mean.total_seconds()) - variance / 2, sqrt(variance)
            return lambda: timedelta(seconds=dice.lognormvariate(mu, sigma))
        case _:
            assert_never(length)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """Callers of one kind for one queue. They come independently of each other, so many in the mean."""

    queue: QueueId
    per_hour: tuple[float, ...]
    """For each hour of the day, from midnight on."""
    talk: Length
    patience: Length | None
    """None: endless."""
    priority: int | None = None
    """As in `CallArrived`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """When some agents take calls, every day, and how they do."""

    agents: tuple[AgentId, ...]
    begins: timedelta
    """Since midnight."""
    ends: timedelta
    """Later than it begins, a day later at most; past midnight it goes on the next day."""
    answers_after: Length
    misses: float
    """The part of the offers, from 0 to 1, at which nobody picks up."""
    back_after: Length
    """When an agent is back whom the rules have taken Offline for missing too many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """All of it."""

    streams: tuple[Stream, ...]
    shifts: tuple[Shift, ...]
    opens: timedelta
    """The time of day at which the simulation begins."""
