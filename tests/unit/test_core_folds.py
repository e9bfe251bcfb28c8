"""The table by which `State.apply` finds what a fact changes: it knows every fact, and each fold takes its own."""

from typing import get_args, get_type_hints

from acd import state
from acd.outputs import Fact


def test_every_fact_has_a_fold_that_takes_it() -> None:
    """A checker cannot see it, because the values of a table are all of one type."""
    folds = state._FOLDS
    assert folds.keys() == set(get_args(Fact))
    for fact, fold in folds.items():
        taken = get_type_hints(fold)["fact"]
        assert taken is fact or fact in get_args(taken), fold.__name__
