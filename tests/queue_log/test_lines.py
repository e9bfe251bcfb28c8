"""What the stories of the scenarios leave in a queue_log: told in full for some, and for all that it hangs together."""

from datetime import UTC, datetime
from pathlib import Path
from textwrap import dedent
from typing import Final

import pytest

from acd.queue_log.line import Line
from acd.queue_log.lines import Scribe
from acd.state import State
from tests.scenarios.language import MORNING
from tests.scenarios.story import journal_of

STORIES: Final = sorted(Path(__file__).parents[1].glob("scenarios/*/*.txt"))

TALK_ENDS: Final = {"COMPLETECALLER", "COMPLETEAGENT", "BLINDTRANSFER", "ATTENDEDTRANSFER"}
WAIT_ENDS: Final = {"ABANDON", "EXITWITHKEY", "EXITWITHTIMEOUT", "EXITEMPTY", "WITHDRAW"}
RINGS: Final = {"RINGNOANSWER", "RINGCANCELED"}


def scribe_of(text: str) -> tuple[Scribe, list[Line]]:
    """Of a story, and all its lines."""
    scribe = Scribe(State(), {})
    return scribe, [line for recorded in journal_of(dedent(text)) for line in scribe.take(recorded)]


def log_of(text: str) -> list[str]:
    """The lines of a story, with the seconds since it began."""
    _, lines = scribe_of(text)
    began = int(MORNING.timestamp())
    return [f"{int(at) - began}|{rest}" for at, _, rest in (line.text().partition("|") for line in lines)]


@pytest.mark.parametrize("path", STORIES, ids=[f"{path.parent.name}/{path.stem}" for path in STORIES])
def test_every_story_leaves_a_log_that_hangs_together(path: Path) -> None:
    """Whoever enters leaves once, every talk ends once, and an agent is in a queue while the log says so."""
    scribe, lines = scribe_of(path.read_text(encoding="utf-8"))
    records = scribe.state.records
    assert calls_at_the_end(lines) == {call.id: call.queue for call in records.calls.values() if call.callback is None}
    assert standings_at_the_end(lines) == {
        (agent.id, queue): "online" if agent.status == "single_call" else agent.status
        for agent in records.agent_records.values()
        for queue in records.assignments.get(agent.id, {})
        if agent.status != "offline"
    }


def calls_at_the_end(lines: list[Line]) -> dict[str, str]:
    """Who waits or talks in which queue, by these lines, each of which must fit those before it."""
    waits: dict[str, str] = {}
    talks: dict[str, str] = {}
    for line in lines:
        match line.event:
            case "ENTERQUEUE":
                assert line.call not in waits | talks, line
                waits[line.call] = line.queue
            case "CONNECT":
                assert waits.pop(line.call) == line.queue, line
                talks[line.call] = line.queue
            case event if event in RINGS:
                assert waits[line.call] == line.queue, line
            case event if event in TALK_ENDS:
                assert talks.pop(line.call) == line.queue, line
            case event if event in WAIT_ENDS:
                assert waits.pop(line.call) == line.queue, line
            case _:
                pass
    return waits | talks


def standings_at_the_end(lines: list[Line]) -> dict[tuple[str, str], str]:
    """Which agent is in which queue, and why he is paused there; likewise."""
    standing: dict[tuple[str, str], str] = {}
    for line in lines:
        who = line.agent, line.queue
        match line.event:
            case "ADDMEMBER":
                assert who not in standing, line
                standing[who] = "online"
            case "REMOVEMEMBER":
                del standing[who]
            case "PAUSE":
                assert who in standing, line
                (standing[who],) = line.values
            case "UNPAUSE":
                assert standing[who] != "online", line
                standing[who] = "online"
            case _:
                pass
    return standing


