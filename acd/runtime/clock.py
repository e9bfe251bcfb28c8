"""What time it is for the engine: UTC that never goes back.

Wall time is read once, at the start; from then on the machine's monotonic clock carries it on. A step of the system's
clock (an administrator, a first NTP fix) therefore neither ends a wrap-up nor makes a caller wait a negative time.
It arms no timers.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class Clock:
    """Instants that only grow, in step with real time."""

    def __init__(
        self,
        *,
        wall: datetime,
        not_before: datetime | None = None,
        monotonic_seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        """Start at `wall`, or at `not_before` (the last instant in the journal) where that is later."""
        self._start = wall if not_before is None else max(wall, not_before)
        self._monotonic_seconds = monotonic_seconds
        self._zero_seconds = monotonic_seconds()

    @classmethod
    def of_this_machine(cls, *, not_before: datetime | None = None) -> "Clock":
        """The clock of a live engine."""
        return cls(wall=datetime.now(UTC), not_before=not_before)

    def now(self) -> datetime:
        """The present instant, aware, in UTC; never earlier than an instant given before."""
        return self._start + timedelta(seconds=self._monotonic_seconds() - self._zero_seconds)
