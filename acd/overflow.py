"""A waiting caller leaves his queue because it does not keep him: to another queue, an extension, or with a message."""

from acd import announcing, care, entry
from acd.outputs import CallMoved, CallOutcome, CallOverflowed, OverflowReason, Party
from acd.records import CallRecord
from acd.step import Step


def leave(step: Step, call: CallRecord, why: OverflowReason) -> None:
    """He goes where his queue sends those whom it does not keep; in another queue his wait goes on counting.

    Nobody rings for him any more, and he is on the line.
    """
    assert not call.offers
    assert call.channel is not None
    announcing.cut(step, call)
    target = step.state.records.queues[call.queue].overflow
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
    care.leave(step, call, Party.UNKNOWN, CallOutcome.OVERFLOWED)
    entry.send_away(step, comer.call, comer.channel, found)


def _move(step: Step, call: CallRecord, found: entry.Found) -> None:
    step.record(
        CallMoved(
            call=call.id, queue=call.queue, to=found.queue, arrived=found.arrived, expected_wait=found.expected_wait
        )
    )
    announcing.hold(step, call)
