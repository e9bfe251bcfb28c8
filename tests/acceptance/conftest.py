"""The running centre, and the phones of one test."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.acceptance.centre import RunningCentre
from tests.acceptance.journal import Journal
from tests.acceptance.parts import Part, User
from tests.phone.call import Call, IncomingCall
from tests.phone.heard import Heard, prompts_heard
from tests.phone.media import PACKET_SECONDS
from tests.phone.phone import Phone
from tests.phone.prompts import Prompts
from tests.phone.waiting import until

CALLERS = Part(users=tuple(User(extension=f"20{n:02}", name=f"Caller {n}") for n in range(1, 7)))
"""People of the account who answer no queue: `2001` to `2006`."""

PROMPTS = Path(__file__).parents[2] / "prompts" / "en"


CALLER_HZ, AGENT_HZ = 440, 640
"""What caller and agent send, to be told apart at the other end."""


@pytest.fixture(scope="session")
def centre(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningCentre]:
    """One centre for all tests, made of the `PART` of every test module. Asterisk must live through all of them."""
    modules = {item.getparent(pytest.Module) for item in request.session.items}
    objects = [module.obj for module in modules if module is not None]
    parts = [module.PART for module in objects if isinstance(getattr(module, "PART", None), Part)]
    running = RunningCentre(tmp_path_factory.mktemp("centre"), [CALLERS, *parts])
    try:
        running.start()
        yield running
        assert "Asterisk ended" not in running.log.read_text(), running.log.read_text()
    finally:
        running.stop()


@pytest.fixture(scope="session")
def journal(centre: RunningCentre) -> Journal:
    """What the centre's engine has decided."""
    return Journal(centre)


@pytest.fixture(scope="session")
def prompts() -> Prompts:
    """What the product can say."""
    return Prompts.of(PROMPTS)


class Floor:
    """The phones of one test: when it ends all of them hang up and unregister."""

    def __init__(self, centre: RunningCentre, stack: AsyncExitStack) -> None:
        self._centre, self._stack = centre, stack

    async def phone(self, device: str, *, name: str = "") -> Phone:
        """Registered, and nothing else."""
        phone = await self._stack.enter_async_context(self._centre.phone(device, name=name))
        assert await phone.register() == 200
        return phone

    async def agent(self, device: str, code: str = "*51") -> Phone:
        """Registered, and available for calls from now on."""
        phone = await self.phone(device)
        await Journal(self._centre).tells_that_it_is_reachable(device)
        await dial_code(phone, code)
        return phone

    async def agents(self, *devices: str) -> list[Phone]:
        """Available, the first one for the longest time."""
        return [await self.agent(device) for device in devices]

    async def caller(self, extension: str = "2001", *, name: str = "") -> Phone:
        """Somebody who answers no queue."""
        return await self.phone(f"{extension}-desk", name=name)


async def dial_code(phone: Phone, code: str) -> None:
    """Dial a star code and hang up as soon as its confirmation begins: what it says is stored by then."""
    call = await phone.dial(code)
    await call.is_answered()
    await call.media.hears_sound()
    await call.hang_up()


async def talk_both_ways(caller: Call, agent: Call) -> None:
    """Each hears the other's tone, and therefore not the music."""
    await asyncio.gather(caller.media.hears_tone(AGENT_HZ), agent.media.hears_tone(CALLER_HZ))


async def connected(call: Call, agent: Phone, *, within: float = 5.0) -> IncomingCall:
    """The agent's phone rings, he picks up, and the two hear each other."""
    ring = await agent.rings(within=within)
    ring.answer(tone=AGENT_HZ)
    await talk_both_ways(call, ring)
    return ring


async def listen(call: Call, *, seconds: float = 1.0) -> None:
    """Let so much arrive: enough of a prompt to know it by, where it will be cut."""
    wanted = len(call.media.packets) + seconds / PACKET_SECONDS
    await until(f"{seconds} s of sound", lambda: len(call.media.packets) >= wanted, within=seconds + 3)


async def words_heard(call: Call) -> list[Heard]:
    """Our prompts that this side has heard so far, one after the other; all else is passed over."""
    return await asyncio.to_thread(prompts_heard, call.media.heard(), PROMPTS)


@pytest.fixture
async def floor(centre: RunningCentre, caplog: pytest.LogCaptureFixture) -> AsyncIterator[Floor]:
    """Where the phones of a test stand. What they and the engine said is told when it fails."""
    caplog.set_level(logging.INFO, logger="tests.phone")
    said_before = centre.engine_log.stat().st_size
    async with AsyncExitStack() as stack:
        yield Floor(centre, stack)
    with centre.engine_log.open() as log:
        log.seek(said_before)
        print(log.read())
