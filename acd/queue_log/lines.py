"""From facts to the lines of a queue_log: the same calls through Asterisk's own queues leave the same lines.

What a queue of ours does and Asterisk's cannot is told in its words, so that every ENTERQUEUE has exactly one end and
every CONNECT one COMPLETE or transfer:

- Who is to be called back has left with his key, and whoever is rung meanwhile is not told. Once he has picked up he
  enters anew, at the first place.
- Whom a supervisor moves to another queue, whose queue is closed, and whose place another call takes, is withdrawn.
- An agent is in his queues while he is not Offline, and paused while he is away; the reason is his status. `MANAGER`
  has done it, the word for everything that is not a call of his to the dial plan.
- Who was lost has abandoned; the end of a talk of which nobody knows who ended it counts for the caller.

Calls, queues and agents have their ids (`1001@demo.example`). A caller's wait counts from the moment he entered this
queue, whatever his turn counts from.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from acd.model import OFFLINE, AgentId, CallId, QueueId, takes_queue_calls
from acd.model import queue_id as queue_id_of
from acd.outputs import (
    CallbackAnswered,
    CallbackPromised,
    CallEnded,
    CallMoved,
    CallOutcome,
    CallOverflowed,
    CallQueued,
    CallTransferred,
    ConfigurationChanged,
    Fact,
    OfferEnd,
    OfferEnded,
    OfferOutcome,
    OverflowReason,
    Party,
    Recorded,
    StatusChanged,
    TalkEnded,
    TalkStarted,
    TransferKind,
)
from acd.queue_log.line import Line, second
from acd.records import CallRecord
from acd.state import State

CONTEXT: Final = "acd-phones"
"""Of the dial plan: where agents pass callers on from."""

_NOT_TAKEN: Final = (OfferOutcome.MISSED, OfferOutcome.REJECTED, OfferOutcome.FAILED)
_LEFT: Final = (CallOutcome.ABANDONED, CallOutcome.LOST)


class Scribe:
    """Told every fact of the journal in order, and gives the lines of each."""

    def __init__(self, state: State, places: Mapping[CallId, int]) -> None:
        """`state` is that of the journal before the first fact, and is changed.

        `places`: at which each of its callers began to wait; where nothing is said, the one at which he is now.
        """
        self._state = state
        self._places = {
            call.id: places.get(call.id) or self._place(call)
            for call in state.records.calls.values()
            if call.callback is None
        }
        """Of those who have entered a queue and not left it, as the log has it: at which place they began to wait."""
        self._rang: dict[CallId, timedelta] = {}
        """Of those who are being joined: how long the agent's phones rang."""
        self._passed_on: dict[CallId, CallTransferred] = {}
        """Those of whom the next fact says that their talk has ended."""

    @property
    def state(self) -> State:
        """After all facts so far."""
        return self._state

    def take(self, recorded: Recorded) -> list[Line]:
        """The lines of the next fact, in their order."""
        fact, at = recorded.fact, recorded.at
        before = _BEFORE.get(type(fact))
        told = list(before(self, fact, at)) if before else []
        standings = self._standings(fact)
        self._state.apply(fact, at)
        after = _AFTER.get(type(fact))
        if after:
            told += after(self, fact, at)
        for agent, was in standings.items():
            told += _changes(agent, was, self._standing(agent), at)
        return told

    # --- a caller comes

    def _queued(self, fact: CallQueued, at: datetime) -> Iterator[Line]:
        yield self._enters(fact.call, at)

    def _moved(self, fact: CallMoved, at: datetime) -> Iterator[Line]:
        yield self._enters(fact.call, at)

    def _called_back(self, fact: CallbackAnswered, at: datetime) -> Iterator[Line]:
        yield self._enters(fact.call, at)

    def _enters(self, call_id: CallId, at: datetime) -> Line:
        call = self._state.records.calls[call_id]
        place = self._places[call_id] = self._place(call)
        return Line(
            at=at, call=call.id, queue=call.queue, event="ENTERQUEUE", values=("", call.caller.number, str(place))
        )

    def _place(self, call: CallRecord) -> int:
        if call.agent is not None:
            return 1
        return self._state.queue_index(call.queue).waiting.before(call.id, *call.turn) + 1

    # --- he rings, talks

    def _rung(self, fact: OfferEnded, at: datetime) -> Iterator[Line]:
        rang = at - self._state.records.offers[fact.offer].made_at
        if fact.outcome is OfferOutcome.ANSWERED:
            self._rang[fact.call] = rang
            return
        if fact.call not in self._places:
            return
        if fact.outcome in _NOT_TAKEN:
            event = "RINGNOANSWER"
        elif fact.why is OfferEnd.CALLER_GONE:
            event = "RINGCANCELED"
        else:
            return
        rang_ms = str(rang // timedelta(milliseconds=1))
        yield Line(at=at, call=fact.call, queue=fact.queue, agent=fact.agent, event=event, values=(rang_ms,))

    def _joined(self, fact: TalkStarted, at: datetime) -> Iterator[Line]:
        call = self._state.records.calls[fact.call]
        rang = self._rang.pop(fact.call, timedelta(0))
        channel = call.retriever or f"{call.offer}~{call.device}"
        values = (_seconds(call.queued_at, at), channel, str(rang // timedelta(seconds=1)))
        yield Line(at=at, call=fact.call, queue=fact.queue, agent=fact.agent, event="CONNECT", values=values)

    def _transferred(self, fact: CallTransferred, at: datetime) -> Iterator[Line]:
        self._passed_on[fact.call] = fact
        return iter(())

    def _talked(self, fact: TalkEnded, at: datetime) -> Iterator[Line]:
        call = self._state.records.calls[fact.call]
        self._rang.pop(fact.call, None)
        passed_on = self._passed_on.pop(fact.call, None)
        if call.talking_since is None:
            return
        event, values = _end_of_talk(fact) if passed_on is None else self._end_by_transfer(call, passed_on)
        lengths = (_seconds(call.queued_at, call.talking_since), _seconds(call.talking_since, at))
        place = self._places.pop(call.id)
        yield Line(
            at=at,
            call=call.id,
            queue=fact.queue,
            agent=fact.agent,
            event=event,
            values=(*values, *lengths, str(place)),
        )

    def _end_by_transfer(self, call: CallRecord, fact: CallTransferred) -> tuple[str, tuple[str, str]]:
        if fact.kind is TransferKind.BLIND:
            return "BLINDTRANSFER", (fact.to, CONTEXT)
        if queue_id_of(call.account, fact.to) in self._state.records.queues:
            return "ATTENDEDTRANSFER", ("APP", "Queue")
        return "ATTENDEDTRANSFER", ("BRIDGE", fact.to)

    # --- he leaves

    def _overflows(self, fact: CallOverflowed, at: datetime) -> Iterator[Line]:
        match fact.why:
            case OverflowReason.KEY:
                yield self._leaves(fact.call, at, "EXITWITHKEY", self._state.records.queues[fact.queue].leave_key or "")
            case OverflowReason.NO_AGENTS:
                yield self._leaves(fact.call, at, "EXITEMPTY")
            case _:
                yield self._leaves(fact.call, at, "EXITWITHTIMEOUT")

    def _promised(self, fact: CallbackPromised, at: datetime) -> Iterator[Line]:
        if fact.call in self._places:
            queue = self._state.records.queues.get(fact.queue)
            key = queue.callback.key if queue is not None and queue.callback is not None else ""
            yield self._leaves(fact.call, at, "EXITWITHKEY", key)

    def _taken_elsewhere(self, fact: CallMoved, at: datetime) -> Iterator[Line]:
        if fact.call in self._places:
            yield self._leaves(fact.call, at, "WITHDRAW", info=f"moved to {fact.to}")

    def _ended(self, fact: CallEnded, at: datetime) -> Iterator[Line]:
        if fact.call not in self._places:
            return
        if fact.outcome in _LEFT:
            yield self._leaves(fact.call, at, "ABANDON")
        else:
            yield self._leaves(fact.call, at, "WITHDRAW", info=fact.outcome.replace("_", " "))

    def _leaves(self, call_id: CallId, at: datetime, event: str, *first: str, info: str | None = None) -> Line:
        call = self._state.records.calls[call_id]
        entered_at_place = self._places.pop(call_id)
        lengths = (str(self._place(call)), str(entered_at_place), _seconds(call.queued_at, at))
        last = () if info is None else (info,)
        return Line(at=at, call=call_id, queue=call.queue, event=event, values=(*first, *lengths, *last))

    # --- agents and the whole

    def _standings(self, fact: Fact) -> dict[AgentId, dict[QueueId, str | None]]:
        """How those stand now whom this fact may put elsewhere."""
        match fact:
            case StatusChanged():
                touched = {fact.agent}
            case ConfigurationChanged():
                touched = {entry.agent for entry in fact.assignments} | {agent for agent, _ in fact.assignments_gone}
                touched |= set(fact.agents_gone)
            case _:
                return {}
        return {agent: self._standing(agent) for agent in sorted(touched)}

    def _standing(self, agent: AgentId) -> dict[QueueId, str | None]:
        """In which queues he is, and why he is paused there; None: he is not."""
        record = self._state.records.agent_records.get(agent)
        if record is None or record.status == OFFLINE:
            return {}
        reason = None if takes_queue_calls(record.status) else record.status
        return dict.fromkeys(sorted(self._state.records.assignments.get(agent, {})), reason)

    def _configured(self, fact: ConfigurationChanged, at: datetime) -> Iterator[Line]:
        if self._state.records.accounts:
            yield Line(at=at, event="CONFIGRELOAD")


def _changes(
    agent: AgentId, was: Mapping[QueueId, str | None], is_now: Mapping[QueueId, str | None], at: datetime
) -> Iterator[Line]:
    """An agent comes to queues, is paused in them or not any more, leaves them."""
    for queue in sorted(was.keys() - is_now.keys()):
        yield Line(at=at, call="MANAGER", queue=queue, agent=agent, event="REMOVEMEMBER")
    new = sorted(is_now.keys() - was.keys())
    for queue in new:
        yield Line(at=at, call="MANAGER", queue=queue, agent=agent, event="ADDMEMBER")
    paused = [queue for queue, reason in is_now.items() if reason is not None and was.get(queue) != reason]
    if paused:
        reason = is_now[paused[0]] or ""
        if len(paused) == len(is_now):
            yield Line(at=at, agent=agent, event="PAUSEALL", values=(reason,))
        for queue in paused:
            yield Line(at=at, queue=queue, agent=agent, event="PAUSE", values=(reason,))
    back = [queue for queue, reason in is_now.items() if reason is None and was.get(queue) is not None]
    if back:
        yield Line(at=at, agent=agent, event="UNPAUSEALL")
        for queue in back:
            yield Line(at=at, queue=queue, agent=agent, event="UNPAUSE")


def _end_of_talk(fact: TalkEnded) -> tuple[str, tuple[()]]:
    by_agent = fact.by in (Party.AGENT, Party.SUPERVISOR)
    return "COMPLETEAGENT" if by_agent else "COMPLETECALLER", ()


def _seconds(since: datetime, until: datetime) -> str:
    return str(second(until) - second(since))


_BEFORE: Final[dict[type[Fact], Callable[[Scribe, Any, datetime], Iterator[Line]]]] = {
    OfferEnded: Scribe._rung,
    CallTransferred: Scribe._transferred,
    TalkEnded: Scribe._talked,
    CallOverflowed: Scribe._overflows,
    CallbackPromised: Scribe._promised,
    CallMoved: Scribe._taken_elsewhere,
    CallEnded: Scribe._ended,
    ConfigurationChanged: Scribe._configured,
}
"""Facts of which the lines need what was."""

_AFTER: Final[dict[type[Fact], Callable[[Scribe, Any, datetime], Iterator[Line]]]] = {
    CallQueued: Scribe._queued,
    CallMoved: Scribe._moved,
    CallbackAnswered: Scribe._called_back,
    TalkStarted: Scribe._joined,
}
"""Facts of which the lines need what is."""
