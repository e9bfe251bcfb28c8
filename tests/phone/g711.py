"""G.711: 16-bit samples to bytes and back, by tables (ITU-T G.711; 8,000 samples a second)."""

from array import array
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass


def _from_ulaw(code: int) -> int:
    code = ~code & 0xFF
    size = (((code & 0x0F) << 3) + 0x84 << (code >> 4 & 7)) - 0x84
    return -size if code & 0x80 else size


def _from_alaw(code: int) -> int:
    code ^= 0x55
    mantissa, exponent = (code & 0x0F) << 4, code >> 4 & 7
    size = mantissa + 8 if exponent == 0 else mantissa + 0x108 << exponent - 1
    return size if code & 0x80 else -size


@dataclass(frozen=True, slots=True, kw_only=True)
class Codec:
    """One of the two laws."""

    name: str
    payload_type: int
    table: tuple[int, ...]
    """The sample of every code."""

    def decode(self, payload: bytes) -> "array[int]":
        return array("h", [self.table[code] for code in payload])

    def encode(self, samples: Iterable[int]) -> bytes:
        """Every sample becomes the code nearest to it."""
        by_sample = sorted((sample, code) for code, sample in enumerate(self.table))
        values = [sample for sample, _ in by_sample]
        codes = bytearray()
        for sample in samples:
            at = min(bisect_left(values, sample), len(values) - 1)
            if at and sample - values[at - 1] < values[at] - sample:
                at -= 1
            codes.append(by_sample[at][1])
        return bytes(codes)


ULAW = Codec(name="PCMU", payload_type=0, table=tuple(_from_ulaw(code) for code in range(256)))
ALAW = Codec(name="PCMA", payload_type=8, table=tuple(_from_alaw(code) for code in range(256)))
CODECS = {codec.payload_type: codec for codec in (ULAW, ALAW)}
