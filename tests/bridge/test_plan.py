"""What is asked of Asterisk for each command, in which lane, and what a failure means."""

import inspect
import typing
from datetime import timedelta

import pytest

from acd.inputs import ConnectFailed, LegEnd, LegEnded
from acd.model import Caller, CallId, DeviceId, OfferId, QueueId
from acd.outputs import Command, Connect, HangUpCall, HangUpLeg, HoldCaller, Ring, StopRinging, TurnAway
from ari_bridge import methods
from ari_bridge.plan import Errand, Operation, caller_id, plan

CALL = CallId("acd-1.7")
OFFER = OfferId("acd-1.7~3")
DESK, SOFT = DeviceId("1001-desk"), DeviceId("1001-soft")
CARA = Caller(number="2001", name="Cara")

COMMANDS: list[Command] = [
    HoldCaller(call=CALL, queue=QueueId("7001@demo.example")),
    Ring(
        offer=OFFER,
        call=CALL,
        devices=(DESK, SOFT),
        caller=CARA,
        ring_time=timedelta(seconds=20),
    ),
    StopRinging(offer=OFFER, devices=(DESK, SOFT), elsewhere=True),
    Connect(call=CALL, offer=OFFER, device=DESK),
    HangUpLeg(offer=OFFER, device=DESK),
    HangUpCall(call=CALL),
    TurnAway(call=CALL),
]


def every_operation(errands: tuple[Errand, ...]) -> list[Operation]:
    found = [each for errand in errands for each in (*errand.operations, *errand.clean_up)]
    return found + [first for each in found for firsts in each.mend.values() for first in firsts]


def test_no_command_is_left_out() -> None:
    assert {type(command) for command in COMMANDS} == set(typing.get_args(Command))


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: type(command).__name__)
def test_the_client_has_every_operation_with_these_arguments(command: Command) -> None:
    for operation in every_operation(plan(command, "acd")):
        repository = getattr(methods, operation.resource.capitalize())
        inspect.signature(getattr(repository, operation.name)).bind(None, **operation.arguments)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: type(command).__name__)
def test_what_is_gone_already_is_no_failure_of_a_hang_up(command: Command) -> None:
    for operation in every_operation(plan(command, "acd")):
        assert operation.name not in ("hangup", "destroy") or 404 in operation.harmless


def test_a_caller_is_answered_first_and_held_in_a_bridge_that_is_made_when_missing() -> None:
    (errand,) = plan(COMMANDS[0], "acd")
    assert errand.lane == CALL
    assert [each.name for each in errand.operations] == ["answer", "removeChannel", "addChannel"]
    assert [each.name for each in errand.operations[-1].mend[404]] == ["createWithId"]
    assert {str(each.arguments.get("bridgeId")) for each in errand.operations[1:]} == {"hold~7001@demo.example"}


def test_every_phone_rings_in_a_lane_of_its_own() -> None:
    desk, soft = plan(COMMANDS[1], "acd")
    assert (desk.lane, soft.lane) == ("PJSIP/1001-desk", "PJSIP/1001-soft")
    arguments = desk.operations[0].arguments
    assert arguments["endpoint"] == "PJSIP/1001-desk"
    assert arguments["channelId"] == "acd-1.7~3~1001-desk"
    assert arguments["callerId"] == '"Cara" <2001>'
    assert arguments["timeout"] == 30


def test_a_phone_that_cannot_be_rung_counts_as_unreachable_and_leaves_nothing_behind() -> None:
    desk, _ = plan(COMMANDS[1], "acd")
    assert desk.failed == LegEnded(offer=OFFER, device=DESK, how=LegEnd.UNREACHABLE)
    assert [each.name for each in desk.clean_up] == ["hangup"]


@pytest.mark.parametrize(("elsewhere", "reason"), [(True, "answered_elsewhere"), (False, "normal")])
def test_a_phone_that_stops_ringing_is_told_whether_it_was_answered_elsewhere(elsewhere: bool, reason: str) -> None:
    desk, soft = plan(StopRinging(offer=OFFER, devices=(DESK, SOFT), elsewhere=elsewhere), "acd")
    assert [each.operations[0].arguments["reason"] for each in (desk, soft)] == [reason, reason]


def test_a_phone_lets_go_of_one_call_before_it_is_rung_for_the_next() -> None:
    (stop,) = plan(StopRinging(offer=OFFER, devices=(DESK,), elsewhere=True), "acd")
    (hang_up,) = plan(HangUpLeg(offer=OFFER, device=DESK), "acd")
    ring, _ = plan(COMMANDS[1], "acd")
    assert stop.lane == hang_up.lane == ring.lane
    assert stop.ends == hang_up.ends == ring.operations[0].arguments["channelId"]


def test_both_are_joined_in_one_request_and_a_failure_is_told() -> None:
    (errand,) = plan(COMMANDS[3], "acd")
    assert errand.lane == CALL
    assert errand.operations[-1].arguments["channel"] == ("acd-1.7", "acd-1.7~3~1001-desk")
    assert errand.failed == ConnectFailed(call=CALL)


def test_a_party_that_has_gone_is_no_failure_to_join_as_its_end_is_told_by_itself() -> None:
    (errand,) = plan(COMMANDS[3], "acd")
    assert errand.operations[-1].harmless == {400, 422}


def test_the_bridge_goes_even_where_the_caller_cannot_be_hung_up() -> None:
    caller, bridge = plan(COMMANDS[5], "acd")
    assert caller.lane == bridge.lane == CALL
    assert (caller.operations[0].name, bridge.operations[0].name) == ("hangup", "destroy")


@pytest.mark.parametrize(
    ("name", "number", "text"),
    [
        ("Cara", "+49 30/123", '"Cara" <+4930123>'),
        ('A "b" c', "1", "\"A 'b' c\" <1>"),
        ('" <666> x', "1", '"\' <666> x" <1>'),
        ("end\\", "1", '"end/" <1>'),
        ("x", "1> <2", '"x" <12>'),
        ("${EXTEN};|,", "${EXTEN}", '"${EXTEN};|," <EXTEN>'),
        ("", "", '"" <>'),
        ("Ä 日本", "١٢", '"Ä 日本" <>'),
    ],
)
def test_a_callers_text_ends_neither_the_quotes_nor_the_number(name: str, number: str, text: str) -> None:
    assert caller_id(Caller(number=number, name=name)) == text
