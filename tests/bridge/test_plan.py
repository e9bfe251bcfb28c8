"""What is asked of Asterisk for each command, in which lane, and what a failure means."""

import inspect
import typing
from datetime import timedelta

import pytest
from msgspec.structs import replace

from acd.inputs import AnnouncementOver, CallerNotReached, ConnectFailed, LegEnd, LegEnded, OtherCallEnded
from acd.model import ONLINE, AccountId, Caller, CallId, ChannelId, DeviceId, MonitorMode, OfferId, QueueId
from acd.outputs import (
    AnswerTransfer,
    CallBack,
    Command,
    Connect,
    ConnectRetriever,
    DialFrom,
    Dismiss,
    HangUpCall,
    HangUpLeg,
    HangUpPhone,
    HoldCaller,
    JoinConsulted,
    ListenIn,
    Phrase,
    Ring,
    RingMonitor,
    Say,
    SendOn,
    ShowStatus,
    Sound,
    StartRecording,
    StopListening,
    StopRecording,
    StopRinging,
    StopSaying,
    TellAgent,
    TurnAway,
)
from ari_bridge import methods
from ari_bridge.errands import Errand, Operation, caller_id
from ari_bridge.plan import plan

CALL = CallId("acd-1.7")
OFFER = OfferId("acd-1.7~3")
DESK, SOFT = DeviceId("1001-desk"), DeviceId("1001-soft")
CARA = Caller(number="2001", name="Cara")

CHANNEL = ChannelId(CALL)
BACK = ChannelId(f"{CALL}~back~1")
OTHER = ChannelId("acd-1.9")

RING = Ring(
    offer=OFFER,
    call=CALL,
    devices=(DESK, SOFT),
    caller=CARA,
    queue_name="Sales",
    auto_answer=False,
    ring_time=timedelta(seconds=20),
)
CALL_BACK = CallBack(
    call=CALL,
    channel=BACK,
    account=AccountId("demo.example"),
    number="+49,30&1",
    shown=Caller(number="7001", name="Sales"),
    ring_time=timedelta(seconds=30),
    offer=OFFER,
    device=DESK,
)
DIALLED = ChannelId("dial-1001-desk-1")
MONITOR = ChannelId("monitor-1009-desk-1")
DIAL_FROM = DialFrom(
    channel=DIALLED,
    device=DESK,
    account=AccountId("demo.example"),
    number="+49,30&1",
    outside=True,
    shown=Caller(number="+49,30&1", name='Ben "B"'),
    caller=Caller(number="1001", name="Anna"),
)
RING_MONITOR = RingMonitor(channel=MONITOR, device=DeviceId("1009-desk"), shown=CARA)
LISTEN_IN = ListenIn(channel=MONITOR, mode=MonitorMode.WHISPER, offer=OFFER, device=DESK, retriever=None)
COMMANDS: list[Command] = [
    HoldCaller(call=CALL, channel=CHANNEL, queue=QueueId("7001@demo.example")),
    Say(call=CALL, channel=CHANNEL, number=2, words=(Phrase.YOU_ARE_CALLER_NUMBER, 3)),
    StopSaying(call=CALL, channel=CHANNEL, number=2),
    CALL_BACK,
    SendOn(call=CALL, channel=CHANNEL, number="1003"),
    Dismiss(call=CALL, channel=CHANNEL, words=(Phrase.NOBODY_AVAILABLE,)),
    TurnAway(call=CALL, channel=CHANNEL),
    HangUpCall(call=CALL, channel=CHANNEL),
    RING,
    StopRinging(offer=OFFER, devices=(DESK, SOFT), elsewhere=True),
    TellAgent(offer=OFFER, device=DESK, words=(Phrase.PRESS_ONE,)),
    HangUpLeg(offer=OFFER, device=DESK),
    HangUpPhone(channel=OTHER, words=(Phrase.NOBODY_PARKED,)),
    ShowStatus(devices=(DESK,), status=ONLINE),
    Connect(call=CALL, channel=CHANNEL, offer=OFFER, device=DESK, saying=2),
    ConnectRetriever(call=CALL, channel=CHANNEL, retriever=OTHER, saying=2),
    AnswerTransfer(call=CALL, offer=OFFER, device=DESK, granted=True),
    JoinConsulted(call=CALL, channel=CHANNEL, consulted="PJSIP/1003-desk-00000003"),
    StartRecording(call=CALL, name="demo.example/acd-1.7-1"),
    StopRecording(call=CALL, name="demo.example/acd-1.7-1"),
    DIAL_FROM,
    RING_MONITOR,
    LISTEN_IN,
    StopListening(channel=MONITOR),
]


