"""The queue_log is kept up with the journal, in the view and in the file, each line once, whatever comes between."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest

from acd.journal import encode_state
from acd.outputs import Recorded
from acd.queue_log.line import second
from acd.queue_log.lines import Scribe
from acd.runtime.database import Connection, close, connect
from acd.runtime.queue_log import QueueLog
from acd.runtime.queue_log_file import QueueLogFile
from acd.state import State
from tests.integration.postgres import ALLOW_FACTS
from tests.portal.past import simulated, write_facts

BEGINS: Final = datetime(2026, 5, 5, 8, tzinfo=UTC)
FACTS: Final = simulated(BEGINS, timedelta(hours=3), seed=5)


def lines_of(facts: list[Recorded]) -> list[str]:
    scribe = Scribe(State(), {})
    return [line.text() for recorded in facts for line in scribe.take(recorded)]


def clock() -> Iterator[datetime]:
    """The engine starts before all these facts, and again and again in the midst of them."""
    yield BEGINS - timedelta(hours=1)
    while True:
        yield FACTS[-1].at + timedelta(hours=1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "queue_log"


class Engines:
    """One engine after the other, on one database."""

    def __init__(self, url: str, path: Path) -> None:
        self.url, self.path = url, path
        self._starts = clock()

    async def start(self, connection: Connection) -> QueueLog:
        log = QueueLog(self.url, QueueLogFile(self.path), lambda: next(self._starts))
        await log.recall(connection)
        return log


async def keep_up(log: QueueLog, connection: Connection) -> None:
    while await log.look(connection):
        pass


async def view(connection: Connection) -> list[str]:
    """The rows of the view as lines of the file."""
    rows = await connection.fetch("select * from queue_log order by id")
    told = []
    for row in rows:
        at = datetime.strptime(row["time"], "%Y-%m-%d %H:%M:%S.%f").replace(tzinfo=UTC)
        values = "|".join(row[f"data{number}"] for number in range(1, 6)).rstrip("|")
        fields = (row["callid"], row["queuename"], row["agent"], row["event"], values)
        told.append("|".join([str(second(at)), *fields]))
    return told


def without_starts(lines: list[str]) -> list[str]:
    return [line for line in lines if "QUEUESTART" not in line]


async def test_file_and_view_say_the_same_over_restarts_and_rotations(database: str, path: Path) -> None:
    engines, expected = Engines(database, path), lines_of(FACTS)
    connection = await connect(database)
    rotated: list[Path] = []
    step = len(FACTS) // 7
    state, applied = State(), 0
    log = await engines.start(connection)
    for number, start in enumerate(range(0, len(FACTS), step)):
        part = FACTS[start : start + step]
        await write_facts(database, part, first=start + 1)
        await keep_up(log, connection)
        if number == 2:  # as an engine leaves one from time to time
            for recorded in FACTS[: start + 10]:
                state.apply(recorded.fact, recorded.at)
            applied = start + 10
            await connection.execute(ALLOW_FACTS)
            await connection.execute(
                "insert into snapshot (seq, body) values ($1, $2)", applied, encode_state(state).decode()
            )
        if number % 2:
            log = await engines.start(connection)
        else:
            rotated.append(path.rename(path.with_suffix(f".{number}")))
    await keep_up(log, connection)
    files = [*rotated, path]
    filed = [line for each in files if each.exists() for line in each.read_text().splitlines()]
    assert len(expected) > 150
    assert {line.split("|")[4] for line in expected} >= {"ENTERQUEUE", "CONNECT", "COMPLETECALLER", "ABANDON"}
    assert without_starts(filed) == expected
    assert without_starts(await view(connection)) == expected
    assert filed[0] == f"{second(BEGINS - timedelta(hours=1))}|NONE|NONE|NONE|QUEUESTART|"
    await close(connection)


async def test_a_file_begins_with_the_present_and_the_view_with_the_journal(database: str, path: Path) -> None:
    half = len(FACTS) // 2
    await write_facts(database, FACTS[:half])
    connection = await connect(database)
    log = QueueLog(database, QueueLogFile(path), lambda: FACTS[half].at)
    await log.recall(connection)
    await write_facts(database, FACTS[half:], first=half + 1)
    await keep_up(log, connection)
    began = len(lines_of(FACTS[:half]))
    assert without_starts(path.read_text().splitlines()) == lines_of(FACTS)[began:]
    assert len(without_starts(await view(connection))) == len(lines_of(FACTS))
    await close(connection)


async def test_a_journal_that_is_begun_anew_is_followed_from_its_beginning(database: str, path: Path) -> None:
    engines = Engines(database, path)
    connection = await connect(database)
    await write_facts(database, FACTS)
    await keep_up(await engines.start(connection), connection)
    await connection.execute("truncate fact")
    log = await engines.start(connection)
    await write_facts(database, FACTS[:50])
    await keep_up(log, connection)
    assert without_starts(await view(connection)) == lines_of(FACTS) + lines_of(FACTS[:50])
    await close(connection)


async def test_a_line_that_was_written_just_before_a_crash_is_not_written_twice(database: str, path: Path) -> None:
    engines = Engines(database, path)
    connection = await connect(database)
    log = await engines.start(connection)
    await write_facts(database, FACTS)
    await keep_up(log, connection)
    await connection.execute("update queue_log_progress set filed = filed - 50")
    await keep_up(await engines.start(connection), connection)
    assert without_starts(path.read_text().splitlines()) == lines_of(FACTS)
    await close(connection)


async def test_a_disk_that_takes_nothing_is_told_and_its_lines_come_later(database: str, tmp_path: Path) -> None:
    engines = Engines(database, tmp_path / "not-there-yet" / "queue_log")
    connection = await connect(database)
    log = await engines.start(connection)
    assert log.warnings() == []
    await write_facts(database, FACTS)
    await keep_up(log, connection)
    await log.look(connection)
    assert "No such file or directory" in log.warnings()[0]
    engines.path.parent.mkdir()
    await keep_up(log, connection)
    assert log.warnings() == []
    assert without_starts(engines.path.read_text().splitlines()) == lines_of(FACTS)
    await close(connection)


def test_half_a_line_is_no_line() -> None:
    """What a full disk has taken of a line is taken back."""
    with pytest.raises(OSError, match="No space left"):
        QueueLogFile(Path("/dev/full")).append(["1|NONE|NONE|NONE|QUEUESTART|"])
