"""What is outside the engine: callers, legs, phones and Asterisk, as far as the engine can notice them.

Each method lets one thing happen and gives the event that tells of it; None where Asterisk is lost and nobody hears.
Commands are carried out at once, or not at all while Asterisk is lost. Ids are fresh. Never looks into the engine.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from acd.inputs import (
    AsteriskLost,
    AsteriskSeen,
    CallArrived,
    CallConnected,
    CallerHungUp,
    ConnectFailed,
    DeviceRegistered,
    DeviceUnregistered,
    Event,
    LegAnswered,
    LegEnd,
    LegEnded,
    OtherCallAnswered,
    OtherCallEnded,
    OtherCallStarted,
    SeenCall,
    SeenLeg,
    SeenOtherCall,
)
from acd.model import AccountId, Caller, CallId, ChannelId, DeviceId, OfferId
from acd.outputs import Command, Connect, HangUpCall, HangUpLeg, HoldCaller, Ring, StopRinging, TurnAway

ACCOUNT: Final = AccountId("demo.example")

Leg = tuple[OfferId, DeviceId]

REPEATABLE: Final = (
    LegAnswered,
    LegEnded,
    CallConnected,
    ConnectFailed,
    CallerHungUp,
    OtherCallAnswered,
    OtherCallEnded,
)
"""Events that may be told again at any later time and fit nothing then."""


class World:
    """Asterisk and the people around it."""

    def __init__(self, phones: Sequence[DeviceId]) -> None:
        self.phones = tuple(phones)
        self.connected = False
        self.callers: dict[CallId, SeenCall] = {}
        self.ringing: set[Leg] = set()
        self.up: set[Leg] = set()
        self.joining: dict[CallId, Leg] = {}
        self.talks: set[CallId] = set()
        self.others: dict[ChannelId, SeenOtherCall] = {}
        self.registered: set[DeviceId] = set(phones)
        self.told: list[Event] = []
        self._numbers = 0

    # --- what the engine orders

    def carry_out(self, commands: Sequence[Command]) -> None:
        """Do what is ordered, if Asterisk is there."""
        for command in commands if self.connected else ():
            self._carry_out(command)

    def _carry_out(self, command: Command) -> None:
        match command:
            case Ring():
                legs = {(command.offer, device) for device in command.devices}
                assert command.call in self.callers, "rings for a caller who is there"
                assert not legs & (self.ringing | self.up), "a phone rings once for an offer"
                self.ringing |= legs
            case StopRinging():
                legs = {(command.offer, device) for device in command.devices}
                self.ringing -= legs
                self.up -= legs
            case Connect():
                assert (command.offer, command.device) in self.up, "joins a phone that has been picked up"
                assert command.call in self.callers, "joins a caller who is there"
                self.joining[command.call] = (command.offer, command.device)
            case HangUpLeg():
                self.ringing.discard((command.offer, command.device))
                self.up.discard((command.offer, command.device))
            case HangUpCall() | TurnAway():
                self._gone(command.call)
            case HoldCaller():
                assert command.call in self.callers, "holds a caller who is there"
                self.talks.discard(command.call)

    def _gone(self, call: CallId) -> None:
        self.callers.pop(call, None)
        self.joining.pop(call, None)
        self.talks.discard(call)

    # --- what happens, in the order of a call

    def fresh(self, letter: str) -> str:
        """A name never used before."""
        self._numbers += 1
        return f"{letter}{self._numbers:04}"

    def tell(self, event: Event) -> Event | None:
        """The event, where somebody hears it."""
        if not self.connected:
            return None
        self.told = [*self.told[-40:], event]
        return event

    def last_told(self) -> Event | None:
        """The last event, where telling it again means nothing new."""
        last = self.told[-1] if self.told else None
        return None if isinstance(last, CallArrived) and last.call not in self.callers else last

    def caller_arrives(self, number: str, now: datetime, priority: int | None = None) -> Event | None:
        """Somebody calls a queue (or a number that is none)."""
        call, caller = CallId(self.fresh("C")), Caller(number="5551234")
        self.callers[call] = SeenCall(call=call, account=ACCOUNT, number=number, caller=caller, arrived=now)
        return self.tell(CallArrived(call=call, account=ACCOUNT, number=number, caller=caller, priority=priority))

    def phone_answers(self, leg: Leg) -> Event | None:
        """An agent picks up."""
        self.ringing.remove(leg)
        self.up.add(leg)
        return self.tell(LegAnswered(offer=leg[0], device=leg[1]))

    def phone_refuses(self, leg: Leg, how: LegEnd) -> Event | None:
        """A phone's ring ends without an answer."""
        self.ringing.remove(leg)
        return self.tell(LegEnded(offer=leg[0], device=leg[1], how=how))

    def agent_hangs_up(self, leg: Leg) -> Event | None:
        """An agent puts down a phone that he has picked up."""
        self.up.remove(leg)
        self.joining = {call: of for call, of in self.joining.items() if of != leg}
        return self.tell(LegEnded(offer=leg[0], device=leg[1], how=LegEnd.HUNG_UP))

    def joined(self, call: CallId) -> Event | None:
        """Caller and agent hear each other."""
        del self.joining[call]
        self.talks.add(call)
        return self.tell(CallConnected(call=call))

    def join_fails(self, call: CallId) -> Event | None:
        """Asterisk would not join them."""
        del self.joining[call]
        return self.tell(ConnectFailed(call=call))

    def caller_hangs_up(self, call: CallId) -> Event | None:
        """A caller has had enough."""
        self._gone(call)
        return self.tell(CallerHungUp(call=call))

    # --- phones

    def registers(self, device: DeviceId) -> Event | None:
        """A phone can be reached."""
        self.registered.add(device)
        return self.tell(DeviceRegistered(device=device))

    def drops_off(self, device: DeviceId) -> Event | None:
        """A phone cannot be reached any more."""
        self.registered.remove(device)
        return self.tell(DeviceUnregistered(device=device))

    def other_call_starts(self, device: DeviceId) -> Event | None:
        """A phone has a call that is none of ours."""
        channel = ChannelId(self.fresh("x"))
        self.others[channel] = SeenOtherCall(channel=channel, device=device, answered=False)
        return self.tell(OtherCallStarted(channel=channel, device=device))

    def other_call_answered(self, channel: ChannelId) -> Event | None:
        """It is a conversation now."""
        device = self.others[channel].device
        self.others[channel] = SeenOtherCall(channel=channel, device=device, answered=True)
        return self.tell(OtherCallAnswered(channel=channel))

    def other_call_ends(self, channel: ChannelId) -> Event | None:
        """It is over."""
        del self.others[channel]
        return self.tell(OtherCallEnded(channel=channel))

    # --- Asterisk

    def lose(self) -> Event:
        """The event socket breaks; everything goes on unheard."""
        self.connected = False
        self.told = [event for event in self.told if isinstance(event, REPEATABLE)]
        return AsteriskLost()

    def goes_down(self) -> None:
        """Asterisk itself stops: every channel and bridge is gone."""
        for gone in (self.callers, self.ringing, self.up, self.joining, self.talks, self.others):
            gone.clear()

    def see(self) -> Event:
        """The socket is there again, and everything has been read."""
        self.connected = True
        self.joining.clear()
        legs = [SeenLeg(offer=o, device=d, answered=False) for o, d in self.ringing]
        legs += [SeenLeg(offer=o, device=d, answered=True) for o, d in self.up]
        return AsteriskSeen(
            calls=tuple(self.callers[call] for call in sorted(self.callers)),
            legs=tuple(sorted(legs, key=lambda leg: (leg.offer, leg.device))),
            other_calls=tuple(self.others[channel] for channel in sorted(self.others)),
            registered=frozenset(self.registered),
            talks=frozenset(self.talks),
        )
