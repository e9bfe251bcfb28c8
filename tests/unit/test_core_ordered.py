"""The two indexes of the core against the plainest thing that does the same."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from acd.ordered import DeadlineKind, Deadlines, Ordered

NOON = datetime(2024, 3, 4, 12, tzinfo=UTC)
IDS = st.sampled_from("abcdef")


@given(st.lists(st.tuples(IDS, st.sampled_from([None, 0.0, 1.0, 1.5, 2.0]))))
def test_ordered_is_a_sorted_dictionary(steps: list[tuple[str, float | None]]) -> None:
    """Placing, moving, removing; equal ranks by id. `place` tells whether anything changed."""
    ordered, plain = Ordered[str](), dict[str, float]()
    for id_, rank in steps:
        if rank is None:
            ordered.remove(id_)
            plain.pop(id_, None)
        else:
            assert ordered.place(id_, rank) is (plain.get(id_) != rank)
            plain[id_] = rank
        expected = sorted(plain, key=lambda key: (plain[key], key))
        assert list(ordered) == expected
        assert len(ordered) == len(expected)
        assert ordered.first() == (expected[0] if expected else None)
        assert all((other in ordered) is (other in plain) for other in "abcdef")


def test_a_rank_of_several_numbers_goes_by_the_first_that_differs() -> None:
    """Tier first, then idle time, then the id."""
    ordered = Ordered[str]()
    for id_, rank in {"d": (2, 1), "c": (1, 5), "b": (1, 9), "a": (1, 9)}.items():
        assert ordered.place(id_, *rank)
    assert list(ordered) == ["c", "a", "b", "d"]
    assert not ordered.place("d", 2, 1)


@given(st.lists(st.tuples(st.sampled_from(DeadlineKind), IDS, st.sampled_from([None, 0, 1, 2, 3]))))
def test_deadlines_give_the_earliest_that_holds(steps: list[tuple[DeadlineKind, str, int | None]]) -> None:
    """The last word on each counts; the same instant goes by kind, then by id."""
    deadlines, plain = Deadlines(), dict[tuple[DeadlineKind, str], datetime]()
    for kind, id_, seconds in steps:
        until = None if seconds is None else NOON + timedelta(seconds=seconds)
        deadlines.set(kind, id_, until)
        if until is None:
            plain.pop((kind, id_), None)
        else:
            plain[kind, id_] = until
        expected = min(((at, *key) for key, at in plain.items()), default=None)
        assert deadlines.next() == expected
