"""What rows say in particular moments; that they say all that changes is shown by the stories."""

from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest
from msgspec import structs

from acd.figures import AgentMeasures
from acd.inputs import (
    AsteriskLost,
    CallConnected,
    CallerHungUp,
    ConfigurationLoaded,
    DeviceUnregistered,
    LegAnswered,
    LegEnd,
    LegEnded,
    LegHeld,
    OtherCallStarted,
    PhoneNamedItself,
    SetStatus,
    SwitchDevice,
)
from acd.model import LUNCH, OFFLINE, ONLINE, SINGLE_CALL, AgentId, ChannelId, Configuration
from portal.views import agents, queues, waiting
from portal.views.doing import Doing
from portal.views.me import MeRow, me
from portal.views.presence import Presence
from tests.unit.running_centre import (
    ALICE,
    BOB,
    DESK_OF,
    HELP,
    SALES,
    START,
    RunningCentre,
    arrival,
    configuration,
    offer,
)

DESK = DESK_OF[ALICE]


def row(centre: RunningCentre, agent: AgentId = ALICE) -> MeRow:
    """What he sees of himself, as it can be sent."""
    found = me(centre.state, agent)
    assert found is not None
    msgspec.json.encode(found)
    return found


def changed(centre: RunningCentre, second: float, now: Configuration) -> None:
    """The supervisors have decided otherwise."""
    centre.do(second, ConfigurationLoaded(configuration=now))


def talking(centre: RunningCentre, call: str = "c1", second: float = 10) -> None:
    """Alice is called and picks up; a second later the two are joined."""
    centre.do(second, arrival(call))
    centre.do(second + 4, LegAnswered(offer=offer(call), device=DESK))
    centre.do(second + 5, CallConnected(call=arrival(call).call))


def test_of_nobody_there_is_no_row() -> None:
    assert me(RunningCentre().state, AgentId("9999@demo.example")) is None


def test_an_offer_and_the_talk_after_it() -> None:
    centre = RunningCentre()
    centre.choose(1, ALICE, ONLINE)
    assert (row(centre).doing, row(centre).doing_since) == (Doing.IDLE, START + timedelta(seconds=1))
    centre.do(10, arrival("c1"))
    rings = row(centre).offer
    assert rings is not None
    assert (rings.queue, rings.queue_name, rings.number, rings.devices) == ("7001", "Sales", "+15550100", (DESK,))
    assert (rings.waiting_since, rings.until) == (START + timedelta(seconds=10), START + timedelta(seconds=30))
    assert (row(centre).doing, row(centre).devices[0].in_use) == (Doing.RINGING, True)
    centre.do(14, LegAnswered(offer=offer("c1"), device=DESK))
    [call] = row(centre).calls
    assert (call.waited_s, call.talking_since, call.can_hold, call.device) == (4.0, None, False, DESK)
    centre.do(15, CallConnected(call=call.call))
    [call] = row(centre).calls
    assert (call.talking_since, call.can_hold) == (START + timedelta(seconds=15), True)
    assert (row(centre).doing, row(centre).doing_since) == (Doing.TALKING, START + timedelta(seconds=14))
    centre.do(16, LegHeld(offer=offer("c1"), device=DESK))
    [call] = row(centre).calls
    assert (call.held_since, call.can_hold) == (START + timedelta(seconds=16), False), "it ends at the phone"
    centre.do(20, CallerHungUp(call=call.call))
    wrap_up = row(centre).wrap_up
    assert wrap_up is not None
    assert (wrap_up.queue, wrap_up.may_end, wrap_up.until - wrap_up.since) == ("7001", True, timedelta(seconds=30))
    assert row(centre).doing is Doing.WRAP_UP


def test_a_status_chosen_in_mid_call_is_the_next_one() -> None:
    centre = RunningCentre()
    centre.choose(1, ALICE, ONLINE)
    talking(centre)
    assert row(centre).next_status is None
    centre.choose(30, ALICE, LUNCH)
    assert (row(centre).status, row(centre).next_status, row(centre).doing) == (LUNCH, LUNCH, Doing.TALKING)
    centre.do(50, CallerHungUp(call=arrival("c1").call))
    away = row(centre)
    assert (away.doing, away.next_status) == (Doing.AWAY, None)
    assert (away.status_since, away.doing_since) == (START + timedelta(seconds=30), START + timedelta(seconds=50))


def test_the_call_of_a_single_call_leads_offline() -> None:
    centre = RunningCentre()
    centre.choose(1, ALICE, SINGLE_CALL)
    assert (row(centre).single_call_used_by, row(centre).next_status) == (False, None)
    talking(centre)
    assert (row(centre).single_call_used_by, row(centre).next_status) == (True, OFFLINE)
    centre.do(50, CallerHungUp(call=arrival("c1").call))
    assert (row(centre).status, row(centre).why_offline) == (OFFLINE, "Single-Call Mode is used up")


def test_why_he_is_offline_is_told_where_he_did_not_choose_it() -> None:
    centre = RunningCentre()
    now = configuration()
    strict = replace(now.queues[SALES], after_missed=2)
    changed(centre, 0, replace(now, queues={**now.queues, SALES: strict}))
    assert row(centre).why_offline is None
    centre.choose(1, ALICE, ONLINE)
    centre.do(2, arrival("c1"))
    centre.do(100, None)  # two rings of twenty seconds
    assert (row(centre).status, row(centre).why_offline) == (OFFLINE, "Missed 2 calls in a row")
    centre.choose(101, ALICE, ONLINE)
    centre.do(102, SetStatus(agent=ALICE, status=OFFLINE, by=BOB))
    assert row(centre).why_offline == "Set by a supervisor"
    centre.choose(103, ALICE, ONLINE)
    centre.choose(104, ALICE, OFFLINE)
    assert row(centre).why_offline is None


