"""One conversation of a phone, from either side: ringing, up, over, and what can be done to it meanwhile."""

import asyncio
import random
from dataclasses import dataclass

from tests.phone.dialog import Dialog
from tests.phone.line import Line
from tests.phone.media import Media, Route
from tests.phone.message import Address, Headers, Request, Response, address, parameter, response_to
from tests.phone.sdp import Session, read_session
from tests.phone.transfer import Transfer, in_place_of, refer
from tests.phone.waiting import until
from tests.phone.wire import ClientTransaction, ServerTransaction

SDP: Headers = [("Content-Type", "application/sdp")]
GLARE_SECONDS = (0.5, 1, 2, 2, 2)
"""How long at most to wait before a change is offered again, where both sides changed the call in one instant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a call ended."""

    at: float
    by_us: bool
    status: int = 0
    """The refusing answer to an INVITE; 0 where the call was up."""
    reason: str = ""
    """The Reason header of the CANCEL or BYE that ended it."""

    @property
    def answered_elsewhere(self) -> bool:
        """Whether the phone was told so, and shows no missed call (RFC 3326)."""
        return self.reason.startswith("SIP") and parameter(self.reason, "cause") == "200"


class Call:
    """What both directions share: audio, hanging up, and the instants at which things happened (event loop's clock)."""

    def __init__(self, line: Line, dialog: Dialog, media: Media, session: Session) -> None:
        self.media = media
        self.began_at = asyncio.get_running_loop().time()
        self.rang_at: float | None = None
        self.up_at: float | None = None
        self.ending: Ending | None = None
        self.is_held = False
        """Whether the other side has put us on hold."""
        self._line, self._dialog, self._session = line, dialog, session
        self._holds, self._offering = False, False
        self._transfer = Transfer()

    @property
    def id(self) -> str:
        return self._dialog.call_id

    @property
    def is_up(self) -> bool:
        return self.up_at is not None and self.ending is None

    @property
    def over_at(self) -> float:
        assert self.ending
        return self.ending.at

    async def is_answered(self, *, within: float = 5.0) -> None:
        """Wait for the answer; a refusal shows at once."""
        await until("an answer", lambda: self.up_at is not None or self.ending, within=within)
        assert self.up_at is not None, f"refused: {self.ending}"

    async def is_over(self, *, within: float = 5.0) -> Ending:
        """Wait for the end, whoever brings it."""
        return await until("the end of the call", lambda: self.ending, within=within)

    def say(self, hz: int | None) -> None:
        """Send this tone, or silence."""
        self.media.say(hz)

    async def press(self, keys: str) -> None:
        """Press these keys of `0123456789*#ABCD`; returns when the last one was let go, some 0.2 s each."""
        await self.media.press(keys)

    async def hold(self) -> None:
        """Put the other side on hold: it shall send nothing, and nothing is sent to it."""
        await self._change(holds=True)

    async def resume(self) -> None:
        """Take the call off hold."""
        await self._change(holds=False)

    async def transfer(self, number: str) -> Transfer:
        """Blind: the other party shall be connected with this number. Returns when the server has agreed or refused."""
        host, port = self._line.wire.server
        return await self._refer(f"<sip:{number}@{host}:{port}>")

    async def transfer_to(self, second: "Call") -> Transfer:
        """Attended: the other parties of this and of the second call shall be connected."""
        return await self._refer(in_place_of(second._dialog))

    async def _refer(self, target: str) -> Transfer:
        await self._settled()
        self._transfer = Transfer()
        await refer(self._line, self._dialog, target, self._transfer)
        return self._transfer

    def _up(self, theirs: Session) -> None:
        if self.up_at is None:
            self.up_at = asyncio.get_running_loop().time()
        self._speak(theirs)

    def _speak(self, theirs: Session) -> None:
        agreed = next(codec for codec in theirs.codecs if codec in self._session.codecs)
        events = None if self._session.events is None else theirs.events
        route = Route(host=theirs.host, port=theirs.port, codec=agreed, events=events)
        self.media.start(route if theirs.flows and self._session.flows else None)
        self.is_held = not theirs.receives

    async def _settled(self) -> None:
        """Wait until the other side knows that the call is up."""

    async def _change(self, *, holds: bool) -> None:
        await self._settled()
        self._holds = holds
        answer = await self._offer()
        for longest in GLARE_SECONDS:
            if answer.status != 491:
                break
            await asyncio.sleep(random.uniform(0, longest))
            answer = await self._offer()
        assert answer.status == 200, f"change refused: {answer.start_line}"
        self._speak(read_session(answer.body))

    async def _offer(self) -> Response:
        asked: list[ClientTransaction] = []
        self._session = self._session.changed(sends=True, receives=not self._holds)
        self._offering = True
        try:
            answer = await self._line.ask(self._invitation, begun=asked.append)
        finally:
            self._offering = False
        if answer.status == 200:
            asked[-1].acknowledge(self._dialog.ack(asked[-1].request.cseq[0], via=self._line.via()))
        return answer

    def _invitation(self, proof: Headers) -> Request:
        named: Headers = [("User-Agent", self._line.model)] if self._line.model else []
        extra = [*proof, *named, *SDP]
        return self._dialog.request("INVITE", via=self._line.via(), extra=extra, body=self._session.encode())

    def _over(self, *, by_us: bool, status: int = 0, reason: str = "") -> None:
        if self.ending is None:
            now = asyncio.get_running_loop().time()
            self.ending = Ending(at=now, by_us=by_us, status=status, reason=reason)
        self.media.close()

    async def hang_up(self) -> None:
        """Put the phone down; returns when the other side has confirmed."""
        raise NotImplementedError

    async def _bye(self) -> None:
        bye = self._line.ask(lambda proof: self._dialog.request("BYE", via=self._line.via(), extra=proof))
        self._over(by_us=True)
        await bye

    def asked(self, transaction: ServerTransaction) -> None:
        """A request of the other side inside this call."""
        request = transaction.request
        match request.method:
            case "BYE":
                transaction.respond(response_to(request, 200))
                self._over(by_us=False, reason=request.get("Reason"))
            case "INVITE":
                self._asked_to_change(transaction)
            case "NOTIFY":
                self._transfer.told(request)
                transaction.respond(response_to(request, 200))
            case "INFO" | "OPTIONS":
                transaction.respond(response_to(request, 200))
            case _:
                transaction.respond(response_to(request, 405))

    def _asked_to_change(self, transaction: ServerTransaction) -> None:
        request = transaction.request
        if self._offering:
            transaction.respond(response_to(request, 491))
            return
        if request.body:
            theirs = read_session(request.body)
            self._session = self._session.changed(sends=theirs.receives, receives=theirs.sends and not self._holds)
            self._speak(theirs)
        extra = [("Contact", self._dialog.contact), *SDP]
        transaction.respond(response_to(request, 200, extra=extra, body=self._session.encode()))


