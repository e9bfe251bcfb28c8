"""The small ones of the queueing formulas, in a few thousand calls each; all of them: `make soak-queueing`."""

from dataclasses import replace
from functools import cache
from typing import Final

import pytest

from tests.simulation.soak import WITHIN
from tests.simulation.vectors import Measured, measure, vectors

CALLS: Final = 2_000
SEED: Final = 1
SMALL: Final = (
    "Erlang C, 2 agents, 12 ",
    "Erlang A, 5 agents",
    "Cobham by caller, 1 agents",
    "Cobham by queue, 1 agents",
    "Longest idle, 8 agents",
    "Ordered hunt, 4 agents",
)


@cache
def measured(begins: str) -> tuple[Measured, ...]:
    """The figures of the vector whose name begins so."""
    (vector,) = (each for each in vectors() if each.name.startswith(begins))
    return tuple(measure(vector, CALLS, SEED))


@pytest.mark.parametrize("begins", SMALL)
def test_the_engine_queues_as_the_formulas_say(begins: str) -> None:
    figures = measured(begins)
    assert len(figures) >= 3
    assert {figure.figure: figure.errors_off for figure in figures if abs(figure.errors_off) > WITHIN} == {}


@pytest.mark.parametrize(
    ("begins", "figure", "wrong"),
    [
        ("Longest idle, 8 agents", "gap_deviation_s", 233.21),  # published for agents picked at random
        ("Ordered hunt, 4 agents", "occupancy_of_1", 0.5),  # all alike
        ("Cobham by caller, 1 agents", "asa_s_of_1", 2400),  # first come, first served
        ("Cobham by queue, 1 agents", "asa_s_of_1", 2400),
        ("Erlang A, 5 agents", "p_abandon", 0.1),
    ],
)
def test_another_discipline_would_be_noticed(begins: str, figure: str, wrong: float) -> None:
    (right,) = (each for each in measured(begins) if each.figure == figure)
    assert abs(replace(right, expected=wrong).errors_off) > WITHIN
