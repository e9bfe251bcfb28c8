"""The one centre of all acceptance tests, before any of them has started it."""

import importlib
from pathlib import Path

from acd.centre import read_centre
from tests.acceptance.conftest import CALLERS
from tests.acceptance.parts import Part, centre_file

ROOT = Path(__file__).parents[2]


def test_the_parts_of_the_acceptance_tests_fit_together() -> None:
    """No two modules use the same numbers."""
    files = sorted((ROOT / "tests" / "acceptance").rglob("test_*.py"))
    names = [".".join(file.relative_to(ROOT).with_suffix("").parts) for file in files]
    parts = [part for name in names if isinstance(part := getattr(importlib.import_module(name), "PART", None), Part)]
    assert len(parts) > 30
    assert len(read_centre(centre_file([CALLERS, *parts]), "parts").queues) == sum(len(part.queues) for part in parts)
