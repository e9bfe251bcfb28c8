"""The words of a call centre: who answers, what waits, and by which rules.

Only values stand here. What happens to them is in `state`, what is decided about them in `engine` and `matching`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Final, NewType

AccountId = NewType("AccountId", str)
"""A tenant, named by its domain: `demo.example`."""

AgentId = NewType("AgentId", str)
"""A person who may answer queue calls: `1001@demo.example`."""

QueueId = NewType("QueueId", str)
"""A queue: `7001@demo.example`."""

DeviceId = NewType("DeviceId", str)
"""A phone: the name of its PJSIP endpoint, letters, digits, `_` and `-`: `1001-desk`."""

CallId = NewType("CallId", str)
"""A caller in our care: the id of his channel in Asterisk."""

OfferId = NewType("OfferId", str)
"""One call ringing at one agent: `<call>~<n>`, n counting the offers of that call from 1."""

ChannelId = NewType("ChannelId", str)
"""A channel in Asterisk that is none of ours: a direct, outbound or star-code call of a device."""

Status = NewType("Status", str)
"""What an agent has chosen to be. Custom ones exist per account, so this is open."""

ONLINE: Final = Status("online")
SINGLE_CALL: Final = Status("single_call")
LUNCH: Final = Status("lunch")
BREAK: Final = Status("break")
MEETING: Final = Status("meeting")
OTHER: Final = Status("other")
WEB: Final = Status("web")
OFFLINE: Final = Status("offline")

STATUSES: Final = (ONLINE, SINGLE_CALL, LUNCH, BREAK, MEETING, OTHER, WEB, OFFLINE)


def takes_queue_calls(status: Status) -> bool:
    """Whether an agent of this status is offered queue calls at all."""
    return status in (ONLINE, SINGLE_CALL)


class QueueType(StrEnum):
    """The order in which phones ring; each is one rule in `matching`."""

    ROUND_ROBIN = "round_robin"
    """One agent at a time, the one idle longest first."""
    TIERED_ROUND_ROBIN = "tiered_round_robin"
    """One agent at a time, the one idle longest in the lowest tier (order number) that has an untried one."""
    RING_ALL = "ring_all"
    """All at once; the first answer wins."""
    LINEAR_HUNT = "linear_hunt"
    """One agent at a time, in the assignments' order, from the top for every call."""
    LINEAR_CASCADE = "linear_cascade"
    """The first group rings; at each ring time-out the next group rings as well, until all ring."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who is calling, as the network says. Text from outside: shown, never interpreted."""

    number: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """A person with an extension. He answers queue calls where an `Assignment` says so."""

    id: AgentId
    account: AccountId
    extension: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A phone of an agent."""

    id: DeviceId
    owner: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """Callers waiting for the same service, and its rules."""

    id: QueueId
    account: AccountId
    number: str
    name: str
    type: QueueType = QueueType.ROUND_ROBIN
    priority: int = 1
    """Which queue an agent serves first, 1 before 2; an assignment may say otherwise for its agent."""
    wrap_up: timedelta = timedelta(0)
    wrap_up_mandatory: bool = False
    """The agent cannot end his wrap-up, neither by saying so nor by a change of status."""
    ring_time: timedelta = timedelta(seconds=20)
    """How long one offer rings before it counts as not answered."""
    back_off: timedelta = timedelta(seconds=5)
    """How long an agent is left alone after his phone was busy, declined or could not be reached."""
    first_round: int | None = None
    """Linear cascade: how many agents ring first. None: those of the lowest order number."""
    increment: int | None = None
    """Linear cascade: how many ring as well after each ring time. None as `first_round` is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """One agent in one queue."""

    agent: AgentId
    queue: QueueId
    order: int = 1
    """The place in fixed orders, lowest first; equal numbers are told apart by the agent's id.

    It is the tier of a tiered round-robin, and the group of a linear cascade."""
    priority: int | None = None
    """None: the queue's."""
    wrap_up: timedelta | None = None
    """None: the queue's."""
    max_calls: int = 1
    """He is offered a call of this queue while he has fewer calls in hand than this, of any kind."""
    devices: frozenset[DeviceId] | None = None
    """Those of his phones that ring for this queue; None: all."""


AssignmentKey = tuple[AgentId, QueueId]


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """All that supervisors decide, at one moment. Every id that an entry names is present too."""

    agents: Mapping[AgentId, Agent] = field(default_factory=dict[AgentId, Agent])
    devices: Mapping[DeviceId, Device] = field(default_factory=dict[DeviceId, Device])
    queues: Mapping[QueueId, Queue] = field(default_factory=dict[QueueId, Queue])
    assignments: Mapping[AssignmentKey, Assignment] = field(default_factory=dict[AssignmentKey, Assignment])


def queue_id(account: AccountId, number: str) -> QueueId:
    """The id of the queue with this extension."""
    return QueueId(f"{number}@{account}")


def agent_id(account: AccountId, extension: str) -> AgentId:
    """The id of the person with this extension."""
    return AgentId(f"{extension}@{account}")
