"""Options of the whole test run; which tests stay together, or alone. Never fixtures: those live beside their tests."""

import fcntl
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

CENTRE_TESTS: Final = ("tests/acceptance/pages", "tests/acceptance")
"""Each of these folders has a running centre of its own."""

DOOR: Final = Path(__file__)
ROOM: Final = DOOR.with_name("__init__.py")
"""Files that stand for them, locked by every process that runs tests of this tree."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--rewrite`, which lets the scenarios write down what the engine does now."""
    parser.addoption(
        "--rewrite",
        action="store_true",
        help="replace the transcripts in tests/scenarios by what the engine does now; then read the difference",
    )


class Processes(LoadScopeScheduling):  # type: ignore[misc]  # mypy finds no types in xdist
    """How `pytest -n 2` shares out the tests, in their order: files, and all that need one running centre at once.

    So both processes begin with a centre each, where phones ring and people wait; who is through with his takes file
    after file.
    """

    def __init__(self, config: pytest.Config, log: Producer) -> None:
        super().__init__(config, log)
        config.option.loadscopereorder = False

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return next((folder for folder in CENTRE_TESTS if file.startswith(f"{folder}/")), file)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Processes:
    """Asked once, by the process that hands the tests out."""
    return Processes(config, log)


def pytest_configure(config: pytest.Config) -> None:
    """Name the mark of tests that measure time."""
    config.addinivalue_line("markers", "quiet: no other test runs meanwhile, for it measures how long something takes")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Every test is in the room, one that wants quiet alone. Its time limit begins when it is in."""
    with _in_the_room(fcntl.LOCK_EX if item.get_closest_marker("quiet") else fcntl.LOCK_SH):
        return (yield)


@contextmanager
def _in_the_room(how: int) -> Generator[None]:
    """At the door one after the other, so that who wants to be alone is not kept out by those who come after him."""
    with ROOM.open() as room:
        with DOOR.open() as door:
            fcntl.flock(door, fcntl.LOCK_EX)
            fcntl.flock(room, how)
        yield
