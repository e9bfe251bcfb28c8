"""How a story declares its centre: queues, agents, their phones and assignments, in a few words a line."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

from acd.model import (
    Account,
    AccountId,
    Agent,
    AgentId,
    Assignment,
    AssignmentKey,
    Callback,
    Configuration,
    Device,
    DeviceId,
    OutboundCaps,
    Queue,
    QueueId,
    QueueType,
    Recording,
    SingleCallUse,
    Status,
    Target,
    TargetKind,
    agent_id,
    queue_id,
)

ACCOUNT: Final = AccountId("demo.example")


class StoryError(Exception):
    """A line of a story that fits no pattern; the text says which."""


def duration(text: str) -> timedelta:
    """Read `7s` or `1.5s` or `2m`."""
    unit = {"s": 1, "m": 60}.get(text[-1:])
    if unit is None:
        raise StoryError(f"a duration such as 7s or 2m is expected, not {text!r}")
    return timedelta(seconds=float(text[:-1]) * unit)


def perhaps(text: str) -> timedelta | None:
    """Read a duration, or `none`."""
    return None if text == "none" else duration(text)


def clock_time(text: str) -> timedelta:
    """Read the story's clock, `1:05`."""
    minutes, _, seconds = text.partition(":")
    return timedelta(minutes=int(minutes), seconds=float(seconds))


@dataclass
class Centre:
    """What a story declares: queues, agents, their phones and assignments; changed by `configure:` lines."""

    accounts: dict[AccountId, Account] = field(default_factory=dict[AccountId, Account])
    agents: dict[AgentId, Agent] = field(default_factory=dict[AgentId, Agent])
    devices: dict[DeviceId, Device] = field(default_factory=dict[DeviceId, Device])
    queues: dict[QueueId, Queue] = field(default_factory=dict[QueueId, Queue])
    assignments: dict[AssignmentKey, Assignment] = field(default_factory=dict[AssignmentKey, Assignment])
    online: list[AgentId] = field(default_factory=list[AgentId])

    def configuration(self) -> Configuration:
        """The declared centre as the database would give it."""
        return Configuration(
            accounts=dict(self.accounts),
            agents=dict(self.agents),
            devices=dict(self.devices),
            queues=dict(self.queues),
            assignments=dict(self.assignments),
        )

    def declare(self, line: str) -> bool:
        """Take in a declaration. False: the line is none."""
        words = line.split()
        match words:
            case ["queue", number, *options]:
                self._queue(number, options)
            case ["agent", extension, *options]:
                self._agent(extension, options)
            case ["assign", extension, "to", number, *options]:
                self._assign(extension, number, options)
            case ["account", *options]:
                self._account(options)
            case ["remove", "queue", number]:
                gone = queue_id(ACCOUNT, number)
                del self.queues[gone]
                self.assignments = {key: value for key, value in self.assignments.items() if key[1] != gone}
            case ["remove", "agent", extension]:
                who = agent_id(ACCOUNT, extension)
                del self.agents[who]
                self.devices = {key: value for key, value in self.devices.items() if value.owner != who}
                self.assignments = {key: value for key, value in self.assignments.items() if key[0] != who}
            case ["give", device, "to", extension]:
                self.devices[DeviceId(device)] = Device(id=DeviceId(device), owner=agent_id(ACCOUNT, extension))
            case ["remove", "phone", device]:
                del self.devices[DeviceId(device)]
            case ["remove", extension, "from", number]:
                del self.assignments[agent_id(ACCOUNT, extension), queue_id(ACCOUNT, number)]
            case _:
                return False
        return True

    def _account(self, options: list[str]) -> None:
        account = self.accounts.get(ACCOUNT) or Account(id=ACCOUNT)
        for option in options:
            match option.partition("="):
                case ["statuses", _, value]:
                    account = replace(account, statuses=tuple(map(Status, value.split(","))))
                case ["outbound", _, value]:
                    account = replace(account, outbound=tuple(value.split(",")))
                case ["caps", _, value]:
                    account = replace(account, outbound_caps=_caps(value))
                case ["agent-caps", _, value]:
                    account = replace(account, outbound_caps_of_agent=_caps(value))
                case _:
                    raise StoryError(f"an account has no {option!r}")
        self.accounts[ACCOUNT] = account

    def _queue(self, number: str, options: list[str]) -> None:
        key = queue_id(ACCOUNT, number)
        queue = self.queues.get(key) or Queue(id=key, account=ACCOUNT, number=number, name=f"Queue {number}")
        for option in options:
            queue = _with_option(queue, option)
        self.queues[key] = queue

    def _agent(self, extension: str, options: list[str]) -> None:
        key = agent_id(ACCOUNT, extension)
        self.agents[key] = Agent(id=key, account=ACCOUNT, extension=extension, name=f"Agent {extension}")
        phones = ["desk"]
        for option in options:
            match option.partition("="):
                case ["phones", _, value]:
                    phones = value.split(",")
                case ["queues", _, value]:
                    for number in value.split(","):
                        self._assign(extension, number, [])
                case ["online", "", ""]:
                    self.online.append(key)
                case _:
                    raise StoryError(f"an agent has no {option!r}")
        for phone in phones:
            device = DeviceId(f"{extension}-{phone}")
            self.devices[device] = Device(id=device, owner=key)

    def _assign(self, extension: str, number: str, options: list[str]) -> None:
        key = (agent_id(ACCOUNT, extension), queue_id(ACCOUNT, number))
        assignment = self.assignments.get(key) or Assignment(agent=key[0], queue=key[1])
        for option in options:
            match option.partition("="):
                case ["order", _, value]:
                    assignment = replace(assignment, order=int(value))
                case ["priority", _, value]:
                    assignment = replace(assignment, priority=int(value))
                case ["wrap-up", _, value]:
                    assignment = replace(assignment, wrap_up=duration(value))
                case ["max-calls", _, value]:
                    assignment = replace(assignment, max_calls=int(value))
                case ["confirm", _, value]:
                    assignment = replace(assignment, confirm=value != "no")
                case ["auto-answer", "", ""]:
                    assignment = replace(assignment, auto_answer=True)
                case ["phones", _, value]:
                    phones = frozenset(DeviceId(f"{extension}-{phone}") for phone in value.split(","))
                    assignment = replace(assignment, devices=phones)
                case _:
                    raise StoryError(f"an assignment has no {option!r}")
        self.assignments[key] = assignment


