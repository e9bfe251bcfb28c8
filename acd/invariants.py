"""What must hold in the state whenever the engine rests: looked at after each step for whom its facts have touched, and
for everybody every few seconds.

It reads and never mends: whether the engine goes on with what is found is decided by who asks. Everything is compared
with the records, which say what is so; indexes and timers only follow from them.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from acd.eligibility import obstacle_everywhere, obstacle_in
from acd.journal import about
from acd.matching import agent_to_ring, next_call
from acd.model import AgentId, CallId, DeviceId, OfferId, Queue, QueueType, takes_queue_calls
from acd.ordered import DeadlineKind
from acd.outputs import Recorded, WrapUpEnd, WrapUpEnded, WrapUpStarted
from acd.records import AgentRecord, CallRecord
from acd.state import State


class Invariant(StrEnum):
    """By its name a violation is counted."""

    CALL_HAS_ONE_AGENT = "call_has_one_agent"
    """Who has answered a call has it in hand, on the phone that he picked up; nobody else has."""
    OFFER_BELONGS_TOGETHER = "offer_belongs_together"
    """An offer, its call and its agent name each other."""
    ENDED_CALL_IS_GONE = "ended_call_is_gone"
    """A call ends once, and then nothing of it is left: no ring, no place in a queue, no timer."""
    WAITING_INDEXED = "waiting_indexed"
    """In their queues' order stand those who wait, and among the unoffered those who ring at nobody."""
    ELIGIBLE_INDEXED = "eligible_indexed"
    """Among a queue's eligible agents stand those who could be offered its calls, and nobody else."""
    TALKS_INDEXED = "talks_indexed"
    """By the offer that was taken, or the call with which he was fetched, a caller is found."""
    MONITORS_INDEXED = "monitors_indexed"
    """Whoever listens in does so on a talk, and by the call of his phone he is found."""
    TIMER_HAS_OWNER = "timer_has_owner"
    """What lapses by itself is what the records say, at that instant."""
    LINES_COUNTED = "lines_counted"
    """As many calls go out, for an account and for an agent, as are counted."""
    RINGS_WHO_MAY = "rings_who_may"
    """A phone rings for a caller who waits, at an agent whose status takes queue calls."""
    NOBODY_WAITS_IN_VAIN = "nobody_waits_in_vain"
    """No caller waits whom an agent could be offered who is free."""
    WRAP_UP_WHOLE = "wrap_up_whole"
    """A wrap-up runs out at its end and not before; a mandatory one ends in no other way."""


