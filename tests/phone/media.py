"""RTP of one call: a tone or silence goes out in real time, whatever arrives is kept and measured."""

import asyncio
import random
import struct
from array import array
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from tests.phone.audio import FRAME, level_db, share_of_tone, tone
from tests.phone.g711 import CODECS, Codec
from tests.phone.waiting import until

PACKET_SECONDS = 0.02
HEADER = struct.Struct("!BBHII")
LISTEN_PACKETS = 10
"""A judgement of what is heard now rests on the last 200 ms."""
CLEAR = 0.8
"""The share of its energy that a tone must have to count as heard."""
AUDIBLE_DB = -50.0


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


def _decoded(packets: list[Packet]) -> "array[int]":
    samples = array("h")
    for packet in packets:
        samples.extend(packet.codec.decode(packet.payload))
    return samples


class Media(asyncio.DatagramProtocol):
    """One socket of one call. It speaks once `start` has told it where to and in which codec."""

    def __init__(self) -> None:
        self.packets: list[Packet] = []
        self._tone: int | None = None
        self._sender: asyncio.Task[None] | None = None
        self._transport: asyncio.DatagramTransport | None = None

    @classmethod
    async def open(cls, host: str) -> "Media":
        """Bind a free port."""
        transport, media = await asyncio.get_running_loop().create_datagram_endpoint(cls, local_addr=(host, 0))
        media._transport = transport
        return media

    @property
    def port(self) -> int:
        assert self._transport
        port: int = self._transport.get_extra_info("sockname")[1]
        return port

    # --- speaking

    def start(self, host: str, port: int, codec: Codec) -> None:
        """Begin to send, or go on with another address or codec after a re-INVITE."""
        if self._sender:
            self._sender.cancel()
        self._sender = asyncio.create_task(self._send((host, port), codec))

    def say(self, hz: int | None) -> None:
        """From the next packet on send this tone; None: silence."""
        self._tone = hz

    async def _send(self, where: tuple[str, int], codec: Codec) -> None:
        loop = asyncio.get_running_loop()
        source, first, began = random.getrandbits(32), random.getrandbits(15), loop.time()
        count = 0
        while True:
            assert self._transport
            sequence, stamp = (first + count) & 0xFFFF, (count * FRAME) & 0xFFFFFFFF
            head = HEADER.pack(0x80, codec.payload_type | (0x80 if count == 0 else 0), sequence, stamp, source)
            self._transport.sendto(head + _frames(codec, self._tone)[count % 50], where)
            count += 1
            await asyncio.sleep(max(0.0, began + count * PACKET_SECONDS - loop.time()))

    def close(self) -> None:
        """Stop sending and listening; what was heard stays to be measured."""
        if self._sender:
            self._sender.cancel()
        if self._transport:
            self._transport.close()

    # --- hearing

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if len(data) > HEADER.size and (codec := CODECS.get(data[1] & 0x7F)):
            payload = data[HEADER.size + 4 * (data[0] & 0x0F) :]
            self.packets.append(Packet(asyncio.get_running_loop().time(), codec, payload))

    def heard(self, *, since: float = 0.0, before: float = float("inf")) -> "array[int]":
        """The samples that arrived between these instants."""
        return _decoded([packet for packet in self.packets if since <= packet.at < before])

    def _latest(self, since: float) -> "array[int] | None":
        latest = self.packets[-LISTEN_PACKETS:]
        return _decoded(latest) if len(latest) == LISTEN_PACKETS and latest[0].at >= since else None

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
        return max(later - earlier for earlier, later in pairwise(marks))
