"""What goes into the engine: events (something happened) and requests (somebody asks; they stand in `requests`).

An event is never refused. One that no longer fits (an answer to an offer that has lapsed) is counted as stale.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct

from acd.model import AccountId, Caller, CallId, ChannelId, Configuration, DeviceId, OfferId
from acd.requests import ChangeMonitor as ChangeMonitor
from acd.requests import DialFor as DialFor
from acd.requests import EndMonitor as EndMonitor
from acd.requests import EndWrapUp as EndWrapUp
from acd.requests import EndWrapUpByPhone as EndWrapUpByPhone
from acd.requests import HangUp as HangUp
from acd.requests import Hold as Hold
from acd.requests import Monitor as Monitor
from acd.requests import MoveCall as MoveCall
from acd.requests import PickCall as PickCall
from acd.requests import Refusal as Refusal
from acd.requests import Request as Request
from acd.requests import Resume as Resume
from acd.requests import SetAwayByPhone as SetAwayByPhone
from acd.requests import SetPriority as SetPriority
from acd.requests import SetStatus as SetStatus
from acd.requests import SetStatusByPhone as SetStatusByPhone
from acd.requests import SwitchDevice as SwitchDevice
from acd.seen import AsteriskSeen as AsteriskSeen
from acd.seen import SeenCall as SeenCall
from acd.seen import SeenLeg as SeenLeg
from acd.seen import SeenOtherCall as SeenOtherCall


class LegEnd(StrEnum):
    """How a device's leg of an offer ended, as the network tells."""

    HUNG_UP = "hung_up"
    """It was up and one side put the phone down."""
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    DECLINED = "declined"
    UNREACHABLE = "unreachable"


# --- events: a call, in the order it lives


class CallArrived(Struct, frozen=True, kw_only=True):
    """A caller has dialled a queue's number and is in our hands."""

    call: CallId
    account: AccountId
    number: str
    caller: Caller
    arrived: datetime | None = None
    """Where he came before this was noticed; None: now."""
    waited: timedelta = timedelta(0)
    """For the same queue, while no engine was there; it counts as a wait of his."""
    priority: int | None = None
    """Who is served first among those an agent could have from queues of one priority, 1 before 2; None: last."""
    device: DeviceId | None = None
    """The phone of ours from which he calls; None: he comes from outside."""
    linkedid: str | None = None
    """By which Asterisk's own records (CDR, CEL) find all channels that had to do with him; None: by his call id."""


class AnnouncementOver(Struct, frozen=True, kw_only=True):
    """What the caller was told is over, or could not be played."""

    call: CallId
    number: int
    """As in the order to say it."""


class KeyPressed(Struct, frozen=True, kw_only=True):
    """The caller has pressed a key: one of 0-9, A-D, * and #."""

    call: CallId
    key: str


class LegAnswered(Struct, frozen=True, kw_only=True):
    """An agent has picked up this device for this offer."""

    offer: OfferId
    device: DeviceId


class LegEnded(Struct, frozen=True, kw_only=True):
    """A device's leg of an offer is over: refused while ringing, or hung up after the answer."""

    offer: OfferId
    device: DeviceId
    how: LegEnd


class LegKeyPressed(Struct, frozen=True, kw_only=True):
    """An agent has pressed a key on the device that he has picked up."""

    offer: OfferId
    device: DeviceId
    key: str


class AgentTold(Struct, frozen=True, kw_only=True):
    """The last thing that the agent was told on the device that he has picked up is over, or could not be played."""

    offer: OfferId
    device: DeviceId


class CallerReached(Struct, frozen=True, kw_only=True):
    """He who is called back has picked up."""

    call: CallId
    channel: ChannelId


class CallerNotReached(Struct, frozen=True, kw_only=True):
    """He who is called back has not."""

    call: CallId
    channel: ChannelId
    how: LegEnd


class CallConnected(Struct, frozen=True, kw_only=True):
    """Caller and agent are in one bridge and hear each other."""

    call: CallId


class ConnectFailed(Struct, frozen=True, kw_only=True):
    """Asterisk would not join caller and agent."""

    call: CallId


class LegHeld(Struct, frozen=True, kw_only=True):
    """The agent's phone has put the caller on hold."""

    offer: OfferId
    device: DeviceId


class LegResumed(Struct, frozen=True, kw_only=True):
    """It has come back to him."""

    offer: OfferId
    device: DeviceId


class TransferAsked(Struct, frozen=True, kw_only=True):
    """The agent's phone wants to pass the caller on."""

    offer: OfferId
    device: DeviceId
    number: str
    """Where to."""
    consult: ChannelId | None = None
    """The phone's other call, in which the agent has spoken with that side; None: he has not."""
    consulted: str | None = None
    """Asterisk's name of the channel at the other end of it, where there is one."""


class CallerHungUp(Struct, frozen=True, kw_only=True):
    """The caller's channel is gone."""

    call: CallId


# --- events: phones


class DeviceRegistered(Struct, frozen=True, kw_only=True):
    """A phone can be reached from now on."""

    device: DeviceId


class DeviceUnregistered(Struct, frozen=True, kw_only=True):
    """A phone cannot be reached any more."""

    device: DeviceId


class PhoneNamedItself(Struct, frozen=True, kw_only=True):
    """A phone has said what it is."""

    device: DeviceId
    model: str
    """In its maker's words, such as `Yealink SIP-T46U 108.86.0.20`; never empty."""


