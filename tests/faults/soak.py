"""The long runs: `python -m tests.faults.soak` (all of them), or some of `days two cuts events flat`.

days: many seeds with every fault. two: with a second engine that stands by. cuts: a thousand cuts of every
connection at any moment. events: 5 % each lost, doubled, late and swapped; whatever books and Asterisk differ in is
gone within ten seconds.
flat: one process over one long day, whose memory, descriptors and tasks must not grow.
"""

import argparse
import asyncio
import gc
import json
import logging
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

import structlog

from tests.faults import keeping, plan
from tests.faults.day import Day
from tests.faults.drift import REPAIRED_WITHIN_S
from tests.faults.programme import Programme, Result

CUTS: Final = 1_000
CALLS: Final = 100_000
BUSY: Final = Programme(seed=0, calls=1_000, agents=30, every_s=1.0)
"""Days with much going on at once."""

GROWTH_KIB: Final = 20.0
"""Resident memory for a thousand calls more: above this something is kept that should not be."""

_FAILED: Final = Path("soak-failed")


def main() -> int:
    """Ends with 1 where a day is broken, or something grows."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    parser = argparse.ArgumentParser(prog="python -m tests.faults.soak", description=__doc__)
    parser.add_argument("runs", nargs="*", choices=[*RUNS, []])
    parser.add_argument("--calls", type=int, default=CALLS, help="of `events` and `flat`")
    parser.add_argument("--seeds", type=int, default=1_000, help="of `days`")
    given = parser.parse_args()
    went_well = {name: RUNS[name](given) for name in given.runs or RUNS}
    return int(not all(went_well.values()))


def _days(given: argparse.Namespace) -> bool:
    programmes = [Programme(seed=seed, faults=plan.KINDS) for seed in range(1, given.seeds + 1)]
    return _lived("days", programmes, lambda _: False)


def _two(given: argparse.Namespace) -> bool:
    programmes = [Programme(seed=seed, faults=plan.TWO, fault_every_s=20.0) for seed in range(1, given.seeds // 5 + 1)]
    return _lived("two", programmes, lambda _: False)


def _cuts(given: argparse.Namespace) -> bool:
    programmes = [Programme(seed=seed, calls=100, faults=("cut",), fault_every_s=3.0) for seed in range(1, 101)]
    cuts = 0

    def enough(result: Result) -> bool:
        nonlocal cuts
        cuts += result.faults["cut"]
        return cuts >= CUTS

    return _lived("cuts", programmes, enough)


def _events(given: argparse.Namespace) -> bool:
    days = range(1, given.calls // BUSY.calls + 1)
    longest, kept, repaired = 0.0, "", Counter[str]()

    def add(result: Result) -> bool:
        nonlocal longest, kept
        repaired.update(result.repairs.repaired)
        if result.repairs.longest is not None and result.repairs.longest_s > longest:
            longest = result.repairs.longest_s
            kept = f"seed {result.programme.seed}: {result.repairs.longest.what}"
        return False

    went_well = _lived("events", [replace(BUSY, seed=seed, faults=("events",)) for seed in days], add)
    _say("repairs", longest_s=round(longest, 1), limit_s=REPAIRED_WITHIN_S, longest=kept, repaired=repaired)
    print(
        f"events: {repaired.total()} times books and Asterisk differed for longer than a moment; "
        f"the longest was repaired after {longest:.1f} s ({REPAIRED_WITHIN_S:.0f} s allowed)",
        file=sys.stderr,
    )
    return went_well and longest <= REPAIRED_WITHIN_S


def _lived(name: str, programmes: list[Programme], enough: Callable[[Result], bool]) -> bool:
    """Days one after the other; what is broken is kept."""
    calls = talks = facts = faults = broken = days = 0
    began = time.monotonic()
    for programme in programmes:
        result = Day(programme).run()
        days += 1
        calls, talks, facts = calls + result.calls, talks + result.talks, facts + result.facts
        faults += result.faults.total() + result.events
        if result.broken is not None:
            broken += 1
            path = keeping.write(_FAILED, result)
            print(f"{name}: seed {programme.seed} at {result.at:.1f} s: {result.broken} ({path})", file=sys.stderr)
        if enough(result):
            break
    _say(name, days=days, calls=calls, talks=talks, facts=facts, faults=faults, broken=broken, seconds=_since(began))
    return not broken


def _flat(given: argparse.Namespace) -> bool:
    """What a process holds after every ten thousand calls."""
    seen: list[tuple[int, float, int, int]] = []
    began = time.monotonic()

    def look(day: Day) -> None:
        gc.collect()
        tasks = len(asyncio.all_tasks(day.process.loop)) if day.process is not None else 0
        seen.append((day.result.calls, _resident_kib(), len(list(Path("/proc/self/fd").iterdir())), tasks))
        calls, resident, descriptors, running = seen[-1]
        print(
            f"flat: {calls} calls, {resident / 1024:.1f} MiB, {descriptors} descriptors, {running} tasks, "
            f"{time.monotonic() - began:.0f} s",
            file=sys.stderr,
        )

    result = Day(replace(BUSY, seed=1, calls=given.calls + 1), progress=look).run()
    (calls, resident, *held), (calls_then, resident_then, *held_then) = seen[min(1, len(seen) - 1)], seen[-1]
    slope = (resident_then - resident) / max((calls_then - calls) / 1_000, 1)
    _say(
        "flat",
        calls=result.calls,
        talks=result.talks,
        broken=result.broken,
        kib_for_1000_calls=round(slope, 2),
        resident_mib=[round(each[1] / 1024, 1) for each in seen],
        descriptors=[each[2] for each in seen],
        tasks=[each[3] for each in seen],
        seconds=_since(began),
    )
    return result.broken is None and slope < GROWTH_KIB and held_then[0] <= held[0]


def _resident_kib() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 1024


def _say(name: str, **figures: object) -> None:
    print(json.dumps({"run": name, **figures}), flush=True)


def _since(began: float) -> float:
    return round(time.monotonic() - began, 1)


RUNS: Final[dict[str, Callable[[argparse.Namespace], bool]]] = {
    "days": _days,
    "two": _two,
    "cuts": _cuts,
    "events": _events,
    "flat": _flat,
}

if __name__ == "__main__":
    sys.exit(main())
