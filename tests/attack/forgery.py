"""A SIP request of which every part that its sender writes can be anything at all."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import quote

from tests.phone.message import Headers
from tests.phone.wire import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Of one request: from where, and by which it is found again."""

    host: str
    port: int
    server: Place
    branch: str
    tag: str
    user: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgery:
    """What its sender writes, as it stands in the message: already quoted, where it is to be quoted."""

    method: str = "INVITE"
    number: str = ""
    """The user part of the address that is called; empty: none."""
    user: str = "stranger"
    """Of the From header."""
    name: str = ""
    """Of the From header, with its quotes and the space behind."""
    to_name: str = ""
    contact: str = "x"
    """The user part of the Contact header."""
    call_id: str = field(default_factory=lambda: secrets.token_hex(10))
    sequence: int = 1
    extra: Headers = field(default_factory=Headers)
    session: str = "-"
    """The name of the session in the SDP."""
    origin: str = "-"
    """The user in the SDP's origin line."""

    def request_uri(self, server: Place) -> str:
        at = f"{self.number}@" if self.number else ""
        return f"sip:{at}{server[0]}:{server[1]}"

    def encode(self, identity: Identity, proof: Headers) -> bytes:
        """The datagram. Characters that stand for raw bytes (`surrogateescape`) become these."""
        server = f"{identity.server[0]}:{identity.server[1]}"
        uri = self.request_uri(identity.server)
        body = self._session(identity) if self.method == "INVITE" else ""
        content = body.encode(errors="surrogateescape")
        headers: Headers = [
            ("Via", f"SIP/2.0/UDP {identity.host}:{identity.port};rport;branch={identity.branch}"),
            ("Max-Forwards", "70"),
            ("From", f"{self.name}<sip:{self.user}@{server}>;tag={identity.tag}"),
            ("To", f"{self.to_name}<{uri}>"),
            ("Call-ID", self.call_id),
            ("CSeq", f"{self.sequence} {self.method}"),
            ("Contact", f"<sip:{self.contact}@{identity.host}:{identity.port}>"),
            *proof,
            *self.extra,
            *([("Content-Type", "application/sdp")] if body else []),
            ("Content-Length", str(len(content))),
        ]
        lines = [f"{self.method} {uri} SIP/2.0", *(f"{name}: {value}" for name, value in headers), "", ""]
        return "\r\n".join(lines).encode(errors="surrogateescape") + content

    def _session(self, identity: Identity) -> str:
        lines = (
            "v=0",
            f"o={self.origin} 1 1 IN IP4 {identity.host}",
            f"s={self.session}",
            f"c=IN IP4 {identity.host}",
            "t=0 0",
            "m=audio 9 RTP/AVP 0 101",
            "a=rtpmap:0 PCMU/8000",
            "a=rtpmap:101 telephone-event/8000",
            "",
        )
        return "\r\n".join(lines)


def quoted(text: str) -> str:
    """A display name by the rules: nothing in it can end it."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}" '


def escaped(text: str) -> str:
    """The user part of an address by the rules."""
    return quote(text.encode(errors="surrogateescape"), safe="")


Writer = Callable[[Forgery, str], Forgery]
"""Puts a text into one place of a request."""


def _header(name: str, form: str) -> Writer:
    return lambda forgery, text: replace(forgery, extra=[*forgery.extra, (name, form.replace("@@", text))])


PLACES: Final[Mapping[str, Writer]] = {
    "display name": lambda forgery, text: replace(forgery, name=quoted(text)),
    "display name, raw": lambda forgery, text: replace(forgery, name=f"{text} "),
    "From user": lambda forgery, text: replace(forgery, user=escaped(text)),
    "From user, raw": lambda forgery, text: replace(forgery, user=text),
    "To name": lambda forgery, text: replace(forgery, to_name=quoted(text)),
    "Contact user": lambda forgery, text: replace(forgery, contact=escaped(text)),
    "Contact user, raw": lambda forgery, text: replace(forgery, contact=text),
    "Call-ID": lambda forgery, text: replace(forgery, call_id=f"{secrets.token_hex(6)}{text}"),
    "session name": lambda forgery, text: replace(forgery, session=text),
    "session origin": lambda forgery, text: replace(forgery, origin=text),
    "User-Agent": _header("User-Agent", "@@"),
    "Subject": _header("Subject", "@@"),
    "own header": _header("X-Account", "@@"),
    "P-Asserted-Identity": _header("P-Asserted-Identity", '"@@" <sip:@@@127.0.0.1>'),
    "Remote-Party-ID": _header("Remote-Party-ID", '"@@" <sip:1@127.0.0.1>;party=calling;privacy=off'),
    "Diversion": _header("Diversion", '"@@" <sip:1@127.0.0.1>;reason=unconditional'),
    "Alert-Info": _header("Alert-Info", "<http://127.0.0.1/@@>"),
    "Call-Info": _header("Call-Info", "<http://127.0.0.1/@@>;purpose=icon"),
    "Referred-By": _header("Referred-By", "<sip:@@@127.0.0.1>"),
    "Replaces": _header("Replaces", "@@;to-tag=1;from-tag=2"),
    "Reason": _header("Reason", 'SIP;cause=200;text="@@"'),
    "History-Info": _header("History-Info", "<sip:@@@127.0.0.1>;index=1"),
}
"""Where a caller's text can stand, besides the number that he dials."""

DIALLED: Final[Mapping[str, Writer]] = {
    "number": lambda forgery, text: replace(forgery, number=escaped(text)),
    "number, raw": lambda forgery, text: replace(forgery, number=text),
}
