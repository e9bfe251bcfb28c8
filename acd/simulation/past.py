"""Takes a span of the journal apart: what came from outside, and what is known of its people.

What follows from the rules is left out: the run decides it anew. So is what has no bearing on who gets which call:
holds, recordings, who listens in, and the times in which Asterisk was out of sight.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from acd.inputs import (
    AsteriskSeen,
    CallArrived,
    ConfigurationLoaded,
    DeviceRegistered,
    DeviceUnregistered,
    KeyPressed,
    LegEnd,
    MoveCall,
    OtherCallAnswered,
    OtherCallEnded,
    OtherCallStarted,
    PhoneNamedItself,
    PickCall,
    SeenCall,
    SeenLeg,
    SeenOtherCall,
    SetPriority,
    SetStatus,
    SwitchDevice,
)
from acd.model import AccountId, AgentId, Caller, CallId, ChannelId, Configuration, DeviceId, OfferId, QueueId
from acd.outputs import (
    AgentBriefed,
    AnnouncementEnded,
    AnnouncementStarted,
    AsteriskInSight,
    CallAnswered,
    CallbackAnswered,
    CallbackDialled,
    CallbackFailed,
    CallbackPromised,
    CallbackRefused,
    CallEnded,
    CallMoved,
    CallOutcome,
    CallOverflowed,
    CallQueued,
    CallRefused,
    CallRetrieved,
    CallTransferred,
    ConfigurationChanged,
    ConfirmationAsked,
    DeviceDisengaged,
    DeviceEngaged,
    DeviceReachable,
    DeviceSwitched,
    EntryRefused,
    Fact,
    LegStopped,
    Loss,
    OfferEnd,
    OfferEnded,
    OfferMade,
    OtherCallConnected,
    OverflowReason,
    Party,
    PhoneModelKnown,
    PriorityChanged,
    Recorded,
    RetrievalRefused,
    Source,
    StatusChanged,
    TalkEnded,
    TalkStarted,
    WrapUpEnd,
    WrapUpEnded,
)
from acd.simulation.history import Known, Rung
from acd.simulation.run import Ending, Input, Reaction, Timed
from acd.state import State

Rules = Callable[[Configuration], Configuration]
"""What the configuration would have been."""

_TOLD_BY_PHONES: Final = {
    OfferEnd.BUSY: LegEnd.BUSY,
    OfferEnd.DECLINED: LegEnd.DECLINED,
    OfferEnd.UNREACHABLE: LegEnd.UNREACHABLE,
}
_OVER_BY_ITSELF: Final = (
    *_TOLD_BY_PHONES,
    OfferEnd.ANSWERED,
    OfferEnd.NO_ANSWER,
    OfferEnd.NOT_CONFIRMED,
    OfferEnd.REFUSED_BY_KEY,
)
"""How offers end that were not taken away."""


class Past:
    """Told the facts of a span in their order; then `inputs` and `known` hold it."""

    def __init__(self, state: State, rules: Rules) -> None:
        """`state`: as it was when the span begins. It is led through the span."""
        self.inputs: list[Timed] = []
        self.known = Known()
        self._state = state
        self._rules = rules
        self._in_sight = state.records.asterisk_in_sight
        self._came = set(state.records.calls)
        self._rung: dict[OfferId, Rung] = {}
        self._connected: set[ChannelId] = set()
        """Other calls that were answered."""
        self._waits_in = {call.id: [call.queue] for call in state.records.calls.values()}
        self._since: dict[tuple[str, CallId], datetime] = {}
        """When something of a call began for which its record has no field."""
        self._passed_to: dict[CallId, str] = {}
        for call in state.records.calls.values():
            if call.answered_at is not None:
                self._since["joining", call.id] = self._since["callback", call.id] = call.answered_at
            if call.saying is not None:
                self._since["announcement", call.id] = max(call.last_said.values())
        for offer in sorted(state.records.offers.values(), key=lambda offer: offer.id):
            self._rings(offer.id, offer.call, offer.agent, offer.made_at)

    def take(self, recorded: Recorded, following: Recorded | None) -> None:
        """One fact, and the one after it."""
        at, fact = recorded.at, recorded.fact
        self._arrival(fact, at)
        self._wait(fact, at)
        self._key(fact, at)
        self._ring(fact, at)
        self._talk(fact, at)
        self._supervisor(fact, at)
        self._agent(fact, at, following)
        self._device(fact, at)
        self._state.apply(fact, at)
        self._whole(fact, at)

    def finish(self, ends: datetime) -> None:
        """The span is over; what goes on is known up to here."""
        for call in self._state.records.calls.values():
            if call.talking_since is None:
                self._stayed(call.id, ends - call.arrived)
            else:
                self.known.outlasts[call.id] = ends - call.talking_since
        for offer in self._state.records.offers.values():
            self._rung[offer.id].rang = ends - offer.made_at

    def _happened(self, at: datetime, what: Input) -> None:
        self.inputs.append((at, what))

    # --- callers

    def _arrival(self, fact: Fact, at: datetime) -> None:
        match fact:
            case CallQueued() if fact.call not in self._came:
                self._arrives(fact.call, fact.queue, at, fact.caller, fact.arrived, fact.priority)
            case EntryRefused() if fact.call not in self._came:
                self._arrives(fact.call, fact.queue, at, fact.caller)
            case CallRefused():
                self._arrives(fact.call, QueueId(f"{fact.number}@{fact.account}"), at)
            case CallRetrieved() | RetrievalRefused():
                self._arrives(CallId(fact.channel), fact.queue, at)
            case _:
                pass

    def _arrives(
        self,
        call: CallId,
        queue: QueueId,
        at: datetime,
        caller: Caller | None = None,
        arrived: datetime | None = None,
        priority: int | None = None,
    ) -> None:
        number, _, account = queue.partition("@")
        self._came.add(call)
        event = CallArrived(
            call=call,
            account=AccountId(account),
            number=number,
            caller=caller or Caller(number=""),
            arrived=arrived,
            priority=priority,
            device=self._state.channels.get(ChannelId(call)),
        )
        self._happened(at, event)

    def _wait(self, fact: Fact, at: datetime) -> None:
        match fact:
            case CallQueued():
                self._waits_in[fact.call] = [fact.queue]
            case CallMoved():
                call = self._state.records.calls[fact.call]
                same_wait = fact.arrived == call.arrived
                self._waits_in[fact.call] = [*(self._waits_in[fact.call] if same_wait else ()), fact.to]
            case TalkStarted():
                self._stayed(fact.call, at - self._state.records.calls[fact.call].arrived)
            case CallEnded() if not self._talks(fact.call):
                # Who was lost with Asterisk has not hung up: he would have stayed, nobody knows for how long.
                if fact.outcome in (CallOutcome.ABANDONED, CallOutcome.LOST) and fact.loss is not Loss.ASTERISK_ENDED:
                    waited = at - self._state.records.calls[fact.call].arrived
                    self.known.hung_up.update(((fact.call, queue), waited) for queue in self._waits_in[fact.call])
                else:
                    self._stayed(fact.call, fact.waited)
            case AnnouncementStarted():
                self._since["announcement", fact.call] = at
            case AnnouncementEnded():
                began = self._since.pop(("announcement", fact.call), at)
                self.known.listened[fact.call, fact.number] = at - began
            case _:
                pass

    def _stayed(self, call: CallId, waited: timedelta) -> None:
        self.known.stayed[call] = max(waited, self.known.stayed.get(call, waited))

    def _talks(self, call: CallId) -> bool:
        record = self._state.records.calls.get(call)
        return record is not None and record.agent is not None

    def _key(self, fact: Fact, at: datetime) -> None:
        """A key that the caller must have pressed."""
        key: str | None = None
        match fact:
            case CallOverflowed(why=OverflowReason.KEY):
                key = self._state.records.queues[fact.queue].leave_key
            case CallbackPromised() | CallbackRefused():
                callback = self._state.records.queues[fact.queue].callback
                key = callback.key if callback else None
            case _:
                return
        if key is not None:
            self._happened(at, KeyPressed(call=fact.call, key=key))

    # --- offers and talks

    def _ring(self, fact: Fact, at: datetime) -> None:
        match fact:
            case OfferMade():
                self._rings(fact.offer, fact.call, fact.agent, at)
            case LegStopped() if fact.why in _TOLD_BY_PHONES:
                self._told(fact.offer, at, fact.device, fact.why)
            case ConfirmationAsked():
                self._told(fact.offer, at, fact.device, OfferEnd.ANSWERED)
                self._rung[fact.offer].asked_at = at
            case OfferEnded():
                self._offer_ended(fact, at)
            case CallAnswered():
                rung = self._rung.get(fact.offer)
                if rung is None:
                    pass  # nobody has told of it: the talk was found
                elif rung.asked_at is None:
                    self._told(fact.offer, at, fact.device, OfferEnd.ANSWERED)
                else:
                    rung.confirmed = at - rung.asked_at
            case _:
                pass

    def _rings(self, offer: OfferId, call: CallId, agent: AgentId, at: datetime) -> None:
        self._rung[offer] = Rung(at)
        self.known.rung[call, agent].append(self._rung[offer])

    def _offer_ended(self, fact: OfferEnded, at: datetime) -> None:
        rung = self._rung[fact.offer]
        rung.rang = at - rung.since
        rung.complete = fact.why in _OVER_BY_ITSELF
        if rung.complete:
            self.known.rung_at[fact.agent].append(rung)
        if fact.why in _TOLD_BY_PHONES:
            device = min(self._state.records.offers[fact.offer].devices)
            self._told(fact.offer, at, device, fact.why)
        elif fact.why is OfferEnd.OTHER_CALL:  # journals older than `OtherCallConnected` tell it nowhere else
            for channel in sorted(self._state.records.agent_records[fact.agent].other_calls.keys() - self._connected):
                self._happened(at, OtherCallAnswered(channel=channel))

    def _told(self, offer: OfferId, at: datetime, device: DeviceId, why: OfferEnd) -> None:
        rung = self._rung[offer]
        rung.reactions.append(Reaction(at - rung.since, device, _TOLD_BY_PHONES.get(why)))

    def _talk(self, fact: Fact, at: datetime) -> None:
        match fact:
            case CallbackDialled():
                self._since["callback", fact.call] = at
            case CallAnswered() | CallRetrieved():
                self._since["joining", fact.call] = at
            case AgentBriefed():
                self.known.told[fact.call].append(at - self._since.pop(("joining", fact.call), at))
                self._since["joining", fact.call] = at
            case CallbackAnswered():
                began = self._since.pop(("callback", fact.call), at)
                self._since["joining", fact.call] = at
                self.known.called_back[fact.call].append((at - began, None))
            case CallbackFailed():
                began = self._since.pop(("callback", fact.call), at)
                self.known.called_back[fact.call].append((at - began, fact.how))
            case TalkStarted():
                self.known.joined[fact.call].append((at - self._since.pop(("joining", fact.call), at), True))
            case CallTransferred():
                self._passed_to[fact.call] = fact.to
            case TalkEnded():
                self._talk_ended(fact, at)
            case _:
                pass

    def _talk_ended(self, fact: TalkEnded, at: datetime) -> None:
        since = self._state.records.calls[fact.call].talking_since
        if since is None:
            self._never_talked(fact, at)
            return
        ending = Ending(at - since, fact.by, self._passed_to.pop(fact.call, None))
        self.known.talks[fact.call].append(ending)
        self.known.talks_in[fact.queue].append(ending.after)

    def _never_talked(self, fact: TalkEnded, at: datetime) -> None:
        """They were not joined: it failed, the caller went sooner, or he was to be called back and was not reached."""
        began = self._since.pop(("joining", fact.call), at)
        if self._state.records.calls[fact.call].channel is not None:
            by_caller = fact.by is Party.CALLER
            self.known.joined[fact.call].append((at - began + by_caller * timedelta.resolution, by_caller))

    def _supervisor(self, fact: Fact, at: datetime) -> None:
        match fact:
            case PriorityChanged():
                self._happened(at, SetPriority(call=fact.call, priority=fact.priority, by=fact.by))
            case CallMoved(moved_by=by) if by is not None:
                self._happened(at, MoveCall(call=fact.call, queue=fact.to, by=by))
            case OfferMade(picked_by=by) if by is not None:
                self._happened(at, PickCall(call=fact.call, agent=fact.agent, by=by))
            case _:
                pass

    # --- agents and phones

    def _agent(self, fact: Fact, at: datetime, following: Recorded | None) -> None:
        match fact:
            case StatusChanged(source=Source.PHONE | Source.REQUEST | Source.SUPERVISOR):
                self._happened(at, SetStatus(agent=fact.agent, status=fact.status, by=fact.by))
            case StatusChanged(source=Source.MISSED_OFFERS):
                self.known.taken_offline.add((fact.agent, at))
            case WrapUpEnded(why=WrapUpEnd.AGENT) if not _chooses(fact.agent, at, following):
                wrap_up = self._state.records.agent_records[fact.agent].wrap_up
                assert wrap_up is not None, "it ends"
                self.known.ready[wrap_up.call] = at - wrap_up.since
            case _:
                pass

    def _device(self, fact: Fact, at: datetime) -> None:
        match fact:
            case DeviceReachable(reachable=True):
                self._happened(at, DeviceRegistered(device=fact.device))
            case DeviceReachable():
                self._happened(at, DeviceUnregistered(device=fact.device))
            case DeviceSwitched():
                self._happened(at, SwitchDevice(device=fact.device, on=fact.on))
            case PhoneModelKnown():
                self._happened(at, PhoneNamedItself(device=fact.device, model=fact.model))
            case DeviceEngaged():
                self._happened(
                    at,
                    OtherCallStarted(
                        channel=fact.channel, device=fact.device, outgoing=fact.outgoing, number=fact.number
                    ),
                )
            case OtherCallConnected():
                self._connected.add(fact.channel)
                self._happened(at, OtherCallAnswered(channel=fact.channel, number=fact.number))
            case DeviceDisengaged():
                self._happened(at, OtherCallEnded(channel=fact.channel, number=fact.number))
            case _:
                pass

    # --- the whole, once the fact is true

    def _whole(self, fact: Fact, at: datetime) -> None:
        match fact:
            case ConfigurationChanged():
                self._happened(at, ConfigurationLoaded(configuration=self._rules(self._state.configuration)))
            case AsteriskInSight() if not self._in_sight:
                self._in_sight = True
                self._happened(at, _seen(self._state))
            case _:
                pass


def _chooses(agent: AgentId, at: datetime, following: Recorded | None) -> bool:
    """Whether his wrap-up ended because he chose another status."""
    return (
        following is not None
        and following.at == at
        and isinstance(following.fact, StatusChanged)
        and following.fact.agent == agent
    )


def _seen(state: State) -> AsteriskSeen:
    """Asterisk has all that we believe."""
    records = state.records
    calls = sorted(records.calls.values(), key=lambda call: call.id)
    ringing = sorted(records.offers.values(), key=lambda offer: offer.id)
    legs = [SeenLeg(offer=o.id, device=device, answered=False) for o in ringing for device in sorted(o.devices)]
    legs += [SeenLeg(offer=c.offer, device=c.device, answered=True) for c in calls if c.offer and c.device]
    return AsteriskSeen(
        calls=tuple(
            SeenCall(
                call=call.id,
                account=call.account,
                number=call.queue.partition("@")[0],
                caller=call.caller,
                arrived=call.arrived,
                priority=call.priority,
            )
            for call in calls
        ),
        legs=tuple(legs),
        other_calls=tuple(
            SeenOtherCall(channel=channel, device=device, answered=False) for channel, device in state.channels.items()
        ),
        registered=frozenset(device.id for device in records.device_records.values() if device.reachable),
        talks=frozenset(call.id for call in calls if call.talking_since is not None),
    )
