"""Facts on their way to the spool: one thread writes what has come meanwhile and synchronises once for all of it.

The event loop never waits for the disk. One that is full or broken is tried again, and until then the facts are kept
here, as far as the database has not got them either.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import islice
from typing import Final, TypeVar

import structlog
from prometheus_client import Histogram

from acd.runtime.database import Pauses, in_words
from acd.runtime.spool import Spool
from acd.runtime.spool_format import Entry, lines

BATCH: Final = 500
"""Facts synchronised at once: encoding more would hold up a call."""

GATHERS_S: Final = 0.005
"""From the first fact until it is written, with those that have come meanwhile: the ring that it tells of goes out
first, and a disk that synchronises less often leaves more of the processors to Asterisk."""

LONGEST_PAUSE: Final = timedelta(seconds=1)
"""Between two attempts to write to a disk that fails."""

TIDIES_EVERY_S: Final = 1.0
"""What the database has is removed so often."""

SLOW_SECONDS: Final = 2.0
"""A disk that takes longer than this for a few facts is as good as none for who waits for them."""

CLOSE_WITHIN_SECONDS: Final = 2.0

_WRITE_SECONDS: Final = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5)

_T = TypeVar("_T")

_log = structlog.get_logger(__name__)


class DiskWriter:
    """What is not yet on disk. `put` and `committed` as things go, then `close`."""

    def __init__(self, spool: Spool, last: int, advanced: Callable[[], None]) -> None:
        """`last`: the fact before the first; `advanced` is called whenever more facts are on disk."""
        self.synced = last
        """Everything up to this fact is on disk, or in the database."""
        self.size_bytes = 0
        self.errors_total = 0
        self.writes = Histogram(
            "acd_spool_write_duration_seconds",
            "Writing facts to the spool and synchronising it: what a star code waits for.",
            buckets=_WRITE_SECONDS,
            registry=None,
        )
        self.last_error: str | None = None
        """Why the spool cannot be written at present; None while it can."""
        self._spool = spool
        self._advanced = advanced
        self._queue: deque[Entry] = deque()
        self._committed = last
        self._since_seconds: float | None = None
        """When the write that is under way began."""
        self._news = asyncio.Event()
        self._closing = False
        self._clock = asyncio.get_running_loop().time
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="spool")
        self._task = asyncio.create_task(self._run(), name="spool")

    @property
    def pending(self) -> int:
        """Facts that are neither on disk nor in the database."""
        return len(self._queue)

    @property
    def trouble(self) -> str | None:
        """Why nobody should count on the spool now; None: all is well."""
        if self.last_error is not None:
            return self.last_error
        if self._since_seconds is not None and (took := self._clock() - self._since_seconds) > SLOW_SECONDS:
            return f"the disk has not answered for {took:.0f} s"
        return None

    def put(self, entries: Sequence[Entry]) -> None:
        """Write these."""
        self._queue.extend(entries)
        self._news.set()

    def committed(self, last: int) -> None:
        """The database has everything up to this: it need not be here any more."""
        self._committed = last
        self._drop(last)
        self._news.set()

    async def after(self, seq: int) -> Sequence[Entry]:
        """The facts that follow this one, some at least: from memory where it has them, else read from the spool.

        Raises `SpoolError` where they cannot be read.
        """
        if self._queue and self._queue[0].seq <= seq + 1:
            return [entry for entry in self._queue if entry.seq > seq]
        return await self._in_thread(lambda: self._spool.after(seq))

    async def close(self) -> None:
        """Write what is left, for a moment at most, and let go of the directory."""
        self._closing = True
        self._news.set()
        done, _ = await asyncio.wait([self._task], timeout=CLOSE_WITHIN_SECONDS)
        if not done:
            self._task.cancel()
            await asyncio.wait([self._task])
        closed = asyncio.get_running_loop().run_in_executor(self._thread, self._spool.close, self._committed)
        if done:
            await closed
        self._thread.shutdown(wait=False)

    async def _run(self) -> None:
        pauses, batch, tidied_s = Pauses(LONGEST_PAUSE), list[Entry](), -TIDIES_EVERY_S
        while not self._closing or (self._queue and self.last_error is None):
            await self._news.wait()
            await asyncio.sleep(GATHERS_S)
            self._news.clear()
            while self._queue or self.last_error is not None:
                # The database may have all of it by now: to see whether the disk works again, it will do.
                batch = list(islice(self._queue, BATCH)) or batch
                if await self._write(batch):
                    pauses.reset()
                elif self._closing:
                    break
                else:
                    await pauses.rest()
            if self._closing or self._clock() - tidied_s > TIDIES_EVERY_S:
                tidied_s = self._clock()
                self.size_bytes = await self._in_thread(self._tidy)

    async def _write(self, batch: Sequence[Entry]) -> bool:
        self._since_seconds = self._clock()
        try:
            with self.writes.time():
                content = lines(batch)  # here: a thread that needs the interpreter takes it from calls many times
                await self._in_thread(lambda: self._spool.write(content, batch[-1].seq))
        except Exception as error:  # noqa: BLE001 - whatever it is, the database takes its place, and it is told
            self.errors_total += 1
            self._say_failed(error)
            return False
        finally:
            self._since_seconds = None
        self._drop(batch[-1].seq)
        self._say_works()
        self._advanced()
        return True

    def _drop(self, last: int) -> None:
        while self._queue and self._queue[0].seq <= last:
            self._queue.popleft()
        self.synced = max(self.synced, last)

    def _tidy(self) -> int:
        self._spool.forget(self._committed)
        return self._spool.size_bytes()

    async def _in_thread(self, work: Callable[[], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _say_failed(self, error: Exception) -> None:
        why = in_words(error)
        if self.last_error is None:
            _log.error(
                "spool_failed",
                directory=str(self._spool.directory),
                why=why,
                consequence="facts are kept in memory until the database has them; calls go on",
                mend="make room on that disk, or mend it; the spool is tried again by itself",
            )
        self.last_error = why

    def _say_works(self) -> None:
        if self.last_error is not None:
            _log.info("spool_works_again", directory=str(self._spool.directory))
        self.last_error = None
