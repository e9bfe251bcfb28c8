"""What has to be asked of Asterisk for two who talk: joining them, transfers, recording. Pure."""

from typing import Final

from acd.inputs import CallConnected, ConnectFailed
from acd.model import CallId, ChannelId
from acd.outputs import AnswerTransfer, Connect, ConnectRetriever, JoinConsulted, StartRecording, StopRecording
from ari_bridge.errands import (
    CANNOT_TELL,
    CONFLICT,
    NO_SUCH_CHANNEL,
    NOT_FOUND,
    NOT_INSIDE,
    WRONG_STATE,
    Errand,
    Operation,
    into_context,
    on_bridge,
    on_channel,
    stop_playback,
)
from ari_bridge.names import announcement, called_back, endpoint, leg_channel, talk_bridge

FORMAT: Final = "wav"
"""Of recordings: 8 kHz, 16 bits, both sides in one channel."""


def connect(command: Connect) -> tuple[Errand, ...]:
    """Caller and leg. Keys are heard in a bridge only where it is told to listen: the sound then takes a longer way."""
    leg = leg_channel(command.offer, command.device)
    before = _silence(command.call, command.saying)
    if called_back(command.channel):
        before = (*before, on_channel("ringStop", leg, harmless={NOT_FOUND, CONFLICT, WRONG_STATE}))
    kind = "mixing,dtmf_events" if command.keys else "mixing"
    return (*_join(command.call, before, kind, (command.channel, leg)), *_farewell(command.call, command.leaving))


def _farewell(call: CallId, left: CallId | None) -> tuple[Errand, ...]:
    """The bridge that the leg has left goes in the lane of the new talk, behind the joining."""
    if left is None:
        return ()
    return (Errand(lane=call, operations=(on_bridge("destroy", talk_bridge(left), harmless={NOT_FOUND, CONFLICT}),)),)


def connect_retriever(command: ConnectRetriever) -> tuple[Errand, ...]:
    """Caller and the phone that fetches him."""
    before = (
        *_silence(command.call, command.saying),
        on_channel("answer", command.retriever, harmless={NOT_FOUND, CONFLICT}),
    )
    return _join(command.call, before, "mixing", (command.channel, command.retriever))


def _silence(call: CallId, saying: int | None) -> tuple[Operation, ...]:
    return () if saying is None else (stop_playback(announcement(call, saying)),)


def _join(call: CallId, before: tuple[Operation, ...], kind: str, both: tuple[str, str]) -> tuple[Errand, ...]:
    """Both at once: Asterisk looks for both channels before it moves either.

    One that has gone is no failure to join: its end arrives as an event of its own, and says which of the two it was.
    """
    bridge = talk_bridge(call)
    return (
        Errand(
            lane=call,
            operations=(
                *before,
                on_bridge("createWithId", bridge, type=kind, name=bridge, harmless={CONFLICT}),
                on_bridge("addChannel", bridge, channel=both, harmless={NO_SUCH_CHANNEL, NOT_INSIDE}),
            ),
            failed=ConnectFailed(call=call),
            done=CallConnected(call=call),
            joins=both,
        ),
    )


def part(call: CallId, channel: ChannelId) -> tuple[Errand, ...]:
    """The talk's bridge goes while its caller lives on.

    He is taken out first: the name of a bridge from which he is moved Asterisk keeps as long as he lives, and would not
    make it anew for his next talk.
    """
    bridge = talk_bridge(call)
    gone = {NO_SUCH_CHANNEL, NOT_FOUND, CONFLICT, NOT_INSIDE}
    return (
        Errand(
            lane=call,
            operations=(
                on_bridge("removeChannel", bridge, channel=channel, harmless=gone),
                on_bridge("destroy", bridge, harmless={NOT_FOUND, CONFLICT}),
            ),
        ),
    )


# --- transfers


def answer_transfer(command: AnswerTransfer) -> tuple[Errand, ...]:
    """In the lane of the phone, before it is hung up, and behind what is done with the caller.

    An engine that dies in between is not to leave a caller whose agent has gone and of whom nobody knows where to:
    whoever still has his agent talks on, and he who has been sent on has been.

    Asterisk 22.10.1 tells of the wish before it is ready to hear an answer, and one that comes too early ends it
    (SIGSEGV in res_pjsip_refer, once in some hundred transfers). So it is first asked something that only the thread
    can tell that deals with the wish, and has dealt with it by then.
    """
    leg = leg_channel(command.offer, command.device)
    question = "CHANNEL(pjsip,secure)"
    dealt_with = on_channel("getChannelVar", leg, variable=question, harmless={NOT_FOUND, CANNOT_TELL})
    told = on_channel(
        "transfer_progress",
        leg,
        states="channel_answered" if command.granted else "channel_unavailable",
        harmless={NOT_FOUND, CONFLICT, WRONG_STATE},
    )
    return (
        Errand(
            lane=endpoint(command.device),
            operations=(dealt_with, told),
            after=command.call if command.granted else None,
        ),
    )


def join_consulted(command: JoinConsulted) -> tuple[Errand, ...]:
    """The dial plan joins him with the other channel; the agent's own call with that one ends by itself."""
    consulted = "".join(letter for letter in command.consulted if letter.isalnum() or letter in "/@._;-")
    return (
        Errand(lane=command.call, operations=into_context(command.channel, "acd-join", {"ACD_CONSULTED": consulted})),
    )


# --- recording


def start_recording(command: StartRecording) -> tuple[Errand, ...]:
    """Into the file of this name below Asterisk's `recording` directory; one that exists is gone on with."""
    record = on_bridge(
        "record",
        talk_bridge(command.call),
        name=command.name,
        format=FORMAT,
        ifExists="append",
        harmless={NOT_FOUND, CONFLICT},
    )
    return (Errand(lane=command.call, operations=(record,)),)


def stop_recording(command: StopRecording) -> tuple[Errand, ...]:
    """The file is complete."""
    stop = Operation(
        resource="recordings",
        name="stop",
        arguments={"recordingName": command.name},
        harmless=frozenset({NOT_FOUND, CONFLICT}),
    )
    return (Errand(lane=command.call, operations=(stop,)),)
