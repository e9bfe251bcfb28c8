"""The file of a queue_log: lines at its end, whoever may have moved it away meanwhile. It knows nothing of queues."""

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

MODE: Final = 0o640
TAIL_BYTES: Final = 256 * 1024


class QueueLogFile:
    """Appends whole lines or nothing. A rotation needs no signal: a file that is not there any more is made anew."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._open: int | None = None

    def tail(self) -> frozenset[str]:
        """The lines at its end."""
        with suppress(FileNotFoundError), self.path.open("rb") as opened:
            opened.seek(max(0, opened.seek(0, os.SEEK_END) - TAIL_BYTES))
            return frozenset(opened.read().decode(errors="replace").split("\n"))
        return frozenset()

    def append(self, lines: Sequence[str]) -> None:
        """All of these, or none. Raises OSError."""
        if not lines:
            return
        descriptor = self._descriptor()
        text = "".join(f"{line}\n" for line in lines).encode(errors="replace")
        before = os.fstat(descriptor).st_size
        written = os.write(descriptor, text)
        if written < len(text):  # the disk is full: half a line would spoil the next one too
            os.ftruncate(descriptor, before)
            raise OSError(f"only {written} of {len(text)} bytes could be written")

    def close(self) -> None:
        """Until the next line."""
        if self._open is not None:
            os.close(self._open)
            self._open = None

    def _descriptor(self) -> int:
        if self._open is not None and not self._is_still_there(self._open):
            self.close()
        if self._open is None:
            self._open = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, MODE)
        return self._open

    def _is_still_there(self, descriptor: int) -> bool:
        try:
            there, ours = self.path.stat(), os.fstat(descriptor)
        except FileNotFoundError:
            return False
        return (there.st_dev, there.st_ino) == (ours.st_dev, ours.st_ino)
