"""The tests' own phone: SIP messages, digest and session descriptions."""

import itertools
from dataclasses import replace

import pytest

from tests.phone import dtmf
from tests.phone.digest import Challenge, Credentials, authorization, read_challenge
from tests.phone.g711 import ALAW, ULAW
from tests.phone.lamp import read_state
from tests.phone.message import MessageError, Request, Response, address, parameter, parse, quoted, response_to
from tests.phone.sdp import NoCommonCodecError, Session, read_session

INVITE = (
    b"INVITE sip:1001-desk@127.0.0.1:4001 SIP/2.0\r\n"
    b"v: SIP/2.0/UDP 127.0.0.1:5060;rport;branch=z9hG4bKabc\r\n"
    b'From: "Ann \\"the ; caller\\"" <sip:3001@127.0.0.1;user=phone>;tag=x1\r\n'
    b"To: <sip:1001-desk@127.0.0.1>\r\n"
    b"Subject: a long\r\n one\r\n"
    b"i: abc@host\r\n"
    b"CSeq: 7 INVITE\r\n"
    b"Content-Length: 4\r\n\r\nbody"
)


def test_a_request_is_read_with_compact_and_folded_headers() -> None:
    request = parse(INVITE)
    assert isinstance(request, Request)
    assert (request.method, request.uri) == ("INVITE", "sip:1001-desk@127.0.0.1:4001")
    assert (request.branch, request.call_id, request.cseq) == ("z9hG4bKabc", "abc@host", (7, "INVITE"))
    assert request.get("subject") == "a long one"
    assert request.body == "body"


def test_a_response_goes_back_the_way_the_request_came() -> None:
    request = parse(INVITE)
    assert isinstance(request, Request)
    response = parse(response_to(request, 486, to_tag="t9").encode())
    assert isinstance(response, Response)
    assert (response.status, response.branch, response.cseq) == (486, "z9hG4bKabc", (7, "INVITE"))
    assert parameter(response.get("To"), "tag") == "t9"


@pytest.mark.parametrize("datagram", [b"", b"\r\n\r\n", b"HELLO\r\n\r\n", b"SIP/2.0 abc\r\n\r\n", b"\xff\xfe\x00"])
def test_what_is_no_sip_message_is_refused(datagram: bytes) -> None:
    with pytest.raises(MessageError):
        parse(datagram)


@pytest.mark.parametrize(
    ("text", "name", "user"),
    [
        ('"Ann \\"the ; <caller>\\"" <sip:3001@h;user=phone>;tag=x', 'Ann "the ; <caller>"', "3001"),
        ("Ann Lee <sip:3001@h>;tag=x", "Ann Lee", "3001"),
        ("<sip:3001@h>", "", "3001"),
        ("sip:3001@h;tag=x", "", "3001"),
    ],
)
def test_an_address_gives_the_name_and_the_number(text: str, name: str, user: str) -> None:
    assert (address(text).name, address(text).user) == (name, user)


def test_a_quoted_name_is_read_as_it_was_written() -> None:
    for name in ('a "b" c', "a\\b", "a;b|c${d}"):
        assert address(f"{quoted(name)} <sip:1@h>").name == name


def test_digest_with_quality_of_protection_as_in_rfc_2617() -> None:
    challenge = read_challenge(
        'Digest realm="testrealm@host.com", qop="auth,auth-int", '
        'nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"'
    )
    value = authorization(
        challenge,
        Credentials(user="Mufasa", secret="Circle Of Life"),
        method="GET",
        uri="/dir/index.html",
        cnonce="0a4f113b",
    )
    assert 'response="6629fae49393a05397450978507c4ef1"' in value
    assert 'opaque="5ccc069c403ebaf9f0171e9517f40e41"' in value


def test_digest_without_quality_of_protection_as_in_rfc_2069() -> None:
    challenge = Challenge(realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093")
    who = Credentials(user="Mufasa", secret="CircleOfLife")
    value = authorization(challenge, who, method="GET", uri="/dir/index.html", cnonce="unused")
    assert 'response="1949323746fe6a43ef61f9606e7febea"' in value
    assert "nc=" not in value


@pytest.mark.parametrize("value", ['Basic realm="x"', 'Digest realm="x", nonce="y", algorithm=SHA-512-256'])
def test_a_challenge_that_cannot_be_met_is_named(value: str) -> None:
    with pytest.raises(ValueError, match=r"digest|algorithm"):
        read_challenge(value)


def test_a_session_is_read_as_it_was_written() -> None:
    session = Session(host="127.0.0.1", port=4000, codecs=(ALAW, ULAW))
    assert read_session(session.encode()) == session
    for sends, receives in itertools.product((True, False), repeat=2):
        held = replace(session, events=None).changed(sends=sends, receives=receives)
        assert (read_session(held.encode()), held.version) == (held, 2)


def test_a_session_without_a_common_codec_is_refused() -> None:
    with pytest.raises(NoCommonCodecError):
        read_session("v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio 4000 RTP/AVP 3 9\r\n")
    with pytest.raises(NoCommonCodecError):
        read_session("v=0\r\n")


def test_a_key_is_events_that_grow_and_end_three_times() -> None:
    events = [payload.hex() for payload in dtmf.payloads("*")]
    assert events == [*(f"0a0a{160 * count:04x}" for count in range(1, 6)), *["0a8a0320"] * 3]
    assert [dtmf.ended_key(payload) for payload in dtmf.payloads("*")] == [""] * 5 + ["*"] * 3


@pytest.mark.parametrize("payload", [b"", b"\x10\x8a\x03\x20", b"\x01\x8a\x03"])
def test_what_is_no_key_is_passed_over(payload: bytes) -> None:
    assert dtmf.ended_key(payload) == ""


def test_a_document_of_dialogs_gives_the_state_of_the_first() -> None:
    document = '<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="1" state="full">{}</dialog-info>'
    assert read_state(document.format('<dialog id="1"><state>early</state></dialog>')) == "early"
    assert read_state(document.format("")) == "terminated"
