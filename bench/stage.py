"""A machine on which everybody can be measured: phones registered, agents logged in, and nothing going on."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from typing import Final

from bench.contenders import OURS, serving
from bench.machine import ALL_AGENTS, SECRET, Machine, device
from bench.phones import Phones
from tests.chaos.load_phones import Desks

AT_ONCE: Final = 48
"""So many agents log in at a time."""


@asynccontextmanager
async def staged(machine: Machine) -> AsyncGenerator[Phones]:
    """The phones; the engine knows from its journal later on who is logged in."""
    await machine.asterisk.ready()
    devices = [device(agent) for agent in ALL_AGENTS]
    async with serving(OURS, machine):  # it tells Asterisk of the phones
        phones = Phones(machine.asterisk.sip, dict.fromkeys(devices, SECRET))
        await phones.register(devices)
        await _log_in(machine, devices)
    await machine.asterisk.calm()
    try:
        yield phones
    finally:
        phones.close()


async def _log_in(machine: Machine, devices: Iterable[str]) -> None:
    """By the star code, from phones that are used for nothing else."""
    waiting = list(devices)
    desks = Desks(machine.asterisk.sip, dict.fromkeys(waiting, SECRET), Counter(), answer_s=0)
    await desks.open()
    try:
        while waiting:
            now, waiting = waiting[:AT_ONCE], waiting[AT_ONCE:]
            await asyncio.gather(*(desks.dial_code(each, "*51") for each in now))
    finally:
        desks.close()
