"""What a waiting caller hears: music, and what is said over it. When something is due stands in `announcements`.

Nothing here delays an offer: phones ring while he listens, and what he hears is cut the moment he is joined with an
agent or goes elsewhere. One thing is said at a time; what falls due meanwhile follows it.
"""

from datetime import timedelta
from typing import Final, assert_never

from acd.announcements import next_due
from acd.expected_wait import expected_wait
from acd.inputs import AnnouncementOver
from acd.outputs import (
    AnnouncementEnded,
    AnnouncementKind,
    AnnouncementSkipped,
    AnnouncementStarted,
    HoldCaller,
    Phrase,
    Say,
    Sound,
    StopSaying,
    Word,
)
from acd.records import CallRecord
from acd.step import Step

_MINUTES_SAID: Final = (1, 2, 3, 4, 5, 10, 15, 20, 25, 30)
"""An expected wait is said as the nearest of these; it is not known better than so."""


def hold(step: Step, call: CallRecord) -> None:
    """Music for him; whoever is not on the line needs none."""
    if call.channel is not None:
        step.order(HoldCaller(call=call.id, channel=call.channel, queue=call.queue))


def due(step: Step, call: CallRecord) -> None:
    """It is time to tell him something."""
    queue = step.state.records.queues[call.queue]
    found = next_due(queue, call)
    assert found is not None, "the deadline follows from the queue's rules"
    _, kind = found
    match kind:
        case AnnouncementKind.WELCOME:
            assert queue.announcements.welcome is not None
            say(step, call, kind, (Sound(name=queue.announcements.welcome),))
        case AnnouncementKind.POSITION:
            position = step.state.queue_index(call.queue).waiting.position(call.id) + 1
            say(step, call, kind, _position(position), position)
        case AnnouncementKind.EXPECTED_WAIT:
            _say_expected_wait(step, call)
        case AnnouncementKind.COMFORT:
            sounds = queue.announcements.comfort
            say(step, call, kind, (Sound(name=sounds[call.comforts % len(sounds)]),))
        case AnnouncementKind.CALLBACK_REFUSED:
            raise AssertionError("it answers a key, and is never due")
        case _:
            assert_never(kind)


def say(
    step: Step, call: CallRecord, kind: AnnouncementKind, words: tuple[Word, ...], value: int | None = None
) -> None:
    """Tell a waiting caller this now, instead of what he hears, if anything."""
    assert call.channel is not None, "only who is on the line hears something"
    cut(step, call)
    number = call.announcements + 1
    step.record(AnnouncementStarted(call=call.id, queue=call.queue, kind=kind, number=number, value=value))
    step.order(Say(call=call.id, channel=call.channel, number=number, words=words))


def over(step: Step, event: AnnouncementOver) -> None:
    """He has heard it."""
    call = step.state.records.calls.get(event.call)
    if call is None or call.saying != event.number:
        step.pass_over()
        return
    _end(step, call)


def cut(step: Step, call: CallRecord) -> None:
    """What he hears ends now, in the middle of a word."""
    if call.saying is not None and call.channel is not None:
        step.order(StopSaying(call=call.id, channel=call.channel, number=call.saying))
    _end(step, call)


def cut_by_joining(step: Step, call: CallRecord) -> None:
    """The order to join him with somebody cuts what he hears. Out of sight it reaches nobody: then it is cut later."""
    if step.state.records.asterisk_in_sight:
        _end(step, call)


def _end(step: Step, call: CallRecord) -> None:
    if call.saying is not None:
        step.record(AnnouncementEnded(call=call.id, queue=call.queue, number=call.saying))


# --- words


def _position(position: int) -> tuple[Word, ...]:
    return (Phrase.YOU_ARE_NEXT,) if position == 1 else (Phrase.YOU_ARE_CALLER_NUMBER, position)


def _say_expected_wait(step: Step, call: CallRecord) -> None:
    expected = expected_wait(step.state, call.queue, call.id, call.turn, step.now)
    if expected is None:
        step.record(AnnouncementSkipped(call=call.id, queue=call.queue, kind=AnnouncementKind.EXPECTED_WAIT))
    else:
        minutes, words = in_words(expected)
        say(step, call, AnnouncementKind.EXPECTED_WAIT, words, minutes)


def in_words(expected: timedelta) -> tuple[int, tuple[Word, ...]]:
    """How an expected wait is said, and the minutes of it.

    Under a minute as that (0 minutes), then as about 1, 2, 3, 4, 5, 10, 15, 20, 25 or 30 minutes, whichever is nearest
    (the longer of two equally near), and from half an hour and half a step on as over 30.
    """
    if expected < timedelta(minutes=1):
        return 0, (Phrase.EXPECTED_WAIT_UNDER_A_MINUTE,)
    longest = _MINUTES_SAID[-1]
    if expected >= timedelta(minutes=longest + 2.5):
        return longest, (Phrase.EXPECTED_WAIT_OVER, longest, Phrase.MINUTES)
    minutes = min(_MINUTES_SAID, key=lambda said: (abs(expected - timedelta(minutes=said)), -said))
    spoken: tuple[Word, ...] = (Phrase.ONE_MINUTE,) if minutes == 1 else (minutes, Phrase.MINUTES)
    return minutes, (Phrase.EXPECTED_WAIT_ABOUT, *spoken)
