"""What time it is for the engine: UTC that never goes back, and never jumps.

The system's clock is read once; from then on the machine's own count of seconds since it was switched on carries it on,
through restarts of the process too. A step of the system's clock (an administrator, a first NTP fix) therefore neither
ends a wrap-up nor makes a caller wait an hour. It is adopted at a start with nothing under way. It arms no timers.
"""

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec
import structlog

FILE: Final = "clock.json"
OFFSET_WORTH_TELLING: Final = timedelta(seconds=10)

BOOT: Final = Path("/proc/sys/kernel/random/boot_id")

_log = structlog.get_logger(__name__)


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """Which instant it was at a moment of this machine; good until it is switched off."""

    boot: str
    seconds: float
    """Since the machine was switched on."""
    instant: datetime


class Clock:
    """Instants that only grow, in step with real time."""

    def __init__(
        self,
        *,
        wall: datetime,
        not_before: datetime | None = None,
        monotonic_seconds: Callable[[], float] | None = None,
    ) -> None:
        """Start at `wall`, or at `not_before` (the last instant in the journal) where that is later."""
        self._start = wall if not_before is None else max(wall, not_before)
        self._monotonic_seconds = monotonic_seconds or since_boot
        self._zero_seconds = self._monotonic_seconds()

    @classmethod
    def of_this_machine(cls, directory: Path, *, not_before: datetime | None, busy: bool) -> "Clock":
        """The clock of a live engine, which keeps itself in this directory for the engine after it.

        `busy`: something is under way, and time has to go on as it went for the engine before.
        """
        wall, boot = datetime.now(UTC), BOOT.read_text().strip()
        before = _kept(directory / FILE)
        if busy and before is not None and before.boot == boot:
            wall = before.instant + timedelta(seconds=since_boot() - before.seconds)
        clock = cls(wall=wall, not_before=not_before)
        _keep(directory / FILE, Kept(boot=boot, seconds=clock._zero_seconds, instant=clock._start))
        if abs(offset := clock.offset()) > OFFSET_WORTH_TELLING:
            _log.warning("clock_differs", **offset_in_words(offset))
        return clock

    def now(self) -> datetime:
        """The present instant, aware, in UTC; never earlier than an instant given before."""
        return self._start + timedelta(seconds=self._monotonic_seconds() - self._zero_seconds)

    def offset(self) -> timedelta:
        """How much the system's clock is ahead of this one; less than zero: behind."""
        return datetime.now(UTC) - self.now()


def since_boot() -> float:
    """Seconds since this machine was switched on, those asleep too; no clock that anybody sets changes them."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def offset_in_words(offset: timedelta) -> dict[str, str]:
    """For the log."""
    return {
        "offset": f"{offset.total_seconds():+.0f} s",
        "why": "the clock of the system was set while calls were under way; waits go on as they were",
        "mend": "nothing to do: it is adopted at the next start with no call and no timer under way",
    }


def _kept(file: Path) -> Kept | None:
    try:
        return msgspec.json.decode(file.read_bytes(), type=Kept)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError) as error:
        _log.warning("clock_not_kept", file=str(file), why=str(error))
        return None


def _keep(file: Path, kept: Kept) -> None:
    new = file.with_suffix(".new")
    try:
        with new.open("wb") as opened:
            opened.write(msgspec.json.encode(kept))
            opened.flush()
            os.fsync(opened.fileno())
        new.replace(file)
    except OSError as error:  # a full disk is no reason for not taking calls
        _log.warning("clock_not_kept", file=str(file), why=error.strerror)
