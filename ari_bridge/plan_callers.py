"""What has to be asked of Asterisk for a caller: music, announcements, calling him back, and letting him go. Pure.

Whoever is let go is given to the dial plan, which has a context for each way, so that he lives on without us.
"""

from acd.inputs import AnnouncementOver, CallerNotReached, LegEnd
from acd.outputs import CallBack, Dismiss, HangUpCall, HoldCaller, Say, SendOn, StopSaying, TurnAway
from ari_bridge.errands import (
    CONFLICT,
    NO_SUCH_CHANNEL,
    NOT_FOUND,
    NOT_INSIDE,
    WRONG_STATE,
    Errand,
    caller_id,
    dialable,
    files,
    into_context,
    media,
    on_bridge,
    on_channel,
    stop_playback,
)
from ari_bridge.names import announcement, far_half, hold_bridge, leg_channel, talk_bridge


def hold(command: HoldCaller, *, just_came: bool = False) -> tuple[Errand, ...]:
    """Music for the caller. The bridge is made when it is found missing: by its first caller, or in a new Asterisk.

    The music is the participant's own: a bridge's ends with its last caller and does not come back. And a channel that
    is put where it is already falls silent, so it is taken out first, unless it `just_came` to us. A caller who has
    gone meanwhile needs no music.
    """
    bridge = hold_bridge(command.queue)
    make = on_bridge("createWithId", bridge, type="holding", name=bridge, harmless={CONFLICT})
    answer = on_channel("answer", command.channel, harmless={NOT_FOUND, CONFLICT})
    take_out = on_bridge(
        "removeChannel",
        bridge,
        channel=command.channel,
        harmless={NO_SUCH_CHANNEL, NOT_FOUND, CONFLICT, NOT_INSIDE},
    )
    put_in = on_bridge(
        "addChannel",
        bridge,
        channel=command.channel,
        role="holding_participant",
        harmless={NO_SUCH_CHANNEL, NOT_INSIDE},
        mend={NOT_FOUND: (make,)},
    )
    operations = (answer, put_in) if just_came else (answer, take_out, put_in)
    return (Errand(lane=command.call, operations=operations),)


def say(command: Say) -> tuple[Errand, ...]:
    """Over the music, which comes back by itself."""
    play = on_channel(
        "playWithId",
        command.channel,
        playbackId=announcement(command.call, command.number),
        media=media(command.words),
    )
    over = AnnouncementOver(call=command.call, number=command.number)
    return (Errand(lane=command.call, operations=(play,), failed=over),)


def stop_saying(command: StopSaying) -> tuple[Errand, ...]:
    """The music comes back."""
    stop = stop_playback(announcement(command.call, command.number))
    return (Errand(lane=command.call, operations=(stop,)),)


def call_back(command: CallBack, app: str) -> tuple[Errand, ...]:
    """Through the dial plan, which knows the account's numbers and the way out. Asterisk ends what rings too long."""
    leg = leg_channel(command.offer, command.device)
    originate = on_channel(
        "originateWithId",
        command.channel,
        otherChannelId=far_half(command.channel),
        endpoint="Local/s@acd-call-back/n",
        app=app,
        appArgs=f"back,{command.call}",
        callerId=caller_id(command.shown),
        timeout=max(1, round(command.ring_time.total_seconds())),
        variables={"ACD_NUMBER": dialable(command.number), "ACD_ACCOUNT": command.account},
        harmless={CONFLICT},
    )
    not_reached = CallerNotReached(call=command.call, channel=command.channel, how=LegEnd.UNREACHABLE)
    return (
        Errand(
            lane=command.call,
            operations=(originate,),
            failed=not_reached,
            clean_up=(on_channel("hangup", command.channel, harmless={NOT_FOUND}),),
            makes=command.channel,
        ),
        Errand(
            lane=command.call,
            operations=(on_channel("ring", leg, harmless={NOT_FOUND, CONFLICT, WRONG_STATE}),),
        ),
    )


# --- letting him go


def send_on(command: SendOn) -> tuple[Errand, ...]:
    """The dial plan calls this number for him."""
    outside = "yes" if command.outside else ""
    return _to_dial_plan(command, "acd-send-on", {"ACD_NUMBER": dialable(command.number), "ACD_OUTSIDE": outside})


def dismiss(command: Dismiss) -> tuple[Errand, ...]:
    """The dial plan tells him this and hangs up."""
    return _to_dial_plan(command, "acd-dismiss", {"ACD_WORDS": files(command.words)})


def turn_away(command: TurnAway) -> tuple[Errand, ...]:
    """On in the dial plan, from where he came to us."""
    back = on_channel("continueInDialplan", command.channel, harmless={NOT_FOUND, CONFLICT})
    return (Errand(lane=command.call, operations=(back,)),)


def hang_up(command: HangUpCall) -> tuple[Errand, ...]:
    """The channel, then the bridge: a caller alone in the bridge of his talk is known as one who is to go."""
    destroy = on_bridge("destroy", talk_bridge(command.call), harmless={NOT_FOUND, CONFLICT})
    if command.channel is None:
        return (Errand(lane=command.call, operations=(destroy,)),)
    end = on_channel("hangup", command.channel, harmless={NOT_FOUND})
    return (Errand(lane=command.call, operations=(end, destroy)),)


def _to_dial_plan(command: SendOn | Dismiss, context: str, variables: dict[str, str]) -> tuple[Errand, ...]:
    return (Errand(lane=command.call, operations=into_context(command.channel, context, variables)),)
