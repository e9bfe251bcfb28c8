"""What the engine orders, carried out at once by an Asterisk that does as it is told. Never looks into the engine."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final, assert_never

from acd.inputs import SeenCall, SeenOtherCall
from acd.model import AccountId, Caller, CallId, ChannelId, DeviceId, MonitorMode, OfferId, QueueId
from acd.outputs import (
    AnswerTransfer,
    CallBack,
    Command,
    Connect,
    ConnectRetriever,
    DialFrom,
    Dismiss,
    HangUpCall,
    HangUpLeg,
    HangUpPhone,
    HoldCaller,
    JoinConsulted,
    ListenIn,
    Ring,
    RingMonitor,
    Say,
    SendOn,
    ShowStatus,
    StartRecording,
    StopListening,
    StopRecording,
    StopRinging,
    StopSaying,
    TellAgent,
    TurnAway,
)

ACCOUNT: Final = AccountId("demo.example")

MIDNIGHT: Final = datetime(2024, 3, 4, tzinfo=UTC)

Leg = tuple[OfferId, DeviceId]


class Switch:
    """Asterisk: channels, legs, talks, and what is being said."""

    def __init__(self, phones: Sequence[DeviceId]) -> None:
        self.phones = tuple(phones)
        self.connected = False
        self.callers: dict[CallId, SeenCall] = {}
        """Those on the line, by their calls."""
        self.called_back: dict[CallId, SeenCall] = {}
        """Those whose phones ring, as they are called back."""
        self.fetching: dict[ChannelId, SeenCall] = {}
        """Phones of the account that have dialled a call park. Where it is none any more they are callers of ours."""
        self.held: dict[CallId, QueueId] = {}
        """Who hears the music of which queue."""
        self.saying: dict[CallId, int] = {}
        self.telling: set[Leg] = set()
        self.ringing: set[Leg] = set()
        self.up: set[Leg] = set()
        self.joining: dict[CallId, Leg | ChannelId] = {}
        self.talks: dict[CallId, Leg | ChannelId] = {}
        """Callers in the bridge of a talk, and whom they were joined with there."""
        self.recording: dict[CallId, str] = {}
        self.others: dict[ChannelId, SeenOtherCall] = {}
        self.sent_on: dict[ChannelId, bool] = {}
        """Callers in the hands of the dial plan, and whether it has called somebody outside for them."""
        self.listening: dict[ChannelId, MonitorMode] = {}
        """Phones that hear a talk, and who hears them."""
        self.registered: set[DeviceId] = set(phones)

    def carry_out(self, commands: Sequence[Command]) -> None:
        """Do what is ordered, if Asterisk is there."""
        for command in commands if self.connected else ():
            self._carry_out(command)

    def _carry_out(self, command: Command) -> None:
        match command:
            case HoldCaller():
                assert self.channel(command.call) == command.channel, "holds a caller who is there"
                self.held[command.call] = command.queue
                self.talks.pop(command.call, None)
                self.joining.pop(command.call, None)
            case Say():
                assert self.channel(command.call) == command.channel, "speaks to a caller who is there"
                assert command.call not in self.talks, "speaks to nobody who talks"
                assert command.call not in self.saying, "says one thing at a time"
                self.saying[command.call] = command.number
            case StopSaying():
                self.saying.pop(command.call, None)
            case CallBack():
                assert command.call not in self.callers, "calls back who is not on the line"
                assert (command.offer, command.device) in self.up, "an agent waits for him"
                self.called_back[command.call] = SeenCall(
                    call=command.call,
                    account=command.account,
                    number="",
                    caller=Caller(number=command.number),
                    arrived=MIDNIGHT,
                    channel=command.channel,
                    answered=False,
                )
            case SendOn() | Dismiss() | TurnAway() | JoinConsulted():
                assert self.channel(command.call) == command.channel, "sends away a caller who is there"
                self.gone(command.call)
                self.sent_on[command.channel] = isinstance(command, SendOn) and command.outside
            case HangUpCall():
                self.gone(command.call)
            case Ring():
                legs = {(command.offer, device) for device in command.devices}
                assert not legs & (self.ringing | self.up), "a phone rings once for an offer"
                self.ringing |= legs
            case StopRinging():
                self._end({(command.offer, device) for device in command.devices})
            case TellAgent():
                assert (command.offer, command.device) in self.up, "speaks to a phone that has been picked up"
                self.telling.add((command.offer, command.device))
            case HangUpLeg():
                self._end({(command.offer, command.device)})
            case HangUpPhone():
                self.gone(CallId(command.channel))
                there = [*self.called_back.values(), *self.callers.values()]  # he may have picked up, and nobody told
                for call in {seen.call for seen in there if seen.channel == command.channel}:
                    self.gone(call)
                if not command.words:  # else the dial plan says them first
                    self.others.pop(command.channel, None)
            case Connect():
                assert (command.offer, command.device) in self.up, "joins a phone that has been picked up"
                assert self.channel(command.call) == command.channel, "joins a caller who is there"
                assert self.saying.pop(command.call, command.saying) == command.saying, "cuts what he hears"
                self.telling.discard((command.offer, command.device))
                self.joining[command.call] = (command.offer, command.device)
            case ConnectRetriever():
                assert command.retriever in self.fetching, "joins a phone that has dialled the queue"
                assert self.channel(command.call) == command.channel, "joins a caller who is there"
                assert self.saying.pop(command.call, command.saying) == command.saying, "cuts what he hears"
                self.joining[command.call] = command.retriever
            case StartRecording():
                assert command.call in self.talks or command.call in self.joining, "records a talk"
                self.recording[command.call] = command.name
            case StopRecording():
                self.recording.pop(command.call, None)
            case DialFrom() | RingMonitor():
                assert command.channel not in self.others, "each call of a phone has a name of its own"
                assert command.device in self.registered, "rings a phone that can be reached"
                self.others[command.channel] = SeenOtherCall(
                    channel=command.channel, device=command.device, answered=False
                )
                if isinstance(command, DialFrom) and command.outside:
                    self.sent_on[command.channel] = True
            case ListenIn():
                assert self.others[command.channel].answered, "a phone that has been picked up listens in"
                assert command.retriever in self.fetching or (command.offer, command.device) in self.up
                self.listening[command.channel] = command.mode
            case StopListening():
                self.listening.pop(command.channel, None)
            case AnswerTransfer() | ShowStatus():
                pass
            case _:
                assert_never(command)

    def channel(self, call: CallId) -> ChannelId | None:
        """The caller's channel, where he is on the line."""
        there = self.callers.get(call) or self.fetching.get(ChannelId(call))
        return None if there is None else there.channel or ChannelId(call)

    def out(self) -> list[ChannelId]:
        """What goes out, by the callers' channels: for each who is called back, and each for whom we call outside."""
        there = [*self.callers.values(), *self.called_back.values()]
        back = [seen.channel for seen in there if seen.channel is not None]
        return [
            *back,
            *(channel for channel in self.sent_on if "~back~" in channel),
            *(channel for channel, outside in self.sent_on.items() if outside),
        ]

    def gone(self, call: CallId) -> None:
        """This caller is not on the line any more, nor called."""
        for of in (self.callers, self.called_back, self.held, self.saying, self.joining, self.recording):
            of.pop(call, None)
        self.fetching.pop(ChannelId(call), None)
        self.talks.pop(call, None)

    def _end(self, legs: set[Leg]) -> None:
        self.ringing -= legs
        self.up -= legs
        self.telling -= legs
