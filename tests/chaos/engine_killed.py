"""The engine is killed at every point of a call: before each request to Asterisk, and after it was carried out.

Between the real engine and the real Asterisk stands a wire that knows what goes over it. A walk (a call, a star code, a
transfer, a call-back) is gone once to see which requests it needs, and then once for each of them and each moment: the
engine dies there, and the walk must come to its end all the same.
"""

import asyncio
import os
import re
import signal
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Final

import aiohttp

from tests.acceptance.centre import RunningCentre
from tests.acceptance.conftest import AGENT_HZ, CALLER_HZ, CALLERS, Floor, dial_code
from tests.acceptance.parts import Part, Queue, Toml, agents, seats
from tests.chaos.by_hand import ari_url
from tests.chaos.row import Row, Seen
from tests.integration.tap import Moment, Tap, Trip, tapped
from tests.phone.call import IncomingCall
from tests.phone.phone import Phone
from tests.phone.waiting import NotSeenError, until

CALL, BACK, WRAPPED, NOBODY = "7991", "7992", "7993", "7994"
CALLED_BACK: Final = "3991"
WRAP_UP_S: Final = 4.0
RULES: Final[dict[str, Toml]] = {"callback": {"key": "2", "attempts": 3, "retry": "10s", "ring_time": "10s"}}
PART: Final = Part(
    users=agents("1991", "1992", "1993", "1994", CALLED_BACK),
    queues=(
        Queue(number=CALL, seats=seats("1991", "1992"), back_off="1s"),
        Queue(number=BACK, seats=seats("1993"), back_off="1s", rules=RULES),
        Queue(number=WRAPPED, seats=seats("1994"), wrap_up=f"{WRAP_UP_S:g}s"),
        Queue(number=NOBODY, seats=seats("1994")),
    ),
    outbound=("399X",),
)
OFFER_WITHIN_S: Final = 3.0
SERVED_WITHIN_S: Final = 15.0
PASSED_ON_WITHIN_S: Final = 40.0
CALLED_BACK_WITHIN_S: Final = 40.0
CLEAN_WITHIN_S: Final = 6.0
LONGEST_GAP_S: Final = 0.5
WRAP_UP_WITHIN_S: Final = 0.2
RANDOM_KILLS: Final = 3
PICKS_UP_AFTER_S: Final = 0.3
_COMMAND: Final = re.compile(rb"(POST|PUT|DELETE) /ari/(?!asterisk/|deviceStates|applications)(\S+) HTTP")


def command(words: bytes) -> str:
    """What the engine orders by these words, without ids: `POST channels/*/answer`. Empty: nothing."""
    found = _COMMAND.match(words)
    if found is None:
        return ""
    path = re.sub(r"/[^/]*[~.][^/]*", "/*", f"/{found[2].decode().partition('?')[0]}")
    return f"{found[1].decode()} {path[1:]}"


@dataclass(slots=True)
class Stage:
    """One centre, the wire, and what was measured."""

    centre: RunningCentre
    tap: Tap
    asterisk: str
    """Where it really is; the engine's own settings name the wire."""
    kills: int = 0
    points: set[str] = field(default_factory=set[str])
    begun: bool = False
    """Whether the walk itself has begun: before that its people come to their places."""
    killed_at: float | None = None
    offers_s: list[float] = field(default_factory=list[float])
    """From a kill to the first ring after it, where somebody waited."""
    gaps_s: list[float] = field(default_factory=list[float])
    wrap_ups_s: list[float] = field(default_factory=list[float])
    """By how much they were off."""
    faults: list[str] = field(default_factory=list[str])

    def kill(self) -> None:
        """The engine that runs now is no more."""
        pid = self.centre.engine_pid()
        if pid:
            os.kill(pid, signal.SIGKILL)
            self.kills += 1
            self.killed_at = asyncio.get_running_loop().time()


Walk = Callable[[Stage, Floor], Awaitable[None]]


# --- what agents do


async def answers(stage: Stage, agent: Phone, *, measured: bool = False) -> None:
    """Picks up whatever rings, after a moment, and goes on doing so; `measured`: somebody waited when it was killed."""
    while True:
        ring = await agent.rings(within=60)
        if measured and stage.killed_at is not None and ring.began_at > stage.killed_at:
            stage.offers_s.append(ring.began_at - stage.killed_at)
            stage.killed_at = None
        await asyncio.sleep(PICKS_UP_AFTER_S)
        if not ring.ending:
            ring.answer(tone=AGENT_HZ)


