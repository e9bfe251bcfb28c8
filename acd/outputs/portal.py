"""Facts of what people do with calls beyond the phone: dialling by a click, supervisors who step in or listen in."""

from datetime import timedelta

from msgspec import Struct

from acd.model import AgentId, CallId, ChannelId, DeviceId, MonitorMode, QueueId


class NumberDialled(Struct, frozen=True, kw_only=True):
    """A phone rings, so that its owner is connected with this number once he has picked it up."""

    agent: AgentId
    device: DeviceId
    channel: ChannelId
    """On which the phone rings; afterwards it is the call."""
    number: str
    outside: bool
    """It is none of the account's own: a call goes out, for him and for his account."""


class PriorityChanged(Struct, frozen=True, kw_only=True):
    """A supervisor has given a waiting caller another priority; None: he comes last."""

    call: CallId
    queue: QueueId
    priority: int | None
    by: AgentId


class MonitorStarted(Struct, frozen=True, kw_only=True):
    """A supervisor wants to listen in on a talk, and his phone rings."""

    call: CallId
    queue: QueueId
    agent: AgentId
    """Whose talk it is."""
    supervisor: AgentId
    device: DeviceId
    channel: ChannelId
    mode: MonitorMode


class MonitorPickedUp(Struct, frozen=True, kw_only=True):
    """He has picked up, and hears the talk."""

    call: CallId
    queue: QueueId
    agent: AgentId
    supervisor: AgentId
    mode: MonitorMode


class MonitorChanged(Struct, frozen=True, kw_only=True):
    """He is heard by others than before, or by nobody."""

    call: CallId
    queue: QueueId
    agent: AgentId
    supervisor: AgentId
    mode: MonitorMode


class MonitorEnded(Struct, frozen=True, kw_only=True):
    """He listens no more: he has hung up or said so, or the talk is over."""

    call: CallId
    queue: QueueId
    agent: AgentId
    supervisor: AgentId
    listened: timedelta
    """Nought where he never picked up."""
