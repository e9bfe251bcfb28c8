"""Queueing formulas, and the engine measured against them: a long run of the simulator, cut into batches.

Each figure is a ratio of two sums over the calls of a batch (seconds waited by calls, answers in time by calls). The
batches are long beside the time in which a queue forgets its past, so that they are nearly independent, and their
scatter gives the standard error of the whole. The first calls of a run are left out: it begins without a call.
"""

import json
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from math import sqrt
from pathlib import Path
from typing import Any, Final

from acd.engine import Engine
from acd.inputs import AsteriskSeen, ConfigurationLoaded, EngineStarted
from acd.model import (
    AccountId,
    Agent,
    AgentId,
    Assignment,
    CallId,
    Configuration,
    Device,
    DeviceId,
    Queue,
    QueueType,
    agent_id,
    queue_id,
)
from acd.outputs import CallAnswered, CallEnded, CallOutcome, CallQueued, Recorded, TalkEnded
from acd.simulation.chance import Chance
from acd.simulation.run import Run
from acd.simulation.traffic import HOURS_OF_DAY, Constant, Exponential, Shift, Stream, Traffic
from acd.state import State

PUBLISHED: Final[dict[str, list[dict[str, Any]]]] = json.loads(
    (Path(__file__).parent / "vectors.json").read_text(encoding="utf-8")
)
BATCHES: Final = 30
FORGOTTEN_AFTER: Final = 4
"""A batch and the part left out are as many relaxation times of the queue, at least."""

