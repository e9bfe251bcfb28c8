"""The phones of a measurement: callers who come over a trunk, and agents at desks, all in this one process.

They are the same for everybody who is measured, as is what they do: a scene tells it to them. Each has stamps of what
it sent and heard. No sound is sent, and what comes is not read.
"""

import asyncio
import itertools
import secrets
import socket
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from bench.sip import HOST, Message, Place, StampedSocket, read, response, session, written
from tests.phone.digest import Credentials, authorization, read_challenge

TRUNK: Final = "trunk"
REPEAT_AFTER_S: Final = 0.5
REPEATS: Final = 6
EXPIRES_S: Final = 7200
REGISTERED_WITHIN_S: Final = 20


@dataclass(slots=True, eq=False)
class Call:
    """A caller, from his INVITE to his end. Stamps are 0 until it has happened."""

    id: str
    number: str
    """His own: by it an agent's phone names him. No other call has the same."""
    extension: str
    """What he dialled."""
    invited_ns: int = 0
    taken_ns: int = 0
    """He was answered: from here on he waits with music."""
    over_ns: int = 0
    status: int = 0
    """The final answer to his INVITE."""
    legs: "list[Leg]" = field(default_factory=list["Leg"])
    hung_up: bool = False
    hung_up_ns: int = 0
    """By himself."""
    remote: str = ""
    """The other side, with its tag."""
    target: str = ""

    @property
    def waits(self) -> bool:
        """He was taken, and rings nowhere."""
        return bool(self.taken_ns) and not self.over_ns and not self.hung_up and not self.legs

    @property
    def answered(self) -> "list[Leg]":
        """The agents who picked up."""
        return [leg for leg in self.legs if leg.answered_ns]


@dataclass(slots=True, eq=False)
class Leg:
    """One ring at an agent, and the talk that comes of it."""

    agent: "Agent"
    call: Call | None
    """None: for nobody who is known."""
    invite: Message
    tag: str
    invited_ns: int
    answered_ns: int = 0
    """His 200 was sent."""
    acknowledged_ns: int = 0
    joined_ns: int = 0
    """He and the caller were in one bridge, as `joins` heard."""
    over_ns: int = 0
    """He hung up, heard that the other side did, or that the ring was taken back."""
    last: bytes = b""
    """What is sent again when the INVITE comes again."""


@dataclass(slots=True, eq=False)
class Agent:
    """A desk phone with one line."""

    device: str
    leg: Leg | None = None
    freed_ns: int = 0
    """When he had hung up, or heard that the other side did."""


class Scene:
    """What the phones do. By itself nothing."""

    def taken(self, call: Call) -> None:
        """This caller was answered and begins to wait."""

    def over(self, call: Call) -> None:
        """This caller's call has ended, however."""

    def offered(self, leg: Leg) -> None:
        """This phone rings."""

    def answered(self, leg: Leg) -> None:
        """This agent's answer was acknowledged."""

    def freed(self, leg: Leg) -> None:
        """This agent's phone is on the hook again."""


