"""Whether the rules are kept while more callers come than there are agents free: counted by the phones, for both alike.

Two queues of which one goes before the other, callers with and without priority, a wrap-up after each call.
"""

from collections import Counter
from random import Random
from typing import Final

from bench.contenders import Serving
from bench.machine import RULES_QUEUES, WRAP_UP_S
from bench.phones import Call, Leg, Phones
from bench.traffic import Traffic

PER_S: Final = 7.0
"""Twenty agents who talk for a second and wrap up for two serve less than that."""
SECONDS: Final = 20.0
TALK_S: Final = 1.0
OVER_WITHIN_S: Final = 45.0
CLEARLY_NS: Final = 100_000_000
"""Who came so much earlier has clearly come earlier, and who has waited for so long can be known to wait."""
WRAP_UP_CUT_NS: Final = 50_000_000
PRIORITIES: Final = (0, 0, 0, 2)
"""Of one caller in four; 0: he has none, and goes last."""

COUNTED: Final = (
    "calls",
    "agents with two calls",
    "callers lost",
    "overtaken in their queue",
    "wrap-ups cut short",
    "priority broken",
)


class Rules(Traffic):
    """Item 6. Counts as it goes on."""

    def __init__(self, phones: Phones, by: Serving, seed: int) -> None:
        self._dialled = Random(seed)
        self._by = by
        self._rank: dict[str, tuple[int, int]] = {}
        """By what is dialled: queue, then priority; smaller goes first."""
        super().__init__(phones, self._next, talk_s=TALK_S, dice=Random(seed))
        self.counted = Counter[str](dict.fromkeys(COUNTED, 0))
        self._freed_ns: dict[str, int] = {}

    def _next(self) -> str:
        place, priority = self._dialled.randrange(len(RULES_QUEUES)), self._dialled.choice(PRIORITIES)
        extension = self._by.extension(RULES_QUEUES[place], priority)
        self._rank[extension] = (place, priority or 99)
        return extension

    async def run(self) -> Counter[str]:
        """All of it."""
        busy = self._phones.strange["a ring at an agent who has a call"]
        seen = await self.come(PER_S, SECONDS)
        await self.end(OVER_WITHIN_S)
        self.counted["calls"] = len(seen.calls)
        self.counted["agents with two calls"] += self._phones.strange["a ring at an agent who has a call"] - busy
        self.counted["callers lost"] = sum(not (call.hung_up and call.answered) for call in seen.calls)
        self._phones.forget()
        return self.counted

    def offered(self, leg: Leg) -> None:
        """Was it his turn?"""
        freed = self._freed_ns.get(leg.agent.device)
        if freed is not None and leg.invited_ns - freed < WRAP_UP_S * 1_000_000_000 - WRAP_UP_CUT_NS:
            self.counted["wrap-ups cut short"] += 1
        if leg.call is not None and len(leg.call.legs) == 1:
            self._judge(leg.call, leg.invited_ns)
        super().offered(leg)

    def freed(self, leg: Leg) -> None:
        """His wrap-up has begun when the first of the two hung up, however late the other one hears of it."""
        if leg.answered_ns:
            caller_ns = leg.call.hung_up_ns if leg.call is not None else 0
            self._freed_ns[leg.agent.device] = min(leg.over_ns, caller_ns or leg.over_ns)

    def _judge(self, call: Call, at: int) -> None:
        """All agents serve both queues, so of those who wait the first one by the rules was to ring."""
        rank = self._rank[call.extension]
        waiting = [each for each in self._phones.by_number.values() if each.waits and at - each.taken_ns > CLEARLY_NS]
        if any(self._rank[each.extension] < rank for each in waiting):
            self.counted["priority broken"] += 1
        elif any(
            self._rank[each.extension] == rank and call.invited_ns - each.invited_ns > CLEARLY_NS for each in waiting
        ):
            self.counted["overtaken in their queue"] += 1
