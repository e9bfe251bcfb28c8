"""One SIP message for each section of RFC 4475 (SIP torture test messages): written here, after the section's title.

Each is a request to the server under test, valid or not in the way of its section.
"""

import re
from collections.abc import Callable
from typing import Final

from tests.phone.wire import Place

Mend = Callable[[str], str]


def torture(server: Place, sender: Place, serial: int) -> dict[str, bytes]:
    """All messages by their section's title; `serial` keeps those of several rounds apart."""
    at, me = f"{server[0]}:{server[1]}", f"{sender[0]}:{sender[1]}"
    base = _base(at, me)
    messages = {
        title: mend(base.replace("@@", f"{serial}x{number}")).encode(errors="surrogateescape")
        for number, (title, mend) in enumerate(_MENDS.items())
    }
    messages["8 Extra trailing octets in a UDP datagram"] += b"INVITE sip:x SIP/2.0\r\n\r\n" + bytes(range(256))
    messages["3.1.1.11 Multipart MIME message"] = _multipart(base.replace("@@", f"{serial}xm"))
    return messages


def _base(at: str, me: str) -> str:
    session = (
        f"v=0\r\no=- 1 1 IN IP4 {me.partition(':')[0]}\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\n"
    )
    lines = (
        f"INVITE sip:9501@{at} SIP/2.0",
        f"Via: SIP/2.0/UDP {me};rport;branch=z9hG4bK-@@",
        "Max-Forwards: 70",
        f"From: <sip:stranger@{at}>;tag=t@@",
        f"To: <sip:9501@{at}>",
        "Call-ID: torture-@@",
        "CSeq: 1 INVITE",
        f"Contact: <sip:stranger@{me}>",
        "Content-Type: application/sdp",
        f"Content-Length: {len(session)}",
        "",
        session,
    )
    return "\r\n".join(lines)


def _header(name: str, value: str) -> Mend:
    """This header with another value, or added where there is none."""

    def mend(message: str) -> str:
        changed, count = re.subn(rf"(?m)^{name}: .*?(?=\r$)", lambda _: f"{name}: {value}", message, count=1)
        return changed if count else message.replace("\r\nCSeq:", f"\r\n{name}: {value}\r\nCSeq:", 1)

    return mend


def _change(old: str, new: str) -> Mend:
    return lambda message: message.replace(old, new)


def _start(pattern: str, new: str) -> Mend:
    return lambda message: re.sub(pattern, lambda _: new, message, count=1)


def _all(*mends: Mend) -> Mend:
    def mend(message: str) -> str:
        for each in mends:
            message = each(message)
        return message

    return mend


def _method(method: str) -> Mend:
    return _all(_change("INVITE sip:", f"{method} sip:"), _change("CSeq: 1 INVITE", f"CSeq: 1 {method}"))


_LONG: Final = "x" * 3000
_NUMBER: Final = "9" * 40

