"""What an Asterisk has: channels, bridges, playbacks, recordings and phones, and how each looks in JSON. Pure."""

from collections import deque
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.double.lines import Line

Json = dict[str, Any]

Resume = Callable[[str], None]
"""Goes on with a channel's dial plan, with the outcome of the step it stood at."""

Step = Callable[["Channel", Resume], None]
"""One application of the dial plan: begins, and resumes when it is over."""

Walk = Generator[Step, str, int]
"""A walk through the dial plan; returns the Q.850 cause with which it hangs up."""

Reply = Callable[[int, Any], None]
"""Takes the answer of a request: its HTTP status, and its body (None: empty)."""


def stamp(at: datetime) -> str:
    """An instant in Asterisk's own form."""
    return at.isoformat(timespec="milliseconds")[:23] + "+0000"


@dataclass(slots=True, kw_only=True, eq=False)
class Channel:
    """One side of one call."""

    id: str
    name: str
    state: str
    made_at: datetime
    device: str = ""
    """The phone; none for half of a Local channel."""
    caller: tuple[str, str] = ("", "")
    """Number and name."""
    connected: tuple[str, str] = ("", "")
    account: str = ""
    context: str = "acd-phones"
    exten: str = "s"
    priority: int = 1
    app_name: str = ""
    app_data: str = ""
    variables: dict[str, str] = field(default_factory=dict[str, str])
    stasis: str | None = None
    """The application that it is in."""
    made_for: str | None = None
    """The application that made it, and hears of it until its end."""
    app_at_rest: tuple[str, str] = ("", "")
    """Name and arguments of the dial plan's application that it shows when it is in none."""
    walk: Walk | None = None
    step: object = None
    """The step of the dial plan at which it stands, by a token of its own."""
    resume: Resume | None = None
    """Goes on in the dial plan where its application lets it go."""
    broken_off: Callable[[], None] | None = None
    """Takes back what its step in the dial plan has begun, where the channel leaves that step before its end."""
    bridge: "Bridge | None" = None
    moved_out_of: set[str] = field(default_factory=set[str])
    """Bridges out of which it was put into another one, not taken out of them first."""
    line: "Line | None" = None
    other_half: "Channel | None" = None
    """Of a Local channel."""
    ears: "list[Channel]" = field(default_factory=lambda: list["Channel"]())
    """Channels that hear this one."""
    dialled_by: "Callable[[str], None] | None" = None
    """Who has had it called: told RINGING, ANSWER, and END when it is no more."""
    sound: "Playback | None" = None
    """What it hears of an application."""
    orders: "deque[Playback | Callable[[], None]]" = field(
        default_factory=lambda: deque["Playback | Callable[[], None]"]()
    )
    """What waits for the end of that."""
    ending: bool = False
    """Being hung up."""
    gone: bool = False
    cause: int = 0
    """Q.850, with which it ended, or would end by itself."""
    sip_status: int = 0
    transfer: "Transfer | None" = None

    def json(self) -> Json:
        """As in events and lists."""
        found: Json = {
            "id": self.id,
            "name": self.name,
            "state": self.state,
            "protocol_id": self.line.id if self.line is not None else "",
            "caller": {"name": self.caller[1], "number": self.caller[0]},
            "connected": {"name": self.connected[1], "number": self.connected[0]},
            "accountcode": "",
            "dialplan": {
                "context": self.context,
                "exten": self.exten,
                "priority": self.priority,
                "app_name": self.app_name,
                "app_data": self.app_data,
            },
            "creationtime": stamp(self.made_at),
            "language": "en",
        }
        if self.account:
            found["tenantid"] = self.account
        return found


@dataclass(slots=True, kw_only=True, eq=False)
class Bridge:
    """Where channels hear each other, or music."""

    id: str
    kind: str
    made_at: datetime
    name: str = ""
    is_stasis: bool = True
    hears_keys: bool = False
    channels: list[Channel] = field(default_factory=list[Channel])
    recording: "Recording | None" = None
    technology: str = "simple_bridge"
    """How sound goes; chosen anew a moment after somebody has come or gone."""

    def json(self) -> Json:
        """As in events and lists."""
        return {
            "id": self.id,
            "technology": self.technology,
            "bridge_type": self.kind,
            "bridge_class": "stasis" if self.is_stasis else "basic",
            "creator": "Stasis" if self.is_stasis else "",
            "name": self.name,
            "channels": [each.id for each in self.channels],
            "creationtime": stamp(self.made_at),
            "video_mode": "talker" if self.is_stasis else "none",
        }

    def choose_technology(self) -> None:
        """The one that is enough for those inside."""
        if self.kind == "holding":
            self.technology = "holding_bridge"
        elif self.recording is not None or len(self.channels) > 2:
            self.technology = "softmix"
        else:
            plain = len(self.channels) == 2 and all(each.device for each in self.channels) and not self.hears_keys
            self.technology = "native_rtp" if plain else "simple_bridge"


@dataclass(slots=True, kw_only=True, eq=False)
class Playback:
    """Sounds that a channel hears, one after the other."""

    id: str
    media: tuple[str, ...]
    target: str
    state: str = "queued"
    at: int = 0
    cut: bool = False
    """Before its turn came."""

    def json(self) -> Json:
        """As in events and answers."""
        found: Json = {
            "id": self.id,
            "media_uri": self.media[self.at],
            "target_uri": self.target,
            "language": "en",
            "state": self.state,
        }
        if self.at + 1 < len(self.media):
            found["next_media_uri"] = self.media[self.at + 1]
        return found


@dataclass(slots=True, kw_only=True, eq=False)
class Recording:
    """Of a bridge, into a file."""

    name: str
    format: str
    target: str
    began: datetime
    state: str = "queued"

    def json(self) -> Json:
        """As in events and answers."""
        return {"name": self.name, "format": self.format, "state": self.state, "target_uri": self.target}


@dataclass(slots=True, kw_only=True)
class Phone:
    """One endpoint, as its far side is known."""

    device: str
    is_online: bool = False
    is_reachable: bool = True
    """Whether it answers to anything at all; one that has lost its power stays registered for a while."""
    channels: list[Channel] = field(default_factory=list[Channel])

    def json(self) -> Json:
        """As in events and lists."""
        return {
            "technology": "PJSIP",
            "resource": self.device,
            "state": "online" if self.is_online else "offline",
            "channel_ids": [each.id for each in self.channels],
        }


@dataclass(slots=True, kw_only=True, eq=False)
class Transfer:
    """A phone's wish to pass its caller on (REFER), until it is answered."""

    number: str
    second: Channel | None = None
    is_answered: bool = False
