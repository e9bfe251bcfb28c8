"""Tells whoever watches over this process that it is there: systemd, or `acd up`, which does likewise.

The protocol is systemd's sd_notify(3): words in datagrams to the socket that the environment names; without one nothing
is told. The beat comes from the event loop, so it stops when that hangs, and the process is killed and begun again.
"""

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from typing import Final

BEAT_EVERY: Final = timedelta(seconds=1)
LOOK_EVERY: Final = timedelta(seconds=0.1)
"""Until the work has begun."""

READY: Final = "READY=1"
BEAT: Final = "WATCHDOG=1"
STOPPING: Final = "STOPPING=1"

State = Callable[[], Awaitable[tuple[bool, str]]]
"""Whether the process has begun to do what it is for, and how it stands in words."""


def tell(*words: str) -> None:
    """Tell these, where somebody listens. Never waits."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as to:
        to.setblocking(False)
        to.sendto("\n".join(words).encode(), address)


async def beat(state: State) -> None:
    """Tell for ever that the event loop turns, once that the work has begun, and whenever it changes how it stands."""
    told = ""
    began = False
    while True:
        working, status = await state()
        words = [BEAT]
        if working and not began:
            words.append(READY)
            began = True
        if status != told:
            words.append(f"STATUS={status}")
            told = status
        tell(*words)
        await asyncio.sleep((BEAT_EVERY if began else LOOK_EVERY).total_seconds())
