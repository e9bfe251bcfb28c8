"""Facts of a caller who waits: what he hears, how his turn changes, where he goes, and how he is called back."""

from datetime import datetime, timedelta

from msgspec import Struct

from acd.inputs import LegEnd
from acd.model import AccountId, AgentId, Caller, CallId, ChannelId, QueueId, Target
from acd.outputs.words import AnnouncementKind, CallbackObstacle, OutboundCap, OverflowReason

# --- entry


class EntryRefused(Struct, frozen=True, kw_only=True):
    """A caller was not let into a queue, and goes to its overflow."""

    call: CallId
    account: AccountId
    queue: QueueId
    caller: Caller
    why: OverflowReason
    target: Target | None


class PlaceKept(Struct, frozen=True, kw_only=True):
    """A caller has hung up while waiting: if this number calls this queue again by then, he has his place back."""

    queue: QueueId
    number: str
    arrived: datetime
    priority: int | None
    until: datetime


class PlaceGone(Struct, frozen=True, kw_only=True):
    """He has not called again in time."""

    queue: QueueId
    number: str


# --- waiting


class AnnouncementStarted(Struct, frozen=True, kw_only=True):
    """A caller is told something; `number` counts what he has been told and names the playback."""

    call: CallId
    queue: QueueId
    kind: AnnouncementKind
    number: int
    value: int | None = None
    """The position from 1, or the expected wait in minutes, as it was said; 0: under one."""


class AnnouncementSkipped(Struct, frozen=True, kw_only=True):
    """He would be told this now, and there is nothing to say: nobody knows how long he will wait."""

    call: CallId
    queue: QueueId
    kind: AnnouncementKind


class AnnouncementEnded(Struct, frozen=True, kw_only=True):
    """He has heard it, or it was cut."""

    call: CallId
    queue: QueueId
    number: int


class CallLifted(Struct, frozen=True, kw_only=True):
    """He has waited for so long that he goes before all priorities from now on."""

    call: CallId
    queue: QueueId


class MaxWaitReached(Struct, frozen=True, kw_only=True):
    """He has waited as long as his queue keeps anybody: no offer more, and he leaves once none rings."""

    call: CallId
    queue: QueueId


class CallOverflowed(Struct, frozen=True, kw_only=True):
    """His queue does not keep him: to a queue he moves, else he leaves our care."""

    call: CallId
    queue: QueueId
    why: OverflowReason
    target: Target | None


class CallMoved(Struct, frozen=True, kw_only=True):
    """He waits in another queue now, offered to nobody there yet."""

    call: CallId
    queue: QueueId
    """The one he leaves."""
    to: QueueId
    arrived: datetime
    """From when his wait counts there: his old arrival after an overflow, this moment after a transfer."""
    expected_wait: timedelta | None = None
    """As in `CallQueued`, from this moment on."""
    by: AgentId | None = None
    """Who has passed him on: he counts as tried in the first round there. None: it was an overflow, or `moved_by`."""
    moved_by: AgentId | None = None
    """The supervisor who has decided it."""


# --- call-back


class CallbackRefused(Struct, frozen=True, kw_only=True):
    """He asked to be called back, and waits on."""

    call: CallId
    queue: QueueId
    why: CallbackObstacle


class CallbackPromised(Struct, frozen=True, kw_only=True):
    """He is called back: his line is let go, his place waits for him."""

    call: CallId
    queue: QueueId
    number: str
    again: datetime
    """From then on an agent is looked for: he needs a moment to put his phone down."""
    until: datetime | None = None
    """Past this a cap on calls that go out ends the promise; None: it was given before there were any."""


class CallbackDialled(Struct, frozen=True, kw_only=True):
    """An agent has been found for him, and his phone is called, on this channel."""

    call: CallId
    queue: QueueId
    agent: AgentId
    channel: ChannelId
    attempt: int
    """Counts from 1; one that was broken off by us does not count."""


class CallbackAnswered(Struct, frozen=True, kw_only=True):
    """He has picked up, and is about to be joined with the agent."""

    call: CallId
    queue: QueueId
    agent: AgentId


class CallbackFailed(Struct, frozen=True, kw_only=True):
    """He could not be reached. At `again` an agent is looked for anew; None: he is given up."""

    call: CallId
    queue: QueueId
    how: LegEnd
    again: datetime | None


class CallbackPostponed(Struct, frozen=True, kw_only=True):
    """It was his turn, and as many calls go out as may. At `again` an agent is looked for anew, or when a line is free
    before that; None: he is given up."""

    call: CallId
    queue: QueueId
    cap: OutboundCap
    again: datetime | None


class CallbackDue(Struct, frozen=True, kw_only=True):
    """It is time to look for an agent for him."""

    call: CallId
    queue: QueueId
