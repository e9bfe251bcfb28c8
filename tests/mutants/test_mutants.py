"""Each planted bug is caught by what `mutants.toml` names, and nothing there has gone out of date.

A mutant is one text of the core put in the place of another. It is planted in a copy of the sources, and its killer is
run there: a story that must be told differently, or a seeded day on which a rule must be found broken.
"""

import compileall
import os
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from py_compile import PycInvalidationMode
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
SOURCES: Final = ("acd", "tests/property", "tests/scenarios", "tests/__init__.py")
LEAST: Final = 20
"""Fewer would say little about the tests."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One bug: `bug` says what goes wrong, `killed_by` is `story DIRECTORY/NAME` or `day SEED STEPS`."""

    bug: str
    file: str
    old: str
    new: str
    killed_by: str


MUTANTS: Final = tuple(
    Mutant(**entry)
    for entry in tomllib.loads(Path(__file__).with_name("mutants.toml").read_text(encoding="utf-8"))["mutant"]
)


def killer(killed_by: str) -> list[str]:
    """The command that must fail where the bug is."""
    match killed_by.split():
        case ["story", story]:
            return ["tests.scenarios.tell", _file(story)]
        case ["day", seed, steps]:
            return ["tests.property.drive", seed, steps]
        case _:
            raise AssertionError(f"killed_by is a story or a day, not {killed_by!r}")


def _file(story: str) -> str:
    return f"tests/scenarios/{story}.txt"


def run(command: list[str], place: Path) -> subprocess.CompletedProcess[str]:
    """A module of this place's own sources, run to its end."""
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=place,
        env={**os.environ, "PYTHONPATH": str(place), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what a killer needs."""
    place = tmp_path_factory.mktemp("sources")
    for name in SOURCES:
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, place / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, place / name)
    # By their hash: a bug is planted within the second, and may be as long as what it replaces.
    assert compileall.compile_dir(place, quiet=1, invalidation_mode=PycInvalidationMode.CHECKED_HASH)
    return place


def test_there_are_enough_and_no_two_are_one() -> None:
    """A list that shrinks, or repeats itself, is no proof."""
    assert len({(mutant.file, mutant.old, mutant.new) for mutant in MUTANTS}) == len(MUTANTS) >= LEAST


def test_killers_spare_the_sound_core(sources: Path) -> None:
    """What fails anyway catches nothing."""
    killers = {mutant.killed_by for mutant in MUTANTS}
    stories = sorted(killed_by.removeprefix("story ") for killed_by in killers if killed_by.startswith("story "))
    days = sorted(killed_by for killed_by in killers if killed_by.startswith("day "))
    for command in [["tests.scenarios.tell", *map(_file, stories)], *map(killer, days)]:
        sound = run(command, sources)
        assert sound.returncode == 0, sound.stdout + sound.stderr


@pytest.mark.parametrize("mutant", MUTANTS, ids=[mutant.bug for mutant in MUTANTS])
def test_the_bug_is_caught(mutant: Mutant, sources: Path) -> None:
    """With the bug in it, the killer objects: a story differs, or a rule is broken; not a slip of the planting."""
    file = sources / mutant.file
    sound = file.read_text(encoding="utf-8")
    assert sound.count(mutant.old) == 1, f"{mutant.file} has this text once: {mutant.old}"
    try:
        file.write_text(sound.replace(mutant.old, mutant.new), encoding="utf-8")
        caught = run(killer(mutant.killed_by), sources)
    finally:
        file.write_text(sound, encoding="utf-8")
    assert caught.returncode != 0, f"not caught: {mutant.bug}"
    assert not caught.stderr or "\nAssertionError" in caught.stderr, caught.stderr
