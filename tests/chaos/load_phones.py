"""The phones of a load: one socket for all callers and one for all agents, SIP without sound.

What Asterisk sends to their ears is not read; who has answered whom is known by the caller's number.
"""

import asyncio
import secrets
import socket
from collections import Counter
from collections.abc import Callable

from tests.chaos.load_call import Leg, LoadCall
from tests.phone.dialog import Dialog, answering
from tests.phone.digest import Credentials
from tests.phone.g711 import ULAW
from tests.phone.line import Line
from tests.phone.message import Headers, Request, address, parameter, response_to
from tests.phone.sdp import Session
from tests.phone.wire import ClientTransaction, NoAnswerError, Place, ServerTransaction, Wire

HOST = "127.0.0.1"
EXPIRES_SECONDS = 3600
SDP: Headers = [("Content-Type", "application/sdp")]
CROSSING_SECONDS = 0.2
"""A hang-up may be overtaken by the next ring on its way to a phone."""
CONFIRMED_WITHIN_SECONDS = 20
RINGING, OK, NO_CALL, BUSY, GONE = 180, 200, 481, 486, 487


class Phones:
    """Many SIP users behind one socket. Closed by `close`."""

    def __init__(self, server: Place, secrets_of: dict[str, str], unexpected: Counter[str]) -> None:
        self.unexpected = unexpected
        self._server = server
        self._secrets = secrets_of
        self._wire: Wire
        self._sink = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    async def open(self) -> None:
        """Take a socket for SIP, and one for the sound that nobody hears."""
        self._sink.bind((HOST, 0))
        self._wire = await Wire.open(HOST, self._server, self._asked)

    def close(self) -> None:
        """Be gone without a word."""
        self._wire.close()
        self._sink.close()

    def _asked(self, transaction: ServerTransaction) -> None:
        raise NotImplementedError

    def _line(self, device: str) -> Line:
        return Line(wire=self._wire, who=Credentials(user=device, secret=self._secrets[device]))

    def _contact(self, device: str) -> str:
        host, port = self._wire.place
        return f"<sip:{device}@{host}:{port}>"

    def _session(self) -> str:
        return Session(host=HOST, port=self._sink.getsockname()[1], codecs=(ULAW,)).encode()

    def _uri(self, user: str) -> str:
        return f"sip:{user}@{self._server[0]}:{self._server[1]}"

    def _dialog(self, device: str, number: str) -> Dialog:
        return Dialog(
            local=f"<{self._uri(device)}>;tag={secrets.token_hex(6)}",
            remote=f"<{self._uri(number)}>",
            target=self._uri(number),
            contact=self._contact(device),
        )

    async def _invite(
        self,
        device: str,
        dialog: Dialog,
        *,
        rings: Callable[[], None] = lambda: None,
    ) -> int:
        """The final status of a call, acknowledged. Raises NoAnswerError."""
        line, asked = self._line(device), list[ClientTransaction]()
        answer = await line.ask(
            lambda proof: dialog.request("INVITE", via=line.via(), extra=[*proof, *SDP], body=self._session()),
            begun=asked.append,
            hears=lambda response: rings() if response.status >= RINGING else None,
        )
        if answer.status < 300:
            dialog.learn(answer)
            asked[-1].acknowledge(dialog.ack(asked[-1].request.cseq[0], via=line.via()))
        return answer.status

    async def _hang_up(self, device: str, dialog: Dialog) -> int:
        line = self._line(device)
        bye = await line.ask(lambda proof: dialog.request("BYE", via=line.via(), extra=proof))
        return bye.status


class Callers(Phones):
    """Those who call the queue. Each has one call at a time."""

    def __init__(self, server: Place, secrets_of: dict[str, str], unexpected: Counter[str]) -> None:
        super().__init__(server, secrets_of, unexpected)
        self._calls: dict[str, LoadCall] = {}
        """By Call-ID."""

    async def call(self, call: LoadCall, number: str, *, talk_s: float, patience_s: float) -> None:
        """Be a caller from the INVITE to the end; how it went is written into `call`. Raises nothing."""
        device = f"{call.caller}-desk"
        dialog = self._dialog(device, number)
        self._calls[dialog.call_id] = call
        loop = asyncio.get_running_loop()

        def rings() -> None:
            call.rang_at = call.rang_at or loop.time()

        try:
            async with asyncio.timeout(patience_s):
                call.status = await self._invite(device, dialog, rings=rings)
            if call.status == OK:
                call.taken_at = loop.time()
                await self._talk(call, device, dialog, talk_s=talk_s, patience_s=patience_s)
            elif not call.refused:
                call.fault = f"refused with {call.status}"
        except NoAnswerError:
            call.fault = "no answer to a request"
        except TimeoutError:
            call.fault = "not even taken in time"
        finally:
            call.over_at = loop.time()
            del self._calls[dialog.call_id]

    async def _talk(self, call: LoadCall, device: str, dialog: Dialog, *, talk_s: float, patience_s: float) -> None:
        answered = await _either(call.answered, call.dropped, within=patience_s)
        if answered and not call.dropped.is_set():
            await _either(call.dropped, within=talk_s)
        if call.dropped.is_set():
            call.fault = "hung up on in a talk" if call.agent_legs else "hung up on while waiting"
            return
        if not answered:
            call.fault = "never answered by an agent"
        if (status := await self._hang_up(device, dialog)) != OK and not call.dropped.is_set():
            self.unexpected[f"{status} to a caller's BYE"] += 1

    def _asked(self, transaction: ServerTransaction) -> None:
        request = transaction.request
        call = self._calls.get(request.call_id)
        if call is None or request.method != "BYE":
            self.unexpected[f"{request.method} to a caller"] += 1
            transaction.respond(response_to(request, NO_CALL, to_tag=secrets.token_hex(6)))
            return
        transaction.respond(response_to(request, OK))
        call.dropped.set()