def test_what_keeps_calls_away_is_told_in_words() -> None:
    centre = RunningCentre()
    assert row(centre).warnings == ()
    centre.do(1, SwitchDevice(device=DESK, on=False))
    assert row(centre).warnings == ("All your registered phones are switched off.",)
    centre.choose(2, ALICE, ONLINE)
    assert row(centre).doing is Doing.UNREACHABLE
    centre.do(3, DeviceUnregistered(device=DESK))
    assert row(centre).warnings == ("No phone of yours is registered.",)
    now = configuration()
    changed(centre, 4, replace(now, devices={}, assignments={}))
    assert row(centre).warnings == ("You have no phone.", "You are in no queue.")
    centre.do(5, AsteriskLost())
    assert row(centre).warnings[0].startswith("The telephone system cannot be seen")


def test_a_queue_for_which_no_phone_of_his_rings_is_named() -> None:
    centre = RunningCentre()
    now = configuration()
    nowhere = replace(now.assignments[ALICE, HELP], devices=frozenset())
    changed(centre, 1, replace(now, assignments={**now.assignments, (ALICE, HELP): nowhere}))
    assert row(centre).warnings == ("No phone of yours rings for Help.",)


def test_what_he_does_goes_by_what_counts_first() -> None:
    centre = RunningCentre()
    centre.do(1, OtherCallStarted(channel=ChannelId("x"), device=DESK))
    assert (row(centre).doing, [call.channel for call in row(centre).other_calls]) == (Doing.OTHER_CALL, ["x"])
    other = RunningCentre()
    other.choose(1, BOB, ONLINE)
    other.do(2, arrival("c1"))
    other.do(3, LegEnded(offer=offer("c1"), device=DESK_OF[BOB], how=LegEnd.DECLINED))
    assert (row(other, BOB).doing, row(other, BOB).back_off_until) == (Doing.BACK_OFF, START + timedelta(seconds=8))


def test_a_queue_is_his_own_where_his_assignment_says_so() -> None:
    now = configuration()
    own = replace(now.assignments[ALICE, SALES], priority=7, wrap_up=timedelta(seconds=90), devices=frozenset({DESK}))
    centre = RunningCentre()
    for entry, said in ((now.assignments[ALICE, SALES], (1, 30.0, "all")), (own, (7, 90.0, (DESK,)))):
        seen = queues.my_queue(centre.state, now.queues[SALES], entry)
        assert (seen.priority, seen.wrap_up_s, seen.devices) == said


def test_who_waits_longest_need_not_be_the_first_in_turn() -> None:
    centre = RunningCentre()
    centre.do(1, arrival("c1"))
    centre.do(9, structs.replace(arrival("c2"), priority=1))
    assert [entry.call for entry in waiting.waiting(centre.state, SALES)] == ["c2", "c1"]
    assert queues.longest_waiting_since(centre.state, SALES) == START + timedelta(seconds=1)


def test_a_long_list_is_cut_and_the_count_is_not() -> None:
    centre = RunningCentre()
    for number in range(waiting.LONGEST_LIST + 5):
        centre.do(1, arrival(f"c{number}"))
    assert len(waiting.waiting(centre.state, SALES)) == waiting.LONGEST_LIST
    seen = queues.my_queue(centre.state, configuration().queues[SALES], configuration().assignments[ALICE, SALES])
    assert seen.waiting == waiting.LONGEST_LIST + 5


@pytest.mark.parametrize("name", ["\ud800", "<script>", "\x00\x1f", "a\u202eb", "Årne ☎"])
def test_any_name_of_a_caller_can_be_sent(name: str) -> None:
    centre = RunningCentre()
    centre.choose(1, ALICE, ONLINE)
    centre.do(2, arrival("c1", name=name))
    sent = msgspec.json.decode(msgspec.json.encode(waiting.waiting(centre.state, SALES)))
    assert sent[0]["name"] == name.replace("\ud800", "?")
    assert row(centre).offer is not None


def test_agents_of_a_queue_are_counted_by_what_they_do() -> None:
    centre, presence = RunningCentre(), Presence()
    presence.look(centre.state, centre.state.records.agents)
    assert {what: count for what, count in presence.of(SALES).items() if count} == {"offline": 2}
    centre.choose(1, ALICE, ONLINE)
    assert presence.look(centre.state, [ALICE]) == {SALES, HELP}
    assert presence.look(centre.state, [ALICE]) == set()
    assert {what: count for what, count in presence.of(SALES).items() if count} == {"idle": 1, "offline": 1}
    now = configuration()
    changed(centre, 2, replace(now, assignments={(ALICE, HELP): now.assignments[ALICE, HELP]}))
    assert presence.look(centre.state, [ALICE, BOB]) >= {SALES}
    assert sum(presence.of(SALES).values()) == 0
    assert sum(presence.of(HELP).values()) == 1


def test_of_an_agent_who_answers_none_of_his_queues_a_supervisor_sees_nothing() -> None:
    centre = RunningCentre()
    assert agents.agent_row(centre.state, BOB, {HELP}, AgentMeasures()) is None


@pytest.mark.parametrize("model", ["Yealink SIP-T46U 108.86.0.20", "<script>", "\ud800"])
def test_a_phone_that_has_said_what_it_is_shows_it(model: str) -> None:
    centre = RunningCentre()
    assert [device.model for device in row(centre).devices] == [None]
    centre.do(1, PhoneNamedItself(device=DESK, model=model))
    assert [device.model for device in row(centre).devices] == [model.replace("\ud800", "?")]
