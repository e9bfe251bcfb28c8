"""SIP for measuring: sockets on which the kernel stamps what comes, and as much of the protocol as the phones need.

Stamps are nanoseconds of the system's clock, of what is sent as of what arrives: however busy this process is, it knows
when a datagram came. What a message means is decided by `phones`.
"""

import asyncio
import socket
import struct
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

Place = tuple[str, int]

HOST: Final = "127.0.0.1"
_SO_TIMESTAMPNS: Final = 35
_SO_RCVBUFFORCE: Final = 33
_BUFFER: Final = 8_000_000
_STAMP: Final = struct.Struct("qq")
_AT_ONCE: Final = 64
"""Datagrams that are read before other things have their turn."""


class StampedSocket:
    """One UDP socket between some phones and Asterisk. Made inside a running event loop; `close` it."""

    def __init__(self, server: Place, hears: Callable[[bytes, int], None]) -> None:
        """`hears` is called with each datagram, and when it arrived."""
        self._hears = hears
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((HOST, 0))
        self._socket.connect(server)
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        try:
            self._socket.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _BUFFER)
        except PermissionError:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
        self.place: Place = self._socket.getsockname()
        asyncio.get_running_loop().add_reader(self._socket, self._read)

    def send(self, datagram: bytes) -> int:
        """When it was sent. One that nobody takes is lost, as on any network."""
        at = time.time_ns()
        with suppress(ConnectionRefusedError, BlockingIOError):
            self._socket.send(datagram)
        return at

    def close(self) -> None:
        """Hear no more."""
        asyncio.get_running_loop().remove_reader(self._socket)
        self._socket.close()

    def _read(self) -> None:
        for _ in range(_AT_ONCE):
            try:
                datagram, extra, _, _ = self._socket.recvmsg(65_535, 64)
            except (BlockingIOError, ConnectionRefusedError):
                return
            self._hears(datagram, stamp_of(extra))


def stamp_of(extra: list[tuple[int, int, bytes]]) -> int:
    """When the kernel says that this came."""
    for level, kind, content in extra:
        if level == socket.SOL_SOCKET and kind == _SO_TIMESTAMPNS:
            seconds, nanoseconds = _STAMP.unpack(content)
            return int(seconds) * 1_000_000_000 + int(nanoseconds)
    raise AssertionError("the kernel gives no stamps")


@dataclass(frozen=True, slots=True)
class Message:
    """A request (`status` 0) or a response, as far as it is read."""

    status: int
    method: str
    """Of a response: of what it answers."""
    sequence: str
    call_id: str
    headers: dict[str, str]
    vias: list[str]

    def parameter(self, header: str, name: str) -> str:
        """Such as the tag of a From header; empty: it has none."""
        return self.headers[header].partition(f";{name}=")[2].partition(";")[0]

    def user(self, header: str) -> str:
        """Of the address in this header."""
        return self.headers[header].partition("sip:")[2].partition("@")[0]

    @property
    def target(self) -> str:
        """The address in Contact, to which requests of the dialog go."""
        return self.headers["contact"].partition("<")[2].partition(">")[0]


def read(datagram: bytes) -> Message:
    """What Asterisk wrote: full names of headers, one of each but Via."""
    lines = datagram.partition(b"\r\n\r\n")[0].decode().split("\r\n")
    headers: dict[str, str] = {}
    vias: list[str] = []
    for line in lines[1:]:
        name, _, value = line.partition(":")
        if name == "Via":
            vias.append(value.strip())
        else:
            headers[name.lower()] = value.strip()
    first = lines[0].split(" ", 2)
    sequence, _, method = headers["cseq"].partition(" ")
    status = int(first[1]) if first[0] == "SIP/2.0" else 0
    return Message(status, method, sequence, headers["call-id"], headers, vias)


def written(first: str, headers: list[tuple[str, str]], body: str = "") -> bytes:
    """A message as it travels."""
    kind = "Content-Type: application/sdp\r\n" if body else ""
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
    return f"{first}\r\n{lines}{kind}Content-Length: {len(body)}\r\n\r\n{body}".encode()


def response(request: Message, status: int, *, tag: str = "", contact: str = "", body: str = "") -> bytes:
    """Our answer to this request."""
    to = request.headers["to"]
    headers = [
        *(("Via", via) for via in request.vias),
        ("From", request.headers["from"]),
        ("To", to if ";tag=" in to or not tag else f"{to};tag={tag}"),
        ("Call-ID", request.call_id),
        ("CSeq", request.headers["cseq"]),
    ]
    if contact:
        headers.append(("Contact", contact))
    return written(f"SIP/2.0 {status} {_REASONS.get(status, 'Said')}", headers, body)


_REASONS: Final = {180: "Ringing", 200: "OK", 481: "No Such Call", 486: "Busy Here", 487: "Request Terminated"}


def session(port: int) -> str:
    """A description of sound in G.711 that is sent to this port."""
    return (
        f"v=0\r\no=- 1 1 IN IP4 {HOST}\r\ns=-\r\nc=IN IP4 {HOST}\r\nt=0 0\r\n"
        f"m=audio {port} RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\na=ptime:20\r\na=sendrecv\r\n"
    )
