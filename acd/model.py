"""The words of a call centre: who answers, what waits, and by which rules.

Only values stand here. What happens to them is in `state`, what is decided about them in `engine` and `matching`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Final, NewType

from msgspec import Struct

AccountId = NewType("AccountId", str)
"""A tenant, named by its domain: `demo.example`."""

AgentId = NewType("AgentId", str)
"""A person who may answer queue calls: `1001@demo.example`."""

QueueId = NewType("QueueId", str)
"""A queue: `7001@demo.example`."""

DeviceId = NewType("DeviceId", str)
"""A phone: the name of its PJSIP endpoint, letters, digits, `_` and `-`: `1001-desk`."""

CallId = NewType("CallId", str)
"""A caller in our care: the id of the channel on which he came, in Asterisk."""

OfferId = NewType("OfferId", str)
"""One call ringing at one agent: `<call>~<n>`, n counting the offers of that call from 1."""

ChannelId = NewType("ChannelId", str)
"""A channel in Asterisk: a caller's, or a direct, outbound or star-code call of a device. A leg has none here."""

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


AWAY_STATUSES: Final = (LUNCH, BREAK, MEETING, OTHER, WEB)
"""Those that every account has, in the order in which a star code counts them; an account's own follow."""


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
    CALL_PARK = "call_park"
    """Nobody rings; whoever of the account dials the queue's number gets the caller whose turn it is."""


class Recording(StrEnum):
    """Whether the talks of a queue are recorded."""

    OFF = "off"
    ON = "on"
    ON_DEMAND = "on_demand"
    """The agent begins and ends it by a key."""


class MonitorMode(StrEnum):
    """Who hears a supervisor while he listens in on a talk."""

    LISTEN = "listen"
    """Nobody."""
    WHISPER = "whisper"
    """The agent alone."""
    JOIN = "join"
    """Both."""


class SingleCallUse(StrEnum):
    """What uses up an agent's Single-Call."""

    HANDLED = "handled"
    """A call in which he was connected, once it has ended."""
    OFFERED = "offered"
    """Any offer that has ended, answered or not, unless it was taken back by us or has never reached him."""


class TargetKind(StrEnum):
    """Where a caller goes whom a queue does not keep."""

    QUEUE = "queue"
    EXTENSION = "extension"
    MESSAGE = "message"
    """He hears it, and is hung up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A queue or extension by its number, or a message by the name of its sound."""

    kind: TargetKind
    name: str


class Caller(Struct, frozen=True, kw_only=True):
    """Who is calling, as the network says. Text from outside: shown, never interpreted."""

    number: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundCaps:
    """How many calls may go out. Hours and days are counted back from each moment."""

    at_once: int
    per_hour: int
    per_day: int
    """In 24 hours."""


ACCOUNT_CAPS: Final = OutboundCaps(at_once=20, per_hour=120, per_day=600)
AGENT_CAPS: Final = OutboundCaps(at_once=3, per_hour=20, per_day=100)
"""Where a centre does not say otherwise: what some dozen agents need, and what a thief can do harm with in a night."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What holds for a whole tenant."""

    id: AccountId
    time_zone: str = "UTC"
    """In which its days begin, as the IANA data base names it: `Europe/Budapest`."""
    screen_pop: str | None = None
    """The address of a page about a caller, as a template; None: there is none."""
    statuses: tuple[Status, ...] = ()
    """Its own, in their order: in each of them an agent is away."""
    outbound: tuple[str, ...] = ()
    """Patterns of the numbers that we may call for it, as a dial plan writes them.

    `X` is 0-9, `Z` 1-9, `N` 2-9, `[1-35]` one of these, `.` at the end one or more of anything, all else itself.
    No pattern: nobody is called. What is dear in most countries has to be named in full: `outbound.DEAR`."""
    outbound_caps: OutboundCaps = ACCOUNT_CAPS
    """Of calls back and of callers whom agents pass on to numbers outside, together."""
    outbound_caps_of_agent: OutboundCaps = AGENT_CAPS
    """Of those whom one agent passes on."""


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
class Announcements:
    """What a waiting caller hears beside the music. Sounds are named as Asterisk names them, without a suffix."""

    welcome: str | None = None
    """Once, when he begins to wait here."""
    position_every: timedelta | None = None
    """How many are before him: after the welcome, and then at this interval."""
    expected_wait_every: timedelta | None = None
    """How long it will probably take: likewise."""
    comfort: tuple[str, ...] = ()
    """One after the other, in turn, each time `comfort_every` has passed."""
    comfort_every: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """How those are called back who do not want to wait on the line."""

    key: str
    """The key that asks for it, one of 0-9, * and #."""
    attempts: int = 3
    """How often he is called before he is given up."""
    retry: timedelta = timedelta(minutes=5)
    """From one attempt to the next."""
    ring_time: timedelta = timedelta(seconds=30)
    """How long his phone rings."""


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
    """The agent cannot end his wrap-up, neither by saying so nor by a change of status, and has it away as well."""
    ring_time: timedelta = timedelta(seconds=20)
    """How long one offer rings before it counts as not answered."""
    busy_back_off: timedelta = timedelta(seconds=5)
    """How long an agent is left alone after his phone was busy."""
    declined_back_off: timedelta = timedelta(seconds=5)
    """After he declined."""
    unreachable_back_off: timedelta = timedelta(seconds=5)
    """After his phone could not be reached."""
    after_missed: int | None = None
    """So many missed offers in a row take an agent Offline. None: no number does."""
    single_call_used_by: SingleCallUse = SingleCallUse.HANDLED
    first_round: int | None = None
    """Linear cascade: how many agents ring first. None: those of the lowest order number."""
    increment: int | None = None
    """Linear cascade: how many ring as well after each ring time. None as `first_round` is."""
    max_callers: int | None = None
    """So many wait at most; who comes then goes to `overflow`."""
    max_expected_wait: timedelta | None = None
    """Who would probably wait longer than this goes to `overflow` at once."""
    agents_required: int = 0
    """A caller is let in only while so many agents at least take calls of this queue, free or not."""
    max_wait: timedelta | None = None
    """Who has waited here for so long goes to `overflow`; a ring in progress is let finish."""
    overflow: Target | None = None
    """Where those go whom this queue does not keep. None: a message of ours."""
    leave_key: str | None = None
    """The key with which a caller goes to `overflow` by himself."""
    callback: Callback | None = None
    """None: nobody is called back."""
    place_back: timedelta | None = None
    """Who hung up while waiting, and calls again within this time, has his old place. None: he has not."""
    longest_behind: timedelta | None = None
    """Who has waited for so long goes before all priorities, of queues and of callers. None: nobody does."""
    announcements: Announcements = Announcements()
    agent_announcement: str | None = None
    """The sound that names the queue to the agent, with the caller's wait, before the two are joined. None: neither."""
    recording: Recording = Recording.OFF
    service_level: timedelta = timedelta(seconds=60)
    """The wait within which an answer counts as good service."""

    @property
    def uses_expected_wait(self) -> bool:
        """Whether anything depends on how long a caller will probably wait. Else nobody reckons it out."""
        return bool(self.max_expected_wait or self.announcements.expected_wait_every)


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
    confirm: bool = False
    """Picking up is not enough: he must press 1 to take the call."""
    auto_answer: bool = False
    """His phones are asked to pick up by themselves."""


AssignmentKey = tuple[AgentId, QueueId]


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """All that supervisors decide, at one moment. Every id that an entry names is present too."""

    accounts: Mapping[AccountId, Account] = field(default_factory=dict[AccountId, Account])
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
