"""What is counted, from the facts of one small day."""

from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from acd.figures import Doing, percentile
from acd.measures import Measures
from acd.model import (
    LUNCH,
    OFFLINE,
    ONLINE,
    AccountId,
    Agent,
    Caller,
    CallId,
    ChannelId,
    Device,
    DeviceId,
    OfferId,
    Queue,
    agent_id,
    queue_id,
)
from acd.outputs import (
    CallAnswered,
    CallEnded,
    CallMoved,
    CallOutcome,
    CallOverflowed,
    CallQueued,
    CallRequeued,
    CallRetrieved,
    ConfigurationChanged,
    DeviceEngaged,
    EntryRefused,
    Fact,
    OfferEnd,
    OfferEnded,
    OfferMade,
    OfferOutcome,
    OverflowReason,
    Party,
    Recorded,
    Source,
    StatusChanged,
    TalkEnded,
    TalkStarted,
    WrapUpEnd,
    WrapUpEnded,
    WrapUpStarted,
)

ACCOUNT: Final = AccountId("demo.example")
ANNA: Final = agent_id(ACCOUNT, "1001")
SALES: Final = queue_id(ACCOUNT, "7001")
HELP: Final = queue_id(ACCOUNT, "7002")
NOON: Final = datetime(2024, 3, 4, 12, tzinfo=UTC)


def at(second: float) -> datetime:
    """So many seconds after noon."""
    return NOON + timedelta(seconds=second)


def measured(*facts: tuple[float, Fact]) -> Measures:
    """The figures of a minute and forty seconds; each fact at its second."""
    measures = Measures(NOON)
    queues = tuple(
        Queue(id=id_, account=ACCOUNT, number=id_[:4], name=id_, service_level=timedelta(seconds=20))
        for id_ in (SALES, HELP)
    )
    anna = Agent(id=ANNA, account=ACCOUNT, extension="1001", name="Anna")
    measures.note(Recorded(at=NOON, fact=ConfigurationChanged(queues=queues, agents=(anna,))))
    for second, fact in facts:
        measures.note(Recorded(at=at(second), fact=fact))
    measures.bring_to(at(100))
    return measures


def queued(call: str, second: float) -> tuple[float, Fact]:
    """A caller begins to wait for Sales."""
    fact = CallQueued(call=CallId(call), account=ACCOUNT, queue=SALES, caller=Caller(number="1"), arrived=at(second))
    return second, fact


def ended(call: str, second: float, outcome: CallOutcome, waited: float) -> tuple[float, Fact]:
    """He leaves."""
    return second, CallEnded(call=CallId(call), queue=SALES, outcome=outcome, waited=timedelta(seconds=waited))


def rung(second: float) -> tuple[float, Fact]:
    """The phone of Anna rings for call A."""
    return second, OfferMade(
        offer=OfferId("A~1"), call=CallId("A"), queue=SALES, agent=ANNA, devices=(), until=at(99), round=1
    )


def answered(second: float) -> tuple[tuple[float, Fact], ...]:
    """She picks up."""
    ending = OfferEnded(
        offer=OfferId("A~1"),
        call=CallId("A"),
        queue=SALES,
        agent=ANNA,
        outcome=OfferOutcome.ANSWERED,
        why=OfferEnd.ANSWERED,
    )
    answer = CallAnswered(
        call=CallId("A"),
        queue=SALES,
        agent=ANNA,
        offer=OfferId("A~1"),
        device=DeviceId("desk"),
        waited=timedelta(seconds=second),
    )
    return (second, ending), (second, answer)


def declined_by_anna() -> OfferEnded:
    """She refuses an offer."""
    return OfferEnded(
        offer=OfferId("B~1"),
        call=CallId("B"),
        queue=SALES,
        agent=ANNA,
        outcome=OfferOutcome.REJECTED,
        why=OfferEnd.DECLINED,
    )


def talked(begins: float, ends: float, held: float = 0) -> tuple[tuple[float, Fact], ...]:
    """The two talk."""
    ending = TalkEnded(
        call=CallId("A"),
        queue=SALES,
        agent=ANNA,
        by=Party.CALLER,
        talked=timedelta(seconds=ends - begins),
        held=timedelta(seconds=held),
    )
    return (begins, TalkStarted(call=CallId("A"), queue=SALES, agent=ANNA)), (ends, ending)


