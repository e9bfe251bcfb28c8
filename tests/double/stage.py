"""A stage on which the same play is played by an Asterisk with its phones, or by the double.

What is asked is asked by the real client, with the plans of the real bridge; all that is told and answered is kept.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Final

import msgspec

from acd.outputs import Command
from ari_bridge import provision, subscription
from ari_bridge.client import HEARTBEAT, AriError, Client
from ari_bridge.counters import BridgeCounters
from ari_bridge.errands import Errand
from ari_bridge.http_wire import HttpWire
from ari_bridge.lanes import Lanes
from ari_bridge.plan import plan
from ari_bridge.tasks import Tasks
from ari_bridge.wire import EventSocket, Wire
from tests.double.exchange import SAVED_AFTER
from tests.double.lines import Line
from tests.double.parts import Json
from tests.double.server import USER, DoubleServer
from tests.integration.asterisk import ARI_PASSWORD, TestAsterisk
from tests.integration.switchboard import CENTRE
from tests.phone.call import Call, IncomingCall, OutgoingCall
from tests.phone.phone import Phone, WhenCalled
from tests.phone.waiting import until

WITHIN_S: Final = 10.0

QUIET_S: Final = 0.12
"""After so long a silence nothing more is expected to be told."""

Answered = tuple[str, str, int, Any]
"""Method, path, status and body of a request."""


class Part(ABC):
    """One call of one phone, as a play sees it."""

    @abstractmethod
    async def answer(self) -> None: ...
    @abstractmethod
    async def refuse(self, status: int) -> None: ...
    @abstractmethod
    async def hang_up(self) -> None: ...
    @abstractmethod
    async def press(self, keys: str) -> None: ...
    @abstractmethod
    async def hold(self) -> None: ...
    @abstractmethod
    async def resume(self) -> None: ...
    @abstractmethod
    async def transfer(self, number: str) -> None: ...
    @abstractmethod
    async def transfer_to(self, second: "Part") -> None: ...
    @abstractmethod
    async def is_answered(self) -> None: ...
    @abstractmethod
    async def is_over(self, within: float = WITHIN_S) -> None: ...


class Stage(ABC):
    """Connected, with the phones of the integration tests' centre."""

    def __init__(self, url: str, password: str, stack: AsyncExitStack) -> None:
        self.stack = stack
        self._url, self._password = url, password
        self.told: list[Json] = []
        self.answers: list[Answered] = []
        wire = HttpWire(url, USER, password, heartbeat=HEARTBEAT)
        self.client = Client.over(_Taped(wire, self.answers))
        self.client.on_event(None, self._hear)
        self._lanes = Lanes(self.client, Tasks(), lambda event: None, BridgeCounters())

    def _hear(self, event: Json) -> None:
        self.told.append(event)
        if event["type"] == "ChannelDestroyed":
            self._lanes.gone(event["channel"]["id"])

    async def begin(self) -> None:
        """Connect and make the centre known, as the bridge does."""
        await self.stack.enter_async_context(self.client)
        await self.connect()
        await provision.write(self.client, CENTRE)
        await subscription.listen(self.client, "acd")
        async with asyncio.timeout(WITHIN_S):  # phones of the play before have unregistered, and are on their way out
            while any(phone.json["state"] == "online" for phone in await self.client.endpoints.list()):  # noqa: ASYNC110 - it happens in another process
                await asyncio.sleep(0.01)
        await self.settles()
        self.told.clear()
        self.answers.clear()

    async def tidy(self) -> None:
        """Leave nothing behind for the next play."""
        for channel in await self.client.channels.list():
            await self.ask(self.client.channels.hangup(channelId=channel.id))
        for bridge in await self.client.bridges.list():
            await self.ask(self.client.bridges.destroy(bridgeId=bridge.id))
        for variable in ("ACD_BEAT", "ACD_PLACES"):
            await self.client.asterisk.setGlobalVar(variable=variable, value="")

    async def connect(self) -> None:
        """A websocket, with the bridge's filter."""
        self._websocket = AsyncExitStack()
        await self._websocket.enter_async_context(self.client.connect("acd"))
        self.stack.push_async_exit(self._websocket)
        await subscription.leave_out(self.client, "acd")

    async def cut(self) -> None:
        """The websocket ends, and Asterisk knows it."""
        await self._websocket.aclose()
        await self.settles()

    async def rival(self) -> None:
        """Another client with our application; what it hears is told as the rival's."""
        other = Client(self._url, USER, self._password)
        other.on_event(None, lambda event: self.told.append(event | {"heard_by": "rival"}))
        await self.stack.enter_async_context(other)
        await self.stack.enter_async_context(other.connect("acd"))

    # --- what a play says

    def order(self, *commands: Command) -> None:
        """As the bridge would carry these out."""
        for command in commands:
            self.carry_out(plan(command, "acd"))

    def carry_out(self, errands: Iterable[Errand]) -> None:
        """These too, which the bridge adds to what was ordered."""
        for errand in errands:
            self._lanes.start(errand)

    async def ask(self, work: Awaitable[object]) -> int:
        """Wait for the answer to this; the status of a refusal, 0 where it is granted."""
        try:
            await work
        except AriError as error:
            return error.status
        return 0

    async def hears(self, type_: str, *, nth: int = 1, where: Callable[[Json], bool] = lambda event: True) -> Json:
        """The nth event of this type, once it has come."""

        def found() -> list[Json]:
            return [each for each in self.told if each["type"] == type_ and where(each)]

        await until(f"{type_} number {nth}", lambda: len(found()) >= nth, within=WITHIN_S)
        return found()[nth - 1]

    async def arrives(self, *, nth: int = 1) -> str:
        """The channel of the nth caller, or star code, once it is in our hands."""
        event = await self.hears("StasisStart", nth=nth, where=lambda each: each["args"][0] in ("queue", "feature"))
        return str(event["channel"]["id"])

    async def settles(self) -> None:
        """Wait until all that was ordered is done and nothing is told any more."""
        loop = asyncio.get_running_loop()
        before, since = len(self.told), loop.time()
        while loop.time() - since < QUIET_S:
            await asyncio.sleep(0.01)
            if before != len(self.told) or self._lanes.concerned_from_now():
                before, since = len(self.told), loop.time()

    async def phone(self, number: str) -> None:
        """This phone registers, and we hear of it."""
        await self.register(number)
        await self.hears("PeerStatusChange", where=lambda each: each["endpoint"]["resource"] == f"{number}-desk")

    async def is_saved(self) -> None:
        """Wait until what was written is on the disk."""
        await asyncio.sleep(1.5 * SAVED_AFTER.total_seconds())

    @abstractmethod
    async def crash(self) -> None:
        """Asterisk dies and is started again."""

    @abstractmethod
    async def register(self, number: str) -> None: ...
    @abstractmethod
    async def unregister(self, number: str) -> None: ...
    @abstractmethod
    async def dial(self, number: str, to: str) -> Part: ...
    @abstractmethod
    async def called(self, number: str) -> Part:
        """The next call that reaches this phone, ringing."""

    @abstractmethod
    def when_called(self, number: str, status: int) -> None:
        """This phone refuses whatever comes."""

    @abstractmethod
    def is_dead(self, number: str) -> None:
        """This phone, which is registered, answers to nothing any more."""


