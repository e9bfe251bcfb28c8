"""`make bench`: our engine, Asterisk's own app_queue and the floor on one Asterisk, with the same phones, in turn.

Every round measures all three, each time in another order. Prints a table; what misses its aim is listed below it.
"""

import argparse
import asyncio
import gc
import json
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Final, NoReturn

from bench.arrival import Arrival
from bench.contenders import APP_QUEUE, CONTENDERS, FLOOR, OURS, Serving, serving
from bench.figures import Cell, table
from bench.hand_over import HandOver
from bench.load import LESS, MINUTE_S, Load, Steady, load_cells
from bench.machine import Machine
from bench.pages import Pages
from bench.phones import Phones
from bench.picture import picture
from bench.rules import COUNTED, Rules
from bench.stage import staged

ITEMS: Final = {
    "hand-over": "an agent hangs up: until the next caller's INVITE to him, with few and many who wait",
    "arrival": "a caller's INVITE: until the one to a free agent; an agent's answer: until the two are joined",
    "crowd": "a thousand callers wait",
    "rules": "order, priority and wrap-up while more callers come than can be served",
    "pages": "arrivals with two hundred open pages and a scrape each second",
    "load": "the highest steady rate with every call right for a minute",
}
APART: Final = "load"
"""Measured if it is named: with everything else it would take longer than a quarter of an hour."""
ALL_WITHIN_S: Final = 14.5 * 60
PAGES_ROUNDS: Final = 3
LOAD_ROUNDS: Final = 2
"""app_queue is asked for one minute, at our rate: by climbing it takes more for some seconds than it can serve."""


@dataclass(slots=True)
class Run:
    """What was asked for, and what was found."""

    machine: Machine
    items: Sequence[str]
    rounds: int
    began: float = field(default_factory=time.monotonic)
    hand_over: HandOver = field(default_factory=HandOver)
    arrival: Arrival = field(default_factory=Arrival)
    pages: Pages = field(default_factory=Pages)
    held: list[tuple[str, Steady]] = field(default_factory=list[tuple[str, Steady]])
    """The highest rates, and whose they were."""
    rules: dict[str, Counter[str]] = field(default_factory=dict[str, Counter[str]])
    failed: list[str] = field(default_factory=list[str])
    strange: dict[str, Counter[str]] = field(default_factory=lambda: {name: Counter() for name in CONTENDERS})
    """What the phones heard and nobody should have said."""

    def cells(self) -> list[Cell]:
        """In the order of the items."""
        return [*self.hand_over.cells(), *self.arrival.cells(), *self.pages.cells(), *load_cells(self.held)]

    async def measure(self) -> None:
        """All of it."""
        async with staged(self.machine) as phones:
            say(f"ready after {time.monotonic() - self.began:.0f} s")
            gc.collect()
            gc.freeze()
            gc.disable()  # or it holds up the phones for 100 ms now and then
            for round_ in range(self.rounds):
                await self._round(phones, round_)
            if "crowd" in self.items:
                await self._each("crowd", CONTENDERS, phones)
            if "rules" in self.items:
                await self._each("rules", (OURS, APP_QUEUE), phones)
            if "pages" in self.items:
                await self._each("pages", (OURS,), phones)
            if "load" in self.items:
                for _ in range(LOAD_ROUNDS):
                    await self._highest(FLOOR, phones)
                    rate = await self._highest(OURS, phones)
                    if rate and not any(name == APP_QUEUE for name, _ in self.held):
                        await self._highest(APP_QUEUE, phones, rate)

    async def _round(self, phones: Phones, round_: int) -> None:
        turn = round_ % len(CONTENDERS)
        for name in (*CONTENDERS[turn:], *CONTENDERS[:turn]):
            if not {"hand-over", "arrival"} & set(self.items):
                return
            async with self._served(f"round {round_ + 1}", name, phones) as by:
                if "arrival" in self.items:
                    await self.arrival.round(phones, by, self.machine, round_)
                if "hand-over" in self.items:
                    await self.hand_over.round(phones, by, round_)

    async def _each(self, item: str, who: Sequence[str], phones: Phones) -> None:
        for name in who:
            if not self._is_time_for(item, name, 0):
                return
            async with self._served(item, name, phones) as by:
                match item:
                    case "crowd":
                        await self.hand_over.crowd(phones, by, self.machine, 0)
                    case "rules":
                        self.rules[name] = await Rules(phones, by, seed=1).run()
                    case _:
                        await self.pages.rounds(phones, by, self.machine, PAGES_ROUNDS)

    async def _highest(self, name: str, phones: Phones, rate: float = 0.0) -> float:
        """The rate that was held for a minute; 0: none was. It is looked for from this one on; 0: from what is reached.

        One that was not held is followed by a lower one, and whoever serves begins anew. A second round begins a step
        above what was held in the first.
        """
        rate = rate or next((steady.per_s / LESS for who, steady in self.held if who == name), 0.0)
        while self._is_time_for("load", name, MINUTE_S):
            async with self._served("load", name, phones) as by:
                load = Load(phones, by, self.machine, say)
                rate = rate or LESS * await load.climbed()
                steady = await load.holds(rate)
            if steady is not None:
                self.held.append((name, steady))
                return rate
            rate *= LESS
        return 0.0

    def _is_time_for(self, item: str, name: str, seconds: float) -> bool:
        if time.monotonic() + seconds - self.began < ALL_WITHIN_S:
            return True
        say(f"no time is left for {item} of {name}")
        return False

    @asynccontextmanager
    async def _served(self, item: str, name: str, phones: Phones) -> AsyncGenerator[Serving]:
        """One that cannot be measured is told, and the others are measured all the same."""
        before = Counter(phones.strange)
        async with serving(name, self.machine) as by:
            try:
                yield by
            except (TimeoutError, AssertionError) as error:
                self.failed.append(f"{item} of {name} was not measured: {error or 'it took too long'}")
                say(self.failed[-1])
            if not phones.all_quiet:
                self.machine.asterisk.says("channel request hangup all")
                await asyncio.sleep(1)
            phones.forget()
        self.strange[name] += phones.strange - before
        say(f"{item}, {name}: {time.monotonic() - self.began:.0f} s")


