"""What the facts of a caller who waits change."""

from datetime import datetime

from acd.fold.calls import name_taken
from acd.fold.outbound import goes_out
from acd.indexes import Indexes, place_id
from acd.ordered import DeadlineKind
from acd.outputs import (
    AnnouncementEnded,
    AnnouncementKind,
    AnnouncementSkipped,
    AnnouncementStarted,
    AsteriskInSight,
    AsteriskOutOfSight,
    CallbackAnswered,
    CallbackDialled,
    CallbackDue,
    CallbackFailed,
    CallbackPostponed,
    CallbackPromised,
    CallLifted,
    CallMoved,
    MaxWaitReached,
    PlaceGone,
    PlaceKept,
)
from acd.records import CallbackRecord, CallRecord, OutboundCall, Place


def out_of_sight(state: Indexes, fact: AsteriskOutOfSight, at: datetime) -> None:
    """Nothing can be said to those who wait. At the fact before it was in sight for certain."""
    state.records.asterisk_unseen_since = state.records.latest
    _sight_changed(state, in_sight=False)


def in_sight(state: Indexes, fact: AsteriskInSight, at: datetime) -> None:
    """Something can."""
    for offer in fact.unknown_offers:
        name_taken(state, offer)
    state.records.asterisk_life = fact.life
    state.records.asterisk_unseen_since = None
    _sight_changed(state, in_sight=True)


def _sight_changed(state: Indexes, *, in_sight: bool) -> None:
    state.records.asterisk_in_sight = in_sight
    for call in state.records.calls.values():
        state.place_announcement(call)


def place_kept(state: Indexes, fact: PlaceKept, at: datetime) -> None:
    place = Place(arrived=fact.arrived, priority=fact.priority, until=fact.until)
    state.records.places.setdefault(fact.queue, {})[fact.number] = place
    state.deadlines.set(DeadlineKind.PLACE, place_id(fact.queue, fact.number), fact.until)


def place_gone(state: Indexes, fact: PlaceGone, at: datetime) -> None:
    del state.records.places[fact.queue][fact.number]
    state.deadlines.set(DeadlineKind.PLACE, place_id(fact.queue, fact.number), None)


def announcement_started(state: Indexes, fact: AnnouncementStarted, at: datetime) -> None:
    call = state.records.calls[fact.call]
    call.announcements = call.saying = fact.number
    call.last_said[fact.kind] = at
    call.comforts += fact.kind is AnnouncementKind.COMFORT
    state.place_announcement(call)


def announcement_skipped(state: Indexes, fact: AnnouncementSkipped, at: datetime) -> None:
    call = state.records.calls[fact.call]
    call.last_said[fact.kind] = at
    state.place_announcement(call)


def announcement_ended(state: Indexes, fact: AnnouncementEnded, at: datetime) -> None:
    call = state.records.calls[fact.call]
    call.saying = None
    state.place_announcement(call)


def call_lifted(state: Indexes, fact: CallLifted, at: datetime) -> None:
    call = state.records.calls[fact.call]
    call.lifted = True
    state.place(call)


def max_wait_reached(state: Indexes, fact: MaxWaitReached, at: datetime) -> None:
    call = state.records.calls[fact.call]
    call.overdue = True
    state.place(call)


def call_moved(state: Indexes, fact: CallMoved, at: datetime) -> None:
    call = state.records.calls[fact.call]
    state.displace(call)
    call.queue, call.arrived, call.queued_at, call.expected_wait = fact.to, fact.arrived, at, fact.expected_wait
    call.lifted = call.overdue = False
    call.round, call.comforts = 1, 0
    call.tried = set() if fact.by is None else {fact.by}
    call.last_said.clear()
    state.place(call)


# --- call-back


def callback_promised(state: Indexes, fact: CallbackPromised, at: datetime) -> None:
    call = state.records.calls[fact.call]
    call.callback = CallbackRecord(number=fact.number, again=fact.again, until=fact.until)
    call.channel = call.saying = None
    call.overdue = False  # he waits no more on the line
    state.place(call)


def callback_due(state: Indexes, fact: CallbackDue, at: datetime) -> None:
    call = state.records.calls[fact.call]
    callback = _callback(call)
    callback.again = callback.cap = None
    state.place(call)


def callback_postponed(state: Indexes, fact: CallbackPostponed, at: datetime) -> None:
    call = state.records.calls[fact.call]
    callback = _callback(call)
    callback.again, callback.cap = fact.again, fact.cap
    state.place(call)


def callback_dialled(state: Indexes, fact: CallbackDialled, at: datetime) -> None:
    call = state.records.calls[fact.call]
    call.dialled += 1
    _callback(call).channel = fact.channel
    goes_out(state, fact.channel, OutboundCall(account=call.account, agent=None), at)


def callback_answered(state: Indexes, fact: CallbackAnswered, at: datetime) -> None:
    call = state.records.calls[fact.call]
    call.channel, call.callback = _callback(call).channel, None
    # Should he have to wait once more, he does so on the line, and as long as anybody may.
    call.queued_at, call.expected_wait = at, None


def callback_failed(state: Indexes, fact: CallbackFailed, at: datetime) -> None:
    call = state.records.calls[fact.call]
    callback = _callback(call)
    callback.attempts, callback.again = callback.attempts + 1, fact.again
    state.place(call)


def _callback(call: CallRecord) -> CallbackRecord:
    assert call.callback is not None, "he was promised to be called back"
    return call.callback
