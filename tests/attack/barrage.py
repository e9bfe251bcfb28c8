"""Broken SIP by the thousand against a running centre: RFC 4475, mutated INVITEs, transactions never closed."""

import asyncio
import random
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.acceptance.centre import RunningCentre
from tests.acceptance.parts import Part, Queue, agents, seats
from tests.attack.corpus import MARK
from tests.attack.forgery import Forgery
from tests.attack.mutation import spoilt
from tests.attack.stranger import Stranger
from tests.attack.torture import torture
from tests.phone.digest import Credentials
from tests.phone.message import Headers

QUEUE: Final = "9501"
PART: Final = Part(users=agents("4601"), queues=(Queue(number=QUEUE, seats=seats("4601"), rules={"max_wait": "5s"}),))
"""Whoever gets in by a message of which the rest is broken waits here, and is let go soon."""

TRUSTED_EVERY: Final = 60
"""One mutated INVITE of so many has the right password, so that it gets beyond the parser if what is left of it can."""
PROOF_SECONDS: Final = 10.0
BATCH: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Fired:
    """What was sent, and what came back."""

    sent: int
    answered: int
    taken: int
    """Those that became a call."""


async def fire_torture(centre: RunningCentre, source: str) -> Fired:
    """Every message of RFC 4475's sections, once."""
    async with Stranger(centre.sheet.sip, source) as stranger:
        messages = torture(centre.sheet.sip, stranger.place, random.randrange(1, 10**9))
        for message in messages.values():
            stranger.send(message)
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.2)
        return Fired(sent=len(messages), answered=stranger.answers.total(), taken=stranger.answers[200])


async def fire_mutated(
    centre: RunningCentre, trunk: Credentials, source: str, *, count: int, a_second: int, seed: int
) -> Fired:
    """So many INVITEs, each spoilt in another way."""
    dice, loop = random.Random(seed), asyncio.get_running_loop()
    async with Stranger(centre.sheet.sip, source) as stranger:
        proof, proof_until, began, sent = Headers(), 0.0, loop.time(), 0
        while sent < count:
            if loop.time() > proof_until:
                proof, proof_until = await _proof(stranger, trunk), loop.time() + PROOF_SECONDS
            for _ in range(BATCH):
                sent += 1
                trusted = sent % TRUSTED_EVERY == 0
                message = Forgery(number=QUEUE, user="stranger").encode(stranger.identity(), proof if trusted else [])
                with suppress(PermissionError):
                    stranger.send(spoilt(message, dice))
            await asyncio.sleep(max(0.0, began + sent / a_second - loop.time()))
        await asyncio.sleep(0.5)
        return Fired(sent=sent, answered=stranger.answers.total(), taken=stranger.answers[200])


async def _proof(stranger: Stranger, trunk: Credentials) -> Headers:
    forgery = Forgery(number=QUEUE)
    for _ in range(10):
        if refusal := await stranger.ask(forgery):
            return stranger.proof(trunk, forgery, refusal)
    raise AssertionError("Asterisk does not answer an INVITE any more")


async def fire_half_open(centre: RunningCentre, source: str, *, count: int) -> Fired:
    """INVITEs with names of 3 kB, each answer of which is never acknowledged: Asterisk repeats it for half a minute."""
    async with Stranger(centre.sheet.sip, source) as stranger:
        stranger.acknowledges = False
        for number in range(count):
            forgery = Forgery(number=QUEUE, user="stranger", name=f'"{MARK * 750}" ')
            stranger.send(forgery.encode(stranger.identity(), []))
            if number % BATCH == 0:
                await asyncio.sleep(0.02)
        await asyncio.sleep(1)
        return Fired(sent=count, answered=stranger.answers.total(), taken=stranger.answers[200])


def resident_bytes(pid: int) -> int:
    """What a process holds in memory."""
    lines = Path("/proc", str(pid), "status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS:"))
