"""How an expected wait is put in words."""

from datetime import timedelta

import pytest

from acd.announcing import in_words
from acd.outputs import Phrase, Word

ABOUT, MINUTES = Phrase.EXPECTED_WAIT_ABOUT, Phrase.MINUTES


@pytest.mark.parametrize(
    ("seconds", "minutes", "words"),
    [
        (0, 0, (Phrase.EXPECTED_WAIT_UNDER_A_MINUTE,)),
        (59.9, 0, (Phrase.EXPECTED_WAIT_UNDER_A_MINUTE,)),
        (60, 1, (ABOUT, Phrase.ONE_MINUTE)),
        (89, 1, (ABOUT, Phrase.ONE_MINUTE)),
        (90, 2, (ABOUT, 2, MINUTES)),
        (299, 5, (ABOUT, 5, MINUTES)),
        (449, 5, (ABOUT, 5, MINUTES)),
        (450, 10, (ABOUT, 10, MINUTES)),
        (1349, 20, (ABOUT, 20, MINUTES)),
        (1949, 30, (ABOUT, 30, MINUTES)),
        (1950, 30, (Phrase.EXPECTED_WAIT_OVER, 30, MINUTES)),
        (86400, 30, (Phrase.EXPECTED_WAIT_OVER, 30, MINUTES)),
    ],
)
def test_the_nearest_round_figure_is_said(seconds: float, minutes: int, words: tuple[Word, ...]) -> None:
    assert in_words(timedelta(seconds=seconds)) == (minutes, words)
