"""What people do while the engine is killed under them: a call, a star code, a transfer, a call-back.

Each walk comes to its end whenever that happens, for its people do what people do: they dial again, press again, wait.
"""

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack, suppress
from typing import Final

from acd.outputs import CallbackPromised
from tests.acceptance.conftest import AGENT_HZ, CALLER_HZ, Floor, dial_code
from tests.acceptance.journal import Journal
from tests.chaos.stage import BACK, CALL, CALLED_BACK, SERVED_WITHIN_S, Stage, until_agents
from tests.phone.call import IncomingCall
from tests.phone.phone import Phone
from tests.phone.waiting import NotSeenError, until

PASSED_ON_WITHIN_S: Final = 40.0
CALLED_BACK_WITHIN_S: Final = 40.0
PROMISED_WITHIN_S: Final = 15.0
PICKS_UP_AFTER_S: Final = 0.3


# --- what agents do


async def answers(agent: Phone) -> None:
    """Picks up whatever rings, after a moment, and goes on doing so."""
    while True:
        ring = await agent.rings(within=60)
        await asyncio.sleep(PICKS_UP_AFTER_S)
        if not ring.ending:
            ring.answer(tone=AGENT_HZ)


def up(*phones: Phone) -> list[IncomingCall]:
    """The calls that these have picked up and still have."""
    return [call for phone in phones for call in phone.incoming if call.is_up]


# --- the walks


async def a_call(stage: Stage, floor: Floor) -> None:
    """Waits, rings, is answered, talks, ends."""
    staff = await floor.agents("1991-desk", "1992-desk")
    caller = await floor.caller("2001")
    await stage.begin()
    async with asyncio.TaskGroup() as tasks:
        busy = [tasks.create_task(answers(agent)) for agent in staff]
        call = await caller.dial(CALL, tone=CALLER_HZ)
        await call.media.hears_tone(AGENT_HZ, within=SERVED_WITHIN_S)
        assert len(up(*staff)) == 1, "one agent has him"
        await call.hang_up()
        await until("the agent is let go", lambda: not up(*staff), within=SERVED_WITHIN_S)
        for task in busy:
            task.cancel()


async def a_star_code(stage: Stage, floor: Floor) -> None:
    """Dialled again where nothing was heard, as people do; then it is true, and a kill does not make it false."""
    agent = await floor.phone("1991-desk")
    await stage.begin()
    for _ in range(3):
        call = await agent.dial("*50")
        try:
            await call.is_answered()
            await call.media.hears_sound(within=4)
        except (NotSeenError, AssertionError):
            await call.hang_up()
            continue
        await call.hang_up()
        stage.begun = False
        break
    else:
        raise NotSeenError("no confirmation in three times")
    await stage.centre.is_ready(within=SERVED_WITHIN_S)
    await until_agents(stage, CALL, "single_call", 1)
    await dial_code(agent, "*52")


async def a_transfer(stage: Stage, floor: Floor) -> None:
    """The agent passes his caller on to a person, and again where nothing came of it: he may have him once more."""
    agent, person, caller = await floor.agent("1991-desk"), await floor.phone("2003-desk"), await floor.caller("2001")
    async with asyncio.TaskGroup() as tasks:
        busy = [tasks.create_task(answers(agent)), tasks.create_task(answers(person))]
        call = await caller.dial(CALL, tone=CALLER_HZ)
        await call.media.hears_tone(AGENT_HZ, within=SERVED_WITHIN_S)
        await stage.begin()
        async with asyncio.timeout(PASSED_ON_WITHIN_S):
            while not up(person):
                if up(agent):
                    await up(agent)[0].transfer("2003")
                with suppress(NotSeenError):
                    await until("the person has him", lambda: up(person), within=2)
        await until("the agent is let go", lambda: not up(agent), within=SERVED_WITHIN_S)
        assert call.is_up, "the caller is not lost"
        await call.hang_up()
        await until("the person is let go", lambda: not up(person), within=SERVED_WITHIN_S)
        for task in busy:
            task.cancel()


async def a_promise(stage: Stage, floor: Floor) -> None:
    """He presses the key, again where it was forgotten with the engine that died of it, and hears that he is called."""
    extension = CALLED_BACK[len(stage.owed)]
    caller = await floor.phone(f"{extension}-desk")
    call = await caller.dial(BACK)
    await call.media.hears_sound()
    await stage.begin()
    async with asyncio.timeout(PROMISED_WITHIN_S):
        while True:
            await call.press("2")
            with suppress(NotSeenError):
                await Journal(stage.centre).facts(CallbackPromised, BACK, count=len(stage.owed) + 1)
                break
    await call.is_over(within=PROMISED_WITHIN_S)
    stage.owed.append(extension)


async def promised(stage: Stage) -> None:
    """To all the others, unharmed. While other walks are gone their lines come free, and they could be called."""
    async with AsyncExitStack() as stack:
        floor = Floor(stage.centre, stack)
        for extension in CALLED_BACK[len(stage.owed) :]:
            call = await (await floor.phone(f"{extension}-desk")).dial(BACK)
            await call.media.hears_sound()
            await call.press("2")
        await Journal(stage.centre).facts(CallbackPromised, BACK, count=len(CALLED_BACK))
    stage.owed[:] = CALLED_BACK


async def a_call_back(stage: Stage, floor: Floor) -> None:
    """An agent comes, for one call, and one of those who wait for it is called and joined with him."""
    agent = await floor.phone("1993-desk")
    waiting = {extension: await floor.phone(f"{extension}-desk") for extension in stage.owed}
    await stage.spare()
    code = await agent.dial("*50")
    await code.is_answered()
    await code.media.hears_sound()
    await stage.begin()
    await code.hang_up()
    async with asyncio.TaskGroup() as tasks:
        busy = [tasks.create_task(answers(phone)) for phone in (agent, *waiting.values())]
        extension = await _talks(waiting)
        stage.owed.remove(extension)
        await up(waiting[extension])[0].hang_up()
        await until("the agent is let go", lambda: not up(agent), within=SERVED_WITHIN_S)
        for task in busy:
            task.cancel()


async def _talks(waiting: Mapping[str, Phone]) -> str:
    """Wait until one of them hears the agent: in the call that he picks up, or in the next one where that is lost."""
    async with asyncio.timeout(CALLED_BACK_WITHIN_S):
        while True:
            for extension, caller in waiting.items():
                for call in up(caller):
                    with suppress(NotSeenError):
                        await call.media.hears_tone(AGENT_HZ, within=1)
                        return extension
            await asyncio.sleep(0.02)