def test_an_agents_time_adds_up() -> None:
    measures = measured(
        (10, StatusChanged(agent=ANNA, status=ONLINE, source=Source.PHONE)),
        queued("A", 0),
        rung(20),
        *answered(25),
        *talked(26, 56),
        (56, WrapUpStarted(agent=ANNA, queue=SALES, call=CallId("A"), until=at(66), mandatory=False)),
        (66, WrapUpEnded(agent=ANNA, why=WrapUpEnd.RAN_OUT)),
        (80, StatusChanged(agent=ANNA, status=LUNCH, source=Source.PHONE)),
    )
    anna = measures.agents[ANNA]
    assert {doing: time.total_seconds() for doing, time in anna.time.items() if time} == {
        Doing.OFFLINE: 10,
        Doing.IDLE: 24,
        Doing.RINGING: 5,
        Doing.TALKING: 31,
        Doing.WRAP_UP: 10,
        Doing.AWAY: 20,
    }
    assert anna.occupancy == pytest.approx(41 / 70)
    sales = measures.queues[SALES]
    assert (sales.answered, sales.answered_in_time, sales.waits_s) == (1, 0, [25.0])
    assert (sales.talked, sales.wrapped_up) == (timedelta(seconds=30), timedelta(seconds=10))
    assert sales.waiting_time == timedelta(seconds=26), "until he is joined"


def test_an_agents_calls_and_statuses() -> None:
    measures = measured(
        (10, StatusChanged(agent=ANNA, status=ONLINE, source=Source.PHONE)),
        queued("A", 0),
        rung(20),
        *answered(25),
        *talked(26, 56, held=4),
        (56, WrapUpStarted(agent=ANNA, queue=SALES, call=CallId("A"), until=at(66), mandatory=False)),
        (66, WrapUpEnded(agent=ANNA, why=WrapUpEnd.RAN_OUT)),
        (70, declined_by_anna()),
        (80, StatusChanged(agent=ANNA, status=LUNCH, source=Source.PHONE)),
    )
    anna = measures.agents[ANNA]
    assert (anna.talks, anna.talked, anna.held) == (1, timedelta(seconds=30), timedelta(seconds=4))
    assert (anna.wrapped_up, anna.declined, anna.refused) == (timedelta(seconds=10), 1, 1)
    assert {status: time.total_seconds() for status, time in anna.in_status.items()} == {
        OFFLINE: 10,
        ONLINE: 70,
        LUNCH: 20,
    }


def test_one_agent_is_counted_up_to_now_without_the_others() -> None:
    """Even where a fact is told later that was true before: what he did until then is put right."""
    measures = measured((10, StatusChanged(agent=ANNA, status=ONLINE, source=Source.PHONE)))
    assert measures.of_agent(ANNA, at(130)).in_status == {
        OFFLINE: timedelta(seconds=10),
        ONLINE: timedelta(seconds=120),
    }
    measures.note(Recorded(at=at(120), fact=StatusChanged(agent=ANNA, status=LUNCH, source=Source.PHONE)))
    anna = measures.of_agent(ANNA, at(150))
    assert (anna.in_status[ONLINE], anna.in_status[LUNCH]) == (timedelta(seconds=110), timedelta(seconds=30))
    assert (anna.time[Doing.IDLE], anna.time[Doing.AWAY]) == (timedelta(seconds=110), timedelta(seconds=30))


def test_a_span_that_begins_anew_goes_on_with_what_there_is() -> None:
    """Who waits counts as offered again, what the agent is at goes on, and nothing else is left."""
    measures = measured(
        (10, StatusChanged(agent=ANNA, status=ONLINE, source=Source.PHONE)), queued("A", 0), queued("B", 20), rung(30)
    )
    measures.begin_anew([SALES], [ANNA], at(200))
    for second, fact in (*answered(225), *talked(226, 256), ended("B", 260, CallOutcome.ABANDONED, 240)):
        measures.note(Recorded(at=at(second), fact=fact))
    sales, anna = measures.queues[SALES], measures.of_agent(ANNA, at(270))
    assert (sales.offered, sales.answered, sales.abandoned, sales.waiting) == (2, 1, 1, 0)
    assert sales.waiting_time == timedelta(seconds=26 + 60), "since it began"
    assert (anna.answered, anna.talked, anna.in_status) == (1, timedelta(seconds=30), {ONLINE: timedelta(seconds=70)})
    assert {doing: time.total_seconds() for doing, time in anna.time.items() if time} == {
        Doing.RINGING: 25,
        Doing.TALKING: 31,
        Doing.IDLE: 14,
    }


