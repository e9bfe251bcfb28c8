"""Ids are read back as they were built, and nothing else is taken for one of ours."""

import pytest

from acd.model import CallId, ChannelId, DeviceId, OfferId, QueueId
from ari_bridge import names

CALL = CallId("acd-1795376718.76")
OFFER = OfferId("acd-1795376718.76~2")
DEVICE = DeviceId("1001-desk_2")


def test_a_leg_says_its_offer_and_its_device() -> None:
    assert names.leg_of(names.leg_channel(OFFER, DEVICE)) == (OFFER, DEVICE)


def test_a_talk_says_its_call() -> None:
    assert names.talk_of(names.talk_bridge(CALL)) == CALL


def test_a_playback_says_its_channel() -> None:
    channel = ChannelId(CALL)
    assert names.playback_of(names.playback(channel, 12)) == channel
    assert names.playback(channel, 1) != names.playback(channel, 2)


def test_an_announcement_says_its_call_and_its_number() -> None:
    assert names.announcement_of(names.announcement(CALL, 3)) == (CALL, 3)
    assert names.announcement_of(names.playback(ChannelId(CALL), 3)) is None


def test_what_an_agent_is_told_says_its_leg() -> None:
    leg = names.leg_channel(OFFER, DEVICE)
    assert names.told_of(names.told(leg, 2)) == (OFFER, DEVICE)
    assert names.told_of(leg) is None


@pytest.mark.parametrize(("channel", "call"), [(CALL, CALL), (f"{CALL}~back~2", CALL), (f"{CALL}~1~1001", None)])
def test_a_caller_is_on_the_channel_he_came_on_or_is_called_back_on(channel: str, call: CallId | None) -> None:
    assert names.caller_on(channel) == call
    assert names.caller_of(channel) == CALL


def test_the_far_half_of_a_call_back_is_nobodys() -> None:
    half = names.far_half(f"{CALL}~back~1")
    assert (names.caller_on(half), names.leg_of(half), names.other_call(half)) == (None, None, None)


def test_the_lamps_of_two_codes_and_of_two_phones_differ() -> None:
    lamps = {names.lamp(code, DeviceId(device)) for code in ("*51", "*551") for device in ("1001", "1001-desk")}
    assert lamps >= {"Stasis:acd-511001", "Stasis:acd-5511001-desk"}
    assert len(lamps) == 4


def test_holding_bridges_of_two_accounts_differ() -> None:
    assert names.hold_bridge(QueueId("7001@a.example")) != names.hold_bridge(QueueId("7001@b.example"))


@pytest.mark.parametrize(
    "made",
    [
        names.leg_channel(OFFER, DEVICE),
        names.talk_bridge(CALL),
        names.playback(ChannelId(CALL), 1),
        names.announcement(CALL, 1),
        names.told(names.leg_channel(OFFER, DEVICE), 1),
        f"{CALL}~back~1",
        OFFER,
    ],
)
def test_what_we_named_is_never_taken_for_a_caller(made: str) -> None:
    assert names.call_of(made) is None
    assert names.other_call(made) is None


@pytest.mark.parametrize("channel", ["", "a b", "a\n", "é", "x" * 151, "~", "a~"])
def test_what_asterisk_would_not_make_is_no_call(channel: str) -> None:
    assert names.call_of(channel) is None


@pytest.mark.parametrize(
    "channel", [CALL, f"{CALL}~0~1001", f"{CALL}~x~1001", f"{CALL}~1~", f"{CALL}~1~10/01", "~1~1001", f"{CALL}~1"]
)
def test_what_only_looks_like_a_leg_is_none(channel: str) -> None:
    assert names.leg_of(channel) is None


@pytest.mark.parametrize(
    ("channel", "device"),
    [
        ("PJSIP/1001-desk-0000002a", "1001-desk"),
        ("PJSIP/1001-00000001", "1001"),
        ("PJSIP/1001", None),
        ("Local/1001@x-00000001;1", None),
        ("PJSIP/10 01-00000001", None),
        ("PJSIP/-00000001", None),
    ],
)
def test_the_phone_of_a_channel(channel: str, device: str | None) -> None:
    assert names.device_of_channel(channel) == device


def test_the_phone_of_an_endpoint() -> None:
    assert names.device_of_endpoint(names.endpoint(DEVICE)) == DEVICE
    assert names.device_of_endpoint("IAX2/1001") is None
