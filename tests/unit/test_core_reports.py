"""What `*53` tells: how an agent stands, read from the state; and what a phone's display is given."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from acd.engine import Engine
from acd.inputs import (
    AsteriskSeen,
    CallArrived,
    CallConnected,
    CallerHungUp,
    ConfigurationLoaded,
    LegAnswered,
    SetAwayByPhone,
    SetStatus,
)
from acd.model import (
    ONLINE,
    Account,
    AccountId,
    Agent,
    Assignment,
    Caller,
    CallId,
    Configuration,
    Device,
    DeviceId,
    OfferId,
    Queue,
    Status,
    agent_id,
    queue_id,
)
from acd.outputs import Ring
from acd.ports import AgentReport
from acd.reports import agent_report
from acd.state import State

NOON = datetime(2024, 3, 4, 12, tzinfo=UTC)
ACCOUNT = AccountId("demo.example")
ADA, BEN = agent_id(ACCOUNT, "1001"), agent_id(ACCOUNT, "1002")
DESK, IDLE = DeviceId("1001-desk"), DeviceId("1002-desk")
SALES, SUPPORT = queue_id(ACCOUNT, "7001"), queue_id(ACCOUNT, "7002")
CENTRE = Configuration(
    accounts={ACCOUNT: Account(id=ACCOUNT, statuses=(Status("training"), Status("errand")))},
    agents={who: Agent(id=who, account=ACCOUNT, extension=who[:4], name=who) for who in (ADA, BEN)},
    devices={DESK: Device(id=DESK, owner=ADA), IDLE: Device(id=IDLE, owner=BEN)},
    queues={
        SALES: Queue(id=SALES, account=ACCOUNT, number="7001", name="Sales", wrap_up=timedelta(seconds=30)),
        SUPPORT: Queue(id=SUPPORT, account=ACCOUNT, number="7002", name="Support"),
    },
    assignments={
        (ADA, SALES): Assignment(agent=ADA, queue=SALES, auto_answer=True),
        (ADA, SUPPORT): Assignment(agent=ADA, queue=SUPPORT),
    },
)


def centre() -> Engine:
    engine = Engine(State())
    engine.handle(ConfigurationLoaded(configuration=CENTRE), NOON)
    engine.handle(AsteriskSeen(registered=frozenset(CENTRE.devices)), NOON)
    return engine


def call(engine: Engine, name: str, number: str) -> list[Ring]:
    arrival = CallArrived(call=CallId(name), account=ACCOUNT, number=number, caller=Caller(number="5551234"))
    return [command for command in engine.handle(arrival, NOON).commands if isinstance(command, Ring)]


def test_queues_and_the_callers_who_wait_in_them() -> None:
    engine = centre()
    for name, number in (("A", "7001"), ("B", "7002"), ("C", "7002")):
        call(engine, name, number)
    assert agent_report(engine.state, DESK, NOON) == AgentReport(
        status=Status("offline"), queues=2, callers_waiting=3, wrap_up_left=None
    )


def test_who_rings_waits_and_who_is_answered_does_not() -> None:
    engine = centre()
    engine.handle(SetStatus(agent=ADA, status=ONLINE), NOON)
    call(engine, "A", "7001")
    waiting = agent_report(engine.state, DESK, NOON)
    engine.handle(LegAnswered(offer=OfferId("A~1"), device=DESK), NOON)
    answered = agent_report(engine.state, DESK, NOON)
    assert waiting is not None
    assert answered == replace(waiting, callers_waiting=0)
    assert waiting.callers_waiting == 1


def test_what_is_left_of_the_wrap_up_and_never_less_than_nothing() -> None:
    engine = centre()
    engine.handle(SetStatus(agent=ADA, status=ONLINE), NOON)
    call(engine, "A", "7001")
    engine.handle(LegAnswered(offer=OfferId("A~1"), device=DESK), NOON)
    engine.handle(CallConnected(call=CallId("A")), NOON)
    engine.handle(CallerHungUp(call=CallId("A")), NOON)
    left = [agent_report(engine.state, DESK, NOON + timedelta(seconds=seconds)) for seconds in (0, 12, 40)]
    assert [report.wrap_up_left for report in left if report] == [timedelta(seconds=s) for s in (30, 18, 0)]


def test_an_away_status_has_its_number_while_the_account_has_it() -> None:
    engine = centre()
    numbers: list[tuple[Status, int | None]] = []
    for number in (1, 5, 6, 7):
        engine.handle(SetAwayByPhone(device=DESK, number=number), NOON)
        report = agent_report(engine.state, DESK, NOON)
        assert report is not None
        numbers.append((report.status, report.away_number))
    assert numbers == [("lunch", 1), ("web", 5), ("training", 6), ("errand", 7)]
    without = {ACCOUNT: Account(id=ACCOUNT, statuses=(Status("training"),))}
    engine.handle(ConfigurationLoaded(configuration=replace(CENTRE, accounts=without)), NOON)
    report = agent_report(engine.state, DESK, NOON)
    assert report is not None
    assert (report.status, report.away_number) == ("errand", None)


def test_who_answers_no_queue_does_not_stand_at_all() -> None:
    engine = centre()
    assert agent_report(engine.state, IDLE, NOON) is None
    assert agent_report(engine.state, DeviceId("nobodys"), NOON) is None


def test_a_ring_carries_the_name_of_its_queue_and_whether_the_phone_shall_pick_up_by_itself() -> None:
    engine = centre()
    engine.handle(SetStatus(agent=ADA, status=ONLINE), NOON)
    [sales] = call(engine, "A", "7001")
    engine.handle(CallerHungUp(call=CallId("A")), NOON)
    [support] = call(engine, "B", "7002")
    assert (sales.queue_name, sales.auto_answer) == ("Sales", True)
    assert (support.queue_name, support.auto_answer) == ("Support", False)
