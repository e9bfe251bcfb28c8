"""A network of its own for a program: only loopback, and a firewall that is nobody else's."""

import fcntl
import os
import socket
import struct
import sys
from collections.abc import Sequence
from typing import Final

_SIOCSIFFLAGS: Final = 0x8914
_UP: Final = 1


def apart(module: str, *arguments: str) -> Sequence[str]:
    """The command line that runs this module in a network of its own; it calls `raise_loopback` first."""
    rights = () if os.geteuid() == 0 else ("--map-root-user",)
    return ("unshare", "--net", *rights, sys.executable, "-m", module, *arguments)


def raise_loopback() -> None:
    """A new network begins with its loopback down."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        fcntl.ioctl(probe, _SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", _UP))
