"""Seeds, one after the other: `python -m tests.faults --seeds N --from S --calls N --faults kill,cut`."""

import argparse
import logging
import sys
import time

import structlog

from tests.faults import plan
from tests.faults.day import Day, Programme


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--from", type=int, default=1, dest="first")
    parser.add_argument("--calls", type=int, default=40)
    parser.add_argument("--agents", type=int, default=5)
    parser.add_argument("--faults", default="", help=f"of {','.join(plan.KINDS)}, or all")
    parser.add_argument("--every", type=float, default=6.0)
    parser.add_argument("--tail", type=int, default=60)
    parser.add_argument("--about", default="", help="only lines of the transcript with one of these texts (a,b)")
    parser.add_argument("--width", type=int, default=150)
    given = parser.parse_args()
    faults = plan.KINDS if given.faults == "all" else tuple(each for each in given.faults.split(",") if each)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    failures = 0
    began = time.monotonic()
    for seed in range(given.first, given.first + given.seeds):
        day = Day(Programme(seed=seed, calls=given.calls, agents=given.agents, every_s=given.every, faults=faults))
        result = day.run()
        if result.broken:
            failures += 1
            about = given.about.split(",")
            lines = [line for line in result.transcript if any(text in line for text in about)]
            print("\n".join(line[: given.width] for line in lines[len(lines) - given.tail :]))
            print(f"seed {seed} at {result.at:.3f}: {result.broken}")
        elif given.seeds <= 5:
            print(f"seed {seed}: {result.calls} calls, {result.talks} talks, {result.happened} happenings, {result.facts} facts, {dict(result.faults)}")
    print(f"{failures} of {given.seeds} failed, {time.monotonic() - began:.1f} s")
    return failures > 0


if __name__ == "__main__":
    sys.exit(main())