class _Taped:
    """The client's own wire, and every answer is kept."""

    def __init__(self, wire: Wire, answers: list[Answered]) -> None:
        self.address = wire.address
        self._wire, self._answers = wire, answers

    async def request(
        self, method: str, path: Sequence[str], query: Mapping[str, str], body: Mapping[str, object] | None
    ) -> tuple[int, bytes]:
        status, answer = await self._wire.request(method, path, query, body)
        self._answers.append((method, "/".join(path), status, msgspec.json.decode(answer) if answer else None))
        return status, answer

    async def events(self, query: Mapping[str, str]) -> EventSocket:
        return await self._wire.events(query)

    async def close(self) -> None:
        await self._wire.close()


# --- the real one


class RealStage(Stage):
    """An Asterisk and SIP phones."""

    def __init__(self, asterisk: TestAsterisk, stack: AsyncExitStack) -> None:
        super().__init__(asterisk.url, ARI_PASSWORD, stack)
        self._asterisk = asterisk
        self._phones: dict[str, Phone] = {}

    async def crash(self) -> None:
        self._asterisk.kill()
        await asyncio.to_thread(self._asterisk.start)

    async def register(self, number: str) -> None:
        place = ("127.0.0.1", self._asterisk.sip_port)
        phone = Phone(place, f"{number}-desk", "s", name=f"P{number}")
        self._phones[number] = await self.stack.enter_async_context(phone)
        assert await phone.register() == 200

    async def unregister(self, number: str) -> None:
        await self._phones[number].unregister()

    async def dial(self, number: str, to: str) -> Part:
        return _RealPart(await self._phones[number].dial(to))

    async def called(self, number: str) -> Part:
        return _RealPart(await self._phones[number].rings(within=WITHIN_S))

    def when_called(self, number: str, status: int) -> None:
        self._phones[number].when_called = {486: WhenCalled.BUSY, 603: WhenCalled.DECLINE}[status]

    def is_dead(self, number: str) -> None:
        self._phones[number].when_called = WhenCalled.IGNORE


