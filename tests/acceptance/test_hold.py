"""The agent's hold key: the caller hears music, nobody hears anybody, and the time is counted."""

import asyncio
from datetime import timedelta

from acd.outputs import HoldEnded, TalkEnded
from tests.acceptance.conftest import AGENT_HZ, CALLER_HZ, Floor, connected, talk_both_ways
from tests.acceptance.journal import Journal
from tests.acceptance.parts import Part, Queue, agents, seats
from tests.phone.audio import share_of_tone

PART = Part(users=agents("3701"), queues=(Queue(number="8701", seats=seats("3701")),))

TOLERANCE = timedelta(seconds=0.3)


async def test_a_caller_on_hold_hears_music_and_then_the_agent_again(floor: Floor, journal: Journal) -> None:
    agent, caller = await floor.agent("3701-desk"), await floor.caller()
    call = await caller.dial("8701", tone=CALLER_HZ)
    ring = await connected(call, agent)
    loop = asyncio.get_running_loop()
    await ring.hold()
    began = loop.time()
    await call.media.hears_sound()
    await call.media.hears_sound()
    assert share_of_tone(call.media.heard(since=began + 0.1), AGENT_HZ) < 0.1
    await ring.resume()
    held = timedelta(seconds=loop.time() - began)
    await talk_both_ways(call, ring)
    await call.hang_up()
    ended = await journal.fact(HoldEnded, "8701")
    assert abs(ended.fact.held - held) < TOLERANCE
    talk = await journal.fact(TalkEnded, "8701")
    assert talk.fact.held == ended.fact.held
    assert talk.fact.talked > talk.fact.held
