"""What a new configuration and a look at Asterisk cost in a large centre, in byte codes.

A change costs what it touches. A look has to look at everybody once, so it is made in pieces, and no piece grows.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import pytest

from acd.differences import PIECE, differences, in_pieces
from acd.engine import Engine
from acd.inputs import CallerHungUp, ConfigurationLoaded, Difference, LegLeftOver, TalkUnknown
from acd.model import Agent, CallId, Configuration, agent_id, queue_id
from bench.core.apart import look
from tests.unit.test_core_cost import ByteCodes
from tests.unit.test_core_steps import ACCOUNT, BACK_OFF, NOON, Day

SIZES: Final = ((20, 60, 300), (200, 600, 3000))
"""Queues, agents, callers who wait: ten times as many of all, and as many of each queue."""

ALLOWED_GROWTH: Final = 1.25

OF_A_CALLER: Final = 150
"""Byte codes of a look for each caller, in perfect order."""

OF_A_PIECE: Final = 100
"""Likewise, for each caller, leg or phone in the largest piece."""

Change = Callable[[Configuration], Configuration]


@pytest.fixture(scope="module")
def engines() -> tuple[Engine, Engine]:
    """A small centre and a large one."""
    small, large = (Day(*size).engine for size in SIZES)
    return small, large


# --- a new configuration


def _nothing(was: Configuration) -> Configuration:
    return was


def _one_queue(was: Configuration) -> Configuration:
    queue = was.queues[queue_id(ACCOUNT, "70003")]
    return replace(was, queues={**was.queues, queue.id: replace(queue, ring_time=queue.ring_time + BACK_OFF)})


def _one_agent_more(was: Configuration) -> Configuration:
    agent = Agent(id=agent_id(ACCOUNT, "9"), account=ACCOUNT, extension="9", name="New")
    return replace(was, agents={**was.agents, agent.id: agent})


def _one_agent_leaves_a_queue(was: Configuration) -> Configuration:
    gone = next(key for key in was.assignments if key[1] == queue_id(ACCOUNT, "70003"))
    return replace(was, assignments={key: part for key, part in was.assignments.items() if key != gone})


MOST: Final[dict[Change, int]] = {
    _nothing: 420,
    _one_queue: 15_500,
    _one_agent_more: 1_350,
    _one_agent_leaves_a_queue: 4_100,
}
"""Byte codes of each, in the large centre too. A queue has fifteen agents, of five queues each, and fifteen callers."""


@pytest.mark.parametrize("change", MOST)
def test_a_configuration_costs_what_it_touches(engines: tuple[Engine, Engine], change: Change) -> None:
    """It is compared with the old one without a byte code for what is the same."""
    spent: list[int] = []
    for engine in engines:
        was = engine.state.configuration
        wanted = ConfigurationLoaded(configuration=change(was))
        with ByteCodes() as codes:
            outcome = engine.handle(wanted, NOON)
        spent.append(codes.counted)
        assert bool(outcome.facts) == (wanted.configuration != was)
        engine.handle(ConfigurationLoaded(configuration=was), NOON)
        assert engine.state.configuration == was
    small, large = spent
    assert large <= small * ALLOWED_GROWTH
    assert MOST[change] * 0.7 <= large <= MOST[change]


# --- a look at Asterisk


def test_a_look_in_which_nothing_differs_costs_little_for_each_caller(engines: tuple[Engine, Engine]) -> None:
    """And as much in a large centre as in a small one."""
    small, large = (sum(_pieces(engine)) / len(engine.state.records.calls) for engine in engines)
    assert large <= small * ALLOWED_GROWTH
    assert OF_A_CALLER * 0.7 <= large <= OF_A_CALLER


def test_no_piece_of_a_look_is_large(engines: tuple[Engine, Engine]) -> None:
    """So nothing else has to wait for a look: between two pieces it is served."""
    for engine in engines:
        assert max(_pieces(engine)) <= OF_A_PIECE * PIECE


def _pieces(engine: Engine) -> list[int]:
    """Byte codes of each piece of a look."""
    look_on = in_pieces(engine.state, look(engine))
    pieces: list[int] = []
    found, ended = None, object()
    while found is None:
        with ByteCodes() as codes:
            found = next(look_on, ended)
        assert found in (None, ended), "nothing differs"
        pieces.append(codes.counted)
    return pieces


def test_a_look_goes_on_while_callers_hang_up() -> None:
    """What shows then is of those who have gone, and is to be asked for anew."""
    engine = Day(*SIZES[0]).engine
    seen, gone, found = look(engine), set[CallId](), list[Difference]()
    here = iter(tuple(engine.state.records.calls))
    for difference in in_pieces(engine.state, seen):
        if difference is None:
            call = next(here)
            engine.handle(CallerHungUp(call=call), NOON)
            gone.add(call)
        else:
            found.append(difference)
    assert found
    assert set(map(_of, found)) <= gone
    assert not list(differences(engine.state, look(engine)))


def _of(difference: Difference) -> str:
    """The call that it is about."""
    assert isinstance(difference, TalkUnknown | LegLeftOver)
    return difference.caller.call if isinstance(difference, TalkUnknown) else difference.offer.partition("~")[0]
