"""One command of the core becomes errands: ARI operations in order, and what it means when they fail.

Pure: it names operations (by Asterisk's own names) and their arguments; the bridge carries them out. Errands of one
lane go one after the other, lanes side by side: one for each caller, one for each phone, so that a phone has let go of
one call before it is rung for the next. All ids are our own, so an operation that is repeated does no harm.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, assert_never

from acd.inputs import ConnectFailed, Event, LegEnd, LegEnded
from acd.model import Caller, DeviceId, OfferId
from acd.outputs import (
    AnswerTransfer,
    CallBack,
    Command,
    Connect,
    ConnectRetriever,
    Dismiss,
    HangUpCall,
    HangUpLeg,
    HangUpPhone,
    HoldCaller,
    JoinConsulted,
    Ring,
    Say,
    SendOn,
    ShowStatus,
    StartRecording,
    StopRecording,
    StopRinging,
    StopSaying,
    TellAgent,
    TurnAway,
)
from ari_bridge.names import endpoint, hold_bridge, leg_channel, talk_bridge

RING_MARGIN: Final = timedelta(seconds=10)
"""Asterisk stops a leg by itself this long after the engine should have done so."""

CALLERS_CODECS: Final = "ulaw,alaw"
"""Offered to the agent's phone before others, so that sound need not be translated. Not read from the caller's channel:
one that has just gone would make the agent's phone look unreachable."""

NO_SUCH_CHANNEL: Final = 400
"""What addChannel answers where a channel has gone."""
NOT_FOUND: Final = 404
CONFLICT: Final = 409
NOT_INSIDE: Final = 422

Value = str | int | tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One ARI request: `resource` and `name` as in the client, such as channels.hangup."""

    resource: str
    name: str
    arguments: Mapping[str, Value]
    harmless: frozenset[int] = frozenset()
    """Refusals which mean that the aim is reached already, or has become pointless."""
    mend: Mapping[int, tuple["Operation", ...]] = field(default_factory=dict[int, tuple["Operation", ...]])
    """Upon this refusal: carry these out first, then this one once more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """Operations that go in order; the first that fails ends it."""

    lane: str
    operations: tuple[Operation, ...]
    failed: Event | None = None
    """What a failure means to the engine. None: nothing, or what it means arrives as an event of its own."""
    clean_up: tuple[Operation, ...] = ()
    """After a failure: takes back what an unanswered request may have done all the same."""
    ends: str | None = None
    """The channel that this ends: the lane goes on once it has really gone."""


def plan(command: Command, app: str) -> tuple[Errand, ...]:
    """What has to be asked of Asterisk for this command. `app`: the name of our application there."""
    match command:
        case HoldCaller():
            return (_hold(command),)
        case Ring():
            return _ring(command, app)
        case StopRinging():
            return _stop_ringing(command)
        case Connect():
            return (_connect(command),)
        case HangUpLeg():
            return (_end_leg(command.offer, command.device, reason="normal"),)
        case HangUpCall():
            return _hang_up_call(command)
        case TurnAway():
            back = _on_channel("continueInDialplan", command.channel, harmless={NOT_FOUND, CONFLICT})
            return (Errand(lane=command.call, operations=(back,)),)
        case (
            Say()
            | StopSaying()
            | CallBack()
            | SendOn()
            | Dismiss()
            | TellAgent()
            | HangUpPhone()
            | ShowStatus()
            | ConnectRetriever()
            | AnswerTransfer()
            | JoinConsulted()
            | StartRecording()
            | StopRecording()
        ):
            return ()
        case _:
            assert_never(command)


def _hold(command: HoldCaller) -> Errand:
    """Music for the caller. The bridge is made when it is found missing: by its first caller, or in a new Asterisk.

    The music is the participant's own: a bridge's ends with its last caller and does not come back. And a channel that
    is put where it is already falls silent, so it is taken out first. A caller who has gone meanwhile needs no music.
    """
    bridge = hold_bridge(command.queue)
    make = _on_bridge("createWithId", bridge, type="holding", name=bridge, harmless={CONFLICT})
    return Errand(
        lane=command.call,
        operations=(
            _on_channel("answer", command.channel, harmless={NOT_FOUND, CONFLICT}),
            _on_bridge(
                "removeChannel",
                bridge,
                channel=command.channel,
                harmless={NO_SUCH_CHANNEL, NOT_FOUND, CONFLICT, NOT_INSIDE},
            ),
            _on_bridge(
                "addChannel",
                bridge,
                channel=command.channel,
                role="holding_participant",
                harmless={NO_SUCH_CHANNEL, NOT_INSIDE},
                mend={NOT_FOUND: (make,)},
            ),
        ),
    )


