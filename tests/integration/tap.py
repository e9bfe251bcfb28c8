"""A wire between an engine and what it talks to, that tells what the engine said and can be cut."""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from tests.integration.asked import Asked


class Moment(Enum):
    """When a trip strikes."""

    ASKED = "before"
    """The engine has sent it, and it reaches nobody."""
    ANSWERED = "after"
    """It was received and answered, and the answer reaches no engine."""


@dataclass(slots=True, kw_only=True)
class Trip:
    """What is done at one moment of what goes over the wire: at the first words that this is true of."""

    moment: Moment
    strikes: Callable[[bytes], bool]
    act: Callable[[], None]


@dataclass(slots=True)
class _Connection:
    asked: Asked = field(default_factory=Asked)
    struck: Trip | None = None
    """It waits for the answer."""


Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]

POSTGRES_SOCKET = ".s.PGSQL.5432"


class Tap:
    """Open while `tapped` or `tapped_database` lasts."""

    def __init__(self, reach: Callable[[], Awaitable[Ends]]) -> None:
        self.url = ""
        """Where the engine finds it."""
        self.trip: Trip | None = None
        """Taken out once it has struck."""
        self._said: list[tuple[float, bytes]] = []
        self._reach = reach
        self._whole = asyncio.Event()
        self._whole.set()

    def said_since(self, instant: float) -> list[bytes]:
        """What the engine has sent since then (monotonic clock)."""
        return [words for at, words in self._said if at > instant]

    def cut(self) -> None:
        """From now on nothing comes through, either way, and nobody is told."""
        self._whole.clear()

    def mend(self) -> None:
        """All comes through again."""
        self._whole.set()

    async def serve(self, from_engine: asyncio.StreamReader, to_engine: asyncio.StreamWriter) -> None:
        """Pass on both ways until either end is gone."""
        try:
            await self._whole.wait()
            from_other, to_other = await self._reach()
        except OSError:
            to_engine.close()
            return
        connection = _Connection()
        with suppress(OSError, asyncio.CancelledError):  # it ends with the event loop
            await asyncio.gather(
                self._pass(from_engine, to_other, connection, heard=True),
                self._pass(from_other, to_engine, connection, heard=False),
            )

    async def _pass(
        self, source: asyncio.StreamReader, to: asyncio.StreamWriter, connection: _Connection, *, heard: bool
    ) -> None:
        try:
            while said := await source.read(65536):
                if self._tells(said, connection) if heard else self._strikes_answer(connection):
                    return
                await self._whole.wait()
                to.write(said)
                await to.drain()
        finally:
            to.close()

    def _tells(self, said: bytes, connection: _Connection) -> bool:
        """Whether something is done at what the engine says, which then goes no further."""
        for words in connection.asked.words(said):
            self._said.append((time.monotonic(), words))
            if self.trip is None or not self.trip.strikes(words):
                continue
            trip, self.trip = self.trip, None
            if trip.moment is Moment.ASKED:
                trip.act()
                return True
            connection.struck = trip
        return False

    def _strikes_answer(self, connection: _Connection) -> bool:
        """Whether something is done at this answer, which then goes no further."""
        if connection.struck is None:
            return False
        connection.struck.act()
        return True


@asynccontextmanager
async def tapped(target: str) -> AsyncGenerator[Tap]:
    """A wire to this web address."""
    parts = urlsplit(target)
    tap = Tap(lambda: asyncio.open_connection(parts.hostname, parts.port))
    server = await asyncio.start_server(tap.serve, "127.0.0.1", 0)
    tap.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield tap
    finally:
        tap.mend()
        server.close()


@asynccontextmanager
async def tapped_database(target: str, directory: Path) -> AsyncGenerator[Tap]:
    """A wire to the database with this address, which is a Unix socket; `directory` is short, and for this alone."""
    parts = urlsplit(target)
    [host] = parse_qs(parts.query)["host"]
    tap = Tap(lambda: asyncio.open_unix_connection(f"{host}/{POSTGRES_SOCKET}"))
    server = await asyncio.start_unix_server(tap.serve, directory / POSTGRES_SOCKET)
    tap.url = target.replace(parts.query, f"host={directory}")
    try:
        yield tap
    finally:
        tap.mend()
        server.close()
