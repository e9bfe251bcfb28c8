"""The state of all centres, and the only place where it changes: `State.apply(fact, at)`.

A restart is a fold of the journal through `apply`. What each fact changes is in `fold`, what follows from it for the
next step in `indexes`.
"""

from datetime import datetime
from typing import assert_never

from acd.fold import agents, calls, portal, talk, waiting
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
        before = self.records.latest
        if at > before:
            self.records.latest = at
        match fact:
            # a call's way, as most go: each case costs those after it a comparison
            case CallQueued():
                calls.call_queued(self, fact, at)
            case OfferMade():
                calls.offer_made(self, fact, at)
            case OfferEnded():
                calls.offer_ended(self, fact, at)
            case CallAnswered():
                calls.call_answered(self, fact, at)
            case TalkStarted():
                calls.talk_started(self, fact, at)
            case TalkEnded():
                calls.talk_ended(self, fact, at)
            case WrapUpStarted():
                agents.wrap_up_started(self, fact, at)
            case CallEnded():
                calls.call_ended(self, fact)
            case WrapUpEnded():
                agents.wrap_up_ended(self, fact, at)
            # the rest of a call's way
            case CascadeWidened():
                calls.cascade_widened(self, fact, at)
            case CascadeRetimed():
                calls.cascade_retimed(self, fact)
            case LegStopped():
                calls.leg_stopped(self, fact)
            case OfferRetimed():
                calls.offer_retimed(self, fact)
            case ConfirmationAsked():
                calls.confirmation_asked(self, fact)
            case AgentBriefed():
                calls.agent_briefed(self, fact)
            case CallRequeued():
                calls.call_requeued(self, fact)
            # waiting
            case PlaceKept():
                waiting.place_kept(self, fact)
            case PlaceGone():
                waiting.place_gone(self, fact)
            case AnnouncementStarted():
                waiting.announcement_started(self, fact, at)
            case AnnouncementSkipped():
                waiting.announcement_skipped(self, fact, at)
            case AnnouncementEnded():
                waiting.announcement_ended(self, fact)
            case CallLifted():
                waiting.call_lifted(self, fact)
            case MaxWaitReached():
                waiting.max_wait_reached(self, fact)
            case CallMoved():
                waiting.call_moved(self, fact, at)
            case CallbackPromised():
                waiting.callback_promised(self, fact)
            case CallbackDialled():
                waiting.callback_dialled(self, fact, at)
            case CallbackAnswered():
                waiting.callback_answered(self, fact, at)
            case CallbackFailed():
                waiting.callback_failed(self, fact)
            case CallbackPostponed():
                waiting.callback_postponed(self, fact)
            case CallbackDue():
                waiting.callback_due(self, fact)
            # mid-call
            case HoldStarted():
                talk.hold_started(self, fact, at)
            case HoldEnded():
                talk.hold_ended(self, fact)
            case CallTransferred():
                talk.call_transferred(self, fact, at)
            case OutboundEnded():
                self.is_over(fact.channel)
            case CallRetrieved():
                talk.call_retrieved(self, fact, at)
            case RecordingStarted():
                talk.recording_started(self, fact)
            case RecordingEnded():
                talk.recording_ended(self, fact)
            # beyond the phone
            case NumberDialled():
                portal.number_dialled(self, fact, at)
            case PriorityChanged():
                portal.priority_changed(self, fact)
            case MonitorStarted():
                portal.monitor_started(self, fact)
            case MonitorPickedUp():
                portal.monitor_picked_up(self, fact, at)
            case MonitorChanged():
                portal.monitor_changed(self, fact)
            case MonitorEnded():
                portal.monitor_ended(self, fact)
            # agents and phones
            case StatusChanged():
                agents.status_changed(self, fact, at)
            case BackOffEnded():
                agents.back_off_ended(self, fact)
            case DeviceSwitched():
                agents.device_switched(self, fact)
            case DeviceReachable():
                agents.device_reachable(self, fact)
            case PhoneModelKnown():
                agents.phone_model_known(self, fact)
            case DeviceEngaged():
                agents.device_engaged(self, fact)
            case DeviceDisengaged():
                agents.device_disengaged(self, fact)
            # the whole
            case ConfigurationChanged():
                configuration_changed(self, fact, at)
            case AsteriskOutOfSight():
                waiting.out_of_sight(self, before)
            case AsteriskInSight():
                waiting.in_sight(self, fact)
            # of these the journal tells, and nothing follows from them
            case (
                CallRefused()
                | EntryRefused()
                | CallOverflowed()
                | CallbackRefused()
                | TransferRefused()
                | RetrievalRefused()
                | OtherCallConnected()
            ):
                pass
            case _:
                assert_never(fact)
