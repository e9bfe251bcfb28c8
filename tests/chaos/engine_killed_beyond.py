"""The engine is killed while people use the portal: a supervisor whispers, a caller is held, somebody calls by a click.

What went on in Asterisk goes on; what ended while nobody looked is cleared away.
"""

import asyncio
import os
import signal
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from acd.model import CallId
from acd.outputs import CallQueued
from tests.acceptance.centre import RunningCentre
from tests.acceptance.conftest import dial_code
from tests.acceptance.journal import Journal
from tests.acceptance.page import Page, page
from tests.acceptance.parts import Part, Queue, User, agents, seats
from tests.chaos.row import Row, Seen
from tests.phone import voices
from tests.phone.call import Call, IncomingCall, OutgoingCall
from tests.phone.phone import Phone
from tests.phone.waiting import until

CALLER_HZ, AGENT_HZ, SUPERVISOR_HZ = 440, 640, 900

PART = Part(
    users=(*agents("1821", "1822", "1823"), User(extension="1829", name="Ben Carter", supervises=("7821",))),
    queues=(Queue(number="7821", seats=seats("1821")),),
)


async def hears(call: Call, *tones: int) -> None:
    await voices.hears(call, *tones, among=(CALLER_HZ, AGENT_HZ, SUPERVISOR_HZ))


@dataclass(slots=True, kw_only=True)
class Stage:
    """A centre, its people, and how often its engine was killed."""

    centre: RunningCentre
    journal: Journal
    agent: Phone
    caller: Phone
    supervisor: Phone
    agents_page: Page
    supervisors_page: Page
    calls: int = 0
    kills: int = 0

    async def kill(self) -> None:
        """And nobody serves until `is_back`."""
        self.kills += 1
        os.kill(self.centre.engine_pid(), signal.SIGKILL)

    async def is_back(self, old: int) -> None:
        await until("another engine", lambda: (pid := self.centre.engine_pid()) != old and pid, within=15)
        await self.centre.is_ready(within=15)

    async def dies_and_is_back(self) -> None:
        old = self.centre.engine_pid()
        await self.kill()
        await self.is_back(old)

    async def talk(self) -> tuple[OutgoingCall, IncomingCall, CallId]:
        """Two who hear each other."""
        call = await self.caller.dial("7821", tone=CALLER_HZ)
        ring = await self.agent.rings()
        ring.answer(tone=AGENT_HZ)
        await asyncio.gather(hears(call, AGENT_HZ), hears(ring, CALLER_HZ))
        self.calls += 1
        arrived = await self.journal.facts(CallQueued, "7821", count=self.calls)
        return call, ring, arrived[-1].fact.call


async def check(home: Path) -> Seen:
    """Four deaths, at four moments."""
    centre = RunningCentre(home, [PART])
    await asyncio.to_thread(centre.start)
    try:
        async with AsyncExitStack() as stack:
            phones: list[Phone] = []
            for device in ("1821-desk", "1822-desk", "1829-desk"):
                phone = await stack.enter_async_context(centre.phone(device))
                assert await phone.register() == 200
                phones.append(phone)
            pages = [await stack.enter_async_context(page(centre, login)) for login in ("1821", "1829")]
            await dial_code(phones[0], "*51")
            stage = Stage(
                centre=centre,
                journal=Journal(centre),
                agent=phones[0],
                caller=phones[1],
                supervisor=phones[2],
                agents_page=pages[0],
                supervisors_page=pages[1],
            )
            await _while_he_whispers(stage)
            await _while_a_caller_is_held(stage)
            await _while_one_calls_by_a_click(stage)
            return Seen(
                done=f"{stage.kills} kills: whispering, the talk ending meanwhile, on hold, calling by a click",
                figures="whisper heard by the agent only, hold and call as before; nothing left over in Asterisk",
                passed=True,
            )
    finally:
        await asyncio.to_thread(centre.stop)


async def _while_he_whispers(stage: Stage) -> None:
    call, ring, id_ = await stage.talk()
    his = stage.supervisors_page
    await his.does("POST", f"/calls/{id_}/monitor", {"mode": "whisper", "device": "1829-desk"})
    own = await stage.supervisor.rings()
    own.answer(tone=SUPERVISOR_HZ)
    await _is_whispered_to(call, ring, own)
    await stage.dies_and_is_back()
    await _is_whispered_to(call, ring, own)
    await his.does("POST", f"/calls/{id_}/monitor/mode", {"mode": "join"})
    await asyncio.gather(hears(call, AGENT_HZ, SUPERVISOR_HZ), hears(ring, CALLER_HZ, SUPERVISOR_HZ))
    old = stage.centre.engine_pid()
    await stage.kill()
    await call.hang_up()
    await stage.is_back(old)
    await asyncio.gather(ring.is_over(within=10), own.is_over(within=10))
    await _nothing_is_left(stage.centre)


async def _is_whispered_to(call: Call, ring: Call, own: Call) -> None:
    await asyncio.gather(hears(own, CALLER_HZ, AGENT_HZ), hears(ring, CALLER_HZ, SUPERVISOR_HZ), hears(call, AGENT_HZ))


async def _while_a_caller_is_held(stage: Stage) -> None:
    call, ring, id_ = await stage.talk()
    await stage.agents_page.does("POST", f"/calls/{id_}/hold")
    await asyncio.gather(hears(call), hears(ring))
    await stage.dies_and_is_back()
    await asyncio.gather(hears(call), hears(ring), call.media.hears_sound())
    await stage.agents_page.does("POST", f"/calls/{id_}/resume")
    await asyncio.gather(hears(call, AGENT_HZ), hears(ring, CALLER_HZ))
    await call.hang_up()
    await ring.is_over()


async def _while_one_calls_by_a_click(stage: Stage) -> None:
    click = {"device": "1821-desk", "number": "1822"}
    await stage.agents_page.does("POST", "/dial", click)
    own = await stage.agent.rings()
    own.answer(tone=AGENT_HZ)
    other = await stage.caller.rings()
    other.answer(tone=CALLER_HZ)
    await asyncio.gather(hears(own, CALLER_HZ), hears(other, AGENT_HZ))
    await stage.dies_and_is_back()
    await asyncio.gather(hears(own, CALLER_HZ), hears(other, AGENT_HZ))
    status, answer = await stage.agents_page.ask("POST", "/dial", click)
    assert (status, answer["type"]) == (409, "device_in_use"), "it is known that he talks"
    await other.hang_up()
    await own.is_over()


async def _nothing_is_left(centre: RunningCentre) -> None:
    loop = asyncio.get_running_loop()
    deadline = loop.time() + 10
    for what in ("core show channels concise", "bridge show all"):
        while "monitor-" in (said := await centre.asterisk_says(what)):
            assert loop.time() < deadline, said
            await asyncio.sleep(0.1)


ROW: Final = Row(name="engine-killed-beyond", failure="kill -9 of the engine while people use the portal", check=check)
