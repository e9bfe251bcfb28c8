"""The numbers of a centre that is made of old queues: kept where they can be, found in the dial plan, else made up."""

import re
from collections.abc import Iterable
from typing import Final

from acd.centre.checks import EMERGENCY

FIRST_QUEUE: Final = 7001
FIRST_PERSON: Final = 1001

_NUMBER: Final = re.compile(r"[0-9]{2,10}", re.ASCII)


def can_be_given(number: str | None) -> bool:
    """Whether a centre can have this number at all."""
    return number is not None and _NUMBER.fullmatch(number) is not None and number not in EMERGENCY


class Numbers:
    """Those that are taken. A number is given once."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def take(self, number: str) -> bool:
        """Whether it was free."""
        if number in self._taken:
            return False
        self._taken.add(number)
        return True

    def first_of(self, wanted: Iterable[str | None]) -> str | None:
        """The first of these that can be given, taken; None where none can."""
        return next((number for number in wanted if number and can_be_given(number) and self.take(number)), None)

    def make_up(self, first: int) -> str:
        """The next free one from here on, taken."""
        number = first
        while not self.take(str(number)):
            number += 1
        return str(number)
