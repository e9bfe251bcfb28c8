"""`make bench`: our engine, Asterisk's own app_queue and the floor on one Asterisk, with the same phones, in turn.

    python -m bench [ITEM ...] [--rounds 3] [--json FILE] [--picture FILE]

Every round measures all three, each time in another order. Prints a table; what misses its aim is listed below it.
"""

import argparse
import asyncio
import gc
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from bench.contenders import CONTENDERS, serving
from bench.figures import Cell, table
from bench.hand_over import HandOver
from bench.machine import Machine
from bench.phones import Phones
from bench.stage import staged

ITEMS: Final = ("hand-over", "crowd")


async def measure(machine: Machine, items: Sequence[str], rounds: int) -> list[Cell]:
    """All of it."""
    hand_over = HandOver(measured_s=3.0)
    async with staged(machine) as phones:
        gc.collect()
        gc.freeze()
        gc.disable()  # or it holds up the phones for 100 ms now and then
        for round_ in range(rounds):
            await _round(machine, phones, items, hand_over, round_)
        if phones.strange:
            _say(f"strange: {dict(phones.strange)}")
    return hand_over.cells()


async def _round(machine: Machine, phones: Phones, items: Sequence[str], hand_over: HandOver, round_: int) -> None:
    turn = round_ % len(CONTENDERS)
    for name in (*CONTENDERS[turn:], *CONTENDERS[:turn]):
        began = time.monotonic()
        async with serving(name, machine) as by:
            if "hand-over" in items:
                await hand_over.round(phones, by, round_)
            if "crowd" in items:
                await hand_over.crowd(phones, by, machine, round_)
        _say(f"round {round_ + 1}, {name}: {time.monotonic() - began:.0f} s")


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def main() -> None:
    """As the command line says."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("items", nargs="*", help=f"some of {', '.join(ITEMS)}; all of them if none is named")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="acd-bench-") as home:
        machine = Machine(Path(home))
        try:
            machine.start()
            cells = asyncio.run(measure(machine, given.items or ITEMS, given.rounds))
        finally:
            machine.stop()
    print(table(cells))
    for missed in (words for cell in cells for words in cell.missed()):
        print(f"missed: {missed}")
    if given.json:
        told = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "cells": [cell.as_json() for cell in cells]}
        given.json.write_text(json.dumps(told, indent=1) + "\n")
    _say(f"measured in {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
