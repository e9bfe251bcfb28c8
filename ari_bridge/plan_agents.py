"""What has to be asked of Asterisk for an agent's phones: ringing and hanging up. Pure."""

from datetime import timedelta
from typing import Final

from acd.inputs import LegEnd, LegEnded
from acd.model import Caller, CallId, DeviceId, OfferId
from acd.outputs import HangUpLeg, HangUpPhone, Ring, StopRinging
from ari_bridge.errands import CONFLICT, NOT_FOUND, Errand, caller_id, files, into_context, on_channel
from ari_bridge.names import endpoint, leg_channel

RING_MARGIN: Final = timedelta(seconds=60)
"""Asterisk stops a leg by itself this long after the engine should have done so: by so much a ring time can be made
longer while it rings, and for so long a phone rings on where the engine is gone for good."""

CALLERS_CODECS: Final = "ulaw,alaw"
"""Offered to the agent's phone before others, so that sound need not be translated. Not read from the caller's channel:
one that has just gone would make the agent's phone look unreachable."""

TRANSFERS_ARE_OURS: Final = {"PJSIP_TRANSFER_HANDLING()": "ari-only"}
"""Asterisk tells us that the phone wants to transfer, and does nothing."""

PICK_UP: Final = {
    "PJSIP_HEADER(add,Call-Info)": "<sip:127.0.0.1>;answer-after=0",
    "PJSIP_HEADER(add,Alert-Info)": "<http://127.0.0.1>;info=alert-autoanswer;delay=0",
}
"""The two headers by which phones are asked to answer by themselves; some makes read the one, some the other."""


def ring(command: Ring, app: str) -> tuple[Errand, ...]:
    """One request for each phone."""
    timeout = command.ring_time + RING_MARGIN
    variables = TRANSFERS_ARE_OURS | PICK_UP if command.auto_answer else TRANSFERS_ARE_OURS
    return tuple(
        Errand(
            lane=endpoint(device),
            operations=(
                on_channel(
                    "originateWithId",
                    channel,
                    endpoint=endpoint(device),
                    app=app,
                    appArgs=f"leg,{command.offer},{device}",
                    callerId=caller_id(_shown(command)),
                    timeout=int(timeout.total_seconds()),
                    formats=CALLERS_CODECS,
                    variables=variables,
                    harmless={CONFLICT},
                ),
            ),
            failed=LegEnded(offer=command.offer, device=device, how=LegEnd.UNREACHABLE),
            clean_up=(on_channel("hangup", channel, harmless={NOT_FOUND}),),
            makes=channel,
        )
        for device in command.devices
        for channel in [leg_channel(command.offer, device)]
    )


def _shown(command: Ring) -> Caller:
    """What the phone displays: the queue first, for its end may be cut."""
    name = ": ".join(text for text in (command.queue_name, command.caller.name) if text)
    return Caller(number=command.caller.number, name=name)


def stop_ringing(command: StopRinging) -> tuple[Errand, ...]:
    """Each phone is told whether somebody else has answered."""
    reason = "answered_elsewhere" if command.elsewhere else "normal"
    return tuple(_end_leg(command.offer, device, reason) for device in command.devices)


def hang_up_leg(command: HangUpLeg) -> tuple[Errand, ...]:
    """Whatever it is doing."""
    return (_end_leg(command.offer, command.device, reason="normal"),)


def hang_up_phone(command: HangUpPhone) -> tuple[Errand, ...]:
    """The dial plan says the words, if any. A phone of ours has let go of this call before it does anything else."""
    lane = endpoint(command.device) if command.device is not None else CallId(command.channel)
    if command.words:
        return (
            Errand(
                lane=lane, operations=into_context(command.channel, "acd-dismiss", {"ACD_WORDS": files(command.words)})
            ),
        )
    hang_up = on_channel("hangup", command.channel, harmless={NOT_FOUND})
    return (Errand(lane=lane, operations=(hang_up,), ends=command.channel if command.device is not None else None),)


def _end_leg(offer: OfferId, device: DeviceId, reason: str) -> Errand:
    channel = leg_channel(offer, device)
    hang_up = on_channel("hangup", channel, reason=reason, harmless={NOT_FOUND})
    return Errand(lane=endpoint(device), operations=(hang_up,), ends=channel)
