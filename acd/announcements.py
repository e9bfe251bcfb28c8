"""When a waiting caller next hears something, and what: as deadlines, from his queue's rules and what he has heard."""

from datetime import datetime, timedelta
from operator import itemgetter
from typing import Final

from acd.model import Queue
from acd.outputs import AnnouncementKind
from acd.records import CallRecord

LONGEST_SAID: Final = timedelta(minutes=2)
"""After so long it counts as heard, and is cut: its end was lost, and until then he would hear nothing else."""

LONGEST_BRIEFING: Final = timedelta(seconds=15)
"""Likewise what an agent is told of his caller, who waits for it: three to six seconds as a rule."""


def next_due(queue: Queue, call: CallRecord) -> tuple[datetime, AnnouncementKind] | None:
    """What this waiting caller hears next, and when; None: nothing, by the rules of his queue.

    Whatever is due at once with something else is said after it, in the order of `_all_due`.
    """
    return min(_all_due(queue, call), key=itemgetter(0), default=None)


def _all_due(queue: Queue, call: CallRecord) -> list[tuple[datetime, AnnouncementKind]]:
    """Everything that he hears some time. An interval of nought is none."""
    rules = queue.announcements
    due: list[tuple[datetime, AnnouncementKind]] = []
    if rules.welcome is not None and AnnouncementKind.WELCOME not in call.last_said:
        due.append((call.queued_at, AnnouncementKind.WELCOME))
    if rules.position_every:
        due.append((_again(call, AnnouncementKind.POSITION, rules.position_every), AnnouncementKind.POSITION))
    if rules.expected_wait_every:
        again = _again(call, AnnouncementKind.EXPECTED_WAIT, rules.expected_wait_every)
        due.append((again, AnnouncementKind.EXPECTED_WAIT))
    if rules.comfort and rules.comfort_every:
        last = call.last_said.get(AnnouncementKind.COMFORT, call.queued_at)
        due.append((last + rules.comfort_every, AnnouncementKind.COMFORT))
    return due


def _again(call: CallRecord, kind: AnnouncementKind, every: timedelta) -> datetime:
    """Of what is said when he begins to wait, and then at an interval."""
    last = call.last_said.get(kind)
    return call.queued_at if last is None else last + every
