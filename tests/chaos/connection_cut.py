"""The connection between engine and Asterisk breaks in four ways, at random moments, while people call."""

import asyncio
import random
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import aiohttp

from acd.centre import read_centre
from acd.runtime.apply import apply_centre
from acd.runtime.database import close, connect
from acd.runtime.schema import SCHEMA
from tests.acceptance.conftest import AGENT_HZ, CALLER_HZ, dial_code
from tests.acceptance.parts import Part, Queue, User, centre_file, seats
from tests.chaos.proxy import Proxy, Trouble, proxy
from tests.chaos.row import Row, Seen
from tests.integration.asterisk import ARI_PASSWORD, TestAsterisk
from tests.integration.engine_process import EngineProcess, engine_process
from tests.integration.postgres import TestPostgres
from tests.phone.phone import Phone

CUTS: Final = 20
DETECTED_WITHIN_S, BACK_WITHIN_S, SETTLED_WITHIN_S = 6.0, 10.0, 10.0
SEED: Final = 4
QUEUE: Final = "7801"
AGENTS, CALLERS = ("1801", "1802", "1803", "1804"), ("2801", "2802", "2803", "2804", "2805")
PART: Final = Part(
    users=tuple(User(extension=n, name=f"Person {n}", secret=f"secret-of-{n}") for n in (*AGENTS, *CALLERS)),
    queues=(Queue(number=QUEUE, seats=seats(*AGENTS), ring_time="5s", back_off="1s"),),
)


@dataclass(slots=True)
class _Figures:
    """In seconds: from the trouble until /readyz says so, and from its end until /readyz is well."""

    detected_s: dict[Trouble, list[float]] = field(default_factory=lambda: {trouble: [] for trouble in Trouble})
    back_s: list[float] = field(default_factory=list[float])
    calls: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stage:
    asterisk: TestAsterisk
    engine: EngineProcess
    way: Proxy


async def check(home: Path) -> Seen:
    """Twenty troubles, and what is left when everybody has gone home."""
    figures = _Figures()
    async with _running(home) as stage, AsyncExitStack() as stack:
        place = ("127.0.0.1", stage.asterisk.sip_port)
        phones = {
            n: await stack.enter_async_context(Phone(place, f"{n}-desk", f"secret-of-{n}")) for n in (*AGENTS, *CALLERS)
        }
        for phone in phones.values():
            assert await phone.register() == 200
        for agent in AGENTS:
            await dial_code(phones[agent], "*51")
        dice = random.Random(SEED)
        people = [asyncio.create_task(_answers(phones[n], dice)) for n in AGENTS]
        people += [asyncio.create_task(_calls(phones[n], dice, figures)) for n in CALLERS]
        for number in range(CUTS):
            await _trouble(stage, list(Trouble)[number % len(Trouble)], dice, figures)
        for task in people:
            task.cancel()
        await asyncio.wait(people)
        failed = [task.exception() for task in people if not task.cancelled()]
        assert not failed, failed
        await asyncio.gather(*(call.hang_up() for phone in phones.values() for call in phone.calls))
        left = await _left(stage)
        corrected = await _corrected(stage.engine)
    detected = {trouble: max(each) for trouble, each in figures.detected_s.items()}
    passed = not left and max(detected.values()) <= DETECTED_WITHIN_S and max(figures.back_s) <= BACK_WITHIN_S
    return Seen(
        done=f"{CUTS} in turn (cut, half open, requests hang, only those for channels) during {figures.calls} calls",
        figures=(
            f"noticed after at most {', '.join(f'{seconds:.1f}' for seconds in detected.values())} s, well again "
            f"{max(figures.back_s):.1f} s after its end at most; {corrected} corrections of the books; "
            f"channels, bridges, calls left over: {', '.join(left) or 'none'}"
        ),
        passed=passed,
    )