def up(*phones: Phone) -> list[IncomingCall]:
    """The calls that these have picked up and still have."""
    return [call for phone in phones for call in phone.incoming if call.is_up]


# --- the walks


async def a_call(stage: Stage, floor: Floor) -> None:
    """Waits, rings, is answered, talks, ends."""
    staff = await floor.agents("1991-desk", "1992-desk")
    caller = await floor.caller("2001")
    stage.begun = True
    async with asyncio.TaskGroup() as tasks:
        busy = [tasks.create_task(answers(stage, agent, measured=True)) for agent in staff]
        call = await caller.dial(CALL, tone=CALLER_HZ)
        await call.media.hears_tone(AGENT_HZ, within=SERVED_WITHIN_S)
        await asyncio.sleep(0.3)
        assert len(up(*staff)) == 1, "one agent has him"
        await call.hang_up()
        await until("the agent is let go", lambda: not up(*staff), within=SERVED_WITHIN_S)
        for task in busy:
            task.cancel()


async def a_star_code(stage: Stage, floor: Floor) -> None:
    """Dialled again where nothing was heard, as people do; then it is true, and a kill does not make it false."""
    agent = await floor.phone("1991-desk")
    stage.begun = True
    for _ in range(3):
        call = await agent.dial("*50")
        try:
            await call.is_answered()
            await call.media.hears_sound(within=4)
        except (NotSeenError, AssertionError):
            await call.hang_up()
            continue
        await call.hang_up()
        stage.begun = False
        break
    else:
        raise NotSeenError("no confirmation in three times")
    await stage.centre.is_ready(within=SERVED_WITHIN_S)
    await until_agents(stage, CALL, "single_call", 1)
    await dial_code(agent, "*52")


async def a_transfer(stage: Stage, floor: Floor) -> None:
    """The agent passes his caller on to a person, and again where nothing came of it: he may have him once more."""
    agent, person, caller = await floor.agent("1991-desk"), await floor.phone("2003-desk"), await floor.caller("2001")
    async with asyncio.TaskGroup() as tasks:
        busy = [tasks.create_task(answers(stage, agent)), tasks.create_task(answers(stage, person))]
        call = await caller.dial(CALL, tone=CALLER_HZ)
        await call.media.hears_tone(AGENT_HZ, within=SERVED_WITHIN_S)
        stage.begun = True
        async with asyncio.timeout(PASSED_ON_WITHIN_S):
            while not up(person):
                if up(agent):
                    await up(agent)[0].transfer("2003")
                await asyncio.sleep(2)
        await until("the agent is let go", lambda: not up(agent), within=SERVED_WITHIN_S)
        assert call.is_up, "the caller is not lost"
        await call.hang_up()
        await until("the person is let go", lambda: not up(person), within=SERVED_WITHIN_S)
        for task in busy:
            task.cancel()


async def a_call_back(stage: Stage, floor: Floor) -> None:
    """Promised, an agent found, called, joined."""
    agent, caller = await floor.agent("1993-desk", "*52"), await floor.phone(f"{CALLED_BACK}-desk")
    call = await caller.dial(BACK)
    await call.media.hears_sound()
    stage.begun = True
    async with asyncio.timeout(CALLED_BACK_WITHIN_S):
        while not call.ending:  # a key is forgotten with the engine that dies of it, and pressed again
            await call.press("2")
            with suppress(NotSeenError):
                await call.is_over(within=8)
    stage.begun = False
    await stage.centre.is_ready(within=SERVED_WITHIN_S)
    await dial_code(agent, "*51")
    stage.begun = True
    async with asyncio.TaskGroup() as tasks:
        busy = [tasks.create_task(answers(stage, agent)), tasks.create_task(answers(stage, caller))]
        await _talks(caller)
        await up(caller)[0].hang_up()
        await until("the agent is let go", lambda: not up(agent), within=SERVED_WITHIN_S)
        stage.begun = False
        for task in busy:
            task.cancel()
    await stage.centre.is_ready(within=SERVED_WITHIN_S)
    await dial_code(agent, "*52")


async def _talks(caller: Phone) -> None:
    """Wait until he hears the agent: in the call that he picks up, or in the next one where that one is lost."""
    async with asyncio.timeout(CALLED_BACK_WITHIN_S):
        while True:
            for call in up(caller):
                with suppress(NotSeenError):
                    await call.media.hears_tone(AGENT_HZ, within=1)
                    return
            await asyncio.sleep(0.1)


