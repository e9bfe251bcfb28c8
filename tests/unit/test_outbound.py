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


@pytest.mark.parametrize(
    ("pattern", "passes", "stops"),
    [
        ("0XXXXXXX.", ["030123456", "0891234567"], ["0049301234", "00881612345678", "09001234567", "01900123456"]),
        ("00.", ["0049301234"], ["00881612345678", "00870123456", "0097912345678"]),
        ("00881.", ["00881612345678"], ["0049301234"]),
        ("+.", ["+49301234"], ["+881612345678", "+870123456"]),
        ("+49.", ["+49301234"], ["+44207123456"]),
        ("NXXNXXXXXX", ["2125551234"], ["9002345678"]),
        ("1NXXNXXXXXX", ["12125551234"], ["19002345678"]),
        (".", ["030123456"], ["+49301234", "0049301234", "01149301234", "1184567"]),
    ],
)
def test_what_is_dear_has_to_be_named(pattern: str, passes: list[str], stops: list[str]) -> None:
    assert [number for number in (*passes, *stops) if may_call([pattern], number)] == passes


def test_a_number_is_no_longer_than_any_in_the_world() -> None:
    assert is_number("0" * 20)
    assert not is_number("0" * 21)
