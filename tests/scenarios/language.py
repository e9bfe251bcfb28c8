"""The language of the stories: a centre in a few words, input lines, and what each of them means.

`README.md` beside this file describes it for the reader of stories. Never says what comes of an input: the stories do.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from acd.inputs import (
    AsteriskLost,
    AsteriskSeen,
    CallArrived,
    CallConnected,
    CallerHungUp,
    ConfigurationLoaded,
    ConnectFailed,
    DeviceRegistered,
    DeviceUnregistered,
    EndWrapUp,
    EndWrapUpByPhone,
    EngineStarted,
    Event,
    LegAnswered,
    LegEnd,
    LegEnded,
    OtherCallAnswered,
    OtherCallEnded,
    OtherCallStarted,
    Request,
    SeenCall,
    SeenLeg,
    SeenOtherCall,
    SetStatus,
    SetStatusByPhone,
    SwitchDevice,
)
from acd.model import (
    BREAK,
    LUNCH,
    MEETING,
    OFFLINE,
    ONLINE,
    OTHER,
    SINGLE_CALL,
    WEB,
    AccountId,
    Agent,
    AgentId,
    Assignment,
    AssignmentKey,
    Caller,
    CallId,
    ChannelId,
    Configuration,
    Device,
    DeviceId,
    OfferId,
    Queue,
    QueueId,
    QueueType,
    Status,
    agent_id,
    queue_id,
)

ACCOUNT: Final = AccountId("demo.example")
MORNING: Final = datetime(2024, 3, 4, 9, 0, tzinfo=UTC)
"""When every story begins; its clock counts from here."""

STAR_CODES: Final = {
    "*50": SINGLE_CALL,
    "*51": ONLINE,
    "*52": OFFLINE,
    "*551": LUNCH,
    "*552": BREAK,
    "*553": MEETING,
    "*554": OTHER,
    "*555": WEB,
}


class StoryError(Exception):
    """A line of a story that fits no pattern; the text says which."""


def duration(text: str) -> timedelta:
    """Read `7s` or `1.5s` or `2m`."""
    unit = {"s": 1, "m": 60}.get(text[-1:])
    if unit is None:
        raise StoryError(f"a duration such as 7s or 2m is expected, not {text!r}")
    return timedelta(seconds=float(text[:-1]) * unit)


def clock_time(text: str) -> timedelta:
    """Read the story's clock, `1:05`."""
    minutes, _, seconds = text.partition(":")
    return timedelta(minutes=int(minutes), seconds=float(seconds))


