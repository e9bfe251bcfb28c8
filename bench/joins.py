"""Hears from Asterisk's manager interface when two channels are in one bridge, whoever has put them there.

It is asked neither over ARI nor by those who are measured, and the kernel stamps what it says.
"""

import asyncio
import socket
from typing import Final

from bench.phones import Phones
from bench.sip import Place, stamp_of

_SO_TIMESTAMPNS: Final = 35


class Joins:
    """Writes into the legs of these phones when they were joined. Made inside a running event loop; `close` it."""

    def __init__(self, manager: Place, secret: str, phones: Phones) -> None:
        self._phones = phones
        self._buffer = b""
        self._socket = socket.create_connection(manager, timeout=5)
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        self._socket.sendall(f"Action: Login\r\nUsername: bench\r\nSecret: {secret}\r\n\r\n".encode())
        self._socket.setblocking(False)
        asyncio.get_running_loop().add_reader(self._socket, self._read)

    def close(self) -> None:
        """Hear no more."""
        asyncio.get_running_loop().remove_reader(self._socket)
        self._socket.close()

    def _read(self) -> None:
        try:
            heard, extra, _, _ = self._socket.recvmsg(65_535, 64)
        except BlockingIOError:
            return
        if not heard:
            self.close()
            return
        *events, self._buffer = (self._buffer + heard).split(b"\r\n\r\n")
        for event in events:
            if b"Event: BridgeEnter" in event:
                self._entered(event.decode(), extra)

    def _entered(self, event: str, extra: list[tuple[int, int, bytes]]) -> None:
        fields = {name: value for name, _, value in (line.partition(": ") for line in event.split("\r\n"))}
        if int(fields["BridgeNumChannels"]) != 2 or fields["BridgeTechnology"] == "holding_bridge":
            return
        numbers = (fields["CallerIDNum"], fields["ConnectedLineNum"])
        call = next((call for number in numbers if (call := self._phones.by_number.get(number)) is not None), None)
        if call is not None and call.answered and not call.answered[-1].joined_ns:
            call.answered[-1].joined_ns = stamp_of(extra)
