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

_PACKAGES: Final = Path(__file__).parents[2]


def _files() -> dict[Path, int]:
    """The program's, and when each was written."""
    packages = (_PACKAGES / package for package in ("acd", "ari_bridge", "feature_codes", "portal"))
    return {path: path.stat().st_mtime_ns for package in packages for path in package.rglob("*.py")}


_READ: Final = _files() if OPTION in sys.argv else {}
"""As they were when this process began to read them."""


def wait_for_turn() -> None:
    """Return when a line comes on standard input; where that ends without one, so does this process.

    Where the program's files have changed meanwhile it begins anew with those.
    """
    if not sys.stdin.buffer.readline():
        sys.exit(0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, sys.stdin.fileno())
    os.close(nothing)
    if _files() != _READ:
        os.execv(sys.executable, [word for word in sys.orig_argv if word != OPTION])  # noqa: S606 - ourselves
