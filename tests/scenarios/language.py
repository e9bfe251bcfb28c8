"""The language of the stories: a centre in a few words, input lines, and what each of them means.

`README.md` beside this file describes it for the reader of stories. Never says what comes of an input: the stories do.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from msgspec.structs import replace

from acd.inputs import (
    AgentTold,
    AnnouncementOver,
    AsteriskLost,
    AsteriskSeen,
    CallArrived,
    CallConnected,
    CallerHungUp,
    CallerNotReached,
    CallerReached,
    ChangeMonitor,
    ConfigurationLoaded,
    ConnectFailed,
    DeviceRegistered,
    DeviceUnregistered,
    DialFor,
    EndMonitor,
    EndWrapUp,
    EndWrapUpByPhone,
    EngineStarted,
    Event,
    HangUp,
    Hold,
    KeyPressed,
    LegAnswered,
    LegEnd,
    LegEnded,
    LegHeld,
    LegKeyPressed,
    LegResumed,
    Monitor,
    MonitorAnswered,
    MoveCall,
    OtherCallAnswered,
    OtherCallEnded,
    OtherCallStarted,
    PhoneNamedItself,
    PickCall,
    Request,
    Resume,
    SeenCall,
    SeenLeg,
    SeenOtherCall,
    SetAwayByPhone,
    SetPriority,
    SetStatus,
    SetStatusByPhone,
    SwitchDevice,
    TransferAsked,
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
    Caller,
    CallId,
    ChannelId,
    DeviceId,
    MonitorMode,
    OfferId,
    Status,
    agent_id,
    queue_id,
)
from tests.scenarios.declarations import ACCOUNT, Centre, StoryError, clock_time

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


# --- input lines: a pattern, and what it means

Meaning = Callable[[Mapping[str, str]], Event | Request]

_ENDS: Final = {
    "is busy for": LegEnd.BUSY,
    "declines": LegEnd.DECLINED,
    "cannot be reached for": LegEnd.UNREACHABLE,
    "gives up": LegEnd.NO_ANSWER,
    "hangs up": LegEnd.HUNG_UP,
}
_BACK_ENDS: Final = {
    "is busy at": LegEnd.BUSY,
    "declines at": LegEnd.DECLINED,
    "cannot be reached at": LegEnd.UNREACHABLE,
    "does not answer at": LegEnd.NO_ANSWER,
}
_MODES: Final = {
    "listens to": MonitorMode.LISTEN,
    "whispers into": MonitorMode.WHISPER,
    "joins": MonitorMode.JOIN,
}
_CALL = r"(?P<call>[A-Z]\w*)"
_OFFER = r"(?P<offer>[A-Z]\w*~\d+)"
_DEVICE = r"(?P<device>\w+-\w+)"
_BACK = r"(?P<channel>[A-Z]\w*~back~\d+)"
_AGENT = r"(?P<agent>\d+)"
_MODE = rf"(?P<mode>{'|'.join(_MODES)})"
_CHANNEL = r"(?P<channel>[a-z][\w-]*|[A-Z]\w*(?:~back~\d+)?)"


def _arrives(said: Mapping[str, str]) -> Event:
    caller = Caller(number=said["caller"] or f"555{said['call']}")
    return CallArrived(
        call=CallId(said["call"]),
        account=ACCOUNT,
        number=said["number"],
        caller=caller,
        priority=int(said["priority"]) if said["priority"] else None,
        device=DeviceId(said["phone"]) if said["phone"] else None,
    )


def _leg_ends(said: Mapping[str, str]) -> Event:
    return LegEnded(offer=OfferId(said["offer"]), device=DeviceId(said["device"]), how=_ENDS[said["how"]])


_PATTERNS: Final[tuple[tuple[str, Meaning], ...]] = (
    (
        rf"{_CALL} calls (?P<number>\d+)(?: from (?P<caller>[^\s-]+))?(?: on (?P<phone>\w+-\w+))?"
        r"(?: with priority (?P<priority>\d+))?",
        _arrives,
    ),
    (
        rf"{_CALL} has heard (?P<number>\d+)",
        lambda said: AnnouncementOver(call=CallId(said["call"]), number=int(said["number"])),
    ),
    (rf"{_CALL} presses (?P<key>\S)", lambda said: KeyPressed(call=CallId(said["call"]), key=said["key"])),
    (
        rf"{_DEVICE} presses (?P<key>\*1|\S) for {_OFFER}",
        lambda said: LegKeyPressed(offer=OfferId(said["offer"]), device=DeviceId(said["device"]), key=said["key"]),
    ),
    (
        rf"{_DEVICE} has heard it for {_OFFER}",
        lambda said: AgentTold(offer=OfferId(said["offer"]), device=DeviceId(said["device"])),
    ),
    (
        rf"{_CALL} picks up {_BACK}",
        lambda said: CallerReached(call=CallId(said["call"]), channel=ChannelId(said["channel"])),
    ),
    (
        rf"{_CALL} (?P<how>{'|'.join(_BACK_ENDS)}) {_BACK}",
        lambda said: CallerNotReached(
            call=CallId(said["call"]), channel=ChannelId(said["channel"]), how=_BACK_ENDS[said["how"]]
        ),
    ),
    (
        rf"{_DEVICE} holds {_OFFER}",
        lambda said: LegHeld(offer=OfferId(said["offer"]), device=DeviceId(said["device"])),
    ),
    (
        rf"{_DEVICE} resumes {_OFFER}",
        lambda said: LegResumed(offer=OfferId(said["offer"]), device=DeviceId(said["device"])),
    ),
    (
        rf"{_DEVICE} transfers {_OFFER} to (?P<number>\S+)(?: after {_CHANNEL}(?: with (?P<consulted>\S+))?)?",
        lambda said: TransferAsked(
            offer=OfferId(said["offer"]),
            device=DeviceId(said["device"]),
            number=said["number"],
            consult=ChannelId(said["channel"]) if said["channel"] else None,
            consulted=said["consulted"],
        ),
    ),
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
        rf"{_DEVICE} says that it is a (?P<model>.+)",
        lambda said: PhoneNamedItself(device=DeviceId(said["device"]), model=said["model"]),
    ),
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
        rf"{_DEVICE} dials \*55(?P<number>[6-9])",
        lambda said: SetAwayByPhone(device=DeviceId(said["device"]), number=int(said["number"])),
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
    (
        rf"{_AGENT} hangs up {_CALL}",
        lambda said: HangUp(call=CallId(said["call"]), by=agent_id(ACCOUNT, said["agent"])),
    ),
    (rf"{_CALL} is to be held", lambda said: Hold(call=CallId(said["call"]))),
    (rf"{_CALL} is to be resumed", lambda said: Resume(call=CallId(said["call"]))),
    (
        rf"{_DEVICE} is to call (?P<number>\S+)",
        lambda said: DialFor(device=DeviceId(said["device"]), number=said["number"]),
    ),
    (
        rf"{_AGENT} gives {_CALL} (?:priority (?P<priority>\d+)|no priority)",
        lambda said: SetPriority(
            call=CallId(said["call"]),
            priority=int(said["priority"]) if said["priority"] else None,
            by=agent_id(ACCOUNT, said["agent"]),
        ),
    ),
    (
        rf"{_AGENT} moves {_CALL} to (?P<number>\d+)",
        lambda said: MoveCall(
            call=CallId(said["call"]), queue=queue_id(ACCOUNT, said["number"]), by=agent_id(ACCOUNT, said["agent"])
        ),
    ),
    (
        rf"{_AGENT} gives {_CALL} to (?P<to>\d+)",
        lambda said: PickCall(
            call=CallId(said["call"]), agent=agent_id(ACCOUNT, said["to"]), by=agent_id(ACCOUNT, said["agent"])
        ),
    ),
    (
        rf"{_AGENT} {_MODE} {_CALL} on {_DEVICE}",
        lambda said: Monitor(
            call=CallId(said["call"]),
            by=agent_id(ACCOUNT, said["agent"]),
            device=DeviceId(said["device"]),
            mode=_MODES[said["mode"]],
        ),
    ),
    (
        rf"{_AGENT} now {_MODE} {_CALL}",
        lambda said: ChangeMonitor(
            call=CallId(said["call"]), by=agent_id(ACCOUNT, said["agent"]), mode=_MODES[said["mode"]]
        ),
    ),
    (
        rf"{_AGENT} leaves {_CALL}",
        lambda said: EndMonitor(call=CallId(said["call"]), by=agent_id(ACCOUNT, said["agent"])),
    ),
    (rf"{_CHANNEL} is picked up", lambda said: MonitorAnswered(channel=ChannelId(said["channel"]))),
    (r"asterisk is lost", lambda _: AsteriskLost()),
    (r"the engine starts", lambda _: EngineStarted()),
)


LOOK: Final = "asterisk is looked at"
"""A look while Asterisk is in sight, and another one that shows the same."""


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
    for seen in ("asterisk is seen", LOOK):
        if line.startswith(seen):
            return _seen(line.removeprefix(seen).lstrip(":"), centre, arrivals, now)
    raise StoryError(f"no input: {line!r}")


def _seen(text: str, centre: Centre, arrivals: dict[CallId, datetime], now: datetime) -> AsteriskSeen:
    """Read `calls A 7001, B 7001; held B 7001; legs 1001-desk A~1 answered; talks A; other x 1001-desk; phones all`."""
    seen = AsteriskSeen()
    for part in filter(None, (part.strip() for part in text.split(";"))):
        kind, _, rest = part.partition(" ")
        items = [item.split() for item in rest.split(",")]
        match kind:
            case "calls":
                seen = replace(seen, calls=tuple(_seen_call(item, arrivals, now) for item in items))
            case "legs":
                seen = replace(
                    seen,
                    legs=tuple(
                        SeenLeg(
                            offer=OfferId(item[1]),
                            device=DeviceId(item[0]),
                            answered=item[2:3] == ["answered"],
                            talks_with=CallId(item[4]) if item[3:4] == ["with"] else None,
                        )
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
            case "elsewhere":
                seen = replace(seen, elsewhere=frozenset(ChannelId(item[0]) for item in items))
            case "talks":
                joined, alone = (
                    frozenset(CallId(item[0]) for item in items if item[1:] == how) for how in ([], ["alone"])
                )
                talks = frozenset(CallId(item[0]) for item in items)
                seen = replace(seen, talks=talks, joined=joined, alone=alone)
            case "held":
                held = frozenset((CallId(item[0]), queue_id(ACCOUNT, item[1])) for item in items)
                seen = replace(seen, held=held)
            case "monitors":
                listening = frozenset((ChannelId(item[0]), MonitorMode(item[1])) for item in items if item[1:])
                seen = replace(seen, monitors=frozenset(ChannelId(item[0]) for item in items), listening=listening)
            case "life":
                seen = replace(seen, life=rest)
            case _:
                raise StoryError(f"asterisk has no {kind!r}")
    return replace(seen, legs=tuple(_with_its_caller(leg, seen.joined) for leg in seen.legs))


def _with_its_caller(leg: SeenLeg, joined: frozenset[CallId]) -> SeenLeg:
    """A leg that is up talks with the caller for whom it rang, if he talks, unless another one is named."""
    call = CallId(leg.offer.partition("~")[0])
    return replace(leg, talks_with=call) if leg.answered and leg.talks_with is None and call in joined else leg


def _seen_call(item: list[str], arrivals: dict[CallId, datetime], now: datetime) -> SeenCall:
    """Read `A 7001`, and behind it `since 0:05`, `on A~back~1`, `ringing on A~back~1` or `from 1001-desk`."""
    call, number, *more = item
    seen = SeenCall(
        call=CallId(call),
        account=ACCOUNT,
        number=number,
        caller=Caller(number=f"555{call}"),
        arrived=arrivals.get(CallId(call), now),
    )
    match more:
        case []:
            return seen
        case ["since", since]:
            return replace(seen, arrived=MORNING + clock_time(since))
        case ["on", channel]:
            return replace(seen, channel=ChannelId(channel))
        case ["ringing", "on", channel]:
            return replace(seen, channel=ChannelId(channel), answered=False)
        case ["from", device]:
            return replace(seen, device=DeviceId(device))
        case _:
            raise StoryError(f"a call that is seen has no {' '.join(more)!r}")


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
        elif line[0] in ".>!~?=":
            kind = "transcript"
        elif line.split()[0] in ("queue", "agent", "assign", "account", "closed", "expected"):
            kind = "head"
        else:
            kind = "input"
        yield Line(number=number, text=line, kind=kind)