def names(errand: Errand) -> list[str]:
    return [each.name for each in errand.operations]


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
    desk, soft = plan(RING, "acd")
    assert (desk.lane, soft.lane) == ("PJSIP/1001-desk", "PJSIP/1001-soft")
    arguments = desk.operations[0].arguments
    assert arguments["endpoint"] == "PJSIP/1001-desk"
    assert arguments["channelId"] == "acd-1.7~3~1001-desk"
    assert arguments["callerId"] == '"Sales: Cara" <2001>'
    assert arguments["timeout"] == 80


def test_a_phone_that_cannot_be_rung_counts_as_unreachable_and_leaves_nothing_behind() -> None:
    desk, _ = plan(RING, "acd")
    assert desk.failed == LegEnded(offer=OFFER, device=DESK, how=LegEnd.UNREACHABLE)
    assert [each.name for each in desk.clean_up] == ["hangup"]


@pytest.mark.parametrize(("elsewhere", "reason"), [(True, "answered_elsewhere"), (False, "normal")])
def test_a_phone_that_stops_ringing_is_told_whether_it_was_answered_elsewhere(elsewhere: bool, reason: str) -> None:
    desk, soft = plan(StopRinging(offer=OFFER, devices=(DESK, SOFT), elsewhere=elsewhere), "acd")
    assert [each.operations[0].arguments["reason"] for each in (desk, soft)] == [reason, reason]


def test_a_phone_lets_go_of_one_call_before_it_is_rung_for_the_next() -> None:
    (stop,) = plan(StopRinging(offer=OFFER, devices=(DESK,), elsewhere=True), "acd")
    (hang_up,) = plan(HangUpLeg(offer=OFFER, device=DESK), "acd")
    ring, _ = plan(RING, "acd")
    assert stop.lane == hang_up.lane == ring.lane
    assert stop.ends == hang_up.ends == ring.operations[0].arguments["channelId"]


def test_both_are_joined_in_one_request_and_a_failure_is_told() -> None:
    (errand,) = plan(Connect(call=CALL, channel=CHANNEL, offer=OFFER, device=DESK), "acd")
    assert errand.lane == CALL
    assert errand.operations[-1].arguments["channel"] == ("acd-1.7", "acd-1.7~3~1001-desk")
    assert errand.failed == ConnectFailed(call=CALL)


def test_a_party_that_has_gone_is_no_failure_to_join_as_its_end_is_told_by_itself() -> None:
    (errand,) = plan(Connect(call=CALL, channel=CHANNEL, offer=OFFER, device=DESK), "acd")
    assert errand.operations[-1].harmless == {400, 422}


def test_the_bridge_of_a_talk_stays_until_its_caller_can_be_hung_up() -> None:
    (errand,) = plan(HangUpCall(call=CALL, channel=CHANNEL), "acd")
    assert errand.lane == CALL
    assert names(errand) == ["hangup", "destroy"]
    assert 404 in errand.operations[0].harmless


def test_where_the_caller_has_no_channel_only_the_bridge_goes() -> None:
    (bridge,) = plan(HangUpCall(call=CALL, channel=None), "acd")
    assert names(bridge) == ["destroy"]


def test_phones_leave_transfers_to_us_and_pick_up_by_themselves_only_where_they_are_asked_to() -> None:
    by_hand, by_itself = (
        plan(replace(RING, auto_answer=auto_answer), "acd")[0].operations[0].arguments["variables"]
        for auto_answer in (False, True)
    )
    assert by_hand == {"PJSIP_TRANSFER_HANDLING()": "ari-only"}
    assert isinstance(by_itself, dict)
    assert set(by_itself) == {
        "PJSIP_TRANSFER_HANDLING()",
        "PJSIP_HEADER(add,Call-Info)",
        "PJSIP_HEADER(add,Alert-Info)",
    }


def test_a_caller_hears_words_and_numbers_and_what_cannot_be_played_is_over() -> None:
    (errand,) = plan(COMMANDS[1], "acd")
    assert errand.lane == CALL
    assert errand.operations[0].arguments["media"] == ("sound:acd/you-are-caller-number", "number:3")
    assert errand.failed == AnnouncementOver(call=CALL, number=2)
    (stop,) = plan(COMMANDS[2], "acd")
    assert stop.operations[0].arguments["playbackId"] == errand.operations[0].arguments["playbackId"]


