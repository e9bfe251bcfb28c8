"""Counters and histograms for Prometheus, kept from the facts of each step; gauges stand in `gauges`.

The names follow one scheme: `acd_`, what it counts, its unit. Labels are queues, outcomes and statuses; never a caller,
an agent, a call or a number of one. It decides nothing, and a failure here costs a figure, never a call.
"""

import asyncio
import platform
from collections.abc import Iterable
from datetime import datetime, timedelta
from importlib.metadata import PackageNotFoundError, version
from typing import Final, assert_never

from prometheus_client import (
    CollectorRegistry,
    Counter,
    GCCollector,
    Histogram,
    Info,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)

from acd.differences import KINDS
from acd.figures import SHORT_ABANDON
from acd.inputs import AsteriskSeen, Event, Request
from acd.model import AgentId, CallId, Queue, QueueId
from acd.outputs import (
    CallAnswered,
    CallbackDialled,
    CallbackPostponed,
    CallbackRefused,
    CallEnded,
    CallMoved,
    CallOutcome,
    CallOverflowed,
    CallQueued,
    CallRefused,
    CallRequeued,
    CallTransferred,
    ConfigurationChanged,
    EntryRefused,
    MonitorPickedUp,
    NumberDialled,
    OfferEnd,
    OfferEnded,
    OfferMade,
    OfferOutcome,
    OutboundCap,
    Outcome,
    Recorded,
    StatusChanged,
    TalkEnded,
    TalkStarted,
    TransferRefused,
    WrapUpEnded,
    WrapUpStarted,
)
from acd.runtime.gauges import AsteriskFigures, AsteriskGauges, JournalFigures, JournalGauges, StateGauges, status_label
from acd.state import State

_WAIT_SECONDS: Final = (1, 5, 10, 20, 30, 45, 60, 90, 120, 180, 300, 600)
_TALK_SECONDS: Final = (15, 30, 60, 120, 180, 300, 600, 900, 1200, 1800, 3600)
_LATENCY_SECONDS: Final = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5)
_ERROR_SECONDS: Final = (-600, -300, -120, -60, -30, -10, 0, 10, 30, 60, 120, 300, 600)
_ABSOLUTE_ERROR_SECONDS: Final = (5, 10, 20, 30, 60, 120, 180, 300, 600, 1200)
_LOOP_LOOK: Final = timedelta(seconds=0.5)


