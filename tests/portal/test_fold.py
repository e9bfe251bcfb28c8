"""From facts to the rows of the history: queue calls on random days, and calls that are no queue's."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec
import pytest
from msgspec.structs import replace

from acd.dialled import dialled_channel
from acd.figures import Doing
from acd.measures import Measures
from acd.model import (
    LUNCH,
    ONLINE,
    Account,
    AccountId,
    Agent,
    AgentId,
    ChannelId,
    Device,
    DeviceId,
    Queue,
    QueueId,
    QueueType,
)
from acd.outputs import (
    ConfigurationChanged,
    DeviceDisengaged,
    DeviceEngaged,
    Fact,
    OtherCallConnected,
    Recorded,
    Source,
    StatusChanged,
)
from portal.history.fold import Fold, Memory, Rows
from portal.history.rows import CallRow, Counted, CountedRow, Direction
from tests.property.drive import drive

NOW: Final = datetime(2026, 5, 5, 12, tzinfo=UTC)
DEMO: Final = AccountId("demo.example")
ANNA, BEN = AgentId("1001@demo.example"), AgentId("1002@demo.example")
DESK, SOFT, BENS = DeviceId("1001-desk"), DeviceId("1001-soft"), DeviceId("1002-desk")
CENTRE: Final = ConfigurationChanged(
    accounts=(Account(id=DEMO),),
    agents=(
        Agent(id=ANNA, account=DEMO, extension="1001", name="Anna"),
        Agent(id=BEN, account=DEMO, extension="1002", name="Ben"),
    ),
    devices=(Device(id=DESK, owner=ANNA), Device(id=SOFT, owner=ANNA), Device(id=BENS, owner=BEN)),
    queues=(
        Queue(id=QueueId("7001@demo.example"), account=DEMO, number="7001", name="Sales", type=QueueType.RING_ALL),
    ),
)


def rows_of(facts: Iterable[tuple[float, Fact]]) -> Rows:
    """Each fact so many seconds from now; kept as JSON in between, as over a restart."""
    fold = Fold(Memory(), {DEMO: "US"})
    for seq, (after_s, fact) in enumerate([(0.0, CENTRE), *facts], start=1):
        fold.note(seq, Recorded(at=NOW + timedelta(seconds=after_s), fact=fact))
        fold.memory = msgspec.json.decode(msgspec.json.encode(fold.memory), type=Memory)
    return fold.take()


def the_call(rows: Rows) -> CallRow:
    """The only one."""
    (row,) = rows.calls.values()
    return row


def engaged(channel: str, device: DeviceId = DESK, dialled: str = "") -> DeviceEngaged:
    return DeviceEngaged(device=device, channel=ChannelId(channel), outgoing=bool(dialled), number=dialled)


def connected(channel: str, number: str = "", device: DeviceId = DESK) -> OtherCallConnected:
    return OtherCallConnected(device=device, channel=ChannelId(channel), number=number)


def over(channel: str, number: str = "", device: DeviceId = DESK) -> DeviceDisengaged:
    return DeviceDisengaged(device=device, channel=ChannelId(channel), number=number)


def kinds(rows: Rows) -> list[tuple[Counted, str | None]]:
    return [(row.kind, row.agent) for row in rows.counted]


# --- calls that are no queue's


def test_a_phone_calls_outside() -> None:
    rows = rows_of([(0, engaged("a", dialled="+36301234567")), (8, connected("a")), (68, over("a"))])
    row = the_call(rows)
    assert (row.direction, row.number, row.origin) == (Direction.OUTBOUND, "+36301234567", "Hungary")
    assert (row.outcome, row.agent, row.parties) == ("answered", "1001", ["1001"])
    assert (row.waited, row.talked) == (timedelta(seconds=8), timedelta(seconds=60))
    assert row.ended == NOW + timedelta(seconds=68)
    assert kinds(rows) == [(Counted.DIALLED, "1001")]


def test_nobody_answers_a_phone() -> None:
    row = the_call(rows_of([(0, engaged("a", dialled="2125550123")), (20, over("a", "2125550123"))]))
    assert (row.outcome, row.talked, row.waited) == ("not_answered", timedelta(0), timedelta(seconds=20))


def test_a_click_dials_and_what_came_of_it_is_not_known() -> None:
    channel = dialled_channel("dial", DESK, NOW)
    rows = rows_of([(0, engaged(channel, dialled="2125550123")), (3, connected(channel)), (30, over(channel))])
    assert the_call(rows).outcome == "dialled"
    missed = rows_of([(0, engaged(channel, dialled="2125550123")), (20, over(channel))])
    assert the_call(missed).outcome == "not_answered"


def test_star_codes_calls_to_queues_and_listening_are_no_calls_of_this_kind() -> None:
    ear = dialled_channel("monitor", DESK, NOW)
    rows = rows_of(
        [
            *((0, engaged("a", dialled="*51")), (2, over("a"))),
            *((3, engaged("b", dialled="7001")), (4, connected("b")), (9, over("b"))),
            *((10, engaged(ear)), (12, connected(ear)), (20, over(ear))),
            *((21, engaged("c")), (22, over("c"))),  # seen first when a look showed it: nobody knows with whom
        ]
    )
    assert rows.calls == {}
    assert rows.counted == []


def test_a_direct_call_is_answered() -> None:
    rows = rows_of([(0, engaged("a")), (5, connected("a", "2015550123")), (35, over("a"))])
    row = the_call(rows)
    assert (row.direction, row.number, row.origin) == (Direction.INBOUND, "2015550123", "New Jersey")
    assert (row.outcome, row.agent, row.waited, row.talked) == (
        *("answered", "1001"),
        *(timedelta(seconds=5), timedelta(seconds=30)),
    )
    assert kinds(rows) == [(Counted.DIRECT, "1001")]


def test_a_direct_call_is_missed() -> None:
    rows = rows_of([(0, engaged("a")), (25, over("a", "2015550123"))])
    row = the_call(rows)
    assert (row.outcome, row.agent, row.missed_by, row.parties) == ("missed", None, ["1001"], ["1001"])
    assert kinds(rows) == [(Counted.DIRECT_MISSED, "1001")]


@pytest.mark.parametrize("first_over", ["a", "b"])
def test_two_phones_of_one_person_miss_one_call(first_over: str) -> None:
    second = "b" if first_over == "a" else "a"
    devices = {"a": DESK, "b": SOFT}
    rows = rows_of(
        [
            *((0, engaged("a")), (0.05, engaged("b", SOFT))),
            (25, over(first_over, "2015550123", devices[first_over])),
            (25.01, over(second, "2015550123", devices[second])),
        ]
    )
    assert the_call(rows).outcome == "missed"
    assert kinds(rows) == [(Counted.DIRECT_MISSED, "1001")]


def test_a_call_taken_on_one_phone_is_not_missed_on_the_other() -> None:
    rows = rows_of(
        [
            *((0, engaged("a")), (0, engaged("b", SOFT)), (4, connected("b", "2015550123", SOFT))),
            *((4.1, over("a", "2015550123")), (60, over("b", "", SOFT))),
        ]
    )
    assert (the_call(rows).call, the_call(rows).outcome) == ("b", "answered")
    assert kinds(rows) == [(Counted.DIRECT, "1001")]


def test_a_call_between_colleagues_is_one_for_each() -> None:
    rows = rows_of(
        [
            *((0, engaged("a", dialled="1002")), (0.1, engaged("b", BENS)), (4, connected("b", "1001", BENS))),
            *((4, connected("a", "1002")), (30, over("b", "", BENS)), (30, over("a"))),
        ]
    )
    assert {(row.direction, row.origin) for row in rows.calls.values()} == {(Direction.INTERNAL, "Internal")}
    assert [(row.agent, row.number) for row in rows.calls.values()] == [("1001", "1002"), ("1002", "1001")]


# --- agents


def test_a_long_span_is_kept_in_pieces() -> None:
    change = StatusChanged(agent=ANNA, status=LUNCH, source=Source.REQUEST)
    rows = rows_of([(0, change), (60 * 3600, replace(change, status=ONLINE))])
    spans = sorted((s for s in rows.spans.values() if s.agent == "1001"), key=lambda span: span.since)
    hours = [s.until and (s.until - s.since) / timedelta(hours=1) for s in spans]
    assert hours == [24, 24, 12, None]
    assert [span.status for span in spans] == ["lunch", "lunch", "lunch", "online"]


# --- random days


@pytest.mark.parametrize("seed", range(100, 106))
def test_random_days_agree_with_the_measures(seed: int) -> None:
    day = drive(seed, steps=300)
    measures, fold = Measures(day.journal[0].at), Fold(Memory(), {})
    for seq, recorded in enumerate(day.journal, start=1):
        measures.note(recorded)
        fold.note(seq, recorded)
        if seq % 37 == 0:
            fold.memory = msgspec.json.decode(msgspec.json.encode(fold.memory), type=Memory)
    measures.bring_to(day.now)
    rows = fold.take()
    for queue, want in measures.queues.items():
        mine = [row for row in rows.counted if row.queue == queue.partition("@")[0]]
        assert _figures(mine) == {
            "offered": want.offered,
            "answered": want.answered,
            "in time": want.answered_in_time,
            "abandoned": want.abandoned,
            "late": want.abandoned_late,
            "overflowed": want.overflowed,
            "lost": want.lost,
            "refused": want.refused,
            "talked": want.talked,
            "wrapped up": want.wrapped_up,
        }
    for agent, of_agent in measures.agents.items():
        time = dict.fromkeys(Doing, timedelta(0))
        for span in rows.spans.values():
            if span.agent == agent.partition("@")[0]:
                time[Doing(span.doing)] += (span.until or day.now) - span.since
        # Who is gone from the configuration has no more time here; there he goes on being offline.
        assert {doing: time[doing] for doing in Doing if doing is not Doing.OFFLINE} == {
            doing: of_agent.time[doing] for doing in Doing if doing is not Doing.OFFLINE
        }
    still = {row.call for row in rows.calls.values() if row.ended is None}
    assert still - {str(channel) for channel in fold.memory.engaged} == set(day.engine.state.records.calls)


def _figures(rows: Sequence[CountedRow]) -> dict[str, object]:
    def of(kind: Counted) -> list[CountedRow]:
        return [row for row in rows if row.kind is kind]

    def length(kind: Counted) -> timedelta:
        return sum((row.length for row in of(kind) if row.length), timedelta(0))

    return {
        "offered": len(of(Counted.OFFERED)),
        "answered": len(of(Counted.ANSWERED)),
        "in time": sum(bool(row.in_time) for row in of(Counted.ANSWERED)),
        "abandoned": len(of(Counted.ABANDONED)),
        "late": sum(not row.in_time for row in of(Counted.ABANDONED)),
        "overflowed": len(of(Counted.OVERFLOWED)),
        "lost": len(of(Counted.LOST)),
        "refused": len(of(Counted.REFUSED)),
        "talked": length(Counted.TALK),
        "wrapped up": length(Counted.WRAP_UP),
    }
