"""Tells stories again and shows where they differ (then it ends with 1): `python -m tests.scenarios.tell FILE...`."""

import difflib
import sys
from pathlib import Path

from tests.scenarios.story import told


def main(paths: list[str]) -> int:
    """Compare what stands in each file with what the engine does now."""
    differences: list[str] = []
    for path in paths:
        text = Path(path).read_text(encoding="utf-8")
        differences += difflib.unified_diff(text.splitlines(), told(text).splitlines(), path, "now", lineterm="")
    print("\n".join(differences) or "as told")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