def _ring(command: Ring, app: str) -> tuple[Errand, ...]:
    timeout = command.ring_time + RING_MARGIN
    return tuple(
        Errand(
            lane=endpoint(device),
            operations=(
                _on_channel(
                    "originateWithId",
                    channel,
                    endpoint=endpoint(device),
                    app=app,
                    appArgs=f"leg,{command.offer},{device}",
                    callerId=caller_id(command.caller),
                    timeout=int(timeout.total_seconds()),
                    formats=CALLERS_CODECS,
                    harmless={CONFLICT},
                ),
            ),
            failed=LegEnded(offer=command.offer, device=device, how=LegEnd.UNREACHABLE),
            clean_up=(_on_channel("hangup", channel, harmless={NOT_FOUND}),),
        )
        for device in command.devices
        for channel in [leg_channel(command.offer, device)]
    )


def _stop_ringing(command: StopRinging) -> tuple[Errand, ...]:
    reason = "answered_elsewhere" if command.elsewhere else "normal"
    return tuple(_end_leg(command.offer, device, reason) for device in command.devices)


def _end_leg(offer: OfferId, device: DeviceId, reason: str) -> Errand:
    channel = leg_channel(offer, device)
    hang_up = _on_channel("hangup", channel, reason=reason, harmless={NOT_FOUND})
    return Errand(lane=endpoint(device), operations=(hang_up,), ends=channel)


def _connect(command: Connect) -> Errand:
    """Both at once: Asterisk looks for both channels before it moves either.

    One that has gone is no failure to join: its end arrives as an event of its own, and says which of the two it was.
    """
    bridge = talk_bridge(command.call)
    both = (command.channel, leg_channel(command.offer, command.device))
    return Errand(
        lane=command.call,
        operations=(
            _on_bridge("createWithId", bridge, type="mixing", name=bridge, harmless={CONFLICT}),
            _on_bridge("addChannel", bridge, channel=both, harmless={NO_SUCH_CHANNEL, NOT_INSIDE}),
        ),
        failed=ConnectFailed(call=command.call),
    )


def _hang_up_call(command: HangUpCall) -> tuple[Errand, ...]:
    """Two errands of one lane: what becomes of the channel must not keep the bridge."""
    destroy = _on_bridge("destroy", talk_bridge(command.call), harmless={NOT_FOUND})
    bridge = Errand(lane=command.call, operations=(destroy,))
    if command.channel is None:
        return (bridge,)
    return Errand(lane=command.call, operations=(_on_channel("hangup", command.channel, harmless={NOT_FOUND}),)), bridge


def caller_id(caller: Caller) -> str:
    """`"name" <number>`, in which the caller's own text can end neither the quotes nor the number."""
    name = caller.name.replace('"', "'").replace("\\", "/")
    number = "".join(
        letter for letter in caller.number if letter.isascii() and (letter.isalnum() or letter in "+*#._-")
    )
    return f'"{name}" <{number}>'


def _on_channel(operation: str, channel: str, *, harmless: set[int] | None = None, **arguments: Value) -> Operation:
    return Operation(
        resource="channels",
        name=operation,
        arguments={"channelId": channel, **arguments},
        harmless=frozenset(harmless or ()),
    )


def _on_bridge(
    operation: str,
    bridge: str,
    *,
    harmless: set[int] | None = None,
    mend: Mapping[int, tuple[Operation, ...]] | None = None,
    **arguments: Value,
) -> Operation:
    return Operation(
        resource="bridges",
        name=operation,
        arguments={"bridgeId": bridge, **arguments},
        harmless=frozenset(harmless or ()),
        mend=mend or {},
    )
