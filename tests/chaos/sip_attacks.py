"""Broken and hostile SIP by the hundred thousand, beside honest calls: Asterisk and the engine just go on."""

import asyncio
from pathlib import Path
from typing import Any, Final

import aiohttp

from tests.acceptance.centre import RunningCentre
from tests.attack.barrage import PART, fire_half_open, fire_mutated, fire_torture, resident_bytes
from tests.attack.harmless import log_faults
from tests.attack.trunk import add_trunk, ari_access
from tests.chaos.load import Load, load_part
from tests.chaos.row import Row, Seen

MUTATED: Final = 100_000
A_SECOND: Final = 1_250
HALF_OPEN: Final = 1_000
CALLS_A_SECOND: Final = 1
SEED: Final = 4475
SOURCE: Final = "127.0.0.66"
GROWTH_AT_MOST: Final = 250 * 1024 * 1024
"""Bytes, of Asterisk; the engine never hears of most of it."""
ENGINE_GROWTH_AT_MOST: Final = 50 * 1024 * 1024
EMPTY_WITHIN_SECONDS: Final = 60.0


async def _check(home: Path) -> Seen:
    centre = RunningCentre(home, [load_part(agents=10, callers=20), PART])
    await asyncio.to_thread(centre.start)
    try:
        trunk = await add_trunk(centre)
        asterisk, engine = centre.sheet.pids["asterisk"], centre.engine_pid()
        before = resident_bytes(asterisk), resident_bytes(engine)
        async with Load(centre, rate=CALLS_A_SECOND) as load:
            fired = [
                await fire_torture(centre, SOURCE),
                await fire_mutated(centre, trunk, SOURCE, count=MUTATED, a_second=A_SECOND, seed=SEED),
                await fire_half_open(centre, SOURCE, count=HALF_OPEN),
                await fire_torture(centre, SOURCE),
            ]
        honest = load.totals()
        left = await _empty(centre)
        grown = resident_bytes(asterisk) - before[0], resident_bytes(engine) - before[1]
        faults = log_faults(centre)
        lived = "ended" not in centre.log.read_text() and centre.engine_pid() == engine
    finally:
        await asyncio.to_thread(centre.stop)
    sent, taken = sum(each.sent for each in fired), sum(each.taken for each in fired)
    figures = (
        "both stayed up" if lived else f"one of them ended: {centre.log.read_text()[-500:]}",
        f"{sum(each.answered for each in fired)} of {sent} answered, {taken} became calls, {left} of them left over",
        f"{honest.placed} honest calls beside it, {honest.failed} failed, ring after {honest.ring}",
        f"memory: Asterisk +{grown[0] // 2**20} MB, engine +{grown[1] // 2**20} MB",
        f"{len(faults)} errors in the engine's log" + "".join(f" ({fault[:200]})" for fault in faults[:1]),
    )
    return Seen(
        done=f"RFC 4475 twice, {MUTATED:,} mutated INVITEs (seed {SEED}), {HALF_OPEN:,} half-open with 3 kB names",
        figures="; ".join(figures),
        passed=lived
        and left == 0
        and taken > 0
        and honest.failed == 0
        and not faults
        and grown[0] < GROWTH_AT_MOST
        and grown[1] < ENGINE_GROWTH_AT_MOST,
    )


async def _empty(centre: RunningCentre) -> int:
    """How many channels are left in the end."""
    url, headers = ari_access(centre)
    deadline = asyncio.get_running_loop().time() + EMPTY_WITHIN_SECONDS
    async with aiohttp.ClientSession(headers=headers) as session:
        while True:
            async with session.get(f"{url}/ari/channels") as answer:
                channels: list[Any] = await answer.json()
            if not channels or asyncio.get_running_loop().time() > deadline:
                return len(channels)
            await asyncio.sleep(0.5)


ROW: Final = Row(name="sip-attacks", failure="broken and hostile SIP", check=_check)
