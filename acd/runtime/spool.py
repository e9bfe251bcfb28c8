"""The spool: facts in files of this machine, until the database has them.

A directory with segments (`spool_format`), one after the other. A segment is deleted once the database has all of it;
one that is damaged, or that contradicts the database, is kept under another name for people to look at. One process at
a time holds the directory. Everything here waits for the disk, so none of it is for the event loop.
"""

import contextlib
import fcntl
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from acd.runtime.spool_format import Content, Entry, header_line, read

SEGMENT_BYTES: Final = 1 << 20
"""A segment that has grown to this is followed by another one."""

WORTH_DELETING_BYTES: Final = 1 << 18
"""Deleting and beginning a file costs more than keeping a few facts that the database has already."""

FREE_WITHIN_SECONDS: Final = 10
"""How long an engine that is just ending may still hold the directory."""

SEGMENTS: Final = "*.spool"

_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_DSYNC | os.O_CLOEXEC
"""Each write returns once it is on the disk: a write and a synchronisation would ask for the interpreter twice."""


class SpoolError(Exception):
    """The directory cannot be used; the text says why and what to do."""


@dataclass(slots=True, kw_only=True)
class _Segment:
    """One that this process has written."""

    path: Path
    number: int
    """Its file's descriptor."""
    size_bytes: int
    last: int = 0
    """The number of the last fact that was sent to it."""
    open: bool = True


class Spool:
    """The directory, held until `close`. `leftovers` come first; then `write` and `forget` in turn."""

    def __init__(self, directory: Path, lock: int, journal: str, epoch: int) -> None:
        """Use `open`."""
        self.directory = directory
        self._lock = lock
        self._journal = journal
        self._epoch = epoch
        self._segments: list[_Segment] = []
        self._numbers = 0

    @classmethod
    def open(cls, directory: Path, journal: str, epoch: int) -> Self:
        """Hold this directory, which is made where it is missing, for the journal of this name.

        Raises `SpoolError` where it cannot be written, or another engine keeps it.
        """
        try:
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = os.open(directory / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise SpoolError(
                f"the spool {directory} cannot be written ({error.strerror}): make that directory and give it to the "
                "user of the engine, or name another one with [journal] spool"
            ) from None
        try:
            _hold(directory, lock)
        except BaseException:
            os.close(lock)
            raise
        return cls(directory, lock, journal, epoch)

    def leftovers(self) -> list[Path]:
        """The segments that engines before this one have left, in the order in which they were written."""
        ours = {segment.path for segment in self._segments}
        return sorted(path for path in self.directory.glob(SEGMENTS) if path not in ours)

    @staticmethod
    def content(segment: Path) -> Content:
        """What it holds. Raises `OSError`."""
        return read(segment.read_bytes())

    @staticmethod
    def set_aside(segment: Path, why: str) -> Path:
        """Keep it under a name that is no segment's: its own, `why`, and a number. Raises `OSError`."""
        number = 1
        while (aside := segment.with_name(f"{segment.name}.{why}-{number}")).exists():
            number += 1
        return segment.rename(aside)

    def set_aside_count(self) -> int:
        """The files that were set aside at any time, and not taken away by anybody."""
        return sum(1 for _ in self.directory.glob(f"{SEGMENTS}.*"))

    def write(self, content: bytes, last: int) -> None:
        """Append these `lines`, of which the last one has this number; return once they would survive a loss of power.

        Raises `OSError`; none of them counts as written then, and they may be given again.
        """
        segment = self._current() or self._begin()
        empty, segment.last = segment.last == 0, last
        try:
            _write_all(segment.number, content)
        except OSError:
            self._give_up(segment, empty=empty)
            raise
        segment.size_bytes += len(content)

    def after(self, seq: int) -> list[Entry]:
        """The facts written here that follow this one, as many as one segment holds.

        Raises `SpoolError` where they cannot be read any more.
        """
        with contextlib.suppress(OSError):
            for segment in self._segments:
                if segment.last > seq:
                    found = [entry for entry in self.content(segment.path).entries if entry.seq > seq]
                    if found and found[0].seq == seq + 1:
                        return found
        raise SpoolError(
            f"the spool {self.directory} has lost the fact {seq + 1}: somebody changed it, or its disk fails"
        )

    def forget(self, committed: int) -> None:
        """Delete what holds nothing but facts up to this number. What cannot be deleted now is deleted another time."""
        kept: list[_Segment] = []
        for segment in self._segments:
            if segment.last > committed or (segment.open and segment.size_bytes < WORTH_DELETING_BYTES):
                kept.append(segment)
                continue
            _close(segment)
            try:
                segment.path.unlink(missing_ok=True)
            except OSError:
                kept.append(segment)
        self._segments = kept

    def size_bytes(self) -> int:
        """Of all segments of this process."""
        return sum(segment.size_bytes for segment in self._segments)

    def close(self, committed: int) -> None:
        """Let go of the directory; what the database has up to this number is deleted first."""
        for segment in self._segments:
            _close(segment)
        self.forget(committed)
        os.close(self._lock)

    # --- segments

    def _current(self) -> _Segment | None:
        if not self._segments or not self._segments[-1].open:
            return None
        segment = self._segments[-1]
        if segment.size_bytes >= SEGMENT_BYTES:
            _close(segment)
            return None
        return segment

    def _begin(self) -> _Segment:
        """A new one, whose name will still be there after a loss of power."""
        content = header_line(self._journal, self._epoch)
        path = self._free_name()
        number = os.open(path, _NEW, 0o600)
        try:
            _write_all(number, content)
            _sync_directory(self.directory)
        except OSError:
            os.close(number)
            path.unlink(missing_ok=True)
            raise
        segment = _Segment(path=path, number=number, size_bytes=len(content))
        self._segments.append(segment)
        return segment

    def _free_name(self) -> Path:
        while True:
            self._numbers += 1
            path = self.directory / f"{self._epoch:08}-{self._numbers:06}.spool"
            if not path.exists():
                return path

    def _give_up(self, segment: _Segment, *, empty: bool) -> None:
        """After a failed write nothing more goes into this file: what has become of its end is not known.

        It is cut to what was written before where that can be done; a torn end is known as one anyway.
        """
        with contextlib.suppress(OSError):
            if empty:
                segment.path.unlink()
                self._segments.remove(segment)
            else:
                os.ftruncate(segment.number, segment.size_bytes)
        _close(segment)


def _hold(directory: Path, lock: int) -> None:
    deadline = time.monotonic() + FREE_WITHIN_SECONDS
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise SpoolError(
                    f"the spool {directory} is in use by another engine: stop that one, or give each engine a "
                    "directory of its own with [journal] spool"
                ) from None
            time.sleep(0.05)
        else:
            return


def _write_all(number: int, content: bytes) -> None:
    left = memoryview(content)
    while left:
        left = left[os.write(number, left) :]


def _close(segment: _Segment) -> None:
    if segment.open:
        segment.open = False
        with contextlib.suppress(OSError):  # everything that counts as written has been synchronised
            os.close(segment.number)


def _sync_directory(directory: Path) -> None:
    number = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(number)
    finally:
        os.close(number)
