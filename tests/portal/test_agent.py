"""Status, wrap-up and phones: by the agent himself and by those who look after him, and by nobody else."""

from datetime import timedelta

import pytest

from acd.model import LUNCH, OFFLINE, ONLINE, DeviceId, agent_id
from acd.outputs import DeviceSwitched, Fact, Source, StatusChanged, WrapUpEnd, WrapUpEnded
from tests.portal.centre_day import Day
from tests.portal.live import OURS, LivePortal

ANNA, BEN = agent_id(OURS, "1001"), agent_id(OURS, "1002")


def last(live: LivePortal, kind: type[Fact]) -> Fact:
    """The newest fact of a kind."""
    return next(recorded.fact for recorded in reversed(live.engine.facts) if isinstance(recorded.fact, kind))


async def test_an_agent_chooses_his_status(live: LivePortal) -> None:
    anna = await live.browser("1001@ours.example")
    assert (await anna.ask("PUT", "/agents/1001/status", {"status": "lunch"})).status == 204
    assert last(live, StatusChanged) == StatusChanged(agent=ANNA, status=LUNCH, source=Source.REQUEST)
    assert live.engine.state.records.agent_records[ANNA].status == LUNCH


async def test_a_supervisor_chooses_for_him_and_the_journal_says_so(live: LivePortal) -> None:
    ben, cleo = await live.browser("1002@ours.example"), await live.browser("1003@ours.example")
    assert (await ben.ask("PUT", "/agents/1001/status", {"status": "online"})).status == 204
    assert last(live, StatusChanged) == StatusChanged(agent=ANNA, status=ONLINE, source=Source.SUPERVISOR, by=BEN)
    assert (await cleo.ask("PUT", "/agents/1004/status", {"status": "offline"})).status == 204
    assert (await ben.ask("PUT", "/agents/1002/status", {"status": "lunch"})).status == 204
    assert last(live, StatusChanged) == StatusChanged(agent=BEN, status=LUNCH, source=Source.REQUEST)


@pytest.mark.parametrize(
    ("login", "agent", "status"),
    [
        ("1001", "1004", 403),  # an agent has nothing to do with others, there or not
        ("1001", "2001", 403),
        ("1002", "1004", 404),  # a supervisor: with those of other queues
        ("1002", "2001", 404),
        ("1003", "2001", 404),
        ("1003", "9999", 404),
    ],
)
async def test_nobody_changes_others_than_his(live: LivePortal, login: str, agent: str, status: int) -> None:
    browser = await live.browser(f"{login}@ours.example")
    assert (await browser.ask("PUT", f"/agents/{agent}/status", {"status": "online"})).status == status
    assert (await browser.ask("POST", f"/agents/{agent}/wrap-up/end")).status == status
    assert live.engine.asked == []


async def test_a_status_that_is_none_is_refused_in_words(live: LivePortal) -> None:
    anna = await live.browser("1001@ours.example")
    for status in ("asleep", "foreign_status", ""):
        answer = await anna.ask("PUT", "/agents/1001/status", {"status": status})
        assert (answer.status, answer.json["type"]) == (409, "unknown_status")
    for body in ({}, {"status": None}, {"status": "lunch", "by": "1002@ours.example"}):
        assert (await anna.ask("PUT", "/agents/1001/status", body)).status == 422


async def test_a_wrap_up_is_ended_where_it_may_be(live: LivePortal) -> None:
    await live.rows("update queue set wrap_up = interval '5 minutes' where number = '7001'")
    await live.configure()
    day, anna = Day(live.engine), await live.browser("1001@ours.example")
    day.open()
    answer = await anna.ask("POST", "/agents/1001/wrap-up/end")
    assert (answer.status, answer.json["type"]) == (409, "not_in_wrap_up")
    await day.chooses("1001")
    day.calls("A")
    day.answers("A", "1001-desk")
    day.hangs_up("A")
    wrap_up = live.engine.state.records.agent_records[ANNA].wrap_up
    assert wrap_up is not None
    assert wrap_up.until - wrap_up.since == timedelta(minutes=5)
    assert (await anna.ask("POST", "/agents/1001/wrap-up/end")).status == 204
    assert last(live, WrapUpEnded) == WrapUpEnded(agent=ANNA, why=WrapUpEnd.AGENT)


async def test_a_mandatory_wrap_up_is_not_ended(live: LivePortal) -> None:
    await live.rows("update queue set wrap_up = interval '5 minutes', wrap_up_mandatory = true where number = '7001'")
    await live.configure()
    day, ben = Day(live.engine), await live.browser("1002@ours.example")
    day.open()
    await day.chooses("1001")
    day.calls("A")
    day.answers("A", "1001-desk")
    day.hangs_up("A")
    answer = await ben.ask("POST", "/agents/1001/wrap-up/end")
    assert (answer.status, answer.json["type"]) == (409, "wrap_up_mandatory")


async def test_phones_are_switched_by_their_owner_and_his_supervisor(live: LivePortal) -> None:
    anna, ben = await live.browser("1001@ours.example"), await live.browser("1002@ours.example")
    assert (await anna.ask("PUT", "/devices/1001-desk", {"on": False})).status == 204
    assert last(live, DeviceSwitched) == DeviceSwitched(device=DeviceId("1001-desk"), on=False)
    assert (await ben.ask("PUT", "/devices/1001-desk", {"on": True})).status == 204
    assert last(live, DeviceSwitched) == DeviceSwitched(device=DeviceId("1001-desk"), on=True)
    for browser, device in ((anna, "1004-desk"), (ben, "1004-desk"), (ben, "foreign-phone"), (anna, "none")):
        assert (await browser.ask("PUT", f"/devices/{device}", {"on": False})).status == 404
    assert (await anna.ask("PUT", "/devices/1001-desk", {"on": "no"})).status == 422


async def test_a_phone_that_is_switched_off_stops_ringing(live: LivePortal) -> None:
    day, anna = Day(live.engine), await live.browser("1001@ours.example")
    day.open()
    await day.chooses("1001")
    day.calls("A")
    assert live.engine.state.records.agent_records[ANNA].offer is not None
    assert (await anna.ask("PUT", "/devices/1001-desk", {"on": False})).status == 204
    assert live.engine.state.records.agent_records[ANNA].offer is None
    assert live.engine.state.records.agent_records[ANNA].status != OFFLINE


async def test_a_program_needs_the_scope(live: LivePortal) -> None:
    reads = await live.token("1001@ours.example", ["read"])
    acts = await live.token("1001@ours.example", ["status"])
    assert (await reads.ask("PUT", "/agents/1001/status", {"status": "lunch"})).status == 403
    assert (await acts.ask("PUT", "/agents/1001/status", {"status": "lunch"})).status == 204
