"""What core, bridge and process promise each other."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from acd.inputs import AsteriskSeen, Difference, Event, Refusal, Request
from acd.model import AccountId, DeviceId, Status
from acd.outputs import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentReport:
    """How an agent stands, in a few figures."""

    status: Status
    away_number: int | None = None
    """By which a star code chooses this status; None: it is no away status, or his account has it no more."""
    queues: int
    """How many he is assigned to."""
    callers_waiting: int
    """In those, together."""
    wrap_up_left: timedelta | None
    """None: he is in none."""


class EnginePort(Protocol):
    """The engine as its surroundings see it; the process implements it."""

    def tell(self, event: Event) -> None:
        """Something happened. Returns at once; the commands that follow are already under way."""
        ...

    async def ask(self, request: Request) -> Refusal | None:
        """Decide, and return once the decision is durable. None: granted."""
        ...

    def compare(self, seen: AsteriskSeen) -> Iterator[Difference | None]:
        """In what the books differ from this look at Asterisk. Changes nothing.

        In small pieces: after each `None` something else may happen, and what was found before may be so no more.
        """
        ...

    def report(self, device: DeviceId) -> AgentReport | None:
        """How the agent stands whose phone this is. None: it is nobody's who answers a queue."""
        ...


class SwitchPort(Protocol):
    """Asterisk as the process sees it; the bridge implements it."""

    def carry_out(self, commands: Sequence[Command]) -> None:
        """Start these in order and return at once; what comes of them arrives as events."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A phone as Asterisk must know it."""

    device: DeviceId
    account: AccountId
    extension: str
    """Of its owner: what others see when this phone calls."""
    caller_name: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryEntry:
    """A number of an account, and the phones that ring for it when the dial plan acts alone."""

    account: AccountId
    number: str
    is_queue: bool
    devices: tuple[DeviceId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Provisioning:
    """All that Asterisk itself has to be told of a centre. Written whenever the configuration changes."""

    endpoints: tuple[Endpoint, ...] = ()
    directory: tuple[DirectoryEntry, ...] = ()
