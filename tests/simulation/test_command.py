"""`acd simulate --trace`, as a person or a script meets it."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from acd.cli import main

CALL: dict[str, Any] = {"id": 1, "arrival": 0.5, "service": 10, "patience": None, "priority": 1}
TRACE: dict[str, Any] = {"agents": 1, "order": "fcfs", "agent_selection": "longest idle", "calls": [CALL]}


def simulate(tmp_path: Path, text: str, *options: str) -> Result:
    """The command with a file of this text."""
    (tmp_path / "trace.json").write_text(text, encoding="utf-8")
    return CliRunner().invoke(main, ["simulate", "--trace", str(tmp_path / "trace.json"), *options])


def faults(tmp_path: Path, text: str) -> list[str]:
    """What it says is wrong, once it has refused the file."""
    result = simulate(tmp_path, text, "--json")
    assert result.exit_code == 2
    assert result.stdout == ""
    headline, *lines = result.stderr.splitlines()
    assert headline == f"{tmp_path / 'trace.json'} has {len(lines)} fault{'s' * (len(lines) != 1)}:"
    return [line.strip() for line in lines]


def test_json_tells_each_call(tmp_path: Path) -> None:
    calls = [CALL, CALL | {"id": "two", "arrival": 2.25}, CALL | {"id": 3, "arrival": 3, "patience": 1.5}]
    result = simulate(tmp_path, json.dumps(TRACE | {"calls": calls}), "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout) == [
        {"id": 1, "wait": 0, "agent": 1, "outcome": "answered"},
        {"id": "two", "wait": 8.25, "agent": 1, "outcome": "answered"},
        {"id": 3, "wait": 1.5, "agent": None, "outcome": "abandoned"},
    ]
    assert result.stderr == ""


def test_a_table_tells_the_same(tmp_path: Path) -> None:
    calls = [CALL, CALL | {"id": "two", "arrival": 3, "patience": 1.5}]
    result = simulate(tmp_path, json.dumps(TRACE | {"calls": calls}))
    assert [line.split() for line in result.stdout.splitlines()] == [
        ["call", "wait", "(s)", "agent", "outcome"],
        ["1", "0.000000", "1", "answered"],
        ["two", "1.500000", "-", "abandoned"],
    ]


def test_no_calls_are_no_fault(tmp_path: Path) -> None:
    assert json.loads(simulate(tmp_path, json.dumps(TRACE | {"calls": []}), "--json").stdout) == []


def test_priority_may_be_left_out_where_it_is_ignored(tmp_path: Path) -> None:
    without = {key: value for key, value in CALL.items() if key != "priority"}
    assert simulate(tmp_path, json.dumps(TRACE | {"calls": [without]})).exit_code == 0
    assert faults(tmp_path, json.dumps(TRACE | {"order": "priority", "calls": [without]})) == [
        "calls[1].priority: missing; every call has it"
    ]


def test_times_may_have_more_digits_than_can_be_added(tmp_path: Path) -> None:
    """A sum that is rounded must not end before it began."""
    call = json.dumps(CALL | {"arrival": "?", "service": 0}).replace('"?"', "1.11111111111111111111111111111111111111")
    result = simulate(tmp_path, json.dumps(TRACE | {"calls": ["?"]}).replace('"?"', call), "--json")
    assert json.loads(result.stdout) == [{"id": 1, "wait": 0, "agent": 1, "outcome": "answered"}]


def test_every_fault_is_told_with_its_place(tmp_path: Path) -> None:
    calls = [
        CALL | {"arrival": -1, "service": "long", "patience": -0.5},
        {"id": 2, "service": True},
        7,
        CALL,
        CALL | {"arrival": 5},
        CALL | {"id": None, "arrival": 1e300},
    ]
    assert faults(tmp_path, json.dumps({"agents": 0, "order": "fifo", "calls": calls})) == [
        "agent_selection: missing; every trace has it",
        "agents: 0 is no number of agents; a whole number from 1 to 10000",
        'order: "fifo" is unknown; the orders are fcfs, priority',
        "calls[1].arrival: -1 is negative; write seconds from 0 on",
        'calls[1].service: "long" is no time; write seconds, as in 12.5',
        "calls[1].patience: -0.5 is negative; write seconds from 0 on",
        "calls[2].arrival: missing; every call has it",
        "calls[2].patience: missing; every call has it",
        "calls[2].service: true is no time; write seconds, as in 12.5",
        "calls[3]: 7 is no call; write {id, arrival, service, patience} with values",
        "calls[5].id: 1 is the id of calls[4] too; each call has its own",
        "calls[6].id: null is no id; a whole number or a text",
        "calls[6].arrival: 1E+300 is longer than 100 years; times are in seconds",
    ]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("", "line 1: not JSON at column 1; Expecting value"),
        ('{"agents": 1,\n "order":}', "line 2: not JSON at column 10; Expecting value"),
        ('{"agents": NaN}', "not JSON that can be read; NaN is no number of JSON"),
        (
            '{"agents": 1e99999999999999999999}',
            "not JSON that can be read; 1e99999999999999999999 is beyond all numbers",
        ),
        ("[]", 'not an object; write {"agents": …, "order": …, "agent_selection": …, "calls": …}'),
        (json.dumps(TRACE | {"calls": {}}), "calls: {} is no list; write [ … ]"),
        (
            json.dumps(TRACE | {"agent_selection": "random"}),
            'agent_selection: "random" is unknown; write "longest idle", the only one',
        ),
        (
            json.dumps(TRACE | {"calls": [CALL | {"service": 3e9}, CALL | {"id": 2, "service": 3e9}]}),
            "calls: together they could take longer than 100 years; times are in seconds",
        ),
        (json.dumps(TRACE | {"agents": True}), "agents: true is no number of agents; a whole number from 1 to 10000"),
        (
            json.dumps(TRACE | {"order": ["fcfs"]}),
            'order: ["fcfs"] is unknown; did you mean "fcfs"? The orders are fcfs, priority',
        ),
    ],
)
def test_one_fault(tmp_path: Path, given: str, said: str) -> None:
    assert faults(tmp_path, given) == [said]


def test_deeply_nested_lists_are_told_too(tmp_path: Path) -> None:
    assert faults(tmp_path, "[" * 100_000)[0].startswith("not JSON that can be read; ")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["simulate", "--trace", str(tmp_path / "none.json")])
    assert result.exit_code == 2
    assert result.stderr == f"{tmp_path / 'none.json'} cannot be read: No such file or directory\n"


def test_a_file_that_is_not_text(tmp_path: Path) -> None:
    (tmp_path / "noise.json").write_bytes(b"\xff\xfe{")
    result = CliRunner().invoke(main, ["simulate", "--trace", str(tmp_path / "noise.json")])
    assert result.exit_code == 2
    assert result.stderr == f"{tmp_path / 'noise.json'} is not UTF-8 text\n"
