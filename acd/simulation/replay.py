"""Plays a span of the journal once more, with the rules as they were or with others, and measures both."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from acd.centre import Centre
from acd.engine import Engine
from acd.inputs import ConfigurationLoaded
from acd.journal import decode_state, encode_state
from acd.measures import Measures
from acd.model import Configuration
from acd.outputs import Recorded
from acd.simulation.chance import Roll
from acd.simulation.day import configuration_of
from acd.simulation.history import AsTheyWere
from acd.simulation.past import Past, Rules
from acd.simulation.run import Run, Timed
from acd.state import State

UNKNOWN: Final = (
    "Not known, and so drawn with dice from what was seen in the span: how long callers who were answered would have",
    "stayed, how long callers who were not would have talked, how agents would have reacted to calls that did not ring",
    "at them. Left out: holds, recordings, and the times in which Asterisk was out of sight.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What happened, and what would have."""

    happened: Measures
    would: Measures
    configuration: Configuration
    """What there was at the end, and what there would have been, in one."""
    drawn: Mapping[str, int]
    """How often something unknown had to be drawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A part of the journal: the state before it, and its facts."""

    begins: datetime
    ends: datetime
    state: State
    facts: Sequence[Recorded]


def as_it_was(configuration: Configuration) -> Configuration:
    """The rules that there were."""
    return configuration


def with_rules_of(centre: Centre) -> Rules:
    """The queues and assignments of this file instead of those that its account had; people and phones as they were."""
    changed = configuration_of(centre)
    account = centre.account.id

    def rules(was: Configuration) -> Configuration:
        if account not in {agent.account for agent in was.agents.values()}:
            return was
        queues = {id_: queue for id_, queue in was.queues.items() if queue.account != account} | dict(changed.queues)
        kept = {key: entry for key, entry in was.assignments.items() if was.agents[entry.agent].account != account}
        new = {
            key: entry if entry.devices is None else replace(entry, devices=entry.devices & was.devices.keys())
            for key, entry in changed.assignments.items()
            if entry.agent in was.agents
        }
        return replace(was, queues=queues, assignments=kept | new)

    return rules


def replay(span: Span, rules: Rules, roll: Roll, told: Callable[[Recorded], None]) -> Replayed:
    """Play the span; `told` hears every fact of what would have been."""
    engine = Engine(decode_state(encode_state(span.state)))
    happened, would = Measures(span.begins, span.state.records), Measures(span.begins, engine.state.records)
    past = Past(span.state, rules)
    for number, recorded in enumerate(span.facts):
        happened.note(recorded)
        past.take(recorded, span.facts[number + 1] if number + 1 < len(span.facts) else None)
    past.finish(span.ends)
    people = AsTheyWere(past.known, roll)

    def note(recorded: Recorded) -> None:
        would.note(recorded)
        told(recorded)

    run = Run(engine, people, note)
    run.resume(span.begins)
    run.play(iter([*_first(engine.state, rules, span.begins), *past.inputs]), span.ends)
    happened.bring_to(span.ends)
    would.bring_to(span.ends)
    configuration = _both(span.state.configuration, engine.state.configuration)
    return Replayed(happened=happened, would=would, configuration=configuration, drawn=people.drawn)


def _both(was: Configuration, would: Configuration) -> Configuration:
    return replace(
        would, queues=dict(sorted({**was.queues, **would.queues}.items())), agents={**was.agents, **would.agents}
    )


def _first(state: State, rules: Rules, begins: datetime) -> list[Timed]:
    was = state.configuration
    configuration = rules(was)
    return [] if configuration == was else [(begins, ConfigurationLoaded(configuration=configuration))]
