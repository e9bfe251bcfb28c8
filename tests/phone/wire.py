"""SIP over one UDP socket: requests, their answers, and the repeats that UDP needs (RFC 3261, 17).

What a request means is not decided here: a new one is handed to whoever opened the wire.
"""

import asyncio
import logging
import secrets
from collections.abc import Callable

from tests.phone.message import Headers, Message, MessageError, Request, Response, address, parse, response_to

T1 = 0.5
T2 = 4.0
GIVE_UP = 64 * T1
LONGEST_RING = 120.0
Place = tuple[str, int]

log = logging.getLogger("tests.phone")


class NoAnswerError(AssertionError):
    """The other side did not answer a request in the time that the protocol gives it."""


def new_branch() -> str:
    return "z9hG4bK" + secrets.token_hex(8)


class Repeater:
    """Sends one datagram again and again, at doubling intervals, until it is stopped or has no more hope."""

    def __init__(self, send: Callable[[], None], give_up: Callable[[], None], *, longest: float) -> None:
        self._send, self._give_up, self._longest = send, give_up, longest
        self._left, self._pause = GIVE_UP, T1
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        self._send()
        self._timer = asyncio.get_running_loop().call_later(self._pause, self._again)

    def _again(self) -> None:
        self._left -= self._pause
        if self._left <= 0:
            self._give_up()
            return
        self._pause = min(self._pause * 2, self._longest)
        self.start()

    def stop(self) -> None:
        if self._timer:
            self._timer.cancel()


class ClientTransaction:
    """A request of ours, from its first datagram to its final answer."""

    def __init__(self, request: Request, send: Callable[[bytes], None], hears: Callable[[Response], None]) -> None:
        self.request = request
        self.final: asyncio.Future[Response] = asyncio.get_running_loop().create_future()
        self.acknowledgement = b""
        """Of an INVITE: what every repeat of its final answer is answered with."""
        self._send, self._hears = send, hears
        longest = GIVE_UP if request.method == "INVITE" else T2
        self._repeater = Repeater(lambda: send(request.encode()), self._expired, longest=longest)

    def start(self) -> None:
        self._repeater.start()

    def received(self, response: Response) -> None:
        if self.final.done():
            if self.acknowledgement and response.status >= 200:
                self._send(self.acknowledgement)
            return
        if response.status < 200:
            if self.request.method == "INVITE":
                self._repeater.stop()
            self._hears(response)
            return
        self._repeater.stop()
        if self.request.method == "INVITE" and response.status >= 300:
            self.acknowledge(_refusal_acknowledged(self.request, response))
        self.final.set_result(response)

    def acknowledge(self, ack: Request) -> None:
        """Send this ACK now and whenever the final answer comes again."""
        self.acknowledgement = ack.encode()
        self._send(self.acknowledgement)

    def _expired(self) -> None:
        if not self.final.done():
            self.final.set_exception(NoAnswerError(f"no answer to {self.request.start_line}"))

    def stop(self) -> None:
        self._repeater.stop()
        self.final.cancel()


def _refusal_acknowledged(invite: Request, response: Response) -> Request:
    headers: Headers = [
        ("Via", invite.get("Via")),
        ("From", invite.get("From")),
        ("To", response.get("To")),
        ("Call-ID", invite.call_id),
        ("CSeq", f"{invite.cseq[0]} ACK"),
        ("Max-Forwards", "70"),
    ]
    return Request(method="ACK", uri=invite.uri, headers=headers)


class ServerTransaction:
    """A request of the other side, and our answers to it."""

    def __init__(self, request: Request, send: Callable[[bytes], None]) -> None:
        self.request = request
        self.acknowledged = asyncio.Event()
        self.cancelled: Callable[[Request], None] = lambda _: None
        """Called with the CANCEL, if it comes before our final answer."""
        self.cancel: Request | None = None
        """The CANCEL, once it has come: perhaps before anybody could be called with it."""
        self.final = 0
        self._send = send
        self._last = b""
        self._repeater: Repeater | None = None

    def respond(self, response: Response) -> None:
        self._last = response.encode()
        log.info("    -> %s (%s)", response.start_line, self.request.method)
        if response.status >= 200:
            self.final = response.status
        if self.final and self.request.method == "INVITE":
            self._repeater = Repeater(self.repeat, lambda: None, longest=T2)
            self._repeater.start()
        else:
            self.repeat()

    def repeat(self) -> None:
        if self._last:
            self._send(self._last)

    def acknowledge(self) -> None:
        self.acknowledged.set()
        self.stop()

    def stop(self) -> None:
        if self._repeater:
            self._repeater.stop()


