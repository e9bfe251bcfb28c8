"""Reports agree with the journal: with what `acd.measures` counts of the same facts, on days of every length."""

from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from acd.figures import AgentMeasures, Doing, QueueMeasures
from acd.measures import Measures
from acd.model import AccountId, agent_id, queue_id
from acd.outputs import Recorded
from portal.database import Database
from portal.history.days import Bins, By, bins, day_begins
from portal.history.figures import Counts, Times, counts_of_agents, counts_of_queues, times_of_agents
from tests.portal.live import OURS
from tests.portal.past import keep_up, simulated, write_facts

ZERO = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What the journal says of one piece of time, as the difference between its end and its beginning."""

    before: Measures
    after: Measures

    def queue(self, number: str) -> dict[str, object]:
        """In the words of a report."""
        old, new = (m.queues.get(queue_id(OURS, number), QueueMeasures()) for m in (self.before, self.after))
        waits = sorted(new.waits_s[len(old.waits_s) :])
        return {
            "offered": new.offered - old.offered,
            "answered": new.answered - old.answered,
            "within_service_level": new.answered_in_time - old.answered_in_time,
            "abandoned": new.abandoned - old.abandoned,
            "abandoned_late": new.abandoned_late - old.abandoned_late,
            "short_abandons": new.short_abandons - old.short_abandons,
            "overflowed": new.overflowed - old.overflowed,
            "lost": new.lost - old.lost,
            "refused": new.refused - old.refused,
            "talks": new.talks - old.talks,
            "talked": new.talked - old.talked,
            "wrapped_up": new.wrapped_up - old.wrapped_up,
            "waited": pytest.approx(sum(waits)),
            "longest_answered": pytest.approx(max(waits, default=0.0)),
        }

    def agent(self, extension: str) -> tuple[dict[str, object], dict[Doing, timedelta]]:
        """In the words of a report, and how long he did what."""
        agent = agent_id(OURS, extension)
        old, new = (m.agents.get(agent, AgentMeasures()) for m in (self.before, self.after))
        figures: dict[str, object] = {
            "answered": new.answered - old.answered,
            "missed": new.missed - old.missed,
            "refused": new.refused - old.refused,
        }
        return figures, {doing: new.time[doing] - old.time[doing] for doing in Doing}


def counted(facts: Sequence[Recorded], edges: Sequence[datetime]) -> Iterator[Counted]:
    """By `acd.measures`, which knows nothing of the history's tables."""
    measures = Measures(facts[0].at)
    following = iter([*facts, None])
    fact = next(following)
    before = None
    for edge in edges:
        while fact is not None and fact.at < edge:
            measures.note(fact)
            fact = next(following)
        if edge >= facts[0].at:
            measures.bring_to(edge)
        after = deepcopy(measures)
        if before is not None:
            yield Counted(before=before, after=after)
        before = after


def told(counts: Counts) -> dict[str, object]:
    """The same words from a report."""
    names = (
        *("offered", "answered", "within_service_level", "abandoned", "abandoned_late", "short_abandons", "overflowed"),
        *("lost", "refused", "talks", "talked", "wrapped_up"),
    )
    return {
        **{name: getattr(counts, name) for name in names},
        "waited": counts.waited.total_seconds(),
        "longest_answered": counts.longest_answered.total_seconds(),
    }


async def check(url: str, facts: Sequence[Recorded], pieces: Bins) -> int:
    """Compare every queue and every agent in every piece of time; how many pieces had calls."""
    database = await Database.open(url)
    try:
        async with database.of(OURS, readonly=True) as rows:
            queues = await counts_of_queues(rows, OURS, pieces, None)
            agents = await counts_of_agents(rows, OURS, pieces, None, None)
            times = await times_of_agents(rows, OURS, pieces, None, pieces.end)
    finally:
        database.close()
    busy = 0
    for piece, want in enumerate(counted(facts, pieces.edges)):
        for number in ("7001", "7002"):
            got = queues.get((piece, number), Counts())
            assert told(got) == want.queue(number), (pieces.local(piece), number)
            busy += got.offered > 0
        for extension in ("1001", "1002", "1003", "1004"):
            figures, doing = want.agent(extension)
            of_agent = agents.get((piece, extension), Counts())
            refused = of_agent.declined + of_agent.unreached
            assert {"answered": of_agent.answered, "missed": of_agent.missed, "refused": refused} == figures
            assert times.get((piece, extension), Times()).doing == doing, (pieces.local(piece), extension)
    return busy


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Budapest", date(2026, 3, 29), 23),
        ("Europe/Budapest", date(2026, 10, 25), 25),
        ("America/New_York", date(2026, 11, 1), 25),
        ("Australia/Lord_Howe", date(2026, 4, 5), 25),
        ("Asia/Kathmandu", date(2026, 5, 5), 24),
    ],
)
async def test_hours_and_days_agree_with_the_journal(owned_database: str, zone: str, day: date, hours: int) -> None:
    there = ZoneInfo(zone)
    begin, end = day_begins(there, day - timedelta(days=1)), day_begins(there, day + timedelta(days=2))
    # Callers and talks go on over both ends of the day, and over the end of what is asked for.
    facts = simulated(begin + timedelta(hours=7, minutes=11), timedelta(hours=59), seed=day.toordinal())
    await write_facts(owned_database, facts)
    await keep_up(owned_database)
    of_day = bins(there, day_begins(there, day), day_begins(there, day + timedelta(days=1)), By.HOUR)
    assert len(of_day) == hours
    assert await check(owned_database, facts, of_day) > hours
    assert await check(owned_database, facts, bins(there, begin, end, By.HOUR)) > 48
    assert await check(owned_database, facts, bins(there, begin, end, By.DAY)) == 6
    assert await check(owned_database, facts, bins(there, begin, end, By.TOTAL)) == 2


async def test_empty_days_are_empty(owned_database: str) -> None:
    begins = datetime(2026, 5, 5, 12, tzinfo=UTC)
    facts = simulated(begins, timedelta(hours=3), seed=1)
    await write_facts(owned_database, facts)
    await keep_up(owned_database)
    before = bins(ZoneInfo("UTC"), datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 5, 5, tzinfo=UTC), By.DAY)
    after = bins(ZoneInfo("UTC"), datetime(2026, 5, 9, tzinfo=UTC), datetime(2026, 5, 12, tzinfo=UTC), By.DAY)
    assert await check(owned_database, facts, before) == 0
    assert await check(owned_database, facts, after) == 0


async def test_another_account_has_no_figures(owned_database: str) -> None:
    facts = simulated(datetime(2026, 5, 5, 12, tzinfo=UTC), timedelta(hours=3), seed=2)
    await write_facts(owned_database, facts)
    await keep_up(owned_database)
    pieces = bins(ZoneInfo("UTC"), datetime(2026, 5, 5, tzinfo=UTC), datetime(2026, 5, 6, tzinfo=UTC), By.DAY)
    database = await Database.open(owned_database)
    try:
        # The first wall removed: the statement asks for our account in a transaction of theirs.
        async with database.of(AccountId("theirs.example"), readonly=True) as rows:
            assert await counts_of_queues(rows, OURS, pieces, None) == {}
            assert await times_of_agents(rows, OURS, pieces, None, pieces.end) == {}
            assert await rows.fetch("select from call_record") == await rows.fetch("select from call_party") == []
            assert await rows.fetch("select from history_progress") == []
        async with database.of(OURS, readonly=True) as rows:
            assert len(await counts_of_queues(rows, OURS, pieces, None)) == 2
    finally:
        database.close()
