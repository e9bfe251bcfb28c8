"""Calls whose texts want to be more than texts, from a trunk into queues, and what the agents' phones were shown.

Each desk is a queue with one agent: he rings for a call, nobody picks up, and the caller hangs up.
"""

import asyncio
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from typing import Final

from tests.acceptance.centre import RunningCentre
from tests.acceptance.parts import Part, Queue, agents, seats
from tests.attack.forgery import PLACES, Forgery
from tests.attack.stranger import Stranger
from tests.phone.digest import Credentials
from tests.phone.message import Request, Response
from tests.phone.phone import Phone
from tests.phone.waiting import NotSeenError, until

DESKS: Final = {"9201": "4201", "9202": "4202", "9203": "4203", "9204": "4204"}
"""Queue -> its agent."""

PART: Final = Part(
    users=agents(*DESKS.values()),
    queues=tuple(Queue(number=queue, seats=seats(agent)) for queue, agent in DESKS.items()),
)

RINGS_WITHIN_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One call with one text in one place."""

    kind: str
    """Of the text."""
    text: str
    place: str


@dataclass(slots=True, kw_only=True)
class Injected:
    """What came of many attempts."""

    taken: list[Attempt] = field(default_factory=list[Attempt])
    """Those that became a call."""
    refused: list[Attempt] = field(default_factory=list[Attempt])
    """Those that Asterisk refused, passed over as no SIP at all, or hung up by itself before the phone rang."""
    shown: list[tuple[Attempt, Request]] = field(default_factory=list[tuple[Attempt, Request]])
    """What reached the agent's phone."""
    silent: list[Attempt] = field(default_factory=list[Attempt])
    """Calls that were taken and never rang."""


def attempts(texts: dict[str, str], *, every: int = 1) -> list[Attempt]:
    """Every text in every place, or each in an `every`-th of them, another one each time."""
    return [
        Attempt(kind=kind, text=text, place=place)
        for number, (kind, text) in enumerate(texts.items())
        for turn, place in enumerate(PLACES)
        if (number + turn) % every == 0
    ]


async def inject(centre: RunningCentre, trunk: Credentials, wanted: list[Attempt]) -> Injected:
    """Make all these calls, one after the other at each desk."""
    seen, left = Injected(), list(reversed(wanted))
    async with AsyncExitStack() as stack:
        desks: list[tuple[str, Phone]] = []
        for queue, agent in DESKS.items():
            phone = await stack.enter_async_context(centre.phone(f"{agent}-desk"))
            assert await phone.register() == 200
            status = await phone.dial("*51")
            await status.is_answered()
            await status.media.hears_sound()
            await status.hang_up()
            desks.append((queue, phone))
        stranger = await stack.enter_async_context(Stranger(centre.sheet.sip, "127.0.0.1"))
        stranger.hangs_up = False
        await asyncio.gather(*(_work(stranger, trunk, queue, phone, left, seen) for queue, phone in desks))
    return seen


async def _work(
    stranger: Stranger, trunk: Credentials, queue: str, phone: Phone, left: list[Attempt], seen: Injected
) -> None:
    while left:
        attempt = left.pop()
        forgery = PLACES[attempt.place](Forgery(number=queue), attempt.text)
        rung = len(phone.incoming)
        answer = await stranger.ask_as(trunk, forgery)
        if answer is None or answer.status != 200:
            seen.refused.append(attempt)
            continue
        await _look(stranger, answer, phone, rung, attempt, seen)


async def _look(
    stranger: Stranger, answer: Response, phone: Phone, rung: int, attempt: Attempt, seen: Injected
) -> None:
    with suppress(NotSeenError):
        await until("a ring", lambda: len(phone.incoming) > rung, within=RINGS_WITHIN_SECONDS)
    rang = len(phone.incoming) > rung
    bye = await stranger.ask_inside(answer, "BYE", answer.cseq[0] + 1)
    assert bye is not None, attempt
    # 481: a text that cut off the SDP, so that Asterisk has hung up by itself, perhaps before it rang.
    assert bye.status in (200, 481), (attempt, bye)
    (seen.taken if rang or bye.status == 200 else seen.refused).append(attempt)
    if rang:
        seen.shown.append((attempt, phone.incoming[-1].invite))
    elif bye.status == 200:
        seen.silent.append(attempt)
    for ring in phone.incoming[rung:]:
        await ring.is_over()
