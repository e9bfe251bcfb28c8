"""The queueing formulas as a soak: `make soak-queueing`, or `python -m tests.simulation.soak [--calls N] [--seed S]`.

Each of the 116 figures is measured; within three standard errors it is right. One that is not is measured once more,
by itself, with other calls and four times as many, and what then comes out counts. A right figure misses by chance once
in 180 times (Student's t with 29 degrees of freedom), so a first miss is to be expected in every second run or so, and
a second one of the same figure in one run of several hundred; a wrong figure misses by more the second time. So no seed
had to be looked for: try others. With far fewer `--calls` the batches are short and skewed, and first misses more
frequent. It takes five to ten minutes on two processors.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from time import monotonic
from typing import Final

from tests.simulation.vectors import Measured, Vector, measure, vectors

CALLS: Final = 40_000
"""About so many for each vector; the busiest ones need more."""

WITHIN: Final = 3
AGAIN: Final = 4
"""So many times the calls, the second time."""

SECOND_SEED: Final = 1_000_000
"""Added to the seed the second time."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a table; returns 1 when a figure is wrong."""
    given = argparse.ArgumentParser(description="Measure the engine against queueing formulas.")
    given.add_argument("--calls", type=int, default=CALLS, help="for each vector, about (%(default)s)")
    given.add_argument("--seed", type=int, default=1)
    options = given.parse_args(arguments)
    began = monotonic()
    todo = sorted(vectors(), key=_work, reverse=True)
    first = _all(todo, options.calls, options.seed)
    missed = {figure.vector for figure in first if not _right(figure)}
    second = _all([v for v in todo if v.name in missed], AGAIN * options.calls, options.seed + SECOND_SEED)
    wrong = 0
    again = {(figure.vector, figure.figure): figure for figure in second}
    for figure in sorted(first, key=lambda figure: [v.name for v in vectors()].index(figure.vector)):
        _print(figure, "ok" if _right(figure) else "MISSED, once more:")
        if not _right(figure):
            repeated = again[figure.vector, figure.figure]
            _print(repeated, "ok" if _right(repeated) else "WRONG")
            wrong += not _right(repeated)
    misses = sum(not _right(figure) for figure in first)
    print(
        f"{len(first)} figures of {len(todo)} vectors, seed {options.seed}: {misses} missed once, {wrong} wrong; "
        f"{monotonic() - began:.0f} s"
    )
    return 1 if wrong else 0


def _all(todo: list[Vector], calls: int, seed: int) -> list[Measured]:
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        found: list[Measured] = []
        for number, figures in enumerate(pool.map(measure, todo, [calls] * len(todo), [seed] * len(todo)), start=1):
            print(f"{number} of {len(todo)}: {figures[0].vector}", file=sys.stderr)
            found += figures
        return found


def _work(vector: Vector) -> float:
    """The longest first, so that no processor is left alone with it at the end."""
    return vector.relaxation.total_seconds() * vector.calls_per_hour


def _right(figure: Measured) -> bool:
    return abs(figure.errors_off) <= WITHIN


def _print(figure: Measured, verdict: str) -> None:
    print(
        f"{figure.vector:<60} {figure.figure:<16} {figure.expected:>12.5f} {figure.mean:>12.5f} "
        f"±{figure.standard_error:>9.5f} {figure.errors_off:>6.2f}  {verdict}"
    )


if __name__ == "__main__":
    sys.exit(main())
