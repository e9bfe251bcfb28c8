"""Options of the whole test run, and which tests stay together. Never fixtures: those live beside their tests."""

from typing import Final

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

CENTRE_TESTS: Final = "tests/acceptance"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--rewrite`, which lets the scenarios write down what the engine does now."""
    parser.addoption(
        "--rewrite",
        action="store_true",
        help="replace the transcripts in tests/scenarios by what the engine does now; then read the difference",
    )


class TwoProcesses(LoadScopeScheduling):  # type: ignore[misc]  # mypy finds no types in xdist
    """How `pytest -n 2` shares out the tests, in their order: files, and all that need the one running centre at once.

    So one process is with the centre for most of the time, and the other one takes file after file meanwhile.
    """

    def __init__(self, config: pytest.Config, log: Producer) -> None:
        super().__init__(config, log)
        config.option.loadscopereorder = False

    def _split_scope(self, nodeid: str) -> str:
        return CENTRE_TESTS if nodeid.startswith(f"{CENTRE_TESTS}/") else nodeid.partition("::")[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> TwoProcesses:
    """Asked once, by the process that hands the tests out."""
    return TwoProcesses(config, log)
