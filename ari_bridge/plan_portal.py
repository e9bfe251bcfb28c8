"""What has to be asked of Asterisk for what people do beyond the phone: calling by a click, listening in. Pure.

A phone with which somebody listens in is joined, in a room of its own, with its ear: a snoop channel on the agent's
side of the talk. Asterisk cannot change how a snoop channel is heard, so each mode has one of its own, and the others
go first: nobody is ever heard by more than he believes.
"""

from datetime import timedelta
from typing import Final

from acd.inputs import OtherCallEnded
from acd.model import ChannelId, MonitorMode
from acd.outputs import DialFrom, ListenIn, RingMonitor, StopListening
from ari_bridge.errands import (
    CONFLICT,
    NO_SUCH_CHANNEL,
    NOT_FOUND,
    NOT_INSIDE,
    NOT_MADE,
    Errand,
    Operation,
    caller_id,
    dialable,
    on_bridge,
    on_channel,
)
from ari_bridge.names import ear_channel, endpoint, leg_channel, room

RING_TIME: Final = timedelta(seconds=30)
"""How long somebody's own phone rings; Asterisk itself ends it."""

WHISPER: Final = {MonitorMode.LISTEN: "none", MonitorMode.WHISPER: "out", MonitorMode.JOIN: "both"}
"""Who hears the supervisor, seen from the agent's channel: what goes out is heard by the agent, what comes in by the
caller."""


def dial_from(command: DialFrom) -> tuple[Errand, ...]:
    """Picked up, the phone goes on in the dial plan, with or without us."""
    originate = on_channel(
        "originateWithId",
        command.channel,
        endpoint=endpoint(command.device),
        context="acd-dial",
        extension="s",
        priority=1,
        callerId=caller_id(command.shown),
        timeout=int(RING_TIME.total_seconds()),
        variables={
            "ACD_NUMBER": dialable(command.number),
            "ACD_ACCOUNT": command.account,
            "ACD_OUTSIDE": "yes" if command.outside else "",
            "ACD_FROM": caller_id(command.caller),
        },
        harmless={CONFLICT},
    )
    return (_rings(command.channel, originate),)


def ring_monitor(command: RingMonitor, app: str) -> tuple[Errand, ...]:
    """Picked up, the phone is ours."""
    originate = on_channel(
        "originateWithId",
        command.channel,
        endpoint=endpoint(command.device),
        app=app,
        appArgs="monitor",
        callerId=caller_id(command.shown),
        timeout=int(RING_TIME.total_seconds()),
        harmless={CONFLICT},
    )
    return (_rings(command.channel, originate),)


def _rings(channel: ChannelId, originate: Operation) -> Errand:
    return Errand(
        lane=channel,
        operations=(originate,),
        failed=OtherCallEnded(channel=channel),
        clean_up=(on_channel("hangup", channel, harmless={NOT_FOUND}),),
        makes=channel,
    )


def listen_in(command: ListenIn, app: str) -> tuple[Errand, ...]:
    """The ear is ours a moment after it is made: the two are joined when it says so, or here where it is there."""
    bridge = room(command.channel)
    heard = command.retriever
    if heard is None:
        assert command.offer is not None, "the agent has answered, or fetched the caller"
        side = leg_channel(command.offer, command.device)
    else:
        side = str(heard)
    make = on_channel(
        "snoopChannelWithId",
        side,
        snoopId=ear_channel(command.channel, command.mode),
        spy="both",
        whisper=WHISPER[command.mode],
        app=app,
        appArgs="ear",
        harmless={NOT_FOUND, NOT_MADE},
    )
    return (
        Errand(
            lane=command.channel,
            operations=(
                *_deafen(command.channel, besides=command.mode),
                on_bridge("createWithId", bridge, type="mixing", name=bridge, harmless={CONFLICT}),
                _join(command.channel, command.mode),
                make,
            ),
        ),
    )


def join_ear(channel: ChannelId, mode: MonitorMode) -> Errand:
    """The ear is there."""
    return Errand(lane=channel, operations=(_join(channel, mode),))


def _join(channel: ChannelId, mode: MonitorMode) -> Operation:
    return on_bridge(
        "addChannel",
        room(channel),
        channel=(channel, ear_channel(channel, mode)),
        harmless={NO_SUCH_CHANNEL, NOT_FOUND, CONFLICT, NOT_INSIDE},
    )


def stop_listening(command: StopListening) -> tuple[Errand, ...]:
    """Nothing is left of it but the phone."""
    destroy = on_bridge("destroy", room(command.channel), harmless={NOT_FOUND, CONFLICT})
    return (Errand(lane=command.channel, operations=(*_deafen(command.channel), destroy)),)


def _deafen(channel: ChannelId, besides: MonitorMode | None = None) -> tuple[Operation, ...]:
    return tuple(
        on_channel("hangup", ear_channel(channel, mode), harmless={NOT_FOUND})
        for mode in MonitorMode
        if mode is not besides
    )