def test_what_he_hears_is_cut_before_he_is_joined_with_anybody() -> None:
    (with_agent,) = plan(COMMANDS[14], "acd")
    assert names(with_agent) == ["stop", "createWithId", "addChannel"]
    (with_retriever,) = plan(COMMANDS[15], "acd")
    assert names(with_retriever) == ["stop", "answer", "createWithId", "addChannel"]
    assert with_retriever.operations[-1].arguments["channel"] == (CHANNEL, OTHER)


@pytest.mark.parametrize(("keys", "kind"), [(False, "mixing"), (True, "mixing,dtmf_events")])
def test_a_talk_is_listened_to_for_keys_only_where_that_is_ordered(keys: bool, kind: str) -> None:
    (errand,) = plan(Connect(call=CALL, channel=CHANNEL, offer=OFFER, device=DESK, keys=keys), "acd")
    assert errand.operations[0].arguments["type"] == kind


def test_who_is_called_back_is_called_through_the_dial_plan_while_the_agent_hears_it_ring() -> None:
    called, ringing = plan(CALL_BACK, "acd")
    arguments = called.operations[0].arguments
    assert (arguments["channelId"], arguments["endpoint"]) == (BACK, "Local/s@acd-call-back/n")
    assert (arguments["callerId"], arguments["timeout"]) == ('"Sales" <7001>', 30)
    assert arguments["variables"] == {"ACD_NUMBER": "+49301", "ACD_ACCOUNT": "demo.example"}
    assert called.failed == CallerNotReached(call=CALL, channel=BACK, how=LegEnd.UNREACHABLE)
    assert ringing.operations[0].arguments == {"channelId": f"{OFFER}~{DESK}"}
    (joined,) = plan(Connect(call=CALL, channel=BACK, offer=OFFER, device=DESK), "acd")
    assert names(joined) == ["ringStop", "createWithId", "addChannel"]


@pytest.mark.parametrize(
    ("command", "context", "variables"),
    [
        (SendOn(call=CALL, channel=CHANNEL, number="1003"), "acd-send-on", {"ACD_NUMBER": "1003", "ACD_OUTSIDE": ""}),
        (
            SendOn(call=CALL, channel=CHANNEL, number="0301)${X},3", outside=True),
            "acd-send-on",
            {"ACD_NUMBER": "03013", "ACD_OUTSIDE": "yes"},
        ),
        (
            Dismiss(call=CALL, channel=CHANNEL, words=(Sound(name="acme/closed"), Phrase.SECONDS, 12)),
            "acd-dismiss",
            {"ACD_WORDS": "acme/closed&acd/seconds&digits/1&digits/2"},
        ),
        (
            JoinConsulted(call=CALL, channel=CHANNEL, consulted="PJSIP/1003-desk-00000003,F)"),
            "acd-join",
            {"ACD_CONSULTED": "PJSIP/1003-desk-00000003F"},
        ),
        (
            HangUpPhone(channel=CHANNEL, words=(Phrase.NOBODY_PARKED,)),
            "acd-dismiss",
            {"ACD_WORDS": "acd/nobody-parked"},
        ),
    ],
)
def test_who_is_let_go_is_given_to_a_context_of_the_dial_plan(
    command: Command, context: str, variables: dict[str, str]
) -> None:
    (errand,) = plan(command, "acd")
    assert names(errand) == ["setChannelVars", "continueInDialplan"]
    assert errand.operations[0].arguments == {"channelId": CHANNEL, "variables": variables}
    assert errand.operations[1].arguments["context"] == context
    assert all(each.harmless >= {404, 409} for each in errand.operations)


def test_a_phone_to_be_hung_up_without_a_word_is_hung_up() -> None:
    (errand,) = plan(HangUpPhone(channel=OTHER), "acd")
    assert names(errand) == ["hangup"]


def test_a_phone_lets_go_of_the_call_with_which_it_fetched_before_it_is_rung() -> None:
    (errand,) = plan(HangUpPhone(channel=OTHER, device=DESK), "acd")
    (stop,) = plan(HangUpLeg(offer=OFFER, device=DESK), "acd")
    assert (errand.lane, errand.ends) == (stop.lane, OTHER)


