"""The rules of the product, said again from the facts alone.

A `Ledger` reads every input and every fact, keeps its own books, and objects (`AssertionError`) to whatever the rules
do not allow. It shares the words with the engine (`acd.model`, `acd.inputs`, `acd.outputs`) and not one line of logic,
so that a wrong idea in the engine is not repeated here. Slow and plain on purpose.
"""

from collections import Counter
from datetime import datetime, timedelta
from typing import assert_never

from acd.inputs import (
    AsteriskSeen,
    CallConnected,
    CallerHungUp,
    ConfigurationLoaded,
    ConnectFailed,
    DriftFound,
    HangUp,
    LegEnd,
    LegEnded,
)
from acd.model import (
    ONLINE,
    SINGLE_CALL,
    CallId,
    ChannelId,
    OfferId,
    SingleCallUse,
)
from acd.outputs import (
    AgentBriefed,
    AnnouncementEnded,
    AnnouncementSkipped,
    AnnouncementStarted,
    AsteriskInSight,
    AsteriskOutOfSight,
    BackOffEnded,
    CallAnswered,
    CallbackAnswered,
    CallbackDialled,
    CallbackDue,
    CallbackFailed,
    CallbackPostponed,
    CallbackPromised,
    CallbackRefused,
    CallEnded,
    CallLifted,
    CallMoved,
    CallOutcome,
    CallOverflowed,
    CallQueued,
    CallRefused,
    CallRequeued,
    CallRetrieved,
    CallTransferred,
    CascadeRetimed,
    CascadeWidened,
    ConfigurationChanged,
    ConfirmationAsked,
    DeviceDisengaged,
    DeviceEngaged,
    DeviceReachable,
    DeviceSwitched,
    EntryRefused,
    Fact,
    HoldEnded,
    HoldStarted,
    LegStopped,
    MaxWaitReached,
    MonitorChanged,
    MonitorEnded,
    MonitorPickedUp,
    MonitorStarted,
    NumberDialled,
    OfferEnded,
    OfferMade,
    OfferRetimed,
    OtherCallConnected,
    OutboundEnded,
    Party,
    PhoneModelKnown,
    PlaceGone,
    PlaceKept,
    PriorityChanged,
    Recorded,
    RecordingEnded,
    RecordingStarted,
    RetrievalRefused,
    StatusChanged,
    TalkEnded,
    TalkStarted,
    TransferRefused,
    WrapUpEnded,
    WrapUpStarted,
)
from tests.property.books import Waiter, What
from tests.property.offering import OfferBooks


