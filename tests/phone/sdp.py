"""Session descriptions of an audio call in G.711 (RFC 4566, RFC 3264)."""

import re
from dataclasses import dataclass

from tests.phone.g711 import CODECS, Codec


class NoCommonCodecError(ValueError):
    """The other side speaks nothing that we do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Where audio goes, and what may be spoken, the best liked first."""

    host: str
    port: int
    codecs: tuple[Codec, ...]

    def encode(self) -> str:
        kinds = " ".join(str(codec.payload_type) for codec in self.codecs)
        lines = [
            "v=0",
            f"o=- 1 1 IN IP4 {self.host}",
            "s=-",
            f"c=IN IP4 {self.host}",
            "t=0 0",
            f"m=audio {self.port} RTP/AVP {kinds}",
            *(f"a=rtpmap:{codec.payload_type} {codec.name}/8000" for codec in self.codecs),
            "a=ptime:20",
            "a=sendrecv",
        ]
        return "\r\n".join(lines) + "\r\n"


def read_session(text: str) -> Session:
    """Read an offer or an answer; raises `NoCommonCodecError`, also where there is no audio at all."""
    audio = re.search(r"^m=audio (\d+) RTP/AVP ([\d ]+)", text, re.MULTILINE)
    host = re.search(r"^c=IN IP4 (\S+)", text, re.MULTILINE)
    if not audio or not host:
        raise NoCommonCodecError("no audio over IPv4 is described")
    codecs = tuple(CODECS[kind] for kind in map(int, audio[2].split()) if kind in CODECS)
    if not codecs:
        raise NoCommonCodecError(f"neither ulaw nor alaw among {audio[2]}")
    return Session(host=host[1], port=int(audio[1]), codecs=codecs)
