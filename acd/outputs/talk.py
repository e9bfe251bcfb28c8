"""Facts of what is done with a caller in mid-call: held, passed on, recorded, fetched."""

from dataclasses import dataclass
from datetime import timedelta

from acd.model import AgentId, CallId, ChannelId, DeviceId, QueueId
from acd.outputs.words import OutboundCap, TransferKind


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldStarted:
    """The agent has put the caller on hold."""

    call: CallId
    queue: QueueId
    agent: AgentId
    apart: bool = False
    """By us: he hears his queue's music, in no bridge with the agent. Else the agent's phone holds him."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldEnded:
    """He has come back to him, or the talk is over."""

    call: CallId
    queue: QueueId
    agent: AgentId
    held: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class CallTransferred:
    """The agent has passed the caller on; his talk has ended with it."""

    call: CallId
    queue: QueueId
    agent: AgentId
    kind: TransferKind
    to: str
    """The number."""
    outside: bool = False
    """It is none of the account's own: a call goes out, for him and for his account, until the caller is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferRefused:
    """The agent wanted to pass the caller on and could not; they talk on."""

    call: CallId
    queue: QueueId
    agent: AgentId
    to: str
    cap: OutboundCap | None = None
    """As many calls go out as may; None: it is a number to which nobody may be passed on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundEnded:
    """Somebody who lived on without us, and had calls going out, is gone; so are they."""

    channel: ChannelId


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRetrieved:
    """Somebody has fetched the caller by dialling his queue on this phone; the two are about to be joined."""

    call: CallId
    queue: QueueId
    agent: AgentId
    """Whose phone it is; he need not be assigned to the queue."""
    device: DeviceId
    channel: ChannelId
    """The phone's call to the queue."""
    waited: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrievalRefused:
    """Somebody dialled a queue to fetch a caller, and nobody waits there."""

    queue: QueueId
    device: DeviceId
    channel: ChannelId


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingStarted:
    """The talk is recorded from now on, in the file of this name."""

    call: CallId
    queue: QueueId
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingEnded:
    """The recording is complete."""

    call: CallId
    queue: QueueId
    name: str