class Metrics:
    """What one engine process tells Prometheus. It observes every step of the `Runner`."""

    def __init__(self) -> None:
        # Without a second series for each, which nobody asks for; the library forgot the types of this one.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        GCCollector(registry=self.registry)
        self._gauges: StateGauges | None = None
        self._scraping = asyncio.Lock()
        self._make_counters()
        self._waited: dict[CallId, timedelta] = {}
        """How long the callers waited who have been answered and are about to be joined."""
        self._expected: dict[CallId, timedelta] = {}
        """How long that wait of theirs was expected to be, where something was."""
        self._within: dict[QueueId, timedelta] = {}
        """By queue, the wait within which an answer counts as good service."""
        self._joined: set[CallId] = set()
        """Calls whose wait is counted."""
        self._wrap_ups: dict[AgentId, tuple[QueueId, datetime]] = {}
        """The wrap-ups that run, and since when."""

    def _make_counters(self) -> None:
        def counter(name: str, text: str, *labels: str) -> Counter:
            return Counter(name, text, labels, registry=self.registry)

        def histogram(name: str, text: str, buckets: Iterable[float], *labels: str) -> Histogram:
            return Histogram(name, text, labels, buckets=tuple(buckets), registry=self.registry)

        Info("acd_build", "What runs here.", registry=self.registry).info(
            {"version": _version(), "python": platform.python_version()}
        )
        self._offered = counter("acd_queue_calls_offered_total", "Calls that entered the queue.", "queue")
        self._answered = counter("acd_queue_calls_answered_total", "Calls joined with an agent.", "queue")
        self._answered_in_target = counter(
            "acd_queue_calls_answered_in_target_total",
            "Calls joined with an agent before the queue's target was over.",
            "queue",
        )
        self._abandoned = counter(
            "acd_queue_calls_abandoned_total", "Callers who hung up before they were joined with an agent.", "queue"
        )
        self._abandoned_late = counter(
            "acd_queue_calls_abandoned_after_target_total",
            "Callers who hung up after the queue's target was over.",
            "queue",
        )
        self._short_abandoned = counter(
            "acd_queue_calls_short_abandoned_total",
            f"Callers who hung up before they had waited {SHORT_ABANDON.total_seconds():.0f} seconds.",
            "queue",
        )
        self._not_let_in = counter(
            "acd_queue_entries_refused_total", "Callers whom the queue's rules kept out, by rule.", "queue", "reason"
        )
        self._overflowed = counter(
            "acd_queue_calls_overflowed_total",
            "Callers who had waited here and went to the overflow, by reason.",
            "queue",
            "reason",
        )
        self._left = counter(
            "acd_queue_calls_left_total", "Calls that left the queue in any other way, by reason.", "queue", "reason"
        )
        self._refused = counter("acd_calls_refused_total", "Calls to a number that is no queue.", "account")
        self._offers = counter("acd_offers_total", "Offers that are over, by how they ended.", "queue", "result")
        self._wait = histogram(
            "acd_queue_wait_seconds", "From arrival to the answer, or to the end.", _WAIT_SECONDS, "queue", "outcome"
        )
        self._estimate_error = histogram(
            "acd_queue_expected_wait_error_seconds",
            "By how much callers who were answered waited longer (below 0: shorter) than was expected.",
            _ERROR_SECONDS,
            "queue",
        )
        # That one has no sum, as it can shrink; the mean error is the sum of this one by its count.
        self._estimate_distance = histogram(
            "acd_queue_expected_wait_absolute_error_seconds",
            "How far the expected wait was from the real one, either way.",
            _ABSOLUTE_ERROR_SECONDS,
            "queue",
        )
        self._talk = histogram("acd_queue_talk_seconds", "Caller and agent joined.", _TALK_SECONDS, "queue")
        self._wrap_up = histogram("acd_queue_wrap_up_seconds", "Wrap-up after a call.", _TALK_SECONDS, "queue")
        self._status_changes = counter(
            "acd_agent_status_changes_total", "Changes of agents' status.", "status", "source"
        )
        self._offer_latency = histogram(
            "acd_offer_latency_seconds",
            "From the moment an offer became possible (agent free, call arrived) until its ring was ordered.",
            _LATENCY_SECONDS,
        )
        self._loop_lag = histogram(
            "acd_event_loop_lag_seconds", "How late the event loop runs what is due.", _LATENCY_SECONDS
        )
        self._went_out = counter("acd_outbound_calls_total", "Calls that went out, by what for.", "queue", "kind")
        self._kept_in = counter(
            "acd_outbound_calls_refused_total",
            "Calls that must not go out, by the cap that was reached, or because no rule allows the number.",
            "queue",
            "reason",
        )
        self._monitored = counter(
            "acd_monitored_talks_total", "Talks on which a supervisor has begun to listen in.", "queue", "mode"
        )
        self._stale = counter("acd_stale_events_total", "Events that fitted nothing any more, by kind.", "event")
        self._corrections = counter(
            "acd_reconcile_corrections_total",
            "What the books had otherwise than Asterisk, by kind and by the look that showed it (connect, routine).",
            "kind",
            "look",
        )
        self._requests_refused = counter("acd_requests_refused_total", "Requests not granted.", "request", "reason")

    def watch(self, state: State, journal: JournalFigures, bridge: AsteriskFigures) -> None:
        """Read gauges from there from now on, and pick up what runs after a restart."""
        self._gauges = StateGauges(state)
        self.registry.register(self._gauges)
        self.registry.register(JournalGauges(journal))
        self.registry.register(AsteriskGauges(bridge))
        self._begin_series(state.records.queues.values())
        for call in state.records.calls.values():
            if call.talking_since is not None:
                self._joined.add(call.id)
            elif call.answered_at is not None:
                self._waited[call.id] = call.answered_at - call.arrived
        for agent in state.records.agent_records.values():
            if agent.wrap_up is not None:
                self._wrap_ups[agent.id] = (agent.wrap_up.queue, agent.wrap_up.since)

    async def text(self) -> bytes:
        """The present figures in Prometheus' text format; written in a thread, for large centres take a while."""
        async with self._scraping:
            await self.look()
            return await asyncio.to_thread(generate_latest, self.registry)

    async def look(self) -> None:
        """Count anew what gauges tell."""
        if self._gauges is not None:
            await self._gauges.look()

    async def watch_event_loop(self) -> None:
        """Measure, for ever, how late the event loop is: what blocks it holds up every call."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + _LOOP_LOOK.total_seconds()
            await asyncio.sleep(_LOOP_LOOK.total_seconds())
            self._loop_lag.observe(max(0.0, loop.time() - due))

    # --- acd.runtime.runner.Observer

    def observe(self, what: Event | Request | None, outcome: Outcome, ordered: datetime) -> None:
        """Count one step."""
        if outcome.stale:
            self._stale.labels(type(what).__name__).inc()
        if outcome.refusal is not None:
            self._requests_refused.labels(type(what).__name__, outcome.refusal).inc()
        for difference in outcome.corrected:
            look = "connect" if isinstance(what, AsteriskSeen) else "routine"
            self._corrections.labels(KINDS[type(difference)], look).inc()
        for recorded in outcome.facts:
            self._count(recorded, ordered)

    def _count(self, recorded: Recorded, ordered: datetime) -> None:
        match recorded.fact:
            case CallQueued() as fact:
                self._offered.labels(fact.queue).inc()
            case OfferMade():
                # A fact stands at its own instant: that of the input, or of the deadline however late it was woken.
                self._offer_latency.observe((ordered - recorded.at).total_seconds())
            case OfferEnded() as fact:
                withdrawn = fact.outcome is OfferOutcome.WITHDRAWN
                self._offers.labels(fact.queue, "withdrawn" if withdrawn else fact.why.value).inc()
            case CallAnswered() as fact:
                self._waited[fact.call] = fact.waited
                if fact.expected_wait is not None:
                    self._expected[fact.call] = fact.expected_wait
            case CallRequeued() as fact:
                self._waited.pop(fact.call, None)
                self._expected.pop(fact.call, None)
            case TalkStarted() as fact:
                self._joined.add(fact.call)
                self._answered.labels(fact.queue).inc()
                waited = self._waited.pop(fact.call, None)
                expected = self._expected.pop(fact.call, None)
                if waited is not None:
                    self._wait.labels(fact.queue, "answered").observe(waited.total_seconds())
                    self._answered_in_target.labels(fact.queue).inc(waited <= self._within[fact.queue])
                if waited is not None and expected is not None:
                    error_seconds = (waited - expected).total_seconds()
                    self._estimate_error.labels(fact.queue).observe(error_seconds)
                    self._estimate_distance.labels(fact.queue).observe(abs(error_seconds))
            case TalkEnded() as fact if fact.talked:
                self._talk.labels(fact.queue).observe(fact.talked.total_seconds())
            case CallEnded() as fact:
                self._end_call(fact)
            case WrapUpStarted() as fact:
                self._wrap_ups[fact.agent] = (fact.queue, recorded.at)
            case WrapUpEnded() as fact:
                queue, since = self._wrap_ups.pop(fact.agent, (None, recorded.at))
                if queue is not None:
                    self._wrap_up.labels(queue).observe((recorded.at - since).total_seconds())
            case StatusChanged() as fact:
                self._status_changes.labels(status_label(fact.status), fact.source).inc()
            case CallbackDialled() as fact:
                self._went_out.labels(fact.queue, "call_back").inc()
            case CallTransferred() as fact if fact.outside:
                self._went_out.labels(fact.queue, "transfer").inc()
            case NumberDialled() as fact if fact.outside:
                self._went_out.labels("", "click").inc()
            case MonitorPickedUp() as fact:
                self._monitored.labels(fact.queue, fact.mode).inc()
            case CallbackPostponed() as fact:
                self._kept_in.labels(fact.queue, fact.cap).inc()
            case TransferRefused() as fact:
                self._kept_in.labels(fact.queue, fact.cap or "no_such_number").inc()
            case CallbackRefused() as fact:
                self._kept_in.labels(fact.queue, fact.why).inc()
            case EntryRefused() as fact:
                self._not_let_in.labels(fact.queue, fact.why).inc()
            case CallOverflowed() as fact:
                self._overflowed.labels(fact.queue, fact.why).inc()
            case CallMoved() as fact:
                self._left.labels(fact.queue, "moved").inc()
                self._offered.labels(fact.to).inc()
            case CallRefused() as fact:
                self._refused.labels(fact.account).inc()
            case ConfigurationChanged() as fact:
                self._begin_series(fact.queues)
            case _:
                pass

    def _end_call(self, fact: CallEnded) -> None:
        self._waited.pop(fact.call, None)
        self._expected.pop(fact.call, None)
        joined = fact.call in self._joined
        self._joined.discard(fact.call)
        match fact.outcome:
            case CallOutcome.COMPLETED:
                pass  # counted when the talk began
            case CallOutcome.ABANDONED:
                self._abandoned.labels(fact.queue).inc()
                self._abandoned_late.labels(fact.queue).inc(fact.waited > self._within[fact.queue])
                self._short_abandoned.labels(fact.queue).inc(fact.waited < SHORT_ABANDON)
            case CallOutcome.TRANSFERRED:
                pass  # counted when the talk began
            case (
                CallOutcome.LOST
                | CallOutcome.QUEUE_CLOSED
                | CallOutcome.OVERFLOWED
                | CallOutcome.NOT_REACHED
                | CallOutcome.REPLACED
            ):
                self._left.labels(fact.queue, fact.outcome.value).inc()
            case _:
                assert_never(fact.outcome)
        if not joined:
            self._wait.labels(fact.queue, fact.outcome.value).observe(fact.waited.total_seconds())

    def _begin_series(self, queues: Iterable[Queue]) -> None:
        """Let each queue's counters stand at 0: a series that begins at 1 hides its first call from `rate()`."""
        for queue in queues:
            self._within[queue.id] = queue.service_level
            for counter in (
                self._offered,
                self._answered,
                self._answered_in_target,
                self._abandoned,
                self._abandoned_late,
                self._short_abandoned,
            ):
                counter.labels(queue.id)
            for result in (OfferEnd.ANSWERED, OfferEnd.NO_ANSWER):
                self._offers.labels(queue.id, result.value)
            for cap in OutboundCap:
                self._kept_in.labels(queue.id, cap.value)


def _version() -> str:
    try:
        return version("asterisk-acd")
    except PackageNotFoundError:
        return "not installed"
