"""What one look at Asterisk shows: its channels, bridges and phones, in our words.

Only values stand here. What of it is not as we believed is found in `differences`, and settled in `reconcile`.
"""

from datetime import datetime

from msgspec import Struct

from acd.model import AccountId, Caller, CallId, ChannelId, DeviceId, MonitorMode, OfferId, QueueId


class SeenCall(Struct, frozen=True, kw_only=True):
    """A caller whom Asterisk holds for us."""

    call: CallId
    account: AccountId
    number: str
    caller: Caller
    arrived: datetime
    channel: ChannelId | None = None
    """Where it is not the one he came on: he is being called back. None: it is."""
    answered: bool = True
    """False: his phone rings, as he is called back."""
    priority: int | None = None
    device: DeviceId | None = None
    linkedid: str | None = None
    """All three as in `CallArrived`."""


class SeenLeg(Struct, frozen=True, kw_only=True):
    """A leg of an offer that Asterisk has."""

    offer: OfferId
    device: DeviceId
    answered: bool
    talks_with: CallId | None = None
    """The caller in whose bridge it is, together with him."""


class SeenOtherCall(Struct, frozen=True, kw_only=True):
    """A call of a device that is none of ours."""

    channel: ChannelId
    device: DeviceId
    answered: bool


class AsteriskSeen(Struct, frozen=True, kw_only=True):
    """Everything Asterisk has that concerns us, as one look shows it. Whatever is not listed does not exist."""

    calls: tuple[SeenCall, ...] = ()
    legs: tuple[SeenLeg, ...] = ()
    other_calls: tuple[SeenOtherCall, ...] = ()
    registered: frozenset[DeviceId] = frozenset()
    talks: frozenset[CallId] = frozenset()
    """Calls for which a bridge of caller and agent exists (empty or not)."""
    joined: frozenset[CallId] = frozenset()
    """Those of them whose caller is in it with somebody."""
    alone: frozenset[CallId] = frozenset()
    """Those whose caller is in it with nobody."""
    held: frozenset[tuple[CallId, QueueId]] = frozenset()
    """Callers who hear the music of a queue."""
    elsewhere: frozenset[ChannelId] = frozenset()
    """Channels that are, or could be, of callers whom we have sent on."""
    monitors: frozenset[ChannelId] = frozenset()
    """Phones with which somebody listens in, or of which anything is left."""
    listening: frozenset[tuple[ChannelId, MonitorMode]] = frozenset()
    """Those of them that hear the talk, and as what."""
    life: str | None = None
    """Names the time since Asterisk was started last: another start, another name. None: it was not asked."""
