"""`acd simulate --replay` at a real database: a day that was itself simulated goes as it went."""

import json
import random
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from acd.cli import main
from acd.outputs import Recorded
from acd.simulation.day import read_day
from acd.simulation.simulate import simulate
from acd.state import State
from tests.integration.recorders import open_recorder

EXAMPLE = Path(__file__).parents[2] / "examples" / "day.toml"
MORNING = "2000-01-03T08:00Z..2000-01-03T11:00Z"
TEN_TO_ELEVEN = "2000-01-03T10:00Z..2000-01-03T11:00Z"


@pytest.fixture
async def journalled(database: str, tmp_path: Path) -> str:
    """The address of a database with the journal of a morning, and a snapshot of its end."""
    facts: list[Recorded] = []
    day = read_day(EXAMPLE.read_text(encoding="utf-8"), "day.toml")
    simulate(day, timedelta(hours=3), random.Random, facts.append)
    recorder = await open_recorder(database, tmp_path / "spool")
    state = State()
    recorder.follow(state)
    for recorded in facts:
        state.apply(recorded.fact, recorded.at)
    recorder.record(facts)
    await recorder.close()
    return database


def replay(url: str, span: str, *options: str) -> Result:
    """The command."""
    return CliRunner().invoke(main, ["simulate", "--replay", span, "--database-url", url, *options])


def figures(url: str, span: str, *options: str) -> dict[str, Any]:
    """What it prints as JSON."""
    result = replay(url, span, "--json", *options)
    assert result.exit_code == 0, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return found


@pytest.mark.parametrize("span", [MORNING, TEN_TO_ELEVEN])
def test_without_changes_it_goes_as_it_went(journalled: str, span: str) -> None:
    told = figures(journalled, span)
    assert told["happened"]["together"]["answered"] > 100
    assert told["would_have"] == told["happened"]
    assert told["drawn"]["patience"] > 100


def test_other_rules_stand_beside(journalled: str, tmp_path: Path) -> None:
    changes = tmp_path / "changes.toml"
    changes.write_text(EXAMPLE.read_text(encoding="utf-8").replace('wrap_up = "20s"', 'wrap_up = "2m"'))
    told = figures(journalled, MORNING, "--with", str(changes))
    (happened, would) = (told[name]["queues"][0] for name in ("happened", "would_have"))
    assert happened["name"] == would["name"] == "Orders"
    assert happened["offered"] == would["offered"]
    assert happened["service_level"]["SL2"] > would["service_level"]["SL2"]
    assert told == figures(journalled, MORNING, "--with", str(changes)), "the same seed, the same dice"
    lines = replay(journalled, MORNING, "--with", str(changes)).stdout.splitlines()
    assert lines[1].startswith("7001 Orders happened ")
    assert lines[2].startswith("7001 Orders would have ")
    assert lines[-1].startswith("Drawn this time: ")


def test_changes_that_come_to_nothing_are_told(journalled: str, tmp_path: Path) -> None:
    changes = tmp_path / "changes.toml"
    text = EXAMPLE.read_text(encoding="utf-8")
    changes.write_text(
        text + '[[users]]\nextension = "1099"\nname = "New"\n[[assignments]]\nqueue = "7001"\nagent = "1099"\n'
    )
    told = replay(journalled, TEN_TO_ELEVEN, "--with", str(changes))
    assert told.stderr.splitlines()[-1] == "Warning: no users then, so they do not work: 1099"
    changes.write_text(text.replace("day.example", "other.example"))
    told = replay(journalled, TEN_TO_ELEVEN, "--with", str(changes))
    assert (told.exit_code, told.stderr) == (
        2,
        f"{changes} describes other.example, of which the journal knows nothing.\n",
    )


def test_spans_that_cannot_be_played(journalled: str) -> None:
    for span, said in (
        ("yesterday", "yesterday is no span of time; write it like 2024-03-04T08:00..2024-03-04T18:00, or "),
        ("2000-01-04..2000-01-03", "2000-01-04..2000-01-03 ends before it begins; write it like "),
        ("2010-01-01..2010-01-02", "The journal holds nothing from 2010-01-01 "),
    ):
        result = replay(journalled, span)
        assert result.exit_code == 2
        assert result.stderr.startswith(said)


def test_a_database_without_a_journal(empty_database: str) -> None:
    result = replay(empty_database, MORNING)
    assert result.exit_code == 1
    assert "holds no journal" in result.stderr