def test_the_call_with_which_a_caller_is_fetched_is_no_other_call_any_more() -> None:
    """From then on it is a queue call; nobody tells of its end in another way."""
    channel = ChannelId("x")
    measures = measured(
        (0, ConfigurationChanged(devices=(Device(id=DeviceId("desk"), owner=ANNA),))),
        queued("A", 0),
        (10, DeviceEngaged(device=DeviceId("desk"), channel=channel)),
        (
            11,
            CallRetrieved(
                call=CallId("A"),
                queue=SALES,
                agent=ANNA,
                device=DeviceId("desk"),
                channel=channel,
                waited=timedelta(seconds=11),
            ),
        ),
        *talked(12, 22),
    )
    assert measures.agents[ANNA].time[Doing.OTHER_CALL] == timedelta(seconds=1)
    assert measures.agents[ANNA].time[Doing.OFFLINE] == timedelta(seconds=10 + 78)


def test_three_service_levels() -> None:
    """One answered in time; one hung up at once, one within T, one late; and one still waits."""
    measures = measured(
        queued("A", 0),
        rung(1),
        *answered(5),
        *talked(5, 9),
        queued("B", 10),
        ended("B", 15, CallOutcome.ABANDONED, 5),
        queued("C", 20),
        ended("C", 35, CallOutcome.ABANDONED, 15),
        queued("D", 40),
        ended("D", 70, CallOutcome.ABANDONED, 30),
        queued("E", 80),
    )
    sales = measures.together()
    assert (sales.offered, sales.answered, sales.abandoned, sales.abandoned_late, sales.short_abandons) == (
        5,
        1,
        3,
        1,
        1,
    )
    assert sales.waiting == 1
    assert sales.answered_of_offered == pytest.approx(1 / 5)
    assert sales.service_level == pytest.approx(1 / 2)
    assert sales.answered_without_short == pytest.approx(1 / 4)
    assert sales.waiting_time == timedelta(seconds=5 + 5 + 15 + 30 + 20)


def test_who_moves_on_counts_in_both_queues() -> None:
    over = CallOverflowed(call=CallId("A"), queue=SALES, why=OverflowReason.MAX_WAIT, target=None)
    moved = CallMoved(call=CallId("A"), queue=SALES, to=HELP, arrived=NOON)
    measures = measured(queued("A", 0), (30, over), (30, moved), ended("A", 50, CallOutcome.ABANDONED, 50))
    sales, helped = measures.queues[SALES], measures.queues[HELP]
    assert (sales.offered, sales.overflowed, sales.abandoned) == (1, 1, 0)
    assert (helped.offered, helped.abandoned, helped.abandoned_late) == (1, 1, 1)


def test_who_could_not_be_joined_is_not_answered() -> None:
    never = TalkEnded(call=CallId("A"), queue=SALES, agent=ANNA, by=Party.UNKNOWN, talked=timedelta(0))
    measures = measured(
        queued("A", 0), rung(1), *answered(5), (6, never), (6, CallRequeued(call=CallId("A"), queue=SALES))
    )
    sales = measures.queues[SALES]
    assert (sales.answered, sales.talks, sales.waiting) == (0, 0, 1)
    assert measures.agents[ANNA].answered == 0


def test_who_was_not_let_in_was_not_offered() -> None:
    refused = EntryRefused(
        call=CallId("A"),
        account=ACCOUNT,
        queue=SALES,
        caller=Caller(number="1"),
        why=OverflowReason.FULL,
        target=None,
    )
    sales = measured((1, refused)).queues[SALES]
    assert (sales.refused, sales.offered) == (1, 0)
    assert sales.service_level is None


def test_percentiles_lie_on_straight_lines() -> None:
    assert [percentile([10.0, 20.0, 40.0], part) for part in (0, 0.25, 0.5, 0.75, 1)] == [10, 15, 20, 30, 40]
    assert percentile([], 0.5) is None
