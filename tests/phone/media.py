"""RTP of one call: a tone, silence or keys go out in real time, whatever arrives is kept and measured."""

import asyncio
import itertools
import random
import socket
import struct
from array import array
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache

from tests.phone import dtmf
from tests.phone.audio import FRAME, level_db, share_of_tone, tone
from tests.phone.g711 import CODECS, Codec
from tests.phone.waiting import until

PACKET_SECONDS = 0.02
HEADER = struct.Struct("!BBHII")
LONGEST = 2048
"""Bytes; no packet of sound is longer."""
MARKER = 0x80
FIRST_DYNAMIC = 96
"""From this payload type on the session description says what they mean; ours says keypad events only."""
LISTEN_PACKETS = 10
"""A judgement of what is heard now rests on the last 200 ms."""
CLEAR = 0.8
"""The share of its energy that a tone must have to count as heard."""
AUDIBLE_DB = -50.0
GAP_PACKETS = 50
"""Where more numbers than these are missing, the other side has begun to count anew."""


@cache
def _frames(codec: Codec, hz: int | None) -> tuple[bytes, ...]:
    """One second of a tone (or of silence), cut into packets; it joins its own beginning."""
    samples = tone(hz, seconds=1) if hz is not None else array("h", bytes(2 * 50 * FRAME))
    coded = codec.encode(samples)
    return tuple(coded[at : at + FRAME] for at in range(0, len(coded), FRAME))


@dataclass(frozen=True, slots=True)
class Packet:
    """One piece of sound that arrived."""

    at: float
    """Of the event loop's clock."""
    codec: Codec
    payload: bytes
    lost: int
    """Packets that were sent between the one before and this one, and never came: their numbers are missing."""


def _decoded(packets: list[Packet]) -> "array[int]":
    """What a phone plays: silence in the place of what was lost, so that all else is heard at its time."""
    samples = array("h")
    for packet in packets:
        samples.frombytes(bytes(2 * FRAME * packet.lost))
        samples.extend(packet.codec.decode(packet.payload))
    return samples


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """What the other side wants to be sent, and where."""

    host: str
    port: int
    codec: Codec
    events: int | None
    """The payload type of keypad events, where it understands them."""


