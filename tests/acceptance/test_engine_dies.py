"""The engine is killed in the middle of everything: talks go on, and those who wait are served afterwards."""

import asyncio
import os
import signal

from tests.acceptance.centre import RunningCentre
from tests.acceptance.conftest import AGENT_HZ, CALLER_HZ, Floor, talk_both_ways
from tests.acceptance.parts import Part, Queue, agents, seats
from tests.phone.waiting import until

PART = Part(
    users=agents("1961", "1962", "1963", "1964", "1965"),
    queues=(
        Queue(number="7961", seats=seats("1961")),
        Queue(number="7962", seats=seats("1962")),
        Queue(number="7964", type="ring_all", seats=seats("1964", "1965")),
        Queue(number="7963", type="ring_all", ring_time="30s", seats=seats("1963")),
    ),
)


async def kill_engine(centre: RunningCentre) -> None:
    """Kill it, and return when the next one is ready."""
    old = centre.engine_pid()
    os.kill(old, signal.SIGKILL)
    await until("another engine", lambda: (pid := centre.engine_pid()) != old and pid, within=10)
    await centre.is_ready(within=10)


async def test_a_caller_who_comes_while_the_engine_is_away_is_served_by_the_next_one(
    centre: RunningCentre, floor: Floor
) -> None:
    agent, caller = await floor.agent("1964-desk"), await floor.caller()
    # Without an engine all phones of the queue would ring; only an engine knows that he is Offline.
    offline = await floor.agent("1965-desk", "*52")
    os.kill(centre.engine_pid(), signal.SIGKILL)
    call = await caller.dial("7964", tone=CALLER_HZ)
    await call.media.hears_sound(within=6)
    ring = await agent.rings(within=10)
    ring.answer(tone=AGENT_HZ)
    await talk_both_ways(call, ring)
    assert offline.incoming == []


async def test_a_talk_goes_on_and_the_waiting_caller_is_served(centre: RunningCentre, floor: Floor) -> None:
    agent, caller, waiting = await floor.agent("1961-desk"), await floor.caller("2001"), await floor.caller("2002")
    call = await caller.dial("7961", tone=CALLER_HZ)
    ring = await agent.rings()
    ring.answer(tone=AGENT_HZ)
    await talk_both_ways(call, ring)
    queued = await waiting.dial("7961", tone=CALLER_HZ)
    await queued.media.hears_sound()

    began = asyncio.get_running_loop().time()
    await kill_engine(centre)
    await talk_both_ways(call, ring)
    ended = asyncio.get_running_loop().time()
    for side, hz in ((call, AGENT_HZ), (ring, CALLER_HZ)):
        assert side.media.tone_throughout(hz, since=began, before=ended) > 0.8
        assert side.media.longest_gap(since=began, before=ended) < 0.5
    assert agent.incoming == [ring]

    await call.hang_up()
    await ring.is_over()
    next_ring = await agent.rings()
    assert next_ring.caller.user == "2002"
    next_ring.answer(tone=AGENT_HZ)
    await talk_both_ways(queued, next_ring)


async def test_a_status_outlives_the_engine(centre: RunningCentre, floor: Floor) -> None:
    agent, caller = await floor.agent("1962-desk"), await floor.caller()
    await kill_engine(centre)
    call = await caller.dial("7962", tone=CALLER_HZ)
    ring = await agent.rings()
    ring.answer(tone=AGENT_HZ)
    await talk_both_ways(call, ring)


async def test_a_phone_that_rang_when_the_engine_died_is_not_rung_twice(centre: RunningCentre, floor: Floor) -> None:
    agent, caller = await floor.agent("1963-desk"), await floor.caller()
    call = await caller.dial("7963", tone=CALLER_HZ)
    await agent.rings()
    await kill_engine(centre)
    # Whether the ring stands or is made anew is the engine's choice; two at once are not.
    await until("a ring", lambda: [one for one in agent.incoming if not one.ending], within=5)
    (standing,) = [one for one in agent.incoming if not one.ending]
    standing.answer(tone=AGENT_HZ)
    await talk_both_ways(call, standing)
    assert [one for one in agent.incoming if not one.ending] == [standing]
