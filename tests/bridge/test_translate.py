"""What each message of Asterisk's tells us, and that none of them, however wrong, does harm."""

import copy
from typing import Any, get_args

import pytest

from acd.inputs import (
    AnnouncementOver,
    CallArrived,
    CallConnected,
    CallerNotReached,
    CallerReached,
    DeviceRegistered,
    DeviceUnregistered,
    KeyPressed,
    LegAnswered,
    LegEnd,
    LegEnded,
    LegHeld,
    LegKeyPressed,
    LegResumed,
    MonitorAnswered,
    OtherCallAnswered,
    OtherCallEnded,
    OtherCallStarted,
    TransferAsked,
)
from acd.model import AccountId, Caller, CallId, ChannelId, DeviceId, MonitorMode, OfferId
from ari_bridge.event_types import EventType
from ari_bridge.reading import is_star_code, printable
from ari_bridge.signals import EarReady, LeftUs, LegLeft, Passed, PlaybackOver, Replaced, StarCodeDialled, TellingOver
from ari_bridge.translate import translate
from tests.bridge.recorded_events import damaged, recorded

KNOWN = frozenset(get_args(EventType))
STREAM: list[dict[str, Any]] = recorded("queue_call.json")
CALL = "acd-1795389823.2"
DESK = DeviceId("1001-desk")


def first(type_: str, channel: str = "") -> dict[str, Any]:
    """A copy of the first recorded event of this type, of this channel where one is named."""
    return copy.deepcopy(
        next(each for each in STREAM if each["type"] == type_ and channel in ("", each.get("channel", {}).get("id")))
    )


def test_a_whole_recorded_call_is_understood() -> None:
    told = [translate(message, KNOWN) for message in STREAM]
    call, leg = CallId(CALL), f"{CALL}~1"
    mine = [each for each in told if each is not Passed.OF_NO_CONCERN][12:-3]
    assert mine == [
        OtherCallStarted(channel=ChannelId(CALL), device=DeviceId("2001-desk"), outgoing=True, number="7002"),
        CallArrived(
            call=call,
            account=AccountId("demo.example"),
            number="7002",
            caller=Caller(number="2001", name="Agent 2001"),
            device=DeviceId("2001-desk"),
        ),
        OtherCallAnswered(channel=ChannelId(CALL)),
        LegEnded(offer=OfferId(f"{CALL}~2"), device=DeviceId("1002-desk"), how=LegEnd.BUSY),
        LegAnswered(offer=OfferId(leg), device=DESK),
        CallConnected(call=call),
        LeftUs(channel=ChannelId(CALL)),
        OtherCallEnded(channel=ChannelId(CALL)),
        LegLeft(offer=OfferId(leg), device=DESK),
        LegEnded(offer=OfferId(leg), device=DESK, how=LegEnd.HUNG_UP),
    ]


def test_a_star_code_is_a_call_of_its_phone_that_is_never_answered() -> None:
    channel = ChannelId("acd-1795389817.0")
    told = [translate(each, KNOWN) for each in STREAM if each.get("channel", {}).get("id") == channel]
    assert told == [
        OtherCallStarted(channel=channel, device=DESK, outgoing=True, number="*51"),
        StarCodeDialled(channel=channel, device=DESK, code="*51"),
        Passed.OF_NO_CONCERN,
        LeftUs(channel=channel),
        OtherCallEnded(channel=channel),
    ]
    assert is_star_code(first("ChannelStateChange", channel)["channel"])


def test_calls_of_another_application_are_no_legs_of_ours() -> None:
    told = {type(translate(message, KNOWN)) for message in recorded("unfiltered_call.json")}
    assert told == {Passed, LeftUs, OtherCallAnswered, OtherCallEnded}


@pytest.mark.parametrize(("state", "told"), [("online", DeviceRegistered), ("offline", DeviceUnregistered)])
def test_a_phone_that_comes_and_goes(state: str, told: type[DeviceRegistered | DeviceUnregistered]) -> None:
    message = first("PeerStatusChange")
    message["endpoint"]["state"] = state
    assert translate(message, KNOWN) == told(device=DESK)


@pytest.mark.parametrize(
    ("cause", "sip", "how"),
    [
        (17, 486, LegEnd.BUSY),
        (17, 600, LegEnd.BUSY),
        (17, None, LegEnd.BUSY),
        (21, 603, LegEnd.DECLINED),
        (21, None, LegEnd.DECLINED),
        (19, 480, LegEnd.UNREACHABLE),
        (1, 404, LegEnd.UNREACHABLE),
        (102, 408, LegEnd.UNREACHABLE),
        (34, 503, LegEnd.UNREACHABLE),
        (127, 500, LegEnd.UNREACHABLE),
        (20, None, LegEnd.UNREACHABLE),
        (0, None, LegEnd.UNREACHABLE),
        (19, None, LegEnd.NO_ANSWER),
        (18, None, LegEnd.NO_ANSWER),
    ],
)
def test_how_a_ringing_leg_ended(cause: int, sip: int | None, how: LegEnd) -> None:
    message = first("ChannelDestroyed", f"{CALL}~2~1002-desk")
    message["cause"] = cause
    del message["tech_cause"]
    if sip is not None:
        message["tech_cause"] = sip
    assert translate(message, KNOWN) == LegEnded(offer=OfferId(f"{CALL}~2"), device=DeviceId("1002-desk"), how=how)


