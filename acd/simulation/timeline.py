"""The course of a simulated day: the measures at even instants, and what changed from one to the next."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from acd.figures import Doing, ratio
from acd.measures import Measures

_MOST_STEPS: Final = 100
_STEPS: Final = tuple(timedelta(minutes=m) for m in (1, 2, 5, 10, 15, 30, 60, 120, 240, 480, 1440))


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """What happened from `begins` on for one step."""

    begins: datetime
    arrived: int
    abandoned: int
    waiting: float
    """How many waited, on average."""
    service_level: float | None
    """Answered in time of (answered + abandoned late), of the calls that were so in this step. None: of none."""
    agents: dict[Doing, float]
    """How many did that, on average."""


@dataclass(frozen=True, slots=True)
class _Totals:
    offered: int
    abandoned: int
    in_time: int
    counted: int
    waiting_time: timedelta
    doing: dict[Doing, timedelta]


class Timeline:
    """Told the time before each fact is noted, it reads the measures whenever a step is over."""

    def __init__(self, measures: Measures, begins: datetime, ends: datetime) -> None:
        """`begins` to `ends` in equal steps, a hundred at most."""
        self.step = next(
            (step for step in _STEPS if (ends - begins) / step <= _MOST_STEPS), (ends - begins) / _MOST_STEPS
        )
        self.slices: list[Slice] = []
        self._measures = measures
        self._begins = begins
        self.ends = ends
        self._over = min(begins + self.step, ends)
        self._before = _read(measures)

    def come_to(self, now: datetime) -> None:
        """Time has come to this instant, and what happens in it is not noted yet."""
        while self._over <= now and self._begins < self.ends:
            self._measures.bring_to(self._over)
            after = _read(self._measures)
            self.slices.append(_between(self._before, after, self._begins, self._over - self._begins))
            self._begins, self._before = self._over, after
            self._over = min(self._begins + self.step, self.ends)


def _read(measures: Measures) -> _Totals:
    queues, agents = measures.queues.values(), measures.agents.values()
    return _Totals(
        offered=sum(queue.offered for queue in queues),
        abandoned=sum(queue.abandoned for queue in queues),
        in_time=sum(queue.answered_in_time for queue in queues),
        counted=sum(queue.answered + queue.abandoned_late for queue in queues),
        waiting_time=sum((queue.waiting_time for queue in queues), timedelta(0)),
        doing={doing: sum((agent.time[doing] for agent in agents), timedelta(0)) for doing in Doing},
    )


def _between(before: _Totals, after: _Totals, begins: datetime, step: timedelta) -> Slice:
    return Slice(
        begins=begins,
        arrived=after.offered - before.offered,
        abandoned=after.abandoned - before.abandoned,
        waiting=(after.waiting_time - before.waiting_time) / step,
        service_level=ratio(after.in_time - before.in_time, after.counted - before.counted),
        agents={doing: (after.doing[doing] - before.doing[doing]) / step for doing in Doing},
    )
