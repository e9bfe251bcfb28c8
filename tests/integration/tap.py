"""A wire between an engine and its Asterisk that tells when the engine last said something."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit


class Tap:
    """Open while `tapped` lasts."""

    def __init__(self, target: str) -> None:
        parts = urlsplit(target)
        self.url = ""
        """Where the engine finds it."""
        self.said: list[tuple[float, bytes]] = []
        """What the engine sent, and when (monotonic clock)."""
        self._target = (parts.hostname or "", parts.port or 80)

    def said_since(self, instant: float) -> list[bytes]:
        """What the engine has sent since then."""
        return [words for at, words in self.said if at > instant]

    async def serve(self, from_engine: asyncio.StreamReader, to_engine: asyncio.StreamWriter) -> None:
        """Pass on both ways until either end is gone."""
        try:
            from_asterisk, to_asterisk = await asyncio.open_connection(*self._target)
        except OSError:
            to_engine.close()
            return
        with suppress(OSError):
            await asyncio.gather(
                self._pass(from_engine, to_asterisk, heard=True), self._pass(from_asterisk, to_engine, heard=False)
            )

    async def _pass(self, source: asyncio.StreamReader, to: asyncio.StreamWriter, *, heard: bool) -> None:
        try:
            while words := await source.read(65536):
                if heard:
                    self.said.append((time.monotonic(), words))
                to.write(words)
                await to.drain()
        finally:
            to.close()


@asynccontextmanager
async def tapped(target: str) -> AsyncGenerator[Tap]:
    """A wire to this web address."""
    tap = Tap(target)
    server = await asyncio.start_server(tap.serve, "127.0.0.1", 0)
    tap.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield tap
    finally:
        server.close()