def test_answered_by_the_second_agent() -> None:
    assert (
        log_of(
            """
            # The first does not answer, the second does, and the caller hangs up.
            queue 7001 ring=20s
            agent 1001 queues=7001 online
            agent 1002 queues=7001 online

            A calls 7001 from 5551
            wait 20s
            wait 2.5s
            1002-desk answers A~2
            A is connected
            wait 60s
            A hangs up
            """
        )
        == dedent(
            """\
            0|MANAGER|7001@demo.example|1001@demo.example|ADDMEMBER|
            0|MANAGER|7001@demo.example|1002@demo.example|ADDMEMBER|
            0|A|7001@demo.example|NONE|ENTERQUEUE||5551|1
            20|A|7001@demo.example|1001@demo.example|RINGNOANSWER|20000
            22|A|7001@demo.example|1002@demo.example|CONNECT|22|A~2~1002-desk|2
            82|A|7001@demo.example|1002@demo.example|COMPLETECALLER|22|60|1"""
        ).splitlines()
    )


def test_places_ends_and_ways_out() -> None:
    assert (
        log_of(
            """
            # One leaves by key, one after his longest wait, one abandons while a phone rings for him.
            queue 7001 max-wait=1m leave-key=9 overflow=queue:7002 ring=2m
            queue 7002
            agent 1001 queues=7001 online

            A calls 7001
            B calls 7001
            C calls 7001 with priority 1
            wait 30s
            B presses 9
            wait 5s
            A hangs up
            wait 40s
            """
        )
        == dedent(
            """\
            0|MANAGER|7001@demo.example|1001@demo.example|ADDMEMBER|
            0|A|7001@demo.example|NONE|ENTERQUEUE||555A|1
            0|B|7001@demo.example|NONE|ENTERQUEUE||555B|2
            0|C|7001@demo.example|NONE|ENTERQUEUE||555C|1
            30|B|7001@demo.example|NONE|EXITWITHKEY|9|3|2|30
            30|B|7002@demo.example|NONE|ENTERQUEUE||555B|1
            35|A|7001@demo.example|1001@demo.example|RINGCANCELED|35000
            35|A|7001@demo.example|NONE|ABANDON|2|1|35"""
        ).splitlines()
    )


def test_statuses_are_pauses() -> None:
    assert (
        log_of(
            """
            # Lunch pauses in all queues, Offline leaves them.
            queue 7001
            queue 7002
            agent 1001 queues=7001,7002

            1001 chooses lunch
            1001 chooses meeting
            1001 chooses online
            1001 chooses lunch
            1001 chooses offline
            """
        )
        == dedent(
            """\
            0|MANAGER|7001@demo.example|1001@demo.example|ADDMEMBER|
            0|MANAGER|7002@demo.example|1001@demo.example|ADDMEMBER|
            0|NONE|NONE|1001@demo.example|PAUSEALL|lunch
            0|NONE|7001@demo.example|1001@demo.example|PAUSE|lunch
            0|NONE|7002@demo.example|1001@demo.example|PAUSE|lunch
            0|NONE|NONE|1001@demo.example|PAUSEALL|meeting
            0|NONE|7001@demo.example|1001@demo.example|PAUSE|meeting
            0|NONE|7002@demo.example|1001@demo.example|PAUSE|meeting
            0|NONE|NONE|1001@demo.example|UNPAUSEALL|
            0|NONE|7001@demo.example|1001@demo.example|UNPAUSE|
            0|NONE|7002@demo.example|1001@demo.example|UNPAUSE|
            0|NONE|NONE|1001@demo.example|PAUSEALL|lunch
            0|NONE|7001@demo.example|1001@demo.example|PAUSE|lunch
            0|NONE|7002@demo.example|1001@demo.example|PAUSE|lunch
            0|MANAGER|7001@demo.example|1001@demo.example|REMOVEMEMBER|
            0|MANAGER|7002@demo.example|1001@demo.example|REMOVEMEMBER|"""
        ).splitlines()
    )


def test_text_from_outside_divides_nothing() -> None:
    at = datetime(2026, 11, 23, 12, 0, 1, 999_999, tzinfo=UTC)
    line = Line(at=at, call="c", queue="q", event="ENTERQUEUE", values=("", "1|2\n3\u2028", "1"))
    assert line.text() == f"{int(at.timestamp())}|c|q|NONE|ENTERQUEUE||1_2_3_|1"
