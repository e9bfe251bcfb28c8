"""Whether an agent can be offered a call of a queue, and his rank among those who can.

The one place that says so: the dispatcher's indexes, the explanations and the agents' page all ask here.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final

from acd.model import SINGLE_CALL, Assignment, DeviceId, Queue, QueueType, takes_queue_calls
from acd.records import AgentRecord, DeviceRecord


class Obstacle(StrEnum):
    """Why an agent is not offered a call."""

    STATUS = "status"
    SINGLE_CALL_USED = "single_call_used"
    WRAP_UP = "wrap_up"
    OFFERED = "offered"
    """His phones ring for another call, or for this one."""
    BACK_OFF = "back_off"
    CALLS_IN_HAND = "calls_in_hand"
    NO_USABLE_DEVICE = "no_usable_device"


class DeviceObstacle(StrEnum):
    """Why a phone does not ring for an offer of a queue."""

    NOT_REGISTERED = "not_registered"
    SWITCHED_OFF = "switched_off"
    NOT_FOR_QUEUE = "not_for_queue"
    """The assignment names others of his phones."""
    IN_USE = "in_use"


def obstacle_everywhere(agent: AgentRecord) -> Obstacle | None:
    """What keeps him from calls of any queue. None: nothing does."""
    if not takes_queue_calls(agent.status):
        return Obstacle.STATUS
    if agent.status == SINGLE_CALL and agent.single_calls:
        return Obstacle.SINGLE_CALL_USED
    if agent.wrap_up is not None:
        return Obstacle.WRAP_UP
    if agent.offer is not None:
        return Obstacle.OFFERED
    if agent.back_off_until is not None:
        return Obstacle.BACK_OFF
    return None


def obstacle_in(assignment: Assignment, agent: AgentRecord, devices: Iterable[DeviceRecord]) -> Obstacle | None:
    """What keeps him from calls of this queue beyond that. `devices` are all of his."""
    if has_hands_full(agent, assignment):
        return Obstacle.CALLS_IN_HAND
    for device in devices:
        if device_obstacle(device, assignment, agent) is None:
            return None
    return Obstacle.NO_USABLE_DEVICE


def has_hands_full_everywhere(agent: AgentRecord, assignments: Iterable[Assignment]) -> bool:
    """Whether he has a call in hand, and may have no more when one of any of these queues rings."""
    return calls_in_hand(agent) > 0 and all(has_hands_full(agent, assignment) for assignment in assignments)


def has_hands_full(agent: AgentRecord, assignment: Assignment) -> bool:
    """Whether he has as many calls in hand as he may have when one of this queue rings."""
    return calls_in_hand(agent) >= assignment.max_calls


def staffs(assignment: Assignment, agent: AgentRecord, devices: Iterable[DeviceRecord]) -> bool:
    """Whether he takes calls of this queue at all, now or once he is free. `devices` are all of his."""
    takes = takes_queue_calls(agent.status) and not (agent.status == SINGLE_CALL and agent.single_calls)
    return takes and any(rings_here(device, assignment) for device in devices)


def calls_in_hand(agent: AgentRecord) -> int:
    """His calls of any kind, on any phone; one that merely rings from elsewhere counts too."""
    return len(agent.calls) + len(agent.other_calls)


def usable(device: DeviceRecord, assignment: Assignment, agent: AgentRecord) -> bool:
    """Whether an offer of this queue may ring this phone now."""
    return device_obstacle(device, assignment, agent) is None


def rings_here(device: DeviceRecord, assignment: Assignment) -> bool:
    """Whether this phone takes part in this queue, busy or not."""
    return _absence(device, assignment) is None


def device_obstacle(device: DeviceRecord, assignment: Assignment, agent: AgentRecord) -> DeviceObstacle | None:
    """What keeps an offer of this queue from this phone now. None: nothing does."""
    absence = _absence(device, assignment)
    if absence is None and calls_on(device.id, agent) >= assignment.max_calls:
        return DeviceObstacle.IN_USE
    return absence


def _absence(device: DeviceRecord, assignment: Assignment) -> DeviceObstacle | None:
    if not device.reachable:
        return DeviceObstacle.NOT_REGISTERED
    if not device.on:
        return DeviceObstacle.SWITCHED_OFF
    if assignment.devices is not None and device.id not in assignment.devices:
        return DeviceObstacle.NOT_FOR_QUEUE
    return None


def calls_on(device: DeviceId, agent: AgentRecord) -> int:
    """How many calls this phone of his has."""
    if not agent.calls and not agent.other_calls:
        return 0  # as mostly when it is asked
    return sum(d == device for d in agent.calls.values()) + sum(d == device for d in agent.other_calls.values())


class Criterion(StrEnum):
    """By what agents of a queue stand in order."""

    ORDER = "order"
    """His assignment's order number, lowest first."""
    IDLE_TIME = "idle_time"
    """Longest first."""


CRITERIA: Final[Mapping[QueueType, tuple[Criterion, ...]]] = {
    QueueType.ROUND_ROBIN: (Criterion.IDLE_TIME,),
    QueueType.TIERED_ROUND_ROBIN: (Criterion.ORDER, Criterion.IDLE_TIME),
    QueueType.RING_ALL: (Criterion.ORDER,),
    QueueType.LINEAR_HUNT: (Criterion.ORDER,),
    QueueType.LINEAR_CASCADE: (Criterion.ORDER,),
    QueueType.CALL_PARK: (Criterion.ORDER,),
}
"""By what the agents of such a queue are ordered, the first of them counting most; of two it is the order number."""


def rank(queue: Queue, assignment: Assignment, agent: AgentRecord) -> tuple[float, float]:
    """His place in the queue's order, lowest first: a number for each criterion; equal ranks go by id.

    Always two numbers: while a queue changes its type, old and new ranks stand in one order.
    """
    by = CRITERIA[queue.type]
    idle_since = agent.idle_since.timestamp() if Criterion.IDLE_TIME in by else 0.0
    return (assignment.order, idle_since) if Criterion.ORDER in by else (idle_since, 0.0)