@dataclass
class Centre:
    """What a story declares: queues, agents, their phones and assignments; changed by `configure:` lines."""

    agents: dict[AgentId, Agent] = field(default_factory=dict[AgentId, Agent])
    devices: dict[DeviceId, Device] = field(default_factory=dict[DeviceId, Device])
    queues: dict[QueueId, Queue] = field(default_factory=dict[QueueId, Queue])
    assignments: dict[AssignmentKey, Assignment] = field(default_factory=dict[AssignmentKey, Assignment])
    online: list[AgentId] = field(default_factory=list[AgentId])

    def configuration(self) -> Configuration:
        """The declared centre as the database would give it."""
        return Configuration(
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

    def _queue(self, number: str, options: list[str]) -> None:
        key = queue_id(ACCOUNT, number)
        queue = self.queues.get(key) or Queue(id=key, account=ACCOUNT, number=number, name=f"Queue {number}")
        for option in options:
            match option.partition("="):
                case ["mandatory", "", ""]:
                    queue = replace(queue, wrap_up_mandatory=True)
                case ["wrap-up", _, value]:
                    queue = replace(queue, wrap_up=duration(value))
                case ["ring", _, value]:
                    queue = replace(queue, ring_time=duration(value))
                case ["back-off", _, value]:
                    queue = replace(queue, back_off=duration(value))
                case ["priority", _, value]:
                    queue = replace(queue, priority=int(value))
                case ["first-round", _, value]:
                    queue = replace(queue, first_round=int(value))
                case ["increment", _, value]:
                    queue = replace(queue, increment=int(value))
                case [kind, "", ""]:
                    queue = replace(queue, type=QueueType(kind.replace("-", "_")))
                case _:
                    raise StoryError(f"a queue has no {option!r}")
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
                case ["phones", _, value]:
                    phones = frozenset(DeviceId(f"{extension}-{phone}") for phone in value.split(","))
                    assignment = replace(assignment, devices=phones)
                case _:
                    raise StoryError(f"an assignment has no {option!r}")
        self.assignments[key] = assignment


# --- input lines: a pattern, and what it means

Meaning = Callable[[Mapping[str, str]], Event | Request]

_ENDS: Final = {
    "is busy for": LegEnd.BUSY,
    "declines": LegEnd.DECLINED,
    "cannot be reached for": LegEnd.UNREACHABLE,
    "gives up": LegEnd.NO_ANSWER,
    "hangs up": LegEnd.HUNG_UP,
}
_CALL = r"(?P<call>[A-Z]\w*)"
_OFFER = r"(?P<offer>[A-Z]\w*~\d+)"
_DEVICE = r"(?P<device>\w+-\w+)"
_CHANNEL = r"(?P<channel>[a-z]\w*|[A-Z]\w*)"


def _arrives(said: Mapping[str, str]) -> Event:
    caller = Caller(number=said["caller"] or f"555{said['call']}")
    return CallArrived(
        call=CallId(said["call"]),
        account=ACCOUNT,
        number=said["number"],
        caller=caller,
        priority=int(said["priority"]) if said["priority"] else None,
    )


def _leg_ends(said: Mapping[str, str]) -> Event:
    return LegEnded(offer=OfferId(said["offer"]), device=DeviceId(said["device"]), how=_ENDS[said["how"]])


_PATTERNS: Final[tuple[tuple[str, Meaning], ...]] = (
    (rf"{_CALL} calls (?P<number>\d+)(?: from (?P<caller>\S+))?(?: with priority (?P<priority>\d+))?", _arrives),
    (
        rf"{_DEVICE} answers {_OFFER}",
        lambda said: LegAnswered(offer=OfferId(said["offer"]), device=DeviceId(said["device"])),
    ),
    (rf"{_DEVICE} (?P<how>{'|'.join(_ENDS)}) {_OFFER}", _leg_ends),
    (rf"{_CALL} is connected", lambda said: CallConnected(call=CallId(said["call"]))),
    (rf"{_CALL} cannot be connected", lambda said: ConnectFailed(call=CallId(said["call"]))),
    (rf"{_CALL} hangs up", lambda said: CallerHungUp(call=CallId(said["call"]))),
    (rf"{_DEVICE} registers", lambda said: DeviceRegistered(device=DeviceId(said["device"]))),
    (rf"{_DEVICE} unregisters", lambda said: DeviceUnregistered(device=DeviceId(said["device"]))),
    (
        rf"{_DEVICE} begins other call {_CHANNEL}",
        lambda said: OtherCallStarted(channel=ChannelId(said["channel"]), device=DeviceId(said["device"])),
    ),
    (rf"other call {_CHANNEL} is answered", lambda said: OtherCallAnswered(channel=ChannelId(said["channel"]))),
    (rf"other call {_CHANNEL} ends", lambda said: OtherCallEnded(channel=ChannelId(said["channel"]))),
    (
        rf"{_DEVICE} dials (?P<code>\*5(?:[012]|5[1-5]))",
        lambda said: SetStatusByPhone(device=DeviceId(said["device"]), status=STAR_CODES[said["code"]]),
    ),
    (
        rf"{_DEVICE} dials \*54",
        lambda said: EndWrapUpByPhone(device=DeviceId(said["device"])),
    ),
    (
        r"(?P<agent>\d+) chooses (?P<status>\w+)",
        lambda said: SetStatus(agent=agent_id(ACCOUNT, said["agent"]), status=Status(said["status"])),
    ),
    (r"(?P<agent>\d+) ends wrap-up", lambda said: EndWrapUp(agent=agent_id(ACCOUNT, said["agent"]))),
    (
        rf"{_DEVICE} is switched (?P<on>on|off)",
        lambda said: SwitchDevice(device=DeviceId(said["device"]), on=said["on"] == "on"),
    ),
    (r"asterisk is lost", lambda _: AsteriskLost()),
    (r"the engine starts", lambda _: EngineStarted()),
)


def understand(line: str, centre: Centre, arrivals: dict[CallId, datetime], now: datetime) -> Event | Request:
    """What an input line means.

    Raises:
        StoryError: no pattern fits the line.
    """
    for pattern, meaning in _PATTERNS:
        if found := re.fullmatch(pattern, line):
            return meaning(found.groupdict())
    if line.startswith("configure:"):
        for part in line.removeprefix("configure:").split(";"):
            if part.strip() and not centre.declare(part.strip()):
                raise StoryError(f"no declaration: {part!r}")
        return ConfigurationLoaded(configuration=centre.configuration())
    if line.startswith("asterisk is seen"):
        return _seen(line.removeprefix("asterisk is seen").lstrip(":"), centre, arrivals, now)
    raise StoryError(f"no input: {line!r}")


def _seen(text: str, centre: Centre, arrivals: dict[CallId, datetime], now: datetime) -> AsteriskSeen:
    """Read `calls A 7001, B 7001 since 0:05; legs 1001-desk A~1 answered; talks A; other x 1001-desk; phones all`."""
    seen = AsteriskSeen()
    for part in filter(None, (part.strip() for part in text.split(";"))):
        kind, _, rest = part.partition(" ")
        items = [item.split() for item in rest.split(",")]
        match kind:
            case "calls":
                seen = replace(
                    seen,
                    calls=tuple(
                        SeenCall(
                            call=CallId(call),
                            account=ACCOUNT,
                            number=number,
                            caller=Caller(number=f"555{call}"),
                            arrived=MORNING + clock_time(since[1]) if since else arrivals.get(CallId(call), now),
                        )
                        for call, number, *since in items
                    ),
                )
            case "legs":
                seen = replace(
                    seen,
                    legs=tuple(
                        SeenLeg(offer=OfferId(item[1]), device=DeviceId(item[0]), answered=item[2:] == ["answered"])
                        for item in items
                    ),
                )
            case "other":
                seen = replace(
                    seen,
                    other_calls=tuple(
                        SeenOtherCall(
                            channel=ChannelId(item[0]), device=DeviceId(item[1]), answered=item[2:] == ["answered"]
                        )
                        for item in items
                    ),
                )
            case "phones":
                everyone = frozenset(centre.devices)
                named = everyone if rest == "all" else frozenset(DeviceId(item[0]) for item in items)
                seen = replace(seen, registered=named)
            case "talks":
                seen = replace(seen, talks=frozenset(CallId(item[0]) for item in items))
            case _:
                raise StoryError(f"asterisk has no {kind!r}")
    return seen


# --- the lines of a story


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a story and what kind it is."""

    number: int
    text: str
    kind: str
    """`note` (comment or empty), `transcript`, `head` or `input`."""


def lines(text: str) -> Iterator[Line]:
    """Tell apart the lines of a story."""
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        if not line or line.startswith("#"):
            kind = "note"
        elif line[0] in ".>!~":
            kind = "transcript"
        elif line.split()[0] in ("queue", "agent", "assign", "closed"):
            kind = "head"
        else:
            kind = "input"
        yield Line(number=number, text=line, kind=kind)
