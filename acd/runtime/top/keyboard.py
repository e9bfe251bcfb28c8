"""The keys of a terminal, one by one as they are pressed. The terminal is as it was at the end of the block."""

import asyncio
import os
import re
import sys
import termios
import tty
from types import TracebackType
from typing import Any, Final, Self

_NAMES: Final = {
    "\x1b[A": "up",
    "\x1bOA": "up",
    "\x1b[B": "down",
    "\x1bOB": "down",
    "\x1b[5~": "page_up",
    "\x1b[6~": "page_down",
    "\x1b[H": "home",
    "\x1b[1~": "home",
    "\x1b[Z": "back_tab",
    "\t": "tab",
}
_KEY: Final = re.compile(r"\x1b[\[O][0-9;]*[A-Za-z~]|.", re.DOTALL)


class Keyboard:
    """Of standard input, which is a terminal. To be used on the event loop."""

    def __init__(self) -> None:
        self._descriptor = sys.stdin.fileno()
        self._before: list[Any] = []
        self._pressed: asyncio.Queue[str] = asyncio.Queue()

    def __enter__(self) -> Self:
        self._before = termios.tcgetattr(self._descriptor)
        tty.setcbreak(self._descriptor)
        asyncio.get_running_loop().add_reader(self._descriptor, self._read)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.get_running_loop().remove_reader(self._descriptor)
        termios.tcsetattr(self._descriptor, termios.TCSADRAIN, self._before)

    async def key(self, within_seconds: float) -> str | None:
        """The next one: what it writes, or `up`, `tab` and the like; `end_of_input` where the terminal is gone.

        None: nobody has pressed one in this time.
        """
        try:
            async with asyncio.timeout(within_seconds):
                return await self._pressed.get()
        except TimeoutError:
            return None

    def _read(self) -> None:
        try:
            read = os.read(self._descriptor, 256)
        except OSError:
            read = b""
        if not read:
            asyncio.get_running_loop().remove_reader(self._descriptor)
            self._pressed.put_nowait("end_of_input")
        for key in map(str, _KEY.findall(read.decode(errors="replace"))):
            self._pressed.put_nowait(_NAMES.get(key, key))
