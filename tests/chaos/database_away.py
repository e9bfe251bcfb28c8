"""A PostgreSQL that is stopped, and one that is slow: calls go on as before, and nothing decided is lost."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.acceptance.centre import RunningCentre
from tests.acceptance.parts import Part, agents
from tests.chaos.books import Books, books, database_url, figures, latency, logged, until_figures, warnings
from tests.chaos.load import Load, load_part
from tests.chaos.load_call import Totals
from tests.chaos.row import Row, Seen
from tests.integration.postgres import TestPostgres

RATE: Final = 10.0
CALM_S: Final = 10.0
AWAY_S: Final = 60.0
SLOW_S: Final = 40.0
CAUGHT_UP_WITHIN_S: Final = 5.0
CODE_EVERY_S: Final = 5.0
SLOWER_BY_MS: Final = 5.0
"""By how much a decision may take longer than before, in the mean: what the machine itself varies by."""

DIALLER: Final = Part(users=agents("1998"))

MAKE_SLOW: Final = """
    create function slow() returns trigger language plpgsql as $$
    begin
        if current_setting('chaos.slept', true) is distinct from txid_current()::text then
            perform pg_sleep(2), set_config('chaos.slept', txid_current()::text, true);
        end if;
        return null;
    end $$;
    create constraint trigger slow after insert on fact deferrable initially deferred
        for each row execute function slow();
"""


@asynccontextmanager
async def centre_with_its_own_postgres(home: Path) -> AsyncGenerator[tuple[RunningCentre, TestPostgres]]:
    """A centre whose database `acd up` does not start again."""
    postgres = TestPostgres()
    try:
        postgres.start()
        postgres.execute("create database acd")
        centre = RunningCentre(home, [load_part(), DIALLER], options=["--database-url", postgres.url("acd")])
        await asyncio.to_thread(centre.start)
        try:
            yield centre, postgres
        finally:
            await asyncio.to_thread(centre.stop)
    finally:
        postgres.remove()


@dataclass(slots=True)
class Trouble:
    """What was seen while the database failed."""

    before: tuple[float, float] = (0.0, 0.0)
    """Decision latency: mean and bound of 99 %, milliseconds."""
    during: tuple[float, float] = (0.0, 0.0)
    most_pending: float = 0.0
    caught_up_s: float = 0.0
    codes: int = 0
    warned: bool = False


async def away(home: Path) -> Seen:
    """Killed under load, away for a minute, started again."""
    async with centre_with_its_own_postgres(home) as (centre, postgres):
        trouble = Trouble()
        async with Load(centre, rate=RATE) as load:
            await _watch(centre, trouble, AWAY_S, postgres.kill)
            postgres.start()
            await _catch_up(centre, trouble)
        return await _seen(
            centre, load, trouble, f"PostgreSQL stopped for {AWAY_S:.0f} s at {RATE:g} calls/s", must_tell=True
        )


async def slow(home: Path) -> Seen:
    """Two seconds for each commit that holds facts."""
    async with centre_with_its_own_postgres(home) as (centre, postgres):
        trouble = Trouble()
        async with Load(centre, rate=RATE) as load:
            await _watch(centre, trouble, SLOW_S, lambda: postgres.execute(MAKE_SLOW, "acd"))
            await asyncio.to_thread(postgres.execute, "drop trigger slow on fact", "acd")
            await _catch_up(centre, trouble)
        return await _seen(
            centre, load, trouble, f"2 s a commit for {SLOW_S:.0f} s at {RATE:g} calls/s", must_tell=False
        )


async def _watch(centre: RunningCentre, trouble: Trouble, seconds: float, begin: Callable[[], object]) -> None:
    start = await figures(centre)
    await asyncio.sleep(CALM_S)
    calm = await figures(centre)
    trouble.before = latency(start, calm)
    await asyncio.to_thread(begin)
    async with centre.phone("1998-desk") as phone:
        assert await phone.register() == 200
        for number in range(int(seconds / CODE_EVERY_S)):
            call = await phone.dial("*51" if number % 2 else "*52")
            await asyncio.sleep(CODE_EVERY_S)
            await call.hang_up()
            trouble.codes += 1
    worst = await figures(centre)
    trouble.during = latency(calm, worst)
    trouble.most_pending = worst["acd_journal_facts_pending"]
    trouble.warned = bool(await warnings(centre))


async def _catch_up(centre: RunningCentre, trouble: Trouble) -> None:
    trouble.caught_up_s = await until_figures(centre, lambda now: now["acd_journal_facts_pending"] < 20, within=30)
    await asyncio.sleep(CALM_S / 2)


async def _seen(centre: RunningCentre, load: Load, trouble: Trouble, done: str, *, must_tell: bool) -> Seen:
    await until_figures(centre, lambda now: now["acd_journal_facts_pending"] == 0, within=10)
    kept = await books(database_url(centre), load)
    refused = logged(centre, "request_not_stored")
    totals = load.totals()
    told = trouble.warned or not must_tell
    return Seen(
        done=f"{done}, {trouble.codes} star codes meanwhile",
        figures=(
            f"{totals.placed} calls, {totals.failed} failed {dict(totals.faults) or ''}, {totals.refused} refused, "
            f"{load.not_placed} not placed; "
            f"decisions in {trouble.before[0]:.1f} ms before (99 % below {trouble.before[1]:.0f}), "
            f"{trouble.during[0]:.1f} ms during (99 % below {trouble.during[1]:.0f}); "
            f"{refused} star codes not confirmed; {trouble.most_pending:.0f} facts waited, caught up after "
            f"{trouble.caught_up_s:.1f} s; {kept.facts} facts, {kept.lost} lost, {kept.backwards} backwards"
            f"{'' if told else '; NOT told'}"
        ),
        passed=_passed(totals, trouble, kept) and refused == 0 and load.not_placed == 0 and told,
    )


def _passed(totals: Totals, trouble: Trouble, kept: Books) -> bool:
    return (
        totals.failed == 0
        and totals.refused == 0
        and trouble.during[0] <= trouble.before[0] + SLOWER_BY_MS
        and trouble.caught_up_s <= CAUGHT_UP_WITHIN_S
        and kept.lost == 0
        and kept.backwards == 0
    )


AWAY: Final = Row(name="database-away", failure="PostgreSQL stopped for 60 s", check=away)
SLOW: Final = Row(name="database-slow", failure="PostgreSQL slow, 2 s a commit", check=slow)