# --- one walk, killed at one point


async def go(stage: Stage, walk: Walk, point: str, moment: Moment | None, nth: int = 1) -> list[str]:
    """Walk, and have the engine killed at this moment of the nth command; what the engine ordered meanwhile."""
    await stage.centre.is_ready(within=SERVED_WITHIN_S)
    ordered: list[str] = []

    def strikes(words: bytes) -> bool:
        named = command(words) if stage.begun else ""
        if named:
            ordered.append(named)
        return bool(named) and moment is not None and len(ordered) == nth

    stage.killed_at, stage.begun = None, False
    stage.tap.trip = Trip(moment=moment or Moment.ASKED, strikes=strikes, act=stage.kill)
    where = f"{walk.__name__}, {moment.value if moment else 'unharmed'} {nth}: {point}"
    async with AsyncExitStack() as stack:
        try:
            await walk(stage, Floor(stage.centre, stack))
        except (AssertionError, TimeoutError, ExceptionGroup) as error:
            told = error.exceptions[0] if isinstance(error, ExceptionGroup) else error
            stage.faults.append(f"{where}: {type(told).__name__} {told}")
        stage.tap.trip = None
    try:
        await stage.centre.is_ready(within=SERVED_WITHIN_S)
        await nothing_left(stage)
    except AssertionError as error:
        stage.faults.append(f"{where}: {error}")
    if moment is not None:
        stage.points.add(where)
    return ordered


async def every_point(stage: Stage, walk: Walk) -> None:
    """Each request of this walk, before it reaches Asterisk and after it was carried out.

    Call-backs and transfers take their time: of their requests each is met at one of the two moments, in turn.
    """
    needed = await go(stage, walk, "", None)
    for nth, point in enumerate(needed, start=1):
        for moment in (Moment.ASKED, Moment.ANSWERED):
            if walk not in (a_call_back, a_transfer) or (nth % 2 == 0) == (moment is Moment.ASKED):
                await go(stage, walk, point, moment, nth)


# --- at random moments


async def at_any_moment(stage: Stage, floor: Floor) -> None:
    """Two talk, three wait, one agent is free for nobody; killed while all goes on, and then served in their order."""
    staff = await floor.agents("1991-desk", "1992-desk")
    callers = [await floor.caller(f"200{n}") for n in (1, 2, 3, 4, 5)]
    calls = [await caller.dial(CALL, tone=CALLER_HZ) for caller in callers[:2]]
    for agent in staff:
        (await agent.rings()).answer(tone=AGENT_HZ)
    for call in calls:
        await call.media.hears_tone(AGENT_HZ, within=SERVED_WITHIN_S)
    waiting = []
    for caller in callers[2:]:
        waiting.append(await caller.dial(CALL, tone=CALLER_HZ))
        await waiting[-1].media.hears_sound()
    loop = asyncio.get_running_loop()
    began = loop.time()
    stage.kill()
    await asyncio.sleep(1.5)
    await stage.centre.is_ready(within=SERVED_WITHIN_S)
    stage.gaps_s += [side.media.longest_gap(since=began, before=loop.time()) for side in (*calls, *up(*staff))]
    for call in waiting:
        assert call.is_up, "who waits is not lost"
        await call.media.hears_sound()
    for call in calls:
        await call.hang_up()
    served: list[str] = []
    for _ in waiting:
        ring = await until("the next ring", lambda: _ringing(staff), within=SERVED_WITHIN_S)
        served.append(ring.caller.user)
        ring.answer(tone=AGENT_HZ)
        await asyncio.sleep(0.5)
        await ring.hang_up()
    assert served == ["2003", "2004", "2005"], f"each keeps his place: {served}"


def _ringing(staff: list[Phone]) -> IncomingCall | None:
    rings = [call for phone in staff for call in phone.incoming if call.up_at is None and call.ending is None]
    return min(rings, key=lambda ring: ring.began_at) if rings else None


