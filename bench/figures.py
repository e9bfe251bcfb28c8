"""What a run has measured, cell by cell, and what is told of it: medians over rounds, spread, and ratios to the peers.

The p50 of a cell is the median of its rounds' p50; its spread are the quartiles of these. A ratio is taken within each
round, where both stood under the same weather, and its median is told. p95 and p99 are of all samples together: a
round has too few for them. Nothing is left out, and nothing is the best of several.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median, quantiles
from typing import Final

from bench.contenders import CONTENDERS, OURS


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """What a ratio has to be: ours to this peer's."""

    peer: str
    at_most: float | None = None
    at_least: float | None = None

    def holds(self, ratio: float) -> bool:
        """Whether it is so."""
        return (self.at_most is None or ratio <= self.at_most) and (self.at_least is None or ratio >= self.at_least)

    def __str__(self) -> str:
        return f"at most {self.at_most:g}" if self.at_most is not None else f"at least {self.at_least:g}"


@dataclass(slots=True, kw_only=True)
class Cell:
    """One quantity in one situation, of each who was measured."""

    item: str
    situation: str
    unit: str = "ms"
    aims: tuple[Aim, ...] = ()
    rounds: dict[str, list[list[float]]] = field(default_factory=dict[str, list[list[float]]])
    """By who was measured: the samples of each round."""

    def add(self, who: str, samples: Sequence[float]) -> None:
        """One round more; one without samples is none."""
        if samples:
            self.rounds.setdefault(who, []).append(sorted(samples))

    def measured(self) -> list[str]:
        """Who was, ours first."""
        return sorted(self.rounds, key=lambda who: CONTENDERS.index(who) if who in CONTENDERS else len(CONTENDERS))

    def medians(self, who: str) -> list[float]:
        """Of each round."""
        return [median(samples) for samples in self.rounds.get(who, [])]

    def middle(self, who: str) -> float | None:
        """The median of the rounds' medians; None: it was not measured."""
        return median(medians) if (medians := self.medians(who)) else None

    def spread(self, who: str) -> tuple[float, float]:
        """The quartiles of the rounds' medians."""
        return quartiles(self.medians(who))

    def percentile(self, who: str, part: float) -> float:
        """Of all samples."""
        everything = sorted(sample for samples in self.rounds[who] for sample in samples)
        return everything[min(len(everything) - 1, int(len(everything) * part))]

    def count(self, who: str) -> int:
        """Samples in all rounds."""
        return sum(len(samples) for samples in self.rounds.get(who, []))

    def ratios(self, peer: str) -> list[float]:
        """Ours to this peer's, round by round."""
        return [ours / theirs for ours, theirs in zip(self.medians(OURS), self.medians(peer), strict=False) if theirs]

    def missed(self) -> list[str]:
        """The aims that do not hold, with what there is instead."""
        told: list[str] = []
        for aim in self.aims:
            ratios = self.ratios(aim.peer)
            if ratios and not aim.holds(ratio := median(ratios)):
                told.append(f"{self.item}, {self.situation}: {ratio:.3g} of {aim.peer}, aim {aim}")
        return told

    def as_json(self) -> dict[str, object]:
        """Everything, the samples too."""
        return {
            "item": self.item,
            "situation": self.situation,
            "unit": self.unit,
            "measured": {who: self._told(who) for who in self.rounds},
            "ratios": {
                peer: {"median": median(ratios), "quartiles": quartiles(ratios), "aim": self._aim(peer)}
                for peer in self.measured()
                if peer != OURS and (ratios := self.ratios(peer))
            },
        }

    def _aim(self, peer: str) -> str | None:
        return next((str(aim) for aim in self.aims if aim.peer == peer), None)

    def _told(self, who: str) -> dict[str, object]:
        return {
            "p50": self.middle(who),
            "p50_quartiles": self.spread(who),
            "p95": self.percentile(who, 0.95),
            "p99": self.percentile(who, 0.99),
            "samples": self.count(who),
            "rounds": [[round(sample, 4) for sample in samples] for samples in self.rounds[who]],
        }


def quartiles(values: Sequence[float]) -> tuple[float, float]:
    """The first and the third."""
    if len(values) < 2:
        return (values[0], values[0]) if values else (0.0, 0.0)
    first, _, third = quantiles(values, n=4, method="inclusive")
    return first, third


HEADS: Final = ("", "", "p50", "quartiles", "p95", "p99", "n", "ours to it")


def table(cells: Iterable[Cell]) -> str:
    """In Markdown."""
    lines = [_line(HEADS), _line(["---"] * len(HEADS))]
    for cell in cells:
        head = f"{cell.item}, {cell.situation}"
        for who in cell.measured():
            first, third = cell.spread(who)
            lines.append(
                _line(
                    [
                        head,
                        who,
                        f"{short(cell.middle(who) or 0.0)} {cell.unit}",
                        f"{short(first)} to {short(third)}",
                        short(cell.percentile(who, 0.95)),
                        short(cell.percentile(who, 0.99)),
                        str(cell.count(who)),
                        _ratio(cell, who),
                    ]
                )
            )
            head = ""
    return "\n".join(lines)


def _ratio(cell: Cell, peer: str) -> str:
    ratios = cell.ratios(peer) if peer != OURS else []
    if not ratios:
        return ""
    first, third = quartiles(ratios)
    aim = next((aim for aim in cell.aims if aim.peer == peer), None)
    verdict = "" if aim is None else f", aim {aim}" if aim.holds(median(ratios)) else f", MISSED: aim {aim}"
    return f"{median(ratios):.3g} ({first:.3g} to {third:.3g}){verdict}"


def _line(words: Iterable[str]) -> str:
    return "| " + " | ".join(words) + " |"


def short(value: float) -> str:
    """Three digits that mean something."""
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"