def test_a_leg_that_was_up_was_hung_up_whatever_the_cause() -> None:
    message = first("ChannelDestroyed", f"{CALL}~1~1001-desk") | {"cause": 17, "tech_cause": 486}
    told = translate(message, KNOWN)
    assert isinstance(told, LegEnded)
    assert told.how is LegEnd.HUNG_UP


def test_one_alone_in_the_talks_bridge_is_not_connected() -> None:
    message = first("ChannelEnteredBridge")
    message["bridge"] |= {"id": f"{CALL}~talk", "channels": [CALL]}
    assert translate(message, KNOWN) is Passed.OF_NO_CONCERN


@pytest.mark.parametrize(("state", "failed"), [("done", False), ("failed", True), ("cancelled", True)])
def test_a_playback_ends_heard_or_not(state: str, failed: bool) -> None:
    message = first("PlaybackFinished")
    message["playback"]["state"] = state
    name = message["playback"]["id"]
    channel = ChannelId("acd-1795389817.0")
    assert translate(message, KNOWN) == PlaybackOver(channel=channel, playback=name, failed=failed)


def test_the_end_of_an_announcement_and_of_what_an_agent_is_told_are_told_apart() -> None:
    message = first("PlaybackFinished")
    message["playback"] |= {"id": f"{CALL}~announcement~4", "state": "failed"}
    assert translate(message, KNOWN) == AnnouncementOver(call=CallId(CALL), number=4)
    playback = message["playback"]["id"] = f"{CALL}~2~1001-desk~told~3"
    assert translate(message, KNOWN) == TellingOver(offer=OfferId(f"{CALL}~2"), device=DESK, playback=playback)


@pytest.mark.parametrize(
    ("channel", "told"),
    [
        (CALL, KeyPressed(call=CallId(CALL), key="#")),
        (f"{CALL}~back~1", KeyPressed(call=CallId(CALL), key="#")),
        (f"{CALL}~3~1001-desk", LegKeyPressed(offer=OfferId(f"{CALL}~3"), device=DESK, key="#")),
        ("something~else", Passed.OF_NO_CONCERN),
    ],
)
def test_a_key_is_the_callers_or_an_agents(channel: str, told: object) -> None:
    message = {"type": "ChannelDtmfReceived", "digit": "#", "duration_ms": 120, "channel": {"id": channel}}
    assert translate(message, KNOWN) == told
    assert translate(message | {"digit": "12"}, KNOWN) is Passed.MALFORMED


@pytest.mark.parametrize(("type_", "told"), [("ChannelHold", LegHeld), ("ChannelUnhold", LegResumed)])
def test_only_an_agents_hold_is_of_concern(type_: str, told: type[LegHeld | LegResumed]) -> None:
    message = {"type": type_, "channel": {"id": f"{CALL}~3~1001-desk"}}
    assert translate(message, KNOWN) == told(offer=OfferId(f"{CALL}~3"), device=DESK)
    assert translate(message | {"channel": {"id": CALL}}, KNOWN) is Passed.OF_NO_CONCERN


def test_a_blind_transfer_says_where_to() -> None:
    assert translate(recorded("blind_transfer.json"), KNOWN) == TransferAsked(
        offer=OfferId("acd-1795398781.0~1"), device=DESK, number="1003"
    )


def test_an_attended_transfer_says_with_whom_the_agent_has_spoken() -> None:
    assert translate(recorded("attended_transfer.json"), KNOWN) == TransferAsked(
        offer=OfferId("acd-1795398781.0~1"),
        device=DESK,
        number="1003",
        consult=ChannelId("acd-1795398781.2"),
        consulted="PJSIP/1003-desk-00000003",
    )


def test_the_echo_of_our_own_answer_is_no_second_transfer() -> None:
    echo = recorded("blind_transfer.json") | {"state": "channel_answered"}
    assert translate(echo, KNOWN) is Passed.OF_NO_CONCERN


def test_one_who_is_called_back_picks_up() -> None:
    message = first("StasisStart") | {"args": ["back", CALL], "channel": {"id": f"{CALL}~back~2"}}
    assert translate(message, KNOWN) == CallerReached(call=CallId(CALL), channel=ChannelId(f"{CALL}~back~2"))


@pytest.mark.parametrize(
    ("cause", "how"),
    [
        (17, LegEnd.BUSY),
        (21, LegEnd.DECLINED),
        (19, LegEnd.NO_ANSWER),
        (1, LegEnd.UNREACHABLE),
        (16, LegEnd.UNREACHABLE),
    ],
)
def test_one_who_is_called_back_does_not_pick_up(cause: int, how: LegEnd) -> None:
    channel = {"id": f"{CALL}~back~2", "name": "Local/s@acd-call-back-00000000;1", "state": "Ringing"}
    message = {"type": "ChannelDestroyed", "cause": cause, "cause_txt": "", "channel": channel}
    name = ChannelId(f"{CALL}~back~2")
    assert translate(message, KNOWN) == CallerNotReached(call=CallId(CALL), channel=name, how=how)
    assert translate(message | {"channel": channel | {"state": "Up"}}, KNOWN) == OtherCallEnded(channel=name)


