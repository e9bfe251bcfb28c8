"""Many callers at once: everybody is served, and no agent ever has two calls."""

import asyncio

from tests.acceptance.conftest import AGENT_HZ, CALLER_HZ, Floor
from tests.acceptance.parts import Part, Queue, agents, seats
from tests.phone.call import OutgoingCall
from tests.phone.phone import Phone

PART = Part(
    users=agents("1981", "1982", "1983"),
    queues=(
        Queue(number="7981", seats=seats("1981", "1982", "1983")),
        Queue(number="7982", type="ring_all", seats=seats("1981", "1982", "1983"), priority=2),
    ),
)

CALLS_EACH = 2

OVERLAP_SECONDS = 0.2
"""These phones answer in the very instant in which they ring, so an answer and a CANCEL often cross on their way; then
the lost call ends a round trip later than Asterisk believes."""


async def serve(agent: Phone) -> None:
    """Answer whatever rings, and talk until the caller hangs up, or Asterisk because another was quicker; for ever."""
    while True:
        ring = await agent.rings(within=30)
        for other in agent.incoming:
            if other is not ring:
                await other.is_over(within=OVERLAP_SECONDS)
        ring.answer(tone=AGENT_HZ)
        await ring.is_over(within=20)


async def is_served(call: OutgoingCall) -> None:
    """Wait for an agent's voice, and hang up."""
    await call.media.hears_tone(AGENT_HZ, within=40)
    await call.hang_up()


async def all_are_served(calls: list[OutgoingCall]) -> None:
    await asyncio.gather(*(is_served(call) for call in calls))


async def test_everybody_is_served_and_nobody_has_two_calls(floor: Floor) -> None:
    at_work = [asyncio.create_task(serve(agent)) for agent in await floor.agents("1981-desk", "1982-desk", "1983-desk")]
    callers = [await floor.caller(f"200{n}") for n in range(1, 7)]
    calls = [
        await caller.dial(number, tone=CALLER_HZ)
        for _ in range(CALLS_EACH)
        for caller in callers
        for number in ("7981", "7982")
    ]
    served = asyncio.create_task(all_are_served(calls))
    try:
        await asyncio.wait([served, *at_work], return_when=asyncio.FIRST_COMPLETED)
        for task in at_work:
            assert not task.done(), task.exception()
        await served
    finally:
        for task in (served, *at_work):
            task.cancel()
