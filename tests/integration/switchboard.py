"""A bridge on a real Asterisk, with the test in the engine's place: it sees every event and gives the orders itself."""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import timedelta
from typing import TypeVar

from acd.inputs import AsteriskSeen, CallArrived, Difference, Event, LegAnswered, Refusal, Request
from acd.model import AccountId, Caller, CallId, ChannelId, DeviceId, OfferId, queue_id
from acd.outputs import Command, Connect, HoldCaller, Ring
from acd.ports import AgentReport, DirectoryEntry, Endpoint, Provisioning
from ari_bridge.bridge import Bridge
from ari_bridge.client import AriError, Client
from feature_codes.table import DEFAULT_CODES, StarCodes
from tests.integration.asterisk import ARI_PASSWORD, TestAsterisk
from tests.phone.call import IncomingCall, OutgoingCall
from tests.phone.phone import Phone
from tests.phone.waiting import POLL_SECONDS, until

ACCOUNT = AccountId("demo.example")
QUEUE = queue_id(ACCOUNT, "7001")
CALLER_HZ, AGENT_HZ, THIRD_HZ = 400, 700, 900

Some = TypeVar("Some", bound=Event)

WITHIN_S = 10.0
_RING_TIME = timedelta(seconds=20)
NUMBERS = ("1001", "1002", "1003", "1004")
CENTRE = Provisioning(
    endpoints=tuple(
        Endpoint(
            device=DeviceId(f"{number}-desk"), account=ACCOUNT, extension=number, caller_name=f"P{number}", secret="s"
        )
        for number in NUMBERS
    ),
    directory=(
        *(
            DirectoryEntry(account=ACCOUNT, number=number, is_queue=False, devices=(DeviceId(f"{number}-desk"),))
            for number in NUMBERS
        ),
        *(DirectoryEntry(account=ACCOUNT, number=number, is_queue=True, devices=()) for number in ("7001", "7002")),
    ),
)


class Switchboard:
    """An `acd.ports.EnginePort` that decides nothing."""

    def __init__(self, asterisk: TestAsterisk, stack: AsyncExitStack) -> None:
        self.told: list[Event] = []
        self.client = Client(asterisk.url, "acd", ARI_PASSWORD)
        self.bridge = Bridge(client=self.client, app="acd", engine=self, codes=StarCodes(DEFAULT_CODES))
        self._asterisk, self._stack = asterisk, stack

    def tell(self, event: Event) -> None:
        self.told.append(event)

    async def ask(self, request: Request) -> Refusal | None:
        return Refusal.NOT_AN_AGENT

    def compare(self, seen: AsteriskSeen) -> Iterator[Difference | None]:
        return iter(())

    def report(self, device: DeviceId) -> AgentReport | None:
        return None

    def order(self, *commands: Command) -> None:
        """Have the bridge carry these out."""
        self.bridge.carry_out(commands)

    async def hears_of(self, kind: type[Some], *, nth: int = 1) -> Some:
        """The nth event of this kind, once it has come."""
        await until(kind.__name__, lambda: len(self.all(kind)) >= nth, within=WITHIN_S)
        return self.all(kind)[nth - 1]

    def all(self, kind: type[Some]) -> list[Some]:
        """Every event of this kind so far."""
        return [each for each in self.told if isinstance(each, kind)]

    # --- people

    async def phone(self, number: str) -> Phone:
        """Registered."""
        place = ("127.0.0.1", self._asterisk.sip_port)
        phone = await self._stack.enter_async_context(Phone(place, f"{number}-desk", "s", name=f"P{number}"))
        assert await phone.register() == 200
        return phone

    async def caller(self, number: str = "1004", queue: str = "7001") -> tuple[OutgoingCall, CallId]:
        """Somebody who waits in a queue and hears its music."""
        before = len(self.all(CallArrived))
        call = await (await self.phone(number)).dial(queue, tone=CALLER_HZ)
        arrived = await self.hears_of(CallArrived, nth=before + 1)
        self.order(HoldCaller(call=arrived.call, channel=ChannelId(arrived.call), queue=queue_id(ACCOUNT, queue)))
        await call.is_answered()
        return call, arrived.call

    async def agent(
        self, phone: Phone, call: CallId, *, nth: int = 1, auto_answer: bool = False
    ) -> tuple[IncomingCall, OfferId, DeviceId]:
        """The agent with this phone, who has picked up for the call's nth offer and is joined with nobody yet."""
        offer, device = OfferId(f"{call}~{nth}"), DeviceId(phone.user)
        ring = Ring(
            offer=offer,
            call=call,
            devices=(device,),
            caller=Caller(number="1004", name="Cara"),
            queue_name="Sales",
            auto_answer=auto_answer,
            ring_time=_RING_TIME,
        )
        before = len(self.all(LegAnswered))
        self.order(ring)
        leg = await phone.rings()
        leg.answer(tone=AGENT_HZ)
        await self.hears_of(LegAnswered, nth=before + 1)
        return leg, offer, device

    async def talk(self, *, keys: bool = False) -> "Talk":
        """A caller from 1004 and the agent with 1001, who hear each other."""
        phone = await self.phone("1001")
        caller, call = await self.caller()
        leg, offer, device = await self.agent(phone, call)
        self.order(Connect(call=call, channel=ChannelId(call), offer=offer, device=device, keys=keys))
        await asyncio.gather(caller.media.hears_tone(AGENT_HZ), leg.media.hears_tone(CALLER_HZ))
        return Talk(phone, caller, leg, call, offer, device)


class Talk:
    """Two who talk."""

    def __init__(
        self, phone: Phone, caller: OutgoingCall, leg: IncomingCall, call: CallId, offer: OfferId, device: DeviceId
    ) -> None:
        self.phone, self.caller, self.leg = phone, caller, leg
        self.call, self.channel, self.offer, self.device = call, ChannelId(call), offer, device


@asynccontextmanager
async def switchboard(asterisk: TestAsterisk) -> AsyncGenerator[Switchboard]:
    """Connected, and the centre's phones and numbers are known to Asterisk."""
    async with AsyncExitStack() as stack:
        board = Switchboard(asterisk, stack)
        await board.bridge.provision(CENTRE)
        life = asyncio.create_task(board.bridge.run())
        try:
            await until("the bridge", lambda: board.bridge.connected and board.bridge.provisioned, within=10)
            yield board
        finally:
            await stack.aclose()
            life.cancel()
            await asyncio.wait([life])


async def everybody_hangs_up(asterisk: TestAsterisk) -> None:
    """After a test whose phones have gone: their channels go a moment later, and the next test would hear of it."""
    deadline = asyncio.get_running_loop().time() + WITHIN_S
    async with Client(asterisk.url, "acd", ARI_PASSWORD) as client:
        while left := await client.channels.list():
            assert asyncio.get_running_loop().time() < deadline, left
            for channel in left:
                with suppress(AriError):  # gone meanwhile
                    await client.channels.hangup(channelId=channel.id)
            await asyncio.sleep(POLL_SECONDS)
