"""Some dozens of days with faults; the same seed is the same day in any process; what failed once stays mended."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.faults import keeping, plan
from tests.faults.day import Day
from tests.faults.programme import Programme

KEPT: Final = Path(__file__).with_name("kept")
ROOT: Final = Path(__file__).parents[2]


@pytest.mark.parametrize("kind", plan.KINDS)
def test_a_day_with_one_kind_of_fault(kind: str) -> None:
    result = Day(Programme(seed=1, calls=25, faults=(kind,), fault_every_s=15.0)).run()
    assert result.broken is None, "\n".join([*result.transcript[-40:], result.broken])
    assert result.talks > 5
    assert result.faults[kind] + result.events > 3
    assert result.compared > 0


@pytest.mark.parametrize("seed", range(1, 13))
def test_a_day_with_all_of_them(seed: int) -> None:
    result = Day(Programme(seed=seed, calls=25, faults=plan.KINDS)).run()
    assert result.broken is None, "\n".join([*result.transcript[-40:], result.broken])
    assert result.facts > 100


def test_no_fact_is_lost_whatever_becomes_of_disk_database_and_process() -> None:
    programme = Programme(
        seed=4, calls=40, every_s=3.0, faults=("kill", "full", "database", "commits"), fault_every_s=5.0
    )
    result = Day(programme).run()
    assert result.broken is None, "\n".join([*result.transcript[-40:], result.broken])
    assert result.delivered > 20, "facts that were in the spool only"
    assert result.disk_failed > 10


def test_in_an_overload_the_gate_turns_callers_away() -> None:
    result = Day(Programme(seed=2, calls=10, faults=("overload",), fault_every_s=15.0)).run()
    assert result.broken is None, "\n".join([*result.transcript[-40:], result.broken])
    assert result.turned_away > 100


def test_of_two_engines_one_rings() -> None:
    takeovers = 0
    for seed in range(1, 5):
        result = Day(Programme(seed=seed, calls=25, faults=plan.TWO, fault_every_s=15.0)).run()
        assert result.broken is None, "\n".join([*result.transcript[-40:], result.broken])
        takeovers += result.takeovers
    assert takeovers > 2


@pytest.mark.parametrize("path", sorted(KEPT.glob("*.day")), ids=lambda path: path.stem)
def test_what_was_broken_once_is_mended(path: Path) -> None:
    result = Day(keeping.read(path)).run()
    assert result.broken is None, "\n".join([*result.transcript[-40:], result.broken])


def test_the_same_seed_is_the_same_day_in_any_process() -> None:
    program = (
        "import zlib; from tests.faults import plan; from tests.faults.day import Day;"
        "from tests.faults.programme import Programme;"
        "result = Day(Programme(seed=3, calls=20, faults=plan.KINDS, fault_every_s=20.0)).run();"
        "told = [line for line in result.transcript if 'frozenset' not in line];"
        "print(result.happened, result.facts, len(told), zlib.crc32(repr(told).encode()))"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", program],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        ).stdout.splitlines()[-1]
        for seed in ("1", "2")
    }
    assert len(said) == 1
