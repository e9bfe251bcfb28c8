"""Facts of what is done with a caller in mid-call: held, passed on, recorded, fetched."""

from datetime import timedelta

from msgspec import Struct

from acd.model import AgentId, CallId, ChannelId, DeviceId, QueueId
from acd.outputs.words import OutboundCap, TransferKind


class HoldStarted(Struct, frozen=True, kw_only=True):
    """The agent has put the caller on hold."""

    call: CallId
    queue: QueueId
    agent: AgentId
    apart: bool = False
    """By us: he hears his queue's music, in no bridge with the agent. Else the agent's phone holds him."""


class HoldEnded(Struct, frozen=True, kw_only=True):
    """He has come back to him, or the talk is over."""

    call: CallId
    queue: QueueId
    agent: AgentId
    held: timedelta


class CallTransferred(Struct, frozen=True, kw_only=True):
    """The agent has passed the caller on; his talk has ended with it."""

    call: CallId
    queue: QueueId
    agent: AgentId
    kind: TransferKind
    to: str
    """The number."""
    outside: bool = False
    """It is none of the account's own: a call goes out, for him and for his account, until the caller is gone."""


class TransferRefused(Struct, frozen=True, kw_only=True):
    """The agent wanted to pass the caller on and could not; they talk on."""

    call: CallId
    queue: QueueId
    agent: AgentId
    to: str
    cap: OutboundCap | None = None
    """As many calls go out as may; None: it is a number to which nobody may be passed on."""


class OutboundEnded(Struct, frozen=True, kw_only=True):
    """Somebody who lived on without us, and had calls going out, is gone; so are they."""

    channel: ChannelId


class CallRetrieved(Struct, frozen=True, kw_only=True):
    """Somebody has fetched the caller by dialling his queue on this phone; the two are about to be joined."""

    call: CallId
    queue: QueueId
    agent: AgentId
    """Whose phone it is; he need not be assigned to the queue."""
    device: DeviceId
    channel: ChannelId
    """The phone's call to the queue."""
    waited: timedelta


class RetrievalRefused(Struct, frozen=True, kw_only=True):
    """Somebody dialled a queue to fetch a caller, and nobody waits there."""

    queue: QueueId
    device: DeviceId
    channel: ChannelId


class RecordingStarted(Struct, frozen=True, kw_only=True):
    """The talk is recorded from now on, in the file of this name."""

    call: CallId
    queue: QueueId
    name: str


class RecordingEnded(Struct, frozen=True, kw_only=True):
    """The recording is complete."""

    call: CallId
    queue: QueueId
    name: str
