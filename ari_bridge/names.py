"""The ids of everything we make in Asterisk, built and read.

They are derived from call, offer, device and queue. So no table has to remember which channel belongs to what, a
repeated request is refused by Asterisk instead of making a second one, and after a restart everything says what it is.
Asterisk's own channel ids never contain the separator.
"""

import re
from typing import Final, NamedTuple

from acd.model import CallId, ChannelId, DeviceId, MonitorMode, OfferId, QueueId

_SEPARATOR: Final = "~"
_DEVICE: Final = r"[A-Za-z0-9_-]+"
_PLAIN: Final = r"[!-}]{1,150}"

_LEG: Final = re.compile(rf"(?P<offer>{_PLAIN}~[1-9][0-9]*)~(?P<device>{_DEVICE})")
_TALK: Final = re.compile(rf"(?P<call>{_PLAIN})~talk")
_HOLD: Final = re.compile(r"hold~(?P<queue>.+)")
_PLAYBACK: Final = re.compile(rf"(?P<channel>{_PLAIN})~say~[0-9]+")
_ANNOUNCEMENT: Final = re.compile(rf"(?P<call>{_PLAIN})~announcement~(?P<number>[0-9]{{1,9}})")
_TOLD: Final = re.compile(r"(?P<leg>.+)~told~(?P<number>[0-9]{1,9})")
_CALLED_BACK: Final = re.compile(rf"(?P<call>{_PLAIN})~back~[0-9]{{1,9}}")
_EAR: Final = re.compile(rf"(?P<channel>{_PLAIN})~(?P<mode>{'|'.join(MonitorMode)})")
_ROOM: Final = re.compile(rf"(?P<channel>{_PLAIN})~room")
_CALL: Final = re.compile(_PLAIN)
PROBE: Final = f"acd{_SEPARATOR}probe"
"""A channel that never exists, and an event that nobody reads."""

_PHONE: Final = re.compile(rf"PJSIP/(?P<device>{_DEVICE})-[0-9a-f]{{8}}")
_ENDPOINT: Final = re.compile(rf"PJSIP/(?P<device>{_DEVICE})")


class Leg(NamedTuple):
    """One device ringing, or talking, for one offer."""

    offer: OfferId
    device: DeviceId


def leg_channel(offer: OfferId, device: DeviceId) -> str:
    """The channel of this leg."""
    return f"{offer}{_SEPARATOR}{device}"


def leg_of(channel: str) -> Leg | None:
    """The leg whose channel this is; None: it is no leg."""
    found = _LEG.fullmatch(channel)
    return None if found is None else Leg(OfferId(found["offer"]), DeviceId(found["device"]))


class Announcement(NamedTuple):
    """The nth thing that a waiting caller is told."""

    call: CallId
    number: int


def call_of(channel: str) -> CallId | None:
    """The call whose caller came on this channel; None for everything that we named ourselves."""
    return CallId(channel) if _CALL.fullmatch(channel) else None


def called_back(channel: str) -> CallId | None:
    """The call whose caller is called back on this channel, named by the engine; None: it is another."""
    found = _CALLED_BACK.fullmatch(channel)
    return None if found is None else CallId(found["call"])


def caller_on(channel: str) -> CallId | None:
    """The call whose caller has this channel, be it the one he came on or one that calls him back."""
    return call_of(channel) or called_back(channel)


def far_half(channel: str) -> str:
    """The dial plan's half of a channel on which a caller is called back."""
    return f"{channel}{_SEPARATOR}out"


def caller_of(channel: str) -> CallId:
    """The call that a channel belongs to, be it the caller's or a leg's."""
    return CallId(channel.partition(_SEPARATOR)[0])


def other_call(channel: str) -> ChannelId | None:
    """A channel that is not of our making; None for everything that we named ourselves."""
    return ChannelId(channel) if _CALL.fullmatch(channel) else None


