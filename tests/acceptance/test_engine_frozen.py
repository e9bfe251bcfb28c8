"""The engine stands still, its connections open: new callers and star codes get what the dial plan can do alone."""

import asyncio
import os
import signal
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from tests.acceptance.centre import RunningCentre
from tests.acceptance.conftest import AGENT_HZ, CALLER_HZ, Floor, talk_both_ways
from tests.acceptance.parts import Part, Queue, agents, seats
from tests.phone.prompts import Prompts
from tests.phone.waiting import until

PART = Part(users=agents("1995"), queues=(Queue(number="7995", seats=seats("1995")),))

NOTICED_SECONDS = 3.5
"""The dial plan waits for more than two seconds of Asterisk's clock without a beat."""


@asynccontextmanager
async def frozen(centre: RunningCentre) -> AsyncGenerator[None]:
    """While its engine stands still; at the end it is killed, as a watchdog does. Its own looks away meanwhile."""
    pid = centre.engine_pid()
    os.kill(centre.pid, signal.SIGSTOP)
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGKILL)
        os.kill(centre.pid, signal.SIGCONT)
        await until("another engine", lambda: (now := centre.engine_pid()) != pid and now, within=10)
        await centre.is_ready(within=10)


async def test_callers_hear_ringing_then_music_and_are_served_in_their_order(
    centre: RunningCentre, floor: Floor, prompts: Prompts
) -> None:
    agent = await floor.agent("1995-desk")
    early, first, second = [await floor.caller(f"200{n}") for n in (1, 2, 3)]
    async with frozen(centre):
        unseen = await early.dial("7995", tone=CALLER_HZ)
        await unseen.is_ringing(within=1)
        await asyncio.sleep(NOTICED_SECONDS)
        code = await agent.dial("*53")
        calls = [await first.dial("7995", tone=CALLER_HZ)]
        await calls[0].media.hears_sound(within=2)
        await code.is_answered(within=1)
        calls.append(await second.dial("7995", tone=CALLER_HZ))
        await calls[1].media.hears_sound(within=2)
    await code.is_over(within=10)
    assert prompts.recognise(code.media.heard()).name == "service-unavailable"
    for call in (unseen, *calls):
        ring = await agent.rings(within=10)
        ring.answer(tone=AGENT_HZ)
        await talk_both_ways(call, ring)
        await call.hang_up()
        await ring.is_over()