async def in_a_wrap_up(stage: Stage, floor: Floor) -> None:
    """The engine dies in it; the next caller rings when it ends, not before and not after."""
    agent, first, second = await floor.agent("1994-desk"), await floor.caller("2001"), await floor.caller("2002")
    loop = asyncio.get_running_loop()
    call = await first.dial(WRAPPED, tone=CALLER_HZ)
    ring = await agent.rings()
    ring.answer(tone=AGENT_HZ)
    await call.media.hears_tone(AGENT_HZ, within=SERVED_WITHIN_S)
    await (await second.dial(WRAPPED)).is_answered()
    await call.hang_up()
    ended = loop.time()
    await ring.is_over()
    await asyncio.sleep(0.3)
    stage.kill()
    following = await agent.rings(within=SERVED_WITHIN_S)
    stage.wrap_ups_s.append(abs(following.began_at - ended - WRAP_UP_S))


# --- what must not be left


async def nothing_left(stage: Stage) -> None:
    """No channel, and no bridge but those in which callers wait."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + CLEAN_WITHIN_S
    while left := await _left(stage):
        assert loop.time() < deadline, f"left over in Asterisk: {left}"
        await asyncio.sleep(0.1)


async def _left(stage: Stage) -> list[str]:
    password = (stage.centre.home / "state" / "ari.secret").read_text().strip()
    proof = {"Authorization": aiohttp.encode_basic_auth("acd", password)}
    async with aiohttp.ClientSession(headers=proof) as session:
        found: list[str] = []
        for what in ("channels", "bridges"):
            async with session.get(f"{stage.asterisk}/ari/{what}") as answer:
                found += [each["id"] for each in await answer.json()]
    return [id_ for id_ in found if not id_.startswith("hold~")]


async def until_agents(stage: Stage, queue: str, state: str, count: int) -> None:
    """Wait until so many agents of this queue are in this state, as the metrics tell it."""
    wanted = f'acd_queue_agents{{queue="{queue}@acceptance.example",state="{state}"}} {float(count)}'
    url = stage.centre.sheet.urls["readyz"].replace("readyz", "metrics")
    loop = asyncio.get_running_loop()
    deadline = loop.time() + SERVED_WITHIN_S
    async with aiohttp.ClientSession() as session:
        while True:
            async with session.get(url) as answer:
                if wanted in await answer.text():
                    return
            assert loop.time() < deadline, f"not so: {wanted}"
            await asyncio.sleep(0.2)


# --- the row


async def check(home: Path) -> Seen:
    """All walks at all their points, and the random moments."""
    async with AsyncExitStack() as stack:
        stage = await staged(home, stack)
        for walk in (a_call, a_star_code, a_transfer, a_call_back):
            await every_point(stage, walk)
        for _ in range(RANDOM_KILLS):
            for walk in (at_any_moment, in_a_wrap_up):
                await go(stage, walk, "at a random moment", None)
    return seen(stage)


async def staged(home: Path, stack: AsyncExitStack) -> Stage:
    """A centre whose engine, from its second life on, talks to Asterisk over the wire."""
    centre = RunningCentre(home, [CALLERS, PART])
    try:
        await asyncio.to_thread(centre.start)
        real = ari_url(centre)
        tap = await stack.enter_async_context(tapped(real))
    finally:
        stack.callback(centre.stop)
    settings = home / "state" / "engine.toml"
    settings.write_text(settings.read_text().replace(real, tap.url))
    stage = Stage(centre, tap, real)
    old = centre.engine_pid()
    os.kill(old, signal.SIGKILL)
    await until("another engine", lambda: (pid := centre.engine_pid()) not in (0, old) and pid, within=10)
    await centre.is_ready(within=SERVED_WITHIN_S)
    return stage


def seen(stage: Stage) -> Seen:
    """The line of the table."""
    offers, gaps, wrap_ups = stage.offers_s or [0.0], stage.gaps_s or [0.0], stage.wrap_ups_s or [0.0]
    return Seen(
        done=f"{stage.kills} kills: at {len(stage.points)} points of a call, star code, transfer and call-back, "
        "and while callers talk, wait and agents wrap up",
        figures=(
            f"first ring after a kill: {median(offers):.1f} s, at most {max(offers):.1f} s; longest gap in a talk "
            f"{max(gaps) * 1000:.0f} ms; wrap-ups off by {max(wrap_ups) * 1000:.0f} ms at most; "
            f"{len(stage.faults)} faults{': ' if stage.faults else ''}{'; '.join(stage.faults)}"
        ),
        passed=not stage.faults
        and max(offers) <= OFFER_WITHIN_S
        and max(gaps) < LONGEST_GAP_S
        and max(wrap_ups) <= WRAP_UP_WITHIN_S,
    )


ROW: Final = Row(name="engine-killed", failure="engine kill -9 at every point of a call", check=check)
