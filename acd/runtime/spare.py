"""A process that has everything in hand and waits for its turn: the one that `acd up` keeps beside the engine.

To start Python and read our modules takes longer than all the rest of a start. A spare has done it already, has touched
nothing outside itself, and begins when it is told.
"""

import os
import sys
from pathlib import Path
from typing import Final

OPTION: Final = "--when-told"
"""Of `acd run`."""

_CHECKOUT: Final = Path(__file__).parents[2]


def wait_for_turn() -> None:
    """Return when a line comes on standard input; where that ends without one, so does this process.

    Where the program's files have changed meanwhile it begins anew with those.
    """
    known = _newest_seconds()
    if not sys.stdin.buffer.readline():
        sys.exit(0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, sys.stdin.fileno())
    os.close(nothing)
    if _newest_seconds() != known:
        os.execv(sys.executable, [word for word in sys.orig_argv if word != OPTION])  # noqa: S606 - ourselves


def _newest_seconds() -> float:
    return max(
        path.stat().st_mtime
        for package in ("acd", "ari_bridge", "feature_codes")
        for path in (_CHECKOUT / package).rglob("*.py")
    )
