"""The history is kept up with the journal: after a restart, from any point, and when rows are there already."""

from datetime import UTC, datetime, timedelta

from portal.history import keeping
from portal.history.keeping import Connection, Keeper
from tests.portal.live import LivePortal
from tests.portal.past import keep_up, kept_up, simulated, write_facts

TABLES = ("call_record", "call_party", "counted", "agent_span")


async def rows_of(connection: Connection) -> dict[str, list[str]]:
    return {
        table: [row["line"] for row in await connection.fetch(f"select t::text as line from {table} t order by 1")]
        for table in TABLES
    }


async def test_a_keeper_goes_on_where_the_last_one_stopped(owned_database: str) -> None:
    facts = simulated(datetime(2026, 5, 5, 8, tzinfo=UTC), timedelta(hours=8), seed=3)
    part = len(facts) // 3
    await write_facts(owned_database, facts[:part])
    connection = await keeping.connect(owned_database)
    first = Keeper(owned_database)
    await first.recall(connection)
    await first.catch_up(connection)
    await first.remember(connection, first.seq)
    await write_facts(owned_database, facts[part : 2 * part], first=part + 1)
    await first.catch_up(connection)  # it ends here, without a word of what was under way since

    await write_facts(owned_database, facts[2 * part :], first=2 * part + 1)
    await keep_up(owned_database)
    kept = await rows_of(connection)
    assert all(kept.values())

    for table in (*TABLES, "history_progress"):
        await connection.execute(f"delete from {table}")
    await keep_up(owned_database)
    assert await rows_of(connection) == kept, "made anew from the journal, it is the same"
    await connection.close(timeout=1)


async def test_who_asks_sees_all_that_the_journal_has(live: LivePortal) -> None:
    """At once, although a keeper that nobody asks looks once a second only."""
    asker = await live.browser("1003@ours.example")
    facts = simulated(datetime(2026, 5, 5, 8, tzinfo=UTC), timedelta(hours=3), seed=4)
    half = len(facts) // 2
    await kept_up(live, 0)
    for first, part in ((1, facts[:half]), (half + 1, facts[half:])):
        await write_facts(live.database_url, part, first=first)
        assert (await asker.ask("GET", "/calls?from=2026-05-05&to=2026-05-05")).status == 200
        assert live.portal.keeper.seq == first + len(part) - 1
