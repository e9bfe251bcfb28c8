"""The expected wait against the waits themselves, on random days: where the formula is exact it is right on average.

A day's waits hang together, so each day gives one figure, and the days' figures tell how far chance reaches.
"""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from math import sqrt
from statistics import fmean, stdev

import pytest

from acd.engine import Engine
from acd.fold.averages import REMEMBERED
from acd.inputs import (
    AsteriskSeen,
    CallArrived,
    CallConnected,
    CallerHungUp,
    ConfigurationLoaded,
    Event,
    LegAnswered,
    SetStatus,
)
from acd.model import (
    ONLINE,
    AccountId,
    Agent,
    Assignment,
    Caller,
    CallId,
    Configuration,
    Device,
    DeviceId,
    Queue,
    agent_id,
    queue_id,
)
from acd.outputs import CallAnswered, CallQueued, Connect, Ring
from acd.records import Average, QueueRecord
from acd.state import State

ACCOUNT = AccountId("demo.example")
NOON = datetime(2024, 3, 4, 12, tzinfo=UTC)
TALK_SECONDS = 180.0
DAYS = 30
CALLS = 300


class Day:
    """Agents of all these queues, and callers who come at random, stay, and talk for exponential times."""

    def __init__(self, seed: int, *, agents: int, queues: int, load: float, wrap_up: timedelta) -> None:
        self.dice = random.Random(f"{agents} agents, {queues} queues, day {seed}")
        self.engine = Engine(State())
        self.numbers = [f"700{n}" for n in range(queues)]
        self.load, self.agents = load, agents
        self.agenda: list[tuple[datetime, int, Event]] = []
        self.errors: list[float] = []
        """Of those who had to wait: by what part of what was expected they waited longer; in seconds a few would count
        for all."""
        configuration = centre(agents, self.numbers, wrap_up)
        self.give(NOON, ConfigurationLoaded(configuration=configuration))
        self.give(NOON, AsteriskSeen(registered=frozenset(configuration.devices)))
        for agent in configuration.agents:
            self.give(NOON, SetStatus(agent=agent, status=ONLINE))

    def run(self, handle_seconds: float) -> float:
        """The day's errors, shared among all its callers: on average nought, however many of them had to wait."""
        at = NOON
        for number in range(CALLS):
            at += timedelta(seconds=self.dice.expovariate(self.agents * self.load / handle_seconds))
            dialled = self.dice.choice(self.numbers)
            caller = Caller(number="5551234")
            comes = CallArrived(call=CallId(f"C{number:04}"), account=ACCOUNT, number=dialled, caller=caller)
            heappush(self.agenda, (at, number, comes))
        while self.agenda:
            deadline = self.engine.deadline
            if deadline is not None and deadline <= self.agenda[0][0]:
                self.react(deadline, None)
            else:
                at, _, event = heappop(self.agenda)
                self.react(at, event)
        return sum(self.errors) / CALLS

    def react(self, at: datetime, event: Event | None) -> None:
        """A phone that rings is answered at once, who is joined talks for a while."""
        queue = [event]
        while queue:
            self.know_the_mean()
            queue += self.give(at, queue.pop(0))

    def give(self, at: datetime, event: Event | SetStatus | None) -> list[Event | None]:
        """One step; gives what follows from it at once."""
        outcome = self.engine.advance(at) if event is None else self.engine.handle(event, at)
        follows: list[Event | None] = []
        for command in outcome.commands:
            if isinstance(command, Ring):
                follows.append(LegAnswered(offer=command.offer, device=command.devices[0]))
            elif isinstance(command, Connect):
                follows.append(CallConnected(call=command.call))
                ends = at + timedelta(seconds=self.dice.expovariate(1 / TALK_SECONDS))
                heappush(self.agenda, (ends, CALLS + int(command.call[1:]), CallerHungUp(call=command.call)))
        for fact in (recorded.fact for recorded in outcome.facts):
            if isinstance(fact, CallAnswered) and fact.expected_wait:
                self.errors.append(fact.waited / fact.expected_wait - 1)
            assert not isinstance(fact, CallQueued) or fact.expected_wait is not None
        return follows

    def know_the_mean(self) -> None:
        """How the mean is learned is not what is tried here: a learned one is long when the queue is long by chance."""
        known = Average(seconds=TALK_SECONDS, count=REMEMBERED)
        for number in self.numbers:
            record = self.engine.state.records.queue_records.setdefault(queue_id(ACCOUNT, number), QueueRecord())
            record.talk = known


def centre(agents: int, numbers: Sequence[str], wrap_up: timedelta) -> Configuration:
    """Every agent answers every queue, on one phone."""
    extensions = [f"1{n:03}" for n in range(agents)]
    people = [Agent(id=agent_id(ACCOUNT, ext), account=ACCOUNT, extension=ext, name=ext) for ext in extensions]
    queues = [
        Queue(
            id=queue_id(ACCOUNT, number),
            account=ACCOUNT,
            number=number,
            name=number,
            wrap_up=wrap_up,
            max_expected_wait=timedelta(days=1),  # nobody is kept out, everybody's wait is reckoned out
        )
        for number in numbers
    ]
    return Configuration(
        agents={agent.id: agent for agent in people},
        devices={
            DeviceId(f"{agent.extension}-desk"): Device(id=DeviceId(f"{agent.extension}-desk"), owner=agent.id)
            for agent in people
        },
        queues={queue.id: queue for queue in queues},
        assignments={
            (agent.id, queue.id): Assignment(agent=agent.id, queue=queue.id) for agent in people for queue in queues
        },
    )


@pytest.mark.parametrize(
    ("agents", "queues", "load"),
    [(1, 1, 0.8), (5, 1, 0.9), (12, 1, 1.05), (6, 3, 0.95)],
    ids=["M/M/1", "M/M/5", "M/M/12 with more calls than it can take", "three queues that share six agents"],
)
def test_it_is_right_on_average(agents: int, queues: int, load: float) -> None:
    days = [
        Day(seed, agents=agents, queues=queues, load=load, wrap_up=timedelta(0)).run(TALK_SECONDS)
        for seed in range(DAYS)
    ]
    error, chance = fmean(days), stdev(days) / sqrt(DAYS)
    assert chance < 0.05, "enough days to tell"
    assert abs(error) < 3 * chance, (error, chance)


def test_with_wrap_ups_it_is_near() -> None:
    """Where a quarter of the handle time is wrap-up."""
    wrap_up = timedelta(seconds=60)
    days = [
        Day(seed, agents=5, queues=1, load=0.9, wrap_up=wrap_up).run(TALK_SECONDS + wrap_up.total_seconds())
        for seed in range(DAYS)
    ]
    assert abs(fmean(days)) < 0.05
