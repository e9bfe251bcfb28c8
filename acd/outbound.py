"""Which numbers we may call for an account: patterns as a dial plan writes them, and what they let pass."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

DEAR: Final = (
    *("+", "00", "011"),  # abroad
    *(
        "+870",
        "00870",
        "011870",
        "+88",
        "0088",
        "01188",
        "+979",
        "00979",
        "011979",
    ),  # ships, satellites, the whole world
    *("0900", "0190", "0137", "0118", "118", "1900", "1976", "900"),  # dear by the minute or by the call
)
"""What a number begins with that is dear in most countries: it passes only by a pattern that says so, sign by sign.

So a pattern such as `0XXXXXXX.`, meant for the country's own numbers, lets nobody call a satellite. What else is dear
where a centre stands its patterns must leave out. ITU-T E.164 list of assigned country codes, 2016: 870, 881, 882, 883
and 979 are no countries."""

_PATTERN: Final = re.compile(r"(?:[0-9XZN+*#]|\[(?:[0-9](?:-[0-9])?)+\])*\.?", re.ASCII)
_RANGE: Final = re.compile(r"([0-9])-([0-9])", re.ASCII)
_NUMBER: Final = re.compile(r"\+?[0-9]{1,20}", re.ASCII)
"""E.164 has 15 digits at most; before them the way abroad, and perhaps a carrier."""

_CLASSES: Final = {"X": "[0-9]", "Z": "[1-9]", "N": "[2-9]", ".": ".+", "+": r"\+", "*": r"\*", "#": r"\#"}


def is_pattern(text: str) -> bool:
    """Whether this can be a pattern: see `Account.outbound`."""
    return bool(text and _PATTERN.fullmatch(text)) and all(first <= last for first, last in _RANGE.findall(text))


def is_number(text: str) -> bool:
    """Whether this can be called at all: digits, perhaps after a plus."""
    return _NUMBER.fullmatch(text) is not None


def may_call(patterns: Iterable[str], number: str) -> bool:
    """Whether one of the patterns, which `is_pattern` has found right, lets this number pass; a dear one by name."""
    named = max((prefix for prefix in DEAR if number.startswith(prefix)), key=len, default="")
    return any(pattern.startswith(named) and lets_pass(pattern, number) for pattern in patterns)


def lets_pass(pattern: str, number: str) -> bool:
    """What the pattern says by itself."""
    return _expression(pattern).fullmatch(number) is not None


@lru_cache(maxsize=1024)
def _expression(pattern: str) -> re.Pattern[str]:
    inside = False
    parts: list[str] = []
    for sign in pattern:
        inside = sign == "[" or (inside and sign != "]")
        parts.append(sign if inside else _CLASSES.get(sign, sign))
    return re.compile("".join(parts), re.ASCII)
