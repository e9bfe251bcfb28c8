"""So many calls a second into a running centre, with agents who answer them: what a failure is caused under.

    centre = RunningCentre(home, [load_part()])
    async with Load(centre, rate=10) as load:
        ...  # cause something
    assert load.totals().failed == 0

Real SIP, no sound. It decides nothing about pass or fail.
"""

import asyncio
import gc
import os
from collections import Counter, deque
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from tests.acceptance.centre import RunningCentre
from tests.acceptance.parts import Part, Queue, User, seats
from tests.chaos.load_call import LoadCall, Totals, totals
from tests.chaos.load_phones import Callers, Desks

QUEUE = "7900"
AGENTS, CALLERS = "15", "30"
"""How their extensions begin."""
CALM_WITHIN_SECONDS = 60
CALM_SHARE = 0.2


def load_part(*, agents: int = 40, callers: int = 120) -> Part:
    """A queue without wrap-up, who serves it, and who calls it: at most `callers` at once."""
    staff = tuple(f"{AGENTS}{n:03}" for n in range(agents))
    people = (*staff, *(f"{CALLERS}{n:03}" for n in range(callers)))
    return Part(
        users=tuple(User(extension=extension, name=f"Load {extension}") for extension in people),
        queues=(Queue(number=QUEUE, seats=seats(*staff)),),
    )


class Load:
    """Opened by `async with`, which returns when every agent is available and calls begin to come.

    Leaving it places no more calls and waits until those under way are over.
    """

    def __init__(
        self,
        centre: RunningCentre,
        *,
        rate: float,
        talk_s: float = 2.0,
        answer_s: float = 0.1,
        patience_s: float = 60.0,
    ) -> None:
        """`rate`: calls a second; `answer_s`: how long a phone rings; `patience_s`: how long a caller waits."""
        self.rate = rate
        """May be changed while it goes on."""
        self.calls: list[LoadCall] = []
        self.not_placed = 0
        """Calls for which no caller was free, because the centre holds them all."""
        self.unexpected: Counter[str] = Counter()
        """What a phone was asked or told that does not belong there."""
        self._asterisk = centre.sheet.pids["asterisk"]
        self._talk_s, self._patience_s = talk_s, patience_s
        devices = centre.sheet.secrets
        self._agents = sorted(device for device in devices if device.startswith(AGENTS) and len(device) == 10)
        self._free = deque(sorted(device[:5] for device in devices if device.startswith(CALLERS) and len(device) == 10))
        self._callers = Callers(centre.sheet.sip, devices, self.unexpected)
        self._desks = Desks(centre.sheet.sip, devices, self.unexpected, answer_s=answer_s)
        self._under_way: set[asyncio.Task[None]] = set()
        self._placing: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "Load":
        await self._callers.open()
        await self._desks.open()
        await asyncio.gather(*(self._desks.register(agent) for agent in self._agents))
        await asyncio.gather(*(self._desks.dial_code(agent, "*51") for agent in self._agents))
        await self._calm()
        gc.collect()
        gc.disable()  # or it holds up everything for 200 ms now and then, and what it measures with it
        self._placing = asyncio.create_task(self._place())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, what: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                await self.drain()
        finally:
            gc.enable()
            for task in (self._placing, *self._under_way):
                if task:
                    task.cancel()
            self._callers.close()
            self._desks.close()

    async def drain(self) -> None:
        """Place no more calls, and return when those under way are over."""
        if self._placing:
            self._placing.cancel()
        if self._under_way:
            await asyncio.wait(self._under_way)

    @property
    def under_way(self) -> list[LoadCall]:
        """The calls that are not over."""
        return [call for call in self.calls if call.over_at is None]

    def totals(self, which: Callable[[LoadCall], bool] = lambda _: True) -> Totals:
        """What the calls that are over came to: all of them, or those chosen."""
        return totals(call for call in self.calls if call.over_at is not None and which(call))

    async def _calm(self) -> None:
        """Wait until Asterisk has come to rest: after new phones it looks through all of them once for each."""
        async with asyncio.timeout(CALM_WITHIN_SECONDS):
            share = 1.0
            while share > CALM_SHARE:
                before = _processor_seconds(self._asterisk)
                await asyncio.sleep(0.5)
                share = (_processor_seconds(self._asterisk) - before) / 0.5

    async def _place(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            if self._free:
                self._call(self._free.popleft())
            else:
                self.not_placed += 1
            due += 1 / self.rate
            await asyncio.sleep(due - loop.time())

    def _call(self, caller: str) -> None:
        call = LoadCall(number=len(self.calls) + 1, caller=caller, began_at=asyncio.get_running_loop().time())
        self.calls.append(call)
        self._desks.in_progress[caller] = call
        task = asyncio.create_task(self._callers.call(call, QUEUE, talk_s=self._talk_s, patience_s=self._patience_s))
        self._under_way.add(task)
        task.add_done_callback(lambda done: self._over(done, caller))

    def _over(self, done: "asyncio.Task[None]", caller: str) -> None:
        self._under_way.discard(done)
        del self._desks.in_progress[caller]
        self._free.append(caller)


def _processor_seconds(pid: int) -> float:
    """What a process has used so far."""
    words = Path("/proc", str(pid), "stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")
