"""What each kind of step costs, in byte codes: as much in a large centre as in a small one, and no more than now.

`test_core_cost` does the same for whole calls, one queue for each agent. Here everybody serves five queues, all are on
the phone, and callers wait.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from acd.engine import Engine
from acd.inputs import (
    AnnouncementOver,
    AsteriskSeen,
    CallArrived,
    CallConnected,
    CallerHungUp,
    ConfigurationLoaded,
    DeviceRegistered,
    DeviceUnregistered,
    Event,
    Hold,
    LegAnswered,
    LegEnd,
    LegEnded,
    MoveCall,
    OtherCallAnswered,
    OtherCallEnded,
    OtherCallStarted,
    Request,
    Resume,
    SetPriority,
    SetStatus,
)
from acd.model import (
    LUNCH,
    ONLINE,
    AccountId,
    Agent,
    AgentId,
    Announcements,
    Assignment,
    Caller,
    CallId,
    ChannelId,
    Configuration,
    Device,
    DeviceId,
    Queue,
    QueueId,
    QueueType,
    agent_id,
    queue_id,
)
from acd.outputs import Outcome, Ring
from acd.state import State
from tests.unit.test_core_cost import ByteCodes

ACCOUNT: Final = AccountId("demo.example")
NOON: Final = datetime(2024, 3, 4, 12, tzinfo=UTC)
WRAP_UP: Final = timedelta(seconds=10)
BACK_OFF: Final = timedelta(seconds=5)
RING_TIME: Final = timedelta(seconds=20)

SERVED: Final = (0, 1, 3, 7, 12)
"""An agent's queues, counted from his first: so each queue shares agents with twenty others."""

ALLOWED_GROWTH: Final = 1.25

MOST: Final = {
    "a caller comes and waits": 3_950,
    "a caller is served first": 1_200,
    "a caller is moved": 2_850,
    "a caller gives up": 600,
    "a caller comes and is told something": 2_500,
    "an announcement is over": 500,
    "a caller is held": 400,
    "a caller is held no more": 500,
    "another call begins": 650,
    "another call is answered": 350,
    "another call ends": 650,
    "a phone is lost": 2_050,
    "a phone comes back": 2_100,
    "an agent goes": 1_650,
    "an agent comes": 2_250,
    "a talk ends": 2_950,
    "a wrap-up ends": 4_350,
    "a phone refuses": 1_250,
    "a back-off ends": 4_150,
    "nobody has answered": 4_850,
    "an agent answers": 1_350,
    "a talk begins": 400,
}
"""Byte codes of each step in the large centre. Whoever makes one dearer writes it down here, and knows why."""


def centre(queues: int, agents: int) -> Configuration:
    """Of several types in turn; half of them reckon out the expected wait, and the first one greets its callers."""
    types = (QueueType.ROUND_ROBIN, QueueType.TIERED_ROUND_ROBIN, QueueType.LINEAR_HUNT)
    known = [
        Queue(
            id=queue_id(ACCOUNT, f"7{n:04}"),
            account=ACCOUNT,
            number=f"7{n:04}",
            name=f"Queue {n}",
            type=types[n % len(types)],
            wrap_up=WRAP_UP,
            declined_back_off=BACK_OFF,
            ring_time=RING_TIME,
            max_expected_wait=timedelta(days=1) if n % 2 else None,
            announcements=Announcements(welcome="welcome") if n == 0 else Announcements(),
        )
        for n in range(queues)
    ]
    people = [
        Agent(id=agent_id(ACCOUNT, f"{n}"), account=ACCOUNT, extension=f"{n}", name=f"{n}")
        for n in range(1000, 1000 + agents)
    ]
    parts = [
        Assignment(agent=agent.id, queue=known[(n + further) % queues].id, order=1 + n % 3)
        for n, agent in enumerate(people)
        for further in SERVED
    ]
    return Configuration(
        agents={agent.id: agent for agent in people},
        devices={phone(agent.id): Device(id=phone(agent.id), owner=agent.id) for agent in people},
        queues={queue.id: queue for queue in known},
        assignments={(part.agent, part.queue): part for part in parts},
    )


def phone(agent: AgentId) -> DeviceId:
    """His."""
    return DeviceId(f"{agent.partition('@')[0]}-desk")


