"""The rules of what agents choose and how their wrap-up runs, said again from the facts alone.

A part of `Ledger`, and as plain as that.
"""

from datetime import datetime

from acd.inputs import EndWrapUp, EndWrapUpByPhone, SetAwayByPhone, SetStatus, SetStatusByPhone
from acd.model import OFFLINE, ONLINE, SINGLE_CALL, AgentId
from acd.outputs import Source, StatusChanged, TalkEnded, WrapUpEnd, WrapUpEnded
from tests.property.talks import TalkBooks


class PeopleBooks(TalkBooks):
    """Who is available, and who still wraps up."""

    def __init__(self) -> None:
        super().__init__()
        self.offline_due: set[AgentId] = set()
        """Their Single-Call is used up, or they have missed too often: they go Offline before the step is over."""
        self.wrap_up_due: dict[AgentId, tuple[datetime, bool]] = {}
        self.either_due: set[AgentId] = set()
        self.last_offer_at: datetime | None = None

    def lapses(self, at: datetime) -> None:
        """Something lapses at this instant."""
        assert self.last_offer_at != at, "all that is due at an instant lapses before anybody is rung"

    def status_changed(self, fact: StatusChanged, at: datetime) -> None:
        """A status is chosen, or his Single-Call is used up, or he has missed too many offers."""
        person = self.people[fact.agent]
        if fact.source is Source.SINGLE_CALL_USED:
            assert fact.agent in self.offline_due | self.either_due, "only a connected call uses up Single-Call"
            assert fact.status == OFFLINE
            assert person.status == SINGLE_CALL
            self.offline_due.discard(fact.agent)
            if fact.agent in self.either_due and not self.wrap_up_due.get(fact.agent, (at, False))[1]:
                self.wrap_up_due.pop(fact.agent, None)
            self.reached["Single-Call used up"] += 1
        elif fact.source is Source.MISSED_OFFERS:
            assert fact.agent in self.offline_due, "only so many misses take him offline"
            assert fact.status == OFFLINE
            self.offline_due.discard(fact.agent)
            self.reached["offline after missed offers"] += 1
        else:
            self._chosen(fact)
            self.reached["chose single-call while talking"] += fact.status == SINGLE_CALL and bool(person.calls)
            self.reached["went away while talking"] += fact.status not in (ONLINE, SINGLE_CALL) and bool(person.calls)
        if person.status not in (ONLINE, SINGLE_CALL) and fact.status in (ONLINE, SINGLE_CALL):
            person.idle_since = at
        person.status, person.misses = fact.status, 0
        # Chosen while he talks, it means the next call; chosen while he is being connected, this one.
        unconnected = {call for call in person.calls if self.calls[call].talking_since is None}
        person.single = unconnected if fact.status == SINGLE_CALL else set()

    def _chosen(self, fact: StatusChanged) -> None:
        assert isinstance(self.what, SetStatus | SetStatusByPhone | SetAwayByPhone)
        assert self.asker() == fact.agent
        if isinstance(self.what, SetAwayByPhone):
            assert fact.status not in (ONLINE, SINGLE_CALL, OFFLINE), "a number means being away"
            self.reached["an away status by its number"] += 1
        else:
            assert self.what.status == fact.status

    def wrap_up_ended(self, fact: WrapUpEnded, at: datetime) -> None:
        """At its instant, or sooner where the agent wanted it so and may."""
        person = self.people[fact.agent]
        assert person.wrap_up is not None
        until, mandatory = person.wrap_up
        match fact.why:
            case WrapUpEnd.RAN_OUT:
                assert at == until, "wrap-up ends at its instant"
                self.lapses(at)
            case WrapUpEnd.AGENT:
                assert self.asker() == fact.agent, "only the agent cuts his wrap-up short"
                assert not mandatory, "not even he where it is mandatory"
        person.wrap_up, person.idle_since = None, at
        self.reached[f"wrap-up ended: {fact.why}"] += 1

    def wrap_up_is_due(self, fact: TalkEnded, at: datetime, *, fetched: bool) -> None:
        """He has left a caller, and a wrap-up must follow in this step."""
        queue, assignment = self.queues.get(fact.queue), self.assignments.get((fact.agent, fact.queue))
        if queue is None or (assignment is None and fetched):
            return  # who merely fetched a caller is not the queue's agent
        own = assignment.wrap_up if assignment else None
        until = at + (queue.wrap_up if own is None else own)
        running = self.people[fact.agent].wrap_up
        if until == at:
            return
        if running is None:
            self.wrap_up_due[fact.agent] = (until, queue.wrap_up_mandatory)
        elif running[0] <= until or (queue.wrap_up_mandatory and not running[1]):
            self.wrap_up_due[fact.agent] = (max(until, running[0]), queue.wrap_up_mandatory or running[1])

    def mandatory(self, fact: TalkEnded) -> bool:
        """Whether the agent has a wrap-up whatever his status is."""
        return fact.queue in self.queues and self.queues[fact.queue].wrap_up_mandatory

    def asker(self) -> AgentId | None:
        """Who asks in this step, or for whom."""
        match self.what:
            case SetStatus() | EndWrapUp():
                return self.what.agent
            case SetStatusByPhone() | SetAwayByPhone() | EndWrapUpByPhone():
                return self.owner.get(self.what.device)
            case _:
                return None
