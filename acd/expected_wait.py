"""How long a caller will probably wait, from the present state: who is before him, who serves, how long calls take.

The estimate is `(before him + 1) / agents * handle time`, where

- *before him* are those of his queue whose turn comes sooner, and those of other queues, as far as they will be served
  by agents of his: of a queue with a better priority all who wait, of one with the same priority those whose turn comes
  sooner, each counted by the share of that queue's agents who are his queue's as well, and by how long its calls take;
- *agents* are those who take calls of his queue, by what they are doing: whoever is free, or rings for another caller
  of the queue and will not be needed for him, counts at once; whoever is in wrap-up at its known end (the soonest
  twenty); everybody else at the rate 1 / handle time, beginning late, as his wrap-up is still before him;
- *handle time* is the mean of the queue's last talks and wrap-ups. Before there is a figure it is three minutes and the
  queue's wrap-up, and that counts as one call beside the first ones that are measured.

Where there is no wrap-up, calls take exponentially long, and the agents serve in the order of arrival, this queue alone
or all of them the same queues, it is exact: the mean wait of M/M/n for who finds all agents busy. For each of the n is
free at the rate 1 / handle time whenever he began, and `before him + 1` of them after that time on average. With a
fixed wrap-up it is exact for one agent, and 2 % too long for five where a quarter of the handle time is wrap-up
(measured, as all of this, in `tests/simulation/test_expected_wait.py`). It is biased where

- calls take less than exponentially varied times (an agent who has talked for long is about to finish: too long) or
  more (too short);
- callers before him hang up (too long), or callers with a better turn come after him (too short);
- an assignment gives its agent another priority than the queue's, or an agent goes offline: not looked at;
- its agents serve more than ten other queues: of those it looks at ten or fewer, evenly spread over their numbers, and
  takes the rest to be like them;
- the phone has to ring and be picked up, and that is not added (too short by some seconds).

It costs no more in a large centre: a few figures of the queue, and of each that shares agents with it.
"""

from datetime import datetime, timedelta
from itertools import islice
from math import inf
from typing import Final

from acd.fold.averages import REMEMBERED
from acd.model import CallId, Queue, QueueId, QueueType
from acd.records import Average, QueueRecord, Turn
from acd.state import State

_TALK_WHERE_UNKNOWN: Final = timedelta(minutes=3)
_WRAP_UPS_LOOKED_AT: Final = 20
_OTHER_QUEUES_LOOKED_AT: Final = 10
_NOTHING_KNOWN: Final = QueueRecord()
"""Of a queue without calls yet."""


def expected_wait(state: State, queue_id: QueueId, call: CallId, turn: Turn, now: datetime) -> timedelta | None:
    """For a caller of this turn, who waits there or is about to.

    None: nothing can be said, because nobody takes calls of the queue at present, or because nobody is rung there; or
    nobody wants to know: it costs more than the rest of an arrival where agents serve many queues.
    """
    queue: Queue | None = state.records.queues.get(queue_id)
    index = state.queue_index(queue_id)
    if queue is None or not queue.uses_expected_wait or queue.type is QueueType.CALL_PARK or not index.staffed:
        return None
    free = len(index.eligible) + len(index.ringing)
    needed = index.waiting.before(call, *turn) + _before_in_other_queues(state, queue, call, turn) + 1 - free
    if needed <= 0:
        return timedelta(0)
    return timedelta(seconds=round(_seconds_until_free(state, queue, needed, now)))


def _seconds_until_free(state: State, queue: Queue, needed: float, now: datetime) -> float:
    """When so many agents of the queue have become free, on average; none is now."""
    index = state.queue_index(queue.id)
    wrap_ups = [state.records.agent_records[id_].wrap_up for id_ in islice(index.wrapping_up, _WRAP_UPS_LOOKED_AT)]
    known_seconds = [max((wrap_up.until - now).total_seconds(), 0.0) for wrap_up in wrap_ups if wrap_up is not None]
    handle_seconds, wrap_up_seconds = _handle_seconds(state, queue), _wrap_up_seconds(state, queue)
    # So that the first of n is free after talk / n + wrap-up, as he is, which is late + handle time / n.
    late_seconds = wrap_up_seconds * (1 - 1 / len(index.staffed))
    # When, how many become free at that moment, and how many begin then to become free at the rate 1 / handle time.
    moments = [(late_seconds, 0, len(index.staffed) - len(known_seconds))]
    moments += [(known, 1, 0) for known in known_seconds]
    moments += [(known + late_seconds, 0, 1) for known in known_seconds]
    passed_seconds, busy = 0.0, 0
    for at_seconds, free, more in sorted(moments):
        meanwhile = (at_seconds - passed_seconds) * busy / handle_seconds
        if meanwhile >= needed:
            break
        needed -= meanwhile + free
        passed_seconds, busy = at_seconds, busy + more
        if needed <= 0:
            return passed_seconds
    return passed_seconds + needed * handle_seconds / busy


def _before_in_other_queues(state: State, queue: Queue, call: CallId, turn: Turn) -> float:
    """Callers of other queues whom agents of this one will serve before him, counted in calls of this queue."""
    shared = state.queue_index(queue.id).shared
    lifted = turn[0] == -inf
    before_seconds, looked_at = 0.0, 0
    for other_id, agents in shared.sample(_OTHER_QUEUES_LOOKED_AT):
        looked_at += agents
        other: Queue | None = state.records.queues.get(other_id)
        index = state.index[other_id]
        if other is None or not index.unoffered:
            continue
        if lifted or other.priority == queue.priority:
            callers = index.unoffered.before(call, *turn)
        elif other.priority < queue.priority:
            callers = len(index.unoffered)
        else:
            callers = index.unoffered.before(call, -inf, inf)  # those who go before all priorities
        if callers:
            before_seconds += callers * agents / len(index.staffed) * _handle_seconds(state, other)
    if not before_seconds:
        return 0.0
    return before_seconds * (shared.total / looked_at) / _handle_seconds(state, queue)


def _handle_seconds(state: State, queue: Queue) -> float:
    """How long a call of this queue keeps an agent, on average."""
    record = state.records.queue_records.get(queue.id, _NOTHING_KNOWN)
    wrap_up_seconds = _mean_seconds(record.wrap_up, queue.wrap_up)
    return max(_mean_seconds(record.talk, _TALK_WHERE_UNKNOWN) + wrap_up_seconds, 1.0)


def _wrap_up_seconds(state: State, queue: Queue) -> float:
    return _mean_seconds(state.records.queue_records.get(queue.id, _NOTHING_KNOWN).wrap_up, queue.wrap_up)


def _mean_seconds(average: Average, unknown: timedelta) -> float:
    if average.count >= REMEMBERED:
        return average.seconds
    return (average.seconds * average.count + unknown.total_seconds()) / (average.count + 1)
