"""Patterns of numbers that may be called: what they are, and what they let pass."""

import pytest

from acd.outbound import is_number, is_pattern, may_call


@pytest.mark.parametrize(
    "text", ["1", "0XXXXXXXXX", "1XXX", "+49.", "00.", "[1-35]ZN", "NXXNXXXXXX", "*9X", "X#", "[9-9]X."]
)
def test_a_pattern_is_one(text: str) -> None:
    assert is_pattern(text)


@pytest.mark.parametrize(
    "text",
    ["", "_0X.", "0X!", "0.1", "..", "[1-", "[]X", "[3-1]X", "[a]X", "[^1]X", "x", "1 2", "1\n", "١", "(1)", "1|2"],
)
def test_anything_else_is_none(text: str) -> None:
    assert not is_pattern(text)


@pytest.mark.parametrize(
    ("pattern", "passes", "stops"),
    [
        ("1XXX", ["1000", "1999"], ["100", "10000", "2000", "1٠٠٠", "+1000", ""]),
        ("Z1N", ["112", "919"], ["012", "111", "1120"]),
        ("[1-35]0", ["10", "30", "50"], ["40", "00", "60"]),
        ("00.", ["001", "0049301234"], ["00", "0149"]),
        ("+49.", ["+4930"], ["4930", "+49", "++4930"]),
        ("*9#", ["*9#"], ["9#", "99#", "*9"]),
    ],
)
def test_what_a_pattern_lets_pass(pattern: str, passes: list[str], stops: list[str]) -> None:
    assert [number for number in (*passes, *stops) if may_call([pattern], number)] == passes


def test_one_pattern_is_enough_and_none_lets_nothing_pass() -> None:
    assert may_call(["1XXX", "2XXX"], "2000")
    assert not may_call([], "2000")


def test_a_number_is_digits_perhaps_after_a_plus() -> None:
    numbers = ["1", "0301234", "+49301234"]
    others = ["", "+", "++49", "49+", "anonymous", "1 2", "1\n", "*51", "12#", "sip:12", "٣٤"]
    assert [text for text in (*numbers, *others) if is_number(text)] == numbers
