"""People as chance would have them: a `Traffic` drawn with dice, call by call and offer by offer.

The dice are given, not made: the same ones give the same day. What a caller will do is drawn as he arrives, from the
dice of his stream, and what an agent does from his own; so other rules meet the same callers.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from heapq import merge
from typing import Final

from msgspec import Struct

from acd.inputs import CallArrived, SetStatus
from acd.model import OFFLINE, ONLINE, AccountId, AgentId, Caller, CallId, QueueId
from acd.outputs import (
    AnnouncementStarted,
    CallAnswered,
    CallbackDialled,
    ConfirmationAsked,
    OfferMade,
    Source,
    StatusChanged,
    TalkStarted,
    WrapUpStarted,
)
from acd.simulation.run import Ending, Reaction, Timed
from acd.simulation.traffic import HOURS_OF_DAY, Dice, Shift, Stream, Traffic, drawer

CONFIRMED_AFTER: Final = timedelta(seconds=3)
"""An agent who has to press a key to take a call has heard how, and presses it."""

REACHED_AFTER: Final = timedelta(seconds=8)
"""A caller who is called back picks up."""

ANNOUNCEMENT: Final = timedelta(seconds=4)
"""How long one lasts."""

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
_DIGITS = 9
"""Equal waits go by the id of the call, as text: with leading zeros that is the order of arrival."""

Roll = Callable[[str], Dice]
"""The dice of this name: independent of those of any other."""


class _Caller(Struct, frozen=True):
    """Somebody is about to call."""

    stream: Stream
    talk: timedelta
    patience: timedelta | None


class _Turn(Struct, frozen=True):
    """An agent comes, goes, or passes from one shift to the next."""

    agent: AgentId
    shift: Shift | None
    """The one that begins."""
    was_on: bool


class _Manners:
    """How an agent takes calls on the shift he is on."""

    def __init__(self, shift: Shift, dice: Dice) -> None:
        self.answers_after = drawer(shift.answers_after, dice)
        self.back_after = drawer(shift.back_after, dice)
        self._dice, self._misses = dice, shift.misses

    def misses(self) -> bool:
        """Whether he does not pick up."""
        return self._dice.random() < self._misses


_Coming = tuple[datetime, int, _Caller | _Turn]


class Chance:
    """The people of one day; `acd.simulation.run.People`."""

    def __init__(self, traffic: Traffic, midnight: datetime, roll: Roll) -> None:
        """`midnight` is the one before the day opens."""
        self._traffic = traffic
        self._midnight = midnight
        self._roll = roll
        agents = sorted({agent for shift in traffic.shifts for agent in shift.agents})
        self._dice_of = {agent: roll(f"agent {agent}") for agent in agents}
        self._manners: dict[AgentId, _Manners] = {}
        begins = {(agent, shift.begins) for shift in traffic.shifts for agent in shift.agents}
        ends = {(agent, shift.ends % _DAY) for shift in traffic.shifts for agent in shift.agents}
        self._leaves = {agent: sorted(at for who, at in ends - begins if who == agent) for agent in agents}
        """The times of day at which each goes home."""
        self._expected: dict[CallId, _Caller] = {}

    # --- what comes from outside

    def inputs(self, until: datetime) -> Iterator[Timed]:
        """Callers who arrive, and agents who come and go, from when the day opens up to `until`."""
        streams = [self._callers(number, until) for number in range(len(self._traffic.streams))]
        calls = 0
        for at, _, coming in merge(self._turns(until), *streams):  # whose numbers differ, so no `coming` is compared
            if isinstance(coming, _Caller):
                calls += 1
                call = CallId(f"{calls:0{_DIGITS}}")
                self._expected[call] = coming
                yield at, _arrival(call, coming.stream)
            elif coming.shift is None:
                yield at, SetStatus(agent=coming.agent, status=OFFLINE)
            else:
                self._manners[coming.agent] = _Manners(coming.shift, self._dice_of[coming.agent])
                if not coming.was_on:
                    yield at, SetStatus(agent=coming.agent, status=ONLINE)

    def _callers(self, number: int, until: datetime) -> Iterator[_Coming]:
        """A rate holds for an hour of the day. Exponential gaps may begin anew at any time, so they do at each hour."""
        stream = self._traffic.streams[number]
        dice = self._roll(f"callers {number} {stream.queue}")
        talk = drawer(stream.talk, dice)
        patience = None if stream.patience is None else drawer(stream.patience, dice)
        at = self._midnight + self._traffic.opens
        while at < until:
            hour_ends = at + _HOUR - (at - self._midnight) % _HOUR
            per_hour = stream.per_hour[(at - self._midnight) // _HOUR % HOURS_OF_DAY]
            at = min(at + _HOUR * dice.expovariate(per_hour), hour_ends) if per_hour else hour_ends
            if at < min(hour_ends, until):
                yield at, 1 + number, _Caller(stream, talk(), None if patience is None else patience())

    def _turns(self, until: datetime) -> Iterator[_Coming]:
        begin = self._midnight + self._traffic.opens
        begins = {(agent, shift.begins): shift for shift in self._traffic.shifts for agent in shift.agents}
        ends = {(agent, shift.ends % _DAY) for shift in self._traffic.shifts for agent in shift.agents}
        for (agent, _), shift in sorted(begins.items(), key=lambda entry: entry[0]):
            if _is_on(shift, self._traffic.opens):
                yield begin, 0, _Turn(agent, shift, was_on=False)
        midnight = self._midnight
        instants = sorted(begins.keys() | ends, key=lambda entry: (entry[1], entry[0]))
        while midnight < until:
            for agent, since in instants:
                at = midnight + since
                if begin < at < until:
                    yield at, 0, _Turn(agent, begins.get((agent, since)), was_on=(agent, since) in ends)
            midnight += _DAY

    # --- what people do

    def patience(self, call: CallId, queue: QueueId) -> timedelta | None:
        """As drawn when he called, in whatever queue he waits."""
        return self._expected[call].patience

    def reactions(self, fact: OfferMade) -> tuple[Reaction, ...]:
        """He picks up after a while, on the first of his phones, or not at all."""
        manners = self._manners[fact.agent]
        after, misses = manners.answers_after(), manners.misses()
        return () if misses else (Reaction(after, fact.devices[0]),)

    def confirms(self, fact: ConfirmationAsked) -> timedelta:
        """Soon."""
        return CONFIRMED_AFTER

    def is_told(self, fact: CallAnswered) -> timedelta:
        """As all announcements."""
        return ANNOUNCEMENT

    def called_back(self, fact: CallbackDialled) -> tuple[timedelta, None]:
        """He picks up."""
        return REACHED_AFTER, None

    def joining(self, call: CallId, agent: AgentId) -> tuple[timedelta, bool]:
        """At once."""
        return timedelta(0), True

    def talk(self, fact: TalkStarted) -> Ending:
        """As long as drawn when he called; he hangs up."""
        return Ending(self._expected[fact.call].talk)

    def ready(self, fact: WrapUpStarted) -> None:
        """Nobody is, before it has run out."""

    def back(self, fact: StatusChanged, at: datetime) -> timedelta | None:
        """After a while, if he was taken Offline for missing too many, and does not go home before that."""
        if fact.source is not Source.MISSED_OFFERS:
            return None
        after = self._manners[fact.agent].back_after()
        home = min(((leaves - (at - self._midnight)) % _DAY for leaves in self._leaves[fact.agent]), default=_DAY)
        return after if after < home else None

    def listens(self, fact: AnnouncementStarted) -> timedelta:
        """They are all of one length."""
        return ANNOUNCEMENT


def _arrival(call: CallId, stream: Stream) -> CallArrived:
    number, _, account = stream.queue.partition("@")
    return CallArrived(
        call=call, account=AccountId(account), number=number, caller=Caller(number=call), priority=stream.priority
    )


def _is_on(shift: Shift, time_of_day: timedelta) -> bool:
    return shift.begins <= time_of_day < shift.ends or time_of_day + _DAY < shift.ends
