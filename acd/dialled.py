"""How the calls of phones are named that we ring ourselves, and that are no offers."""

from datetime import UTC, datetime, timedelta
from typing import Final, Literal

from acd.model import ChannelId, DeviceId

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def dialled_channel(what: Literal["dial", "monitor"], device: DeviceId, now: datetime) -> ChannelId:
    """A name for the call that this phone has from now on: it has one at a time, so no two are alike, ever."""
    return ChannelId(f"{what}-{device}-{(now - _EPOCH) // timedelta(microseconds=1)}")


def rung_by_us(channel: ChannelId) -> bool:
    """Whether a channel has such a name."""
    return channel.startswith(("dial-", "monitor-"))
