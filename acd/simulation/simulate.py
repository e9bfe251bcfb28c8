"""Simulates a day: its centre's engine among people drawn with dice, and what is counted of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from acd.engine import Engine
from acd.inputs import AsteriskSeen, ConfigurationLoaded, EngineStarted
from acd.measures import Measures
from acd.model import Configuration
from acd.outputs import Recorded
from acd.simulation.chance import Chance, Roll
from acd.simulation.day import Day, configuration_of
from acd.simulation.run import Run
from acd.simulation.timeline import Timeline
from acd.state import State

MIDNIGHT: Final = datetime(2000, 1, 3, tzinfo=UTC)
"""Before the day opens. Any would do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulated:
    """What the day has come to when it ends; who waits or talks then still does."""

    configuration: Configuration
    measures: Measures
    timeline: Timeline


def simulate(day: Day, length: timedelta, roll: Roll, told: Callable[[Recorded], None]) -> Simulated:
    """Play so much of the day, from when it opens. The same dice give the same; `told` hears every fact."""
    opens = MIDNIGHT + day.traffic.opens
    ends = opens + length
    configuration = configuration_of(day.centre)
    measures = Measures(opens)
    engine = Engine(State())

    def note(recorded: Recorded) -> None:
        timeline.come_to(recorded.at)
        measures.note(recorded)
        told(recorded)

    timeline = Timeline(measures, opens, ends)
    for what in (
        EngineStarted(),
        ConfigurationLoaded(configuration=configuration),
        AsteriskSeen(registered=frozenset(configuration.devices)),
    ):
        for recorded in engine.handle(what, opens).facts:
            note(recorded)
    chance = Chance(day.traffic, MIDNIGHT, roll)
    Run(engine, chance, note).play(chance.inputs(ends), ends)
    timeline.come_to(ends)
    measures.bring_to(ends)
    return Simulated(configuration=configuration, measures=measures, timeline=timeline)