OF_DECISIONS: Final = frozenset({Invariant.RINGS_WHO_MAY, Invariant.NOBODY_WAITS_IN_VAIN, Invariant.WRAP_UP_WHOLE})
"""These say that something was decided wrongly. Every other says that the state itself contradicts itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """What does not hold, and of whom."""

    invariant: Invariant
    of: str
    what: str


class Invariants:
    """Of one engine's state. It remembers the wrap-ups that run, as their facts told them."""

    def __init__(self, state: State) -> None:
        self._state = state
        known = state.records.agent_records.values()
        self._wrap_ups = {agent.id: (agent.wrap_up.until, agent.wrap_up.mandatory) for agent in known if agent.wrap_up}

    # --- after a step

    def after(self, facts: Iterable[Recorded]) -> list[Violation]:
        """What does not hold of the calls and agents that these facts name. The engine has come to rest."""
        found: list[Violation] = []
        calls, agents = set[CallId](), set[AgentId]()
        for recorded in facts:
            call, agent, _ = about(recorded.fact)
            if call is not None:
                calls.add(call)
            if agent is not None:
                agents.add(agent)
            elif (device := getattr(recorded.fact, "device", None)) is not None:
                self._owner(device, agents)
            if isinstance(recorded.fact, WrapUpStarted | WrapUpEnded):
                found += self._wrap_up(recorded.fact, recorded.at)
        for call in calls:
            found += self._of_call(call)
        for agent in agents:
            found += self._of_agent(agent)
        return found

    def _owner(self, device: DeviceId, agents: set[AgentId]) -> None:
        owner = self._state.agent_of_device(device)
        if owner is not None:
            agents.add(owner.id)

    def _wrap_up(self, fact: WrapUpStarted | WrapUpEnded, at: datetime) -> Iterator[Violation]:
        if isinstance(fact, WrapUpStarted):
            self._wrap_ups[fact.agent] = (fact.until, fact.mandatory)
            return
        until, mandatory = self._wrap_ups.pop(fact.agent, (at, False))
        if at < until and (fact.why is WrapUpEnd.RAN_OUT or mandatory):
            what = f"ended ({fact.why}) at {at:%H:%M:%S.%f}, and was to last until {until:%H:%M:%S.%f}"
            yield Violation(invariant=Invariant.WRAP_UP_WHOLE, of=fact.agent, what=what)

    # --- everything

    def everything(self) -> Iterator[Violation | None]:
        """All that does not hold, in small pieces: after each `None` the engine may do something else meanwhile."""
        records = self._state.records
        for call in tuple(records.calls):
            yield from self._of_call(call)
            yield None
        for agent in tuple(records.agent_records):
            yield from self._of_agent(agent)
            yield None
        for queue in tuple(self._state.index):
            for call in tuple(self._state.index[queue].waiting):
                if call not in records.calls:
                    yield Violation(invariant=Invariant.ENDED_CALL_IS_GONE, of=call, what=f"still waits in {queue}")
            yield None
        for offer_id in tuple(records.offers):
            yield from self._of_offer(offer_id)
            yield None
        for call in self._state.needy | self._state.leaving:
            yield from self._of_call(call)
        for kind, id_ in self._state.deadlines.all():
            yield from self._of_timer(kind, id_)
            yield None
        yield from self._lines()

    def _of_offer(self, id_: OfferId) -> Iterator[Violation]:
        offer = self._state.records.offers.get(id_)
        if offer is None:
            return  # it has ended meanwhile
        call = self._state.records.calls.get(offer.call)
        if call is None or id_ not in call.offers or self._state.records.agent_records[offer.agent].offer != id_:
            what = f"its call {offer.call} or its agent {offer.agent} do not know it"
            yield Violation(invariant=Invariant.OFFER_BELONGS_TOGETHER, of=id_, what=what)

    def _of_timer(self, kind: DeadlineKind, id_: str) -> Iterator[Violation]:
        """Of the ones that name an offer, an agent or a call: whether there is such a one still."""
        records = self._state.records
        match kind:
            case DeadlineKind.OFFER:
                there = OfferId(id_) in records.offers
            case DeadlineKind.BACK_OFF | DeadlineKind.WRAP_UP:
                there = AgentId(id_) in records.agent_records
            case DeadlineKind.PLACE:
                there = True  # of a number; its own lapse asserts it
            case _:
                if CallId(id_) not in records.calls:
                    yield from self._of_call(CallId(id_))
                return
        if not there and self._state.deadlines.until(kind, id_) is not None:
            yield Violation(invariant=Invariant.TIMER_HAS_OWNER, of=id_, what=f"nobody is there for its {kind.name}")

    def _lines(self) -> Iterator[Violation]:
        counted: Counter[str] = Counter()
        for lines in self._state.records.out.values():
            counted.update(line.account for line in lines)
            counted.update(line.agent for line in lines if line.agent is not None)
        for whose in sorted({*counted, *self._state.out}):
            if counted[whose] != self._state.out[whose]:
                what = f"{counted[whose]} go out, and {self._state.out[whose]} are counted"
                yield Violation(invariant=Invariant.LINES_COUNTED, of=whose, what=what)

    # --- one call

    def _of_call(self, id_: CallId) -> Iterator[Violation]:
        call = self._state.records.calls.get(id_)
        if call is None:
            for kind in (DeadlineKind.MAX_WAIT, DeadlineKind.CASCADE, DeadlineKind.CALLBACK):
                if self._state.deadlines.until(kind, id_) is not None:
                    yield Violation(
                        invariant=Invariant.ENDED_CALL_IS_GONE, of=id_, what=f"its {kind.name} still lapses"
                    )
            if id_ in self._state.needy or id_ in self._state.leaving:
                yield Violation(invariant=Invariant.ENDED_CALL_IS_GONE, of=id_, what="it is still to be looked at")
            return
        yield from self._place(call)
        if call.agent is not None:
            yield from self._answered(call, call.agent)
        elif call.may_ring and self._state.records.asterisk_in_sight and agent_to_ring(self._state, call) is not None:
            what = "an agent could be rung for it, and is not"
            yield Violation(invariant=Invariant.NOBODY_WAITS_IN_VAIN, of=id_, what=what)
        for supervisor, monitor in call.monitors.items():
            if call.talking_since is None or self._state.monitors.get(monitor.channel) != (id_, supervisor):
                what = f"{supervisor} listens in on no talk, or is not found by {monitor.channel}"
                yield Violation(invariant=Invariant.MONITORS_INDEXED, of=id_, what=what)
        for offer_id in call.offers:
            offer = self._state.records.offers.get(offer_id)
            if offer is None or offer.call != id_ or self._state.records.agent_records[offer.agent].offer != offer_id:
                what = f"{offer_id} is no offer of it, or its agent does not know"
                yield Violation(invariant=Invariant.OFFER_BELONGS_TOGETHER, of=id_, what=what)
            elif call.agent is not None:
                what = f"{offer_id} rings on, though {call.agent} has answered"
                yield Violation(invariant=Invariant.RINGS_WHO_MAY, of=id_, what=what)
            elif self._state.deadlines.until(DeadlineKind.OFFER, offer_id) != offer.until:
                yield Violation(
                    invariant=Invariant.TIMER_HAS_OWNER, of=offer_id, what="its end is not that of its ring"
                )

    def _place(self, call: CallRecord) -> Iterator[Violation]:
        index = self._state.queue_index(call.queue)
        waits = call.agent is None
        if (call.id in index.waiting) != waits:
            what = f"{'not ' * waits}among those who wait in {call.queue}"
            yield Violation(invariant=Invariant.WAITING_INDEXED, of=call.id, what=what)
        rings_nowhere = waits and not call.offers and call.may_ring
        if (call.id in index.unoffered) != rings_nowhere:
            what = f"{'not ' * rings_nowhere}among those of {call.queue} who ring at nobody"
            yield Violation(invariant=Invariant.WAITING_INDEXED, of=call.id, what=what)

    def _answered(self, call: CallRecord, by: AgentId) -> Iterator[Violation]:
        agent = self._state.records.agent_records.get(by)
        if agent is None or call.id not in agent.calls or agent.calls[call.id] != call.device:
            what = f"{by}, who has answered it, does not have it on {call.device}"
            yield Violation(invariant=Invariant.CALL_HAS_ONE_AGENT, of=call.id, what=what)
        by_offer = call.offer is not None and self._state.talks.get(call.offer) == call.id
        by_call = call.retriever is not None and self._state.retrievals.get(call.retriever) == call.id
        if not by_offer and not by_call:
            yield Violation(invariant=Invariant.TALKS_INDEXED, of=call.id, what=f"not found by {call.offer}")

    # --- one agent

    def _of_agent(self, id_: AgentId) -> Iterator[Violation]:
        agent = self._state.records.agent_records.get(id_)
        if agent is None:
            return
        for call_id in agent.calls:
            call = self._state.records.calls.get(call_id)
            if call is None or call.agent != id_:
                what = f"has {call_id} in hand, which is {'over' if call is None else f'with {call.agent}'}"
                yield Violation(invariant=Invariant.CALL_HAS_ONE_AGENT, of=id_, what=what)
        if agent.offer is not None:
            yield from self._ringing(agent, agent.offer)
        until = self._state.deadlines.until
        if until(DeadlineKind.WRAP_UP, id_) != (agent.wrap_up.until if agent.wrap_up else None):
            yield Violation(invariant=Invariant.TIMER_HAS_OWNER, of=id_, what="not at the end of his wrap-up")
        if until(DeadlineKind.BACK_OFF, id_) != agent.back_off_until:
            yield Violation(invariant=Invariant.TIMER_HAS_OWNER, of=id_, what="not at the end of his back-off")
        yield from self._eligible(agent)

    def _ringing(self, agent: AgentRecord, offer_id: OfferId) -> Iterator[Violation]:
        offer = self._state.records.offers.get(offer_id)
        call = self._state.records.calls.get(offer.call) if offer is not None else None
        if offer is None or offer.agent != agent.id or call is None or offer_id not in call.offers:
            what = f"is said to be rung by {offer_id}, which is not so"
            yield Violation(invariant=Invariant.OFFER_BELONGS_TOGETHER, of=agent.id, what=what)
        elif not takes_queue_calls(agent.status) and not self._state.records.offers[offer_id].picked:
            yield Violation(invariant=Invariant.RINGS_WHO_MAY, of=agent.id, what=f"is {agent.status}, and is rung")

    def _eligible(self, agent: AgentRecord) -> Iterator[Violation]:
        state = self._state
        free = obstacle_everywhere(agent) is None
        devices = state.devices_of.get(agent.id, {}).values()
        somewhere = False
        for queue_id, assignment in state.records.assignments.get(agent.id, {}).items():
            queue: Queue | None = state.records.queues.get(queue_id)
            here = free and queue is not None and queue.type is not QueueType.CALL_PARK
            here = here and obstacle_in(assignment, agent, devices) is None
            somewhere = somewhere or here
            if (agent.id in state.index[queue_id].eligible) != here:
                what = f"{'not ' * here}among those who could be offered calls of {queue_id}"
                yield Violation(invariant=Invariant.ELIGIBLE_INDEXED, of=agent.id, what=what)
        if somewhere and state.records.asterisk_in_sight and (call := next_call(state, agent)) is not None:
            what = f"{call.id} of {call.queue} could be offered to him, and is not"
            yield Violation(invariant=Invariant.NOBODY_WAITS_IN_VAIN, of=agent.id, what=what)
