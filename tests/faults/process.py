"""One engine process: the parts of acd/runtime/main.py put together on a loop of its own, and how it ends.

Database and web pages are not there; the journal is the spool (`disk`). It can be killed at any moment: nothing of it
runs any more, what it had sent is on its way, what it had not written is lost.
"""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Any

from acd.engine import Engine
from acd.inputs import ConfigurationLoaded, EngineStarted
from acd.model import Configuration
from acd.ports import Provisioning
from acd.runtime.clock import Clock
from acd.runtime.runner import Observer, Runner
from acd.state import State
from ari_bridge.bridge import Bridge
from ari_bridge.claim import StoodDown
from ari_bridge.client import Client
from feature_codes.table import DEFAULT_CODES, StarCodes
from tests.faults.clockwork import Loop, World
from tests.faults.disk import Disk, Spool
from tests.faults.wire import Asterisk, DoubleWire, Weather

APP = "acd"


class Process:
    """From its start to its end."""

    def __init__(
        self,
        *,
        world: World,
        disk: Disk,
        asterisk: Asterisk,
        weather: Weather,
        wall: Callable[[], datetime],
        centre: Configuration,
        provisioning: Provisioning,
        observers: tuple[Observer, ...],
        failed: Callable[[str], None],
    ) -> None:
        self.ended = False
        """Nothing of it runs any more."""
        self.stood_down = False
        self.wire = DoubleWire(world, asterisk, weather)
        self.bridge: Bridge
        self.state: State = disk.recall()
        self.spool = Spool(disk, world)
        self.loop = Loop(world, self._uncaught)
        self._world, self._disk = world, disk
        self._wall = wall
        self._centre, self._provisioning = centre, provisioning
        self._observers = observers
        self._failed = failed
        self._life: asyncio.Task[None] | None = None

    # --- its life

    def run(self) -> None:
        """Until it ends; the world goes on meanwhile."""
        asyncio.set_event_loop(self.loop)
        if self._life is None:
            self._life = self.loop.create_task(self._live())
        self.loop.run_forever()
        if self._life.done() and not self._life.cancelled() and (error := self._life.exception()) is not None:
            self._failed(f"the process failed: {error!r}")

    async def _live(self) -> None:
        engine = Engine(self.state)
        runner = Runner(
            engine=engine,
            clock=self._clock(busy=bool(self.state.records.calls) or engine.deadline is not None),
            journal=self.spool,
            observers=self._observers,
        )
        self.bridge = Bridge(client=Client.over(self.wire), app=APP, engine=runner, codes=StarCodes(DEFAULT_CODES))
        runner.attach(self.bridge)
        runner.tell(EngineStarted())
        runner.tell(ConfigurationLoaded(configuration=self._centre))
        await self.bridge.provision(self._provisioning)
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(runner.fault())
                tasks.create_task(self.bridge.run())
        except* StoodDown:
            self.stood_down = True
        finally:
            runner.stop()
            if not self.ended:
                self.ended = True
                self.spool.close()
                self.loop.stop_soon()

    def _clock(self, *, busy: bool) -> Clock:
        """As `Clock.of_this_machine`: with something under way, time goes on as it went for the engine before."""
        last, kept, now = self._disk.last, self._disk.clock, self._world.now
        wall = self._wall() if kept is None or not busy else kept[1] + timedelta(seconds=now - kept[0])
        clock = Clock(wall=wall, not_before=None if last is None else last.at, monotonic_seconds=self.loop.time)
        self._disk.clock = (now, clock.now())
        return clock

    def _uncaught(self, context: Mapping[str, Any]) -> None:
        if not self.ended:
            self._failed(f"nobody caught {context.get('exception')!r}: {context.get('message')}")

    # --- its end

    def stop(self) -> None:
        """SIGTERM: in order, calls stay up."""
        if self._life is not None and not self.ended:
            self._world.concerns_loop = True
            self._life.cancel()

    def kill(self, dice: Random) -> None:
        """SIGKILL: here and now."""
        if not self.ended:
            self.ended = True
            self.spool.tear(dice)
            self.wire.vanish()
            self.loop.stop_soon()

    def bury(self) -> None:
        """Free what the loop of an ended process holds; nothing of it reaches the world."""
        self.wire.vanish()
        while tasks := asyncio.all_tasks(self.loop):  # one that is cancelled may wait for another
            for task in tasks:
                task.cancel()
            self.loop.run_until_complete(asyncio.wait(tasks, timeout=0))
        asyncio.set_event_loop(None)
        self.loop.close()
