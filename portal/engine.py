"""The engine as the portal sees it: what every neighbour of it may do, and the state to look at."""

from datetime import datetime
from typing import Protocol

from acd.ports import EnginePort
from acd.state import State


class LiveEngine(EnginePort, Protocol):
    """The process implements it."""

    @property
    def state(self) -> State:
        """All centres as they are now. To be read between two awaits; never to be written, or kept over one."""
        ...

    def now(self) -> datetime:
        """By the engine's clock, whose instants all those in the state are."""
        ...
