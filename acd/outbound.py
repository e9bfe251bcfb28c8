"""Which numbers may be called for an account: the patterns of its outbound rules. Knows neither calls nor queues."""

import re
from collections.abc import Iterable
from functools import cache
from typing import Final

_NUMBER: Final = re.compile(r"\+?[0-9]+", re.ASCII)
_CLASSES: Final = {"X": "[0-9]", "Z": "[1-9]", "N": "[2-9]", ".": ".+"}


def is_number(text: str) -> bool:
    """Whether this can be dialled at all: digits, perhaps after a plus."""
    return _NUMBER.fullmatch(text) is not None


def is_allowed(number: str, patterns: Iterable[str]) -> bool:
    """Whether one of these patterns (`Account.outbound` says how they are written) stands for this number."""
    return any(_compiled(pattern).fullmatch(number) for pattern in patterns)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile("".join(_CLASSES.get(sign, re.escape(sign)) for sign in pattern), re.ASCII | re.DOTALL)
