"""Notices that a child has hung: it tells us every second that it is there (`acd.runtime.watchdog`), and then does not.

Nothing counts before the child has told that its work has begun, so a long start is no silence.
"""

import asyncio
import socket
import time
from contextlib import suppress
from pathlib import Path
from typing import Final, Self

SILENT_AFTER_SECONDS: Final = 4.0


class Listener(asyncio.DatagramProtocol):
    """What one run of a child tells. `to`, give the child `address`, wait for `silence`, `close`."""

    def __init__(self, address: Path) -> None:
        """Use `to`."""
        self.address = address
        self.began = asyncio.Event()
        """Set while the child does its work."""
        self._heard = time.monotonic()
        self._transport: asyncio.DatagramTransport

    @classmethod
    async def to(cls, address: Path) -> Self:
        """Listen there. Only who may look into its directory can tell us something."""
        listener, loop = cls(address), asyncio.get_running_loop()
        listener._transport, _ = await loop.create_datagram_endpoint(lambda: listener, sock=_bound(address))
        return listener

    def datagram_received(self, data: bytes, addr: object) -> None:
        """As asyncio expects."""
        self._heard = time.monotonic()
        words = data.splitlines()
        if b"READY=1" in words:
            self.began.set()
        if b"STOPPING=1" in words:
            self.began.clear()

    async def silence(self) -> None:
        """Return when the child has been silent for too long."""
        while True:
            await self.began.wait()
            left = self._heard + SILENT_AFTER_SECONDS - time.monotonic()
            if left <= 0:
                return
            await asyncio.sleep(left)

    def close(self) -> None:
        """Listen no more."""
        self._transport.close()
        with suppress(OSError):
            self.address.unlink()


def _bound(address: Path) -> socket.socket:
    address.unlink(missing_ok=True)
    bound = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    bound.bind(str(address))
    address.chmod(0o666)  # the child may be another user
    return bound
