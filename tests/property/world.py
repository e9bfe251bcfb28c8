"""What is outside the engine: callers, legs, phones and Asterisk, as far as the engine can notice them.

Each method lets one thing happen and gives the event that tells of it; None where Asterisk is lost and nobody hears.
Commands are carried out at once, or not at all while Asterisk is lost. Ids are fresh. Never looks into the engine.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from msgspec.structs import replace

from acd.inputs import (
    AgentTold,
    AnnouncementOver,
    AsteriskLost,
    AsteriskSeen,
    CallArrived,
    CallConnected,
    CallerHungUp,
    CallerNotReached,
    CallerReached,
    ConnectFailed,
    DeviceRegistered,
    DeviceUnregistered,
    Event,
    KeyPressed,
    LegAnswered,
    LegEnd,
    LegEnded,
    LegHeld,
    LegKeyPressed,
    LegResumed,
    MonitorAnswered,
    OtherCallAnswered,
    OtherCallEnded,
    OtherCallStarted,
    SeenCall,
    SeenLeg,
    SeenOtherCall,
    TransferAsked,
)
from acd.model import Caller, CallId, ChannelId, DeviceId
from tests.property.switch import ACCOUNT, Leg, Switch

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


class World(Switch):
    """Asterisk and the people around it."""

    def __init__(self, phones: Sequence[DeviceId]) -> None:
        super().__init__(phones)
        self.told: list[Event] = []
        self._numbers = 0

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

    def caller_arrives(
        self, number: str, now: datetime, priority: int | None = None, caller: str = "5551234"
    ) -> Event | None:
        """Somebody calls a queue (or a number that is none) from outside."""
        call, who = CallId(self.fresh("C")), Caller(number=caller)
        self.callers[call] = SeenCall(
            call=call, account=ACCOUNT, number=number, caller=who, arrived=now, priority=priority
        )
        return self.tell(CallArrived(call=call, account=ACCOUNT, number=number, caller=who, priority=priority))

    def phone_fetches(self, device: DeviceId, number: str, now: datetime) -> Iterator[Event | None]:
        """A phone of the account dials a call park: one event after the other."""
        channel = ChannelId(self.fresh("P"))
        call = CallId(channel)
        self.others[channel] = SeenOtherCall(channel=channel, device=device, answered=False)
        seen = SeenCall(
            call=call, account=ACCOUNT, number=number, caller=Caller(number="100"), arrived=now, device=device
        )
        yield self.tell(OtherCallStarted(channel=channel, device=device))
        self.fetching[channel] = seen
        arrives = CallArrived(call=call, account=ACCOUNT, number=number, caller=seen.caller, device=device)
        yield self.tell(arrives)

    def fetcher_hangs_up(self, channel: ChannelId) -> Iterator[Event | None]:
        """Who dialled a call park has had enough: one event after the other."""
        del self.fetching[channel]
        self.joining = {call: of for call, of in self.joining.items() if of != channel}
        other = self.others.pop(channel, None)
        yield self.tell(CallerHungUp(call=CallId(channel)))
        if other is not None:
            yield self.tell(OtherCallEnded(channel=channel))

    def caller_has_heard(self, call: CallId) -> Event | None:
        """An announcement is over."""
        return self.tell(AnnouncementOver(call=call, number=self.saying.pop(call)))

    def caller_presses(self, call: CallId, key: str) -> Event | None:
        """He presses a key."""
        return self.tell(KeyPressed(call=call, key=key))

    def agent_presses(self, leg: Leg, key: str) -> Event | None:
        """An agent presses a key on a phone that he has picked up."""
        return self.tell(LegKeyPressed(offer=leg[0], device=leg[1], key=key))

    def agent_has_heard(self, leg: Leg) -> Event | None:
        """What an agent is told is over."""
        self.telling.discard(leg)
        return self.tell(AgentTold(offer=leg[0], device=leg[1]))

    def agent_holds(self, leg: Leg, *, holds: bool) -> Event | None:
        """An agent's phone holds its caller, or comes back to him."""
        return self.tell((LegHeld if holds else LegResumed)(offer=leg[0], device=leg[1]))

    def agent_transfers(self, leg: Leg, number: str, consulted: str | None) -> Event | None:
        """An agent's phone passes its caller on, after a talk with somebody or without."""
        consult = ChannelId(self.fresh("x")) if consulted else None
        return self.tell(
            TransferAsked(offer=leg[0], device=leg[1], number=number, consult=consult, consulted=consulted)
        )

    def called_back_answers(self, call: CallId) -> Event | None:
        """Who is called back picks up."""
        seen = replace(self.called_back.pop(call), answered=True)
        self.callers[call] = seen
        assert seen.channel is not None
        return self.tell(CallerReached(call=call, channel=seen.channel))

    def called_back_refuses(self, call: CallId, how: LegEnd) -> Event | None:
        """Who is called back does not."""
        channel = self.called_back.pop(call).channel
        assert channel is not None
        return self.tell(CallerNotReached(call=call, channel=channel, how=how))

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
        self.telling.discard(leg)
        self.joining = {call: of for call, of in self.joining.items() if of != leg}
        return self.tell(LegEnded(offer=leg[0], device=leg[1], how=LegEnd.HUNG_UP))

    def joined(self, call: CallId) -> Event | None:
        """Caller and agent hear each other."""
        self.talks[call] = self.joining.pop(call)
        self.held.pop(call, None)
        return self.tell(CallConnected(call=call))

    def join_fails(self, call: CallId) -> Event | None:
        """Asterisk would not join them."""
        del self.joining[call]
        return self.tell(ConnectFailed(call=call))

    def caller_hangs_up(self, call: CallId) -> Event | None:
        """A caller has had enough."""
        self.gone(call)
        return self.tell(CallerHungUp(call=call))

    def sent_on_hangs_up(self, channel: ChannelId) -> Event | None:
        """Somebody who lives on without us is gone, or a phone for which we have called outside."""
        del self.sent_on[channel]
        self.others.pop(channel, None)
        return self.tell(OtherCallEnded(channel=channel))

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
        if channel.startswith("monitor-"):
            return self.tell(MonitorAnswered(channel=channel))
        return self.tell(OtherCallAnswered(channel=channel))

    def other_call_ends(self, channel: ChannelId) -> Event | None:
        """It is over."""
        del self.others[channel]
        self.sent_on.pop(channel, None)
        return self.tell(OtherCallEnded(channel=channel))

    # --- Asterisk

    def lose(self) -> Event:
        """The event socket breaks; everything goes on unheard."""
        self.connected = False
        self.told = [event for event in self.told if isinstance(event, REPEATABLE)]
        return AsteriskLost()

    def goes_down(self) -> None:
        """Asterisk itself stops: every channel and bridge is gone."""
        for gone in (
            self.callers,
            self.called_back,
            self.fetching,
            self.held,
            self.saying,
            self.telling,
            self.ringing,
            self.up,
            self.joining,
            self.talks,
            self.recording,
            self.others,
            self.sent_on,
            self.listening,
        ):
            gone.clear()

    def see(self) -> Event:
        """The socket is there again, and everything has been read."""
        self.connected = True
        self.joining.clear()
        self.saying.clear()
        self.telling.clear()
        return self.look()

    def look(self) -> AsteriskSeen:
        """All that is there now."""
        there = [*self.callers.values(), *self.called_back.values(), *self.fetching.values()]
        legs = [SeenLeg(offer=o, device=d, answered=False) for o, d in self.ringing]
        heard = {with_whom: call for call, with_whom in self.talks.items()}
        legs += [SeenLeg(offer=o, device=d, answered=True, talks_with=heard.get((o, d))) for o, d in self.up]
        return AsteriskSeen(
            calls=tuple(sorted(there, key=lambda seen: seen.call)),
            legs=tuple(sorted(legs, key=lambda leg: (leg.offer, leg.device))),
            other_calls=tuple(self.others[channel] for channel in sorted(self.others)),
            registered=frozenset(self.registered),
            talks=frozenset(self.talks),
            joined=frozenset(self.talks),
            held=frozenset(self.held.items()),
            elsewhere=frozenset(self.sent_on),
            monitors=frozenset(
                {*self.listening, *(id_ for id_, of in self.others.items() if of.answered and "monitor-" in id_)}
            ),
            listening=frozenset(self.listening.items()),
        )