class Ledger(OfferBooks):
    """Books and rules. `read` takes in one step; `reached` counts the situations it has met."""

    def __init__(self) -> None:
        super().__init__()
        self.ended: dict[CallId, CallOutcome] = {}
        self.declined: OfferId | None = None
        """Of the input that is taken in: the offer that one of its phones has declined while it rang there."""

    def read(self, what: What, facts: tuple[Recorded, ...], now: datetime) -> None:
        """Take in a step: each fact in turn, then what must hold when the engine comes to rest."""
        self.what = what
        self.declined = None
        if isinstance(what, LegEnded) and what.offer in self.offers:
            ringing = self.offers[what.offer]
            if what.device in ringing.devices:
                ringing.told.add(what.how)
                self.declined = what.offer if what.how is LegEnd.DECLINED else None
        for recorded in facts:
            assert recorded.at <= now, "nothing is decided in the future"
            self._fact(recorded.fact, recorded.at)
        self._at_rest(now)

    # --- facts

    def _fact(self, fact: Fact, at: datetime) -> None:
        match fact:
            case CallQueued():
                self._call_queued(fact, at)
            case OfferMade():
                self.offer_made(fact, at)
            case CascadeWidened():
                if self.calls[fact.call].cascade is not None and not isinstance(self.what, ConfigurationLoaded):
                    self.lapses(at)
                self.cascade_widened(fact, at)
            case CascadeRetimed():
                waiter = self.calls[fact.call]
                assert waiter.cascade is not None
                confirming = any(self.offers[offer].confirming for offer in waiter.pending)
                assert confirming or isinstance(self.what, ConfigurationLoaded), "else it lasts as long as it should"
                waiter.cascade = (waiter.cascade[0], waiter.cascade[1], fact.until)
            case LegStopped():
                ringing = self.offers[fact.offer]
                ringing.devices.remove(fact.device)
                assert ringing.devices, "the last phone ends the offer"
                self.reached["one of several phones stopped"] += 1
            case OfferRetimed():
                self.offer_retimed(fact)
            case ConfirmationAsked():
                self.confirmation_asked(fact, at)
            case OfferEnded():
                self.offer_ended(fact, at)
            case CallAnswered():
                self._call_answered(fact, at)
            case AgentBriefed():
                self.agent_briefed(fact)
            case TalkStarted():
                self._talk_started(fact, at)
            case TalkEnded():
                self._talk_ended(fact, at)
            case CallRequeued():
                assert self.calls[fact.call].agent is None
                self.calls[fact.call].waits_since = at
                assert isinstance(self.what, ConnectFailed | LegEnded | CallerHungUp | AsteriskSeen | DriftFound)
                self.reached["answered, not connected: waits again"] += 1
            case CallEnded():
                self._call_ended(fact)
            case EntryRefused():
                self.entry_refused(fact)
            case PlaceKept():
                self.place_kept(fact, at)
            case PlaceGone():
                self.place_gone(fact, at)
            case AnnouncementStarted():
                self.announcement_started(fact, at)
            case AnnouncementEnded():
                self.announcement_ended(fact)
            case CallLifted():
                self.call_lifted(fact, at)
            case MaxWaitReached():
                self.max_wait_reached(fact, at)
            case CallOverflowed():
                self.call_overflowed(fact)
            case CallMoved():
                self.call_moved(fact, at)
            case CallbackRefused():
                self.callback_refused(fact)
            case CallbackPromised():
                self.callback_promised(fact, at)
            case CallbackDialled():
                self.callback_dialled(fact, at)
            case CallbackAnswered():
                self.callback_answered(fact, at)
            case CallbackFailed():
                self.callback_failed(fact, at)
            case CallbackPostponed():
                self.callback_postponed(fact, at)
            case CallbackDue():
                self.callback_due(fact, at)
            case HoldStarted():
                self.hold_started(fact, at)
            case HoldEnded():
                self.hold_ended(fact, at)
            case CallTransferred():
                self.call_transferred(fact)
                self.goes_outside(fact, at)
            case TransferRefused():
                self.transfer_refused(fact)
                self.transfer_capped(fact, at)
            case OutboundEnded():
                self.outbound_ended(fact)
            case CallRetrieved():
                self.call_retrieved(fact, at)
            case RetrievalRefused():
                self.retrieval_refused(fact)
            case RecordingStarted():
                self.recording_started(fact)
            case RecordingEnded():
                self.recording_ended(fact)
            case NumberDialled():
                self.number_dialled(fact, at)
            case PriorityChanged():
                self.priority_changed(fact)
            case MonitorStarted():
                self.monitor_started(fact)
            case MonitorPickedUp():
                self.monitor_picked_up(fact, at)
            case MonitorChanged():
                self.monitor_changed(fact)
            case MonitorEnded():
                self.monitor_ended(fact, at)
            case StatusChanged():
                self.status_changed(fact, at)
            case WrapUpStarted():
                due = self.wrap_up_due.pop(fact.agent, None)
                assert due == (fact.until, fact.mandatory), f"wrap-up {fact} where {due} was due"
                self.people[fact.agent].wrap_up = due
            case WrapUpEnded():
                self.wrap_up_ended(fact, at)
            case BackOffEnded():
                person = self.people[fact.agent]
                assert person.back_off == at, "a back-off ends at its instant"
                self.lapses(at)
                person.back_off = None
                self.reached["back-off over"] += 1
            case DeviceSwitched():
                (self.off.discard if fact.on else self.off.add)(fact.device)
            case DeviceReachable():
                (self.reachable.add if fact.reachable else self.reachable.discard)(fact.device)
            case PhoneModelKnown():
                pass
            case DeviceEngaged():
                self.people[self.owner[fact.device]].other[fact.channel] = fact.device
            case OtherCallConnected():
                assert fact.channel in self.people[self.owner[fact.device]].other
            case DeviceDisengaged():
                holders = [person for person in self.people.values() if fact.channel in person.other]
                assert len(holders) == 1, "an other call is one agent's"
                del holders[0].other[fact.channel]
            case ConfigurationChanged():
                self._configuration(fact, at)
            case AsteriskOutOfSight():
                assert self.in_sight
                self.in_sight = False
            case AsteriskInSight():
                self.in_sight = True
            case AnnouncementSkipped():
                self.announcement_skipped(fact, at)
            case CallRefused():
                pass
            case _:
                assert_never(fact)

    def _call_queued(self, fact: CallQueued, at: datetime) -> None:
        assert fact.call not in self.calls, "a call waits once"
        assert fact.arrived <= at
        assert fact.queue in self.queues
        self.let_in(fact)
        if fact.call in self.ended:
            # Closed with its queue while Asterisk was lost, so he was never turned away; and the queue is there again.
            assert self.ended.pop(fact.call) is CallOutcome.QUEUE_CLOSED, "a call that has ended does not come back"
            assert isinstance(self.what, AsteriskSeen)
            self.offers_ever = {offer for offer in self.offers_ever if offer.partition("~")[0] != fact.call}
        self.calls[fact.call] = Waiter(
            queue=fact.queue, arrived=fact.arrived, queued_at=at, waits_since=at, priority=fact.priority
        )

    def _call_answered(self, fact: CallAnswered, at: datetime) -> None:
        waiter, person = self.calls[fact.call], self.people[fact.agent]
        assert waiter.agent is None, "one call is never connected to two agents"
        assert fact.waited == at - waiter.arrived
        assert self.owner.get(fact.device) == fact.agent
        waiter.agent, waiter.leg = fact.agent, (fact.offer, fact.device)
        waiter.briefed_by = at + timedelta(seconds=15) if fact.briefing else None
        person.calls[fact.call] = fact.device
        if person.status == SINGLE_CALL:
            person.single.add(fact.call)
        self.reached["answered by one of a ring all"] += len(waiter.pending) > 0

    def _talk_started(self, fact: TalkStarted, at: datetime) -> None:
        waiter = self.calls[fact.call]
        assert waiter.agent == fact.agent
        assert waiter.talking_since is None
        assert isinstance(self.what, CallConnected | AsteriskSeen | DriftFound)
        waiter.talking_since = at

    def _talk_ended(self, fact: TalkEnded, at: datetime) -> None:
        waiter, person = self.calls[fact.call], self.people[fact.agent]
        assert waiter.agent == fact.agent
        since = waiter.talking_since
        assert fact.talked == (at - since if since else timedelta(0))
        assert waiter.held_since is None, "a hold ends with the talk"
        assert fact.held == waiter.held
        assert waiter.recording is None, "a recording ends with the talk"
        assert not waiter.listeners, "who listens in does so on a talk"
        asked = self.what.by if isinstance(self.what, HangUp) else None
        by_other = asked is not None and self.what == HangUp(call=fact.call, by=asked) and asked != fact.agent
        assert (fact.by is Party.SUPERVISOR) == by_other
        del person.calls[fact.call]
        counts = fact.call in person.single
        person.single.discard(fact.call)
        fetched = waiter.retriever is not None
        waiter.agent = waiter.leg = waiter.retriever = waiter.talking_since = waiter.calling = waiter.briefed_by = None
        waiter.held = timedelta(0)
        if since is None:
            queue = self.queues.get(fact.queue)
            by_offer = queue is not None and queue.single_call_used_by is SingleCallUse.OFFERED
            if by_offer and counts and person.status == SINGLE_CALL:
                self.offline_due.add(fact.agent)
            return
        person.idle_since = at
        if person.status == SINGLE_CALL and counts:
            # Two can count where he chose it with one answered and one ringing; either may be the one.
            (self.either_due if person.single else self.offline_due).add(fact.agent)
            if person.single or self.mandatory(fact):
                self.wrap_up_is_due(fact, at, fetched=fetched)
            return
        if self.mandatory(fact) or person.status in (ONLINE, SINGLE_CALL):
            self.wrap_up_is_due(fact, at, fetched=fetched)
            self.reached["Single-Call chosen in mid-call: wrap-up, then one more"] += person.status == SINGLE_CALL
        else:
            self.reached["talk ended while away: no wrap-up"] += 1

    def _call_ended(self, fact: CallEnded) -> None:
        waiter = self.calls.pop(fact.call)
        assert fact.call not in self.ended, "a call ends once"
        self.ended[fact.call] = fact.outcome
        assert not waiter.pending, "nothing rings for a caller who is gone"
        assert waiter.agent is None
        if isinstance(self.what, CallerHungUp):
            assert fact.call == self.fetched.get(ChannelId(self.what.call), self.what.call)
        self.reached[f"call ended: {fact.outcome}"] += 1
        if fact.outcome is CallOutcome.QUEUE_CLOSED:
            assert waiter.queue not in self.queues
        if fact.outcome is CallOutcome.REPLACED:
            self.replaced = waiter
            self.reached["called again instead of being called back"] += 1
        if fact.outcome is CallOutcome.OVERFLOWED:
            assert waiter.overflowed, "why he leaves is told first"

    def _configuration(self, fact: ConfigurationChanged, at: datetime) -> None:
        assert isinstance(self.what, ConfigurationLoaded)
        self.reconfigure(fact)
        self.account_changes(fact)
        self.configuration_has_changed(at, {queue.id for queue in fact.queues})
        self.reached["configuration changed while a phone rang"] += bool(self.offers)

    # --- at rest

    def ends(self) -> list[datetime]:
        """When something lapses by itself, but for announcements."""
        found = [ringing.until for ringing in self.offers.values() if ringing.until is not None]
        found += [waiter.cascade[2] for waiter in self.calls.values() if waiter.cascade is not None]
        found += [waiter.briefed_by for waiter in self.calls.values() if waiter.briefed_by is not None]
        found += [person.wrap_up[0] for person in self.people.values() if person.wrap_up]
        found += [person.back_off for person in self.people.values() if person.back_off]
        found += [until for _, _, until in self.places.values()]
        return found + self.ends_of_waits()

    def _at_rest(self, now: datetime) -> None:
        self._nothing_is_owed(now)
        self.waiting_at_rest(now)
        self.talks_at_rest()
        self._nobody_rings_who_should_not()
        if self.in_sight:
            self._nobody_waits_in_vain()

    def _nothing_is_owed(self, now: datetime) -> None:
        assert self.declined is None or self.declined not in self.offers, "declining on one phone declines on all"
        assert not self.offline_due, f"Single-Call is used up for {self.offline_due}"
        left = self.wrap_up_due.keys() - self.either_due
        assert not left, f"wrap-up was due for {left}"
        self.either_due.clear()
        self.wrap_up_due.clear()
        for ringing in self.offers.values():
            end = ringing.until or self.cascade_until(ringing.call)
            assert end > now, "a ring ends at its time"
        for agent, person in self.people.items():
            assert person.wrap_up is None or person.wrap_up[0] > now, f"{agent}'s wrap-up is over"
            assert person.back_off is None or person.back_off > now, f"{agent}'s back-off is over"

    def _nobody_rings_who_should_not(self) -> None:
        pending = Counter(ringing.agent for ringing in self.offers.values())
        assert all(count == 1 for count in pending.values()), "at most one offer an agent"
        for id_, ringing in self.offers.items():
            person = self.people[ringing.agent]
            assert ringing.picked or person.status in (ONLINE, SINGLE_CALL), f"{id_} rings at an agent who is away"
            assert self.calls[ringing.call].agent is None, f"{id_} rings for a caller who is answered"
            assert ringing.devices <= self.reachable - self.off, f"{id_} rings a phone that is off or gone"
            his = (ringing.agent, self.calls[ringing.call].queue) in self.assignments
            assert ringing.picked or his, f"{id_} rings outside his queues"
            assert not ringing.picked or len(self.calls[ringing.call].pending) == 1, f"{id_} rings alone"

    def _nobody_waits_in_vain(self) -> None:
        for call, waiter in self.calls.items():
            wanted = self.wants(call)
            assert not wanted, f"{call} waits in {waiter.queue} while {wanted} could be rung"
