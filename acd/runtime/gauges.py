"""Gauges for Prometheus, counted from the state itself at the moment of the scrape: they cannot drift from it.

Labels are queues, statuses and states; never a caller, an agent, a call or a number of one. It changes nothing.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Protocol, TypeVar

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
)
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from acd.eligibility import Obstacle, obstacle_in, staffs
from acd.model import OFFLINE, SINGLE_CALL, STATUSES, Assignment, Queue, QueueId, Status, takes_queue_calls
from acd.records import AgentRecord, DeviceRecord
from acd.state import State
from ari_bridge.counters import BridgeCounters
from ari_bridge.gate import GateCounters

AGENT_STATES: Final = (
    "available",
    "single_call",
    "ringing",
    "talking",
    "wrap_up",
    "back_off",
    "other_call",
    "unreachable",
    "away",
    "offline",
)
"""What an agent is doing as one of his queues sees it; the first of these that holds, a call before a status."""

_AT_A_TIME: Final = 250

_Value = TypeVar("_Value")


def status_label(status: Status) -> str:
    """The built-in statuses by name; those that accounts make themselves as one, so that labels stay few."""
    return status if status in STATUSES else "custom"


def agent_state(agent: AgentRecord, assignment: Assignment, devices: Iterable[DeviceRecord]) -> str:
    """One of `AGENT_STATES`."""
    if agent.offer is not None:
        return "ringing"
    if agent.calls:
        return "talking"
    if agent.wrap_up is not None:
        return "wrap_up"
    if not takes_queue_calls(agent.status):
        return "offline" if agent.status == OFFLINE else "away"
    match obstacle_in(assignment, agent, devices):
        case Obstacle.CALLS_IN_HAND:
            return "other_call"
        case Obstacle.NO_USABLE_DEVICE:
            return "unreachable"
        case _:
            pass
    if agent.back_off_until is not None:
        return "back_off"
    return "single_call" if agent.status == SINGLE_CALL else "available"


@dataclass(slots=True, kw_only=True)
class _QueueFigures:
    """One queue at a glance."""

    queue: Queue
    waiting: int
    oldest_timestamp_seconds: float
    agents: Counter[str]
    online: int = 0


class StateGauges(Collector):
    """Callers and agents. `look` counts them, on the event loop; `collect` tells what was seen, from any thread."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._queues: dict[QueueId, _QueueFigures] = {}
        self._statuses: Counter[str] = Counter()

    async def look(self) -> None:
        """Count anew. A large centre takes a while: calls are given way to every now and then."""
        queues: dict[QueueId, _QueueFigures] = {}
        for queue in list(self._state.records.queues):
            if queue not in self._state.records.queues:
                continue  # it was closed while calls were given way to
            queues[queue] = self._callers(queue)
            for chunk in _chunks(list(self._state.queue_index(queue).assigned.values())):
                for assignment in chunk:
                    self._count(assignment, queues[queue])
                await asyncio.sleep(0)
        statuses: Counter[str] = Counter()
        for agents in _chunks(list(self._state.records.agents)):
            statuses.update(status_label(self._state.records.agent_records[agent].status) for agent in agents)
            await asyncio.sleep(0)
        self._queues, self._statuses = queues, statuses

    def _callers(self, queue: QueueId) -> _QueueFigures:
        callers = self._state.queue_index(queue).waiting
        arrivals = (self._state.records.calls[call].arrived.timestamp() for call in callers)
        oldest = min(arrivals, default=0)  # the first in turn may have come later, with a priority
        return _QueueFigures(
            queue=self._state.records.queues[queue],
            waiting=len(callers),
            oldest_timestamp_seconds=oldest,
            agents=Counter(),
        )

    def _count(self, assignment: Assignment, figures: _QueueFigures) -> None:
        agent = self._state.records.agent_records[assignment.agent]
        devices = self._state.devices_of.get(assignment.agent, {}).values()
        figures.agents[agent_state(agent, assignment, devices)] += 1
        figures.online += staffs(assignment, agent, devices)

    def describe(self) -> Iterable[Metric]:
        """Nothing beforehand: the registry need not scrape while it is being put together."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """What the last look has seen."""
        queues = self._queues
        waiting = GaugeMetricFamily("acd_queue_callers_waiting", "Callers who wait for an agent now.", labels=["queue"])
        oldest = GaugeMetricFamily(
            "acd_queue_oldest_caller_entered_timestamp_seconds",
            "When the caller who waits longest arrived, in seconds since 1970; 0 where nobody waits.",
            labels=["queue"],
        )
        agents = GaugeMetricFamily(
            "acd_queue_agents", "Assigned agents by what they are doing now.", labels=["queue", "state"]
        )
        online = GaugeMetricFamily(
            "acd_queue_agents_online",
            "Assigned agents who take calls of the queue, now or once free.",
            labels=["queue"],
        )
        targets = GaugeMetricFamily(
            "acd_queue_service_level_target_seconds",
            "The wait within which an answer counts as good service.",
            labels=["queue"],
        )
        described = InfoMetricFamily("acd_queue", "The queues by name and type.", labels=["queue"])
        for queue, figures in queues.items():
            described.add_metric([queue], {"name": figures.queue.name, "type": figures.queue.type})
            targets.add_metric([queue], figures.queue.service_level.total_seconds())
            online.add_metric([queue], figures.online)
            waiting.add_metric([queue], figures.waiting)
            oldest.add_metric([queue], figures.oldest_timestamp_seconds)
            for state in AGENT_STATES:
                agents.add_metric([queue, state], figures.agents[state])
        statuses = GaugeMetricFamily("acd_agents", "Agents by the status they have chosen.", labels=["status"])
        for status in (*STATUSES, "custom"):
            statuses.add_metric([status], self._statuses[status])
        yield from (described, targets, waiting, oldest, agents, online, statuses)


def _chunks(values: Sequence[_Value]) -> Iterator[Sequence[_Value]]:
    """So many at a time that counting them takes about a millisecond."""
    for start in range(0, len(values), _AT_A_TIME):
        yield values[start : start + _AT_A_TIME]


class JournalFigures(Protocol):
    """The journal as its figures show it."""

    @property
    def pending(self) -> int: ...
    @property
    def pending_on_disk(self) -> int: ...
    @property
    def behind_seconds(self) -> float: ...
    @property
    def written_total(self) -> int: ...
    @property
    def last_error(self) -> str | None: ...
    @property
    def spool_bytes(self) -> int: ...
    @property
    def spool_errors_total(self) -> int: ...
    @property
    def spool_writes(self) -> Collector: ...
    @property
    def spool_trouble(self) -> str | None: ...
    @property
    def set_aside_count(self) -> int: ...


class JournalGauges(Collector):
    """How far the journal is behind, in the database and on disk."""

    def __init__(self, journal: JournalFigures) -> None:
        self._journal = journal

    def collect(self) -> Iterator[Metric]:
        """One scrape."""
        journal = self._journal
        for name, says, value in (
            ("acd_journal_facts_pending", "Facts that the database has not yet.", journal.pending),
            ("acd_journal_behind_seconds", "How long facts have waited without a commit.", journal.behind_seconds),
            ("acd_journal_writable", "1 while the database takes facts.", journal.last_error is None),
            ("acd_spool_facts_pending", "Facts that only memory holds: nowhere safe yet.", journal.pending_on_disk),
            ("acd_spool_bytes", "The size of the spool's files.", journal.spool_bytes),
            ("acd_spool_writable", "1 while the spool takes facts.", journal.spool_trouble is None),
            ("acd_spool_files_set_aside", "Files in the spool that somebody has to look at.", journal.set_aside_count),
        ):
            yield GaugeMetricFamily(name, says, value=float(value))
        yield CounterMetricFamily(
            "acd_journal_facts_written", "Facts stored since the start.", value=journal.written_total
        )
        yield CounterMetricFamily(
            "acd_spool_errors", "Writes to the spool that failed.", value=journal.spool_errors_total
        )
        yield from journal.spool_writes.collect()


class ClockFigures(Protocol):
    """The engine's clock as its figure shows it."""

    def offset(self) -> timedelta: ...


