"""What the bridge counts, for whoever exports it. Labels come from fixed sets: no ids, no text from outside."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Container
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Final

from ari_bridge.client import AriError, AriTimeout, AriUnreachable

UNKNOWN: Final = "unknown"

BOUNDS_SECONDS: Final = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5)


@dataclass(slots=True)
class Durations:
    """How long something took, counted by length."""

    sum_seconds: float = 0.0
    _counts: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS_SECONDS) + 1))

    def note(self, seconds: float) -> None:
        """It took so long once more."""
        self.sum_seconds += seconds
        self._counts[bisect_left(BOUNDS_SECONDS, seconds)] += 1

    def buckets(self) -> list[tuple[str, float]]:
        """How many took so long at most, as a histogram has it."""
        bounds = [*map(str, BOUNDS_SECONDS), "+Inf"]
        return list(zip(bounds, accumulate(self._counts), strict=True))


@dataclass(slots=True)
class BridgeCounters:
    """Counts since the process began."""

    events: Counter[str] = field(default_factory=Counter[str])
    """Messages from Asterisk by type; types that nobody knows are one, `unknown`."""
    malformed: int = 0
    """Messages of a type we read, in which something we need was missing or wrong."""
    requests: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    """Requests to Asterisk by operation (`channels.answer`) and outcome (ok, refused, failed, timeout, unreachable,
    or moot: refused, because the aim was reached already or had become pointless)."""
    durations: defaultdict[str, Durations] = field(default_factory=lambda: defaultdict(Durations))
    """How long they took, by operation."""
    dropped: int = 0
    """Commands that came while Asterisk was not connected."""
    connects: int = 0
    """How often Asterisk came into sight; the first connection is one of them."""


def outcome(error: AriError | None, moot: Container[int]) -> str:
    """The label of what became of a request; `moot`: the refusals that matter to nobody."""
    match error:
        case None:
            return "ok"
        case _ if error.status in moot:
            return "moot"
        case AriTimeout():
            return "timeout"
        case AriUnreachable():
            return "unreachable"
        case _:
            return "refused" if error.status < 500 else "failed"
