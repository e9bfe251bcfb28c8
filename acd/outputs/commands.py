"""Commands: what Asterisk shall do. `channel` is the caller's, which after a call-back is not the one he came on."""

from datetime import timedelta

from msgspec import Struct

from acd.model import AccountId, Caller, CallId, ChannelId, DeviceId, MonitorMode, OfferId, QueueId, Status
from acd.outputs.words import Word

# --- the caller


class HoldCaller(Struct, frozen=True, kw_only=True):
    """Answer the caller where needed, and let him hear the queue's music. Safe to repeat."""

    call: CallId
    channel: ChannelId
    queue: QueueId


class Say(Struct, frozen=True, kw_only=True):
    """Play this to a waiting caller, over his music; ends in `AnnouncementOver`."""

    call: CallId
    channel: ChannelId
    number: int
    words: tuple[Word, ...]


class StopSaying(Struct, frozen=True, kw_only=True):
    """Cut what he hears."""

    call: CallId
    channel: ChannelId
    number: int


class CallBack(Struct, frozen=True, kw_only=True):
    """Call him on a new channel; ends in `CallerReached` or `CallerNotReached`. Meanwhile the agent hears it ring."""

    call: CallId
    channel: ChannelId
    account: AccountId
    number: str
    shown: Caller
    """Who calls, as his phone shows it: the queue."""
    ring_time: timedelta
    offer: OfferId
    """With this device of the agent, who waits for him."""
    device: DeviceId


class SendOn(Struct, frozen=True, kw_only=True):
    """Give the caller to the dial plan, which calls this number for him."""

    call: CallId
    channel: ChannelId
    number: str
    outside: bool = False
    """It is none of his account's. Else the dial plan calls nobody where it finds no such number there."""


class Dismiss(Struct, frozen=True, kw_only=True):
    """Give the caller to the dial plan, which tells him this and hangs up."""

    call: CallId
    channel: ChannelId
    words: tuple[Word, ...]


class TurnAway(Struct, frozen=True, kw_only=True):
    """Give the caller back to the dial plan: his number is no queue of ours."""

    call: CallId
    channel: ChannelId


class HangUpCall(Struct, frozen=True, kw_only=True):
    """End the caller's channel, and the bridge of his talk, whichever exist."""

    call: CallId
    channel: ChannelId | None


# --- the agent


class Ring(Struct, frozen=True, kw_only=True):
    """Ring these devices for this offer; the engine itself stops them at the end of the ring time.

    In a linear cascade that end is not known yet: `ring_time` is then as long as the cascade can last at most."""

    offer: OfferId
    call: CallId
    devices: tuple[DeviceId, ...]
    caller: Caller
    queue_name: str
    """For the phone's display."""
    auto_answer: bool
    """Ask the phones to pick up by themselves."""
    ring_time: timedelta


class StopRinging(Struct, frozen=True, kw_only=True):
    """Stop these devices; `elsewhere` tells the phones that it was answered, so that no missed call shows."""

    offer: OfferId
    devices: tuple[DeviceId, ...]
    elsewhere: bool


class TellAgent(Struct, frozen=True, kw_only=True):
    """Play this on the device that he has picked up, before anybody is joined; ends in `AgentTold`.

    What he still hears is cut, by the joining too, and its end is not told."""

    offer: OfferId
    device: DeviceId
    words: tuple[Word, ...]


class HangUpLeg(Struct, frozen=True, kw_only=True):
    """End a device's leg whatever it is doing: an answer that came too late, a leg nobody owns."""

    offer: OfferId
    device: DeviceId


class HangUpPhone(Struct, frozen=True, kw_only=True):
    """End the call of somebody who fetched a caller, or wanted to, or was called back for nothing; first say this."""

    channel: ChannelId
    device: DeviceId | None = None
    """On which he has it: it goes behind what was ordered for this phone before. None: it is no phone of ours."""
    words: tuple[Word, ...] = ()


class ShowStatus(Struct, frozen=True, kw_only=True):
    """Light the lamps of these phones for their owner's status."""

    devices: tuple[DeviceId, ...]
    status: Status


# --- the two together


class Connect(Struct, frozen=True, kw_only=True):
    """Join the caller with the device that answered; ends in `CallConnected` or `ConnectFailed`."""

    call: CallId
    channel: ChannelId
    offer: OfferId
    device: DeviceId
    saying: int | None = None
    """What he hears at the moment, to be cut first."""
    keys: bool = False
    """Listen for the keys that the agent presses in the talk. Not always: it costs the direct way of the sound."""
    leaving: CallId | None = None
    """With whom the device talks until now: the bridge of that talk goes once the two are joined."""


class ConnectRetriever(Struct, frozen=True, kw_only=True):
    """Join the caller with the phone that has dialled his queue; ends as `Connect` does."""

    call: CallId
    channel: ChannelId
    retriever: ChannelId
    saying: int | None = None


class AnswerTransfer(Struct, frozen=True, kw_only=True):
    """Tell the agent's phone what became of the transfer that it asked for."""

    call: CallId
    offer: OfferId
    device: DeviceId
    granted: bool


class JoinConsulted(Struct, frozen=True, kw_only=True):
    """Give the caller to the dial plan, which joins him with somebody an agent has spoken with."""

    call: CallId
    channel: ChannelId
    consulted: str
    """Asterisk's name of that one's channel."""


class StartRecording(Struct, frozen=True, kw_only=True):
    """Record both sides of the talk into the file of this name. Safe to repeat."""

    call: CallId
    name: str


class StopRecording(Struct, frozen=True, kw_only=True):
    """End that recording. Safe to repeat."""

    call: CallId
    name: str


# --- beyond the phone


class DialFrom(Struct, frozen=True, kw_only=True):
    """Ring this phone; picked up, the dial plan has it, and calls this number. Ends in `OtherCallEnded`."""

    channel: ChannelId
    device: DeviceId
    account: AccountId
    number: str
    outside: bool
    """As in `SendOn`."""
    shown: Caller
    """Whom it calls, for the phone's display."""
    caller: Caller
    """Who calls, for the other side."""


class RingMonitor(Struct, frozen=True, kw_only=True):
    """Ring this phone, so that a supervisor can listen in; ends in `MonitorAnswered` or `OtherCallEnded`."""

    channel: ChannelId
    device: DeviceId
    shown: Caller
    """The caller, and who talks with him."""


class ListenIn(Struct, frozen=True, kw_only=True):
    """Let this phone, which has been picked up, hear the agent's side of a talk, and be heard as the mode says.

    Takes the place of any other mode. Safe to repeat."""

    channel: ChannelId
    mode: MonitorMode
    offer: OfferId | None
    """With `device` the agent's leg; None: he has fetched the caller."""
    device: DeviceId
    retriever: ChannelId | None


class StopListening(Struct, frozen=True, kw_only=True):
    """Take away whatever lets this phone listen in. The phone itself is hung up by another command."""

    channel: ChannelId
