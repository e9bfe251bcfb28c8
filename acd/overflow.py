"""A waiting caller leaves his queue because it does not keep him: to another queue, an extension, or with a message."""

from acd import announcing, entry
from acd.model import Target
from acd.outputs import CallEnded, CallMoved, CallOutcome, CallOverflowed, OverflowReason
from acd.records import CallRecord
from acd.step import Step


def leave(step: Step, call: CallRecord, why: OverflowReason) -> None:
    """He goes where his queue sends those whom it does not keep; in another queue his wait goes on counting.

    Nobody rings for him any more, and he is on the line.
    """
    assert not call.offers
    assert call.channel is not None
    announcing.cut(step, call)
    target = _target(step, call)
    step.record(CallOverflowed(call=call.id, queue=call.queue, why=why, target=target))
    comer = entry.Comer(
        call=call.id,
        account=call.account,
        channel=call.channel,
        caller=call.caller,
        arrived=call.arrived,
        priority=call.priority,
    )
    found = entry.seek(step, comer, target, left=call.queue)
    if isinstance(found, entry.Found):
        _move(step, call, found)
        return
    channel = call.channel
    waited = step.now - call.arrived
    step.record(CallEnded(call=call.id, queue=call.queue, outcome=CallOutcome.OVERFLOWED, waited=waited))
    entry.send_away(step, call.id, channel, found)


def _target(step: Step, call: CallRecord) -> Target | None:
    queue = step.state.records.queues.get(call.queue)
    return queue.overflow if queue else None


def _move(step: Step, call: CallRecord, found: entry.Found) -> None:
    step.record(
        CallMoved(
            call=call.id, queue=call.queue, to=found.queue, arrived=call.arrived, expected_wait=found.expected_wait
        )
    )
    announcing.hold(step, call)
