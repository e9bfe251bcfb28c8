"""`acd trace` on a real journal: the life of one call by its id, the lives of a caller's calls by his number."""

import asyncio
import json
import os
import sys
from typing import Any, Final

from acd.outputs import Recorded
from acd.runtime.trace import traces
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


async def trace(*arguments: str, expect: int = 0) -> tuple[str, str]:
    """Run the command: what it says, and what it says on standard error."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "acd", "trace", *arguments),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "TZ": "UTC", "PYTHONUTF8": "1"},
    )
    said, errors = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == expect, errors.decode()
    return said.decode(), errors.decode()


def about(call: str) -> list[Recorded]:
    return [it for it in FACTS if getattr(it.fact, "call", None) == call]


async def test_a_call_is_told_with_its_times(database: str) -> None:
    await write_facts(database, FACTS)
    said, _ = await trace("A", "--database-url", database)
    assert said.splitlines()[:2] == ["call A", "from 0301234, 2024-03-04, UTC"]
    times = [(line[:12], line.split()[1]) for line in said.splitlines()[2:]]
    assert len(times) == len(about("A")) >= 7
    assert times[0] == ("09:00:00.000", "+0s")
    assert times[-1] == ("09:00:43.000", "+43s")
    told: list[dict[str, Any]] = json.loads((await trace("A", "--database-url", database, "--json"))[0])
    assert [entry["kind"] for entry in told[0]["entries"]][:4] == [
        "call_queued",
        "offer_made",
        "offer_ended",
        "call_answered",
    ]


async def test_a_number_gives_its_calls(database: str) -> None:
    await write_facts(database, FACTS)
    assert list(await traces(database, "030 1234")) == ["A", "B"]
    assert [entry.fact for entry in (await traces(database, "0301234"))["B"]] == [it.fact for it in about("B")]
    assert list(await traces(database, "5559")) == ["C"]


async def test_what_nobody_knows_is_said(database: str) -> None:
    _, errors = await trace("no\x01such", "--database-url", database, expect=2)
    assert "The journal knows neither a call nor a caller 'no\\x01such'" in errors
