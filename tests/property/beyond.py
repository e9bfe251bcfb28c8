"""What people do with calls beyond the phone, said again from the facts and requests alone: whether it is granted, too.

A part of `Ledger`, and as plain as that.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from acd.inputs import (
    ChangeMonitor,
    DialFor,
    EndMonitor,
    HangUp,
    Hold,
    Monitor,
    MonitorAnswered,
    MoveCall,
    OtherCallEnded,
    PickCall,
    Refusal,
    Resume,
    SeenOtherCall,
    SetPriority,
)
from acd.model import AgentId, CallId, ChannelId, DeviceId, MonitorMode
from acd.outputs import (
    MonitorChanged,
    MonitorEnded,
    MonitorPickedUp,
    MonitorStarted,
    NumberDialled,
    PriorityChanged,
)
from tests.property.books import Listener, Waiter, What
from tests.property.outbound import OutboundBooks
from tests.property.switch import ACCOUNT

BEYOND: Final = (
    *(HangUp, Hold, Resume, DialFor, SetPriority, MoveCall, PickCall),
    *(Monitor, ChangeMonitor, EndMonitor),
)


class BeyondBooks(OutboundBooks):
    """Who dials by a click, whose turn is changed, who listens in."""

    # --- what is granted

    def refusal(self, what: What, at: datetime) -> Refusal | None:
        """Why this may not be asked now; None: it may, or it is something else."""
        match what:
            case HangUp() | Hold() | Resume():
                return self._in_a_talk(what)
            case SetPriority():
                waiter = self.calls.get(what.call)
                if waiter is None:
                    return Refusal.UNKNOWN_CALL
                return Refusal.NOT_WAITING if waiter.agent is not None else None
            case MoveCall():
                return self._may_be_moved(what)
            case PickCall():
                return self._may_be_given(what)
            case DialFor():
                return self._may_dial(what, at)
            case Monitor():
                return self._may_listen(what)
            case ChangeMonitor() | EndMonitor():
                waiter = self.calls.get(what.call)
                if waiter is None or what.by not in waiter.listeners:
                    return Refusal.NOT_LISTENING
                return self._unseen()
            case _:
                return None

    def _unseen(self) -> Refusal | None:
        return None if self.in_sight else Refusal.ASTERISK_OUT_OF_SIGHT

    def _in_a_talk(self, what: HangUp | Hold | Resume) -> Refusal | None:
        waiter = self.calls.get(what.call)
        if waiter is None:
            return Refusal.UNKNOWN_CALL
        if waiter.talking_since is None:
            return Refusal.NOT_TALKING
        by_phone = waiter.held_since is not None and not waiter.held_apart
        return self._unseen() or (Refusal.HELD_BY_PHONE if by_phone and isinstance(what, Resume) else None)

    def _on_the_line(self, call: CallId) -> Waiter | Refusal:
        waiter = self.calls.get(call)
        if waiter is None:
            return Refusal.UNKNOWN_CALL
        if waiter.agent is not None:
            return Refusal.NOT_WAITING
        if waiter.callback is not None:
            return Refusal.CALLED_BACK
        return self._unseen() or waiter

    def _may_be_moved(self, what: MoveCall) -> Refusal | None:
        waiter = self._on_the_line(what.call)
        if isinstance(waiter, Refusal):
            return waiter
        if what.queue not in self.queues:
            return Refusal.UNKNOWN_QUEUE
        return Refusal.WAITS_THERE if what.queue == waiter.queue else None

    def _may_be_given(self, what: PickCall) -> Refusal | None:
        waiter = self._on_the_line(what.call)
        if isinstance(waiter, Refusal):
            return waiter
        if what.agent not in self.agents:
            return Refusal.UNKNOWN_AGENT
        if waiter.queue not in self.queues:
            return Refusal.UNKNOWN_QUEUE
        person = self.people[what.agent]
        if person.offer is not None:
            return Refusal.RINGS_ALREADY
        if len(person.calls) + len(person.other) >= self.part(what.agent, waiter.queue).max_calls:
            return Refusal.HAS_CALLS
        return None if self.usable(what.agent, waiter.queue) else Refusal.NO_USABLE_DEVICE

    def _may_dial(self, what: DialFor, at: datetime) -> Refusal | None:
        agent = self.owner.get(what.device)
        if agent is None:
            return Refusal.UNKNOWN_DEVICE
        if (busy := self._busy(what.device, agent)) is not None:
            return busy
        if not re.fullmatch(r"[+]?[0-9]{1,20}", what.number):
            return Refusal.NOT_A_NUMBER
        if f"{what.number}@{ACCOUNT}" == agent:
            return Refusal.OWN_NUMBER
        if not self._is_outside(what.number):
            return None
        if "555XXXX" not in self.account.outbound or not re.fullmatch("555[0-9]{4}", what.number):
            return Refusal.NUMBER_NOT_ALLOWED
        return Refusal.OUTBOUND_CAP if self.reached_caps(agent, at) else None

    def _is_outside(self, number: str) -> bool:
        name = f"{number}@{ACCOUNT}"
        return name not in self.agents and name not in self.queues

    def _busy(self, device: DeviceId, agent: AgentId) -> Refusal | None:
        person = self.people[agent]
        if person.calls or person.offer is not None:
            return Refusal.QUEUE_CALL
        if device not in self.reachable:
            return Refusal.NOT_REGISTERED
        return Refusal.DEVICE_IN_USE if device in person.other.values() else self._unseen()

    def _may_listen(self, what: Monitor) -> Refusal | None:
        waiter = self.calls.get(what.call)
        if waiter is None:
            return Refusal.UNKNOWN_CALL
        if waiter.talking_since is None:
            return Refusal.NOT_TALKING
        if self.owner.get(what.device) != what.by:
            return Refusal.UNKNOWN_DEVICE
        if waiter.agent == what.by:
            return Refusal.OWN_TALK
        if any(what.by in other.listeners for other in self.calls.values()):
            return Refusal.LISTENS_ALREADY
        return self._busy(what.device, what.by)

    # --- what is decided

    def number_dialled(self, fact: NumberDialled, at: datetime) -> None:
        """As he asked; outside under the caps."""
        assert self.what == DialFor(device=fact.device, number=fact.number)
        assert self.owner[fact.device] == fact.agent
        assert fact.outside == self._is_outside(fact.number)
        self.reached[f"dialled by a click: {'outside' if fact.outside else 'inside'}"] += 1
        if fact.outside:
            self.began.append((at, fact.agent))
            self.lines.append(fact.agent)
            self.sent_by[fact.channel] = fact.agent

    def priority_changed(self, fact: PriorityChanged) -> None:
        """As a supervisor asked, and to another one."""
        assert self.what == SetPriority(call=fact.call, priority=fact.priority, by=fact.by)
        assert self.calls[fact.call].priority != fact.priority
        self.calls[fact.call].priority = fact.priority
        self.reached["another priority"] += 1

    def monitor_started(self, fact: MonitorStarted) -> None:
        """As he asked, with a phone of his own."""
        assert self.what == Monitor(call=fact.call, by=fact.supervisor, device=fact.device, mode=fact.mode)
        assert self.calls[fact.call].agent == fact.agent
        listener = Listener(device=fact.device, channel=fact.channel, mode=fact.mode)
        self.calls[fact.call].listeners[fact.supervisor] = listener

    def monitor_picked_up(self, fact: MonitorPickedUp, at: datetime) -> None:
        """Once."""
        listener = self.calls[fact.call].listeners[fact.supervisor]
        assert listener.since is None
        assert listener.mode is fact.mode
        listener.since = at
        self.reached["listens in"] += isinstance(self.what, MonitorAnswered)
        self.reached["listens in: unheard"] += not isinstance(self.what, MonitorAnswered)

    def monitor_changed(self, fact: MonitorChanged) -> None:
        """As he asked."""
        assert self.what == ChangeMonitor(call=fact.call, by=fact.supervisor, mode=fact.mode)
        self.calls[fact.call].listeners[fact.supervisor].mode = fact.mode
        self.reached["listens otherwise"] += 1

    def monitor_ended(self, fact: MonitorEnded, at: datetime) -> None:
        """His phone is gone, or he has said so, or the talk ends in the same step."""
        waiter = self.calls[fact.call]
        listener = waiter.listeners.pop(fact.supervisor)
        assert fact.listened == (at - listener.since if listener.since is not None else timedelta(0))
        assert waiter.agent == fact.agent
        match self.what:
            case EndMonitor():
                self.reached["listens no more: he said so"] += 1
            case OtherCallEnded(channel=channel) if channel == listener.channel:
                self.reached["listens no more: he hung up"] += 1
            case _:
                self.reached["listens no more: the talk is over"] += 1

    # --- at rest

    def who_listens_is_as_the_books_say(
        self, others: Mapping[ChannelId, SeenOtherCall], listening: Mapping[ChannelId, MonitorMode]
    ) -> None:
        """Who has picked up hears a talk, as he is to; nobody else does, and no phone is left that was to."""
        known = [listener for waiter in self.calls.values() for listener in waiter.listeners.values()]
        assert {channel for channel in others if "monitor-" in channel} == {listener.channel for listener in known}
        assert dict(listening) == {each.channel: each.mode for each in known if each.since is not None}
