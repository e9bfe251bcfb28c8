"""What a message can be besides an event for the engine: a signal for the bridge itself, or nothing."""

from dataclasses import dataclass
from enum import StrEnum

from acd.model import ChannelId, DeviceId, MonitorMode, OfferId


@dataclass(frozen=True, slots=True, kw_only=True)
class StarCodeDialled:
    """A phone has dialled a star code and waits in our hands."""

    channel: ChannelId
    device: DeviceId
    code: str
    longer: str = ""
    """A key with a lamp has dialled what it watches: the code, or this where that is one, which has a digit more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EarReady:
    """What hears a talk for somebody who listens in is in our hands."""

    channel: ChannelId
    """Of his phone."""
    mode: MonitorMode


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftUs:
    """A channel has gone from our hands: hung up, or given back to the dial plan."""

    channel: ChannelId


@dataclass(frozen=True, slots=True, kw_only=True)
class LegLeft:
    """An agent who had picked up has gone from our hands; that his channel is no more is told a moment later."""

    offer: OfferId
    device: DeviceId


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaybackOver:
    """A sound has been played to the end, or could not be played at all."""

    channel: ChannelId
    playback: str
    failed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TellingOver:
    """Something that an agent was told is over, cut, or could not be played."""

    offer: OfferId
    device: DeviceId
    playback: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Replaced:
    """Another engine has taken over our application: nothing will be told us any more."""


Signal = StarCodeDialled | EarReady | LeftUs | LegLeft | PlaybackOver | TellingOver


class Passed(StrEnum):
    """Why a message was passed over."""

    OF_NO_CONCERN = "of_no_concern"
    UNKNOWN = "unknown"
    """Of a type that Asterisk's documentation did not have when this was written."""
    MALFORMED = "malformed"
    """A field that we need is missing, or is not what it should be."""
