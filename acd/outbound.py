"""Which numbers we may call for an account: patterns as a dial plan writes them, and what they let pass."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

_PATTERN: Final = re.compile(r"(?:[0-9XZN+*#]|\[(?:[0-9](?:-[0-9])?)+\])*\.?", re.ASCII)
_RANGE: Final = re.compile(r"([0-9])-([0-9])", re.ASCII)
_NUMBER: Final = re.compile(r"\+?[0-9]+", re.ASCII)
_CLASSES: Final = {"X": "[0-9]", "Z": "[1-9]", "N": "[2-9]", ".": ".+", "+": r"\+", "*": r"\*", "#": r"\#"}


def is_pattern(text: str) -> bool:
    """Whether this can be a pattern: see `Account.outbound`."""
    return bool(text and _PATTERN.fullmatch(text)) and all(first <= last for first, last in _RANGE.findall(text))


def is_number(text: str) -> bool:
    """Whether this can be called at all: digits, perhaps after a plus."""
    return _NUMBER.fullmatch(text) is not None


def may_call(patterns: Iterable[str], number: str) -> bool:
    """Whether one of the patterns, which `is_pattern` has found right, lets this number pass."""
    return any(_expression(pattern).fullmatch(number) for pattern in patterns)


@lru_cache(maxsize=1024)
def _expression(pattern: str) -> re.Pattern[str]:
    inside = False
    parts: list[str] = []
    for sign in pattern:
        inside = sign == "[" or (inside and sign != "]")
        parts.append(sign if inside else _CLASSES.get(sign, sign))
    return re.compile("".join(parts), re.ASCII)