@asynccontextmanager
async def _running(home: Path) -> AsyncGenerator[_Stage]:
    """An Asterisk, a database with the centre, and an engine whose way to Asterisk is a proxy."""
    asterisk, postgres = await asyncio.to_thread(TestAsterisk, home / "asterisk"), TestPostgres()
    try:
        await asyncio.to_thread(asterisk.start)
        await asyncio.to_thread(postgres.start)
        await asyncio.to_thread(postgres.execute, SCHEMA.read_text())
        database = await connect(postgres.url())
        await apply_centre(database, read_centre(centre_file([PART]), "centre.toml"))
        await close(database)
        address = urlsplit(asterisk.url)
        async with proxy(str(address.hostname), int(address.port or 0)) as way:
            settings = {"ACD__ARI__URL": f"http://127.0.0.1:{way.port}", "ACD__ARI__PASSWORD": ARI_PASSWORD}
            async with engine_process(home, postgres.url(), settings) as engine:
                await engine.ready()
                yield _Stage(asterisk=asterisk, engine=engine, way=way)
    finally:
        asterisk.kill()
        postgres.remove()


# --- the people


async def _calls(phone: Phone, dice: random.Random, figures: _Figures) -> None:
    """Call the queue again and again; whoever answers, or nobody, after a while it is over."""
    while True:
        await asyncio.sleep(dice.uniform(0.1, 1.5))
        call = await phone.dial(QUEUE, tone=CALLER_HZ)
        figures.calls += 1
        await asyncio.sleep(dice.uniform(0.5, 8))
        await call.hang_up()


async def _answers(phone: Phone, dice: random.Random) -> None:
    """Pick up whatever rings, mostly, and hang up after a while."""
    while True:
        ring = await phone.rings(within=600)
        await asyncio.sleep(dice.uniform(0.1, 1.5))
        if ring.ending is None and dice.random() < 0.9:
            ring.answer(tone=AGENT_HZ)
            await asyncio.sleep(dice.uniform(0.5, 5))
        await ring.hang_up()


# --- the trouble


async def _trouble(stage: _Stage, trouble: Trouble, dice: random.Random, figures: _Figures) -> None:
    clock = asyncio.get_running_loop().time
    await asyncio.sleep(dice.uniform(0.5, 3))
    began = clock()
    stage.way.cause(trouble)
    await _is_ready(stage.engine, ready=False)
    figures.detected_s[trouble].append(clock() - began)
    await asyncio.sleep(dice.uniform(0, 2))
    ended = clock()
    stage.way.heal()
    await _is_ready(stage.engine, ready=True)
    figures.back_s.append(clock() - ended)


async def _is_ready(engine: EngineProcess, *, ready: bool) -> None:
    async with asyncio.timeout(30):
        while (not await engine.reasons()) is not ready:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.02)


async def _left(stage: _Stage) -> list[str]:
    """What is left of calls once they are over, in Asterisk and in the books."""
    deadline = asyncio.get_running_loop().time() + SETTLED_WITHIN_S
    while (left := await _found(stage)) and asyncio.get_running_loop().time() < deadline:  # noqa: ASYNC110 - as above
        await asyncio.sleep(0.2)
    return left


async def _found(stage: _Stage) -> list[str]:
    channels, bridges = await _asterisk_has(stage.asterisk, "channels"), await _asterisk_has(stage.asterisk, "bridges")
    found = [f"channel {each['id']}" for each in channels]
    found += [f"bridge {each['id']}" for each in bridges if not str(each["id"]).startswith("hold~")]
    _, metrics = await stage.engine.get("/metrics")
    for line in metrics.splitlines():
        series, _, value = line.rpartition(" ")
        if series.startswith("acd_queue_callers_waiting") and float(value):
            found.append(f"{value} callers in the books")
        if series.startswith("acd_queue_agents{") and 'state="available"' not in series and float(value):
            found.append(f"{value} agents otherwise than available ({series})")
    return found


async def _corrected(engine: EngineProcess) -> int:
    """How many differences were settled; the registrations of the start are not counted."""
    _, metrics = await engine.get("/metrics")
    lines = [line for line in metrics.splitlines() if line.startswith("acd_reconcile_corrections_total{")]
    return sum(int(float(line.rpartition(" ")[2])) for line in lines if "phone_registered" not in line)


async def _asterisk_has(asterisk: TestAsterisk, kind: str) -> list[dict[str, Any]]:
    login = {"Authorization": aiohttp.encode_basic_auth("acd", ARI_PASSWORD)}
    async with aiohttp.ClientSession() as session, session.get(f"{asterisk.url}/ari/{kind}", headers=login) as answer:
        listed: list[dict[str, Any]] = await answer.json()
        return listed


ROW: Final = Row(name="connection-cut", failure="websocket cut, half-open TCP, REST that hangs", check=check)
