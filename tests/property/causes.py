"""What may end an offer, and what may be held against the agent. Tables for `ledger`, from the product's words."""

from typing import Final

from acd.inputs import (
    AsteriskSeen,
    CallArrived,
    CallerHungUp,
    ConfigurationLoaded,
    DeviceUnregistered,
    DriftFound,
    Event,
    HangUp,
    KeyPressed,
    LegAnswered,
    LegEnd,
    LegEnded,
    LegKeyPressed,
    MoveCall,
    OtherCallAnswered,
    PickCall,
    Request,
    SetAwayByPhone,
    SetStatus,
    SetStatusByPhone,
    SwitchDevice,
    TransferAsked,
)
from acd.outputs import OfferEnd, OfferOutcome

CAUSES: Final[dict[OfferEnd, tuple[type[Event | Request], ...]]] = {
    OfferEnd.ANSWERED: (LegAnswered, LegKeyPressed, ConfigurationLoaded, AsteriskSeen, DriftFound),
    OfferEnd.ANSWERED_ELSEWHERE: (LegAnswered, LegKeyPressed, ConfigurationLoaded, AsteriskSeen, DriftFound),
    OfferEnd.REFUSED_BY_KEY: (LegKeyPressed,),
    OfferEnd.BUSY: (LegEnded, DeviceUnregistered, SwitchDevice, ConfigurationLoaded, AsteriskSeen, DriftFound),
    OfferEnd.DECLINED: (LegEnded,),
    OfferEnd.UNREACHABLE: (LegEnded, DeviceUnregistered, SwitchDevice, ConfigurationLoaded, AsteriskSeen, DriftFound),
    OfferEnd.CALLER_GONE: (CallerHungUp, CallArrived, KeyPressed, TransferAsked, AsteriskSeen, DriftFound),
    OfferEnd.STATUS_CHANGED: (
        SetStatus,
        SetStatusByPhone,
        SetAwayByPhone,
        LegEnded,
        TransferAsked,
        CallerHungUp,
        HangUp,
        AsteriskSeen,
        DriftFound,
    ),
    OfferEnd.OTHER_CALL: (OtherCallAnswered, CallArrived, AsteriskSeen, DriftFound),
    OfferEnd.DEVICE_LOST: (DeviceUnregistered, AsteriskSeen, DriftFound),
    OfferEnd.DEVICE_SWITCHED_OFF: (SwitchDevice,),
    OfferEnd.CONFIGURATION_CHANGED: (ConfigurationLoaded,),
    OfferEnd.UNHEARD: (DriftFound,),
    OfferEnd.REASSIGNED: (MoveCall, PickCall),
}
"""Which inputs may end an offer so. A ring's end by time and by an outage is told apart in `_offer_ended`."""

OUTCOMES: Final = {
    OfferEnd.ANSWERED: OfferOutcome.ANSWERED,
    OfferEnd.BUSY: OfferOutcome.REJECTED,
    OfferEnd.REFUSED_BY_KEY: OfferOutcome.REJECTED,
    OfferEnd.DECLINED: OfferOutcome.REJECTED,
    OfferEnd.UNREACHABLE: OfferOutcome.FAILED,
}
"""How each end counts. A ring not answered depends on the queue; all the others cost nobody anything: withdrawn."""

PUNISHES: Final = {
    OfferOutcome.MISSED: {LegEnd.NO_ANSWER},
    OfferOutcome.REJECTED: {LegEnd.BUSY, LegEnd.DECLINED},
    OfferOutcome.FAILED: {LegEnd.UNREACHABLE, LegEnd.HUNG_UP},
}
"""What a phone must have said for this to be held against its owner."""
