"""`Recorder` against a real database: nothing is lost or doubled, the order is exact, and nobody waits for it."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import cast
from unittest.mock import patch

import pytest
from asyncpg.transaction import Transaction
from structlog.testing import capture_logs

from acd import outputs
from acd.journal import UnreadableFact, encode_state
from acd.model import (
    ONLINE,
    AccountId,
    Agent,
    AgentId,
    CallId,
    DeviceId,
    OfferId,
    QueueId,
)
from acd.outputs import CallQueued, OfferEnd, OfferEnded, OfferOutcome, Recorded, StatusChanged
from acd.runtime import recorder as recorder_module
from acd.runtime.database import Connection, DatabaseError
from acd.runtime.recorder import Recorder
from acd.state import State
from tests.integration.postgres import ALLOW_FACTS, TestPostgres
from tests.integration.recorders import NOON, open_recorder, queued, recalled, recording, stored
from tests.integration.waiting import eventually

ANNA = AgentId("1001@demo.example")


async def test_facts_come_back_in_their_order(database: str, tmp_path: Path) -> None:
    facts = [queued(number) for number in range(2_500)]
    async with recording(database, tmp_path) as recorder:
        assert await recorder.recall() == (None, [])
        assert recorder.last_at is None
        assert recorder.record(facts[:3]) == 3
        assert recorder.record(facts[3:]) == 2_500
        assert recorder.pending == recorder.pending_on_disk == 2_500, "nothing is written inside the call"
        await recorder.durable(2_500)
        await stored(recorder)
        assert (recorder.written_total, recorder.last_error) == (2_500, None)
    assert await recalled(database, tmp_path) == facts


async def test_numbering_goes_on_after_a_restart(database: str, connection: Connection, tmp_path: Path) -> None:
    for start in (0, 10, 20):
        async with recording(database, tmp_path) as recorder:
            assert recorder.record([queued(start + number) for number in range(10)]) == start + 10
    assert [row["seq"] for row in await connection.fetch("select seq from fact order by at")] == list(range(1, 31))


async def test_what_a_fact_is_about_can_be_searched_for(database: str, connection: Connection, tmp_path: Path) -> None:
    ended = OfferEnded(
        offer=OfferId("c1~2"),
        call=CallId("c1"),
        queue=QueueId("7001@demo.example"),
        agent=ANNA,
        outcome=OfferOutcome.MISSED,
        why=OfferEnd.NO_ANSWER,
        back_off_until=NOON,
    )
    stopped = outputs.LegStopped(offer=OfferId("c1~2"), device=DeviceId("1001-desk"), why=OfferEnd.BUSY)
    async with recording(database, tmp_path) as recorder:
        recorder.record([Recorded(at=NOON, fact=ended), Recorded(at=NOON, fact=stopped)])
    rows = await connection.fetch(
        "select kind, call_id, agent_id, queue_id, (body ->> 'back_off_until')::timestamptz as until from fact"
        " order by seq"
    )
    assert [tuple(row.values()) for row in rows] == [
        ("offer_ended", "c1", "1001@demo.example", "7001@demo.example", NOON),
        ("leg_stopped", "c1", None, None, None),
    ]


async def test_a_killed_database_loses_nothing_pending_and_doubles_nothing(
    own_postgres: TestPostgres, tmp_path: Path
) -> None:
    facts = [queued(number) for number in range(30_000)]
    with capture_logs() as logs:
        async with recording(own_postgres.url(), tmp_path) as recorder:
            for start in range(0, 10_000, 100):
                recorder.record(facts[start : start + 100])
                await asyncio.sleep(0)
            await eventually(lambda: recorder.written_total > 2_000)
            own_postgres.kill()  # in the middle of the batches
            for start in range(10_000, 30_000, 100):
                recorder.record(facts[start : start + 100])
                await asyncio.sleep(0)
            await eventually(lambda: recorder.last_error is not None)
            assert recorder.pending >= 20_000
            own_postgres.start()
            await stored(recorder)
            assert (recorder.written_total, recorder.last_error) == (30_000, None)
    events = [entry["event"] for entry in logs if entry["event"].startswith("journal_")]
    assert events == ["journal_waiting", "journal_writing_again"]
    assert await recalled(own_postgres.url(), tmp_path) == facts


async def test_a_batch_that_was_stored_although_its_answer_got_lost_is_not_written_twice(
    database: str, connection: Connection, tmp_path: Path
) -> None:
    """The connection breaks after the commit and before its answer: we cannot know, and have to look."""
    async with recording(database, tmp_path) as recorder:
        recorder.record([queued(1)])
        await stored(recorder)
        commit = cast("Callable[..., Awaitable[None]]", Transaction.commit)
        lost = 0

        async def lose_the_answer(*arguments: object) -> None:
            nonlocal lost
            await commit(*arguments)
            lost += 1
            raise ConnectionResetError("the answer got lost")

        with patch.object(Transaction, "commit", lose_the_answer):
            recorder.record([queued(2), queued(3)])
            await stored(recorder)
        assert lost == 1
        recorder.record([queued(4)])
        await stored(recorder)
        assert recorder.written_total == 4
    assert await recalled(database, tmp_path) == [queued(number) for number in (1, 2, 3, 4)]


async def test_odd_text_from_callers_never_stops_the_journal(database: str, tmp_path: Path) -> None:
    names = ["'; drop table fact;--", "a\x00b", "\ud800 half", "${x}|`y`\n\t", "\\u0000", "\\", "👩‍💻", "x" * 4096, ""]
    async with recording(database, tmp_path) as recorder:
        last = recorder.record([queued(index, name) for index, name in enumerate(names)])
        await asyncio.wait_for(recorder.durable(last), 10)
    kept = [fact.fact.caller.name for fact in await recalled(database, tmp_path) if isinstance(fact.fact, CallQueued)]
    assert kept == [name.replace("\x00", "\ufffd").replace("\ud800", "\ufffd") for name in names]


# --- recalling


async def test_an_unknown_kind_of_fact_is_told(database: str, connection: Connection, tmp_path: Path) -> None:
    await connection.execute(ALLOW_FACTS)
    await connection.execute("insert into fact (seq, at, kind, body) values (1, now(), 'call_beamed_up', '{}')")
    async with recording(database, tmp_path) as recorder:
        with pytest.raises(UnreadableFact, match="'call_beamed_up', which this program does not know"):
            await recorder.recall()


async def test_missing_facts_are_told(database: str, connection: Connection, tmp_path: Path) -> None:
    await connection.execute(ALLOW_FACTS)
    await connection.execute(
        "insert into fact (seq, at, kind, body)"
        " select n, now(), 'asterisk_in_sight', '{}' from generate_series(1, 9) n where n not in (4, 5)"
    )
    async with recording(database, tmp_path) as recorder:
        with pytest.raises(DatabaseError, match="the journal lacks the facts 4 to 5; restore the database"):
            await recorder.recall()


class Centre:
    """A live state and its recorder, as the runner keeps them."""

    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder
        self.state = State()
        self.now = NOON
        recorder.follow(self.state)

    def step(self, *facts: outputs.Fact) -> None:
        self.now += timedelta(seconds=1)
        for fact in facts:
            self.state.apply(fact, self.now)
        self.recorder.record([Recorded(at=self.now, fact=fact) for fact in facts])


def anna_is_there() -> outputs.Fact:
    return outputs.ConfigurationChanged(
        agents=(Agent(id=ANNA, account=AccountId("demo.example"), extension="1001", name="Anna"),)
    )


async def restored(url: str, spool: Path) -> tuple[State, int]:
    """The state a new engine begins with, and how many facts it had to replay for it."""
    async with recording(url, spool) as recorder:
        snapshot, facts = await recorder.recall()
        state = snapshot or State()
        for recorded in facts:
            state.apply(recorded.fact, recorded.at)
        return state, len(facts)


async def test_snapshots_bound_the_replay(database: str, connection: Connection, tmp_path: Path) -> None:
    with patch.object(recorder_module, "SNAPSHOT_EVERY", 50):
        recorder = await open_recorder(database, tmp_path)
        centre = Centre(recorder)
        centre.step(anna_is_there())
        for _ in range(119):
            centre.step(StatusChanged(agent=ANNA, status=ONLINE, source=outputs.Source.PHONE))
            await stored(recorder)
        await recorder.close(snapshot=False)
    state, replayed = await restored(database, tmp_path)
    assert replayed == 20
    assert encode_state(state) == encode_state(centre.state)
    assert [row["seq"] for row in await connection.fetch("select seq from snapshot order by seq")] == [50, 100]


async def test_an_orderly_stop_leaves_nothing_to_replay(database: str, connection: Connection, tmp_path: Path) -> None:
    async with recording(database, tmp_path) as recorder:
        centre = Centre(recorder)
        centre.step(anna_is_there())
    state, replayed = await restored(database, tmp_path)
    assert replayed == 0
    assert encode_state(state) == encode_state(centre.state)
    for _ in range(5):
        async with recording(database, tmp_path) as recorder:
            await recorder.recall()
            assert recorder.last_at == NOON + timedelta(seconds=1)
            centre = Centre(recorder)
            centre.step(anna_is_there())
    kept = await connection.fetch("select seq from snapshot order by seq")
    assert [row["seq"] for row in kept] == [4, 5, 6], "old ones are cleared away"


async def test_a_state_that_cannot_be_trusted_leaves_no_snapshot(
    database: str, connection: Connection, tmp_path: Path
) -> None:
    recorder = await open_recorder(database, tmp_path)
    await recorder.recall()
    state = State()
    recorder.follow(state)
    recorder.record([queued(1)])
    await recorder.close(snapshot=False)
    assert await connection.fetch("select seq from snapshot") == []
    assert await recalled(database, tmp_path) == [queued(1)]


async def test_the_newest_instant_is_known_even_where_the_snapshot_holds_everything(
    database: str, tmp_path: Path
) -> None:
    recorder = await open_recorder(database, tmp_path)
    await recorder.recall()
    assert recorder.last_at is None
    recorder.follow(State())
    recorder.record([queued(1), queued(2)])
    await recorder.close()
    async with recording(database, tmp_path) as again:
        assert (await again.recall())[1] == []
        assert again.last_at == queued(2).at


async def test_a_snapshot_that_cannot_be_read_is_passed_over(
    database: str, connection: Connection, tmp_path: Path
) -> None:
    async with recording(database, tmp_path) as recorder:
        centre = Centre(recorder)
        centre.step(anna_is_there())
    await connection.execute("""update snapshot set body = '{"calls": 5}'""")
    with capture_logs() as logs:
        state, replayed = await restored(database, tmp_path)
    assert replayed == 1
    assert encode_state(state) == encode_state(centre.state)
    assert [entry["event"] for entry in logs] == ["journal_snapshot_passed_over"]


# --- figures


async def test_a_hundred_thousand_facts(database: str, tmp_path: Path) -> None:
    """The bar is far below what was measured: it only notices a change of order of magnitude."""
    facts = [queued(number, "Anna Bell") for number in range(100_000)]
    async with recording(database, tmp_path) as recorder:
        begun = time.monotonic()
        for start in range(0, 100_000, 10):
            recorder.record(facts[start : start + 10])
        taken_s = time.monotonic() - begun
        longest_s = 0.0
        while recorder.pending:
            before = time.monotonic()
            await asyncio.sleep(0)
            longest_s = max(longest_s, time.monotonic() - before)
        written_s = time.monotonic() - begun
    begun = time.monotonic()
    async with recording(database, tmp_path) as recorder:
        _, back = await recorder.recall()
    recalled_s = time.monotonic() - begun
    assert len(back) == 100_000
    print(
        f"\n100,000 facts: {100_000 / written_s:,.0f} a second written, "
        f"{taken_s / 10_000 * 1e6:.1f} us a call of record, the loop was held for "
        f"{longest_s * 1e3:.0f} ms at most, {recalled_s:.2f} s to recall"
    )
    assert taken_s / 10_000 < 0.001
    assert 100_000 / written_s > 5_000