def test_a_supervisors_phone_is_picked_up_and_what_hears_the_talk_for_it_is_there() -> None:
    phone = ChannelId("monitor-1009-desk-1709542800000000")
    message = first("StasisStart") | {"args": ["monitor"], "channel": {"id": phone}}
    assert translate(message, KNOWN) == MonitorAnswered(channel=phone)
    message = first("StasisStart") | {"args": ["ear"], "channel": {"id": f"{phone}~whisper"}}
    assert translate(message, KNOWN) == EarReady(channel=phone, mode=MonitorMode.WHISPER)


def test_the_dial_plan_may_say_whose_turn_comes_before_others() -> None:
    told = translate(first("StasisStart", CALL) | {"args": ["queue", "demo.example", "7001", "2"]}, KNOWN)
    assert isinstance(told, CallArrived)
    assert (told.priority, told.device) == (2, "2001-desk")


def test_who_was_put_into_a_queue_by_somebody_else_has_not_dialled_it() -> None:
    told = translate(first("StasisStart", CALL) | {"args": ["queue", "demo.example", "7001", "", "put"]}, KNOWN)
    assert isinstance(told, CallArrived)
    assert (told.priority, told.device) == (None, None)


def test_the_dial_plan_says_by_which_id_the_records_of_asterisk_find_the_call() -> None:
    arguments = ["queue", "demo.example", "7001", "", "", "0"]
    for given, linkedid in ([], None), ([""], None), (["acd-1.7"], "acd-1.7"):
        told = translate(first("StasisStart", CALL) | {"args": [*arguments, *given]}, KNOWN)
        assert isinstance(told, CallArrived)
        assert told.linkedid == linkedid


def test_one_on_a_called_back_channel_is_connected_too() -> None:
    message = first("ChannelEnteredBridge")
    message["bridge"] |= {"id": f"{CALL}~talk", "channels": [f"{CALL}~1~1001-desk", f"{CALL}~back~1"]}
    assert translate(message, KNOWN) == CallConnected(call=CallId(CALL))


def test_another_engine_takes_over() -> None:
    assert translate({"type": "ApplicationReplaced", "application": "acd"}, KNOWN) == Replaced()


def test_a_type_nobody_knows_is_told_from_one_that_is_of_no_concern() -> None:
    assert translate({"type": "ChannelTimeTravel"}, KNOWN) is Passed.UNKNOWN
    assert translate({"type": "ChannelVarset"}, KNOWN) is Passed.OF_NO_CONCERN


@pytest.mark.parametrize("message", [{}, {"type": None}, {"type": ["StasisStart"]}, {"TYPE": "StasisStart"}])
def test_a_message_without_a_type_is_malformed(message: dict[str, Any]) -> None:
    assert translate(message, KNOWN) is Passed.MALFORMED


@pytest.mark.parametrize(
    "arguments",
    [
        ["queue"],
        ["queue", "a", "b", "1", "put", "3", "x", "y"],
        ["back"],
        ["back", "x"],
        ["monitor", "x"],
        ["ear"],
        ["feature"],
        ["dance"],
        [7],
        "queue",
    ],
)
def test_arguments_that_the_dial_plan_never_gives_are_malformed(arguments: Any) -> None:
    assert translate(first("StasisStart") | {"args": arguments}, KNOWN) is Passed.MALFORMED


def test_an_agents_transfer_is_passed_over() -> None:
    message = first("StasisStart") | {"args": [], "replace_channel": {"id": "x"}}
    assert translate(message, KNOWN) is Passed.OF_NO_CONCERN


def test_no_damage_to_any_field_raises() -> None:
    tried = malformed = 0
    transfers = (recorded("blind_transfer.json"), recorded("attended_transfer.json"))
    for message in (*STREAM, *transfers, {"type": "ApplicationReplaced", "application": "acd"}):
        for broken in damaged(message):
            tried += 1
            malformed += translate(broken, KNOWN) is Passed.MALFORMED
    assert tried > 9_000
    assert malformed > 1_000


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('"Cara"; |x| ${EXTEN} <1>', '"Cara"; |x| ${EXTEN} <1>'),
        ("a\r\nX-Evil: 1\x00\x1b[2J", "aX-Evil: 1[2J"),
        ("\u202eabc\ud800\ufeff\u2028", "abc"),
        ("Ä 日本 😀", "Ä 日本 😀"),
        ("x" * 4096, "x" * 80),
        ("  \n ", ""),
    ],
)
def test_a_callers_text_is_made_printable_and_short_and_else_left_alone(text: str, shown: str) -> None:
    assert printable(text) == shown
    message = first("StasisStart", CALL)
    message["channel"]["caller"] = {"name": text, "number": text}
    told = translate(message, KNOWN)
    assert isinstance(told, CallArrived)
    assert told.caller == Caller(name=shown, number=shown)
