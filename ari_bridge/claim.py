"""Which engine serves an Asterisk, written in that Asterisk: the second arbiter, where the database cannot be asked.

Whoever has just renewed the lease is in the right and writes its epoch. An engine that was cut off from the database
and from Asterisk for a while may have been replaced meanwhile; it finds the later epoch and stands down, where to
register the application again would take it from the engine that has the lease.
"""

from collections.abc import Callable
from typing import Final

from ari_bridge.client import Client

CLAIM: Final = "ACD_CLAIM"


class StoodDown(Exception):
    """Another engine serves the calls of our application."""


class Claim:
    """Of one engine. `make` it before every connect."""

    def __init__(self, *, journal: str, epoch: int, is_sure: Callable[[], bool]) -> None:
        """`is_sure`: whether the lease is certainly ours at present. The epochs of another journal say nothing."""
        self._journal, self._epoch = journal, epoch
        self._is_sure = is_sure

    async def make(self, client: Client) -> None:
        """Write it into Asterisk. Raises `StoodDown` where a later one is there, and AriError as any request."""
        if not self._is_sure():
            found = await client.asterisk.getGlobalVar(variable=CLAIM)
            journal, _, epoch = str(found.get("value", "")).partition(" ")
            if journal == self._journal and epoch.isdecimal() and int(epoch) > self._epoch:
                raise StoodDown
        await client.asterisk.setGlobalVar(variable=CLAIM, value=f"{self._journal} {self._epoch}")
