"""Which of the known prompts was heard: the shape of loudness over time, compared with every sound file."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.phone.audio import Samples, correlation, envelope, read_wav

QUIET = 0.02
"""Of the loudest 20 ms: what is below it at either end of a sentence is not part of it."""
SLACK = 5
"""Frames by which the ends of sentence and file may be found apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """The likest prompt, how like it is (1: the same), and how like the second is."""

    name: str
    likeness: float
    second: float


class Prompts:
    """The prompts of a directory, by file name without its ending."""

    def __init__(self, shapes: Mapping[str, list[float]]) -> None:
        self._shapes = shapes

    @classmethod
    def of(cls, directory: Path) -> "Prompts":
        """Read every sound file that is 8 kHz; raises `FileNotFoundError` where there is none."""
        files = sorted(directory.glob("*.wav"))
        if not files:
            raise FileNotFoundError(f"no prompts in {directory}")
        return cls({file.stem: _spoken(envelope(read_wav(file))) for file in files})

    def recognise(self, heard: Samples) -> Recognised:
        """Compare what was heard with every prompt; silence before and after is left out of both."""
        shape = _spoken(envelope(heard))
        ranked = sorted(((_likeness(shape, known), name) for name, known in self._shapes.items()), reverse=True)
        return Recognised(name=ranked[0][1], likeness=ranked[0][0], second=ranked[1][0] if len(ranked) > 1 else 0.0)


def _spoken(shape: list[float]) -> list[float]:
    floor = max(shape, default=0.0) * QUIET
    loud = [at for at, value in enumerate(shape) if value > floor]
    return shape[loud[0] : loud[-1] + 1] if loud else []


def _likeness(heard: list[float], known: list[float]) -> float:
    if not heard or not known:
        return 0.0
    length = max(len(heard), len(known)) + SLACK

    def padded(shape: list[float], before: int) -> list[float]:
        return [0.0] * before + shape + [0.0] * (length - before - len(shape))

    shifts = range(length - len(known) + 1) if len(known) <= len(heard) else range(1)
    best = max(correlation(padded(heard, 0), padded(known, shift)) for shift in shifts)
    late = range(1, length - len(heard) + 1)
    return max([best, *(correlation(padded(heard, shift), padded(known, 0)) for shift in late)])
