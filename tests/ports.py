"""Ports for what a test starts: each process that runs tests has a block of its own, so no two ever choose the same.

They lie below those that the kernel gives out by itself (from 32768), so no phone of ours sits in one, and beside the
defaults of `acd up`.
"""

import socket
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from itertools import cycle, islice
from typing import Final

BLOCKS: Final = range(20000, 32000, 1500)
SINGLE_PORTS: Final = 300
RTP_PORTS: Final = 400
"""What a centre with some dozens of calls needs."""
ROWS: Final = (BLOCKS.step - SINGLE_PORTS) // RTP_PORTS


def free_port() -> int:
    """One that nobody uses now, for TCP or UDP; every time another one."""
    return next(port for port in islice(_singles(), SINGLE_PORTS) if is_free(port))


def free_rtp_ports() -> range:
    """So many in a row that nobody uses now."""
    return next(row for row in islice(_rows(), ROWS) if all(is_free(port) for port in row))


def is_free(port: int) -> bool:
    """Whether it could be bound on the loopback."""
    for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
        with socket.socket(socket.AF_INET, kind) as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                return False
    return True


@cache
def _singles() -> Iterator[int]:
    first = _block().getsockname()[1]
    return cycle(range(first + 1, first + SINGLE_PORTS))


@cache
def _rows() -> Iterator[range]:
    first = _block().getsockname()[1]
    return cycle(range(row, row + RTP_PORTS) for row in range(first + SINGLE_PORTS, first + BLOCKS.step, RTP_PORTS))


@cache
def _block() -> socket.socket:
    """Holds the first port of the block, which is this process's until it ends."""
    holder = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    for first in BLOCKS:
        with suppress(OSError):
            holder.bind(("127.0.0.1", first))
            return holder
    raise AssertionError(f"{len(BLOCKS)} processes run tests here already")
