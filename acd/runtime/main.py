"""One engine process from start to stop: the place where all parts are put together.

In order: web pages, database, journal, the core with what it remembers, the configuration, Asterisk. What is not there
yet is waited for, and said, in the log and by /readyz. At a stop the same backwards: Asterisk is let go first (calls
stay up there), the journal is written out last. It decides nothing about calls.
"""

import asyncio
import signal
from contextlib import AsyncExitStack
from enum import IntEnum
from pathlib import Path
from typing import Final

import structlog

from acd.engine import Engine
from acd.inputs import ConfigurationLoaded, EngineStarted
from acd.journal import UnreadableFact
from acd.runtime import collector, logs, watchdog, web
from acd.runtime.clock import OFFSET_WORTH_TELLING, Clock
from acd.runtime.database import DatabaseError, address
from acd.runtime.gauges import ClockGauge
from acd.runtime.guard import Guard, GuardFigures, WrongState
from acd.runtime.lease import Lease, LeaseLost
from acd.runtime.metrics import Metrics
from acd.runtime.portal_gauges import PortalGauges
from acd.runtime.queue_log import QueueLog
from acd.runtime.queue_log_file import QueueLogFile
from acd.runtime.recorder import Recorder
from acd.runtime.runner import CoreFault, Runner
from acd.runtime.settings import Settings
from acd.runtime.spool import SpoolError
from acd.runtime.standstill import WatchfulSelector
from acd.runtime.store import Store
from acd.runtime.today import today_so_far
from acd.state import State
from ari_bridge.bridge import Bridge
from ari_bridge.claim import Claim, StoodDown
from ari_bridge.client import Client
from feature_codes.table import StarCodes
from portal.app import make_app, open_portal
from portal.live.hub import Hub
from portal.mail import by_smtp, into_folder
from portal.parts import Portal

STOP_WITHIN_SECONDS: Final = 10
BREATHE_EVERY: Final = 5_000
"""Facts of a long journal from one beat of the watchdog to the next, at most."""

_log = structlog.get_logger(__name__)


class ExitCode(IntEnum):
    """What the process ends with; 2 is left to the command line, for settings that cannot be used."""

    STOPPED = 0
    """In order, because it was asked to."""
    WEB_PORT = 3
    STOOD_DOWN = 4
    """Another engine has taken its place. Whoever starts this one again at once makes the two fight."""
    DATABASE = 5
    """The database is there and cannot be used; waiting does not help."""
    SPOOL = 6
    """The directory of the spool cannot be used; waiting does not help."""
    FAULT = 70
    """A bug. To be started again: calls are still up in Asterisk."""
    FROZEN = 75
    """The process has stood still for longer than anybody waits for it. To be started again."""


def run(settings: Settings) -> int:
    """Run one engine until SIGTERM or SIGINT, or until it cannot go on. Returns the exit code."""
    logs.configure(settings)
    selector = WatchfulSelector(ExitCode.FROZEN)
    with asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(selector)) as runner:
        return runner.run(_run(settings, selector))


async def _run(settings: Settings, selector: WatchfulSelector) -> ExitCode:
    asked_to_stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, asked_to_stop.set)
    life = asyncio.create_task(_Process(settings, selector).live())
    asked = asyncio.create_task(asked_to_stop.wait())
    await asyncio.wait({life, asked}, return_when=asyncio.FIRST_COMPLETED)
    asked.cancel()
    if not life.done():
        _log.info("stopping")
        watchdog.tell(watchdog.STOPPING)
        life.cancel()
        await asyncio.wait({life}, timeout=STOP_WITHIN_SECONDS)
    code = _exit_code(life)
    _log.info("stopped", exit_code=int(code))
    return code


def _exit_code(life: "asyncio.Task[None]") -> ExitCode:
    """What the end of its life says, told in the log."""
    if not life.done():
        _log.error("stop_incomplete", within_seconds=STOP_WITHIN_SECONDS)
        return ExitCode.FAULT
    if life.cancelled():
        return ExitCode.STOPPED
    error = life.exception()
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    match error:
        case web.WebPortTaken():
            _log.error("web_port_taken", why=str(error))
            return ExitCode.WEB_PORT
        case StoodDown():
            _log.error(
                "stood_down",
                why="another engine has taken the application over in Asterisk and serves its calls",
                mend="run one engine for each application; stop the other one before starting this one again",
            )
            return ExitCode.STOOD_DOWN
        case LeaseLost():
            _log.error("stood_down", why=str(error), mend="none is needed: started again, this one stands by")
            return ExitCode.STOOD_DOWN
        case DatabaseError() | UnreadableFact():
            _log.error("database_unusable", why=str(error))
            return ExitCode.DATABASE
        case SpoolError():
            _log.error("spool_unusable", why=str(error))
            return ExitCode.SPOOL
        case CoreFault() | WrongState():
            return ExitCode.FAULT  # told where it happened
        case _:
            _log.critical("process_failed", exc_info=error)
            return ExitCode.FAULT