class ClockGauge(Collector):
    """What the system's clock says against the engine's."""

    def __init__(self, clock: ClockFigures) -> None:
        self._clock = clock

    def collect(self) -> Iterator[Metric]:
        """One scrape."""
        yield GaugeMetricFamily(
            "acd_clock_offset_seconds",
            "How much the system's clock is ahead of the engine's, which no jump moves.",
            value=self._clock.offset().total_seconds(),
        )


class AsteriskFigures(Protocol):
    """The bridge as its figures show it."""

    @property
    def connected(self) -> bool: ...
    @property
    def provisioned(self) -> bool: ...
    @property
    def counters(self) -> BridgeCounters: ...
    @property
    def gate(self) -> GateCounters: ...


class AsteriskGauges(Collector):
    """What goes to and fro between this engine and Asterisk. Copied in one go: it is read in a thread."""

    def __init__(self, bridge: AsteriskFigures) -> None:
        self._bridge = bridge

    def collect(self) -> Iterator[Metric]:
        """One scrape."""
        connected, provisioned = int(self._bridge.connected), int(self._bridge.provisioned)
        yield GaugeMetricFamily("acd_ari_connected", "1 while Asterisk is connected and known.", value=connected)
        yield GaugeMetricFamily("acd_ari_provisioned", "1 while it has all phones and numbers.", value=provisioned)
        gate = self._bridge.gate
        yield GaugeMetricFamily(
            "acd_admission_ratio",
            "Share of the new calls that was let in lately; below 1 in an overload.",
            value=gate.ratio,
        )
        yield CounterMetricFamily(
            "acd_calls_shed", "New calls that heard busy because of an overload.", value=gate.shed
        )
        counters = self._bridge.counters
        yield CounterMetricFamily("acd_ari_connects", "Connections made to Asterisk.", value=counters.connects)
        yield CounterMetricFamily("acd_ari_malformed_events", "Events that cannot be read.", value=counters.malformed)
        yield CounterMetricFamily(
            "acd_ari_dropped_commands", "Commands that came while Asterisk was not connected.", value=counters.dropped
        )
        events = CounterMetricFamily("acd_ari_events", "Events from Asterisk, by type.", labels=["type"])
        for type_, count in list(counters.events.items()):
            events.add_metric([type_], count)
        yield events
        requests = CounterMetricFamily(
            "acd_ari_requests", "Requests to Asterisk, by what came of them.", labels=["request", "outcome"]
        )
        for (request, outcome), count in list(counters.requests.items()):
            requests.add_metric([request, outcome], count)
        yield requests
        durations = HistogramMetricFamily(
            "acd_ari_request_duration_seconds", "How long requests to Asterisk took.", labels=["request"]
        )
        for request, took in list(counters.durations.items()):
            durations.add_metric([request], took.buckets(), took.sum_seconds)
        yield durations