class Day:
    """A centre in which all talk and so many wait, and the byte codes of what happens then."""

    def __init__(self, queues: int, agents: int, waiting: int) -> None:
        wanted = centre(queues, agents)
        self.engine = Engine(State())
        self.cost: dict[str, int] = {}
        self._now = NOON
        self._queues = list(wanted.queues)
        self.engine.handle(ConfigurationLoaded(configuration=wanted), NOON)
        self.engine.handle(AsteriskSeen(registered=frozenset(wanted.devices)), NOON)
        for n, agent in enumerate(wanted.agents):
            self.engine.handle(SetStatus(agent=agent, status=ONLINE), NOON)
            served = next(queue for further in SERVED if (queue := (n + further) % queues))
            ring = _ring(self.engine.handle(self._arrival(f"T{n}", served), NOON))
            self.engine.handle(LegAnswered(offer=ring.offer, device=ring.devices[0]), NOON)
            self.engine.handle(CallConnected(call=ring.call), NOON)
        for n in range(waiting):
            self._now += timedelta(milliseconds=1)
            self.engine.handle(self._arrival(f"W{n:05}", 1 + n % (queues - 1)), self._now)
        _ = self.engine.deadline

    def play(self) -> dict[str, int]:
        """One of everything."""
        for _ in self._everything():
            pass
        return self.cost

    def _everything(self) -> Iterator[Outcome]:
        records = self.engine.state.records
        talker, other, third = list(records.agent_records)[:3]
        talk = next(iter(records.agent_records[talker].calls))
        yield self._step("a caller comes and waits", self._arrival("A", 3))
        yield self._step("a caller is served first", SetPriority(call=CallId("A"), priority=1, by=talker))
        yield self._step("a caller is moved", MoveCall(call=CallId("A"), queue=self._queue(5), by=talker))
        yield self._step("a caller gives up", CallerHungUp(call=CallId("A")))
        yield self._step("a caller comes and is told something", self._arrival("B", 0))
        yield self._step("an announcement is over", AnnouncementOver(call=CallId("B"), number=1))
        yield self._step("a caller is held", Hold(call=talk))
        yield self._step("a caller is held no more", Resume(call=talk))
        own = ChannelId("own")
        yield self._step("another call begins", OtherCallStarted(channel=own, device=phone(other)))
        yield self._step("another call is answered", OtherCallAnswered(channel=own))
        yield self._step("another call ends", OtherCallEnded(channel=own))
        yield self._step("a phone is lost", DeviceUnregistered(device=phone(other)))
        yield self._step("a phone comes back", DeviceRegistered(device=phone(other)))
        yield self._step("an agent goes", SetStatus(agent=third, status=LUNCH))
        yield self._step("an agent comes", SetStatus(agent=third, status=ONLINE))
        yield self._step("a talk ends", CallerHungUp(call=talk))
        rung = self._lapse("a wrap-up ends", WRAP_UP)
        ring = _ring(rung)
        declined = LegEnded(offer=ring.offer, device=ring.devices[0], how=LegEnd.DECLINED)
        yield self._step("a phone refuses", declined)
        yield self._lapse("a back-off ends", BACK_OFF)
        ring = _ring(self._lapse("nobody has answered", RING_TIME))
        yield self._step("an agent answers", LegAnswered(offer=ring.offer, device=ring.devices[0]))
        yield self._step("a talk begins", CallConnected(call=ring.call))

    def _step(self, name: str, what: Event | Request) -> Outcome:
        with ByteCodes() as codes:
            outcome = self.engine.handle(what, self._now)
        _ = self.engine.deadline  # asked after each step, and drops what has been superseded
        assert not outcome.stale, name
        assert outcome.refusal is None, name
        self.cost[name] = codes.counted
        return outcome

    def _lapse(self, name: str, after: timedelta) -> Outcome:
        self._now += after
        with ByteCodes() as codes:
            outcome = self.engine.advance(self._now)
        assert outcome.facts, name
        self.cost[name] = codes.counted
        return outcome

    def _arrival(self, call: str, queue: int) -> CallArrived:
        number = f"7{queue:04}"
        return CallArrived(call=CallId(call), account=ACCOUNT, number=number, caller=Caller(number="5551234"))

    def _queue(self, number: int) -> QueueId:
        return self._queues[number]


def _ring(outcome: Outcome) -> Ring:
    return next(command for command in outcome.commands if isinstance(command, Ring))


@pytest.fixture(scope="module")
def costs() -> tuple[dict[str, int], dict[str, int]]:
    """In a small centre and in a large one."""
    return Day(queues=30, agents=30, waiting=60).play(), Day(queues=200, agents=600, waiting=3000).play()


def test_no_step_grows_with_the_centre(costs: tuple[dict[str, int], dict[str, int]]) -> None:
    """Some seven times the queues, twenty times the agents, fifty times the callers."""
    small, large = costs
    grown = {step: (small[step], large[step]) for step in small if large[step] > small[step] * ALLOWED_GROWTH}
    assert not grown


def test_no_step_has_become_dearer(costs: tuple[dict[str, int], dict[str, int]]) -> None:
    """What a step costs is written down; a figure that is far too high by now is to be written anew."""
    _, large = costs
    assert large.keys() == MOST.keys()
    assert {step: cost for step, cost in large.items() if not MOST[step] * 0.7 <= cost <= MOST[step]} == {}
