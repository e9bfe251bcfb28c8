"""SIP messages as text: parsed leniently, built strictly. No sockets, no state."""

import re
from dataclasses import dataclass, field

LONG_NAMES = {
    "v": "via",
    "f": "from",
    "t": "to",
    "i": "call-id",
    "m": "contact",
    "l": "content-length",
    "c": "content-type",
    "k": "supported",
    "e": "content-encoding",
}

Headers = list[tuple[str, str]]


class MessageError(ValueError):
    """The datagram is no SIP message."""


@dataclass(slots=True, kw_only=True)
class Message:
    """What requests and responses share: headers in their order, and a body."""

    headers: Headers = field(default_factory=Headers)
    body: str = ""

    def all(self, name: str) -> list[str]:
        """Every value of a header, in order."""
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def get(self, name: str) -> str:
        """The first value of a header; empty where it is absent."""
        return next(iter(self.all(name)), "")

    @property
    def call_id(self) -> str:
        return self.get("Call-ID")

    @property
    def cseq(self) -> tuple[int, str]:
        """Number and method."""
        number, _, method = self.get("CSeq").partition(" ")
        return int(number), method.strip()

    @property
    def branch(self) -> str:
        """What names the transaction: the branch of the topmost Via."""
        return parameter(self.get("Via"), "branch")

    def encode(self) -> bytes:
        """The datagram; Content-Length is added here."""
        body = self.body.encode(errors="surrogateescape")
        lines = [self.start_line, *(f"{name}: {value}" for name, value in self.headers), f"Content-Length: {len(body)}"]
        return "\r\n".join(lines).encode(errors="surrogateescape") + b"\r\n\r\n" + body

    @property
    def start_line(self) -> str:
        raise NotImplementedError


@dataclass(slots=True, kw_only=True)
class Request(Message):
    """Somebody asks."""

    method: str
    uri: str

    @property
    def start_line(self) -> str:
        return f"{self.method} {self.uri} SIP/2.0"


@dataclass(slots=True, kw_only=True)
class Response(Message):
    """Somebody answers."""

    status: int
    phrase: str

    @property
    def start_line(self) -> str:
        return f"SIP/2.0 {self.status} {self.phrase}"


PHRASES = {
    100: "Trying",
    180: "Ringing",
    200: "OK",
    202: "Accepted",
    401: "Unauthorized",
    405: "Method Not Allowed",
    481: "Call/Transaction Does Not Exist",
    486: "Busy Here",
    487: "Request Terminated",
    488: "Not Acceptable Here",
    491: "Request Pending",
    603: "Decline",
}


def response_to(
    request: Request, status: int, *, to_tag: str = "", extra: Headers | None = None, body: str = ""
) -> Response:
    """A response that finds its way back: Via, From, To, Call-ID and CSeq are the request's (RFC 3261, 8.2.6.2)."""
    to = request.get("To")
    if to_tag and not parameter(to, "tag"):
        to = f"{to};tag={to_tag}"
    headers: Headers = [("Via", via) for via in request.all("Via")]
    headers += [("From", request.get("From")), ("To", to), ("Call-ID", request.call_id), ("CSeq", request.get("CSeq"))]
    return Response(status=status, phrase=PHRASES[status], headers=headers + (extra or []), body=body)


def parse(datagram: bytes) -> Request | Response:
    """Read one datagram; raises `MessageError`."""
    head, _, body = datagram.decode(errors="surrogateescape").partition("\r\n\r\n")
    start, *lines = re.sub(r"\r\n[ \t]+", " ", head).split("\r\n")
    headers: Headers = []
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon:
            raise MessageError(f"no header: {line!r}")
        name = name.strip()
        headers.append((LONG_NAMES.get(name.lower(), name), value.strip(" \t")))
    words = start.split(" ", 2)
    if len(words) == 3 and words[0] == "SIP/2.0" and words[1].isdecimal():
        return Response(status=int(words[1]), phrase=words[2], headers=headers, body=body)
    if len(words) == 3 and words[2] == "SIP/2.0":
        return Request(method=words[0], uri=words[1], headers=headers, body=body)
    raise MessageError(f"neither a request nor a response: {start!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A From, To or Contact: the name that a phone displays, and the URI."""

    name: str
    uri: str

    @property
    def user(self) -> str:
        """The number, in most cases."""
        return self.uri.partition(":")[2].partition("@")[0].partition(";")[0]


_QUOTED = re.compile(r'\s*"((?:[^"\\]|\\.)*)"\s*', re.DOTALL)


def address(text: str) -> Address:
    """Read `"Name" <uri>;parameters`, `Name <uri>` or a bare URI."""
    name, rest = "", text
    if quoted := _QUOTED.match(text):
        name, rest = re.sub(r"\\(.)", r"\1", quoted[1]), text[quoted.end() :]
    elif "<" in text:
        name, rest = text[: text.index("<")].strip(), text[text.index("<") :]
    if rest.startswith("<"):
        return Address(name=name, uri=rest[1:].partition(">")[0])
    return Address(name=name, uri=rest.partition(";")[0].strip())


def quoted(name: str) -> str:
    """A display name as it stands in a header (RFC 3261, 25.1: quoted-string)."""
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def parameter(value: str, name: str) -> str:
    """A parameter behind an address or a Via, without its quotes; empty where it is absent."""
    outside = value.rpartition(">")[2] if ">" in value else value
    found = re.search(rf';\s*{name}\s*=\s*("[^"]*"|[^;,\s]*)', outside, re.IGNORECASE)
    return found[1].strip('"') if found else ""
