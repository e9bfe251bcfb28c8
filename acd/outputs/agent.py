"""Facts of agents and their phones, and of the whole: the configuration, and whether Asterisk is in sight."""

from datetime import datetime

from msgspec import Struct

from acd.model import (
    Account,
    AccountId,
    Agent,
    AgentId,
    Assignment,
    AssignmentKey,
    CallId,
    ChannelId,
    Device,
    DeviceId,
    OfferId,
    Queue,
    QueueId,
    Status,
)
from acd.outputs.words import Source, WrapUpEnd

# --- an agent


class StatusChanged(Struct, frozen=True, kw_only=True):
    """From now on this is the agent's status."""

    agent: AgentId
    status: Status
    source: Source
    by: AgentId | None = None
    """The supervisor who wanted it; journals older than the field have none."""


class WrapUpStarted(Struct, frozen=True, kw_only=True):
    """The agent finishes his notes until then and is offered nothing."""

    agent: AgentId
    queue: QueueId
    call: CallId
    until: datetime
    mandatory: bool


class WrapUpEnded(Struct, frozen=True, kw_only=True):
    """The agent's wrap-up is over."""

    agent: AgentId
    why: WrapUpEnd


class BackOffEnded(Struct, frozen=True, kw_only=True):
    """The agent may be offered calls again."""

    agent: AgentId


# --- a device


class DeviceSwitched(Struct, frozen=True, kw_only=True):
    """Whether this phone rings for queue calls."""

    device: DeviceId
    on: bool


class DeviceReachable(Struct, frozen=True, kw_only=True):
    """Whether this phone is registered."""

    device: DeviceId
    reachable: bool


class PhoneModelKnown(Struct, frozen=True, kw_only=True):
    """From now on this phone is known to be that."""

    device: DeviceId
    model: str
    """As in `PhoneNamedItself`."""


class DeviceEngaged(Struct, frozen=True, kw_only=True):
    """A device has a call that is no offer of ours."""

    device: DeviceId
    channel: ChannelId
    outgoing: bool = False
    number: str = ""
    """Both as in `OtherCallStarted`."""


class OtherCallConnected(Struct, frozen=True, kw_only=True):
    """That call is a conversation."""

    device: DeviceId
    channel: ChannelId
    number: str
    """As in `OtherCallAnswered`."""


class DeviceDisengaged(Struct, frozen=True, kw_only=True):
    """That call is over."""

    device: DeviceId
    channel: ChannelId
    number: str = ""
    """As in `OtherCallEnded`."""


# --- the whole


class ConfigurationChanged(Struct, frozen=True, kw_only=True):
    """These entries are new or different, those are gone. The first one after an empty journal holds everything."""

    accounts: tuple[Account, ...] = ()
    agents: tuple[Agent, ...] = ()
    devices: tuple[Device, ...] = ()
    queues: tuple[Queue, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    accounts_gone: tuple[AccountId, ...] = ()
    agents_gone: tuple[AgentId, ...] = ()
    devices_gone: tuple[DeviceId, ...] = ()
    queues_gone: tuple[QueueId, ...] = ()
    assignments_gone: tuple[AssignmentKey, ...] = ()


class AsteriskOutOfSight(Struct, frozen=True, kw_only=True):
    """No offer is made, and no ring counts as missed, until Asterisk is seen again."""


class AsteriskInSight(Struct, frozen=True, kw_only=True):
    """What Asterisk has and what we believed agree again."""

    life: str | None = None
    """As in `AsteriskSeen`; journals older than the field have none."""
    unknown_offers: tuple[OfferId, ...] = ()
    """Of these it has legs, and nobody has told of them: another engine has made them. Their names are taken."""
