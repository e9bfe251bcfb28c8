"""Somebody with a socket and bad intentions: sends any bytes from any loopback address, and sees what comes back.

Unlike `tests.phone` it does not keep to the protocol; but it closes what it has begun (ACK, and BYE after a 200), so
that thousands of its calls do not go on after a test.
"""

import asyncio
import secrets
import socket
from collections import Counter

from tests.attack.forgery import Forgery, Identity
from tests.phone.digest import Credentials, authorization, read_challenge
from tests.phone.message import Headers, MessageError, Request, Response, address, parse
from tests.phone.wire import Place, new_branch

ANSWER_WITHIN_SECONDS = 0.5
RECEIVE_BUFFER = 4 * 1024 * 1024


class Stranger(asyncio.DatagramProtocol):
    """One source address. Leaving it by `async with` closes the socket."""

    def __init__(self, server: Place, host: str) -> None:
        self.server = server
        self.host = host
        self.answers: Counter[int] = Counter()
        """Final answers so far, by status."""
        self.acknowledges = True
        self.hangs_up = True
        """Whether a call that is answered is ended at once."""
        self._open: dict[str, asyncio.Future[Response]] = {}
        self._transport: asyncio.DatagramTransport

    async def __aenter__(self) -> "Stranger":
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=(self.host, 0))
        self._transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._transport.close()

    @property
    def place(self) -> Place:
        host, port = self._transport.get_extra_info("sockname")
        return host, port

    def send(self, datagram: bytes) -> None:
        self._transport.sendto(datagram, self.server)

    def identity(self, user: str = "") -> Identity:
        """Where our requests come from; each asks for one anew."""
        host, port = self.place
        return Identity(
            host=host, port=port, server=self.server, branch=new_branch(), tag=secrets.token_hex(6), user=user
        )

    async def ask(self, forgery: Forgery, proof: Headers | None = None) -> Response | None:
        """Send this once and wait for the final answer; None: there is none in time."""
        identity = self.identity()
        return await self._final(identity.branch, forgery.encode(identity, proof or []))

    async def _final(self, branch: str, datagram: bytes) -> Response | None:
        future = self._open[branch] = asyncio.get_running_loop().create_future()
        self.send(datagram)
        try:
            return await asyncio.wait_for(future, ANSWER_WITHIN_SECONDS)
        except TimeoutError:
            return None
        finally:
            del self._open[branch]

    async def ask_as(self, who: Credentials, forgery: Forgery) -> Response | None:
        """The same, answering the challenge with this name and password."""
        answer = await self.ask(forgery)
        if answer is None or answer.status != 401:
            return answer
        return await self.ask(forgery, self.proof(who, forgery, answer))

    def proof(self, who: Credentials, forgery: Forgery, refusal: Response) -> Headers:
        """What answers this challenge."""
        challenge = read_challenge(refusal.get("WWW-Authenticate"))
        uri = forgery.request_uri(self.server)
        value = authorization(challenge, who, method=forgery.method, uri=uri, cnonce=secrets.token_hex(8))
        return [("Authorization", value)]

    # --- what comes back

    def datagram_received(self, data: bytes, addr: Place) -> None:
        try:
            message = parse(data)
            if isinstance(message, Request):
                self._asked(message)
            elif message.status >= 200:
                self._answered(message)
        except (MessageError, ValueError):
            self.answers[0] += 1  # our own nonsense, sent back to us

    def _asked(self, request: Request) -> None:
        if request.method != "ACK":
            kept = ("via", "from", "to", "call-id", "cseq")
            self.send(_encoded("SIP/2.0 200 OK", [each for each in request.headers if each[0].lower() in kept]))

    def _answered(self, answer: Response) -> None:
        self.answers[answer.status] += 1
        number, method = answer.cseq
        if method == "INVITE" and self.acknowledges:
            self._acknowledge(answer, number)
        future = self._open.get(answer.branch)
        if future is not None and not future.done():
            future.set_result(answer)

    def _acknowledge(self, answer: Response, number: int) -> None:
        taken = answer.status < 300
        uri = address(answer.get("Contact")).uri if taken else f"sip:{self.server[0]}:{self.server[1]}"
        self.send(self._inside(answer, "ACK", uri, number, branch=new_branch() if taken else answer.branch))
        if taken and self.hangs_up:
            self.send(self._inside(answer, "BYE", uri, number + 1, branch=new_branch()))

    async def ask_inside(
        self, answer: Response, method: str, number: int, extra: Headers | None = None, body: str = ""
    ) -> Response | None:
        """The final answer to a request inside the call that this 200 has begun; None: there is none in time."""
        uri, branch = address(answer.get("Contact")).uri, new_branch()
        return await self._final(
            branch, self._inside(answer, method, uri, number, branch=branch, extra=extra, body=body)
        )

    def _inside(
        self,
        answer: Response,
        method: str,
        uri: str,
        number: int,
        *,
        branch: str,
        extra: Headers | None = None,
        body: str = "",
    ) -> bytes:
        host, port = self.place
        headers: Headers = [
            ("Via", f"SIP/2.0/UDP {host}:{port};rport;branch={branch}"),
            ("Max-Forwards", "70"),
            ("From", f"<sip:x@{host}>;tag={_tag(answer, 'From')}"),
            ("To", f"<sip:x@{host}>;tag={_tag(answer, 'To')}"),
            ("Call-ID", answer.call_id),
            ("CSeq", f"{number} {method}"),
            ("Contact", f"<sip:x@{host}:{port}>"),
            *(extra or []),
        ]
        return _encoded(f"{method} {uri} SIP/2.0", headers, body)


def _encoded(start: str, headers: Headers, body: str = "") -> bytes:
    content = body.encode(errors="surrogateescape")
    lines = [start, *(f"{name}: {value}" for name, value in headers), f"Content-Length: {len(content)}", "", ""]
    return "\r\n".join(lines).encode(errors="surrogateescape") + content


def _tag(answer: Response, name: str) -> str:
    """By its tags alone a dialog is known again: the names before them may be anything."""
    return answer.get(name).rpartition("tag=")[2]
