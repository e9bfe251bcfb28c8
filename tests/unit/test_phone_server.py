"""The tests' own phone at a server that follows a script: what only servers do, such as NOTIFY and challenges."""

from collections.abc import AsyncIterator

import pytest

from tests.phone.dialog import Dialog, answering
from tests.phone.media import Media
from tests.phone.message import Headers, Request, parameter, response_to
from tests.phone.phone import Phone
from tests.phone.sdp import Session, read_session
from tests.phone.wire import ServerTransaction, Wire, new_branch

CHALLENGE: Headers = [("WWW-Authenticate", 'Digest realm="script", nonce="n1", qop="auth"')]
DIALOG = (
    '<?xml version="1.0"?><dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="{}" state="full" '
    'entity="sip:2001@script"><dialog id="2001"><state>{}</state></dialog></dialog-info>'
)


class Server:
    """Answers every call, follows every REFER, and knows one lamp; it lets nobody in without proof."""

    def __init__(self) -> None:
        self.asked: list[Request] = []
        self.wire: Wire
        self.refer_status = 202
        self.subscribe_status = 200
        self._dialogs: dict[str, Dialog] = {}
        self._media: Media

    async def open(self) -> None:
        """On a free port."""
        self.wire = await Wire.open("127.0.0.1", ("127.0.0.1", 0), self._asked)
        self._media = await Media.open("127.0.0.1")

    def close(self) -> None:
        self._media.close()
        self.wire.close()

    def _asked(self, transaction: ServerTransaction) -> None:
        request = transaction.request
        if not request.get("Authorization") and request.method != "BYE":
            transaction.respond(response_to(request, 401, to_tag="c1", extra=CHALLENGE))
            return
        self.asked.append(request)
        contact = "<sip:script@127.0.0.1>"
        self._dialogs.setdefault(request.call_id, answering(request, contact=contact))
        tag, extra = self.tag(request.call_id), [("Contact", contact)]
        match request.method:
            case "INVITE":
                answer = Session(host="127.0.0.1", port=self._media.port, codecs=read_session(request.body).codecs)
                transaction.respond(response_to(request, 200, to_tag=tag, extra=extra, body=answer.encode()))
            case "REFER":
                transaction.respond(response_to(request, self.refer_status, extra=extra))
            case "SUBSCRIBE":
                transaction.respond(response_to(request, self.subscribe_status, to_tag=tag, extra=extra))
                if self.subscribe_status != 200:
                    return
                state = "active;expires=600" if request.get("Expires") != "0" else "terminated;reason=timeout"
                self.tell(request.call_id, "dialog", state, DIALOG.format(0, "terminated"))
            case _:
                transaction.respond(response_to(request, 200))

    def tag(self, call_id: str) -> str:
        """Its own, in this dialog."""
        return parameter(self._dialogs[call_id].local, "tag")

    def tell(self, call_id: str, event: str, state: str, body: str) -> None:
        """Send a NOTIFY."""
        extra: Headers = [("Event", event), ("Subscription-State", state), ("Content-Type", "x/y")]
        self.wire.begin(
            self._dialogs[call_id].request("NOTIFY", via=self.wire.via(new_branch()), extra=extra, body=body)
        )


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    """Which answers."""
    script = Server()
    await script.open()
    yield script
    script.close()


@pytest.fixture
async def phone(server: Server) -> AsyncIterator[Phone]:
    """Which the server can reach."""
    async with Phone(server.wire.place, "1001-desk", "secret") as at_desk:
        server.wire.server = at_desk.place
        yield at_desk


async def test_a_blind_transfer_is_followed_to_its_end(server: Server, phone: Phone) -> None:
    call = await phone.dial("7001")
    await call.is_answered()
    transfer = await call.transfer("2001")
    host, port = server.wire.place
    refer = server.asked[-1]
    assert (refer.method, refer.get("Refer-To")) == ("REFER", f"<sip:2001@{host}:{port}>")
    for status in ("100 Trying", "180 Ringing", "200 OK"):
        assert call.is_up
        server.tell(call.id, "refer", "active", f"SIP/2.0 {status}\r\n")
    assert await transfer.is_done() == 200
    assert transfer.progress == [100, 180, 200]
    await call.hang_up()
    assert server.asked[-1].method == "BYE"


async def test_a_transfer_that_the_server_refuses_is_done(server: Server, phone: Phone) -> None:
    call = await phone.dial("7001")
    await call.is_answered()
    server.refer_status = 603
    transfer = await call.transfer("2001")
    assert (await transfer.is_done(), call.is_up) == (603, True)


async def test_an_attended_transfer_names_the_second_call(server: Server, phone: Phone) -> None:
    first, second = await phone.dial("7001"), await phone.dial("2001")
    await first.is_answered()
    await second.is_answered()
    await first.transfer_to(second)
    invite = next(request for request in server.asked if request.call_id == second.id)
    refer = server.asked[-1]
    assert refer.call_id == first.id
    host, port = server.wire.place
    local, remote = parameter(invite.get("From"), "tag"), server.tag(second.id)
    assert refer.get("Refer-To") == (
        f"<sip:2001@{host}:{port}?Replaces={second.id}%3Bto-tag%3D{remote}%3Bfrom-tag%3D{local}>"
    )


async def test_a_lamp_shows_what_it_is_told_until_it_is_given_up(server: Server, phone: Phone) -> None:
    lamp = await phone.watch("2001")
    assert (lamp.status, lamp.state, lamp.is_watched) == (200, "terminated", True)
    assert server.asked[-1].get("Event") == "dialog"
    for version, state in enumerate(("early", "confirmed"), start=1):
        server.tell(lamp.id, "dialog", "active", DIALOG.format(version, state))
        await lamp.shows(state)
    assert [shown.state for shown in lamp.shown] == ["terminated", "early", "confirmed"]
    await lamp.unwatch()
    assert (server.asked[-1].get("Expires"), lamp.is_watched) == ("0", False)


async def test_a_lamp_that_the_server_does_not_know_stays_dark(server: Server, phone: Phone) -> None:
    server.subscribe_status = 481
    lamp = await phone.watch("2001")
    assert (lamp.status, lamp.state, lamp.is_watched) == (481, "", False)


async def test_a_lamp_of_a_server_that_has_forgotten_it_is_given_up(server: Server, phone: Phone) -> None:
    lamp = await phone.watch("2001")
    server.subscribe_status = 481
    await lamp.unwatch()
    assert (lamp.status, lamp.is_watched) == (481, False)
