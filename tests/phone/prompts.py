"""Which of the known prompts was heard: the shape of loudness over time, compared with every sound file."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tests.phone.audio import Samples, Sound, envelope, read_wav

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

    def __init__(self, shapes: Mapping[str, Sound]) -> None:
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


def _spoken(shape: Sound) -> Sound:
    loud = np.flatnonzero(shape > shape.max(initial=0.0) * QUIET)
    return shape[loud[0] : loud[-1] + 1] if len(loud) else shape[:0]


def _likeness(heard: Sound, known: Sound) -> float:
    """The best correlation (Pearson's) of the two, the shorter one at any place beside the longer one."""
    short, long = sorted((heard, known), key=len)
    if not len(short):
        return 0.0
    length = len(long) + SLACK
    spread = math.sqrt(_spread(short, length) * _spread(long, length))
    if not spread:
        return 0.0
    together = float(np.correlate(np.pad(long, SLACK), short).max())
    return (together - float(short.sum()) * float(long.sum()) / length) / spread


def _spread(shape: Sound, length: int) -> float:
    """Of this shape and the silence around it, so many frames together."""
    return max(0.0, float(shape @ shape) - float(shape.sum()) ** 2 / length)
