"""A phone: one SIP user at one server, with as many calls at once as a test wants."""

import asyncio
import secrets
from enum import Enum, auto
from types import TracebackType

from tests.phone.call import Call, IncomingCall, OutgoingCall
from tests.phone.dialog import Dialog, answering
from tests.phone.digest import Credentials
from tests.phone.g711 import ALAW, ULAW, Codec
from tests.phone.lamp import Lamp
from tests.phone.line import Line
from tests.phone.media import Media
from tests.phone.message import Headers, Request, quoted, response_to
from tests.phone.sdp import NoCommonCodecError, Session, read_session
from tests.phone.waiting import until
from tests.phone.wire import Place, ServerTransaction, Wire

EXPIRES_SECONDS = 600


class WhenCalled(Enum):
    """What the phone does by itself with a new call."""

    RING = auto()
    BUSY = auto()
    DECLINE = auto()
    IGNORE = auto()
    """Not even 100 Trying: a phone that has dropped off the network."""


class Phone:
    """Opened by `async with`; leaving it hangs up, unregisters and closes."""

    def __init__(
        self,
        server: Place,
        user: str,
        secret: str,
        *,
        name: str = "",
        number: str = "",
        model: str = "",
        codecs: tuple[Codec, ...] = (ULAW, ALAW),
    ) -> None:
        """`name`, `number`: whom it says that it is when it calls; the server may know better. `model`: what."""
        self.user = number or user
        self.when_called = WhenCalled.RING
        self.calls: list[Call] = []
        self.incoming: list[IncomingCall] = []
        self.lamps: list[Lamp] = []
        self.registered = False
        self.codecs = codecs
        self._server, self._name, self._model = server, name, model
        self._who = Credentials(user=user, secret=secret)
        self._met = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._register_id, self._register_sequence = secrets.token_hex(12), 0
        self._line: Line

    async def __aenter__(self) -> "Phone":
        wire = await Wire.open("127.0.0.1", self._server, self._asked)
        self._line = Line(wire=wire, who=self._who, model=self._model)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, what: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                await asyncio.gather(*(call.hang_up() for call in self.calls))
                await asyncio.gather(*(lamp.unwatch() for lamp in self.lamps if lamp.is_watched))
                if self.registered:
                    await self.unregister()
        finally:
            for task in self._tasks:
                task.cancel()
            for call in self.calls:
                call.media.close()
            self._line.wire.close()

    @property
    def place(self) -> Place:
        """Where it listens for SIP."""
        return self._line.wire.place

    # --- registration

    async def register(self, *, expires_seconds: int = EXPIRES_SECONDS) -> int:
        """Say where this phone is; the final status, 200 where the server agrees."""
        answer = await self._line.ask(lambda proof: self._registration(expires_seconds, proof))
        if answer.status == 200:
            self.registered = expires_seconds > 0
        return answer.status

    async def unregister(self) -> int:
        """Go away politely."""
        return await self.register(expires_seconds=0)

    def _registration(self, expires_seconds: int, proof: Headers) -> Request:
        self._register_sequence += 1
        me = f"<sip:{self.user}@{self._server[0]}:{self._server[1]}>"
        headers: Headers = [
            ("Via", self._line.via()),
            ("Max-Forwards", "70"),
            ("From", f"{me};tag={secrets.token_hex(6)}"),
            ("To", me),
            ("Call-ID", self._register_id),
            ("CSeq", f"{self._register_sequence} REGISTER"),
            ("Contact", self._contact),
            ("Expires", str(expires_seconds)),
            *proof,
        ]
        uri = f"sip:{self._server[0]}:{self._server[1]}"
        return Request(method="REGISTER", uri=uri, headers=headers)

    @property
    def _contact(self) -> str:
        host, port = self._line.wire.place
        return f"<sip:{self.user}@{host}:{port}>"

    # --- placing calls

    async def dial(self, number: str, *, tone: int | None = None) -> OutgoingCall:
        """Begin a call and return at once; its progress shows on the call. Once up, it sends this tone."""
        media = await Media.open("127.0.0.1")
        call = OutgoingCall(self._line, self._dialog(number), media, self._session(media))
        call.say(tone)
        self.calls.append(call)
        task = asyncio.create_task(call.place())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return call

    def _dialog(self, number: str) -> Dialog:
        host, port = self._server
        shown = quoted(self._name) + " " if self._name else ""
        uri = f"sip:{number}@{host}:{port}"
        return Dialog(
            local=f"{shown}<sip:{self.user}@{host}:{port}>;tag={secrets.token_hex(6)}",
            remote=f"<{uri}>",
            target=uri,
            contact=self._contact,
        )

    def _session(self, media: Media) -> Session:
        return Session(host="127.0.0.1", port=media.port, codecs=self.codecs)

    # --- lamps

    async def watch(self, number: str) -> Lamp:
        """Light a lamp for this number; returns when its first state is known, or the server has refused."""
        lamp = Lamp(self._line, self._dialog(number))
        self.lamps.append(lamp)
        await lamp.watch()
        return lamp

    # --- being called

    async def rings(self, *, within: float = 5.0) -> IncomingCall:
        """The next call that reaches this phone, each one once, also one that came before this was asked."""
        await until(f"a call at {self.user}", lambda: len(self.incoming) > self._met, within=within)
        self._met += 1
        return self.incoming[self._met - 1]

    def _asked(self, transaction: ServerTransaction) -> None:
        request = transaction.request
        if call := next((call for call in self.calls if call.id == request.call_id), None):
            call.asked(transaction)
            return
        if lamp := next((lamp for lamp in self.lamps if lamp.id == request.call_id), None):
            lamp.told(transaction)
            return
        match request.method:
            case "INVITE":
                self._called(transaction)
            case "OPTIONS" | "NOTIFY":
                transaction.respond(response_to(request, 200, to_tag=secrets.token_hex(6)))
            case "BYE":
                transaction.respond(response_to(request, 481, to_tag=secrets.token_hex(6)))
            case _:
                transaction.respond(response_to(request, 405, to_tag=secrets.token_hex(6)))

    def _called(self, transaction: ServerTransaction) -> None:
        try:
            theirs = read_session(transaction.request.body)
        except NoCommonCodecError:
            transaction.respond(response_to(transaction.request, 488, to_tag=secrets.token_hex(6)))
            return
        if self.when_called is WhenCalled.IGNORE:
            return
        transaction.respond(response_to(transaction.request, 100))
        task = asyncio.create_task(self._met_by(transaction, theirs))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _met_by(self, transaction: ServerTransaction, theirs: Session) -> None:
        media = await Media.open("127.0.0.1")
        common = tuple(codec for codec in theirs.codecs if codec in self.codecs)
        session = Session(host="127.0.0.1", port=media.port, codecs=common[:1], events=theirs.events)
        dialog = answering(transaction.request, contact=self._contact)
        call = IncomingCall(self._line, dialog, media, session, transaction)
        self.calls.append(call)
        self.incoming.append(call)
        if transaction.cancel:
            transaction.cancelled(transaction.cancel)
            return
        match self.when_called:
            case WhenCalled.BUSY:
                call.refuse(486)
            case WhenCalled.DECLINE:
                call.refuse(603)
            case WhenCalled.RING | WhenCalled.IGNORE:
                call.ring()
