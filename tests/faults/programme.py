"""What a day is made of, and how it went."""

from collections import Counter
from dataclasses import dataclass, field

from tests.faults.drift import Repairs


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """What a day is made of; equal programmes give equal days."""

    seed: int
    calls: int = 40
    agents: int = 5
    every_s: float = 6.0
    """From one caller to the next, on average."""
    faults: tuple[str, ...] = ()
    fault_every_s: float = 40.0
    lively: bool = True
    """Agents change their statuses, call somebody, transfer and hold."""
    without_calls: frozenset[int] = frozenset()
    without_faults: frozenset[int] = frozenset()


@dataclass(slots=True, kw_only=True)
class Result:
    """How it went."""

    programme: Programme
    broken: str | None = None
    at: float = 0.0
    calls: int = 0
    talks: int = 0
    not_served: int = 0
    turned_away: int = 0
    """Callers who heard busy."""
    faults: Counter[str] = field(default_factory=Counter[str])
    events: int = 0
    """Events and requests to which something was done on their way."""
    happened: int = 0
    facts: int = 0
    takeovers: int = 0
    """How often the other of two engines began to serve."""
    torn: int = 0
    """Writes to the spool that a kill cut off."""
    disk_failed: int = 0
    forgotten: int = 0
    """Facts of the last instant before a kill."""
    delivered: int = 0
    """Facts that an engine found in the spool only."""
    compared: int = 0
    """How often the journal was found to give the live state."""
    repairs: Repairs = field(default_factory=Repairs)
    transcript: list[str] = field(default_factory=list[str])
