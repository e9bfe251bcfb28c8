"""Watches that the engine's state makes sense: after each step whom it touched, everybody every few seconds.

A state that contradicts itself is not gone on with: the process ends and begins anew from the journal. Not before it is
`RESTART_AT_MOST_EVERY` old: what is wrong in the journal itself would come back, and callers are better off with a
doubtful state than with a process that does nothing but begin. A wrong decision (somebody waits in vain, a wrap-up is
cut short) leaves a state that is what it says, and is counted and told only.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from typing import Final

import structlog
from prometheus_client.core import CounterMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from acd.invariants import OF_DECISIONS, Invariant, Invariants, Violation
from acd.outputs import Recorded
from acd.state import State

FULL_CHECK_EVERY: Final = timedelta(seconds=10)
RESTART_AT_MOST_EVERY: Final = timedelta(minutes=5)
_AT_A_TIME: Final = 50
"""So many calls, agents or timers take about half a millisecond."""

_log = structlog.get_logger(__name__)


class WrongState(Exception):
    """The state contradicts itself."""


class Guard:
    """Of one engine. Made inside a running event loop."""

    def __init__(self, state: State) -> None:
        self._invariants = Invariants(state)
        self._began = asyncio.get_running_loop().time()
        self.violations: Counter[Invariant] = Counter()
        self.full_checks = 0

    def after(self, facts: Sequence[Recorded]) -> None:
        """Look at whom a step has touched. Raises `WrongState` where the process had better begin anew."""
        try:
            found = self._invariants.after(facts)
        except Exception:  # noqa: BLE001 - who watches must not be what fails
            _log.exception("invariants_not_checked")
            return
        if found:
            self._tell(found, facts)

    async def watch(self) -> None:
        """Look at everybody, every few seconds, for ever; calls are given way to. Raises as `after` does."""
        while True:
            await asyncio.sleep(FULL_CHECK_EVERY.total_seconds())
            await self._look_at_everybody()
            self.full_checks += 1

    async def _look_at_everybody(self) -> None:
        for number, found in enumerate(self._invariants.everything()):
            if found is not None:
                self._tell([found], ())
            if number % _AT_A_TIME == 0:
                await asyncio.sleep(0)

    def _tell(self, found: Iterable[Violation], facts: Sequence[Recorded]) -> None:
        contradicts_itself = False
        for violation in found:
            self.violations[violation.invariant] += 1
            contradicts_itself |= violation.invariant not in OF_DECISIONS
            _log.critical(
                "invariant_violated",
                invariant=violation.invariant,
                of=violation.of,
                what=violation.what,
                facts=list(facts),
                mend="this is a bug: report it with the lines of the log before this one",
            )
        if contradicts_itself and self._may_begin_anew():
            raise WrongState("the state contradicts itself, as was told before")

    def _may_begin_anew(self) -> bool:
        return asyncio.get_running_loop().time() - self._began >= RESTART_AT_MOST_EVERY.total_seconds()


class GuardFigures(Collector):
    """What the guard has found."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard

    def collect(self) -> Iterator[Metric]:
        """One scrape; every series is there from the start."""
        violations = CounterMetricFamily(
            "acd_invariant_violations", "Findings that the state or a decision is wrong: bugs.", labels=["invariant"]
        )
        for invariant in Invariant:
            violations.add_metric([invariant], self._guard.violations[invariant])
        yield violations
        yield CounterMetricFamily(
            "acd_invariant_full_checks", "How often everything was looked at.", value=self._guard.full_checks
        )