class Wire(asyncio.DatagramProtocol):
    """The socket of one phone, and every transaction on it."""

    def __init__(self, server: Place, asked: Callable[[ServerTransaction], None]) -> None:
        self.server = server
        self._asked = asked
        self._transport: asyncio.DatagramTransport | None = None
        self._ours: dict[tuple[str, str], ClientTransaction] = {}
        self._theirs: dict[tuple[str, str], ServerTransaction] = {}
        self._invites: dict[tuple[str, int], ServerTransaction] = {}

    @classmethod
    async def open(cls, host: str, server: Place, asked: Callable[[ServerTransaction], None]) -> "Wire":
        """Bind a free port."""
        loop = asyncio.get_running_loop()
        transport, wire = await loop.create_datagram_endpoint(lambda: cls(server, asked), local_addr=(host, 0))
        wire._transport = transport
        return wire

    @property
    def place(self) -> Place:
        assert self._transport
        host, port = self._transport.get_extra_info("sockname")
        return host, port

    def via(self, branch: str) -> str:
        host, port = self.place
        return f"SIP/2.0/UDP {host}:{port};rport;branch={branch}"

    def begin(self, request: Request, hears: Callable[[Response], None] = lambda _: None) -> ClientTransaction:
        """Send a request; provisional answers go to `hears`, the final one is the transaction's."""
        transaction = ClientTransaction(request, self.send, hears)
        key = request.branch, request.method
        self._ours[key] = transaction
        loop = asyncio.get_running_loop()
        transaction.final.add_done_callback(lambda _: loop.call_later(GIVE_UP, self._ours.pop, key, None))
        log.info("%s -> %s", self.place[1], request.start_line)
        transaction.start()
        return transaction

    def send(self, datagram: bytes, where: Place | None = None) -> None:
        if self._transport and not self._transport.is_closing():
            self._transport.sendto(datagram, where or self.server)

    def datagram_received(self, data: bytes, addr: Place) -> None:
        try:
            message = parse(data)
        except MessageError as fault:
            log.info("passed over: %s", fault)
            return
        log.info("%s <- %s%s", self.place[1], message.start_line, _shown(message))
        if isinstance(message, Response):
            if transaction := self._ours.get((message.branch, message.cseq[1])):
                transaction.received(message)
        else:
            self._received(message, addr)

    def _received(self, request: Request, addr: Place) -> None:
        if request.method == "ACK":
            if invite := self._invites.get((request.call_id, request.cseq[0])):
                invite.acknowledge()
            return
        key = (request.branch, request.method)
        if known := self._theirs.get(key):
            known.repeat()
            return
        transaction = self._theirs[key] = ServerTransaction(request, lambda data: self.send(data, addr))
        loop = asyncio.get_running_loop()
        loop.call_later(LONGEST_RING if request.method == "INVITE" else GIVE_UP, self._theirs.pop, key, None)
        if request.method == "CANCEL":
            self._cancel(transaction)
            return
        if request.method == "INVITE":
            awaited = request.call_id, request.cseq[0]
            self._invites[awaited] = transaction
            loop.call_later(LONGEST_RING, self._invites.pop, awaited, None)
        self._asked(transaction)

    def _cancel(self, cancel: ServerTransaction) -> None:
        invite = self._theirs.get((cancel.request.branch, "INVITE"))
        cancel.respond(response_to(cancel.request, 200 if invite else 481))
        if invite and not invite.final:
            invite.cancel = cancel.request
            invite.cancelled(cancel.request)

    def close(self) -> None:
        for ours in self._ours.values():
            ours.stop()
        for theirs in self._theirs.values():
            theirs.stop()
        if self._transport:
            self._transport.close()


def _shown(message: Message) -> str:
    if isinstance(message, Request) and message.method == "INVITE":
        return f" from {address(message.get('From'))}"
    return f" ({message.cseq[1]})" if isinstance(message, Response) else ""
