"""The figures of a queue and of an agent: what they are, and how shares and means follow from them.

Pure sums: `measures` keeps them from facts. Nothing is decided by them.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from math import floor
from typing import Final

from acd.model import OFFLINE, Status, takes_queue_calls

SHORT_ABANDON: Final = timedelta(seconds=10)
"""Who hangs up sooner has hardly waited: he dialled wrong, or thought better of it."""


class Doing(StrEnum):
    """What an agent does, as reports count it. Of several things at once the first one counts."""

    TALKING = "talking"
    """With a queue caller, from picking up to the end of the talk."""
    WRAP_UP = "wrap_up"
    OTHER_CALL = "other_call"
    RINGING = "ringing"
    """A queue call is offered to him."""
    IDLE = "idle"
    """He takes queue calls and has none."""
    AWAY = "away"
    OFFLINE = "offline"

    @classmethod
    def of(cls, status: Status, *, talks: bool, wraps_up: bool, is_on_other_call: bool, rings: bool) -> "Doing":
        """What counts of all that an agent of this status does."""
        if talks:
            return cls.TALKING
        if wraps_up:
            return cls.WRAP_UP
        if is_on_other_call:
            return cls.OTHER_CALL
        if rings:
            return cls.RINGING
        if takes_queue_calls(status):
            return cls.IDLE
        return cls.OFFLINE if status == OFFLINE else cls.AWAY


@dataclass(slots=True, kw_only=True)
class QueueMeasures:
    """The calls of a queue, or of several together. A caller who moves from one queue to another counts in both."""

    offered: int = 0
    """Callers who came to wait here, or did so when the span began."""
    answered: int = 0
    """Joined with an agent."""
    answered_in_time: int = 0
    """Those of them who waited no longer than the queue's T, as all of these."""
    abandoned: int = 0
    """Hung up before."""
    abandoned_late: int = 0
    """Those of them who had waited longer than T."""
    short_abandons: int = 0
    """Those of them who had waited less than `SHORT_ABANDON`."""
    overflowed: int = 0
    """Went elsewhere by the queue's rules, after they had waited here."""
    lost: int = 0
    """Left in another way: the queue was closed, or Asterisk failed."""
    refused: int = 0
    """Not let in, and so not offered."""
    waits_s: list[float] = field(default_factory=list[float])
    """Of those answered, in seconds, in the order of the answers."""
    talks: int = 0
    """Talks that have ended."""
    talked: timedelta = timedelta(0)
    wrapped_up: timedelta = timedelta(0)
    waiting_time: timedelta = timedelta(0)
    """Of all callers up to now: divided by the length of the span, it is how many waited on average."""

    @property
    def waiting(self) -> int:
        """Who waits now."""
        return self.offered - self.answered - self.abandoned - self.overflowed - self.lost

    @property
    def answered_of_offered(self) -> float | None:
        """Service level, the strictest: answered within T / offered."""
        return ratio(self.answered_in_time, self.offered)

    @property
    def service_level(self) -> float | None:
        """Service level: answered within T / (answered + abandoned after T). Who gave up before T tells nothing."""
        return ratio(self.answered_in_time, self.answered + self.abandoned_late)

    @property
    def answered_without_short(self) -> float | None:
        """Service level: answered within T / (offered - short abandons)."""
        return ratio(self.answered_in_time, self.offered - self.short_abandons)

    @property
    def speed_of_answer_s(self) -> float | None:
        """ASA: the mean wait of those answered."""
        return ratio(sum(self.waits_s), len(self.waits_s))

    def add(self, other: "QueueMeasures") -> None:
        """Count another queue's calls as well."""
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass(slots=True, kw_only=True)
class AgentMeasures:
    """An agent's calls and time."""

    answered: int = 0
    missed: int = 0
    refused: int = 0
    """Offers that he declined, that found him busy, or his phones out of reach."""
    declined: int = 0
    """Those of them that he declined."""
    talks: int = 0
    """Talks that have ended."""
    talked: timedelta = timedelta(0)
    """Holds included."""
    held: timedelta = timedelta(0)
    wrapped_up: timedelta = timedelta(0)
    time: dict[Doing, timedelta] = field(default_factory=lambda: dict.fromkeys(Doing, timedelta(0)))
    in_status: dict[Status, timedelta] = field(default_factory=dict[Status, timedelta])

    @property
    def on(self) -> timedelta:
        """The time in which he had queue calls or could have had one."""
        return sum((self.time[doing] for doing in _ON), timedelta(0))

    @property
    def occupancy(self) -> float | None:
        """The part of that time in which he talked or wrapped up."""
        return ratio((self.time[Doing.TALKING] + self.time[Doing.WRAP_UP]).total_seconds(), self.on.total_seconds())


_ON: Final = (Doing.TALKING, Doing.WRAP_UP, Doing.RINGING, Doing.IDLE)


def ratio(part: float, whole: float) -> float | None:
    """None where there is nothing to divide by."""
    return part / whole if whole else None


def percentile(ordered: list[float], part: float) -> float | None:
    """The value below which this part (0 to 1) of them lies, between neighbours in a straight line. None: no values."""
    if not ordered:
        return None
    place = part * (len(ordered) - 1)
    below = floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)
