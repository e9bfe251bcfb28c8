"""The life of a call-back: asked for, promised, an agent found, the caller called, and tried again.

- He presses the key, hears that he is called back, and his line is let go. Phones that rang for him stop, and for
  `LINE_FREE` nobody is looked for: called at once, he would be busy with this very call.
- His place waits as he would: same arrival, same turn. No maximum wait and no announcement touches it.
- An agent is offered the call like any other. Once he has taken it he hears ringing, while the caller is called on a
  channel of its own, `<call>~back~<n>`. The caller picks up: the two are joined, and from there on it is a call like
  any other. He does not: the agent is free at once, without a wrap-up, and the caller is tried again after the queue's
  `retry`, as often as it says; then he is given up.
- The agent hangs up while it rings: the attempt is stopped and does not count, the next agent is offered the call.
- He calls the queue again while he waits to be called: he has his place in the new call, and is not called back. While
  his phone rings, his new call is one of its own.
- The number is judged by the rules of the present: where they allow it no more, he is given up.
- As many calls go out as may: he is not called, and no agent is rung for him, until one of them has ended, or enough
  time has passed since those that count by the hour or the day. Past `KEPT` he is given up when he would have to wait
  so once more. Another call can take the last line while an agent's phone rings; then that agent is let go again.
- A queue that becomes a call park calls nobody back until it is something else again.
"""

from datetime import timedelta
from itertools import islice
from typing import Final

from acd import announcing, caps, care, offers
from acd.indexes import place_id
from acd.inputs import CallerNotReached, CallerReached
from acd.model import Callback, Caller, CallId, ChannelId, QueueId
from acd.model import queue_id as queue_id_of
from acd.outbound import is_number, may_call
from acd.outputs import (
    AnnouncementKind,
    CallBack,
    CallbackAnswered,
    CallbackDialled,
    CallbackDue,
    CallbackFailed,
    CallbackObstacle,
    CallbackPostponed,
    CallbackPromised,
    CallbackRefused,
    CallOutcome,
    Dismiss,
    HangUpPhone,
    OfferEnd,
    Party,
    Phrase,
)
from acd.records import CallRecord
from acd.step import Step

LINE_FREE: Final = timedelta(seconds=10)
"""From the promise to the first look for an agent: the promise takes some five seconds to say."""

KEPT: Final = timedelta(hours=24)
"""How long a promise lasts where only a cap keeps it from being fulfilled."""

_REASONS: Final = {
    CallbackObstacle.NOT_A_NUMBER: Phrase.NO_SUCH_NUMBER,
    CallbackObstacle.OUR_QUEUE: Phrase.NUMBER_NOT_ALLOWED,
    CallbackObstacle.NOT_ALLOWED: Phrase.NUMBER_NOT_ALLOWED,
}

_RULE_GONE: Final = Callback(key="")
"""By which those are called who were promised it, where their queue promises it to nobody any more."""


# --- asked for


def ask(step: Step, call: CallRecord) -> None:
    """A caller who waits on the line wants to be called back."""
    assert call.channel is not None, "who is on no line presses no key"
    why = obstacle(step, call, call.caller.number)
    if why is None:
        announcing.cut(step, call)
        _promise(step, call, call.channel)
    else:
        step.record(CallbackRefused(call=call.id, queue=call.queue, why=why))
        announcing.say(step, call, AnnouncementKind.CALLBACK_REFUSED, (_REASONS[why],))


def obstacle(step: Step, call: CallRecord, number: str) -> CallbackObstacle | None:
    """Why he cannot be called at this number. None: he can."""
    if not is_number(number):
        return CallbackObstacle.NOT_A_NUMBER
    if queue_id_of(call.account, number) in step.state.records.queues:
        return CallbackObstacle.OUR_QUEUE
    account = step.state.records.accounts.get(call.account)
    allowed = account is not None and may_call(account.outbound, number)
    return None if allowed else CallbackObstacle.NOT_ALLOWED


def _promise(step: Step, call: CallRecord, channel: ChannelId) -> None:
    offers.end_all(step, call, OfferEnd.CALLER_GONE)
    step.record(
        CallbackPromised(
            call=call.id,
            queue=call.queue,
            number=call.caller.number,
            again=step.now + LINE_FREE,
            until=step.now + KEPT,
        )
    )
    let_go(step, call, channel)


def let_go(step: Step, call: CallRecord, channel: ChannelId) -> None:
    """Tell him that he is called back, and end his line. Safe to repeat."""
    step.order(Dismiss(call=call.id, channel=channel, words=(Phrase.WE_CALL_BACK,)))


# --- waiting


def due(step: Step, call: CallRecord) -> None:
    """It is time to look for an agent for him."""
    step.record(CallbackDue(call=call.id, queue=call.queue))


def held_back(step: Step, call: CallRecord) -> bool:
    """Whether he cannot be called now, as too many calls go out. Then he waits until one more may, or is given up."""
    assert call.callback is not None
    cap = caps.reached(step.state, call.account, None, step.now)
    if cap is None:
        return False
    until = call.callback.until or step.now + KEPT
    free = caps.free_at(step.state, call.account, cap, step.now) or until
    again = min(free, until) if step.now < until else None
    step.record(CallbackPostponed(call=call.id, queue=call.queue, cap=cap, again=again))
    if again is None:
        care.leave(step, call, Party.UNKNOWN, CallOutcome.NOT_REACHED)
    return True


