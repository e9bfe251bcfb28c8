"""Notices that this process has stood still, before anything else can happen in it, and then ends it.

A process that is stopped (SIGSTOP, a debugger, a suspended machine) and goes on later still believes that it serves the
calls, while its watchdog or a stand-by has put another in its place. It must not order anything then: what it had begun
to ask Asterisk for, what its timers would do, what waits in its sockets. All of that is run by the event loop after it
has waited for something to happen; so this looks at the clock right there, where the waiting ends.
"""

import os
import selectors
import sys
import time
from datetime import timedelta
from typing import Final

import structlog

FROZEN_AFTER: Final = timedelta(seconds=3)
"""With the time between two renewals this is less than a lease lasts, so until then nobody else has taken it."""

_LOOK_EVERY_SECONDS: Final = 0.5

_log = structlog.get_logger(__name__)


class WatchfulSelector(selectors.EpollSelector):
    """What the event loop waits with."""

    def __init__(self, exit_code: int) -> None:
        super().__init__()
        self.strict = False
        """Whether to end the process. To be set when it begins to order things; a start may keep the loop busy."""
        self._exit_code = exit_code
        self._looked_seconds = _now_seconds()

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """As the event loop expects; it may return early with nothing, and then waits again."""
        brief = _LOOK_EVERY_SECONDS if timeout is None else min(timeout, _LOOK_EVERY_SECONDS)
        ready = super().select(brief)
        now_seconds = _now_seconds()
        stood_still = timedelta(seconds=now_seconds - self._looked_seconds)
        self._looked_seconds = now_seconds
        if self.strict and stood_still > FROZEN_AFTER:
            self._end(stood_still)
        return ready

    def _end(self, stood_still: timedelta) -> None:
        """At once: an orderly end would let tasks run, and they would ask Asterisk for things."""
        _log.critical(
            "process_stood_still",
            seconds=round(stood_still.total_seconds(), 1),
            consequence="the process ends and orders nothing; calls stay up in Asterisk and are found by the next one",
        )
        sys.stdout.flush()
        os._exit(self._exit_code)


def _now_seconds() -> float:
    """Goes on while the machine sleeps, and never jumps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)
