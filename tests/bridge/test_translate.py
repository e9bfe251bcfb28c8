"""What each message of Asterisk's tells us, and that none of them, however wrong, does harm."""

import copy
from typing import Any, get_args

import pytest

from acd.inputs import (
    CallArrived,
    CallConnected,
    DeviceRegistered,
    DeviceUnregistered,
    LegAnswered,
    LegEnd,
    LegEnded,
    OtherCallAnswered,
    OtherCallEnded,
    OtherCallStarted,
)
from acd.model import AccountId, Caller, CallId, ChannelId, DeviceId, OfferId
from ari_bridge.event_types import EventType
from ari_bridge.translate import (
    LeftUs,
    Passed,
    PlaybackOver,
    Replaced,
    StarCodeDialled,
    is_star_code,
    printable,
    translate,
)
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
        OtherCallStarted(channel=ChannelId(CALL), device=DeviceId("2001-desk")),
        CallArrived(
            call=call,
            account=AccountId("demo.example"),
            number="7002",
            caller=Caller(number="2001", name="Agent 2001"),
        ),
        OtherCallAnswered(channel=ChannelId(CALL)),
        LegEnded(offer=OfferId(f"{CALL}~2"), device=DeviceId("1002-desk"), how=LegEnd.BUSY),
        LegAnswered(offer=OfferId(leg), device=DESK),
        CallConnected(call=call),
        LeftUs(channel=ChannelId(CALL)),
        OtherCallEnded(channel=ChannelId(CALL)),
        LegEnded(offer=OfferId(leg), device=DESK, how=LegEnd.HUNG_UP),
    ]


def test_a_star_code_is_a_call_of_its_phone_that_is_never_answered() -> None:
    channel = ChannelId("acd-1795389817.0")
    told = [translate(each, KNOWN) for each in STREAM if each.get("channel", {}).get("id") == channel]
    assert told == [
        OtherCallStarted(channel=channel, device=DESK),
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


def test_another_engine_takes_over() -> None:
    assert translate({"type": "ApplicationReplaced", "application": "acd"}, KNOWN) == Replaced()


def test_a_type_nobody_knows_is_told_from_one_that_is_of_no_concern() -> None:
    assert translate({"type": "ChannelTimeTravel"}, KNOWN) is Passed.UNKNOWN
    assert translate({"type": "ChannelVarset"}, KNOWN) is Passed.OF_NO_CONCERN


@pytest.mark.parametrize("message", [{}, {"type": None}, {"type": ["StasisStart"]}, {"TYPE": "StasisStart"}])
def test_a_message_without_a_type_is_malformed(message: dict[str, Any]) -> None:
    assert translate(message, KNOWN) is Passed.MALFORMED


@pytest.mark.parametrize("arguments", [["queue"], ["queue", "a", "b", "c"], ["feature"], ["dance"], [7], "queue"])
def test_arguments_that_the_dial_plan_never_gives_are_malformed(arguments: Any) -> None:
    assert translate(first("StasisStart") | {"args": arguments}, KNOWN) is Passed.MALFORMED


def test_an_agents_transfer_is_passed_over() -> None:
    message = first("StasisStart") | {"args": [], "replace_channel": {"id": "x"}}
    assert translate(message, KNOWN) is Passed.OF_NO_CONCERN


def test_no_damage_to_any_field_raises() -> None:
    tried = malformed = 0
    for message in (*STREAM, {"type": "ApplicationReplaced", "application": "acd"}):
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
