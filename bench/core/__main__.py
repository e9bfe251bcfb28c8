"""`make bench-core`: measures the pure core, prints tables, and keeps them as JSON and as a picture.

    python -m bench.core [--rounds 5] [--json FILE] [--picture FILE]

The centres are measured in turn, round by round; a figure is the median of the rounds, and behind it stands from where
to where the middle half of them goes. It takes some minutes and two gigabytes of memory.
"""

import argparse
import json
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Final

from bench.core import apart, memory, simulated, table
from bench.core.centre import Size
from bench.core.figures import Kind, Rounds, Spread
from bench.core.measured import far_away
from bench.core.picture import drawn

SMALLEST: Final = Size(100, 10, 100, 5)
LARGEST: Final = Size(10_000, 1_000, 50_000, 5)
SIZES: Final = (
    SMALLEST,
    Size(1_000, 100, 5_000, 5),
    LARGEST,
    Size(100, 10, 100, 1),
    Size(10_000, 1_000, 50_000, 1),
    Size(10_000, 1_000, 50_000, 20),
    Size(100, 10, 0, 5),
    Size(10_000, 1_000, 0, 5),
)
DRAWN: Final = SIZES[:3]


def main() -> None:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(prog="python -m bench.core", description="Measures the pure core.")
    parser.add_argument("--rounds", type=int, default=5, help="how often each centre is measured")
    parser.add_argument("--json", type=Path, help="keep the figures here")
    parser.add_argument("--picture", type=Path, help="and the picture here")
    asked = parser.parse_args()

    simulated_a_second = Spread.of([simulated.calls_a_second(seed) for seed in range(asked.rounds)])
    memory_of = {"a waiting caller": memory.bytes_of_waiting_caller()} | {
        f"an agent with a phone, {queues} queues each": memory.bytes_of_agent(queues) for queues in (1, 5, 20)
    }
    milliseconds = apart.measured()
    figures = measured(asked.rounds)
    smallest, largest = figures[SMALLEST], figures[LARGEST]
    growth = {kind: largest[kind].p50.median / smallest[kind].p50.median for kind in largest if kind in smallest}

    print(table.machine())
    for line in (
        *table.of_steps(figures),
        *table.of_growth(growth),
        *table.of_milliseconds(milliseconds),
        *table.of_bytes(memory_of),
        "",
        f"{simulated_a_second.median:,.0f} simulated calls a second with {simulated.AGENTS} agents "
        f"({simulated_a_second.lower:,.0f}-{simulated_a_second.upper:,.0f})",
    ):
        print(line)
    if asked.json is not None:
        kept = {
            "machine": table.machine(),
            "rounds": asked.rounds,
            "steps": [
                {"centre": size.as_json(), "kinds": {name: kind.as_json() for name, kind in kinds.items()}}
                for size, kinds in figures.items()
            ],
            "growth": {kind: round(times, 2) for kind, times in growth.items()},
            "apart_ms": {name: round(median(took), 2) for name, took in milliseconds.items()},
            "bytes": {name: round(each) for name, each in memory_of.items()},
            "simulated_calls_a_second": simulated_a_second.as_json(),
        }
        asked.json.write_text(json.dumps(kept, indent=1) + "\n")
    if asked.picture is not None:
        asked.picture.write_text(drawn({size: figures[size] for size in DRAWN}, "The core, step by step"))


def measured(rounds: int) -> dict[Size, dict[str, Kind]]:
    """All centres in turn, so often."""
    noted = Rounds()
    with ExitStack() as stack:
        centres = [stack.enter_context(far_away(size)) for size in SIZES]
        for _ in range(rounds):
            for centre in centres:
                noted.note(centre.size, centre.round())
    return noted.figures()


if __name__ == "__main__":
    main()
