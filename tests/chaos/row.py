"""One row of the table of failures: what is done to a running centre, and what has to hold."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What came of it."""

    done: str
    """What was done, and how often: `20 kills, one at each step of a call`."""
    figures: str
    """What was measured, with units: `first offer after 1.1 s, at most 1.9 s; 0 calls lost`."""
    passed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A failure and the check that causes it."""

    name: str
    """By which it is chosen on the command line: `engine-killed`."""
    failure: str
    """In words, as the tables of `docs/failures.md` have it."""
    check: Callable[[Path], Awaitable[Seen]]
    """Gets an empty directory of its own; starts and ends everything it needs. What it raises is a failed row."""
