"""Options of the whole test run. Never fixtures: those live beside the tests that use them."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--rewrite`, which lets the scenarios write down what the engine does now."""
    parser.addoption(
        "--rewrite",
        action="store_true",
        help="replace the transcripts in tests/scenarios by what the engine does now; then read the difference",
    )
