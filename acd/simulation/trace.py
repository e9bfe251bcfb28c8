"""A trace: known calls for a known number of agents; and what became of each call."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Order(StrEnum):
    """Who of the waiting is served next."""

    FCFS = "fcfs"
    """The longest wait; priorities are ignored."""
    PRIORITY = "priority"
    """The lowest priority number, then the longest wait. A talk is never cut short for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedCall:
    """One call. Times are seconds with 15 decimals at most; not floats, which hold few decimal fractions exactly."""

    id: int | str
    arrival_s: Decimal
    """Since the beginning, when all agents are idle."""
    service_s: Decimal
    """How long he talks once he is answered."""
    patience_s: Decimal | None
    """How long he waits before he hangs up; None: for ever."""
    priority: int | None
    """Lowest first, None last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """Calls for agents of one queue who answer at once, need no wrap-up, and are chosen by the longest idle time."""

    agents: int
    """They are numbered from 1; at the beginning agent 1 is idle longest."""
    order: Order
    calls: tuple[TracedCall, ...]
    """Of calls that arrive at one instant, the one that stands first comes first."""


class Ending(StrEnum):
    """What became of a call."""

    ANSWERED = "answered"
    ABANDONED = "abandoned"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """One call's part of the result."""

    id: int | str
    wait_s: Decimal
    """Until he was answered, or until he hung up."""
    agent: int | None
    """Who answered; None where nobody did."""
    outcome: Ending
