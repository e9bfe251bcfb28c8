"""One line of a queue_log, exactly as Asterisk 22 writes it (`ast_queue_log` in its main/logger.c)."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

NONE: Final = "NONE"
"""Where a line is about no call, no queue or no agent."""

MOST_VALUES: Final = 5
"""The columns `data1` to `data5` of its table."""

_DIVIDES: Final = re.compile(r"[|\x00-\x1f\x7f-\x9f\u2028\u2029]")
"""What would make two fields or two lines of one: text from outside may hold it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One event of a queue."""

    at: datetime
    call: str = NONE
    queue: str = NONE
    agent: str = NONE
    event: str
    values: tuple[str, ...] = ()
    """What the event tells beside; `MOST_VALUES` at most."""

    def text(self) -> str:
        """As it stands in the file, without the line's end. An event that tells nothing beside ends in `|`."""
        fields = (self.call, self.queue, self.agent, self.event, *(self.values or ("",)))
        return "|".join([str(second(self.at)), *(clean(value) for value in fields)])


def clean(value: str) -> str:
    """A value that divides nothing."""
    return _DIVIDES.sub("_", value)


def second(at: datetime) -> int:
    """The second in which an instant falls, since 1970. Lengths are told as differences of these, as Asterisk does."""
    return int(at.timestamp() // 1)
