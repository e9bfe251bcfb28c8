"""The state of all centres, and the only place where it changes: `State.apply(fact, at)`.

A restart is a fold of the journal through `apply`. What each fact changes is in `fold`, what follows from it for the
next step in `indexes`.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from acd.fold import agents, calls, outbound, portal, talk, waiting
from acd.fold.configuration import configuration_changed
from acd.indexes import Indexes
from acd.model import Configuration
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
    PhoneModelKnown,
    PlaceGone,
    PlaceKept,
    PriorityChanged,
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


class State(Indexes):
    """Records and indexes. Reading is free; writing is `apply`."""

    @property
    def configuration(self) -> Configuration:
        """What supervisors have decided, as it is now: what they decide later does not change it."""
        r = self.records
        return Configuration(
            accounts=dict(r.accounts),
            agents=dict(r.agents),
            devices=dict(r.devices),
            queues=dict(r.queues),
            assignments=dict(self.assignments),
        )

    def apply(self, fact: Fact, at: datetime) -> None:
        """Let a fact be true from `at` on."""
        _FOLDS[type(fact)](self, fact, at)
        self.next_calls.clear()
        if at > self.records.latest:
            self.records.latest = at


def _nothing_follows(state: Indexes, fact: Fact, at: datetime) -> None:
    """The journal tells of it, and that is all."""


_FOLDS: Final[Mapping[type[Fact], Callable[[Indexes, Any, datetime], None]]] = {
    # a call's way
    CallQueued: calls.call_queued,
    OfferMade: calls.offer_made,
    OfferEnded: calls.offer_ended,
    CallAnswered: calls.call_answered,
    TalkStarted: calls.talk_started,
    TalkEnded: calls.talk_ended,
    WrapUpStarted: agents.wrap_up_started,
    CallEnded: calls.call_ended,
    WrapUpEnded: agents.wrap_up_ended,
    CascadeWidened: calls.cascade_widened,
    CascadeRetimed: calls.cascade_retimed,
    LegStopped: calls.leg_stopped,
    OfferRetimed: calls.offer_retimed,
    ConfirmationAsked: calls.confirmation_asked,
    AgentBriefed: calls.agent_briefed,
    CallRequeued: calls.call_requeued,
    # waiting
    PlaceKept: waiting.place_kept,
    PlaceGone: waiting.place_gone,
    AnnouncementStarted: waiting.announcement_started,
    AnnouncementSkipped: waiting.announcement_skipped,
    AnnouncementEnded: waiting.announcement_ended,
    CallLifted: waiting.call_lifted,
    MaxWaitReached: waiting.max_wait_reached,
    CallMoved: waiting.call_moved,
    CallbackPromised: waiting.callback_promised,
    CallbackDialled: waiting.callback_dialled,
    CallbackAnswered: waiting.callback_answered,
    CallbackFailed: waiting.callback_failed,
    CallbackPostponed: waiting.callback_postponed,
    CallbackDue: waiting.callback_due,
    # mid-call
    HoldStarted: talk.hold_started,
    HoldEnded: talk.hold_ended,
    CallTransferred: talk.call_transferred,
    OutboundEnded: outbound.outbound_ended,
    CallRetrieved: talk.call_retrieved,
    RecordingStarted: talk.recording_started,
    RecordingEnded: talk.recording_ended,
    # beyond the phone
    NumberDialled: portal.number_dialled,
    PriorityChanged: portal.priority_changed,
    MonitorStarted: portal.monitor_started,
    MonitorPickedUp: portal.monitor_picked_up,
    MonitorChanged: portal.monitor_changed,
    MonitorEnded: portal.monitor_ended,
    # agents and phones
    StatusChanged: agents.status_changed,
    BackOffEnded: agents.back_off_ended,
    DeviceSwitched: agents.device_switched,
    DeviceReachable: agents.device_reachable,
    PhoneModelKnown: agents.phone_model_known,
    DeviceEngaged: agents.device_engaged,
    DeviceDisengaged: agents.device_disengaged,
    # the whole
    ConfigurationChanged: configuration_changed,
    AsteriskOutOfSight: waiting.out_of_sight,
    AsteriskInSight: waiting.in_sight,
    # of these the journal tells, and nothing follows from them
    CallRefused: _nothing_follows,
    EntryRefused: _nothing_follows,
    CallOverflowed: _nothing_follows,
    CallbackRefused: _nothing_follows,
    TransferRefused: _nothing_follows,
    RetrievalRefused: _nothing_follows,
    OtherCallConnected: _nothing_follows,
}
"""Every fact; a table, because a long `match` costs each fact a comparison for all that stand before it."""
