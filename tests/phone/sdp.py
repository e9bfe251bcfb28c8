"""Session descriptions of an audio call in G.711, with keypad events and hold (RFC 4566, RFC 3264, RFC 4733)."""

import re
from dataclasses import dataclass, replace

from tests.phone.g711 import CODECS, Codec

EVENTS_TYPE = 101
"""The payload type under which we offer keypad events, as most phones do."""


class NoCommonCodecError(ValueError):
    """The other side speaks nothing that we do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Where audio goes, what may be spoken, the best liked first, and in which directions."""

    host: str
    port: int
    codecs: tuple[Codec, ...]
    events: int | None = EVENTS_TYPE
    """The payload type of keypad events; None: they are not understood."""
    sends: bool = True
    receives: bool = True
    version: int = 1
    """Grows with every change during a call."""

    @property
    def flows(self) -> bool:
        """Whether nobody holds the call."""
        return self.sends and self.receives

    def changed(self, *, sends: bool, receives: bool) -> "Session":
        """The next version, with other directions."""
        return replace(self, sends=sends, receives=receives, version=self.version + 1)

    def encode(self) -> str:
        events = [] if self.events is None else [self.events]
        kinds = " ".join(str(kind) for kind in [*(codec.payload_type for codec in self.codecs), *events])
        lines = [
            "v=0",
            f"o=- 1 {self.version} IN IP4 {self.host}",
            "s=-",
            f"c=IN IP4 {self.host}",
            "t=0 0",
            f"m=audio {self.port} RTP/AVP {kinds}",
            *(f"a=rtpmap:{codec.payload_type} {codec.name}/8000" for codec in self.codecs),
            *(line for kind in events for line in (f"a=rtpmap:{kind} telephone-event/8000", f"a=fmtp:{kind} 0-15")),
            "a=ptime:20",
            f"a={DIRECTIONS[self.sends, self.receives]}",
        ]
        return "\r\n".join(lines) + "\r\n"


DIRECTIONS = {
    (True, True): "sendrecv",
    (True, False): "sendonly",
    (False, True): "recvonly",
    (False, False): "inactive",
}


def read_session(text: str) -> Session:
    """Read an offer or an answer; raises `NoCommonCodecError`, also where there is no audio at all."""
    audio = re.search(r"^m=audio (\d+) RTP/AVP ([\d ]+)", text, re.MULTILINE)
    host = re.search(r"^c=IN IP4 (\S+)", text, re.MULTILINE)
    if not audio or not host:
        raise NoCommonCodecError("no audio over IPv4 is described")
    codecs = tuple(CODECS[kind] for kind in map(int, audio[2].split()) if kind in CODECS)
    if not codecs:
        raise NoCommonCodecError(f"neither ulaw nor alaw among {audio[2]}")
    events = re.search(r"^a=rtpmap:(\d+) telephone-event/8000", text, re.MULTILINE)
    direction = re.search(r"^a=(sendrecv|sendonly|recvonly|inactive)\b", text, re.MULTILINE)
    sends, receives = next(
        both for both, word in DIRECTIONS.items() if word == (direction[1] if direction else "sendrecv")
    )
    version = re.search(r"^o=\S+ \d+ (\d+)", text, re.MULTILINE)
    return Session(
        host=host[1],
        port=int(audio[1]),
        codecs=codecs,
        events=int(events[1]) if events else None,
        sends=sends,
        receives=receives,
        version=int(version[1]) if version else 1,
    )