class OutgoingCall(Call):
    """A call that this phone places."""

    def __init__(self, line: Line, dialog: Dialog, media: Media, session: Session) -> None:
        super().__init__(line, dialog, media, session)
        self._invite: ClientTransaction | None = None
        self._given_up = False

    async def place(self) -> None:
        """Send the INVITE and follow it to its final answer."""
        answer = await self._line.ask(
            self._invitation, begun=self._begun, hears=self._heard, wants_proof=lambda: not self._given_up
        )
        if answer.status >= 300:
            self._over(by_us=self._given_up, status=answer.status, reason=answer.get("Reason"))
            return
        self._answered(answer)
        if self._given_up:
            await self._bye()

    def _begun(self, invite: ClientTransaction) -> None:
        self._invite = invite

    def _heard(self, response: Response) -> None:
        if response.status >= 180 and self.rang_at is None:
            self.rang_at = asyncio.get_running_loop().time()
        if response.body:
            self._speak(read_session(response.body))

    def _answered(self, answer: Response) -> None:
        assert self._invite
        self._dialog.learn(answer)
        ack = self._dialog.ack(self._invite.request.cseq[0], via=self._line.via())
        self._invite.acknowledge(ack)
        self._up(read_session(answer.body))

    async def is_ringing(self, *, within: float = 5.0) -> None:
        """Wait for the other side's 180 or 183."""
        await until("ringing", lambda: self.rang_at is not None or self.ending, within=within)
        assert self.rang_at is not None, f"refused: {self.ending}"

    async def hang_up(self) -> None:
        if self.is_up:
            await self._bye()
        elif self.ending is None and self._invite:
            self._given_up = True
            await self._cancel(self._invite.request)
            await self.is_over()

    async def _cancel(self, invite: Request) -> None:
        kept = ("via", "from", "to", "call-id", "max-forwards")
        headers: Headers = [(name, value) for name, value in invite.headers if name.lower() in kept]
        headers.append(("CSeq", f"{invite.cseq[0]} CANCEL"))
        await self._line.wire.begin(Request(method="CANCEL", uri=invite.uri, headers=headers)).final


class IncomingCall(Call):
    """A call that reaches this phone."""

    def __init__(self, line: Line, dialog: Dialog, media: Media, session: Session, invite: ServerTransaction) -> None:
        super().__init__(line, dialog, media, session)
        self._invite = invite
        invite.cancelled = self._cancelled

    @property
    def invite(self) -> Request:
        """As it came, with all its headers."""
        return self._invite.request

    @property
    def caller(self) -> Address:
        """Who calls, as this phone displays it."""
        return address(self.invite.get("From"))

    def ring(self) -> None:
        """Tell the caller's side that this phone rings."""
        self.rang_at = asyncio.get_running_loop().time()
        self._respond(180)

    def answer(self, *, tone: int | None = None) -> None:
        """Pick up, and send this tone."""
        self.say(tone)
        self._respond(200, extra=SDP, body=self._session.encode())
        self._up(read_session(self.invite.body))

    def refuse(self, status: int) -> None:
        """486: busy; 603: declined."""
        self._respond(status)
        self._over(by_us=True, status=status)

    def _respond(self, status: int, *, extra: Headers | None = None, body: str = "") -> None:
        tag = parameter(self._dialog.local, "tag")
        headers: Headers = [("Contact", self._dialog.contact), *(extra or [])]
        self._invite.respond(response_to(self.invite, status, to_tag=tag, extra=headers, body=body))

    def _cancelled(self, cancel: Request) -> None:
        self._respond(487)
        self._over(by_us=False, status=487, reason=cancel.get("Reason"))

    async def hang_up(self) -> None:
        if self.is_up:
            await self._settled()
            await self._bye()
        elif self.ending is None:
            self.refuse(603)

    async def _settled(self) -> None:
        await asyncio.wait_for(self._invite.acknowledged.wait(), timeout=5)