class Desks(Phones):
    """Those who answer. Each has one call at a time and says busy to another one."""

    def __init__(self, server: Place, secrets_of: dict[str, str], unexpected: Counter[str], *, answer_s: float) -> None:
        super().__init__(server, secrets_of, unexpected)
        self._answer_s = answer_s
        self._rings: set[asyncio.Task[None]] = set()
        self.in_progress: dict[str, LoadCall] = {}
        """The callers' calls, by their extension."""
        self._at: dict[str, Leg] = {}
        """The call that each has, by device."""
        self._over: dict[str, asyncio.Event] = {}
        """By Call-ID: set when the other side ends it."""

    def close(self) -> None:
        for ring in self._rings:
            ring.cancel()
        super().close()

    async def register(self, device: str) -> None:
        """Say where it is."""
        line, tag, call_id = self._line(device), secrets.token_hex(6), secrets.token_hex(12)
        sequence = iter((1, 2))

        def registration(proof: Headers) -> Request:
            headers: Headers = [
                ("Via", line.via()),
                ("Max-Forwards", "70"),
                ("From", f"<{self._uri(device)}>;tag={tag}"),
                ("To", f"<{self._uri(device)}>"),
                ("Call-ID", call_id),
                ("CSeq", f"{next(sequence)} REGISTER"),
                ("Contact", self._contact(device)),
                ("Expires", str(EXPIRES_SECONDS)),
                *proof,
            ]
            return Request(method="REGISTER", uri=f"sip:{self._server[0]}:{self._server[1]}", headers=headers)

        answer = await line.ask(registration)
        assert answer.status == OK, f"{device} cannot register: {answer.start_line}"

    async def dial_code(self, device: str, code: str) -> None:
        """Dial a star code, and listen until the engine hangs up: it is stored by then."""
        dialog = self._dialog(device, code)
        over = self._over[dialog.call_id] = asyncio.Event()
        try:
            async with asyncio.timeout(CONFIRMED_WITHIN_SECONDS):
                status = await self._invite(device, dialog)
                assert status == OK, f"{code} of {device} was answered with {status}"
                await over.wait()
        finally:
            del self._over[dialog.call_id]

    def _asked(self, transaction: ServerTransaction) -> None:
        request = transaction.request
        over = self._over.get(request.call_id)
        match request.method:
            case "INVITE":
                ring = asyncio.create_task(self._ring(transaction))
                self._rings.add(ring)
                ring.add_done_callback(self._rings.discard)
            case "BYE" if over is not None:
                transaction.respond(response_to(request, OK))
                over.set()
            case "OPTIONS" | "NOTIFY":
                transaction.respond(response_to(request, OK, to_tag=secrets.token_hex(6)))
            case _:
                self.unexpected[f"{request.method} to an agent"] += 1
                transaction.respond(response_to(request, NO_CALL, to_tag=secrets.token_hex(6)))

    async def _ring(self, transaction: ServerTransaction) -> None:
        """One ring, and the talk that comes of it."""
        invite = transaction.request
        device = address(f"<{invite.uri}>").user
        dialog = answering(invite, contact=self._contact(device))
        over = self._over[invite.call_id] = asyncio.Event()

        def respond(status: int, body: str = "") -> None:
            headers: Headers = [("Contact", dialog.contact), *(SDP if body else [])]
            tag = parameter(dialog.local, "tag")
            transaction.respond(response_to(invite, status, to_tag=tag, extra=headers, body=body))

        def cancelled(_: Request) -> None:
            over.set()
            respond(GONE)

        transaction.cancelled = cancelled
        respond(RINGING)
        try:
            await self._meet(transaction, device, over, respond)
        finally:
            del self._over[invite.call_id]

    async def _meet(
        self,
        transaction: ServerTransaction,
        device: str,
        over: asyncio.Event,
        respond: Callable[..., None],
    ) -> None:
        loop = asyncio.get_running_loop()
        leg = Leg(agent=device, rang_at=loop.time())
        call = self.in_progress.get(address(transaction.request.get("From")).user)
        if call is None:
            self.unexpected["a ring for nobody"] += 1
        else:
            call.legs.append(leg)
        if not await self._is_free(device, over):
            if not over.is_set():
                self.unexpected["a ring at a busy agent"] += 1
                respond(BUSY)
            return
        self._at[device] = leg
        try:
            if await _either(over, within=self._answer_s):
                return
            respond(OK, self._session())
            if not await _either(transaction.acknowledged, over, within=5):
                self.unexpected["an agent's answer without ACK"] += 1
                return
            leg.answered_at = loop.time()
            if call is not None:
                call.answered.set()
            await over.wait()
        finally:
            leg.over_at = loop.time()
            del self._at[device]

    async def _is_free(self, device: str, over: asyncio.Event) -> bool:
        if device in self._at:
            await _either(over, within=CROSSING_SECONDS)
        return device not in self._at and not over.is_set()


async def _either(*events: asyncio.Event, within: float) -> bool:
    """Whether one of them is set in time."""
    waiting = [asyncio.create_task(event.wait()) for event in events]
    try:
        done, _ = await asyncio.wait(waiting, timeout=within, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()
    return bool(done)
