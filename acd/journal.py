"""Facts and the state as bytes, and back: what the database keeps of them.

The names in `KINDS` are for ever, whatever the types are called in the code. Nothing here reads or writes anything.
"""

import re
from collections.abc import Callable
from typing import Any, Final, NamedTuple

import msgspec

from acd import outputs
from acd.model import AgentId, CallId, OfferId, QueueId
from acd.outputs import Fact
from acd.records import Records
from acd.state import State

KINDS: Final[dict[str, type[Fact]]] = {
    "call_queued": outputs.CallQueued,
    "offer_made": outputs.OfferMade,
    "cascade_widened": outputs.CascadeWidened,
    "cascade_retimed": outputs.CascadeRetimed,
    "leg_stopped": outputs.LegStopped,
    "offer_retimed": outputs.OfferRetimed,
    "confirmation_asked": outputs.ConfirmationAsked,
    "offer_ended": outputs.OfferEnded,
    "call_answered": outputs.CallAnswered,
    "agent_briefed": outputs.AgentBriefed,
    "talk_started": outputs.TalkStarted,
    "talk_ended": outputs.TalkEnded,
    "call_requeued": outputs.CallRequeued,
    "call_ended": outputs.CallEnded,
    "call_refused": outputs.CallRefused,
    "entry_refused": outputs.EntryRefused,
    "place_kept": outputs.PlaceKept,
    "place_gone": outputs.PlaceGone,
    "announcement_started": outputs.AnnouncementStarted,
    "announcement_skipped": outputs.AnnouncementSkipped,
    "announcement_ended": outputs.AnnouncementEnded,
    "call_lifted": outputs.CallLifted,
    "max_wait_reached": outputs.MaxWaitReached,
    "call_overflowed": outputs.CallOverflowed,
    "call_moved": outputs.CallMoved,
    "callback_refused": outputs.CallbackRefused,
    "callback_promised": outputs.CallbackPromised,
    "callback_dialled": outputs.CallbackDialled,
    "callback_answered": outputs.CallbackAnswered,
    "callback_failed": outputs.CallbackFailed,
    "callback_postponed": outputs.CallbackPostponed,
    "callback_due": outputs.CallbackDue,
    "hold_started": outputs.HoldStarted,
    "hold_ended": outputs.HoldEnded,
    "call_transferred": outputs.CallTransferred,
    "transfer_refused": outputs.TransferRefused,
    "outbound_ended": outputs.OutboundEnded,
    "call_retrieved": outputs.CallRetrieved,
    "retrieval_refused": outputs.RetrievalRefused,
    "recording_started": outputs.RecordingStarted,
    "recording_ended": outputs.RecordingEnded,
    "number_dialled": outputs.NumberDialled,
    "priority_changed": outputs.PriorityChanged,
    "monitor_started": outputs.MonitorStarted,
    "monitor_picked_up": outputs.MonitorPickedUp,
    "monitor_changed": outputs.MonitorChanged,
    "monitor_ended": outputs.MonitorEnded,
    "status_changed": outputs.StatusChanged,
    "wrap_up_started": outputs.WrapUpStarted,
    "wrap_up_ended": outputs.WrapUpEnded,
    "back_off_ended": outputs.BackOffEnded,
    "device_switched": outputs.DeviceSwitched,
    "device_reachable": outputs.DeviceReachable,
    "phone_model_known": outputs.PhoneModelKnown,
    "device_engaged": outputs.DeviceEngaged,
    "other_call_connected": outputs.OtherCallConnected,
    "device_disengaged": outputs.DeviceDisengaged,
    "configuration_changed": outputs.ConfigurationChanged,
    "asterisk_out_of_sight": outputs.AsteriskOutOfSight,
    "asterisk_in_sight": outputs.AsteriskInSight,
}


class UnreadableFact(Exception):
    """A row of the journal that this program cannot read; the text says what to do."""


class UnreadableSnapshot(Exception):
    """A snapshot that this program cannot read; the journal gives the same state."""


