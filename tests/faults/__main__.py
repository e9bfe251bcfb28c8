"""Days with faults, seed after seed: `python -m tests.faults --seeds 100 --from 1 --calls 40 --faults kill,cut`.

A seed that fails prints its transcript, is made smaller as long as it still fails, and is written as a file that
`--replay FILE` plays again; `tests/faults/kept` holds those whose bug has been mended.
"""

import argparse
import json
import logging
import sys
import time
from collections import Counter
from pathlib import Path

import structlog

from tests.faults import keeping, plan
from tests.faults.day import Day
from tests.faults.programme import Programme, Result


def main() -> int:
    """Ends with 1 where a day is broken."""
    given = _arguments()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    if given.replay is not None:
        programmes = [keeping.read(given.replay)]
    else:
        programmes = [_programme(given, seed) for seed in range(given.first, given.first + given.seeds)]
    totals, failures, began = Counter[str](), 0, time.monotonic()
    for number, programme in enumerate(programmes, start=1):
        result = Day(programme).run()
        totals += Counter(calls=result.calls, talks=result.talks, happened=result.happened, facts=result.facts)
        totals += Counter({f"fault {kind}": count for kind, count in result.faults.items()})
        totals += Counter(
            takeovers=result.takeovers, torn=result.torn, disk_failed=result.disk_failed, forgotten=result.forgotten
        )
        totals += Counter(delivered=result.delivered, compared=result.compared, turned_away=result.turned_away)
        if result.broken is not None:
            failures += 1
            _tell(given, programme, result)
        elif given.json:
            print(json.dumps({"seed": programme.seed, "calls": result.calls, "talks": result.talks, "broken": None}))
        elif sys.stderr.isatty():
            print(f"\r{number} of {len(programmes)} days, {failures} broken", end="", file=sys.stderr)
    took = time.monotonic() - began
    if given.json:
        print(json.dumps({"days": len(programmes), "broken": failures, "seconds": round(took, 1), **totals}))
    else:
        print(f"{failures} of {len(programmes)} days broken; {dict(totals)}; {took:.1f} s")
    return int(failures > 0)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--from", type=int, default=1, dest="first")
    parser.add_argument("--calls", type=int, default=40, help="a day")
    parser.add_argument("--agents", type=int, default=5)
    parser.add_argument("--every", type=float, default=6.0, help="seconds from one caller to the next, on average")
    parser.add_argument("--faults", default="all", help=f"all, none, or some of {','.join(plan.KINDS)}")
    parser.add_argument("--fault-every", type=float, default=40.0, help="seconds")
    parser.add_argument("--replay", type=Path, help="play this file again")
    parser.add_argument("--keep", type=Path, help="write what fails into this directory, made smaller")
    parser.add_argument("--tail", type=int, default=60, help="lines of the transcript that are shown")
    parser.add_argument("--about", default="", help="only those with one of these texts: a,b")
    parser.add_argument("--width", type=int, default=150)
    parser.add_argument("--json", action="store_true", help="a line for each day, for machines")
    return parser.parse_args()


def _programme(given: argparse.Namespace, seed: int) -> Programme:
    kinds = tuple(each for each in given.faults.split(",") if each not in ("", "none"))
    return Programme(
        seed=seed,
        calls=given.calls,
        agents=given.agents,
        every_s=given.every,
        faults=plan.KINDS if kinds == ("all",) else kinds,
        fault_every_s=given.fault_every,
    )


def _tell(given: argparse.Namespace, programme: Programme, result: Result) -> None:
    if given.json:
        print(json.dumps({"seed": programme.seed, "at": result.at, "broken": result.broken}))
    else:
        about = given.about.split(",")
        lines = [line for line in result.transcript if any(text in line for text in about)]
        print("\n".join(line[: given.width] for line in lines[max(len(lines) - given.tail, 0) :]))
        print(f"seed {programme.seed} at {result.at:.3f}: {result.broken}")
    if given.keep is not None:
        small = keeping.made_smaller(programme, result)
        print(f"kept in {keeping.write(given.keep, small)}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
