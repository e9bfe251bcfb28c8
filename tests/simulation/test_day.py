"""`acd simulate FILE`, as a person or a script meets it: a day drawn with dice, its figures and its picture."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from acd.centre import CentreFaults, read_centre
from acd.cli import main
from acd.simulation.day import read_day
from tests.unit.centre_files import GOOD

EXAMPLE: Final = Path(__file__).parents[2] / "examples" / "day.toml"
TRAFFIC: Final = """\
[[traffic]]
queue = "7001"
calls_per_hour = 30
"""


def simulate(file: Path, *options: str) -> Result:
    """The command with this file."""
    return CliRunner().invoke(main, ["simulate", str(file), *options])


def figures(tmp_path: Path, text: str, *options: str) -> dict[str, Any]:
    """What it prints of a file of this text."""
    (tmp_path / "day.toml").write_text(text, encoding="utf-8")
    result = simulate(tmp_path / "day.toml", "--json", *options)
    assert result.exit_code == 0, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def faults(text: str) -> list[str]:
    """What is wrong with it."""
    with pytest.raises(CentreFaults) as raised:
        read_day(text, "day.toml")
    return [line.strip() for line in str(raised.value).splitlines()[1:]]


ONE_OF: Final = "Give one of FILE, a centre with its traffic; --trace, a file with calls; --replay, a span of time."

# --- the day


def test_the_example_is_a_centre_too() -> None:
    assert len(read_centre(EXAMPLE.read_text(encoding="utf-8"), "day.toml").users) == 14


def test_the_example_day_adds_up() -> None:
    result = simulate(EXAMPLE, "--hours", "10", "--json")
    told = json.loads(result.stdout)
    orders, support = told["queues"]
    together = told["together"]
    assert together["offered"] == orders["offered"] + support["offered"]
    assert 1_300 < together["offered"] < 1_800, "the file asks for 1600 in the mean"
    for queue in (orders, support, together):
        assert queue["offered"] == sum(
            queue[key] for key in ("answered", "abandoned", "overflowed", "lost", "still_waiting")
        )
        levels = queue["service_level"]
        assert levels["SL1"] == pytest.approx(queue["answered_in_time"] / queue["offered"], abs=1e-6)
        late = queue["answered"] + queue["abandoned_late"]
        assert levels["SL2"] == pytest.approx(queue["answered_in_time"] / late, abs=1e-6)
        long_enough = queue["offered"] - queue["short_abandons"]
        assert levels["SL3"] == pytest.approx(queue["answered_in_time"] / long_enough, abs=1e-6)
        waits = list(queue["wait_s"].values())
        assert waits == sorted(waits)
    assert sum(agent["answered"] for agent in told["agents"]) == together["answered"]
    for agent in told["agents"]:
        assert sum(agent["time_s"].values()) == pytest.approx(10 * 3600)
        assert 0.5 < agent["occupancy"] < 0.95
    assert "calls in" in result.stderr


def test_constant_times_give_a_day_that_can_be_reckoned(tmp_path: Path) -> None:
    """A call lasts 2 minutes, with 10 s of ringing before and 50 s of wrap-up after it: 20 an hour at most."""
    day = GOOD.replace('name = "Sales"', 'name = "Sales"\nwrap_up = "50s"') + (
        '[[traffic]]\nqueue = "7001"\ncalls_per_hour = 600\ntalk = "2m"\npatience = "endless"\n'
        '[[shifts]]\nanswers_after = "10s"\n'
    )
    told = figures(tmp_path, day, "--hours", "10")
    (anna, ben) = told["agents"]
    assert anna["answered"] == told["together"]["answered"] in (199, 200)
    assert ben["answered"] == 0
    assert told["together"]["talk_s"] == 120
    assert anna["occupancy"] == pytest.approx(170 / 180, abs=0.005)
    assert anna["time_s"]["ringing"] == pytest.approx(2_000, rel=0.01)


def test_nobody_on_shift_answers_nothing(tmp_path: Path) -> None:
    told = figures(tmp_path, GOOD + TRAFFIC + '[[shifts]]\nfrom = "12:00"\nto = "13:00"\n', "--hours", "11")
    assert told["together"]["answered"] == 0
    assert told["together"]["abandoned"] > 200
    assert told["agents"][0]["occupancy"] is None


def test_agents_who_miss_are_rung_in_vain(tmp_path: Path) -> None:
    told = figures(tmp_path, GOOD + TRAFFIC + "[[shifts]]\nmisses = 1\n", "--hours", "3")
    assert told["together"]["answered"] == 0
    assert told["agents"][0]["missed"] > 100


def test_nobody_comes_back_after_he_has_gone_home(tmp_path: Path) -> None:
    centre = GOOD.replace('name = "Sales"', 'name = "Sales"\nafter_missed = 1')
    day = centre + TRAFFIC + '[[shifts]]\nto = "01:00"\nmisses = 1\nback_after = "50m"\n'
    (anna, _) = figures(tmp_path, day, "--hours", "3")["agents"]
    assert anna["missed"] in (1, 2)
    assert anna["time_s"]["offline"] > 2.5 * 3600


def test_a_shift_past_midnight(tmp_path: Path) -> None:
    day = GOOD + TRAFFIC + '[simulation]\nopens = "20:00"\n[[shifts]]\nfrom = "22:00"\nto = "06:00"\n'
    (anna, _) = figures(tmp_path, day, "--hours", "24")["agents"]
    assert anna["time_s"]["offline"] == pytest.approx(16 * 3600, abs=600), "a talk may outlast the shift"


def test_shifts_that_meet_leave_no_gap(tmp_path: Path) -> None:
    both = '[[shifts]]\nfrom = "00:00"\nto = "12:00"\n[[shifts]]\nfrom = "12:00"\nto = "24:00"\n'
    one = "[[shifts]]\n"
    assert figures(tmp_path, GOOD + TRAFFIC + both) == figures(tmp_path, GOOD + TRAFFIC + one)


# --- seeds


def test_another_seed_is_another_day(tmp_path: Path) -> None:
    assert figures(tmp_path, GOOD + TRAFFIC) == figures(tmp_path, GOOD + TRAFFIC, "--seed", "1")
    assert figures(tmp_path, GOOD + TRAFFIC) != figures(tmp_path, GOOD + TRAFFIC, "--seed", "2")


def test_other_rules_meet_the_same_callers(tmp_path: Path) -> None:
    slower = GOOD.replace('name = "Sales"', 'name = "Sales"\nwrap_up = "5m"')
    offered = [figures(tmp_path, centre + TRAFFIC)["together"]["offered"] for centre in (GOOD, slower)]
    assert offered[0] == offered[1]


def test_the_same_seed_gives_the_same_under_two_hash_seeds(tmp_path: Path) -> None:
    told: list[bytes] = []
    for hash_seed in ("1", "2"):
        picture = tmp_path / f"{hash_seed}.svg"
        done = subprocess.run(
            [sys.executable, "-m", "acd", "simulate", EXAMPLE, "--hours", "4", "--json", "--plot", picture],
            env=os.environ | {"PYTHONHASHSEED": hash_seed},
            capture_output=True,
            check=True,
        )
        told.append(done.stdout + picture.read_bytes())
    assert told[0] == told[1]


# --- what is printed and drawn


def test_tables_and_formulas(tmp_path: Path) -> None:
    lines = simulate(EXAMPLE, "--hours", "1").stdout.splitlines()
    assert lines[0].split()[:4] == ["queue", "offered", "answered", "abandoned"]
    assert lines[1].startswith("7001 Orders")
    assert lines[3].startswith("together")
    assert "1001 Anna Bell" in "\n".join(lines)
    assert "SL2 = answered within T / (answered + abandoned after T), the one of reports" in lines


def test_the_picture_shows_the_day(tmp_path: Path) -> None:
    picture = tmp_path / "day.svg"
    assert simulate(EXAMPLE, "--hours", "10", "--plot", str(picture)).exit_code == 0
    drawn = ElementTree.fromstring(picture.read_text(encoding="utf-8"))
    space = "{http://www.w3.org/2000/svg}"
    words = [element.text for element in drawn.iter(f"{space}text")]
    assert words[0] == "day.example, seed 1"
    for word in ("Calls in 10 minutes", "Callers waiting", "Service level (%)", "Agents", "talking", "08:00", "18:00"):
        assert word in words
    assert len(list(drawn.iter(f"{space}polygon"))) >= 5
    assert len(list(drawn.iter(f"{space}rect"))) > 100


def test_a_picture_that_cannot_be_written(tmp_path: Path) -> None:
    result = simulate(EXAMPLE, "--hours", "1", "--plot", str(tmp_path / "none" / "day.svg"))
    assert result.exit_code == 1
    assert result.stderr.splitlines()[-1] == (
        f"{tmp_path / 'none' / 'day.svg'} cannot be written: No such file or directory"
    )


# --- what is wrong


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), ONE_OF),
        (("a.toml", "--trace", "b.json"), ONE_OF),
        (("--replay", "2024-03-04..2024-03-05", "--trace", "b.json"), ONE_OF),
        (
            ("--trace", "b.json", "--hours", "1"),
            "--hours and --plot belong to FILE; a trace and the journal say themselves what happens when.",
        ),
        (
            ("--trace", "b.json", "--seed", "1"),
            "--seed belongs to FILE and --replay; a trace leaves nothing to chance.",
        ),
        (("a.toml", "--hours", "nan"), "--hours is a number, such as 10."),
        (("a.toml", "--with", "b.toml"), "--with belongs to --replay; FILE holds its rules itself."),
    ],
)
def test_options_that_do_not_go_together(arguments: tuple[str, ...], said: str) -> None:
    result = CliRunner().invoke(main, ["simulate", *arguments])
    assert (result.exit_code, result.stderr) == (2, said + "\n")


def test_every_fault_is_told_with_its_place() -> None:
    day = GOOD.replace('queue = "7001"', 'queue = "7009"') + (
        '[simulation]\nopens = "8"\nends = "9"\n'
        '[[traffic]]\nqueue = "7001"\ncalls_per_hour = [1, 2]\ntalk = { type = "gamma", mean = "0s" }\npatience = 7\n'
        "[[shifts]]\nagents = 1001\nmisses = 5\n"
    )
    told = faults(day)
    assert [line.split(";")[0] for line in told] == [
        'line 26, assignments[1].queue: there is no queue "7009"',
        'line 28, simulation.opens: "8" is no time of day',
        "line 29, simulation.ends: there is no such key",
        "line 32, traffic[1].calls_per_hour: the list has 2 numbers",
        'line 33, traffic[1].talk.type: there is no type "gamma"',
        'line 33, traffic[1].talk.mean: "0s" is out of range for a mean',
        "line 34, traffic[1].patience: 7 has no unit",
        "line 36, shifts[1].agents: 1001 is no list",
        "line 37, shifts[1].misses: 5 is no part of the offers",
    ]
    assert all("; " in line for line in told), "each says how to mend it"


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("", "traffic: is missing; add [[traffic]] with queue = … and calls_per_hour = …"),
        ("[[traffic]]\ncalls_per_hour = 1\n", "line 27, traffic[1].queue: is missing; add queue = …"),
        (
            '[[traffic]]\nqueue = "7002"\ncalls_per_hour = 1\n',
            'line 28, traffic[1].queue: there is no queue "7002"; did you mean "7001"?',
        ),
        (
            TRAFFIC + 'talk = { type = "log_normal", mean = "3m" }\n',
            "line 30, traffic[1].talk.deviation: is missing; add deviation = …",
        ),
        (
            TRAFFIC + 'talk = { type = "constant", mean = "3m", deviation = "1m" }\n',
            "line 30, traffic[1].talk.deviation: there is no such key; the keys here are type, mean",
        ),
        (
            TRAFFIC + '[[shifts]]\nagents = ["1001", "1001"]\n',
            "line 31, shifts[1].agents: 1001 is in the list twice; name everybody once",
        ),
        (
            TRAFFIC + '[[shifts]]\nagents = ["1009"]\n',
            'line 31, shifts[1].agents: there is no user "1009"; did you mean "1002"? The users are 1001, 1002',
        ),
        (
            TRAFFIC + '[[shifts]]\nto = "09:00"\n[[shifts]]\nfrom = "08:00"\nto = "10:00"\n',
            "line 31, shifts[1].to: 1001 is on in shifts[2] (line 32) before this one ends; "
            "let one shift of his end before the next begins",
        ),
        (
            TRAFFIC + '[[shifts]]\nfrom = "25:00"\n',
            'line 31, shifts[1].from: "25:00" is no time of day; write one from "00:00" to "24:00"',
        ),
    ],
)
def test_one_fault(day: str, said: str) -> None:
    assert faults(GOOD + day) == [said]


def test_text_that_is_no_toml() -> None:
    assert faults("[[traffic\n")[0].startswith("line 1: this is not TOML")


def test_who_is_taken_offline_for_missing_comes_back(tmp_path: Path) -> None:
    centre = GOOD.replace('name = "Sales"', 'name = "Sales"\nafter_missed = 1')
    day = centre + TRAFFIC + '[[shifts]]\nmisses = 1\nback_after = "10m"\n'
    told = figures(tmp_path, day, "--hours", "10")
    assert 40 <= told["agents"][0]["missed"] <= 60, "one in ten minutes, and the ring"


def test_a_day_of_a_moment_can_be_drawn(tmp_path: Path) -> None:
    picture = tmp_path / "day.svg"
    assert simulate(EXAMPLE, "--hours", "0.001", "--plot", str(picture)).exit_code == 0
    assert "Callers waiting" in picture.read_text(encoding="utf-8")
