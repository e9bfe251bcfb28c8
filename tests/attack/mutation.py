"""SIP messages spoilt at random, from a seed: the same seed spoils in the same way."""

import random
import re
from collections.abc import Callable
from typing import Final

Spoil = Callable[[bytes, random.Random], bytes]

LONGEST: Final = 20_000
"""Bytes of a spoilt message: several times what Asterisk takes, and still one datagram."""

_WORDS: Final = (
    b"", b"\0", b"\xff\xfe", b"\xc3\x28", b"\xed\xa0\x80", b"%00", b"%", b"%n%s%x", b"-1", b"4294967296", b"9" * 60,
    b"0x7fffffff", b";", b",", b"<", b">", b'"', b"\\", b"@", b":", b"::1", b"[", b"[::]", b"\r\n", b"\r\n\r\n", b"\n",
    b"\r", b"\t", b" ", b"*", b"=", b"?", b"A" * 300, b"sip:", b"sips:", b"tel:", b"SIP/2.0", b"z9hG4bK", b"a=",
    b"m=audio",
)  # fmt: skip
_HEADERS: Final = (
    b"Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKx", b"Route: <sip:192.0.2.1;lr>", b"Record-Route: <sip:192.0.2.1;lr>",
    b"Contact: <sip:a@192.0.2.1>", b"Require: 100rel,timer,replaces", b"Supported: 100rel,timer", b"Session-Expires: 1",
    b"Min-SE: -1", b"Expires: 99999999999", b"Replaces: a;to-tag=b;from-tag=c", b"RSeq: 0", b"RAck: 1 1 INVITE",
    b"Content-Encoding: gzip", b"Content-Type: multipart/mixed;boundary=", b"Authorization: Digest username=",
    b"Proxy-Authorization: Digest response=\"\"", b"P-Asserted-Identity: <tel:+1900>", b"Privacy: id;none",
    b"Event: dialog",
    b"Max-Breadth: 0", b"Identity: x;info=<http://192.0.2.1>;alg=ES256", b"Geolocation: <cid:x>", b"Join: a;to-tag=b",
)  # fmt: skip
_LINES: Final = (
    b"m=audio 99999 RTP/AVP 0", b"m=audio -1 RTP/AVP 0", b"m=audio 0 RTP/AVP", b"m=video 9 RTP/AVP 31",
    b"m=image 9 udptl t38",
    b"m=audio 9 RTP/SAVPF 0 8 111", b"a=rtpmap:300 X/0", b"a=rtpmap:0 " + b"P" * 500 + b"/8000",
    b"a=fmtp:101 0-99999999",
    b"c=IN IP6 ::", b"c=IN IP4 999.1.1.1", b"c=IN IP4 0.0.0.0", b"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:",
    b"a=ice-ufrag:", b"a=candidate:1 1 UDP 1 192.0.2.1 1 typ host", b"a=fingerprint:sha-1 00",
    b"a=group:BUNDLE 0 1 2 3",
    b"a=rtcp:99999", b"a=ptime:0", b"a=ptime:-20", b"a=maxptime:99999999", b"b=AS:-1", b"t=-1 -1", b"v=9",
    b"a=sendrecv\0",
)  # fmt: skip


def spoilt(message: bytes, dice: random.Random) -> bytes:
    """This message with one to four things wrong."""
    for _ in range(dice.choice((1, 1, 2, 2, 3, 4))):
        message = dice.choice(_SPOILS)(message, dice)
    return message[:LONGEST]


def _flip(message: bytes, dice: random.Random) -> bytes:
    changed = bytearray(message)
    for _ in range(dice.randint(1, 12)):
        changed[dice.randrange(len(changed))] ^= 1 << dice.randrange(8)
    return bytes(changed)


def _cut(message: bytes, dice: random.Random) -> bytes:
    return message[: dice.randrange(1, len(message) + 1)]


def _repeat(message: bytes, dice: random.Random) -> bytes:
    begin, end = _span(message, dice)
    return message[:end] + message[begin:end] * dice.choice((1, 2, 10, 100)) + message[end:]


def _drop(message: bytes, dice: random.Random) -> bytes:
    begin, end = _span(message, dice)
    return message[:begin] + message[end:] or b"\r\n"


def _insert(message: bytes, dice: random.Random) -> bytes:
    at = dice.randrange(len(message) + 1)
    return message[:at] + dice.choice(_WORDS) * dice.choice((1, 1, 1, 20)) + message[at:]


def _replace_word(message: bytes, dice: random.Random) -> bytes:
    words = list(re.finditer(rb"[^\s;:=,<>@]+", message))
    if not words:
        return message
    word = dice.choice(words)
    return message[: word.start()] + dice.choice(_WORDS) + message[word.end() :]


def _huge_number(message: bytes, dice: random.Random) -> bytes:
    numbers = list(re.finditer(rb"\d+", message))
    if not numbers:
        return message
    number = dice.choice(numbers)
    return (
        message[: number.start()]
        + str(dice.choice((-1, 2**31, 2**32, 2**64, 10**50))).encode()
        + message[number.end() :]
    )


def _flood(message: bytes, dice: random.Random) -> bytes:
    first, _, rest = message.partition(b"\r\n")
    return first + b"\r\n" + (dice.choice(_HEADERS) + b"\r\n") * dice.choice((1, 2, 30, 200)) + rest


def _session(message: bytes, dice: random.Random) -> bytes:
    head, _, body = message.partition(b"\r\n\r\n")
    lines = body.split(b"\r\n")
    for _ in range(dice.choice((1, 2, 40))):
        lines.insert(dice.randrange(len(lines) + 1), dice.choice(_LINES))
    changed = b"\r\n".join(lines)
    return re.sub(rb"Content-Length: \d+", b"Content-Length: %d" % len(changed), head) + b"\r\n\r\n" + changed


def _shuffle(message: bytes, dice: random.Random) -> bytes:
    lines = message.split(b"\r\n")
    dice.shuffle(lines)
    return b"\r\n".join(lines)


def _span(message: bytes, dice: random.Random) -> tuple[int, int]:
    begin = dice.randrange(len(message) or 1)
    return begin, min(len(message), begin + dice.choice((1, 4, 20, 100)))


_SPOILS: Final[tuple[Spoil, ...]] = (
    _flip,
    _cut,
    _repeat,
    _drop,
    _insert,
    _replace_word,
    _huge_number,
    _flood,
    _session,
    _shuffle,
)
