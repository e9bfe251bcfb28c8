"""Facts of a call's way: it waits, rings, is answered, talks and ends.

What happens to a caller while he waits stands in `waiting`, what agents do with him in mid-call in `talk`.
"""

from datetime import datetime, timedelta

from msgspec import Struct

from acd.model import AccountId, AgentId, Caller, CallId, DeviceId, OfferId, QueueId
from acd.outputs.words import CallOutcome, Loss, OfferEnd, OfferOutcome, Party


class CallQueued(Struct, frozen=True, kw_only=True):
    """A caller waits. `arrived` is earlier than the fact where he was found again after an outage."""

    call: CallId
    account: AccountId
    queue: QueueId
    caller: Caller
    arrived: datetime
    priority: int | None = None
    """As in `CallArrived`; journals older than the field have none."""
    expected_wait: timedelta | None = None
    """What was to be expected at this moment; None: nothing could be said. Kept to learn how wrong it was."""


class OfferMade(Struct, frozen=True, kw_only=True):
    """A call rings at an agent, on these devices, until then at the latest."""

    offer: OfferId
    call: CallId
    queue: QueueId
    agent: AgentId
    devices: tuple[DeviceId, ...]
    until: datetime | None
    """None: it rings with its call's cascade, and has no end of its own."""
    round: int
    """Counts from 1; a new round begins when every eligible agent has been tried."""
    picked_by: AgentId | None = None
    """The supervisor who has given him the caller, whoever's turn it is. None: it is his turn."""


class CascadeWidened(Struct, frozen=True, kw_only=True):
    """A linear cascade has come to its next group, or begins with its first: everybody up to this agent may ring."""

    call: CallId
    queue: QueueId
    order: int
    """The order number of the last agent of the group."""
    agent: AgentId
    until: datetime
    """Then the next group rings as well, or, where all ring, the round is over."""
    round: int
    """As in `OfferMade`."""


class CascadeRetimed(Struct, frozen=True, kw_only=True):
    """The next group rings as well then, not when it was to: the ring time has changed, or somebody is to confirm."""

    call: CallId
    queue: QueueId
    until: datetime


class LegStopped(Struct, frozen=True, kw_only=True):
    """One device of an offer rings no more, the others go on."""

    offer: OfferId
    device: DeviceId
    why: OfferEnd


class OfferRetimed(Struct, frozen=True, kw_only=True):
    """The ring time has been changed: this offer rings until then at the latest."""

    offer: OfferId
    until: datetime


class ConfirmationAsked(Struct, frozen=True, kw_only=True):
    """Somebody has picked up this device, and must press a key until then to have the call."""

    offer: OfferId
    device: DeviceId
    until: datetime


class OfferEnded(Struct, frozen=True, kw_only=True):
    """An offer is over."""

    offer: OfferId
    call: CallId
    queue: QueueId
    agent: AgentId
    outcome: OfferOutcome
    why: OfferEnd
    back_off_until: datetime | None = None
    """The agent is offered nothing before this instant."""


class CallAnswered(Struct, frozen=True, kw_only=True):
    """An agent has picked up; caller and agent are about to be joined."""

    call: CallId
    queue: QueueId
    agent: AgentId
    offer: OfferId
    device: DeviceId
    waited: timedelta
    expected_wait: timedelta | None = None
    """What `waited` was expected to be when he began to wait in this queue: the difference is the estimate's error."""
    briefing: bool = False
    """The agent is told who comes first."""


class AgentBriefed(Struct, frozen=True, kw_only=True):
    """The agent has heard who comes, as far as he will; the two are about to be joined."""

    call: CallId
    queue: QueueId
    agent: AgentId


class TalkStarted(Struct, frozen=True, kw_only=True):
    """Caller and agent hear each other."""

    call: CallId
    queue: QueueId
    agent: AgentId


class TalkEnded(Struct, frozen=True, kw_only=True):
    """The agent has left the call; `talked` is zero where they were never joined."""

    call: CallId
    queue: QueueId
    agent: AgentId
    by: Party
    talked: timedelta
    """Holds included."""
    held: timedelta = timedelta(0)
    """For how long of it the agent had the caller on hold."""


class CallRequeued(Struct, frozen=True, kw_only=True):
    """An answered call could not be joined: the caller waits on at his old place."""

    call: CallId
    queue: QueueId


class CallEnded(Struct, frozen=True, kw_only=True):
    """The caller has left our care."""

    call: CallId
    queue: QueueId
    outcome: CallOutcome
    waited: timedelta
    """Until he was answered, or until he left."""
    loss: Loss | None = None
    """Of one that was lost, as far as it is known; journals older than the field have none."""


class CallRefused(Struct, frozen=True, kw_only=True):
    """A caller asked for a queue that does not exist."""

    call: CallId
    account: AccountId
    number: str
