"""What the phones do while something is measured."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from itertools import cycle
from random import Random
from typing import Final

from bench.contenders import Serving
from bench.phones import Call, Leg, Phones, Scene
from tests.phone.waiting import until

ANSWERS_AFTER_S: Final = 0.02
FILLS_PER_S: Final = 50.0
FILLED_WITHIN_S: Final = 60.0
EMPTIES_PER_S: Final = 150.0
EMPTY_WITHIN_S: Final = 30.0


class Waiting(Scene):
    """So many callers wait all the time, and a few agents hang up and have the next one.

    Whoever is answered is followed by another caller; when an agent is joined, he talks for about as long as he is told
    to, and hangs up.
    """

    def __init__(self, phones: Phones, by: Serving, queues: Sequence[str], *, talk_s: float, dice: Random) -> None:
        self.hand_overs_ms: list[float] = []
        """From an agent's hang-up to his next INVITE, where somebody waited."""
        self.measures = False
        self.lone = False
        """Only one agent hangs up: where a single caller waits, another free agent would have him."""
        self._kept: list[Leg] = []
        self._phones, self._by, self._talk_s, self._dice = phones, by, talk_s, dice
        self._first = next(iter(phones.agents.values()))
        self._queues = cycle(queues)
        self._calls: set[Call] = set()
        self._freed_ns: dict[str, int] = {}
        self._emptying = False
        phones.scene = self

    @property
    def waiting(self) -> int:
        """Callers who wait and ring nowhere."""
        return sum(call.waits for call in self._calls)

    async def fill(self, count: int) -> None:
        """Until so many wait."""
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(FILLED_WITHIN_S):
            due = loop.time()
            while (missing := count - self.waiting) > 0:
                unanswered = sum(not call.taken_ns for call in self._calls)
                if unanswered < missing:
                    self._come()
                due = max(due + 1 / FILLS_PER_S, loop.time() - 0.1)
                await asyncio.sleep(max(0.0, due - loop.time()))

    def everybody(self) -> None:
        """All agents hang up from now on."""
        self.lone = False
        for leg in self._kept:
            later(self._talk_s * self._dice.random(), partial(self._hangs_up, leg))
        self._kept.clear()

    async def empty(self) -> None:
        """Everybody hangs up, and nobody is left."""
        self._emptying = True
        self.everybody()
        for call in list(self._calls):
            self._phones.hang_up(call)
            await asyncio.sleep(1 / EMPTIES_PER_S)
        await until("all phones are on the hook", lambda: self._phones.all_quiet, within=EMPTY_WITHIN_S)
        self._phones.scene = Scene()

    def _come(self) -> None:
        self._calls.add(self._phones.place(self._by.extension(next(self._queues))))

    # --- what the phones hear

    def taken(self, call: Call) -> None:
        """Perhaps too late."""
        if self._emptying:
            self._phones.hang_up(call)

    def over(self, call: Call) -> None:
        """He may have been turned away: another one comes while the queue is filled."""
        self._calls.discard(call)

    def offered(self, leg: Leg) -> None:
        """The next caller of this agent."""
        freed = self._freed_ns.pop(leg.agent.device, 0)
        if freed and self.measures:
            self.hand_overs_ms.append((leg.invited_ns - freed) / 1e6)
        later(ANSWERS_AFTER_S, lambda: self._phones.answer(leg))

    def answered(self, leg: Leg) -> None:
        """Somebody else comes in the place of whom he talks with."""
        if not self._emptying:
            self._come()
        later(self._talk_s * self._dice.uniform(0.7, 1.3), lambda: self._hangs_up(leg))

    def _hangs_up(self, leg: Leg) -> None:
        if leg.over_ns:
            return
        if self.lone and leg.agent is not self._first:
            self._kept.append(leg)
            return
        somebody_waits = self.waiting > 0 and not self._emptying
        self._phones.hang_up_leg(leg)
        self._freed_ns[leg.agent.device] = leg.over_ns if somebody_waits else 0


def later(seconds: float, what: Callable[[], None]) -> None:
    """Do this then."""
    asyncio.get_running_loop().call_later(seconds, what)
