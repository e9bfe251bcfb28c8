"""Callers who come at a rate, to agents of whom some are free."""

import asyncio
import math
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Final

from bench.phones import Call, Leg, Phones, Scene
from bench.scenes import ANSWERS_AFTER_S, later

OVER_WITHIN_S: Final = 30.0
LOOKS_EVERY_S: Final = 0.05


@dataclass(slots=True)
class Seen:
    """What became of the calls of a while."""

    calls: list[Call] = field(default_factory=list[Call])

    @property
    def rings_ms(self) -> list[float]:
        """From the caller's INVITE to the first one to an agent."""
        return [(call.legs[0].invited_ns - call.invited_ns) / 1e6 for call in self.calls if call.legs]

    @property
    def joins_ms(self) -> list[float]:
        """From the agent's answer to both in one bridge."""
        legs = [leg for call in self.calls for leg in call.answered if leg.joined_ns]
        return [(leg.joined_ns - leg.answered_ns) / 1e6 for leg in legs]

    def faults(self, within_ms: float) -> Counter[str]:
        """The calls that were not right: each has to ring within so long, and talk to one agent until he hangs up."""
        return Counter(fault for call in self.calls if (fault := fault_of(call, within_ms)))


def fault_of(call: Call, within_ms: float) -> str:
    """What was wrong with it; empty: nothing."""
    if call.status and call.status != 200:
        return f"refused with {call.status}"
    if not call.taken_ns:
        return "never taken"
    if len(call.answered) > 1:
        return "answered by several"
    if not call.hung_up:
        return "hung up on" if call.over_ns else "never answered by an agent"
    if not call.answered:
        return "never answered by an agent"
    if (call.legs[0].invited_ns - call.invited_ns) / 1e6 > within_ms:
        return "rang late"
    return "" if call.over_ns else "not ended"


def _is_late(call: Call, within_ms: float) -> bool:
    return (time.time_ns() - call.invited_ns) / 1e6 > within_ms


class Traffic(Scene):
    """So many callers a second; each talks for a while and hangs up."""

    def __init__(self, phones: Phones, extension: Callable[[], str], *, talk_s: float, dice: Random) -> None:
        """`extension`: what the next caller dials."""
        self._phones, self._extension, self._talk_s, self._dice = phones, extension, talk_s, dice
        phones.scene = self

    async def come(self, per_s: float, seconds: float, *, rings_within_ms: float = math.inf) -> Seen:
        """Callers come, nearly evenly; they may not be over when this returns.

        Nobody comes any more once one of them has not rung in time.
        """
        loop = asyncio.get_running_loop()
        seen, due = Seen(), loop.time()
        end = due + seconds
        unrung = deque[Call]()
        while due < end and not (unrung and _is_late(unrung[0], rings_within_ms)):
            await asyncio.sleep(max(0.0, due - loop.time()))
            call = self._phones.place(self._extension())
            seen.calls.append(call)
            unrung.append(call)
            while unrung and unrung[0].legs:
                unrung.popleft()
            due += self._dice.uniform(0.5, 1.5) / per_s
        return seen

    async def end(self, within_s: float = OVER_WITHIN_S) -> None:
        """Wait until all calls are over, or it takes too long."""
        for _ in range(int(within_s / LOOKS_EVERY_S)):
            if self._phones.all_quiet:
                return
            await asyncio.sleep(LOOKS_EVERY_S)

    def offered(self, leg: Leg) -> None:
        """He picks up soon."""
        later(ANSWERS_AFTER_S, lambda: self._phones.answer(leg))

    def answered(self, leg: Leg) -> None:
        """They talk, and the caller hangs up; he whom nobody knows is hung up on."""
        call = leg.call
        talk_s = self._talk_s * self._dice.uniform(0.7, 1.3)
        if call is None:
            later(talk_s, lambda: self._phones.hang_up_leg(leg))
        else:
            later(talk_s, lambda: self._phones.hang_up(call))
