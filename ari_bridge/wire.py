"""What the client needs of a way to Asterisk: requests that are answered, and one socket on which events come.

The real ones are `http_wire` and, on top of it, `socket_wire`. Another one makes the client, and all that stands on it,
run without a network.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Protocol


class WireBroken(Exception):
    """No answer came: Asterisk is not there, or the connection broke. The text says which, and holds no secret."""


class SocketRefused(Exception):
    """Asterisk has answered that it opens no socket for events."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status
        """The HTTP status."""


class EventSocket(Protocol):
    """Events as they come."""

    def __aiter__(self) -> AsyncIterator[bytes]:
        """One frame after the other, until the socket ends for whatever reason."""
        ...

    async def close(self) -> None:
        """Let go of it, without waiting long for an Asterisk that is silent."""
        ...


class Wire(Protocol):
    """One user's way to one Asterisk. Sets no time limit on a request; whoever asks does, and cancels."""

    address: str
    """For logs and errors; no secret is in it."""

    async def request(
        self, method: str, path: Sequence[str], query: Mapping[str, str], body: Mapping[str, object] | None
    ) -> tuple[int, bytes]:
        """Status and body of the answer. Parts of the path and values are not quoted yet. Raises WireBroken."""
        ...

    async def events(self, query: Mapping[str, str]) -> EventSocket:
        """Raises WireBroken or SocketRefused."""
        ...

    async def close(self) -> None:
        """Close every connection; requests that are under way end in WireBroken."""
        ...
