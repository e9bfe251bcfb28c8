"""`acd status` and `acd top` on a real journal: once in words, and live on a terminal of the test's own."""

import asyncio
import json
import os
import pty
import re
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from click.testing import CliRunner, Result

from acd.cli import main
from acd.outputs import Recorded
from acd.runtime.database import Connection
from acd.runtime.following import Follower
from acd.runtime.glance import glance
from acd.state import State
from portal.views.today import Today
from tests.integration.postgres import ALLOW_FACTS
from tests.portal.past import simulated, write_facts
from tests.ports import free_port

WITHIN_S: Final = 50
BEGINS: Final = datetime.now(UTC) - timedelta(hours=2)
FACTS: Final = simulated(BEGINS, timedelta(hours=2), seed=3)


def environment(database: str) -> dict[str, str]:
    """Of a command that watches the engine of this database, which does not run."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("ACD_")},
        "ACD__DATABASE__URL": database,
        "ACD__ARI__PASSWORD": "unused-here",
        "ACD__WEB__PORT": str(free_port()),
        "TERM": "xterm",
    }


async def status(database: str, *arguments: str) -> Result:
    """What the command says."""
    given = {name: None for name in os.environ if name.startswith("ACD__")} | environment(database)
    return await asyncio.to_thread(CliRunner().invoke, main, ["status", *arguments], env=given)


async def test_following_the_journal_gives_what_the_engine_has(database: str, connection: Connection) -> None:
    state, today = State(), Today()
    for recorded in FACTS:
        state.apply(recorded.fact, recorded.at)
        today.note(recorded)
    follower = Follower(database)
    parts = [FACTS[: len(FACTS) // 3], FACTS[len(FACTS) // 3 : -5], FACTS[-5:]]
    first = 1
    for part in parts:
        await write_facts(database, part, first)
        first += len(part)
        await follower.catch_up()
    assert glance(follower.state, follower.today, FACTS[-1].at) == glance(state, today, FACTS[-1].at)
    await connection.execute("truncate fact, snapshot")
    await write_facts(database, FACTS[:50])
    await follower.catch_up()
    anew = State()
    for recorded in FACTS[:50]:
        anew.apply(recorded.fact, recorded.at)
    assert follower.state.records == anew.records, "the journal was begun anew"
    await follower.close()


async def test_status_tells_people_and_machines_and_ends_with_1_without_an_engine(database: str) -> None:
    await write_facts(database, FACTS)
    told = await status(database)
    assert told.exit_code == 1, told.stderr
    assert re.match(r"The engine does not run; this is how it was at \d\d:\d\d:\d\d\.\n", told.stdout)
    assert "7001 Sales" in told.stdout
    assert "\x1b" not in told.stdout
    as_json: dict[str, Any] = json.loads((await status(database, "--json")).stdout)
    assert as_json["engine"]["takes_calls"] is False
    [account] = as_json["centre"]["accounts"]
    assert [queue["queue"] for queue in account["queues"]] == ["7001", "7002"]
    assert all(agent["doing"] for agent in account["agents"])


async def test_what_is_no_centre_is_said_in_words(empty_database: str) -> None:
    told = await status(empty_database)
    assert (told.exit_code, "holds no journal" in told.stderr) == (1, True), told.stderr


def test_which_centre_is_meant_is_asked_where_it_is_not_clear(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("ACD__")]:
        monkeypatch.delenv(name)
    none = CliRunner().invoke(main, ["status"])
    assert (none.exit_code, none.output) == (
        2,
        "No centre in .state, and no /etc/acd/acd.toml; name one by --state-dir or --settings.\n",
    )
    for centre in ("one", "two"):
        (tmp_path / ".state" / centre).mkdir(parents=True)
        (tmp_path / ".state" / centre / "engine.toml").touch()
    both = CliRunner().invoke(main, ["trace", "5551"])
    assert both.output == (
        "Several centres in .state (one, two); name one by --state-dir, --settings or --database-url.\n"
    )


def test_top_without_a_terminal_says_so() -> None:
    told = CliRunner().invoke(main, ["top"])
    assert (told.exit_code, told.stdout) == (2, "")
    assert "`acd status` prints the same once" in told.stderr


@dataclass(slots=True)
class Terminal:
    """80 by 24, with `acd top` on it."""

    process: "subprocess.Popen[bytes]"
    descriptor: int
    before: Sequence[Any]
    written: str = field(default="")

    def until(self, text: str) -> str:
        """Read until this has been drawn; what was drawn before it is forgotten."""
        deadline = time.monotonic() + WITHIN_S
        while text not in self.written:
            assert time.monotonic() < deadline, self.written[-2000:]
            os.set_blocking(self.descriptor, False)
            try:
                self.written += os.read(self.descriptor, 65536).decode(errors="replace")
            except BlockingIOError:
                time.sleep(0.02)
        drawn, _, self.written = self.written.partition(text)
        return drawn + text

    def press(self, keys: bytes) -> None:
        os.write(self.descriptor, keys)

    def ended(self) -> int:
        """The exit code; meanwhile what is drawn is read, so that nobody waits for that."""
        deadline = time.monotonic() + WITHIN_S
        while self.process.poll() is None:
            assert time.monotonic() < deadline
            try:
                self.written += os.read(self.descriptor, 65536).decode(errors="replace")
            except (BlockingIOError, OSError):
                time.sleep(0.02)
        return self.process.returncode


@contextmanager
def top(database: str) -> Generator[Terminal]:
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 80))
    before = termios.tcgetattr(theirs)
    process = subprocess.Popen(
        [sys.executable, "-m", "acd", "top"],
        env=environment(database), stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
    )  # fmt: skip
    terminal = Terminal(process, ours, before)
    try:
        yield terminal
        assert termios.tcgetattr(theirs) == before, "the terminal is as it was"
    finally:
        process.kill()
        process.wait()
        os.close(ours)
        os.close(theirs)


async def test_top_draws_follows_and_obeys_keys(database: str, connection: Connection) -> None:
    half: Sequence[Recorded] = FACTS[: len(FACTS) // 2]
    await write_facts(database, half)
    await connection.execute(ALLOW_FACTS)
    with top(database) as terminal:
        await asyncio.to_thread(terminal.until, "does not run")
        await asyncio.to_thread(terminal.until, "agents by number")
        terminal.press(b"\ts")
        await asyncio.to_thread(terminal.until, "queues by longest wait")
        await write_facts(database, FACTS[len(half) :], len(half) + 1)
        count = sum(1 for recorded in FACTS if type(recorded.fact).__name__ == "TalkStarted")
        assert count > 10
        await asyncio.to_thread(terminal.until, f"{FACTS[-1].at.astimezone():%H:%M:%S}")
        terminal.press(b"\x1b[B\x1b[6~r\x1b[Z")
        await asyncio.to_thread(terminal.until, "agents by number")
        terminal.press(b"q")
        assert await asyncio.to_thread(terminal.ended) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
async def test_top_leaves_the_terminal_as_it_was_when_it_is_told_to_end(database: str, number: signal.Signals) -> None:
    await write_facts(database, FACTS[:40])
    with top(database) as terminal:
        await asyncio.to_thread(terminal.until, "agents by number")
        terminal.process.send_signal(number)
        assert await asyncio.to_thread(terminal.ended) == 0
        assert "\x1b[?1049l" in terminal.written, "the screen before is back"