_MENDS: Final[dict[str, Mend]] = {
    "3.1.1.1 A short tortuous INVITE": _all(
        _change("\r\nTo: ", "\r\nTO :\r\n  "),
        _change("\r\nFrom: ", '\r\nf  :  "J Rosenberg \\\\\\""   '),
        _change("\r\nCall-ID: ", "\r\ni:  "),
        _header("Subject", "\r\n"),
        _change("CSeq: 1 INVITE", "cseq: 0009\r\n  INVITE"),
        _change("Max-Forwards: 70", "MAX-FORWARDS: 0068"),
    ),
    "3.1.1.2 Wide range of valid characters": _all(
        _change("INVITE sip:", "!interesting-Method0123456789_*+`.%indeed'~ sip:"),
        _change("1 INVITE", "139122385 !interesting-Method0123456789_*+`.%indeed'~"),
        _header("extensionHeader-!.%*+_`'~", "\x7f\N{BLACK HEART SUIT}\udcff"),
    ),
    "3.1.1.3 Valid use of the % escaping mechanism": _change("sip:9501@", "sip:%39%35%30%31%00@"),
    "3.1.1.4 Escaped nulls in URIs": _all(_method("REGISTER"), _change("sip:stranger@", "sip:null-%00-null@")),
    "3.1.1.5 Use of % when it is not an escape": _all(_method("RE%47IST%45R"), _header("Subject", "%Z%45")),
    "3.1.1.6 No LWS between display name and <": _change("From: <", "From: caller<"),
    "3.1.1.7 Long values in header fields": _all(
        _change("torture-", f"torture-{_LONG}"),
        _header("User-Agent", _LONG),
        _header("Contact", f"<sip:{_LONG}@127.0.0.1;{_LONG}={_LONG}>"),
    ),
    "8 Extra trailing octets in a UDP datagram": _change("", ""),
    "3.1.1.9 Semicolon-separated parameters in the URI user part": _change("sip:9501@", "sip:9501;par=u%40x;lr@"),
    "3.1.1.10 Varied and unknown transport types": _header("Via", "SIP/2.0/UNKNOWN t1.example;branch=z9hG4bKu-1"),
    "3.1.1.12 Unusual reason phrase": _start(r"^.*?\r", "SIP/2.0 200 = 2**3 * 5**2 \N{CYRILLIC SMALL LETTER ES}\r"),
    "3.1.1.13 Empty reason phrase": _start(r"^.*?\r", "SIP/2.0 100 \r"),
    "3.1.2.1 Extraneous header field separators": _change("Max-Forwards: 70", "Max-Forwards: 70;;,;,,"),
    "3.1.2.2 Content-Length larger than the message": _header("Content-Length", "9999"),
    "3.1.2.3 Negative Content-Length": _header("Content-Length", "-999"),
    "3.1.2.4 Request scalars with overlarge values": _all(
        _header("CSeq", f"{_NUMBER} INVITE"), _header("Max-Forwards", "300"), _header("Expires", _NUMBER)
    ),
    "3.1.2.5 Response scalars with overlarge values": _all(
        _start(r"^.*?\r", "SIP/2.0 503 x\r"), _header("Retry-After", _NUMBER), _header("Warning", f"1812 {_NUMBER}")
    ),
    "3.1.2.6 Unterminated quoted string in a display name": _change("To: <", 'To: "Mr. J. User <'),
    "3.1.2.7 <> enclosing the Request-URI": _start(r"sip:9501@(\S+)", "<sip:9501@127.0.0.1>"),
    "3.1.2.8 Embedded LWS in the Request-URI": _change("sip:9501@", "sip:9501 ; x @"),
    "3.1.2.9 Multiple SP between elements of the request line": _change("INVITE sip:", "INVITE   sip:"),
    "3.1.2.10 SP at the end of the request line": _start(r" SIP/2.0\r", " SIP/2.0  \r"),
    "3.1.2.11 Escaped headers in the Request-URI": _start(r" SIP/2.0\r", "?Route=%3Csip:x.example%3E SIP/2.0\r"),
    "3.1.2.12 Invalid time zone in Date": _header("Date", "Fri, 01 Jan 2010 16:00:00 EST"),
    "3.1.2.13 name-addr URI not enclosed in <>": _start(r"Contact: <.*>\r", "Contact: sip:a@127.0.0.1?x=y;q=1\r"),
    "3.1.2.14 Spaces within an addr-spec": _change("To: <sip:9501@", "To: < sip:9501 @ "),
    "3.1.2.15 Non-token characters in a display name": _change("From: <", "From: Bell, Alexander \udcff <"),
    "3.1.2.16 Unknown protocol version": _start("SIP/2.0", "SIP/7.0"),
    "3.1.2.17 Start line and CSeq method mismatch": _change("CSeq: 1 INVITE", "CSeq: 1 OPTIONS"),
    "3.1.2.18 Unknown method with CSeq mismatch": _change("INVITE sip:", "NEWMETHOD sip:"),
    "3.1.2.19 Overlarge response code": _start(r"^.*?\r", "SIP/2.0 4294967301 better not break\r"),
    "3.2.1 Missing transaction identifier": _start(r";branch=z9hG4bK-\S+", ";branch=z9hG4bK"),
    "3.3.1 Missing required header fields": _start(r"(?s)Call-ID: .*?\r\nCSeq: .*?\r\n", ""),
    "3.3.2 Request-URI with an unknown scheme": _start("sip:", "nobodyKnowsThisScheme:"),
    "3.3.3 Request-URI with a known but atypical scheme": _start(r"sip:\S+", "soap.beep://192.0.2.103:3002"),
    "3.3.4 Unknown URI schemes in header fields": _change("To: <sip:", "To: <isbn:2983792873;"),
    "3.3.5 Proxy-Require and Require": _all(_header("Require", "nothingSupportsThis"), _header("Proxy-Require", "x")),
    "3.3.6 Unknown Content-Type": _header("Content-Type", "application/unknownformat"),
    "3.3.7 Unknown authorization scheme": _header("Authorization", "NoOneKnowsThisScheme opaque-data=here"),
    "3.3.8 Multiple values in single-value fields": _all(
        _change("CSeq: 1 INVITE", "CSeq: 1 INVITE\r\nCSeq: 5 OPTIONS"), _change("Call-ID: ", "Call-ID: a\r\nCall-ID: ")
    ),
    "3.3.9 Multiple Content-Length values": _change("Content-Length: ", "Content-Length: 5\r\nContent-Length: "),
    "3.3.10 200 response with a broadcast Via": _all(
        _start(r"^.*?\r", "SIP/2.0 200 OK\r"), _header("Via", "SIP/2.0/UDP 255.255.255.255;branch=z9hG4bK1")
    ),
    "3.3.11 Max-Forwards of zero": _header("Max-Forwards", "0"),
    "3.3.12 REGISTER with a Contact header parameter": _all(
        _method("REGISTER"), _header("Contact", "sip:a@127.0.0.1;unknownparam")
    ),
    "3.3.13 REGISTER with a URL parameter": _all(
        _method("REGISTER"), _header("Contact", "<sip:a@127.0.0.1;unknownparam>")
    ),
    "3.3.14 REGISTER with a URL escaped header": _all(
        _method("REGISTER"), _header("Contact", "<sip:a@127.0.0.1?Route=%3Csip:x.example%3E>")
    ),
    "3.3.15 Unacceptable Accept offering": _all(_method("OPTIONS"), _header("Accept", "text/nobodyKnowsThis")),
    "3.4.1 INVITE with RFC 2543 syntax": _all(
        _start(r";rport;branch=z9hG4bK-\S+", ""), _change(";tag=t", ";x="), _start("Max-Forwards: 70\r\n", "")
    ),
}


def _multipart(base: str) -> bytes:
    head = _header("Content-Type", "multipart/mixed;boundary=7a9cbec02ceef655")(base.partition("\r\n\r\n")[0])
    part = "--7a9cbec02ceef655\r\nContent-Type: {}\r\nContent-Transfer-Encoding: binary\r\n\r\n"
    body = part.format("text/plain").encode() + b"Hello\r\n" + part.format("application/octet-stream").encode()
    body += bytes(range(256)) + b"\r\n--7a9cbec02ceef655--"
    return _header("Content-Length", str(len(body)))(head).encode() + b"\r\n\r\n" + body
