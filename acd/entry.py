"""A caller comes: into the queue that he has dialled, or, where its rules keep him out, along its overflow.

The same rules hold for who overflows from another queue; `overflow` asks here.
"""

from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct

from acd import announcing, callback, park
from acd.expected_wait import expected_wait
from acd.inputs import CallArrived, SeenCall
from acd.model import AccountId, Caller, CallId, ChannelId, Queue, QueueId, QueueType, Target, TargetKind
from acd.model import queue_id as queue_id_of
from acd.outputs import CallQueued, CallRefused, Dismiss, EntryRefused, OverflowReason, Phrase, SendOn, Sound, TurnAway
from acd.records import CallRecord, Place, turn
from acd.step import Step

UNNOTICED: Final = timedelta(seconds=15)
"""How long a caller can wait unnoticed while Asterisk counts as in sight: a lost event is found within ten seconds."""


class Comer(Struct, frozen=True, kw_only=True):
    """Who wants into a queue."""

    call: CallId
    account: AccountId
    channel: ChannelId
    caller: Caller
    arrived: datetime
    priority: int | None


class Found(Struct, frozen=True, kw_only=True):
    """A queue that lets somebody in, and what he finds there."""

    queue: QueueId
    arrived: datetime
    """From when his wait counts there: earlier than he came, where a place was kept for him."""
    priority: int | None
    expected_wait: timedelta | None


def arrive(step: Step, event: CallArrived) -> None:
    """A caller wants a queue: he waits, with music, from this moment. Or a phone of ours fetches one who waits."""
    channel = ChannelId(event.call)
    if event.call in step.state.records.calls or channel in step.state.retrievals:
        step.pass_over()
        return
    queue = step.state.records.queues.get(queue_id_of(event.account, event.number))
    if queue is None:
        step.record(CallRefused(call=event.call, account=event.account, number=event.number))
        step.order(TurnAway(call=event.call, channel=channel))
        return
    if queue.type is QueueType.CALL_PARK and event.device is not None and step.state.agent_of_device(event.device):
        park.retrieve(step, queue, channel, event.device)
        return
    comer = Comer(
        call=event.call,
        account=event.account,
        channel=channel,
        caller=event.caller,
        arrived=_arrived(step, event.arrived) - event.waited,
        priority=event.priority,
    )
    found = _try(step, comer, queue, set())
    if isinstance(found, Found):
        _queue(step, comer, found)
    else:
        send_away(step, comer.call, channel, found)


def take_in(step: Step, caller: SeenCall) -> CallRecord:
    """Into the queue that he has dialled, where he is found in a talk: no rule keeps him out, and he hears no music."""
    queue = queue_id_of(caller.account, caller.number)
    callback.called_again(step, queue, caller.caller.number)
    step.record(
        CallQueued(
            call=caller.call,
            account=caller.account,
            queue=queue,
            caller=caller.caller,
            arrived=_arrived(step, caller.arrived),
            priority=caller.priority,
        )
    )
    return step.state.records.calls[caller.call]


def _arrived(step: Step, told: datetime | None) -> datetime:
    """When a caller came whom we find waiting: neither after now nor before he could have come unnoticed.

    What Asterisk tells is by the clock of its machine, which may have been set meanwhile.
    """
    if told is None or told > step.now:
        return step.now
    records = step.state.records
    seen_until = step.now if records.asterisk_in_sight else records.asterisk_unseen_since
    if seen_until is None or told + UNNOTICED >= seen_until:
        return told
    return seen_until - UNNOTICED


def _queue(step: Step, comer: Comer, found: Found) -> None:
    callback.called_again(step, found.queue, comer.caller.number)
    step.record(
        CallQueued(
            call=comer.call,
            account=comer.account,
            queue=found.queue,
            caller=comer.caller,
            arrived=found.arrived,
            priority=found.priority,
            expected_wait=found.expected_wait,
        )
    )
    announcing.hold(step, step.state.records.calls[comer.call])


# --- where he may wait


def seek(step: Step, comer: Comer, target: Target | None, left: QueueId) -> Found | Target | None:
    """Where a caller goes whom this queue does not keep: another queue, or out of our care (a target, or a message).

    From a queue that does not let him in he goes along its own overflow. One that has turned him down already, or is
    gone, ends the way with a message.
    """
    return _follow(step, comer, target, {left})


def _follow(step: Step, comer: Comer, target: Target | None, been: set[QueueId]) -> Found | Target | None:
    if target is None or target.kind is not TargetKind.QUEUE:
        return target
    queue = step.state.records.queues.get(queue_id_of(comer.account, target.name))
    return None if queue is None or queue.id in been else _try(step, comer, queue, been)


def _try(step: Step, comer: Comer, queue: Queue, been: set[QueueId]) -> Found | Target | None:
    place = _place(step, comer, queue)
    arrived, priority = _with_place(comer, place)
    expected = expected_wait(step.state, queue.id, comer.call, turn(priority, arrived), step.now)
    why = _obstacle(step, queue, place, expected)
    if why is None:
        return Found(queue=queue.id, arrived=arrived, priority=priority, expected_wait=expected)
    step.record(
        EntryRefused(
            call=comer.call,
            account=comer.account,
            queue=queue.id,
            caller=comer.caller,
            why=why,
            target=queue.overflow,
        )
    )
    return _follow(step, comer, queue.overflow, been | {queue.id})


def _place(step: Step, comer: Comer, queue: Queue) -> Place | None:
    """What is kept for him here; who waits already brings a place of his own."""
    if comer.call in step.state.records.calls:
        return None
    promised = callback.promised(step, queue.id, comer.caller.number)
    if promised is not None:
        return Place(arrived=promised.arrived, priority=promised.priority, until=step.now)
    if not queue.place_back:
        return None
    return step.state.records.places.get(queue.id, {}).get(comer.caller.number)


def _obstacle(step: Step, queue: Queue, place: Place | None, expected: timedelta | None) -> OverflowReason | None:
    """What keeps him out. Who has a place here still is not one more; a wait of which nothing is known is no reason."""
    index = step.state.queue_index(queue.id)
    if queue.max_callers is not None and len(index.waiting) >= queue.max_callers and place is None:
        return OverflowReason.FULL
    if len(index.staffed) < queue.agents_required:
        return OverflowReason.NO_AGENTS
    if queue.max_expected_wait and expected is not None and expected > queue.max_expected_wait:
        return OverflowReason.EXPECTED_WAIT
    return None


def _with_place(comer: Comer, place: Place | None) -> tuple[datetime, int | None]:
    """From when he counts, and how he ranks: a place that is kept for him never makes it worse."""
    if place is None:
        return comer.arrived, comer.priority
    known = [priority for priority in (comer.priority, place.priority) if priority is not None]
    return min(comer.arrived, place.arrived), min(known, default=None)


def send_away(step: Step, call: CallId, channel: ChannelId, target: Target | None) -> None:
    """Out of our care: to an extension, or with a message; where no other is set, ours."""
    match target:
        case Target(kind=TargetKind.EXTENSION):
            step.order(SendOn(call=call, channel=channel, number=target.name))
        case Target(kind=TargetKind.MESSAGE):
            step.order(Dismiss(call=call, channel=channel, words=(Sound(name=target.name),)))
        case _:
            step.order(Dismiss(call=call, channel=channel, words=(Phrase.NOBODY_AVAILABLE,)))
