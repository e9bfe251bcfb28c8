"""Digits on the keypad as named events in RTP (RFC 4733): the payloads of one key, and the key of a payload."""

import struct

KEYS = "0123456789*#ABCD"
PACKET_UNITS = 160
"""Samples of 20 ms."""
PRESSED_PACKETS = 5
"""A key is held for 100 ms; many receivers pass over anything shorter than 40."""
PAUSE_PACKETS = 4
"""At least 40 ms between two keys (ITU-T Q.24)."""
VOLUME = 10
"""Of the tone that the event stands for, in -dBm0."""
EVENT = struct.Struct("!BBH")
END = 0x80


def payloads(key: str) -> list[bytes]:
    """One per 20 ms, in order; the last says three times that the key was let go (RFC 4733, 2.5.1.4)."""
    event = KEYS.index(key)
    growing = [EVENT.pack(event, VOLUME, PACKET_UNITS * count) for count in range(1, PRESSED_PACKETS + 1)]
    return growing + [EVENT.pack(event, END | VOLUME, PACKET_UNITS * PRESSED_PACKETS)] * 3


def ended_key(payload: bytes) -> str:
    """The key that this payload says was let go; empty while it is down, and for events that are no keys."""
    if len(payload) < EVENT.size:
        return ""
    event, flags, _ = EVENT.unpack_from(payload)
    return KEYS[event] if flags & END and event < len(KEYS) else ""