class About(NamedTuple):
    """What a fact is about, for the columns by which the journal is searched."""

    call: CallId | None
    agent: AgentId | None
    queue: QueueId | None


_ENCODER: Final = msgspec.json.Encoder(order="deterministic")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_KIND_OF: Final = {of: kind for kind, of in KINDS.items()}
_DECODERS: Final = {kind: msgspec.json.Decoder(of) for kind, of in KINDS.items()}
_RECORDS_ENCODER: Final = msgspec.json.Encoder()
_RECORDS_DECODER: Final = msgspec.json.Decoder(Records)


def encode(fact: Fact) -> tuple[str, bytes]:
    """The kind of a fact, and its fields as JSON.

    PostgreSQL cannot keep NUL, and UTF-8 has no lone surrogates. Text from outside that holds them is kept with U+FFFD
    in their place, so that one odd caller name cannot stop the journal.
    """
    return _KIND_OF[type(fact)], _storable(_ENCODER.encode, fact)


def decode(kind: str, body: bytes | str) -> Fact:
    """The fact that `encode` was given.

    Raises `UnreadableFact` where the kind is unknown or the fields do not fit it.
    """
    decoder = _DECODERS.get(kind)
    if decoder is None:
        raise UnreadableFact(
            f"the journal holds a fact of the kind {kind!r}, which this program does not know; "
            "it was written by a newer one: run that one again"
        )
    try:
        return decoder.decode(_renewed(body))
    except msgspec.DecodeError as error:  # wrong fields (ValidationError) as well as broken JSON
        raise UnreadableFact(f"a fact of the kind {kind!r} in the journal cannot be read: {error}") from error


def _renewed(body: bytes | str) -> bytes:
    """A queue once had one `back_off` for what are three reasons now; whoever wrote that meant all three."""
    raw = body.encode() if isinstance(body, str) else body
    if b'"back_off":' not in raw:
        return raw
    written = msgspec.json.decode(raw)
    queues = written["queues"]
    for queue in queues.values() if isinstance(queues, dict) else queues:
        length = queue.pop("back_off")
        queue |= {"busy_back_off": length, "declined_back_off": length, "unreachable_back_off": length}
    return _ENCODER.encode(written)


def about(fact: Fact) -> About:
    """The call, agent and queue a fact names, each None where it names none."""
    call: CallId | None = getattr(fact, "call", None)
    offer: OfferId | None = getattr(fact, "offer", None)
    if call is None and offer is not None:
        call = CallId(offer.rpartition("~")[0])
    return About(call, getattr(fact, "agent", None), getattr(fact, "queue", None))


def encode_state(state: State) -> bytes:
    """The state as JSON: its records, from which its indexes follow."""
    return _storable(_RECORDS_ENCODER.encode, state.records)


def decode_state(body: bytes | str) -> State:
    """The state that `encode_state` was given.

    Raises `UnreadableSnapshot` where its records have other fields than now.
    """
    try:
        return State(_RECORDS_DECODER.decode(_renewed(body)))
    except msgspec.DecodeError as error:
        raise UnreadableSnapshot(f"the snapshot cannot be read: {error}") from error


def _storable(encode_json: Callable[[Any], bytes], value: object) -> bytes:
    try:
        body = encode_json(value)
    except UnicodeEncodeError:
        body = encode_json(_without_surrogates(msgspec.to_builtins(value)))
    return _replace_nul(body) if b"\\u0000" in body else body


def _without_surrogates(value: Any) -> Any:
    match value:
        case str():
            return _SURROGATE.sub("\ufffd", value)
        case dict():
            return {_without_surrogates(key): _without_surrogates(of) for key, of in value.items()}
        case list() | tuple():
            return [_without_surrogates(entry) for entry in value]
        case _:
            return value


def _replace_nul(body: bytes) -> bytes:
    """Replaces the escapes of NUL; an escaped backslash before `u0000` merely looks like one."""
    return b"\\\\".join(part.replace(b"\\u0000", b"\\ufffd") for part in body.split(b"\\\\"))
