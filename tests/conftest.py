"""Options of the whole test run, and which tests stay together. Never fixtures: those live beside their tests."""

from typing import Final

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

CENTRE_TESTS: Final = ("tests/acceptance/pages", "tests/acceptance")
"""Each of these folders has a running centre of its own."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--rewrite`, which lets the scenarios write down what the engine does now."""
    parser.addoption(
        "--rewrite",
        action="store_true",
        help="replace the transcripts in tests/scenarios by what the engine does now; then read the difference",
    )


class Processes(LoadScopeScheduling):  # type: ignore[misc]  # mypy finds no types in xdist
    """How `pytest -n 3` shares out the tests, in their order: files, and all that need one running centre at once.

    So two processes are with the centres for most of the time, where phones ring and people wait, and the third one
    takes file after file meanwhile.
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
