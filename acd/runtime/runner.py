"""The live engine: takes what happens, lets the core decide, publishes what it decided, and wakes it at its deadline.

One step is synchronous from end to end: input, decision, commands to the switch, then facts to the journal. The
observers are told a moment later. Commands go first, so nothing that is slow or broken behind the journal can hold up a
phone. It decides nothing itself and knows no rule of a call centre.
"""

import asyncio
from collections import deque
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol

import structlog

from acd.differences import in_pieces
from acd.engine import Engine
from acd.inputs import AsteriskSeen, Difference, Event, Refusal, Request
from acd.model import DeviceId
from acd.outputs import Outcome, Recorded
from acd.ports import AgentReport, SwitchPort
from acd.reports import agent_report
from acd.runtime.clock import Clock
from acd.state import State

DURABLE_WITHIN: Final = timedelta(seconds=3)
"""How long a request waits for its facts to be stored. Longer, and the person on the phone thinks nobody is there."""

OBSERVED_AFTER_S: Final = 0.01
"""Time enough for what the commands ask to be written to Asterisk: log lines and figures can wait for that, and those
of several steps are told together."""

LAST_FACTS: Final = 50
"""How many facts are told when the core fails: about those of the last six calls."""

_log = structlog.get_logger(__name__)


class JournalPort(Protocol):
    """The journal of facts as the runner sees it."""

    def record(self, facts: Sequence[Recorded]) -> int:
        """Take these without waiting; the sequence number of the last one."""
        ...

    async def durable(self, sequence: int) -> None:
        """Return once everything up to this sequence number would survive a crash."""
        ...


class Observer(Protocol):
    """Somebody who is told of every step a moment after it: metrics, logs."""

    def observe(self, what: Event | Request | None, outcome: Outcome, ordered: datetime) -> None:
        """`what` led to this (None: the clock); its commands had been handed to the switch at `ordered`."""
        ...


class GuardPort(Protocol):
    """Somebody who knows whether the state can be gone on with."""

    def after(self, facts: Sequence[Recorded]) -> None:
        """Look at whom these have touched; raises where the state cannot be trusted any more."""
        ...


class CoreFault(Exception):
    """The core failed and its state cannot be trusted: the process has to end and begin again from the journal."""


class Runner:
    """The engine as its surroundings see it (`acd.ports.EnginePort`)."""

    def __init__(
        self,
        *,
        engine: Engine,
        clock: Clock,
        journal: JournalPort,
        observers: Sequence[Observer] = (),
        guard: GuardPort | None = None,
        durable_within: timedelta = DURABLE_WITHIN,
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._journal = journal
        self._observers = observers
        self._guard = guard
        self._durable_within = durable_within
        self._switch: SwitchPort | None = None
        self._sequence = 0
        self._untold: deque[tuple[Event | Request | None, Outcome, datetime]] = deque()
        """Steps of which the observers have not been told yet."""
        self._last_facts: deque[Recorded] = deque(maxlen=LAST_FACTS)
        self._timer: asyncio.TimerHandle | None = None
        self._timer_for: datetime | None = None
        self._stepping = False
        self._stopped = False
        self._fault: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def attach(self, switch: SwitchPort) -> None:
        """Send commands there from now on. Before the first input; the switch needs the engine to be made."""
        self._switch = switch

    # --- acd.ports.EnginePort

    def tell(self, event: Event) -> None:
        """Something happened."""
        if not self._stopped:
            self._step(event)

    async def ask(self, request: Request) -> Refusal | None:
        """Decide, and return once the decision is durable. None: granted.

        A request that changed nothing waits too: what it confirms may have been decided a moment ago.
        """
        if self._stopped:
            return Refusal.NOT_STORED
        outcome = self._step(request)
        if outcome is None:
            return Refusal.NOT_STORED
        if outcome.refusal is not None:
            return outcome.refusal
        try:
            async with asyncio.timeout(self._durable_within.total_seconds()):
                await self._journal.durable(self._sequence)
        except (TimeoutError, ConnectionError):  # not in time, or the journal is being closed
            _log.warning("request_not_stored", request=request, within_seconds=self._durable_within.total_seconds())
            return Refusal.NOT_STORED
        return None

    def compare(self, seen: AsteriskSeen) -> Iterator[Difference | None]:
        """In what the books differ from this look at Asterisk, in pieces."""
        return in_pieces(self._engine.state, seen)

    def report(self, device: DeviceId) -> AgentReport | None:
        """How the agent stands whose phone this is. None: it is nobody's who answers a queue."""
        return agent_report(self._engine.state, device, self._clock.now())

    @property
    def state(self) -> State:
        """All centres as they are now."""
        return self._engine.state

    def now(self) -> datetime:
        """The engine's clock."""
        return self._clock.now()

    # --- the process around it

    async def fault(self) -> None:
        """Wait, as a rule for ever; raises `CoreFault` when the core has failed."""
        await asyncio.shield(self._fault)

    def stop(self) -> None:
        """Take no more inputs and never wake again."""
        self._stopped = True
        self._disarm()
        self._tell_observers()

    # --- one step

    def _step(self, what: Event | Request | None) -> Outcome | None:
        """Decide and publish; None where that failed."""
        assert not self._stepping, f"{what} came from inside a step"
        assert self._switch is not None, "the runner has no switch yet"
        self._stepping = True
        try:
            outcome = self._decide(what)
            self._publish(what, outcome, self._switch)
        except Exception as error:  # noqa: BLE001 - whatever it is, the state is not to be trusted any more
            self._fail(what, error)
            return None
        finally:
            self._stepping = False
        self._arm()
        return outcome

    def _decide(self, what: Event | Request | None) -> Outcome:
        now = self._clock.now()
        return self._engine.advance(now) if what is None else self._engine.handle(what, now)

    def _publish(self, what: Event | Request | None, outcome: Outcome, switch: SwitchPort) -> None:
        if outcome.commands:
            switch.carry_out(outcome.commands)
        ordered = self._clock.now()
        if outcome.facts:
            self._sequence = self._journal.record(outcome.facts)
            self._last_facts.extend(outcome.facts)
        if not self._untold:
            asyncio.get_running_loop().call_later(OBSERVED_AFTER_S, self._tell_observers)
        self._untold.append((what, outcome, ordered))
        if self._guard is not None and outcome.facts:
            self._guard.after(outcome.facts)

    def _tell_observers(self) -> None:
        """Of all that has happened meanwhile, in its order."""
        while self._untold:
            what, outcome, ordered = self._untold.popleft()
            for observer in self._observers:
                try:
                    observer.observe(what, outcome, ordered)
                except Exception:  # noqa: BLE001 - a figure or a log line is not worth a call
                    _log.exception("observer_failed", observer=type(observer).__name__)

    def _fail(self, what: Event | Request | None, error: Exception) -> None:
        self.stop()
        _log.critical(
            "engine_failed",
            input=what,
            last_facts=list(self._last_facts),
            exc_info=error,
            consequence="the process ends; calls stay up in Asterisk and are found again by the next one",
        )
        if not self._fault.done():
            self._fault.set_exception(CoreFault(f"{type(error).__name__}: {error}"))

    # --- the one timer

    def _arm(self) -> None:
        deadline = self._engine.deadline
        if deadline == self._timer_for:
            return
        self._disarm()
        if deadline is not None:
            delay = max(deadline - self._clock.now(), timedelta(0))
            self._timer = asyncio.get_running_loop().call_later(delay.total_seconds(), self._wake)
            self._timer_for = deadline

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._timer_for = None

    def _wake(self) -> None:
        self._timer = self._timer_for = None
        self._step(None)
