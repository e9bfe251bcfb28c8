"""Who waits in a queue, in turn, as far as a list is worth looking at."""

from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final

from acd.model import CallId, QueueId
from acd.records import CallRecord
from acd.state import State
from portal.views.words import number_of, text

LONGEST_LIST: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingRow:
    """A caller who waits."""

    position: int
    """From 1."""
    call: CallId
    number: str
    name: str
    waiting_since: datetime
    queued_at: datetime
    """In this queue."""
    priority: int | None
    ringing_at: tuple[str, ...]
    """The extensions of the agents."""
    callback: bool
    """He is not on the line: he has been promised to be called back."""


def waiting(state: State, queue: QueueId) -> list[WaitingRow]:
    """The first `LONGEST_LIST` of them."""
    calls = islice(state.queue_index(queue).waiting, LONGEST_LIST)
    return [_row(state, state.records.calls[call], position) for position, call in enumerate(calls, start=1)]


def _row(state: State, call: CallRecord, position: int) -> WaitingRow:
    return WaitingRow(
        position=position,
        call=call.id,
        number=text(call.caller.number),
        name=text(call.caller.name),
        waiting_since=call.arrived,
        queued_at=call.queued_at,
        priority=call.priority,
        ringing_at=tuple(sorted(number_of(state.records.offers[offer].agent) for offer in call.offers)),
        callback=call.callback is not None,
    )
