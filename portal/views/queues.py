"""Queues: as one of their agents sees them, as a supervisor does, and for a screen on the wall."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from acd.figures import QueueMeasures
from acd.model import Assignment, DeviceId, Queue, QueueId, QueueType
from acd.state import State
from portal.views.words import TYPE_NAMES, mean_s, seconds

TARGET: Final = 0.8
"""The service level that most centres aim at: four of five callers answered within T."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MyQueueRow:
    """A queue, with what it is for one of its agents."""

    queue: str
    name: str
    type: QueueType
    type_name: str
    priority: int
    wrap_up_s: float
    wrap_up_mandatory: bool
    waiting: int
    longest_waiting_since: datetime | None
    devices: tuple[DeviceId, ...] | str
    """Those of his phones that ring for it; `all`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueToday:
    """The day's calls."""

    offered: int
    answered: int
    abandoned: int
    within_service_level: int
    service_level: float | None
    service_level_s: float
    average_wait_s: float | None
    """Of those answered."""
    average_handle_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRow:
    """A queue as a supervisor sees it."""

    queue: str
    name: str
    type: QueueType
    type_name: str
    priority: int
    wrap_up_s: float
    wrap_up_mandatory: bool
    waiting: int
    longest_waiting_since: datetime | None
    agents: Mapping[str, int]
    """How many of those assigned do what."""
    today: QueueToday


@dataclass(frozen=True, slots=True, kw_only=True)
class WallboardRow:
    """A queue in a few figures that can be read from afar."""

    queue: str
    name: str
    waiting: int
    longest_waiting_since: datetime | None
    ready: int
    """Agents who could be rung this instant."""
    talking: int
    service_level: float | None
    service_level_s: float
    target: float
    offered: int
    answered: int
    abandoned: int


def my_queue(state: State, queue: Queue, assignment: Assignment) -> MyQueueRow:
    """For the agent of this assignment; what it does not say, the queue does."""
    wrap_up = queue.wrap_up if assignment.wrap_up is None else assignment.wrap_up
    return MyQueueRow(
        queue=queue.number,
        name=queue.name,
        type=queue.type,
        type_name=TYPE_NAMES[queue.type],
        priority=queue.priority if assignment.priority is None else assignment.priority,
        wrap_up_s=seconds(wrap_up),
        wrap_up_mandatory=queue.wrap_up_mandatory,
        waiting=len(state.queue_index(queue.id).waiting),
        longest_waiting_since=longest_waiting_since(state, queue.id),
        devices="all" if assignment.devices is None else tuple(sorted(assignment.devices)),
    )


def queue_row(state: State, queue: Queue, agents: Mapping[str, int], counted: QueueMeasures) -> QueueRow:
    """For its supervisor."""
    return QueueRow(
        queue=queue.number,
        name=queue.name,
        type=queue.type,
        type_name=TYPE_NAMES[queue.type],
        priority=queue.priority,
        wrap_up_s=seconds(queue.wrap_up),
        wrap_up_mandatory=queue.wrap_up_mandatory,
        waiting=len(state.queue_index(queue.id).waiting),
        longest_waiting_since=longest_waiting_since(state, queue.id),
        agents=agents,
        today=_today(queue, counted),
    )


def wallboard_row(state: State, queue: Queue, agents: Mapping[str, int], counted: QueueMeasures) -> WallboardRow:
    """For everybody in the room."""
    index = state.queue_index(queue.id)
    return WallboardRow(
        queue=queue.number,
        name=queue.name,
        waiting=len(index.waiting),
        longest_waiting_since=longest_waiting_since(state, queue.id),
        ready=len(index.eligible),
        talking=agents.get("talking", 0),
        service_level=_rounded(counted.service_level),
        service_level_s=seconds(queue.service_level),
        target=TARGET,
        offered=counted.offered,
        answered=counted.answered,
        abandoned=counted.abandoned,
    )


def longest_waiting_since(state: State, queue: QueueId) -> datetime | None:
    """When he came who waits longest: the first in turn may have come later, with a priority. None: nobody waits."""
    calls = state.records.calls
    return min((calls[call].arrived for call in state.queue_index(queue).waiting), default=None)


def _today(queue: Queue, counted: QueueMeasures) -> QueueToday:
    average_wait_s = counted.speed_of_answer_s
    return QueueToday(
        offered=counted.offered,
        answered=counted.answered,
        abandoned=counted.abandoned,
        within_service_level=counted.answered_in_time,
        service_level=_rounded(counted.service_level),
        service_level_s=seconds(queue.service_level),
        average_wait_s=_rounded(average_wait_s),
        average_handle_s=mean_s(counted.talked + counted.wrapped_up, counted.talks),
    )


def _rounded(figure: float | None) -> float | None:
    return None if figure is None else round(figure, 4)
