"""What the rounds have shown: for each centre and kind of step the median of the rounds, and how far they spread."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Final

from bench.core.centre import Size
from bench.core.timed import UNTIMED, Times, percentile

ALL: Final = "all steps"
_FEWEST: Final = 20
"""Steps of a kind in a round: of fewer a percentile says nothing."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Of one figure over the rounds."""

    median: float
    lower: float
    """A quarter of the rounds is below this."""
    upper: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        """Of at least one round."""
        return cls(median(values), percentile(values, 0.25), percentile(values, 0.75))

    def as_json(self) -> dict[str, float]:
        """Two digits behind the point."""
        return {"median": round(self.median, 2), "lower": round(self.lower, 2), "upper": round(self.upper, 2)}


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of step in one centre, in microseconds."""

    steps: int
    """Of all rounds."""
    p50: Spread
    p99: Spread
    longest: float

    def as_json(self) -> dict[str, Any]:
        """With its unit."""
        return {
            "steps": self.steps,
            "p50_us": self.p50.as_json(),
            "p99_us": self.p99.as_json(),
            "longest_us": round(self.longest, 1),
        }


class Rounds:
    """Of all centres."""

    def __init__(self) -> None:
        self._of: dict[Size, list[Times]] = defaultdict(list)

    def note(self, size: Size, times: Times) -> None:
        """One round of one centre."""
        self._of[size].append(times)

    def figures(self) -> dict[Size, dict[str, Kind]]:
        """By centre and kind; those that are too rare are left out, but count in all."""
        return {size: dict(_kinds(rounds)) for size, rounds in self._of.items()}


def _kinds(rounds: Sequence[Times]) -> Iterable[tuple[str, Kind]]:
    kinds = sorted({kind for times in rounds for kind in times} - UNTIMED)
    yield ALL, _kind([[took for kind in kinds for took in times.get(kind, ())] for times in rounds])
    for kind in kinds:
        told = [times[kind] for times in rounds if len(times.get(kind, ())) >= _FEWEST]
        if len(told) == len(rounds):
            yield kind, _kind(told)


def _kind(rounds: Sequence[Sequence[int]]) -> Kind:
    return Kind(
        steps=sum(map(len, rounds)),
        p50=Spread.of([percentile(times, 0.5) / 1e3 for times in rounds]),
        p99=Spread.of([percentile(times, 0.99) / 1e3 for times in rounds]),
        longest=max(map(max, rounds)) / 1e3,
    )
