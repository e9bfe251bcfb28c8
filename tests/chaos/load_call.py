"""What is known of each call of a load, and what all of them come to. Instants are of the event loop's clock."""

import asyncio
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True, eq=False)
class Leg:
    """An agent's phone that rang for a call."""

    agent: str
    rang_at: float
    answered_at: float | None = None
    """When the answer was acknowledged; None: it never was."""
    over_at: float | None = None


@dataclass(slots=True, kw_only=True, eq=False)
class LoadCall:
    """One caller, from his INVITE to his end."""

    number: int
    """Of this load, from 1."""
    caller: str
    """His extension, by which the agent's phone names him; it has no other call meanwhile."""
    began_at: float
    rang_at: float | None = None
    """When he was told that it rings (180 or 183)."""
    status: int = 0
    """The final answer to his INVITE; 0: none has come."""
    taken_at: float | None = None
    """When the queue answered (200): from here he has music."""
    legs: list[Leg] = field(default_factory=list[Leg])
    over_at: float | None = None
    fault: str | None = None
    """What should not have happened to him; None: he was served, or refused in due form."""
    answered: asyncio.Event = field(default_factory=asyncio.Event)
    """By an agent."""
    dropped: asyncio.Event = field(default_factory=asyncio.Event)
    """The other side has hung up."""

    @property
    def refused(self) -> bool:
        """Turned away before he was taken: busy, or no service."""
        return self.status in (486, 503)

    @property
    def agent_legs(self) -> list[Leg]:
        """The phones that answered him; more than one is an error, unless the first one was lost."""
        return [leg for leg in self.legs if leg.answered_at is not None]

    @property
    def take_s(self) -> float | None:
        """From the INVITE to the queue's answer."""
        return None if self.taken_at is None else self.taken_at - self.began_at

    @property
    def ring_s(self) -> float | None:
        """From the INVITE to the first ring at an agent."""
        return self.legs[0].rang_at - self.began_at if self.legs else None

    @property
    def wait_s(self) -> float | None:
        """From the INVITE to the agent's answer."""
        answered = [leg.answered_at for leg in self.legs if leg.answered_at is not None]
        return min(answered) - self.began_at if answered else None

    @property
    def refusal_s(self) -> float | None:
        """From the INVITE to the refusal."""
        return self.over_at - self.began_at if self.refused and self.over_at is not None else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How long something took, seconds; 0 throughout where there was nothing to measure."""

    median: float
    p99: float
    longest: float

    def __str__(self) -> str:
        return f"{self.median * 1000:.0f} ms, p99 {self.p99 * 1000:.0f}, longest {self.longest * 1000:.0f}"


def spread(seconds: Iterable[float | None]) -> Spread:
    """Of those that are known."""
    known = sorted(second for second in seconds if second is not None)
    if not known:
        return Spread(median=0.0, p99=0.0, longest=0.0)
    return Spread(median=known[len(known) // 2], p99=known[int(len(known) * 0.99)], longest=known[-1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """What a load came to."""

    placed: int
    served: int
    """Answered by an agent, and talking until the caller hung up."""
    refused: int
    failed: int
    """Neither served nor refused."""
    faults: Counter[str]
    """What happened to those that failed."""
    take: Spread
    ring: Spread
    wait: Spread
    refusal: Spread


def totals(calls: Iterable[LoadCall]) -> Totals:
    """Of calls that are over."""
    over = list(calls)
    faults = Counter(call.fault for call in over if call.fault is not None)
    refused = sum(call.refused for call in over)
    failed = sum(faults.values())
    return Totals(
        placed=len(over),
        served=len(over) - refused - failed,
        refused=refused,
        failed=failed,
        faults=faults,
        take=spread(call.take_s for call in over),
        ring=spread(call.ring_s for call in over),
        wait=spread(call.wait_s for call in over),
        refusal=spread(call.refusal_s for call in over),
    )
