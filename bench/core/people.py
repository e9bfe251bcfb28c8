"""Who calls, and what callers, agents and supervisors do, in a centre that is measured. The dice are always the same.

A caller talks for three minutes in the mean. Of the offers most are answered after three seconds; some are declined,
some ring in vain, and sometimes a phone is busy. Beside that everything happens that happens often in a day: callers
give up, are moved, served first and held; agents go away and come back, use their phones for other calls, lose them.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from heapq import heappop, heappush
from random import Random
from typing import Final

from acd.inputs import (
    CallArrived,
    CallerHungUp,
    DeviceRegistered,
    DeviceUnregistered,
    Hold,
    LegEnd,
    MoveCall,
    OtherCallAnswered,
    OtherCallEnded,
    OtherCallStarted,
    Resume,
    SetPriority,
    SetStatus,
)
from acd.model import LUNCH, ONLINE, AgentId, Caller, CallId, ChannelId, QueueId
from acd.outputs import (
    AnnouncementStarted,
    CallAnswered,
    CallbackDialled,
    CallQueued,
    ConfirmationAsked,
    OfferMade,
    Party,
    Recorded,
    StatusChanged,
    TalkStarted,
    WrapUpStarted,
)
from acd.records import CallRecord
from acd.simulation.run import Ending, Input, Reaction, Timed
from acd.state import State
from bench.core.centre import ACCOUNT, WRAP_UP, Size

TALK: Final = timedelta(seconds=170)
ANSWERED_AFTER: Final = timedelta(seconds=3)
ANNOUNCEMENT: Final = timedelta(seconds=4)

_HANDLED: Final = TALK + ANSWERED_AFTER + WRAP_UP
_FILLED_WITHIN: Final = timedelta(seconds=60)
_SUPERVISOR: Final = AgentId(f"10000@{ACCOUNT}")


_Happens = Callable[[datetime], Input | None]
"""What somebody does at this instant; None: there is nobody who could."""


class Crowd:
    """The people of one centre; `acd.simulation.run.People`, and what comes from outside."""

    def __init__(self, size: Size, state: State, dice: Random) -> None:
        self._size = size
        self._state = state
        self._dice = dice
        self._numbers = sorted(queue.number for queue in state.records.queues.values())
        self._queues = sorted(state.records.queues)
        self._agents = sorted(state.records.agents)
        self._phones = sorted(state.records.devices)
        self._waiting: list[CallId] = []
        self._talks: list[CallId] = []
        self._came = 0
        self._dialled = 0
        self._agenda: list[tuple[datetime, int, _Happens]] = []
        self._planned = 0

    @property
    def calls_a_second(self) -> float:
        """As many as all agents together can take; half of it where nobody is to wait."""
        most = self._size.agents / _HANDLED.total_seconds()
        return most if self._size.waiting else most / 2

    def heard(self, recorded: Recorded) -> None:
        """Remember who waits and who talks."""
        match recorded.fact:
            case CallQueued():
                self._waiting.append(recorded.fact.call)
            case TalkStarted():
                self._talks.append(recorded.fact.call)
            case _:
                pass

    # --- what comes from outside

    def fill(self, at: datetime) -> Iterator[Timed]:
        """Everybody comes online, and callers come until all talk and so many wait as are to."""
        for agent in self._agents:
            yield at, SetStatus(agent=agent, status=ONLINE)
        calls = self._size.waiting + round(self.calls_a_second * _HANDLED.total_seconds())
        for number in range(calls):
            yield at + _FILLED_WITHIN * (number / calls), self._arrival()

    def inputs(self, at: datetime) -> Iterator[Timed]:
        """Callers, and one of everything else for each third of them; for ever."""
        third = timedelta(seconds=3 / self.calls_a_second)
        self._plan(at, self._caller_comes)
        often: tuple[_Happens, ...] = (
            *(self._gives_up, self._is_moved, self._goes_first, self._is_held),
            *(self._goes_away, self._dials, self._is_lost),
        )
        for happens in often:
            self._plan(at + third * self._dice.random(), self._again_and_again(happens, third))
        while True:
            at, _, happens = heappop(self._agenda)
            what = happens(at)
            if what is not None:
                yield at, what

    def _again_and_again(self, happens: _Happens, mean: timedelta) -> _Happens:
        def once(at: datetime) -> Input | None:
            self._plan(at + mean * self._dice.expovariate(1), once)
            return happens(at)

        return once

    def _plan(self, at: datetime, happens: _Happens) -> None:
        self._planned += 1
        heappush(self._agenda, (at, self._planned, happens))

    def _caller_comes(self, at: datetime) -> Input:
        """Sooner while fewer wait than are to."""
        wanted = self._size.waiting
        rate = self.calls_a_second * ((1.5 if self._number_waiting() < wanted else 0.75) if wanted else 1)
        self._plan(at + timedelta(seconds=self._dice.expovariate(rate)), self._caller_comes)
        return self._arrival()

    def _arrival(self) -> Input:
        self._came += 1
        return CallArrived(
            call=CallId(f"1700000000.{self._came}"),
            account=ACCOUNT,
            number=self._dice.choice(self._numbers),
            caller=Caller(number=f"+4430{self._came:07}", name="Somebody"),
            priority=self._dice.choice((None, None, None, 2)),
        )

    def _gives_up(self, at: datetime) -> Input | None:
        call = self._draw(self._waiting, _waits)
        return None if call is None else CallerHungUp(call=call.id)

    def _is_moved(self, at: datetime) -> Input | None:
        call = self._draw(self._waiting, _waits)
        if call is None:
            return None
        self._waiting.append(call.id)
        return MoveCall(call=call.id, queue=self._other_queue(call.queue), by=_SUPERVISOR)

    def _goes_first(self, at: datetime) -> Input | None:
        call = self._draw(self._waiting, _waits)
        if call is None:
            return None
        self._waiting.append(call.id)
        return SetPriority(call=call.id, priority=None if call.priority == 1 else 1, by=_SUPERVISOR)

    def _is_held(self, at: datetime) -> Input | None:
        call = self._draw(self._talks, _talks)
        if call is None:
            return None
        self._plan(at + timedelta(seconds=1), lambda _: Resume(call=call.id))
        return Hold(call=call.id)

    def _goes_away(self, at: datetime) -> Input:
        agent = self._dice.choice(self._agents)
        self._plan(at + timedelta(seconds=2), lambda _: SetStatus(agent=agent, status=ONLINE))
        return SetStatus(agent=agent, status=LUNCH)

    def _dials(self, at: datetime) -> Input:
        self._dialled += 1
        device, channel = self._dice.choice(self._phones), ChannelId(f"1800000000.{self._dialled}")
        self._plan(at + timedelta(seconds=1), lambda _: OtherCallAnswered(channel=channel, number="5551234"))
        self._plan(at + timedelta(seconds=2), lambda _: OtherCallEnded(channel=channel))
        return OtherCallStarted(channel=channel, device=device, outgoing=True, number="5551234")

    def _is_lost(self, at: datetime) -> Input:
        device = self._dice.choice(self._phones)
        self._plan(at + timedelta(seconds=1), lambda _: DeviceRegistered(device=device))
        return DeviceUnregistered(device=device)

    def _number_waiting(self) -> int:
        return len(self._state.records.calls) - len(self._state.talks) - len(self._state.records.offers)

    def _other_queue(self, queue: QueueId) -> QueueId:
        return self._queues[(self._queues.index(queue) + 1) % len(self._queues)]

    def _draw(self, of: list[CallId], fits: Callable[[CallRecord], bool]) -> CallRecord | None:
        """One of these of whom it still holds; he is taken out, as are those met of whom it does not."""
        while of:
            place = self._dice.randrange(len(of))
            of[place], of[-1] = of[-1], of[place]
            call = self._state.records.calls.get(of.pop())
            if call is not None and fits(call):
                return call
        return None

    # --- what follows from what the engine decides

    def patience(self, call: CallId, queue: QueueId) -> None:
        """Who gives up is drawn from all who wait."""

    def reactions(self, fact: OfferMade) -> tuple[Reaction, ...]:
        """As said above."""
        chance, device = self._dice.random(), fact.devices[0]
        if chance < 0.86:
            return (Reaction(ANSWERED_AFTER, device),)
        if chance < 0.92:
            return (Reaction(ANSWERED_AFTER, device, LegEnd.DECLINED),)
        if chance < 0.95:
            return (Reaction(timedelta(milliseconds=30), device, LegEnd.BUSY),)
        return ()

    def confirms(self, fact: ConfirmationAsked) -> None:
        """Nobody has to."""

    def is_told(self, fact: CallAnswered) -> timedelta:
        """Nobody is."""
        return ANNOUNCEMENT

    def called_back(self, fact: CallbackDialled) -> tuple[timedelta, LegEnd | None]:
        """Nobody is."""
        return ANSWERED_AFTER, None

    def joining(self, call: CallId, agent: AgentId) -> tuple[timedelta, bool]:
        """As quick as Asterisk is."""
        return timedelta(milliseconds=5), True

    def talk(self, fact: TalkStarted) -> Ending:
        """The caller hangs up first, or the agent."""
        after = TALK * self._dice.expovariate(1)
        return Ending(after, Party.CALLER if self._dice.random() < 0.6 else Party.AGENT)

    def ready(self, fact: WrapUpStarted) -> None:
        """Nobody is, before it has run out."""

    def back(self, fact: StatusChanged, at: datetime) -> None:
        """Nobody is taken Offline."""

    def listens(self, fact: AnnouncementStarted) -> timedelta:
        """They are all of one length."""
        return ANNOUNCEMENT


def _waits(call: CallRecord) -> bool:
    return call.agent is None and not call.offers


def _talks(call: CallRecord) -> bool:
    return call.talking_since is not None and call.held_since is None