class _RealPart(Part):
    def __init__(self, call: Call) -> None:
        self.call = call

    async def answer(self) -> None:
        assert isinstance(self.call, IncomingCall)
        self.call.answer()

    async def refuse(self, status: int) -> None:
        assert isinstance(self.call, IncomingCall)
        self.call.refuse(status)

    async def hang_up(self) -> None:
        await self.call.hang_up()

    async def press(self, keys: str) -> None:
        await self.call.press(keys)

    async def hold(self) -> None:
        await self.call.hold()

    async def resume(self) -> None:
        await self.call.resume()

    async def transfer(self, number: str) -> None:
        await self.call.transfer(number)

    async def transfer_to(self, second: Part) -> None:
        assert isinstance(second, _RealPart)
        await self.call.transfer_to(second.call)

    async def is_answered(self) -> None:
        assert isinstance(self.call, OutgoingCall)
        await self.call.is_answered()

    async def is_over(self, within: float = WITHIN_S) -> None:
        await self.call.is_over(within=within)


# --- the double


class DoubleStage(Stage):
    """The double behind its server."""

    def __init__(self, server: DoubleServer, stack: AsyncExitStack) -> None:
        super().__init__(server.url, ARI_PASSWORD, stack)
        self._server = server
        self._met: dict[str, int] = {}
        self._refusals: dict[str, int] = {}
        server.people = self._people

    async def crash(self) -> None:
        self._server.switch.die()
        await asyncio.sleep(0.01)
        self._server.switch.start()

    def _people(self, line: Line) -> None:
        if line.is_up or line.is_over:
            return
        status = self._refusals.get(line.device)
        if status is None:
            line.rings()
        else:
            line.refuses(status)

    async def register(self, number: str) -> None:
        assert self._server.switch.register(f"{number}-desk")

    async def unregister(self, number: str) -> None:
        self._server.switch.unregister(f"{number}-desk")

    async def dial(self, number: str, to: str) -> Part:
        line = self._server.switch.dial(f"{number}-desk", to)
        assert line is not None
        return _DoublePart(line)

    async def called(self, number: str) -> Part:
        def rung() -> list[Line]:
            return [line for line in self._server.rung if line.device == f"{number}-desk"]

        met = self._met[number] = self._met.get(number, 0) + 1
        await until(f"a call at {number}", lambda: len(rung()) >= met, within=WITHIN_S)
        return _DoublePart(rung()[met - 1])

    def when_called(self, number: str, status: int) -> None:
        self._refusals[f"{number}-desk"] = status

    def is_dead(self, number: str) -> None:
        self._server.switch.exchange.phones[f"{number}-desk"].is_reachable = False


class _DoublePart(Part):
    def __init__(self, line: Line) -> None:
        self.line = line

    async def answer(self) -> None:
        self.line.answers()

    async def refuse(self, status: int) -> None:
        self.line.refuses(status)

    async def hang_up(self) -> None:
        self.line.hangs_up()

    async def press(self, keys: str) -> None:
        for key in keys:
            self.line.presses(key)

    async def hold(self) -> None:
        self.line.holds()

    async def resume(self) -> None:
        self.line.resumes()

    async def transfer(self, number: str) -> None:
        self.line.transfers(number)

    async def transfer_to(self, second: Part) -> None:
        assert isinstance(second, _DoublePart)
        self.line.transfers_to(second.line)

    async def is_answered(self) -> None:
        await until("an answer", lambda: self.line.is_up, within=WITHIN_S)

    async def is_over(self, within: float = WITHIN_S) -> None:
        await until("the end of the call", lambda: self.line.is_over, within=within)


@asynccontextmanager
async def opened(make: Callable[[AsyncExitStack], Stage]) -> AsyncGenerator[Stage]:
    """A stage, ready to be played on."""
    async with AsyncExitStack() as stack:
        stage = make(stack)
        await stage.begin()
        yield stage
        await stage.tidy()
