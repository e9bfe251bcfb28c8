"""`acd explain` beside the running engine: why this phone rang, and why not the other."""

import asyncio
import json

from tests.acceptance.centre import ACD, RunningCentre
from tests.acceptance.conftest import AGENT_HZ, CALLER_HZ, Floor, talk_both_ways
from tests.acceptance.parts import Part, Queue, agents, seats

PART = Part(users=agents("1991", "1992"), queues=(Queue(number="7991", seats=seats("1991", "1992")),))


async def explain(centre: RunningCentre, *arguments: str) -> str:
    """What the command says."""
    process = await asyncio.create_subprocess_exec(
        *ACD, "explain", *arguments, "--state-dir", str(centre.home / "state"), stdout=asyncio.subprocess.PIPE
    )
    said, _ = await asyncio.wait_for(process.communicate(), timeout=20)
    assert process.returncode == 0
    return said.decode()


async def test_the_second_call_rings_the_second_agent_because_the_first_one_talks(
    floor: Floor, centre: RunningCentre
) -> None:
    longest_idle, other = await floor.agents("1991-desk", "1992-desk")
    first = await (await floor.caller("2001")).dial("7991", tone=CALLER_HZ)
    ring = await longest_idle.rings()
    ring.answer(tone=AGENT_HZ)
    await talk_both_ways(first, ring)
    second = await (await floor.caller("2002")).dial("7991")
    await other.rings()
    await second.hang_up()
    await first.hang_up()
    newest = json.loads(await explain(centre, "--recent", "--json"))[0]
    assert (newest["queue"], newest["number"], newest["outcome"]) == ("7991", "2002", "abandoned")
    story = await explain(centre, newest["call"])
    assert "rings 1992 on 1992-desk for" in story
    assert "why 1992: the only one left who can be rung" in story
    assert "not 1991: has 1 call, at most 1" in story
    assert "the call is over: abandoned" in story.splitlines()[-1]
