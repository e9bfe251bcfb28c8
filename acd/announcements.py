"""When a waiting caller next hears something, and what: as deadlines, from his queue's rules and what he has heard."""

from datetime import datetime

from acd.model import Queue
from acd.outputs import AnnouncementKind
from acd.records import CallRecord


def next_due(queue: Queue, call: CallRecord) -> tuple[datetime, AnnouncementKind] | None:
    """What this waiting caller hears next, and when; None: nothing, or he hears something now."""
    return None
