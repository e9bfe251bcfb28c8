"""Facts of what people do with calls beyond the phone: dialling by a click, supervisors who step in or listen in."""

from dataclasses import dataclass
from datetime import timedelta

from acd.model import AgentId, CallId, ChannelId, DeviceId, MonitorMode, QueueId


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberDialled:
    """A phone rings, so that its owner is connected with this number once he has picked it up."""

    agent: AgentId
    device: DeviceId
    channel: ChannelId
    """On which the phone rings; afterwards it is the call."""
    number: str
    outside: bool
    """It is none of the account's own: a call goes out, for him and for his account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorityChanged:
    """A supervisor has given a waiting caller another priority; None: he comes last."""

    call: CallId
    queue: QueueId
    priority: int | None
    by: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorStarted:
    """A supervisor wants to listen in on a talk, and his phone rings."""

    call: CallId
    queue: QueueId
    agent: AgentId
    """Whose talk it is."""
    supervisor: AgentId
    device: DeviceId
    channel: ChannelId
    mode: MonitorMode


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorPickedUp:
    """He has picked up, and hears the talk."""

    call: CallId
    queue: QueueId
    agent: AgentId
    supervisor: AgentId
    mode: MonitorMode


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorChanged:
    """He is heard by others than before, or by nobody."""

    call: CallId
    queue: QueueId
    agent: AgentId
    supervisor: AgentId
    mode: MonitorMode


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorEnded:
    """He listens no more: he has hung up or said so, or the talk is over."""

    call: CallId
    queue: QueueId
    agent: AgentId
    supervisor: AgentId
    listened: timedelta
    """Nought where he never picked up."""
