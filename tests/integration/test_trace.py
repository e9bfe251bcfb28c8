"""`acd trace` on a real journal: the life of one call by its id, the lives of a caller's calls by his number."""

import asyncio
import json
from typing import Any, Final

from click.testing import CliRunner, Result

from acd.model import CallId
from acd.outputs import Recorded
from acd.runtime.trace import trace_command, traces
from tests.portal.past import write_facts
from tests.scenarios.story import journal_of

FACTS: Final = journal_of(
    """
# One is answered, one gives up, one is another's.
queue 7001 ring=20s
agent 1001 queues=7001 online

A calls 7001 from 0301234
wait 3s
1001-desk answers A~1
A is connected
wait 40s
A hangs up
B calls 7001 from 0301234
wait 5s
B hangs up
C calls 7001 from 5559
"""
)


async def trace(*arguments: str) -> Result:
    """What the command says."""
    return await asyncio.to_thread(CliRunner().invoke, trace_command, [*arguments])


def about(call: str) -> list[Recorded]:
    return [it for it in FACTS if getattr(it.fact, "call", None) == call]


async def test_a_call_is_told_with_its_times(database: str) -> None:
    await write_facts(database, FACTS)
    said = (await trace("A", "--database-url", database)).stdout.splitlines()
    assert said[0] == "call A"
    assert said[1].startswith("from 0301234, 2024-03-04")
    assert len(said) - 2 == len(about("A")) >= 7
    assert [line.split()[1].partition(".")[0] for line in (said[2], said[-1])] == ["+0", "+43"]
    told: list[dict[str, Any]] = json.loads((await trace("A", "--database-url", database, "--json")).stdout)
    assert [entry["kind"] for entry in told[0]["entries"]][:4] == [
        "call_queued",
        "offer_made",
        "offer_ended",
        "call_answered",
    ]
    assert [entry["since_arrival_s"] for entry in told[0]["entries"]][-1] == 43


async def test_a_number_gives_its_calls(database: str) -> None:
    await write_facts(database, FACTS)
    assert list(await traces(database, "030 1234")) == ["A", "B"]
    assert [entry.fact for entry in (await traces(database, "0301234"))[CallId("B")]] == [it.fact for it in about("B")]
    assert list(await traces(database, "5559")) == ["C"]


async def test_what_nobody_knows_is_said(database: str) -> None:
    said = await trace("no\x01such", "--database-url", database)
    assert said.exit_code == 2
    assert "The journal knows neither a call nor a caller 'no\\x01such'" in said.stderr
