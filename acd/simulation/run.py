"""The engine on a virtual clock, among people who behave as somebody else says.

Calls arrive, phones ring, somebody picks up or does not, talks end: each at its instant, in no time at all. Nothing is
decided here, and no dice are rolled: how callers and agents behave says `People`.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from typing import Final, Protocol

from msgspec import Struct

from acd.engine import Engine
from acd.inputs import (
    AgentTold,
    AnnouncementOver,
    CallConnected,
    CallerHungUp,
    CallerNotReached,
    CallerReached,
    ConnectFailed,
    EndWrapUp,
    Event,
    HangUp,
    LegAnswered,
    LegEnd,
    LegEnded,
    LegKeyPressed,
    Request,
    SetStatus,
    TransferAsked,
)
from acd.model import OFFLINE, ONLINE, AgentId, CallId, DeviceId, QueueId
from acd.outputs import (
    AgentBriefed,
    AnnouncementStarted,
    CallAnswered,
    CallbackAnswered,
    CallbackDialled,
    CallMoved,
    CallQueued,
    CallRetrieved,
    ConfirmationAsked,
    OfferMade,
    Outcome,
    Party,
    Recorded,
    StatusChanged,
    TalkStarted,
    WrapUpStarted,
)
from acd.records import CallRecord, Records

Input = Event | Request
Timed = tuple[datetime, Input]

_TAKES_THE_CALL = "1"


_CALL_FOR_SOMETHING = frozenset(
    (
        *(CallQueued, CallMoved, AnnouncementStarted, OfferMade, ConfirmationAsked, CallAnswered, AgentBriefed),
        *(CallRetrieved, CallbackDialled, CallbackAnswered, TalkStarted, WrapUpStarted, StatusChanged),
    )
)
"""Facts about which somebody does something; the others are not looked at."""


_SUPERVISOR: Final = AgentId("a supervisor")
"""Whoever he was who has ended a talk: anybody but its agent."""


class Reaction(Struct, frozen=True):
    """What one of the phones tells that ring for an offer, and how long after the first ring."""

    after: timedelta
    device: DeviceId
    ended: LegEnd | None = None
    """None: somebody picks up."""


class Ending(Struct, frozen=True):
    """How a talk ends, and how long after its beginning."""

    after: timedelta
    by: Party = Party.CALLER
    passed_to: str | None = None
    """The agent passes the caller on to this number; None: somebody hangs up."""


class People(Protocol):
    """What callers and agents do, and how long after that to which it is the answer. What has lapsed is not done."""

    def patience(self, call: CallId, queue: QueueId) -> timedelta | None:
        """When, from his arrival, the caller hangs up if he still waits then; None: never."""
        ...

    def reactions(self, fact: OfferMade) -> Iterable[Reaction]:
        """What the phones tell of which this offer rings; nothing where nobody moves."""
        ...

    def confirms(self, fact: ConfirmationAsked) -> timedelta | None:
        """When he who has picked up presses the key that takes the call; None: he does not."""
        ...

    def is_told(self, fact: CallAnswered) -> timedelta:
        """How long the agent listens to who comes."""
        ...

    def called_back(self, fact: CallbackDialled) -> tuple[timedelta, LegEnd | None]:
        """When he who is called back picks up, or how it ends if he does not."""
        ...

    def joining(self, call: CallId, agent: AgentId) -> tuple[timedelta, bool]:
        """When the two hear each other; False: they cannot be joined."""
        ...

    def talk(self, fact: TalkStarted) -> Ending:
        """How the talk ends."""
        ...

    def ready(self, fact: WrapUpStarted) -> timedelta | None:
        """When the agent ends his wrap-up by himself; None: he lets it run out."""
        ...

    def back(self, fact: StatusChanged, at: datetime) -> timedelta | None:
        """When an agent is Online again whom the rules have taken Offline; None: not because of this."""
        ...

    def listens(self, fact: AnnouncementStarted) -> timedelta:
        """How long the announcement lasts."""
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
        self._earliest = datetime.min.replace(tzinfo=UTC)

    def play(self, inputs: Iterator[Timed], until: datetime) -> None:
        """Let everything happen that is due before `until`: the inputs, in their order, and what follows from them.

        At one instant inputs come first, then what was planned first.
        """
        following = next(inputs, None)
        while True:
            at = self._agenda[0][0] if self._agenda else until
            from_outside = following is not None and following[0] <= at
            if following is not None and from_outside:
                at = following[0]
            if at > until:
                at = until
            due = self._engine.deadline
            if due is not None and due < at:
                self._note(self._engine.advance(due))
            elif at == until:
                return
            elif following is not None and from_outside:
                self._note(self._engine.handle(following[1], at))
                following = next(inputs, None)
            else:
                _, _, what, since = heappop(self._agenda)
                if _still_fits(self._engine.state.records, what, since):
                    self._note(self._engine.handle(what, at))

    def resume(self, now: datetime) -> None:
        """Plan what people will do about what is under way, in an engine that did not begin empty."""
        for recorded in _under_way(self._engine.state.records):
            self._expect(recorded, not_before=now)

    def _note(self, outcome: Outcome) -> None:
        for recorded in outcome.facts:
            self._heard(recorded)
            if type(recorded.fact) in _CALL_FOR_SOMETHING:
                self._expect(recorded, not_before=recorded.at)

    def _expect(self, recorded: Recorded, not_before: datetime) -> None:
        """Plan what people will do about this fact."""
        self._earliest = not_before
        at, fact, people = recorded.at, recorded.fact, self._people
        match fact:
            case CallQueued():
                self._wait(fact.call, fact.queue, fact.arrived)
            case OfferMade():
                for reaction in people.reactions(fact):
                    self._plan(at + reaction.after, _told_by_phone(fact, reaction))
            case CallAnswered(briefing=True):
                self._plan(at + people.is_told(fact), AgentTold(offer=fact.offer, device=fact.device))
            case CallAnswered() | AgentBriefed() | CallRetrieved() | CallbackAnswered():
                self._join(fact.call, fact.agent, at)
            case TalkStarted():
                ending = people.talk(fact)
                self._plan(at + ending.after, _ended(self._engine.state.records.calls[fact.call], ending), at)
            case WrapUpStarted():
                ready = people.ready(fact)
                if ready is not None:
                    self._plan(at + ready, EndWrapUp(agent=fact.agent), at)
            case StatusChanged():
                back = people.back(fact, at)
                if back is not None:
                    self._plan(at + back, SetStatus(agent=fact.agent, status=ONLINE), at)
            case CallMoved():
                self._wait(fact.call, fact.to, fact.arrived)
            case AnnouncementStarted():
                self._plan(at + people.listens(fact), AnnouncementOver(call=fact.call, number=fact.number))
            case ConfirmationAsked():
                self._confirm(fact, at)
            case CallbackDialled():
                self._call_back(fact, at)
            case _:
                pass

    def _wait(self, call: CallId, queue: QueueId, arrived: datetime) -> None:
        patience = self._people.patience(call, queue)
        if patience is not None:
            self._plan(arrived + patience, CallerHungUp(call=call))

    def _join(self, call: CallId, agent: AgentId, at: datetime) -> None:
        if self._engine.state.records.calls[call].channel is None:
            return  # he has to be called first
        after, joined = self._people.joining(call, agent)
        self._plan(at + after, CallConnected(call=call) if joined else ConnectFailed(call=call))

    def _confirm(self, fact: ConfirmationAsked, at: datetime) -> None:
        after = self._people.confirms(fact)
        if after is not None:
            self._plan(at + after, LegKeyPressed(offer=fact.offer, device=fact.device, key=_TAKES_THE_CALL))

    def _call_back(self, fact: CallbackDialled, at: datetime) -> None:
        after, how = self._people.called_back(fact)
        if how is None:
            self._plan(at + after, CallerReached(call=fact.call, channel=fact.channel))
        else:
            self._plan(at + after, CallerNotReached(call=fact.call, channel=fact.channel, how=how))

    def _plan(self, at: datetime, what: Input, since: datetime | None = None) -> None:
        self._planned += 1
        heappush(self._agenda, (max(at, self._earliest), self._planned, what, since))


def _under_way(records: Records) -> Iterator[Recorded]:
    """The facts with which that began which goes on now."""
    for call in sorted(records.calls.values(), key=lambda call: call.id):
        if call.agent is None:
            waits = CallQueued(
                call=call.id, account=call.account, queue=call.queue, caller=call.caller, arrived=call.arrived
            )
            yield Recorded(at=call.queued_at, fact=waits)
        elif call.talking_since is not None:
            talks = TalkStarted(call=call.id, queue=call.queue, agent=call.agent)
            yield Recorded(at=call.talking_since, fact=talks)
        elif call.answered_at is not None and (back := call.callback) is not None and back.channel is not None:
            dialled = CallbackDialled(
                call=call.id, queue=call.queue, agent=call.agent, channel=back.channel, attempt=back.attempts
            )
            yield Recorded(at=call.answered_at, fact=dialled)
        elif call.answered_at is not None and call.offer is not None and call.device is not None:
            answered = CallAnswered(
                call=call.id,
                queue=call.queue,
                agent=call.agent,
                offer=call.offer,
                device=call.device,
                waited=call.answered_at - call.arrived,
                briefing=call.briefing,
            )
            yield Recorded(at=call.answered_at, fact=answered)
        if call.saying is not None and call.last_said:
            kind, began = max(call.last_said.items(), key=lambda said: said[1])
            says = AnnouncementStarted(call=call.id, queue=call.queue, kind=kind, number=call.saying)
            yield Recorded(at=began, fact=says)
    for offer in sorted(records.offers.values(), key=lambda offer: offer.id):
        rings = OfferMade(
            offer=offer.id,
            call=offer.call,
            queue=offer.queue,
            agent=offer.agent,
            devices=tuple(sorted(offer.devices)),
            until=offer.until,
            round=records.calls[offer.call].round,
        )
        yield Recorded(at=offer.made_at, fact=rings)
    for agent in sorted(records.agent_records.values(), key=lambda agent: agent.id):
        if agent.wrap_up is not None:
            up = agent.wrap_up
            begun = WrapUpStarted(agent=agent.id, queue=up.queue, call=up.call, until=up.until, mandatory=up.mandatory)
            yield Recorded(at=up.since, fact=begun)


def _told_by_phone(fact: OfferMade, reaction: Reaction) -> Event:
    if reaction.ended is None:
        return LegAnswered(offer=fact.offer, device=reaction.device)
    return LegEnded(offer=fact.offer, device=reaction.device, how=reaction.ended)


def _ended(call: CallRecord, ending: Ending) -> Input:
    """What ends this talk; whoever fetched the caller by a call of his own ends that."""
    if ending.by is Party.SUPERVISOR:
        return HangUp(call=call.id, by=_SUPERVISOR)
    by_agent = ending.by is Party.AGENT
    if call.offer is None or call.device is None:
        return CallerHungUp(call=CallId(call.retriever) if by_agent and call.retriever else call.id)
    if ending.passed_to is not None:
        return TransferAsked(offer=call.offer, device=call.device, number=ending.passed_to)
    if by_agent:
        return LegEnded(offer=call.offer, device=call.device, how=LegEnd.HUNG_UP)
    return CallerHungUp(call=call.id)


def _still_fits(records: Records, what: Input, since: datetime | None) -> bool:
    """Whether that is still going on which this would end: a talk since then, or else a wait or a ring."""
    match what:
        case CallerHungUp():
            call = records.calls.get(what.call)
            if call is None:
                return since is not None  # he who has fetched somebody, by a call of his own
            return call.talking_since == since
        case HangUp():
            call = records.calls.get(what.call)
            return call is not None and call.talking_since == since
        case LegAnswered():
            return what.offer in records.offers
        case LegEnded() | TransferAsked():
            call = records.calls.get(CallId(what.offer.rpartition("~")[0]))
            return call is not None and (what.offer in call.offers if since is None else call.talking_since == since)
        case CallConnected() | ConnectFailed():
            call = records.calls.get(what.call)
            return call is not None and call.agent is not None and call.talking_since is None
        case AnnouncementOver():
            call = records.calls.get(what.call)
            return call is not None and call.saying == what.number
        case LegKeyPressed():
            return what.offer in records.offers
        case AgentTold():
            call = records.calls.get(CallId(what.offer.rpartition("~")[0]))
            return call is not None and call.briefing and call.offer == what.offer
        case EndWrapUp():
            agent = records.agent_records.get(what.agent)
            return agent is not None and agent.wrap_up is not None and agent.wrap_up.since == since
        case SetStatus():
            agent = records.agent_records.get(what.agent)
            return agent is not None and agent.status == OFFLINE and agent.status_since == since
        case _:
            return True
