"""A way between engine and Asterisk that can be cut, go silent, or let requests hang while events flow."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from enum import Enum, auto

from tests.integration.asked import Asked


class Trouble(Enum):
    """What is wrong with the way."""

    CUT = auto()
    """Every connection is reset, and no other one made."""
    SILENT = auto()
    """Half open: what is sent arrives nowhere, and nobody is told."""
    REQUESTS_HANG = auto()
    """Events come, requests are never answered."""
    CHANNEL_REQUESTS_HANG = auto()
    """Only those for channels are not."""


class Proxy:
    """Forwards everything, until it is in trouble."""

    def __init__(self, host: str, port: int) -> None:
        self.port = 0
        """On loopback; set once it runs."""
        self._upstream = (host, port)
        self._trouble: Trouble | None = None
        self._open: set[asyncio.StreamWriter] = set()

    def cause(self, trouble: Trouble) -> None:
        """From now on."""
        self._trouble = trouble
        if trouble is Trouble.CUT:
            self._reset_all()

    def heal(self) -> None:
        """All is well for those who connect anew; what had been open lost something, and is reset."""
        self._trouble = None
        self._reset_all()

    def _reset_all(self) -> None:
        for writer in self._open:
            writer.transport.abort()

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection of the engine's, until either side ends it."""
        if self._trouble is Trouble.CUT:
            writer.transport.abort()
            return
        ours = {writer}
        self._open |= ours
        try:
            theirs, to_asterisk = await asyncio.open_connection(*self._upstream)
            ours.add(to_asterisk)
            self._open.add(to_asterisk)
            await asyncio.gather(self._requests(reader, to_asterisk), self._answers(theirs, writer))
        except OSError:
            pass
        finally:
            for each in ours:
                each.transport.abort()
            self._open -= ours

    async def _requests(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = Asked()
        while said := await reader.read(65536):
            if not self._swallows(asked.words(said), asked):
                writer.write(said)
        writer.close()

    def _swallows(self, said: list[bytes], asked: Asked) -> bool:
        match self._trouble:
            case Trouble.SILENT:
                return True
            case Trouble.REQUESTS_HANG:
                return not asked.is_for_events
            case Trouble.CHANNEL_REQUESTS_HANG:
                return any(b" /ari/channels" in words.partition(b"\r\n")[0] for words in said)
            case _:
                return False

    async def _answers(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while said := await reader.read(65536):
            if self._trouble is not Trouble.SILENT:
                writer.write(said)
        writer.close()


@asynccontextmanager
async def proxy(host: str, port: int) -> AsyncGenerator[Proxy]:
    """A proxy to this place, on a free port."""
    made = Proxy(host, port)
    server = await asyncio.start_server(made.accept, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
        made.heal()
        with suppress(TimeoutError):
            await asyncio.wait_for(server.wait_closed(), 2)
