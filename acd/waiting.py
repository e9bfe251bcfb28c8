"""What happens to a caller while he waits: the keys he presses, his turn, the end of his wait, his place once he left.

What he hears meanwhile stands in `announcing`, where he goes in `overflow`.
"""

from acd import callback, offers, overflow
from acd.inputs import KeyPressed
from acd.model import QueueId
from acd.outbound import is_number
from acd.outputs import CallLifted, MaxWaitReached, OfferEnd, OverflowReason, PlaceGone, PlaceKept
from acd.records import CallRecord
from acd.step import Step


def key_pressed(step: Step, event: KeyPressed) -> None:
    """He has pressed a key: to leave, to be called back, or for nothing."""
    call = step.state.records.calls.get(event.call)
    queue = step.state.records.queues.get(call.queue) if call else None
    if call is None or queue is None or call.agent is not None or call.callback is not None:
        step.pass_over()
    elif event.key == queue.leave_key:
        offers.end_all(step, call, OfferEnd.CALLER_GONE)
        overflow.leave(step, call, OverflowReason.KEY)
    elif queue.callback is not None and event.key == queue.callback.key:
        callback.ask(step, call)
    else:
        step.pass_over()


def lift(step: Step, call: CallRecord) -> None:
    """He has waited so long behind higher priorities that he goes first."""
    step.record(CallLifted(call=call.id, queue=call.queue))


def max_wait_reached(step: Step, call: CallRecord) -> None:
    """He has waited as long as his queue keeps anybody: a ring in progress is let finish, no other begins.

    He leaves as soon as nobody rings, once Asterisk is in sight: `Indexes.leaving`.
    """
    step.record(MaxWaitReached(call=call.id, queue=call.queue))


def keep_place(step: Step, call: CallRecord) -> None:
    """He is gone without having talked to anybody: should he call again soon, he need not begin anew.

    Only who is known by a number; "anonymous" is everybody.
    """
    queue = step.state.records.queues.get(call.queue)
    if queue is None or not queue.place_back or not is_number(call.caller.number) or call.callback is not None:
        return
    step.record(
        PlaceKept(
            queue=queue.id,
            number=call.caller.number,
            arrived=call.arrived,
            priority=call.priority,
            until=step.now + queue.place_back,
        )
    )


def place_lapsed(step: Step, queue: QueueId, number: str) -> None:
    """Who hung up has not called again in time."""
    step.record(PlaceGone(queue=queue, number=number))
