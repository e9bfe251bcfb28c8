"""The story of one call: its facts in order, and whatever explains why it rang where it rang, and where it did not.

The journal is folded up to each moment, so every explanation is given for exactly the state that the dispatcher saw.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from acd.explain.reasons import Explanation, OtherCallFirst
from acd.explain.why import explain, other_call_first
from acd.journal import about
from acd.matching import PassedOver, begins_round, call_obstacle, next_call, passed_over
from acd.model import AgentId, CallId, QueueId
from acd.outputs import (
    AsteriskInSight,
    AsteriskOutOfSight,
    CallbackDue,
    CallbackFailed,
    CallbackPostponed,
    CallMoved,
    CallQueued,
    CallRequeued,
    ConfigurationChanged,
    Fact,
    MaxWaitReached,
    OfferEnded,
    OfferMade,
    PlaceKept,
    Recorded,
)
from acd.records import CallRecord
from acd.state import State

LOOKED_FOR_AFTER: Final = (
    CallQueued,
    OfferEnded,
    CallRequeued,
    CallMoved,
    MaxWaitReached,
    CallbackFailed,
    CallbackPostponed,
    CallbackDue,
    ConfigurationChanged,
    AsteriskInSight,
    AsteriskOutOfSight,
)
"""After these a waiting call may be without any ring, and the story says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """A fact of the story."""

    at: datetime
    fact: Fact
    explanation: Explanation | None
    """Of an offer: why this agent, and why not the others. None where a supervisor has chosen him."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NobodyRung:
    """The caller waits and no phone rings for him, once everything of this instant has been decided."""

    at: datetime
    explanation: Explanation


@dataclass(frozen=True, slots=True, kw_only=True)
class RungInstead:
    """An agent who could have been offered this call is rung for another one."""

    at: datetime
    agent: AgentId
    why: OtherCallFirst


Entry = Happened | NobodyRung | RungInstead


class Storyteller:
    """Takes the journal fact by fact, `finish` at its end, and tells what concerns one call."""

    def __init__(self, call: CallId, state: State) -> None:
        """`state` is that of the journal before the first fact that is taken; it is changed."""
        self.entries: list[Entry] = []
        self._id = call
        self._state = state
        self._open: datetime | None = None
        """At this instant the call may have come to be without any ring; more of it may follow."""

    @property
    def goes_on(self) -> bool:
        """Whether the call is still in our care after the facts taken so far."""
        return self._id in self._state.records.calls

    def take(self, recorded: Recorded) -> None:
        """The next fact of the journal."""
        fact, at = recorded.fact, recorded.at
        if self._open is not None and at > self._open:
            self._close()
        if isinstance(fact, OfferMade) and fact.call != self._id:
            self._rung_for_another(fact, at)
        if self._belongs(fact):
            chosen = isinstance(fact, OfferMade) and fact.picked_by is None
            explanation = explain(self._state, self._call(), at) if chosen else None
            self.entries.append(Happened(at=at, fact=fact, explanation=explanation))
            if isinstance(fact, LOOKED_FOR_AFTER):
                self._open = at
        self._state.apply(fact, at)

    def finish(self) -> None:
        """There are no more facts."""
        if self._open is not None:
            self._close()

    # --- what belongs to it

    def _belongs(self, fact: Fact) -> bool:
        if about(fact).call == self._id:
            return True
        match fact:
            case PlaceKept():
                return self.goes_on and _is_of(fact, self._call())
            case AsteriskInSight() | AsteriskOutOfSight():
                return self.goes_on
            case ConfigurationChanged():
                return self.goes_on and self._touches(fact, self._call().queue)
            case _:
                return False

    def _touches(self, fact: ConfigurationChanged, queue: QueueId) -> bool:
        return (
            any(changed.id == queue for changed in fact.queues)
            or queue in fact.queues_gone
            or any(entry.queue == queue for entry in fact.assignments)
            or any(of == queue for _, of in fact.assignments_gone)
        )

    def _call(self) -> CallRecord:
        return self._state.records.calls[self._id]

    # --- what explains it

    def _rung_for_another(self, fact: OfferMade, at: datetime) -> None:
        """Told where this call could have had him, by its own queue's rules."""
        call = self._state.records.calls.get(self._id)
        if call is None or call_obstacle(self._state, call) is not None:
            return
        eligible = self._state.queue_index(call.queue).eligible
        if fact.agent not in eligible:
            return
        why = passed_over(self._state, call, fact.agent, new_round=begins_round(call, eligible))
        other = next_call(self._state, self._state.records.agent_records[fact.agent])
        if why is PassedOver.OTHER_CALL_FIRST and other is not None and other.id == fact.call:
            instead = other_call_first(self._state, call, fact.agent, at)
            self.entries.append(RungInstead(at=at, agent=fact.agent, why=instead))

    def _close(self) -> None:
        """Everything of that instant has been decided."""
        assert self._open is not None
        at, self._open = self._open, None
        call = self._state.records.calls.get(self._id)
        if call is None or call.agent is not None or call.offers:
            return
        self.entries.append(NobodyRung(at=at, explanation=explain(self._state, call, at)))


def _is_of(fact: PlaceKept, call: CallRecord) -> bool:
    return (fact.queue, fact.number, fact.arrived) == (call.queue, call.caller.number, call.arrived)