def line_free(step: Step) -> None:
    """Fewer calls go out: of each queue, whose turn it is of those who wait for that is looked at again."""
    accounts = sorted(step.state.line_freed)
    step.state.line_freed.clear()
    for account in accounts:
        free = caps.free_lines(step.state, account)
        for queue in sorted(step.state.line_wanted.get(account, {})):
            for call in tuple(islice(step.state.line_wanted[account][queue], free)):
                due(step, step.state.records.calls[call])


def promised(step: Step, queue: QueueId, number: str) -> CallRecord | None:
    """Who waits to be called back at this number by this queue. Of several, whose turn comes first."""
    waiting = step.state.callbacks.get(place_id(queue, number))
    if not waiting:
        return None
    return min((step.state.records.calls[call] for call in waiting), key=lambda call: (call.turn, call.id))


def called_again(step: Step, queue: QueueId, number: str) -> None:
    """If somebody was to be called back at this number, he has called himself: that call goes on in the new one."""
    call = promised(step, queue, number)
    if call is not None:
        offers.end_all(step, call, OfferEnd.CALLER_GONE)
        care.leave(step, call, Party.CALLER, CallOutcome.REPLACED)


def obey(step: Step, call: CallRecord) -> None:
    """The rules have changed: whose number must not be called any more is given up; who may be called now is."""
    if call.callback is None:
        return
    if obstacle(step, call, call.callback.number) is not None:
        offers.end_all(step, call, OfferEnd.CONFIGURATION_CHANGED)
        care.leave(step, call, Party.UNKNOWN, CallOutcome.NOT_REACHED)
    elif call.callback.cap is not None:
        due(step, call)


# --- called


def dial(step: Step, call: CallRecord) -> None:
    """An agent has taken the call: now the caller is called."""
    assert call.callback is not None
    assert call.agent is not None
    offer, device = care.leg(call)
    queue = step.state.records.queues.get(call.queue)
    if queue is None or obstacle(step, call, call.callback.number) is not None:
        care.let_agent_go(step, call)
        care.leave(step, call, Party.UNKNOWN, CallOutcome.NOT_REACHED)
        return
    if caps.reached(step.state, call.account, None, step.now) is not None:
        care.let_agent_go(step, call)
        care.part(step, call, Party.UNKNOWN)
        held_back(step, call)
        return
    channel = ChannelId(f"{call.id}~back~{call.dialled + 1}")
    attempt = call.callback.attempts + 1
    step.record(CallbackDialled(call=call.id, queue=call.queue, agent=call.agent, channel=channel, attempt=attempt))
    step.order(
        CallBack(
            call=call.id,
            channel=channel,
            account=call.account,
            number=call.callback.number,
            shown=Caller(number=queue.number, name=queue.name),
            ring_time=_rule(step, call).ring_time,
            offer=offer,
            device=device,
        )
    )


def reached(step: Step, event: CallerReached) -> None:
    """He has picked up. Too late, where the attempt is over: then his phone is let go."""
    call = _dialled(step, event.call, event.channel)
    if call is None:
        step.pass_over()
        known = step.state.records.calls.get(event.call)
        if known is None or known.channel != event.channel:
            step.order(HangUpPhone(channel=event.channel))
        return
    assert call.agent is not None
    step.record(CallbackAnswered(call=call.id, queue=call.queue, agent=call.agent))
    care.join(step, call)


def found_reached(step: Step, call: CallRecord, channel: ChannelId) -> None:
    """He is found in a talk with his agent, on this channel, on which he was called."""
    assert call.callback is not None
    assert call.agent is not None
    attempt = call.callback.attempts + 1
    step.record(CallbackDialled(call=call.id, queue=call.queue, agent=call.agent, channel=channel, attempt=attempt))
    step.record(CallbackAnswered(call=call.id, queue=call.queue, agent=call.agent))


def not_reached(step: Step, event: CallerNotReached) -> None:
    """He has not: the agent is let go, and he is called again later, or given up."""
    call = _dialled(step, event.call, event.channel)
    if call is None or call.callback is None:
        step.pass_over()
        return
    care.let_agent_go(step, call)
    care.part(step, call, Party.CALLER)
    rule = _rule(step, call)
    last = call.callback.attempts + 1 >= rule.attempts or call.queue not in step.state.records.queues
    again = None if last else step.now + rule.retry
    step.record(CallbackFailed(call=call.id, queue=call.queue, how=event.how, again=again))
    if again is None:
        care.leave(step, call, Party.UNKNOWN, CallOutcome.NOT_REACHED)


def break_off(step: Step, call: CallRecord) -> None:
    """Stop calling him, if that is what is done: the attempt does not count."""
    if call.callback is not None and call.callback.channel is not None:
        step.order(HangUpPhone(channel=call.callback.channel))


def _dialled(step: Step, call_id: CallId, channel: ChannelId) -> CallRecord | None:
    call = step.state.records.calls.get(call_id)
    return call if call is not None and call.callback is not None and call.callback.channel == channel else None


def _rule(step: Step, call: CallRecord) -> Callback:
    queue = step.state.records.queues.get(call.queue)
    return queue.callback if queue is not None and queue.callback is not None else _RULE_GONE
