"""How long a caller will probably wait, from the present state: who is before him, who serves, how long calls take.

The estimate is `(before him + 1) / agents * handle time`, where

- *before him* are those of his queue whose turn comes sooner, and those of other queues, as far as they will be served
  by agents of his: of a queue with a better priority all who wait, of one with the same priority those whose turn comes
  sooner, each counted by the share of that queue's agents who are his queue's as well, and by how long its calls take;
- *agents* are those who take calls of his queue, by what they are doing: whoever is free, or rings for another caller
  of the queue and will not be needed for him, counts at once; whoever is in wrap-up at its known end (the soonest
  twenty; he may be called earlier, and never is later); everybody else at some time, on average one handle time;
- *handle time* is the mean of the queue's last talks and wrap-ups. Before there is a figure it is three minutes and the
  queue's wrap-up, and that counts as one call beside the first ones that are measured.

Where nobody is in wrap-up, calls take exponentially long, and the agents serve this queue alone in the order of
arrival, it is the mean wait of M/M/n for who finds all agents busy, exactly: each of the n agents is free at the rate
1 / handle time whenever he began, so `before him + 1` of them are free after that time on average. It is biased where

- calls take less than exponentially varied times (an agent who has talked for long is about to finish: too long) or
  more (too short);
- callers before him hang up (too long), or callers with a better turn come after him (too short);
- an assignment gives its agent another priority than the queue's, or an agent goes offline: not looked at;
- the phone has to ring and be picked up, and that is not added (too short by some seconds).

It costs no more in a large centre: a few figures of the queue, and of each that shares agents with it.
"""

from datetime import datetime, timedelta
from itertools import islice
from math import inf
from typing import Final

from acd.fold.averages import REMEMBERED
from acd.model import CallId, Queue, QueueId, QueueType
from acd.records import Average, Turn
from acd.state import State

_TALK_WHERE_UNKNOWN: Final = timedelta(minutes=3)
_WRAP_UPS_LOOKED_AT: Final = 20


def expected_wait(state: State, queue_id: QueueId, call: CallId, turn: Turn, now: datetime) -> timedelta | None:
    """For a caller of this turn, who waits there or is about to.

    None: nothing can be said, because nobody takes calls of the queue at present, or because nobody is rung there.
    """
    queue: Queue | None = state.records.queues.get(queue_id)
    index = state.queue_index(queue_id)
    if queue is None or queue.type is QueueType.CALL_PARK or not index.staffed:
        return None
    free = len(index.eligible) + len(index.ringing)
    needed = index.waiting.before(call, *turn) + _before_in_other_queues(state, queue, call, turn) + 1 - free
    if needed <= 0:
        return timedelta(0)
    handle_seconds = _handle_seconds(state, queue)
    wrapping_up = tuple(islice(index.wrapping_up, _WRAP_UPS_LOOKED_AT))
    busy = len(index.staffed) - len(wrapping_up)
    waited_seconds = 0.0
    for agent in wrapping_up:
        wrap_up = state.records.agent_records[agent].wrap_up
        assert wrap_up is not None
        until_seconds = max((wrap_up.until - now).total_seconds(), 0.0)
        meanwhile = (until_seconds - waited_seconds) * busy / handle_seconds
        if meanwhile >= needed:
            break
        needed -= meanwhile + 1
        waited_seconds, busy = until_seconds, busy + 1
        if needed <= 0:
            return timedelta(seconds=round(waited_seconds))
    return timedelta(seconds=round(waited_seconds + needed * handle_seconds / busy))


def _before_in_other_queues(state: State, queue: Queue, call: CallId, turn: Turn) -> float:
    """Callers of other queues whom agents of this one will serve before him, counted in calls of this queue."""
    before = 0.0
    lifted = turn[0] == -inf
    for other_id, agents in sorted(state.queue_index(queue.id).shared.items()):
        other: Queue | None = state.records.queues.get(other_id)
        index = state.queue_index(other_id)
        if not agents or other is None or not index.unoffered:
            continue
        if lifted or other.priority == queue.priority:
            callers = index.unoffered.before(call, *turn)
        elif other.priority < queue.priority:
            callers = len(index.unoffered)
        else:
            callers = index.unoffered.before(call, -inf, inf)  # those who go before all priorities
        share = agents / len(index.staffed)
        before += callers * share * _handle_seconds(state, other) / _handle_seconds(state, queue)
    return before


def _handle_seconds(state: State, queue: Queue) -> float:
    """How long a call of this queue keeps an agent, on average."""
    record = state.records.queue_records.get(queue.id)
    talk, wrap_up = (record.talk, record.wrap_up) if record else (Average(), Average())
    return max(_mean_seconds(talk, _TALK_WHERE_UNKNOWN) + _mean_seconds(wrap_up, queue.wrap_up), 1.0)


def _mean_seconds(average: Average, unknown: timedelta) -> float:
    if average.count >= REMEMBERED:
        return average.seconds
    return (average.seconds * average.count + unknown.total_seconds()) / (average.count + 1)