ACCOUNT: Final = AccountId("formula.example")
OPENED: Final = datetime(2000, 1, 3, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Class:
    """Callers of one kind: how many an hour, in which queue, of which priority."""

    per_hour: float
    queue: str = "7001"
    queue_priority: int = 1
    priority: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Vector:
    """One system, and what theory says of it."""

    name: str
    agents: int
    talk: timedelta
    classes: tuple[Class, ...]
    patience: timedelta | None = None
    threshold: timedelta = timedelta(0)
    hunt: bool = False
    expected: dict[str, float]

    @property
    def calls_per_hour(self) -> float:
        """Of all classes."""
        return sum(of.per_hour for of in self.classes)

    @property
    def relaxation(self) -> timedelta:
        """The time in which a disturbance fades to 1/e, of M/M/c in heavy traffic; impatience only makes it shorter."""
        if self.patience is not None:
            return max(self.talk, self.patience)
        load = self.calls_per_hour * (self.talk / timedelta(hours=1)) / self.agents
        return max(self.talk, self.talk / (self.agents * (1 - sqrt(load)) ** 2))


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One figure beside what is expected."""

    vector: str
    figure: str
    expected: float
    mean: float
    standard_error: float

    @property
    def errors_off(self) -> float:
        """How many standard errors lie between the two."""
        off = self.mean - self.expected
        return off / self.standard_error if self.standard_error else (0.0 if abs(off) < 1e-9 else float("inf"))


# --- the vectors


def vectors() -> list[Vector]:
    """All of them, in the order of the file; Cobham's priorities both as callers' and as queues'."""
    return [
        *map(_erlang_c, PUBLISHED["erlang_c"]),
        *map(_erlang_a, PUBLISHED["erlang_a"]),
        *(_cobham(of, by_queue) for by_queue in (False, True) for of in PUBLISHED["cobham_nonpreemptive"]),
        *map(_longest_idle, PUBLISHED["longest_idle_agent"]),
        *map(_ordered_hunt, PUBLISHED["ordered_hunt"]),
    ]


def _erlang_c(of: dict[str, Any]) -> Vector:
    figures = {"p_wait": of["p_wait"], "asa_s": of["asa_s"], "in_time": of["service_level"]}
    return _plain("Erlang C", of, figures)


def _erlang_a(of: dict[str, Any]) -> Vector:
    figures = {
        "p_abandon": of["p_abandon"],
        "wait_of_all_s": of["mean_wait_all_s"],
        "asa_s": of["asa_answered_s"],
        "in_time": of["answered_within_T_over_offered"],
    }
    return replace(_plain("Erlang A", of, figures), patience=timedelta(seconds=of["mean_patience_s"]))


def _plain(kind: str, of: dict[str, Any], figures: dict[str, float]) -> Vector:
    return Vector(
        name=f"{kind}, {of['agents']} agents, {of['calls_per_hour']} calls/h of {of['aht_s']} s",
        agents=of["agents"],
        talk=timedelta(seconds=of["aht_s"]),
        classes=(Class(per_hour=of["calls_per_hour"]),),
        threshold=timedelta(seconds=of.get("threshold_s", 0)),
        expected=figures,
    )


def _cobham(of: dict[str, Any], by_queue: bool) -> Vector:
    rates = of["calls_per_hour_by_class"]
    classes = [
        Class(per_hour=rate, queue=f"700{n}", queue_priority=n) if by_queue else Class(per_hour=rate, priority=n)
        for n, rate in enumerate(rates, start=1)
    ]
    figures = {f"asa_s_of_{n}": wait for n, wait in enumerate(of["mean_wait_s_by_class"], start=1)}
    kind = "Cobham by queue" if by_queue else "Cobham by caller"
    return Vector(
        name=f"{kind}, {of['agents']} agents, {'+'.join(map(str, rates))} calls/h of {of['aht_s']} s",
        agents=of["agents"],
        talk=timedelta(seconds=of["aht_s"]),
        classes=tuple(classes),
        expected={"p_wait": of["p_wait"], **figures},
    )


def _longest_idle(of: dict[str, Any]) -> Vector:
    names = {"p_gap_zero": "p_gap_zero", "gap_s": "mean_gap_s", "gap_deviation_s": "sd_gap_s"}
    return _plain("Longest idle", of, {figure: of[name] for figure, name in names.items()})


def _ordered_hunt(of: dict[str, Any]) -> Vector:
    figures = {f"occupancy_of_{n}": part for n, part in enumerate(of["occupancy_by_position"], start=1)}
    return replace(_plain("Ordered hunt", of, {"p_wait": of["p_wait"], **figures}), hunt=True)


# --- measuring


def measure(vector: Vector, calls: int, seed: int) -> list[Measured]:
    """Every figure of the vector, from about so many calls; more, where its batches would be too short otherwise."""
    batch = max(timedelta(hours=calls / vector.calls_per_hour / BATCHES), FORGOTTEN_AFTER * vector.relaxation)
    sums = _play(vector, batch, seed)
    return [
        Measured(vector=vector.name, figure=figure, expected=expected, mean=mean, standard_error=error)
        for figure, expected in vector.expected.items()
        for mean, error in [_ratio(sums[figure])]
    ]


def _ratio(batches: list[list[float]]) -> tuple[float, float]:
    """The ratio of the sums, and its standard error: each batch's share in missing it."""
    above = sum(batch[0] for batch in batches)
    below = sum(batch[1] for batch in batches)
    ratio = above / below
    squares = sum((batch[0] - ratio * batch[1]) ** 2 for batch in batches)
    count = len(batches)
    return ratio, sqrt(squares * count / (count - 1)) / below


def _play(vector: Vector, batch: timedelta, seed: int) -> dict[str, list[list[float]]]:
    begin = OPENED + FORGOTTEN_AFTER * vector.relaxation
    end = begin + BATCHES * batch
    configuration = _configuration(vector)
    engine = Engine(State())
    engine.handle(EngineStarted(), OPENED)
    engine.handle(ConfigurationLoaded(configuration=configuration), OPENED)
    engine.handle(AsteriskSeen(registered=frozenset(configuration.devices)), OPENED)
    chance = Chance(_traffic(vector, configuration), OPENED, lambda name: random.Random(f"{seed} {name}"))
    tally = _Tally(vector, begin, batch)
    Run(engine, chance, tally.note).play(chance.inputs(end), end + timedelta(days=365))
    return tally.sums()


class _Tally:
    """Sums of a run, batch by batch; a call belongs to the batch in which it arrived."""

    def __init__(self, vector: Vector, begin: datetime, batch: timedelta) -> None:
        self._vector = vector
        self._begin = begin
        self._batch = batch
        self._class: dict[CallId, int] = {}
        self._ended: dict[AgentId, datetime] = {}
        self._sums: dict[str, list[list[float]]] = defaultdict(lambda: [[0.0, 0.0] for _ in range(BATCHES)])
        self._gap_squares = [0.0] * BATCHES

    def note(self, recorded: Recorded) -> None:
        """One fact of the run."""
        match recorded.fact:
            case CallQueued() as fact:
                of = next(n for n, c in enumerate(self._vector.classes, start=1) if _is_of(c, fact))
                self._class[fact.call] = of
            case CallAnswered() as fact:
                self._settled(recorded.at - fact.waited, fact.call, fact.waited, answered=True)
                self._gap(recorded.at, fact.agent)
            case CallEnded(outcome=CallOutcome.ABANDONED) as fact:
                self._settled(recorded.at - fact.waited, fact.call, fact.waited, answered=False)
            case TalkEnded() as fact:
                self._ended[fact.agent] = recorded.at
                place = int(fact.agent.partition("@")[0]) - _FIRST + 1
                self._add(f"occupancy_of_{place}", recorded.at - fact.talked, fact.talked.total_seconds(), 0)
            case _:
                pass

    def sums(self) -> dict[str, list[list[float]]]:
        """By figure and batch: what is divided, and by what."""
        for figure, batches in self._sums.items():
            for number, sums in enumerate(batches):
                if figure.startswith("occupancy"):
                    sums[1] = self._batch.total_seconds()
                elif figure == "gap_deviation_s":
                    gap_s, gaps = self._sums["gap_s"][number]
                    sums[:] = [sqrt(self._gap_squares[number] / gaps - (gap_s / gaps) ** 2), 1]
        return self._sums

    def _settled(self, arrived: datetime, call: CallId, waited: timedelta, *, answered: bool) -> None:
        wait_s = waited.total_seconds()
        self._add("p_wait", arrived, float(wait_s > 0))
        self._add("p_abandon", arrived, float(not answered))
        self._add("in_time", arrived, float(answered and waited <= self._vector.threshold))
        self._add("wait_of_all_s", arrived, wait_s)
        if answered:
            self._add("asa_s", arrived, wait_s)
            self._add(f"asa_s_of_{self._class[call]}", arrived, wait_s)
        del self._class[call]

    def _gap(self, at: datetime, agent: AgentId) -> None:
        if agent in self._ended:
            gap_s = (at - self._ended[agent]).total_seconds()
            self._add("p_gap_zero", at, float(gap_s == 0))
            self._add("gap_s", at, gap_s)
            self._add("gap_deviation_s", at, 0)
            if 0 <= (number := (at - self._begin) // self._batch) < BATCHES:
                self._gap_squares[number] += gap_s**2

    def _add(self, figure: str, at: datetime, above: float, below: float = 1) -> None:
        number = (at - self._begin) // self._batch
        if 0 <= number < BATCHES:
            sums = self._sums[figure][number]
            sums[0] += above
            sums[1] += below


# --- the system

_FIRST: Final = 10_000


def _is_of(of: Class, fact: CallQueued) -> bool:
    return fact.priority == of.priority and fact.queue == queue_id(ACCOUNT, of.queue)


def _configuration(vector: Vector) -> Configuration:
    type_ = QueueType.LINEAR_HUNT if vector.hunt else QueueType.ROUND_ROBIN
    queues = [
        Queue(id=queue_id(ACCOUNT, n), account=ACCOUNT, number=n, name=n, type=type_, priority=priority)
        for n, priority in sorted({(of.queue, of.queue_priority) for of in vector.classes})
    ]
    people = [
        Agent(id=agent_id(ACCOUNT, ext), account=ACCOUNT, extension=ext, name=ext)
        for ext in (str(_FIRST + n) for n in range(vector.agents))
    ]
    return Configuration(
        agents={agent.id: agent for agent in people},
        devices={(name := DeviceId(f"{a.extension}-desk")): Device(id=name, owner=a.id) for a in people},
        queues={queue.id: queue for queue in queues},
        assignments=dict(_assignments(people, queues)),
    )


def _assignments(people: list[Agent], queues: list[Queue]) -> Iterator[tuple[Any, Assignment]]:
    for agent in people:
        for queue in queues:
            order = int(agent.extension) - _FIRST + 1
            yield (agent.id, queue.id), Assignment(agent=agent.id, queue=queue.id, order=order)


def _traffic(vector: Vector, configuration: Configuration) -> Traffic:
    at_once = Constant(timedelta(0))
    shift = Shift(
        agents=tuple(configuration.agents),
        begins=timedelta(0),
        ends=timedelta(days=1),
        answers_after=at_once,
        misses=0,
        back_after=at_once,
    )
    streams = tuple(
        Stream(
            queue=queue_id(ACCOUNT, of.queue),
            per_hour=(of.per_hour,) * HOURS_OF_DAY,
            talk=Exponential(vector.talk),
            patience=None if vector.patience is None else Exponential(vector.patience),
            priority=of.priority,
        )
        for of in vector.classes
    )
    return Traffic(streams=streams, shifts=(shift,), opens=timedelta(0))