def talk_bridge(call: CallId) -> str:
    """The bridge in which caller and agent talk."""
    return f"{call}{_SEPARATOR}talk"


def talk_of(bridge: str) -> CallId | None:
    """The call whose talk this bridge is."""
    found = _TALK.fullmatch(bridge)
    return None if found is None else CallId(found["call"])


class Ear(NamedTuple):
    """What hears a talk for somebody who listens in, and how he is heard."""

    channel: ChannelId
    """Of his phone."""
    mode: MonitorMode


def ear_channel(channel: ChannelId, mode: MonitorMode) -> str:
    """The snoop channel of this phone's call."""
    return f"{channel}{_SEPARATOR}{mode}"


def ear_of(channel: str) -> Ear | None:
    """Whose snoop channel this is, and of which mode; None: it is none."""
    found = _EAR.fullmatch(channel)
    return None if found is None else Ear(ChannelId(found["channel"]), MonitorMode(found["mode"]))


def room(channel: ChannelId) -> str:
    """The bridge in which this phone is joined with what hears the talk for it."""
    return f"{channel}{_SEPARATOR}room"


def room_of(bridge: str) -> ChannelId | None:
    """The phone whose such bridge this is."""
    found = _ROOM.fullmatch(bridge)
    return None if found is None else ChannelId(found["channel"])


def hold_bridge(queue: QueueId) -> str:
    """The bridge in which a queue's callers hear music."""
    return f"hold{_SEPARATOR}{queue}"


def hold_of(bridge: str) -> QueueId | None:
    """The queue whose callers hear music in this bridge."""
    found = _HOLD.fullmatch(bridge)
    return None if found is None else QueueId(found["queue"])


def playback(channel: ChannelId, number: int) -> str:
    """The nth thing that is played to a channel."""
    return f"{channel}{_SEPARATOR}say{_SEPARATOR}{number}"


def playback_of(playback_id: str) -> ChannelId | None:
    """The channel that hears this playback."""
    found = _PLAYBACK.fullmatch(playback_id)
    return None if found is None else ChannelId(found["channel"])


def announcement(call: CallId, number: int) -> str:
    """The playback of what a waiting caller is told."""
    return f"{call}{_SEPARATOR}announcement{_SEPARATOR}{number}"


def announcement_of(playback_id: str) -> Announcement | None:
    """Who hears this playback, and as what; None: it is no announcement."""
    found = _ANNOUNCEMENT.fullmatch(playback_id)
    return None if found is None else Announcement(CallId(found["call"]), int(found["number"]))


def told(leg: str, number: int) -> str:
    """The playback of the nth thing that an agent is told on this leg's channel before anybody is joined with him."""
    return f"{leg}{_SEPARATOR}told{_SEPARATOR}{number}"


def told_of(playback_id: str) -> Leg | None:
    """The leg that hears this playback; None: it is nothing that an agent is told."""
    found = _TOLD.fullmatch(playback_id)
    return None if found is None else leg_of(found["leg"])


def lamp(code: str, device: DeviceId) -> str:
    """The device state behind the lamp of a star code's key; the dial plan has a hint for it."""
    return f"Stasis:acd-{code.removeprefix('*')}{device}"


def endpoint(device: DeviceId) -> str:
    """How Asterisk is asked to reach a phone."""
    return f"PJSIP/{device}"


def is_endpoint(name: str) -> bool:
    """Whether this is such a name."""
    return name.startswith("PJSIP/")


def device_of_channel(channel_name: str) -> DeviceId | None:
    """The phone of a channel, by the channel's name: `PJSIP/1001-desk-0000002a`."""
    found = _PHONE.fullmatch(channel_name)
    return None if found is None else DeviceId(found["device"])


def device_of_endpoint(endpoint_name: str) -> DeviceId | None:
    """The phone of an endpoint or of a device state: `PJSIP/1001-desk`."""
    found = _ENDPOINT.fullmatch(endpoint_name)
    return None if found is None else DeviceId(found["device"])
