"""Asterisk dies by `kill -9` while callers wait, ring and talk; `acd up` starts it again."""

import asyncio
import os
import signal
import tomllib
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from acd.outputs import CallEnded, Loss, StatusChanged
from tests.acceptance.centre import RunningCentre
from tests.acceptance.conftest import AGENT_HZ, CALLER_HZ, CALLERS, dial_code, talk_both_ways
from tests.acceptance.journal import Journal
from tests.acceptance.parts import Part, Queue, agents, seats
from tests.chaos.row import Row, Seen
from tests.phone.phone import Phone

KILLS: Final = 4
CLOSED_WITHIN_S, SERVED_WITHIN_S = 5.0, 10.0
"""From Asterisk's return."""

TALKS, RINGS, WAITS = "7701", "7702", "7703"
PART: Final = Part(
    users=agents("1701", "1702", "1703"),
    queues=(
        Queue(number=TALKS, seats=seats("1701"), ring_time="40s"),
        Queue(number=RINGS, seats=seats("1702"), ring_time="40s"),
        Queue(number=WAITS, seats=seats("1703"), ring_time="40s"),
    ),
)


@dataclass(slots=True)
class _Figures:
    """In seconds from Asterisk's return; `away_s`: from the kill to that."""

    away_s: list[float] = field(default_factory=list[float])
    closed_s: list[float] = field(default_factory=list[float])
    served_s: list[float] = field(default_factory=list[float])


async def check(home: Path) -> Seen:
    """Four times the same three calls, and afterwards the next ones."""
    centre = RunningCentre(home, [CALLERS, PART])
    await asyncio.to_thread(centre.start)
    figures = _Figures()
    try:
        async with AsyncExitStack() as stack:
            staff = [await _phone(centre, stack, f"{number}-desk") for number in ("1701", "1702", "1703")]
            for phone, code in zip(staff, ("*51", "*51", "*551"), strict=True):
                await dial_code(phone, code)
            for number in range(1, KILLS + 1):
                await _kill_once(centre, staff, number, figures)
            changes = [await Journal(centre).facts(StatusChanged, f"170{n}") for n in (1, 2, 3)]
    finally:
        await asyncio.to_thread(centre.stop)
    kept = all(len(each) == 1 for each in changes)
    passed = kept and max(figures.closed_s) <= CLOSED_WITHIN_S and max(figures.served_s) <= SERVED_WITHIN_S
    return Seen(
        done=f"{KILLS} times kill -9, each with a caller who waits, one who rings and one who talks",
        figures=(
            f"back after {_most(figures.away_s)}; from then on: calls closed as lost, with the reason, after "
            f"{_most(figures.closed_s)}, the next two calls served after {_most(figures.served_s)}, "
            f"no phone registered anew; statuses {'kept' if kept else 'CHANGED'}"
        ),
        passed=passed,
    )


def _most(seconds: list[float]) -> str:
    return f"at most {max(seconds):.1f} s"


async def _phone(centre: RunningCentre, stack: AsyncExitStack, device: str) -> Phone:
    phone = await stack.enter_async_context(centre.phone(device))
    assert await phone.register() == 200
    return phone


async def _kill_once(centre: RunningCentre, staff: list[Phone], number: int, figures: _Figures) -> None:
    async with AsyncExitStack() as stack:
        callers = [await _phone(centre, stack, f"200{n}-desk") for n in (1, 2, 3)]
        talk, ringing, waiting = [
            await caller.dial(queue, tone=CALLER_HZ)
            for caller, queue in zip(callers, (TALKS, RINGS, WAITS), strict=True)
        ]
        ring = await staff[0].rings()
        ring.answer(tone=AGENT_HZ)
        await talk_both_ways(talk, ring)
        await staff[1].rings()
        await waiting.media.hears_sound()
        clock = asyncio.get_running_loop().time
        killed = clock()
        os.kill(_asterisk(centre), signal.SIGKILL)
        await _answers_again(centre)
        back, back_at = clock(), datetime.now(UTC)
        figures.away_s.append(back - killed)
        await centre.is_ready(within=SERVED_WITHIN_S)
        served = await asyncio.gather(
            *(_served(centre, staff[n], queue, f"200{4 + n}") for n, queue in enumerate((TALKS, RINGS)))
        )
        figures.served_s += [at - back for at in served]
        for queue in (TALKS, RINGS, WAITS):
            ended = await Journal(centre).facts(CallEnded, queue, count=number)
            lost = [entry for entry in ended if entry.fact.loss is Loss.ASTERISK_ENDED]
            assert len(lost) == number, f"of {queue}: {ended}"
            figures.closed_s.append((lost[-1].at - back_at).total_seconds())
        await asyncio.gather(ring.hang_up(), talk.hang_up(), ringing.hang_up(), waiting.hang_up())


async def _served(centre: RunningCentre, agent: Phone, queue: str, extension: str) -> float:
    """When a new caller and the agent, whose phone has not registered anew, hear each other."""
    async with AsyncExitStack() as stack:
        caller = await _phone(centre, stack, f"{extension}-desk")
        call = await caller.dial(queue, tone=CALLER_HZ)
        ring = await agent.rings(within=SERVED_WITHIN_S)
        ring.answer(tone=AGENT_HZ)
        await talk_both_ways(call, ring)
        at = asyncio.get_running_loop().time()
        await call.hang_up()
        await ring.is_over()
    return at


# --- Asterisk


def _asterisk(centre: RunningCentre) -> int:
    """The process that runs now, a child of `acd up`."""
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            words = (entry / "cmdline").read_bytes().split(b"\0")
        except (OSError, IndexError):
            continue
        if parent == centre.sheet.pids["up"] and any(word.endswith(b"asterisk.conf") for word in words):
            return int(entry.name)
    raise AssertionError("no Asterisk runs")


async def _answers_again(centre: RunningCentre) -> None:
    settings = tomllib.loads((centre.home / "state" / "engine.toml").read_text())
    address = urlsplit(settings["ari"]["url"])
    async with asyncio.timeout(30):
        while not await _answers(str(address.hostname), int(address.port or 0)):  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.02)


async def _answers(host: str, port: int) -> bool:
    """Whether its web server says anything: it asks for a password."""
    try:
        reader, writer = await asyncio.open_connection(host, port)
        writer.write(b"GET /ari/asterisk/ping HTTP/1.1\r\nHost: x\r\n\r\n")
        line = await reader.readline()
        writer.close()
    except OSError:
        return False
    return b"401" in line


ROW: Final = Row(name="asterisk-killed", failure="Asterisk kill -9", check=check)