class Phones:
    """All of them. Made inside a running event loop; `close` it."""

    def __init__(self, server: Place, agents: Mapping[str, str]) -> None:
        """`agents`: the secrets of their phones, by device."""
        self.scene = Scene()
        self.agents = {device: Agent(device) for device in agents}
        self.by_number: dict[str, Call] = {}
        """The calls that are not over."""
        self.strange: Counter[str] = Counter()
        """What was heard and does not belong there."""
        self._secrets = agents
        self._server = f"{server[0]}:{server[1]}"
        self._numbers = itertools.count(300_001)
        self._calls: dict[str, Call] = {}
        self._legs: dict[str, Leg] = {}
        self._repeats: dict[tuple[str, str, str], asyncio.TimerHandle] = {}
        self._registering: dict[str, asyncio.Future[Message]] = {}
        self._trunk = StampedSocket(server, self._caller_hears)
        self._desks = StampedSocket(server, self._agent_hears)
        self._sink = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._sink.bind((HOST, 0))
        self._sound = session(self._sink.getsockname()[1])

    def close(self) -> None:
        """Be gone without a word."""
        for timer in self._repeats.values():
            timer.cancel()
        self._trunk.close()
        self._desks.close()
        self._sink.close()

    def forget(self) -> None:
        """Begin anew with every phone on the hook; calls of before are not heard any more."""
        for timer in self._repeats.values():
            timer.cancel()
        self._repeats.clear()
        self._calls.clear()
        self._legs.clear()
        self.by_number.clear()
        for agent in self.agents.values():
            agent.leg = None
        self.scene = Scene()

    @property
    def all_quiet(self) -> bool:
        """No call is left, and every phone is on the hook."""
        return not self.by_number and all(agent.leg is None for agent in self.agents.values())

    # --- callers

    def place(self, extension: str) -> Call:
        """Somebody calls."""
        number = str(next(self._numbers))
        call = Call(id=f"{number}-{secrets.token_hex(4)}", number=number, extension=extension)
        self._calls[call.id] = self.by_number[number] = call
        headers = [*self._from_caller(call, "1 INVITE"), ("P-Asserted-Identity", f"<sip:{number}@{self._server}>")]
        invite = written(f"INVITE sip:{extension}@{self._server} SIP/2.0", headers, self._sound)
        call.invited_ns = self._ask(self._trunk, (call.id, "1", "INVITE"), invite)
        return call

    def hang_up(self, call: Call) -> None:
        """He puts the phone down, if he was answered; else he cannot."""
        if call.over_ns or call.hung_up or not call.taken_ns:
            return
        call.hung_up = True
        bye = written(f"BYE {call.target} SIP/2.0", self._from_caller(call, "2 BYE"))
        call.hung_up_ns = self._ask(self._trunk, (call.id, "2", "BYE"), bye)

    def _from_caller(self, call: Call, sequence: str, transaction: str = "") -> list[tuple[str, str]]:
        place = f"{HOST}:{self._trunk.place[1]}"
        branch = f"z9hG4bK{call.id}{transaction or sequence[2:]}"
        return [
            ("Via", f"SIP/2.0/UDP {place};rport;branch={branch}"),
            ("Max-Forwards", "70"),
            ("From", f"<sip:{TRUNK}@{self._server}>;tag={call.id}"),
            ("To", call.remote or f"<sip:{call.extension}@{self._server}>"),
            ("Call-ID", call.id),
            ("CSeq", sequence),
            ("Contact", f"<sip:{TRUNK}@{place}>"),
        ]

    def _caller_hears(self, datagram: bytes, at: int) -> None:
        message = read(datagram)
        call = self._calls.get(message.call_id)
        if not message.status:
            self._trunk.send(response(message, 200 if call else 481))
            if call is not None and message.method == "BYE" and not call.over_ns:
                self._end(call, at)
            return
        self._heard(message)
        if call is None or message.status < 200:
            return
        if message.method == "BYE":
            if not call.over_ns:
                self._end(call, at)
            return
        self._invite_answered(call, message, at)

    def _invite_answered(self, call: Call, message: Message, at: int) -> None:
        call.remote = message.headers["to"]
        if message.status == 200:
            call.target = message.target
            self._trunk.send(written(f"ACK {call.target} SIP/2.0", self._from_caller(call, "1 ACK")))
        else:  # this ACK is part of the INVITE's own transaction
            headers = self._from_caller(call, "1 ACK", transaction="INVITE")
            self._trunk.send(written(f"ACK sip:{call.extension}@{self._server} SIP/2.0", headers))
        if call.status:
            return
        call.status = message.status
        if call.status == 200:
            call.taken_ns = at
            self.scene.taken(call)
        else:
            self._end(call, at)

    def _end(self, call: Call, at: int) -> None:
        call.over_ns = at
        self.by_number.pop(call.number, None)
        asyncio.get_running_loop().call_later(5, self._calls.pop, call.id, None)
        self.scene.over(call)

    # --- agents

    async def register(self, devices: Iterable[str]) -> None:
        """Tell Asterisk where these phones are."""
        for device in devices:
            async with asyncio.timeout(REGISTERED_WITHIN_S):
                challenge = await self._register(device, 1, None)
                if challenge.status == 401:
                    answer = await self._register(device, 2, challenge)
                    assert answer.status == 200, f"{device} cannot register: {answer.status}"

    async def _register(self, device: str, sequence: int, challenge: Message | None) -> Message:
        place, uri = f"{HOST}:{self._desks.place[1]}", f"sip:{self._server}"
        call_id = f"register-{device}-{sequence}-{secrets.token_hex(4)}"
        headers = [
            ("Via", f"SIP/2.0/UDP {place};rport;branch=z9hG4bK{call_id}"),
            ("Max-Forwards", "70"),
            ("From", f"<sip:{device}@{self._server}>;tag={sequence}"),
            ("To", f"<sip:{device}@{self._server}>"),
            ("Call-ID", call_id),
            ("CSeq", f"{sequence} REGISTER"),
            ("Contact", f"<sip:{device}@{place}>"),
            ("Expires", str(EXPIRES_S)),
        ]
        if challenge is not None:
            who = Credentials(user=device, secret=self._secrets[device])
            asked = read_challenge(challenge.headers["www-authenticate"])
            proof = authorization(asked, who, method="REGISTER", uri=uri, cnonce=secrets.token_hex(8))
            headers.append(("Authorization", proof))
        answered: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        self._registering[call_id] = answered
        self._ask(self._desks, (call_id, str(sequence), "REGISTER"), written(f"REGISTER {uri} SIP/2.0", headers))
        return await answered

    def answer(self, leg: Leg) -> None:
        """He picks up, unless it has stopped ringing."""
        if leg.over_ns or leg.answered_ns:
            return
        leg.last = self._response(leg, 200, body=self._sound)
        leg.answered_ns = self._ask(self._desks, (leg.invite.call_id, leg.invite.sequence, "ACK"), leg.last)

    def hang_up_leg(self, leg: Leg) -> None:
        """He puts the phone down."""
        if leg.over_ns:
            return
        invite, place = leg.invite, f"{HOST}:{self._desks.place[1]}"
        headers = [
            ("Via", f"SIP/2.0/UDP {place};rport;branch=z9hG4bK{leg.tag}b"),
            ("Max-Forwards", "70"),
            ("From", f"{invite.headers['to']};tag={leg.tag}"),
            ("To", invite.headers["from"]),
            ("Call-ID", invite.call_id),
            ("CSeq", "1 BYE"),
        ]
        bye = written(f"BYE {invite.target} SIP/2.0", headers)
        self._free(leg, self._ask(self._desks, (invite.call_id, "1", "BYE"), bye))

    def _agent_hears(self, datagram: bytes, at: int) -> None:
        message = read(datagram)
        if message.status:
            self._heard(message)
            waiting = self._registering.pop(message.call_id, None) if message.status >= 200 else None
            if waiting is not None and not waiting.done():
                waiting.set_result(message)
            return
        leg = self._legs.get(message.call_id)
        match message.method:
            case "INVITE":
                self._rings(message, leg, at)
            case "ACK":
                if (timer := self._repeats.pop((message.call_id, message.sequence, "ACK"), None)) is not None:
                    timer.cancel()
                if leg is not None and leg.answered_ns and not leg.acknowledged_ns:
                    leg.acknowledged_ns = at
                    self.scene.answered(leg)
            case "CANCEL" | "BYE":
                self._desks.send(response(message, 200))
                if leg is not None and not leg.over_ns and not (message.method == "CANCEL" and leg.answered_ns):
                    if message.method == "CANCEL":
                        leg.last = self._response(leg, 487)
                        self._desks.send(leg.last)
                    self._free(leg, at)
            case _:
                self._desks.send(response(message, 200, tag=secrets.token_hex(4)))

    def _rings(self, invite: Message, leg: Leg | None, at: int) -> None:
        if leg is not None:  # it has come again
            self._desks.send(leg.last)
            return
        agent = self.agents[invite.headers["to"].partition("sip:")[2].partition("@")[0]]
        call = self.by_number.get(invite.user("from"))
        leg = Leg(agent=agent, call=call, invite=invite, tag=secrets.token_hex(6), invited_ns=at)
        self._legs[invite.call_id] = leg
        asyncio.get_running_loop().call_later(60, self._legs.pop, invite.call_id, None)
        if agent.leg is not None:
            self.strange["a ring at an agent who has a call"] += 1
            leg.over_ns = at
            leg.last = self._response(leg, 486)
            self._desks.send(leg.last)
            return
        if call is None:
            self.strange["a ring for nobody"] += 1
        else:
            call.legs.append(leg)
        agent.leg = leg
        leg.last = self._response(leg, 180)
        self._desks.send(leg.last)
        self.scene.offered(leg)

    def _response(self, leg: Leg, status: int, body: str = "") -> bytes:
        contact = f"<sip:{leg.agent.device}@{HOST}:{self._desks.place[1]}>"
        return response(leg.invite, status, tag=leg.tag, contact=contact, body=body)

    def _free(self, leg: Leg, at: int) -> None:
        leg.over_ns = leg.agent.freed_ns = at
        leg.agent.leg = None
        self.scene.freed(leg)

    # --- requests that get no answer

    def _ask(self, socket_: StampedSocket, key: tuple[str, str, str], datagram: bytes, left: int = REPEATS) -> int:
        """Send it, again and again until it is answered; when it was sent."""
        wait = REPEAT_AFTER_S * 2 ** (REPEATS - left)
        self._repeats.pop(key, None)
        if left:
            self._repeats[key] = asyncio.get_running_loop().call_later(wait, self._again, socket_, key, datagram, left)
        return socket_.send(datagram)

    def _again(self, socket_: StampedSocket, key: tuple[str, str, str], datagram: bytes, left: int) -> None:
        self.strange[f"{key[2]} sent again"] += 1
        self._ask(socket_, key, datagram, left - 1)

    def _heard(self, answer: Message) -> None:
        timer = self._repeats.pop((answer.call_id, answer.sequence, answer.method), None)
        if timer is not None:
            timer.cancel()