def test_the_bridge_that_a_leg_leaves_goes_behind_the_joining() -> None:
    left = CallId("acd-1.8")
    join, destroy = plan(Connect(call=CALL, channel=CHANNEL, offer=OFFER, device=DESK, leaving=left), "acd")
    assert join.lane == destroy.lane == CALL
    assert names(join) == ["createWithId", "addChannel"]
    assert names(destroy) == ["destroy"]
    assert destroy.operations[0].arguments["bridgeId"] == f"{left}~talk"


@pytest.mark.parametrize(("granted", "state"), [(True, "channel_answered"), (False, "channel_unavailable")])
def test_a_phone_is_told_of_its_transfer_before_it_is_hung_up(granted: bool, state: str) -> None:
    (told,) = plan(AnswerTransfer(call=CALL, offer=OFFER, device=DESK, granted=granted), "acd")
    (hang_up,) = plan(HangUpLeg(offer=OFFER, device=DESK), "acd")
    assert told.lane == hang_up.lane
    assert [each.name for each in told.operations] == ["getChannelVar", "transfer_progress"]
    assert told.operations[1].arguments["states"] == state
    assert told.after == (CALL if granted else None)


def test_a_recording_is_begun_and_ended_by_its_name() -> None:
    (start,) = plan(COMMANDS[18], "acd")
    (stop,) = plan(COMMANDS[19], "acd")
    assert start.lane == stop.lane == CALL
    assert start.operations[0].arguments["bridgeId"] == f"{CALL}~talk"
    assert start.operations[0].arguments["name"] == stop.operations[0].arguments["recordingName"]


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


# --- beyond the phone


def test_a_click_gives_the_phone_to_the_dial_plan_and_no_text_into_its_arguments() -> None:
    (errand,) = plan(DIAL_FROM, "acd")
    assert (errand.lane, errand.failed) == (DIALLED, OtherCallEnded(channel=DIALLED))
    arguments = errand.operations[0].arguments
    assert (arguments["endpoint"], arguments["context"]) == ("PJSIP/1001-desk", "acd-dial")
    assert "app" not in arguments
    assert arguments["callerId"] == "\"Ben 'B'\" <+49301>"
    assert arguments["variables"] == {
        "ACD_NUMBER": "+49301",
        "ACD_ACCOUNT": "demo.example",
        "ACD_OUTSIDE": "yes",
        "ACD_FROM": '"Anna" <1001>',
    }


def test_a_supervisors_phone_rings_for_us() -> None:
    (errand,) = plan(RING_MONITOR, "acd")
    arguments = errand.operations[0].arguments
    assert (arguments["app"], arguments["appArgs"], arguments["channelId"]) == ("acd", "monitor", MONITOR)
    assert [each.name for each in errand.clean_up] == ["hangup"]


@pytest.mark.parametrize(
    ("mode", "whisper"), [(MonitorMode.LISTEN, "none"), (MonitorMode.WHISPER, "out"), (MonitorMode.JOIN, "both")]
)
def test_who_listens_is_heard_by_whom_the_mode_says_and_never_by_more(mode: MonitorMode, whisper: str) -> None:
    (errand,) = plan(replace(LISTEN_IN, mode=mode), "acd")
    first, second, room, join, snoop = errand.operations
    others = {f"{MONITOR}~{other}" for other in MonitorMode if other is not mode}
    assert [first.name, second.name] == ["hangup", "hangup"], "the other ears go before this one comes"
    assert {str(each.arguments["channelId"]) for each in (first, second)} == others
    assert room.arguments["bridgeId"] == join.arguments["bridgeId"] == f"{MONITOR}~room"
    assert snoop.arguments["channelId"] == f"{OFFER}~1001-desk", "the agent's side"
    assert (snoop.arguments["spy"], snoop.arguments["whisper"]) == ("both", whisper)
    assert join.arguments["channel"] == (MONITOR, f"{MONITOR}~{mode}")


def test_who_was_fetched_is_listened_to_through_the_phone_that_has_fetched_him() -> None:
    (errand,) = plan(replace(LISTEN_IN, offer=None, retriever=OTHER), "acd")
    assert errand.operations[-1].arguments["channelId"] == OTHER


def test_nothing_is_left_of_listening_in() -> None:
    (errand,) = plan(StopListening(channel=MONITOR), "acd")
    assert names(errand) == ["hangup", "hangup", "hangup", "destroy"]
