"""How a queue's averages take in one more figure."""

from datetime import timedelta
from typing import Final

from acd.records import Average

REMEMBERED: Final = 20
"""Calls that count: enough to be calm, few enough to follow the change of an hour."""


def take_in(average: Average, length: timedelta) -> None:
    """Let one more figure count: the mean of all at first, then an exponential one."""
    average.count = min(average.count + 1, REMEMBERED)
    average.seconds += (length.total_seconds() - average.seconds) / average.count
