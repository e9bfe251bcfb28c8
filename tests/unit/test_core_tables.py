"""The tables of the core: each fact has a fold, each input a rule, and takes it. A checker sees neither."""

from collections.abc import Callable
from typing import get_args, get_type_hints

from acd import engine, state
from acd.inputs import Event, Request
from acd.outputs import Fact


def test_every_fact_has_a_fold_that_takes_it() -> None:
    """What a fact changes."""
    assert state._FOLDS.keys() == set(get_args(Fact))
    for fact, fold in state._FOLDS.items():
        assert _takes(fold, fact), fold.__name__


def test_every_input_has_a_rule_that_takes_it() -> None:
    """What an input means."""
    assert engine._RULES.keys() == {*get_args(Event), *get_args(Request)}
    for what, rule in engine._RULES.items():
        assert _takes(rule, what), rule.__name__


def _takes(function: Callable[..., object], kind: type) -> bool:
    """As its second argument."""
    _, taken, *_ = get_type_hints(function).values()
    return taken is kind or kind in get_args(taken)
