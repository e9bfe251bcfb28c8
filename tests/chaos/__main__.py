"""Everything that can go wrong, caused on purpose: `make chaos`, or `python -m tests.chaos [ROW ...] [--json]`.

A real Asterisk, a real PostgreSQL and real phones for each row; one line each: what was done, how often, what was seen,
pass or fail. Ends with 1 where a row failed.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import traceback
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from time import monotonic
from typing import Final

from tests.chaos.row import Row, Seen
from tests.chaos.rows import ROWS

ROW_WITHIN_S: Final = 420


def main(arguments: Sequence[str] | None = None) -> int:
    """Check the rows that are asked for, all by default."""
    names = [row.name for row in ROWS]
    given = argparse.ArgumentParser(description="Cause every failure of the table and look what becomes of the calls.")
    given.add_argument("row", nargs="*", choices=[[], *names], metavar="ROW", help=", ".join(names))
    given.add_argument("--json", action="store_true", help="one object a line, for machines")
    options = given.parse_args(arguments)
    failed = 0
    for row in ROWS:
        if options.row and row.name not in options.row:
            continue
        if not options.json:
            print(f"...   {row.failure}", file=sys.stderr, flush=True)
        began = monotonic()
        seen = asyncio.run(_checked(row))
        seconds = monotonic() - began
        failed += not seen.passed
        if options.json:
            told = {"row": row.name, "failure": row.failure, **asdict(seen), "seconds": round(seconds, 1)}
            print(json.dumps(told), flush=True)
        else:
            verdict = "pass" if seen.passed else "FAIL"
            print(f"{verdict}  {row.failure} | {seen.done} | {seen.figures} | {seconds:.0f} s", flush=True)
    return 1 if failed else 0


async def _checked(row: Row) -> Seen:
    with tempfile.TemporaryDirectory(prefix=f"chaos-{row.name}-") as home:
        try:
            async with asyncio.timeout(ROW_WITHIN_S):
                return await row.check(Path(home))
        except Exception as error:  # noqa: BLE001 - whatever it is, the other rows are checked all the same
            traceback.print_exc()
            return Seen(done="not finished", figures=f"{type(error).__name__}: {error}", passed=False)


if __name__ == "__main__":
    sys.exit(main())
