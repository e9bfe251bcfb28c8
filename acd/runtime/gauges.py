"""Gauges for Prometheus, read from the state itself at the moment of the scrape: they cannot drift from it.

Labels are queues, statuses and states; never a caller, an agent, a call or a number of one. It changes nothing.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final, Protocol

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from acd.eligibility import Obstacle, obstacle_in
from acd.model import OFFLINE, SINGLE_CALL, STATUSES, Assignment, Status, takes_queue_calls
from acd.records import AgentRecord, DeviceRecord
from acd.state import State
from ari_bridge.counters import BridgeCounters

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


class StateGauges(Collector):
    """Callers and agents as they are now."""

    def __init__(self, state: State) -> None:
        self._state = state

    def describe(self) -> Iterable[Metric]:
        """Nothing beforehand: the registry need not scrape while it is being put together."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """One scrape."""
        yield from _callers(self._state)
        yield _agents_of_queues(self._state)
        yield _agents(self._state)


def _callers(state: State) -> Iterator[Metric]:
    waiting = GaugeMetricFamily("acd_queue_callers_waiting", "Callers who wait for an agent now.", labels=["queue"])
    oldest = GaugeMetricFamily(
        "acd_queue_oldest_caller_entered_timestamp_seconds",
        "When the caller who waits longest arrived, in seconds since 1970; 0 where nobody waits.",
        labels=["queue"],
    )
    for queue in state.records.queues:
        callers = state.queue_index(queue).waiting
        first = callers.first()
        waiting.add_metric([queue], len(callers))
        oldest.add_metric([queue], 0 if first is None else state.records.calls[first].arrived.timestamp())
    yield waiting
    yield oldest


def _agents_of_queues(state: State) -> Metric:
    family = GaugeMetricFamily(
        "acd_queue_agents", "Assigned agents by what they are doing now.", labels=["queue", "state"]
    )
    agents = state.records.agent_records
    for queue in state.records.queues:
        counts = Counter(
            agent_state(agents[agent], assignment, state.devices_of.get(agent, {}).values())
            for agent, assignment in state.queue_index(queue).assigned.items()
        )
        for name in AGENT_STATES:
            family.add_metric([queue, name], counts[name])
    return family


def _agents(state: State) -> Metric:
    family = GaugeMetricFamily("acd_agents", "Agents by the status they have chosen.", labels=["status"])
    agents = state.records.agent_records
    counts = Counter(status_label(agents[agent].status) for agent in state.records.agents)
    for status in (*STATUSES, "custom"):
        family.add_metric([status], counts[status])
    return family


class JournalFigures(Protocol):
    """The journal as its figures show it."""

    @property
    def pending(self) -> int: ...
    @property
    def written_total(self) -> int: ...
    @property
    def last_error(self) -> str | None: ...


class JournalGauges(Collector):
    """How far the journal is behind."""

    def __init__(self, journal: JournalFigures) -> None:
        self._journal = journal

    def collect(self) -> Iterator[Metric]:
        """One scrape."""
        journal = self._journal
        yield GaugeMetricFamily(
            "acd_journal_facts_pending",
            "Facts that only this process's memory holds.",
            value=journal.pending,
        )
        yield CounterMetricFamily(
            "acd_journal_facts_written", "Facts stored since the start.", value=journal.written_total
        )
        yield GaugeMetricFamily(
            "acd_journal_writable", "1 while the database takes facts.", value=int(journal.last_error is None)
        )


class AsteriskFigures(Protocol):
    """The bridge as its figures show it."""

    @property
    def connected(self) -> bool: ...
    @property
    def provisioned(self) -> bool: ...
    @property
    def counters(self) -> BridgeCounters: ...


class AsteriskGauges(Collector):
    """What goes to and fro between this engine and Asterisk."""

    def __init__(self, bridge: AsteriskFigures) -> None:
        self._bridge = bridge

    def collect(self) -> Iterator[Metric]:
        """One scrape."""
        connected, provisioned = int(self._bridge.connected), int(self._bridge.provisioned)
        yield GaugeMetricFamily("acd_ari_connected", "1 while Asterisk is connected and known.", value=connected)
        yield GaugeMetricFamily("acd_ari_provisioned", "1 while it has all phones and numbers.", value=provisioned)
        counters = self._bridge.counters
        yield CounterMetricFamily("acd_ari_connects", "Connections made to Asterisk.", value=counters.connects)
        yield CounterMetricFamily("acd_ari_malformed_events", "Events that cannot be read.", value=counters.malformed)
        yield CounterMetricFamily(
            "acd_ari_dropped_commands", "Commands that came while Asterisk was not connected.", value=counters.dropped
        )
        events = CounterMetricFamily("acd_ari_events", "Events from Asterisk, by type.", labels=["type"])
        for type_, count in counters.events.items():
            events.add_metric([type_], count)
        yield events
        requests = CounterMetricFamily(
            "acd_ari_requests", "Requests to Asterisk, by what came of them.", labels=["request", "outcome"]
        )
        for (request, outcome), count in counters.requests.items():
            requests.add_metric([request, outcome], count)
        yield requests
        seconds = CounterMetricFamily(
            "acd_ari_request_seconds", "Time spent on requests to Asterisk.", labels=["request"]
        )
        for request, spent in counters.request_seconds.items():
            seconds.add_metric([request], spent)
        yield seconds