def _caps(text: str) -> OutboundCaps:
    """At once, in an hour, in 24 hours: `3/10/50`."""
    at_once, per_hour, per_day = map(int, text.split("/"))
    return OutboundCaps(at_once=at_once, per_hour=per_hour, per_day=per_day)


def _with_option(queue: Queue, option: str) -> Queue:
    match option.partition("="):
        case ["mandatory", "", ""]:
            return replace(queue, wrap_up_mandatory=True)
        case ["wrap-up", _, value]:
            return replace(queue, wrap_up=duration(value))
        case ["ring", _, value]:
            return replace(queue, ring_time=duration(value))
        case ["back-off", _, value]:
            length = duration(value)
            return replace(queue, busy_back_off=length, declined_back_off=length, unreachable_back_off=length)
        case ["busy-back-off", _, value]:
            return replace(queue, busy_back_off=duration(value))
        case ["declined-back-off", _, value]:
            return replace(queue, declined_back_off=duration(value))
        case ["unreachable-back-off", _, value]:
            return replace(queue, unreachable_back_off=duration(value))
        case ["priority", _, value]:
            return replace(queue, priority=int(value))
        case ["first-round", _, value]:
            return replace(queue, first_round=int(value))
        case ["increment", _, value]:
            return replace(queue, increment=int(value))
        case ["after-missed", _, value]:
            return replace(queue, after_missed=None if value == "none" else int(value))
        case ["single-call-used-when-offered", "", ""]:
            return replace(queue, single_call_used_by=SingleCallUse.OFFERED)
        case ["max-callers", _, value]:
            return replace(queue, max_callers=None if value == "none" else int(value))
        case ["max-expected-wait", _, value]:
            return replace(queue, max_expected_wait=perhaps(value))
        case ["agents-required", _, value]:
            return replace(queue, agents_required=int(value))
        case ["max-wait", _, value]:
            return replace(queue, max_wait=perhaps(value))
        case ["overflow", _, value]:
            kind, _, name = value.partition(":")
            return replace(queue, overflow=None if kind == "none" else Target(kind=TargetKind(kind), name=name))
        case ["leave-key", _, value]:
            return replace(queue, leave_key=None if value == "none" else value)
        case ["callback", _, "none"]:
            return replace(queue, callback=None)
        case ["callback", _, value]:
            key, attempts, retry = value.split(",")
            return replace(queue, callback=Callback(key=key, attempts=int(attempts), retry=duration(retry)))
        case ["place-back", _, value]:
            return replace(queue, place_back=perhaps(value))
        case ["longest-behind", _, value]:
            return replace(queue, longest_behind=perhaps(value))
        case ["welcome", _, value]:
            welcome = None if value == "none" else value
            return replace(queue, announcements=replace(queue.announcements, welcome=welcome))
        case ["position-every", _, value]:
            return replace(queue, announcements=replace(queue.announcements, position_every=perhaps(value)))
        case ["expected-wait-every", _, value]:
            return replace(queue, announcements=replace(queue.announcements, expected_wait_every=perhaps(value)))
        case ["comfort", _, value]:
            every, *sounds = value.split(",")
            comforted = replace(queue.announcements, comfort_every=perhaps(every), comfort=tuple(sounds))
            return replace(queue, announcements=comforted)
        case ["agent-announcement", _, value]:
            return replace(queue, agent_announcement=None if value == "none" else value)
        case ["recording", _, value]:
            return replace(queue, recording=Recording(value.replace("-", "_")))
        case [kind, "", ""]:
            return replace(queue, type=QueueType(kind.replace("-", "_")))
        case _:
            raise StoryError(f"a queue has no {option!r}")
