"""Asterisk alone, the engine away: calls still reach people, and star codes say what is wrong.

What Asterisk needs for it was written while the engine ran, and outlives a restart of Asterisk.
"""

import asyncio
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.centre import STOP_SECONDS, RunningCentre
from tests.acceptance.conftest import AGENT_HZ, CALLER_HZ, talk_both_ways
from tests.acceptance.parts import Part, Queue, agents, seats
from tests.phone.phone import Phone
from tests.phone.prompts import Prompts

ALONE = Part(users=agents("1971", "1972", "1973"), queues=(Queue(number="7971", seats=seats("1971", "1972")),))

MUSIC_PAUSE_SECONDS = 0.3
"""The engine is asked for every second; that must not be heard."""


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningCentre]:
    """A centre that was started, stopped, and of which only Asterisk runs again."""
    centre = RunningCentre(tmp_path_factory.mktemp("alone"), [ALONE])
    try:
        centre.start()
        running = Path("/proc", str(centre.sheet.pids["asterisk"]))
        command = [os.fsdecode(word) for word in (running / "cmdline").read_bytes().split(b"\0")[:-1]]
    finally:
        centre.stop()
    with (centre.home / "asterisk.log").open("w") as log:
        asterisk = subprocess.Popen(command, stdout=log, stderr=log, cwd="/")
    try:
        yield centre
    finally:
        asterisk.terminate()
        asterisk.wait(STOP_SECONDS)


async def registered(phone: Phone, *, within: float = 10) -> None:
    """Register, as soon as Asterisk is there."""
    assert await asyncio.wait_for(phone.register(), within) == 200


async def test_a_caller_rings_all_phones_of_the_queue(alone: RunningCentre) -> None:
    async with alone.phone("1971-desk") as one, alone.phone("1972-desk") as two, alone.phone("1973-desk") as caller:
        await asyncio.gather(*(registered(phone) for phone in (one, two, caller)))
        call = await caller.dial("7971", tone=CALLER_HZ)
        await call.is_answered()
        await call.media.hears_sound()
        began = asyncio.get_running_loop().time()
        ring, other = await asyncio.gather(one.rings(within=10), two.rings(within=10))
        assert call.media.longest_gap(since=began, before=asyncio.get_running_loop().time()) < MUSIC_PAUSE_SECONDS
        ring.answer(tone=AGENT_HZ)
        await other.is_over(within=2)
        await talk_both_ways(call, ring)


async def test_star_codes_say_that_the_service_is_unavailable(alone: RunningCentre, prompts: Prompts) -> None:
    async with alone.phone("1971-desk") as phone:
        await registered(phone)
        calls = [await phone.dial(code) for code in ("*50", "*51", "*52")]
        for call in calls:
            await call.is_answered()
            await call.is_over(within=15)
            heard = prompts.recognise(call.media.heard())
            assert (heard.name, heard.likeness > 0.9) == ("service-unavailable", True)


async def test_people_call_each_other(alone: RunningCentre) -> None:
    async with alone.phone("1971-desk") as callee, alone.phone("1973-desk") as caller:
        await asyncio.gather(registered(callee), registered(caller))
        call = await caller.dial("1971", tone=CALLER_HZ)
        ring = await callee.rings()
        ring.answer(tone=AGENT_HZ)
        await talk_both_ways(call, ring)


async def test_an_unknown_number_is_refused(alone: RunningCentre) -> None:
    async with alone.phone("1973-desk") as caller:
        await registered(caller)
        call = await caller.dial("4999")
        assert (await call.is_over()).status == 404