class OtherCallStarted(Struct, frozen=True, kw_only=True):
    """A device has a channel that is no leg of an offer: a direct or outbound call, a star code, a call to a queue.

    It may still be ringing. A device that calls one of our queues gives this and `CallArrived`, with one id.
    """

    channel: ChannelId
    device: DeviceId
    outgoing: bool = False
    """It is the phone that calls; else it is called, or nobody knows."""
    number: str = ""
    """What it has dialled; of one that is called, who calls is known later."""


class OtherCallAnswered(Struct, frozen=True, kw_only=True):
    """Such a call is now a conversation. Star codes never become one."""

    channel: ChannelId
    number: str = ""
    """Of the other side, as far as it is known."""


class OtherCallEnded(Struct, frozen=True, kw_only=True):
    """Such a call is over."""

    channel: ChannelId
    number: str = ""
    """Of the other side, where nobody had answered."""


class MonitorAnswered(Struct, frozen=True, kw_only=True):
    """A supervisor has picked up the phone that rings so that he can listen in."""

    channel: ChannelId


# --- events: the world around


class EngineStarted(Struct, frozen=True, kw_only=True):
    """The process has begun, its state folded from the journal; Asterisk has not been seen yet."""


class ConfigurationLoaded(Struct, frozen=True, kw_only=True):
    """What the database now says of queues, agents, devices and assignments."""

    configuration: Configuration


class AsteriskLost(Struct, frozen=True, kw_only=True):
    """The event socket is down: nothing is heard, nothing can be ordered."""


# --- events: what a look at Asterisk shows, and nobody has told


class TalkUnknown(Struct, frozen=True, kw_only=True):
    """A caller talks on this leg, and the books have him otherwise: waiting, with somebody else, or not at all."""

    caller: SeenCall
    offer: OfferId
    device: DeviceId


class CallGone(Struct, frozen=True, kw_only=True):
    """The caller's channel is no more, or not ours any more."""

    call: CallId
    lives_on: bool = False
    """It is still there: he was passed on, and nobody could write it down."""


class RingGone(Struct, frozen=True, kw_only=True):
    """A phone that is to ring for an offer does not."""

    offer: OfferId
    device: DeviceId


class CallBackGone(Struct, frozen=True, kw_only=True):
    """Nobody is being called on this channel, on which he is to be called back."""

    call: CallId
    channel: ChannelId


class LegLeftOver(Struct, frozen=True, kw_only=True):
    """A leg that belongs to nothing of ours."""

    offer: OfferId
    device: DeviceId


class CallBackLeftOver(Struct, frozen=True, kw_only=True):
    """A channel that calls somebody back who is not to be called."""

    channel: ChannelId


class TalkLeftOver(Struct, frozen=True, kw_only=True):
    """A bridge for the talk of a caller who is no longer with us."""

    call: CallId


class CallLeftOver(Struct, frozen=True, kw_only=True):
    """A caller whose talk is over, and who is no longer with us, is still in its bridge."""

    call: CallId


class NotLetGo(Struct, frozen=True, kw_only=True):
    """He has been promised to be called back, and is still on the line on which he asked for it."""

    call: CallId


class NotHeld(Struct, frozen=True, kw_only=True):
    """A caller who waits hears no music of his queue."""

    call: CallId


class NotJoined(Struct, frozen=True, kw_only=True):
    """A caller is not in one bridge with whom he talks, or is to talk."""

    call: CallId


class NotListening(Struct, frozen=True, kw_only=True):
    """A supervisor who has picked up does not hear the talk as he is to."""

    channel: ChannelId


class MonitorLeftOver(Struct, frozen=True, kw_only=True):
    """Somebody's phone, or what is left of it, listens in on nothing that is known."""

    channel: ChannelId


Difference = (
    TalkUnknown
    | DeviceRegistered
    | DeviceUnregistered
    | OtherCallStarted
    | OtherCallAnswered
    | OtherCallEnded
    | CallArrived
    | CallGone
    | CallerHungUp
    | CallerReached
    | CallBackGone
    | RingGone
    | LegAnswered
    | LegEnded
    | CallConnected
    | LegLeftOver
    | CallBackLeftOver
    | TalkLeftOver
    | CallLeftOver
    | NotLetGo
    | NotHeld
    | NotJoined
    | MonitorAnswered
    | NotListening
    | MonitorLeftOver
)
"""One thing in which books and Asterisk differ: an event that we missed, something that is gone or left over, or an
order that was not carried out."""


class DriftFound(Struct, frozen=True, kw_only=True):
    """In these the books have not been as Asterisk for a while, and nothing that is under way explains it."""

    differences: tuple[Difference, ...]


Event = (
    CallArrived
    | AnnouncementOver
    | KeyPressed
    | LegAnswered
    | LegEnded
    | LegKeyPressed
    | AgentTold
    | CallerReached
    | CallerNotReached
    | CallConnected
    | ConnectFailed
    | LegHeld
    | LegResumed
    | TransferAsked
    | CallerHungUp
    | DeviceRegistered
    | DeviceUnregistered
    | PhoneNamedItself
    | OtherCallStarted
    | OtherCallAnswered
    | OtherCallEnded
    | MonitorAnswered
    | EngineStarted
    | ConfigurationLoaded
    | AsteriskLost
    | AsteriskSeen
    | DriftFound
)
