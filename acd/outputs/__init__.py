"""What comes out of the engine: facts (decided, recorded, applied) and commands (to be carried out in Asterisk).

A fact carries results, never references to rules: `until`, not a wrap-up length that may change meanwhile.
"""

from datetime import datetime

from msgspec import Struct

from acd.inputs import Difference, Refusal
from acd.outputs.agent import (
    AsteriskInSight,
    AsteriskOutOfSight,
    BackOffEnded,
    ConfigurationChanged,
    DeviceDisengaged,
    DeviceEngaged,
    DeviceReachable,
    DeviceSwitched,
    OtherCallConnected,
    PhoneModelKnown,
    StatusChanged,
    WrapUpEnded,
    WrapUpStarted,
)
from acd.outputs.call import (
    AgentBriefed,
    CallAnswered,
    CallEnded,
    CallQueued,
    CallRefused,
    CallRequeued,
    CascadeRetimed,
    CascadeWidened,
    ConfirmationAsked,
    LegStopped,
    OfferEnded,
    OfferMade,
    OfferRetimed,
    TalkEnded,
    TalkStarted,
)
from acd.outputs.commands import (
    AnswerTransfer,
    CallBack,
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
from acd.outputs.portal import (
    MonitorChanged,
    MonitorEnded,
    MonitorPickedUp,
    MonitorStarted,
    NumberDialled,
    PriorityChanged,
)
from acd.outputs.talk import (
    CallRetrieved,
    CallTransferred,
    HoldEnded,
    HoldStarted,
    OutboundEnded,
    RecordingEnded,
    RecordingStarted,
    RetrievalRefused,
    TransferRefused,
)
from acd.outputs.waiting import (
    AnnouncementEnded,
    AnnouncementSkipped,
    AnnouncementStarted,
    CallbackAnswered,
    CallbackDialled,
    CallbackDue,
    CallbackFailed,
    CallbackPostponed,
    CallbackPromised,
    CallbackRefused,
    CallLifted,
    CallMoved,
    CallOverflowed,
    EntryRefused,
    MaxWaitReached,
    PlaceGone,
    PlaceKept,
)
from acd.outputs.words import (
    AnnouncementKind,
    CallbackObstacle,
    CallOutcome,
    Loss,
    OfferEnd,
    OfferOutcome,
    OutboundCap,
    OverflowReason,
    Party,
    Phrase,
    Sound,
    Source,
    TransferKind,
    Word,
    WrapUpEnd,
)

Fact = (
    CallQueued
    | OfferMade
    | CascadeWidened
    | CascadeRetimed
    | LegStopped
    | OfferRetimed
    | ConfirmationAsked
    | OfferEnded
    | CallAnswered
    | AgentBriefed
    | TalkStarted
    | TalkEnded
    | CallRequeued
    | CallEnded
    | CallRefused
    | EntryRefused
    | PlaceKept
    | PlaceGone
    | AnnouncementStarted
    | AnnouncementSkipped
    | AnnouncementEnded
    | CallLifted
    | MaxWaitReached
    | CallOverflowed
    | CallMoved
    | CallbackRefused
    | CallbackPromised
    | CallbackDialled
    | CallbackAnswered
    | CallbackFailed
    | CallbackPostponed
    | CallbackDue
    | HoldStarted
    | HoldEnded
    | CallTransferred
    | TransferRefused
    | OutboundEnded
    | CallRetrieved
    | RetrievalRefused
    | RecordingStarted
    | RecordingEnded
    | NumberDialled
    | PriorityChanged
    | MonitorStarted
    | MonitorPickedUp
    | MonitorChanged
    | MonitorEnded
    | StatusChanged
    | WrapUpStarted
    | WrapUpEnded
    | BackOffEnded
    | DeviceSwitched
    | DeviceReachable
    | PhoneModelKnown
    | DeviceEngaged
    | OtherCallConnected
    | DeviceDisengaged
    | ConfigurationChanged
    | AsteriskOutOfSight
    | AsteriskInSight
)

Command = (
    HoldCaller
    | Say
    | StopSaying
    | CallBack
    | SendOn
    | Dismiss
    | TurnAway
    | HangUpCall
    | Ring
    | StopRinging
    | TellAgent
    | HangUpLeg
    | HangUpPhone
    | ShowStatus
    | Connect
    | ConnectRetriever
    | AnswerTransfer
    | JoinConsulted
    | StartRecording
    | StopRecording
    | DialFrom
    | RingMonitor
    | ListenIn
    | StopListening
)


__all__ = [
    "AgentBriefed",
    "AnnouncementEnded",
    "AnnouncementKind",
    "AnnouncementSkipped",
    "AnnouncementStarted",
    "AnswerTransfer",
    "AsteriskInSight",
    "AsteriskOutOfSight",
    "BackOffEnded",
    "CallAnswered",
    "CallBack",
    "CallEnded",
    "CallLifted",
    "CallMoved",
    "CallOutcome",
    "CallOverflowed",
    "CallQueued",
    "CallRefused",
    "CallRequeued",
    "CallRetrieved",
    "CallTransferred",
    "CallbackAnswered",
    "CallbackDialled",
    "CallbackDue",
    "CallbackFailed",
    "CallbackObstacle",
    "CallbackPostponed",
    "CallbackPromised",
    "CallbackRefused",
    "CascadeRetimed",
    "CascadeWidened",
    "Command",
    "ConfigurationChanged",
    "ConfirmationAsked",
    "Connect",
    "ConnectRetriever",
    "DeviceDisengaged",
    "DeviceEngaged",
    "DeviceReachable",
    "DeviceSwitched",
    "DialFrom",
    "Dismiss",
    "EntryRefused",
    "Fact",
    "HangUpCall",
    "HangUpLeg",
    "HangUpPhone",
    "HoldCaller",
    "HoldEnded",
    "HoldStarted",
    "JoinConsulted",
    "LegStopped",
    "ListenIn",
    "Loss",
    "MaxWaitReached",
    "MonitorChanged",
    "MonitorEnded",
    "MonitorPickedUp",
    "MonitorStarted",
    "NumberDialled",
    "OfferEnd",
    "OfferEnded",
    "OfferMade",
    "OfferOutcome",
    "OfferRetimed",
    "OtherCallConnected",
    "OutboundCap",
    "OutboundEnded",
    "Outcome",
    "OverflowReason",
    "Party",
    "PhoneModelKnown",
    "Phrase",
    "PlaceGone",
    "PlaceKept",
    "PriorityChanged",
    "Recorded",
    "RecordingEnded",
    "RecordingStarted",
    "RetrievalRefused",
    "Ring",
    "RingMonitor",
    "Say",
    "SendOn",
    "ShowStatus",
    "Sound",
    "Source",
    "StartRecording",
    "StatusChanged",
    "StopListening",
    "StopRecording",
    "StopRinging",
    "StopSaying",
    "TalkEnded",
    "TalkStarted",
    "TellAgent",
    "TransferKind",
    "TransferRefused",
    "TurnAway",
    "Word",
    "WrapUpEnd",
    "WrapUpEnded",
    "WrapUpStarted",
]


class Recorded(Struct, frozen=True, kw_only=True):
    """A fact and the instant at which it became true."""

    at: datetime
    fact: Fact


class Outcome(Struct, frozen=True, kw_only=True):
    """What one step of the engine gave."""

    facts: tuple[Recorded, ...] = ()
    commands: tuple[Command, ...] = ()
    refusal: Refusal | None = None
    stale: bool = False
    """The event fitted nothing any more and was passed over."""
    corrected: tuple[Difference, ...] = ()
    """In what the books were not as Asterisk, and are now."""
