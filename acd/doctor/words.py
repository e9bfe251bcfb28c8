"""What the doctor says."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How bad it is, the worst first."""

    FAULT = "fault"
    """Calls are not served as they should be."""
    NOT_SEEN = "not seen"
    """It could not be looked at."""
    HINT = "hint"
    """Works, and is probably not what is meant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing, and its mend."""

    level: Level
    about: str
    """`Asterisk`, `dial plan`, `database`, …"""
    what: str
    do: str
    """What to type, or to change where."""

    def __str__(self) -> str:
        return f"{self.level}: {self.about}: {self.what}\n    -> {self.do}"


def fault(about: str, what: str, do: str) -> Finding:
    """Calls are not served as they should be."""
    return Finding(level=Level.FAULT, about=about, what=what, do=do)


def hint(about: str, what: str, do: str) -> Finding:
    """Probably not meant."""
    return Finding(level=Level.HINT, about=about, what=what, do=do)


def not_seen(about: str, what: str, do: str) -> Finding:
    """It could not be looked at."""
    return Finding(level=Level.NOT_SEEN, about=about, what=what, do=do)
