"""A segment of the spool as bytes: a line that names the journal, then a line for each fact.

Every line is a checksum (CRC-32, eight hexadecimal digits), a space, JSON without line ends, and a line end. So a line
is either whole or known not to be, wherever a write was cut off. Nothing here reads or writes a file.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple
from zlib import crc32

import msgspec

from acd.journal import about, encode
from acd.outputs import Recorded

FORMAT: Final = 1
_LONGEST_HEADER_BYTES: Final = 200


class Entry(NamedTuple):
    """One fact as the journal keeps it: a row of the table `fact`, in the order of its columns."""

    seq: int
    at: datetime
    kind: str
    call: str | None
    agent: str | None
    queue: str | None
    body: str
    """All its fields, as JSON."""
    ends_step: bool = True
    """Whether it is the last one of what was decided at once; not a column."""


def entry(seq: int, recorded: Recorded, *, ends_step: bool = True) -> Entry:
    """This fact under this number."""
    kind, body = encode(recorded.fact)
    return Entry(seq, recorded.at, kind, *about(recorded.fact), body.decode(), ends_step)


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """The first line: whose facts these are."""

    format: int = FORMAT
    journal: str
    """Of the database that these facts belong to."""
    epoch: int
    """Of the engine that wrote them; each has a larger one than all before it."""


class _Line(msgspec.Struct, array_like=True):
    seq: int
    at: datetime
    kind: str
    call: str | None
    agent: str | None
    queue: str | None
    body: msgspec.Raw
    ends_step: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What could be read of a segment."""

    header: Header | None
    """None: there is none that can be read, nor anything behind it that could be trusted."""
    entries: tuple[Entry, ...]
    torn: bool
    """It ends in the middle of a line: its writer was killed while it wrote."""
    damaged: int
    """Whole lines that are not what was written."""


_ENCODER: Final = msgspec.json.Encoder()
_HEADER_DECODER: Final = msgspec.json.Decoder(Header)
_LINE_DECODER: Final = msgspec.json.Decoder(_Line)


def header_line(journal: str, epoch: int) -> bytes:
    """How a segment begins."""
    return _line(_ENCODER.encode(Header(journal=journal, epoch=epoch)))


def lines(entries: Iterable[Entry]) -> bytes:
    """What is appended for these."""
    return b"".join(
        _line(_ENCODER.encode((*each[:6], msgspec.Raw(each.body.encode()), each.ends_step))) for each in entries
    )


def read(content: bytes) -> Content:
    """All of a segment that is as it was written."""
    first, *rest = content.split(b"\n")
    header = _header(first) if rest else None
    if header is None:
        torn = not rest and len(first) <= _LONGEST_HEADER_BYTES
        return Content(header=None, entries=(), torn=torn, damaged=int(not torn))
    *whole_lines, tail = rest
    entries = [_entry(line) for line in whole_lines]
    readable = tuple(each for each in entries if each is not None)
    return Content(header=header, entries=readable, torn=bool(tail), damaged=len(entries) - len(readable))


def _line(payload: bytes) -> bytes:
    return b"%08x %b\n" % (crc32(payload), payload)


def _payload(line: bytes) -> bytes | None:
    """None: the checksum does not fit."""
    payload = line[9:]
    return payload if line[:9] == b"%08x " % crc32(payload) else None


def _header(line: bytes) -> Header | None:
    payload = _payload(line)
    if payload is None:
        return None
    try:
        header = _HEADER_DECODER.decode(payload)
    except msgspec.DecodeError:
        return None
    return header if header.format == FORMAT else None


def _entry(line: bytes) -> Entry | None:
    payload = _payload(line)
    if payload is None:
        return None
    try:
        it = _LINE_DECODER.decode(payload)
    except msgspec.DecodeError:
        return None
    return Entry(it.seq, it.at, it.kind, it.call, it.agent, it.queue, bytes(it.body).decode(), it.ends_step)