class Media(asyncio.DatagramProtocol):
    """One socket of one call. It speaks while it has a route."""

    def __init__(self) -> None:
        self.packets: list[Packet] = []
        self.keys = ""
        """What the other side has pressed so far."""
        self._last_event = b""
        self._last_number: tuple[bytes, int] | None = None
        """Source and sequence number of what came last."""
        self._tone: int | None = None
        self._route: Route | None = None
        self._pressed: asyncio.Queue[str] = asyncio.Queue()
        self._sender: asyncio.Task[None] | None = None
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._transport: asyncio.DatagramTransport | None = None

    @classmethod
    async def open(cls, host: str) -> "Media":
        """Bind a free port."""
        media = cls()
        media._socket.setblocking(False)
        media._socket.bind((host, 0))
        loop = asyncio.get_running_loop()
        media._transport, _ = await loop.create_datagram_endpoint(lambda: media, sock=media._socket)
        return media

    @property
    def port(self) -> int:
        port: int = self._socket.getsockname()[1]
        return port

    # --- speaking

    def start(self, route: Route | None) -> None:
        """Begin to send, or go on with another route; None: send nothing, as a phone on hold does."""
        self._route = route
        if self._sender is None:
            self._sender = asyncio.create_task(self._send())

    def say(self, hz: int | None) -> None:
        """From the next packet on send this tone; None: silence."""
        self._tone = hz

    async def press(self, keys: str) -> None:
        """Press these keys one after the other; returns when the last one was let go, or the call is over."""
        assert self._route, "nothing is sent now"
        assert self._route.events is not None, "the other side takes no keypad events"
        assert self._sender
        for key in keys:
            self._pressed.put_nowait(key)
        sent = asyncio.create_task(self._pressed.join())
        done, _ = await asyncio.wait((sent, self._sender), timeout=1 + len(keys), return_when=asyncio.FIRST_COMPLETED)
        sent.cancel()
        assert done, "the keys were not sent in time"

    async def _send(self) -> None:
        loop = asyncio.get_running_loop()
        source, sequence, began = random.getrandbits(32), random.getrandbits(15), loop.time()
        for count, (kind, stamp, payload) in enumerate(self._stream(), start=1):
            assert self._transport
            if self._route and payload:
                head = HEADER.pack(0x80, kind, sequence & 0xFFFF, stamp & 0xFFFFFFFF, source)
                self._transport.sendto(head + payload, (self._route.host, self._route.port))
                sequence += 1
            await asyncio.sleep(max(0.0, began + count * PACKET_SECONDS - loop.time()))

    def _stream(self) -> Iterator[tuple[int, int, bytes]]:
        """Type with marker, timestamp and payload of what is to be sent in each 20 ms; an empty payload: nothing."""
        stamps = itertools.count(0, FRAME)
        yield self._sound(next(stamps), marker=MARKER)
        while True:
            if self._route and self._route.events is not None and not self._pressed.empty():
                # All packets of one key bear the instant at which it went down (RFC 4733, 2.5.1.2).
                kind, began = self._route.events, next(stamps)
                first, *others = dtmf.payloads(self._pressed.get_nowait())
                yield kind | MARKER, began, first
                for payload in others:
                    next(stamps)
                    yield kind, began, payload
                for _ in range(dtmf.PAUSE_PACKETS):
                    yield self._sound(next(stamps))
                self._pressed.task_done()
            else:
                yield self._sound(next(stamps))

    def _sound(self, stamp: int, *, marker: int = 0) -> tuple[int, int, bytes]:
        if not self._route:
            return 0, stamp, b""
        codec = self._route.codec
        return codec.payload_type | marker, stamp, _frames(codec, self._tone)[stamp // FRAME % 50]

    def close(self) -> None:
        """Stop sending and listening; what was heard stays to be measured, all that has come by now."""
        if self._sender:
            self._sender.cancel()
        if self._transport and not self._transport.is_closing():
            # The event loop takes one packet at a time, and may have come to the end of the call before the sound.
            with suppress(BlockingIOError):
                while True:
                    self.datagram_received(*self._socket.recvfrom(LONGEST))
            self._transport.close()

    # --- hearing

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if len(data) <= HEADER.size:
            return
        kind, payload = data[1] & 0x7F, data[HEADER.size + 4 * (data[0] & 0x0F) :]
        lost = self._lost_before(data[8 : HEADER.size], int.from_bytes(data[2:4], "big"))
        if codec := CODECS.get(kind):
            self.packets.append(Packet(asyncio.get_running_loop().time(), codec, payload, lost))
        elif kind >= FIRST_DYNAMIC and (key := dtmf.ended_key(payload)):
            # The end is sent three times, with one source and timestamp.
            if self._last_event != data[4 : HEADER.size]:
                self.keys += key
            self._last_event = data[4 : HEADER.size]

    def _lost_before(self, source: bytes, number: int) -> int:
        """Keypad events are counted with the sound."""
        last, self._last_number = self._last_number, (source, number)
        if last is None or last[0] != source:
            return 0
        missing = (number - last[1] - 1) & 0xFFFF
        return missing if missing <= GAP_PACKETS else 0

    def heard(self, *, since: float = 0.0, before: float = float("inf")) -> "array[int]":
        """The samples that arrived between these instants."""
        return _decoded([packet for packet in self.packets if since <= packet.at < before])

    def instant(self, seconds: float, *, since: float = 0.0) -> float:
        """When the sound so far into `heard(since=since)` arrived."""
        arrived = [packet for packet in self.packets if packet.at >= since]
        lasted = itertools.accumulate(PACKET_SECONDS * (1 + packet.lost) for packet in arrived)
        return next((packet.at for packet, end in zip(arrived, lasted, strict=True) if end > seconds), arrived[-1].at)

    def _latest(self, since: float) -> "array[int] | None":
        latest = self.packets[-LISTEN_PACKETS:]
        return _decoded(latest) if len(latest) == LISTEN_PACKETS and latest[0].at >= since else None

    async def hears_keys(self, keys: str, *, within: float = 3.0) -> None:
        """Wait until the other side has pressed exactly these, from the beginning of the call."""
        await until(f"the keys {keys}", lambda: self.keys == keys, within=within)

    async def hears_tone(self, hz: int, *, within: float = 3.0) -> None:
        """Wait until 200 ms that begin from now on are this tone."""
        since = asyncio.get_running_loop().time()
        await until(
            f"a tone of {hz} Hz",
            lambda: (latest := self._latest(since)) is not None and share_of_tone(latest, hz) > CLEAR,
            within=within,
        )

    async def hears_sound(self, *, within: float = 3.0) -> None:
        """Wait until 200 ms that begin from now on are audible."""
        since = asyncio.get_running_loop().time()
        await until(
            "any sound",
            lambda: (latest := self._latest(since)) is not None and level_db(latest) > AUDIBLE_DB,
            within=within,
        )

    def tone_throughout(self, hz: int, *, since: float, before: float) -> float:
        """The smallest share of this tone in any 200 ms between these instants; 0 where nothing arrived."""
        heard = self.heard(since=since, before=before)
        size = FRAME * LISTEN_PACKETS
        windows = [heard[at : at + size] for at in range(0, len(heard) - size + 1, size)]
        return min((share_of_tone(window, hz) for window in windows), default=0.0)

    def longest_gap(self, *, since: float, before: float) -> float:
        """The longest time without a packet between these instants, seconds."""
        marks = [since, *(packet.at for packet in self.packets if since <= packet.at < before), before]
        return max(later - earlier for earlier, later in itertools.pairwise(marks))