def say(words: str) -> None:
    """How far it is."""
    print(words, file=sys.stderr, flush=True)


def rules_table(rules: dict[str, Counter[str]]) -> str:
    """How often the rules were broken."""
    lines = ["| | " + " | ".join(rules) + " |", "| --- |" + " --- |" * len(rules)]
    lines += [f"| {what} | " + " | ".join(str(counted[what]) for counted in rules.values()) + " |" for what in COUNTED]
    return "\n".join(lines)


def report(run: Run, given: argparse.Namespace) -> None:
    """Table, JSON, picture."""
    cells = run.cells()
    if cells:
        print(table(cells))
    if run.rules:
        print("", rules_table(run.rules), sep="\n")
    missed = run.failed + [words for cell in cells for words in cell.missed()]
    broken = run.rules.get(OURS, Counter())
    missed += [f"{what}: {broken[what]}, aim 0" for what in COUNTED[1:] if broken[what]]
    print("", *(f"missed: {words}" for words in missed), sep="\n")
    for name, strange in run.strange.items():
        if strange:
            say(f"heard besides of {name}: {dict(strange)}")
    when = datetime.now(UTC)
    if given.json:
        told = {
            "at": when.isoformat(timespec="seconds"),
            "processors": os.cpu_count(),
            "seconds": round(time.monotonic() - run.began),
            "cells": [cell.as_json() for cell in cells],
            "rules": run.rules,
            "missed": missed,
        }
        given.json.write_text(json.dumps(told, indent=1) + "\n")
    if given.picture:
        given.picture.write_text(picture(cells, f"The same Asterisk and phones, {when:%Y-%m-%d}"))


def main() -> None:
    """As the command line says."""
    items = "\n".join(f"  {name:10} {what}" for name, what in ITEMS.items())
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description=f"{__doc__}\nItems (all but {APART}, if none is named):\n{items}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("items", nargs="*", metavar="ITEM", help="what is to be measured")
    parser.add_argument("--rounds", type=int, default=3, help="of hand-over and arrival")
    parser.add_argument("--json", type=Path, help="write everything there, every sample too")
    parser.add_argument("--picture", type=Path, help="draw it there, as SVG")
    given = parser.parse_args()
    if unknown := set(given.items) - set(ITEMS):
        parser.error(f"no such item: {', '.join(sorted(unknown))}; there are {', '.join(ITEMS)}")
    signal.signal(signal.SIGTERM, _ended)
    with tempfile.TemporaryDirectory(prefix="acd-bench-") as home:
        machine = Machine(Path(home))
        try:
            machine.start()
            run = Run(machine, given.items or [item for item in ITEMS if item != APART], given.rounds)
            asyncio.run(run.measure())
        finally:
            machine.stop()
    report(run, given)
    say(f"measured in {time.monotonic() - run.began:.0f} s")


def _ended(number: int, _frame: FrameType | None) -> NoReturn:
    """Asterisk and the database end with us."""
    sys.exit(128 + number)


if __name__ == "__main__":
    main()
