"""One engine process: the parts of acd/runtime/main.py put together on a loop of its own, and how it ends.

Its web pages are not there; lease, journal and spool are the real ones, on a database and a disk of the world's. It can
be killed at any moment: nothing of it runs any more, what it had sent is on its way, what it had not written is lost.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from acd.engine import Engine
from acd.inputs import ConfigurationLoaded, EngineStarted
from acd.model import Configuration
from acd.ports import Provisioning
from acd.runtime.clock import Clock
from acd.runtime.lease import Lease, LeaseLost
from acd.runtime.owner import Owner
from acd.runtime.recorder import Recorder
from acd.runtime.runner import Observer, Runner
from acd.state import State
from ari_bridge.bridge import Bridge
from ari_bridge.claim import Claim, StoodDown
from ari_bridge.client import Client
from feature_codes.table import DEFAULT_CODES, StarCodes
from tests.faults.clockwork import Loop, World
from tests.faults.database import Database, Site
from tests.faults.disk import Disk
from tests.faults.journal import Decided, Noted
from tests.faults.wire import Asterisk, DoubleWire, Weather

APP: Final = "acd"
URL: Final = "postgresql://database.example/acd"

_LIVING: Final = set[int]()


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedOwner(Owner):
    """A process of the world's."""

    def is_no_more(self, ours: Owner) -> bool:
        """As seen on its own machine."""
        return self.boot == ours.boot and self.pid not in _LIVING


