"""The engine on a virtual clock, among people who behave as somebody else says.

Calls arrive, phones ring, somebody picks up or does not, talks end: each at its instant, in no time at all. Nothing is
decided here, and no dice are rolled: how callers and agents behave says `People`.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from heapq import heappop, heappush
from typing import Protocol

from acd.engine import Engine
from acd.inputs import (
    CallConnected,
    CallerHungUp,
    ConnectFailed,
    EndWrapUp,
    Event,
    LegAnswered,
    LegEnded,
    Request,
    SetStatus,
)
from acd.model import OFFLINE, ONLINE, CallId
from acd.outputs import (
    CallAnswered,
    CallQueued,
    OfferMade,
    Outcome,
    Recorded,
    StatusChanged,
    TalkStarted,
    WrapUpStarted,
)
from acd.records import Records

Input = Event | Request
Timed = tuple[datetime, Input]
Later = tuple[timedelta, Input]
"""What somebody does, and how long after that to which it is the answer."""


class People(Protocol):
    """What callers and agents do about a fact, and how long after it. Whatever has lapsed by then is not done."""

    def patience(self, fact: CallQueued) -> timedelta | None:
        """When, from his arrival, the caller hangs up if nobody has answered by then; None: never."""
        ...

    def reactions(self, fact: OfferMade) -> Iterable[Later]:
        """What the phones tell of which this offer rings: answered, busy, declined; nothing where nobody moves."""
        ...

    def joining(self, fact: CallAnswered) -> Later:
        """When the two are joined, or that they cannot be."""
        ...

    def talk(self, fact: TalkStarted) -> Later:
        """When the talk ends, and by whom."""
        ...

    def ready(self, fact: WrapUpStarted) -> timedelta | None:
        """When the agent ends his wrap-up by himself; None: he lets it run out."""
        ...

    def back(self, fact: StatusChanged) -> timedelta | None:
        """When an agent is Online again whom the rules have taken Offline; None: not because of this."""
        ...


class Run:
    """One run of one engine. Made once, played once."""

    def __init__(self, engine: Engine, people: People, heard: Callable[[Recorded], None]) -> None:
        """`heard` is told every fact as soon as it is decided."""
        self._engine = engine
        self._people = people
        self._heard = heard
        self._agenda: list[tuple[datetime, int, Input, datetime | None]] = []
        """When, which of several at that instant first, what, and since when that has been going on which it ends."""
        self._planned = 0

    def play(self, inputs: Iterator[Timed], until: datetime) -> None:
        """Let everything happen that is due before `until`: the inputs, in their order, and what follows from them.

        At one instant inputs come first, then what was planned first.
        """
        following = next(inputs, None)
        while True:
            planned = self._agenda[0][0] if self._agenda else until
            at = planned if following is None else min(planned, following[0])
            due = self._engine.deadline
            if due is not None and due < min(at, until):
                self._note(self._engine.advance(due))
            elif at >= until:
                return
            elif following is not None and following[0] == at:
                self._note(self._engine.handle(following[1], at))
                following = next(inputs, None)
            else:
                _, _, what, since = heappop(self._agenda)
                if _still_fits(self._engine.state.records, what, since):
                    self._note(self._engine.handle(what, at))

    def _note(self, outcome: Outcome) -> None:
        for recorded in outcome.facts:
            self._heard(recorded)
            at, fact = recorded.at, recorded.fact
            match fact:
                case CallQueued():
                    patience = self._people.patience(fact)
                    if patience is not None:
                        self._plan(max(fact.arrived + patience, at), CallerHungUp(call=fact.call))
                case OfferMade():
                    for after, what in self._people.reactions(fact):
                        self._plan(at + after, what)
                case CallAnswered():
                    after, what = self._people.joining(fact)
                    self._plan(at + after, what, at)
                case TalkStarted():
                    after, what = self._people.talk(fact)
                    self._plan(at + after, what, at)
                case WrapUpStarted():
                    ready = self._people.ready(fact)
                    if ready is not None:
                        self._plan(at + ready, EndWrapUp(agent=fact.agent), at)
                case StatusChanged():
                    back = self._people.back(fact)
                    if back is not None:
                        self._plan(at + back, SetStatus(agent=fact.agent, status=ONLINE), at)
                case _:
                    pass

    def _plan(self, at: datetime, what: Input, since: datetime | None = None) -> None:
        self._planned += 1
        heappush(self._agenda, (at, self._planned, what, since))


def _still_fits(records: Records, what: Input, since: datetime | None) -> bool:
    """Whether that is still going on which this would end."""
    match what:
        case CallerHungUp():
            call = records.calls.get(what.call)
            return call is not None and call.talking_since == since and (call.agent is None) == (since is None)
        case LegAnswered():
            return what.offer in records.offers
        case LegEnded():
            call = records.calls.get(CallId(what.offer.rpartition("~")[0]))
            return call is not None and (what.offer in call.offers if since is None else call.talking_since == since)
        case CallConnected() | ConnectFailed():
            call = records.calls.get(what.call)
            return call is not None and call.answered_at == since and call.talking_since is None
        case EndWrapUp():
            agent = records.agent_records.get(what.agent)
            return agent is not None and agent.wrap_up is not None and agent.wrap_up.since == since
        case SetStatus():
            agent = records.agent_records.get(what.agent)
            return agent is not None and agent.status == OFFLINE and agent.status_since == since
        case _:
            return True