class _Process:
    """The parts of a running engine, and what /readyz says of them."""

    def __init__(self, settings: Settings, selector: WatchfulSelector) -> None:
        self._settings = settings
        self._selector = selector
        self._metrics = Metrics()
        self._stage: str | None = "starting"
        """What the start is busy with; None once everything runs."""
        self._standing_by = False
        self._configured = asyncio.Event()
        self._store: Store
        self._lease: Lease
        self._recorder: Recorder
        self._clock: Clock
        self._guard: Guard
        self._runner: Runner
        self._bridge: Bridge
        self._portal: Portal | None = None
        self._hub: Hub | None = None
        self._queue_log: QueueLog | None = None
        self._recalled = 0
        """The number of the last fact of the engine before this one."""

    async def live(self) -> None:
        """Start, and serve for ever; raises what ends it. Cancelled: stops in order."""
        async with AsyncExitStack() as stack:
            settings = self._settings
            pages = await web.serve(
                web.make_app(self._metrics.text, self._reasons, self._warnings), settings.web_bind, settings.web_port
            )
            stack.push_async_callback(pages.cleanup)
            _log.info("web_serving", address=self._settings.web_bind, port=self._settings.web_port)
            beat = asyncio.create_task(watchdog.beat(self._standing))
            stack.callback(beat.cancel)
            await self._open_journal(stack)
            await self._put_together()
            stack.callback(self._runner.stop)
            await self._open_portal(stack)
            await self._serve()

    async def _open_journal(self, stack: AsyncExitStack) -> None:
        url = self._settings.database_url
        self._stage = f"waiting for the {address(url)}"
        self._lease = await Lease.take(url, standing_by=self._stand_by)
        stack.push_async_callback(self._lease.release)
        self._stage, self._standing_by = "opening the journal", False
        self._store = await Store.open(url)
        self._recorder = await Recorder.open(
            url, self._settings.journal_spool, journal=str(self._lease.journal), epoch=self._lease.epoch
        )
        stack.push_async_exit(self._close_journal)

    def _stand_by(self, holder: str) -> None:
        stage = f"standing by: {holder} serves the calls of this database"
        if stage != self._stage:
            _log.info("standing_by", holder=holder)
        self._stage = stage
        self._standing_by = True

    async def _close_journal(self, kind: type[BaseException] | None, *_: object) -> None:
        """Only where the stop was asked for is the state known to be right, and worth a snapshot."""
        await self._recorder.close(snapshot=kind is asyncio.CancelledError)

    async def _put_together(self) -> None:
        self._stage = "reading the journal"
        state, facts = await self._recorder.recall()
        state = state or State()
        for number, recorded in enumerate(facts):
            state.apply(recorded.fact, recorded.at)
            if number % BREATHE_EVERY == 0:
                await asyncio.sleep(0)
        self._recorder.follow(state)
        self._recalled = self._recorder.last
        engine = Engine(state)
        self._hub = Hub() if self._settings.portal_url is not None else None
        self._clock = Clock.of_this_machine(
            self._settings.journal_spool,
            not_before=self._recorder.last_at,
            busy=bool(state.records.calls) or engine.deadline is not None,
        )
        self._guard = Guard(state)
        self._runner = Runner(
            engine=engine,
            clock=self._clock,
            journal=self._recorder,
            observers=(self._metrics, logs.FactLog(), *([self._hub] if self._hub else [])),
            guard=self._guard,
        )
        if self._hub is not None:
            self._hub.attach(self._runner)
        settings, lease = self._settings, self._lease
        self._bridge = Bridge(
            client=Client(settings.ari_url, settings.ari_user, settings.ari_password),
            app=settings.ari_app,
            engine=self._runner,
            codes=StarCodes(settings.star_codes),
            claim=Claim(journal=str(lease.journal), epoch=lease.epoch, is_sure=lambda: lease.is_sure),
        )
        self._runner.attach(self._bridge)
        self._metrics.watch(state, self._recorder, self._bridge)
        self._metrics.registry.register(ClockGauge(self._clock))
        self._metrics.registry.register(GuardFigures(self._guard))
        if settings.queue_log_view or settings.queue_log_path is not None:
            file = QueueLogFile(settings.queue_log_path) if settings.queue_log_path is not None else None
            self._queue_log = QueueLog(settings.database_url, file, self._clock.now)
        _log.info("journal_read", facts=len(facts), calls=len(state.records.calls))
        self._runner.tell(EngineStarted())

    async def _open_portal(self, stack: AsyncExitStack) -> None:
        settings, hub = self._settings, self._hub
        if settings.portal_url is None or hub is None:
            return
        self._portal = await stack.enter_async_context(
            open_portal(
                engine=self._runner,
                hub=hub,
                database_url=settings.database_url,
                url=settings.portal_url,
                send=by_smtp(settings.portal_smtp_url)
                if settings.portal_smtp_url
                else into_folder(settings.portal_mail_folder or Path()),
                mail_from=settings.portal_mail_from or "acd@localhost",
                proxy=settings.portal_proxy,
                webhook_origins=settings.portal_webhooks,
            )
        )
        self._metrics.registry.register(PortalGauges(self._portal))
        pages = await web.serve(make_app(self._portal), settings.portal_bind, settings.portal_port, "portal")
        stack.push_async_callback(pages.cleanup)
        stack.callback(hub.close)
        _log.info("portal_serving", address=settings.portal_bind, port=settings.portal_port, url=settings.portal_url)

    async def _serve(self) -> None:
        self._stage = "reading the configuration"
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._runner.fault())
            tasks.create_task(self._guard.watch())
            tasks.create_task(self._recorder.fault())
            tasks.create_task(self._lease.lost())
            tasks.create_task(self._metrics.watch_event_loop())
            tasks.create_task(self._store.listen(self._configure))
            if self._hub is not None:
                tasks.create_task(self._count_today(self._hub))
            if self._queue_log is not None:
                tasks.create_task(self._queue_log.run())
            await self._configured.wait()
            collector.hold_back()
            tasks.create_task(collector.collect_seldom())
            self._stage = None
            self._selector.strict = True
            tasks.create_task(self._bridge.run())

    async def _count_today(self, hub: Hub) -> None:
        """What the journal knew of today when this engine began; pages with such figures wait for it."""
        today = await today_so_far(self._settings.database_url, self._recalled, self._runner.state, self._clock.now())
        await hub.count_from(today)

    async def _configure(self) -> None:
        """Bring the configuration into force: at the start, and whenever the database says that it has changed."""
        configuration, provisioning = await self._store.load(self._runner.state.configuration)
        self._runner.tell(ConfigurationLoaded(configuration=configuration))
        self._configured.set()
        if self._hub is not None:
            self._hub.rights_changed()
        await self._bridge.provision(provisioning)

    async def _standing(self) -> tuple[bool, str]:
        """For who watches over us; standing by is what a stand-by is for."""
        reasons = await self._reasons()
        return self._standing_by or not reasons, "; ".join(reasons) or "taking calls"

    async def _reasons(self) -> list[str]:
        """Why calls cannot be taken now."""
        if self._stage is not None:
            return [self._stage]
        reasons: list[str] = []
        if not self._bridge.connected:
            why = self._bridge.last_error or "connecting"
            reasons.append(f"Asterisk at {self._settings.ari_url} is not connected: {why}")
        elif not self._bridge.provisioned:
            reasons.append(self._bridge.last_error or "phones and numbers are being written to Asterisk")
        return reasons

    async def _warnings(self) -> list[str]:
        """What does not keep calls from being taken, and wants mending all the same."""
        if self._stage is not None:
            return []
        warnings = self._recorder.warnings()
        if not self._store.listening:
            warnings.append("changes of the configuration are not heard: the connection to the database is lost")
        if abs(offset := self._clock.offset()) > OFFSET_WORTH_TELLING:
            warnings.append(
                f"the clock of the system is {offset.total_seconds():+.0f} s off the engine's, which goes on as it was"
            )
        if self._portal is not None:
            warnings += self._portal.warnings()
        if self._queue_log is not None:
            warnings += self._queue_log.warnings()
        return warnings