class Process:
    """From its start to its end."""

    def __init__(
        self,
        *,
        name: str,
        number: int,
        world: World,
        disk: Disk,
        database: Database,
        decided: Decided,
        asterisk: Asterisk,
        weather: Weather,
        wall: Callable[[], datetime],
        centre: Configuration,
        provisioning: Provisioning,
        observers: tuple[Observer, ...],
        rings: Callable[[int], None],
        failed: Callable[[str], None],
        is_alone: bool,
    ) -> None:
        """`name`: of the engine's machine; `number`: of the process, never given twice.

        `rings` is told of each order to ring that reaches Asterisk, with our epoch; `is_alone`: no other engine serves.
        """
        self.name = name
        self.ended = False
        """Nothing of it runs any more."""
        self.is_frozen = False
        self.stood_down = False
        self.epoch = 0
        """Of its lease; 0: it has none yet."""
        self.wire = DoubleWire(world, asterisk, weather, lambda: rings(self.epoch))
        self.site = Site()
        self.bridge: Bridge | None = None
        self.state = State()
        self.recorder: Recorder | None = None
        self.loop = Loop(world, self._uncaught, self._in_thread)
        self._world, self._disk, self._database, self._decided = world, disk, database, decided
        self._noted: Noted | None = None
        self._runner: Runner | None = None
        self._wall = wall
        self._centre, self._provisioning = centre, provisioning
        self._observers = observers
        self._failed = failed
        self._is_alone = is_alone
        self._life: asyncio.Task[None] | None = None
        self._configuring: asyncio.Task[None] | None = None
        self._owner = SimulatedOwner(host=name, boot=name, namespace=1, pid=number, began_ticks=0)
        _LIVING.add(number)

    # --- its life

    def begin(self) -> None:
        """It lives from now on, as its loop is run."""
        self._world.concerns_loop = True
        self._life = self.loop.create_task(self._live())
        self._life.add_done_callback(self._lived)

    def _lived(self, life: "asyncio.Task[None]") -> None:
        if not self.ended:
            self._end()
            if not life.cancelled() and (error := life.exception()) is not None:
                self._failed(f"the process failed: {error!r}")

    async def _live(self) -> None:
        try:
            async with AsyncExitStack() as stack:
                await self._serve(stack)
        except* (StoodDown, LeaseLost):
            self.stood_down = True

    async def _serve(self, stack: AsyncExitStack) -> None:
        lease = await Lease.take(URL, standing_by=lambda _: None, ours=self._owner, reach=self._reach)
        stack.push_async_callback(lease.release)
        self.epoch = lease.epoch
        recorder = await Recorder.open(
            URL, self._disk.directory, journal=str(lease.journal), epoch=lease.epoch, reach=self._reach
        )
        stack.push_async_exit(self._close_journal)
        self.recorder = recorder
        runner = await self._put_together(recorder)
        stack.callback(runner.stop)
        self.bridge = Bridge(
            client=Client.over(self.wire),
            app=APP,
            engine=runner,
            codes=StarCodes(DEFAULT_CODES),
            claim=Claim(journal=str(lease.journal), epoch=lease.epoch, is_sure=lambda: lease.is_sure),
        )
        runner.attach(self.bridge)
        runner.tell(EngineStarted())
        self._runner = runner
        await self._configure(self.bridge, runner)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(runner.fault())
            tasks.create_task(recorder.fault())
            tasks.create_task(lease.lost())
            tasks.create_task(self.bridge.run())

    async def _configure(self, bridge: Bridge, runner: Runner) -> None:
        runner.tell(ConfigurationLoaded(configuration=self._centre))
        await bridge.provision(self._provisioning)

    async def _put_together(self, recorder: Recorder) -> Runner:
        if recorder.set_aside_count and self._is_alone:
            self._failed("facts in the spool were set aside")
        state, facts = await recorder.recall()
        self.state = state or self.state
        for recorded in facts:
            self.state.apply(recorded.fact, recorded.at)
        recorder.follow(self.state)
        self._decided.begins(self.name, self._database.last)
        engine = Engine(self.state)
        busy = bool(self.state.records.calls) or engine.deadline is not None
        self._noted = Noted(recorder, self._decided, self._world, self._well_since, self._failed)
        return Runner(
            engine=engine,
            clock=self._clock(not_before=recorder.last_at, busy=busy),
            journal=self._noted,
            observers=self._observers,
        )

    async def _close_journal(self, kind: type[BaseException] | None, *_: object) -> None:
        assert self.recorder is not None
        await self.recorder.close(snapshot=kind is asyncio.CancelledError)

    def _clock(self, *, not_before: datetime | None, busy: bool) -> Clock:
        """As `Clock.of_this_machine`: with something under way, time goes on as it went for the engine before."""
        kept, now = self._disk.clock, self._world.now
        wall = self._wall() if kept is None or not busy else kept[1] + timedelta(seconds=now - kept[0])
        clock = Clock(wall=wall, not_before=not_before, monotonic_seconds=self.loop.time)
        self._disk.clock = (now, clock.now())
        return clock

    def configure(self, centre: Configuration, provisioning: Provisioning) -> None:
        """The database tells of another configuration; who begins only now reads it there."""
        self._centre, self._provisioning = centre, provisioning
        if self._runner is not None and self.bridge is not None and not self.ended:
            self._world.concerns_loop = True
            self._configuring = self.loop.create_task(self._configure(self.bridge, self._runner))

    # --- its surroundings

    async def _reach(self, url: str) -> Any:
        return await self._database.reach(self.site)

    def _in_thread(self, loop: asyncio.AbstractEventLoop, act: Callable[[], Any]) -> "asyncio.Future[Any]":
        return loop.create_future() if self.ended else self._disk.work(loop, act)

    def _well_since(self) -> float | None:
        reaches = self._database.is_well() and self.site.reaches_database
        since = [max(self._database.well_since, self.site.reaches_since)] if reaches else []
        since += [self._disk.well_since] if self._disk.is_well() else []
        return min(since, default=None)

    def _uncaught(self, context: Mapping[str, Any]) -> None:
        if not self.ended:
            self._failed(f"nobody caught {context.get('exception')!r}: {context.get('message')}")

    # --- its end

    def stop(self) -> None:
        """SIGTERM: in order, calls stay up."""
        if self._life is not None and not self.ended:
            self._world.concerns_loop = True
            self._life.cancel()

    def kill(self) -> None:
        """SIGKILL: here and now."""
        if not self.ended:
            if self.recorder is not None and self._noted is not None:
                safe = self._noted.last - self.recorder.pending_on_disk
                self._decided.ends(self.name, max(safe, self._noted.confirmed))
            self._end()
            self._disk.kill()

    def _end(self) -> None:
        self.ended = True
        self.site.is_alive = False
        _LIVING.discard(self._owner.pid)
        self.wire.vanish()
        self._database.gone(self.site)

    def bury(self) -> None:
        """Free what the loop of an ended process holds; nothing of it reaches the world."""
        self.wire.vanish()
        while tasks := asyncio.all_tasks(self.loop):  # one that is cancelled may wait for another
            for task in tasks:
                task.cancel()
            self.loop.run_until_complete(asyncio.wait(tasks, timeout=0))
        asyncio.set_event_loop(None)
        self.loop.close()


@dataclass(slots=True, kw_only=True)
class Machine:
    """Where an engine runs, again and again."""

    name: str
    disk: Disk
    away_until: float = 0.0
    process: Process | None = None
