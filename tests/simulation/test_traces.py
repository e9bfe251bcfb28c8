"""The simulator against published traces, call by call: wait, agent, outcome."""

import json
from pathlib import Path
from typing import Any, Final

import pytest

from acd.simulation.play import play
from acd.simulation.reading import read_trace

TRACES: Final[list[dict[str, Any]]] = json.loads((Path(__file__).parent / "traces.json").read_text(encoding="utf-8"))
CLOSE_S: Final = 1e-6


def test_there_are_traces_with_callers_who_give_up_and_without() -> None:
    assert [(trace["name"], len(trace["calls"])) for trace in TRACES] == [
        ("fcfs_lia_no_abandon", 60),
        ("fcfs_lia_abandon", 80),
    ]


@pytest.mark.parametrize("published", TRACES, ids=lambda trace: trace["name"])
def test_each_call_fares_as_published(published: dict[str, Any]) -> None:
    fates = play(read_trace(json.dumps(published), "trace"))
    assert [(fate.id, fate.agent, fate.outcome.value) for fate in fates] == [
        (expected["id"], expected["agent"], expected["outcome"]) for expected in published["expected"]
    ]
    for fate, expected in zip(fates, published["expected"], strict=True):
        assert abs(float(fate.wait_s) - expected["wait"]) <= CLOSE_S
