"""What time it is in Asterisk, by our own steady clock: how old its events are when they reach us. Pure.

An event bears the instant at which something happened, by Asterisk's clock, which may be set at any time and is not
ours. A ping tells the two apart, the better the quicker it was.
"""

from datetime import datetime
from typing import Final

DRIFT: Final = 0.001
"""So much the two may go apart, in seconds a second."""

OLDEST_S: Final = 60.0
"""No event is that old; its clock has been set meanwhile."""


class AsteriskClock:
    """Instants of Asterisk (`stamp`, in its own form) and of the event loop."""

    def __init__(self) -> None:
        self._ahead_s: float | None = None
        """Of the event loop's clock."""
        self._unsure_s = 0.0
        self._learnt_at = 0.0

    def learn(self, stamp: str, began: float, ended: float) -> None:
        """A ping that was under way between these two was answered with this."""
        seconds = seconds_of(stamp)
        if seconds is None:
            return
        ahead_s, unsure_s = seconds - (began + ended) / 2, (ended - began) / 2
        known_s = self._unsure_s + DRIFT * (ended - self._learnt_at)
        was_set = self._ahead_s is None or abs(ahead_s - self._ahead_s) > unsure_s + known_s
        if was_set or unsure_s < known_s:
            self._ahead_s, self._unsure_s, self._learnt_at = ahead_s, unsure_s, ended

    def age_s(self, stamp: str, now: float) -> float | None:
        """How long ago that was; None: nobody knows."""
        seconds = seconds_of(stamp)
        if seconds is None or self._ahead_s is None:
            return None
        age_s = now + self._ahead_s - seconds
        return max(0.0, age_s) if abs(age_s) < OLDEST_S else None


def seconds_of(stamp: str) -> float | None:
    """Since 1970; None: it is no instant."""
    try:
        return datetime.fromisoformat(stamp).timestamp()
    except ValueError:
        return None
