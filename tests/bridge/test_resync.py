"""What Asterisk's lists say after a connect."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from acd.inputs import SeenCall, SeenLeg, SeenOtherCall
from acd.model import AccountId, Caller, CallId, ChannelId, DeviceId, MonitorMode, OfferId
from ari_bridge.client import AriError, Client
from ari_bridge.resync import look, picture
from ari_bridge.signals import StarCodeDialled
from tests.bridge.ari_double import PASSWORD, USER, Answer, AriDouble, ari_double
from tests.bridge.bridged import asked
from tests.bridge.recorded_events import damaged, recorded

LISTS: dict[str, list[dict[str, Any]]] = recorded("lists.json")
CHANNELS, BRIDGES, ENDPOINTS = LISTS["channels"], LISTS["bridges"], LISTS["endpoints"]
CALL = CallId("acd-1795389823.2")


def channel(id_: str, name: str, state: str, data: str, app: str = "Stasis") -> dict[str, Any]:
    return CHANNELS[0] | {"id": id_, "name": name, "state": state, "dialplan": {"app_name": app, "app_data": data}}


def test_a_talk_is_found_with_its_caller_its_leg_and_its_bridge() -> None:
    found = picture("acd", CHANNELS, BRIDGES, ENDPOINTS)
    assert found.star_codes == ()
    assert found.seen.calls == (
        SeenCall(
            call=CALL,
            account=AccountId("demo.example"),
            number="7002",
            caller=Caller(number="2001", name="Agent 2001"),
            arrived=datetime(2026, 11, 22, 23, 23, 43, 399_000, tzinfo=UTC),
            device=DeviceId("2001-desk"),
        ),
    )
    assert found.seen.legs == (
        SeenLeg(offer=OfferId(f"{CALL}~1"), device=DeviceId("1001-desk"), answered=True, talks_with=CALL),
    )
    assert found.seen.other_calls == (
        SeenOtherCall(channel=ChannelId(CALL), device=DeviceId("2001-desk"), answered=True),
    )
    assert found.seen.talks == {CALL}
    assert found.seen.registered == {"1001-desk", "1002-desk", "2001-desk"}


def test_a_caller_who_has_left_our_application_is_none_of_ours() -> None:
    turned_away = channel("acd-1.1", "PJSIP/2001-desk-00000001", "Up", "ss-noservice", app="Playback")
    elsewhere = channel("acd-1.2", "PJSIP/2001-desk-00000002", "Up", "acd-2,queue,demo.example,7001")
    found = picture("acd", [turned_away, elsewhere], [], [])
    assert found.seen.calls == ()
    assert len(found.seen.other_calls) == 2


@pytest.mark.parametrize(("said", "priority"), [("", None), (",", None), (",2", 2), (",x", None), (",0", None)])
def test_the_priority_of_a_caller_is_what_the_dial_plan_said(said: str, priority: int | None) -> None:
    waiting = channel("acd-1.1", "PJSIP/trunk-00000001", "Up", f"acd,queue,demo.example,7001{said}")
    (call,) = picture("acd", [waiting], [], []).seen.calls
    assert call.priority == priority


@pytest.mark.parametrize(("said", "device"), [(",,put", None), (",3,put", None), (",3,", "1001-desk")])
def test_who_was_put_into_a_queue_has_not_dialled_it(said: str, device: str | None) -> None:
    waiting = channel("acd-1.1", "PJSIP/1001-desk-00000001", "Up", f"acd,queue,demo.example,7001{said}")
    (call,) = picture("acd", [waiting], [], []).seen.calls
    assert call.device == device


@pytest.mark.parametrize(("state", "answered"), [("Ringing", False), ("Up", True)])
def test_one_who_is_called_back_is_found_on_his_new_channel(state: str, answered: bool) -> None:
    back = channel("acd-1.1~back~2", "Local/s@acd-call-back-00000001;1", state, f"acd,back,{CALL}")
    far = channel("acd-1.1~back~2~out", "Local/s@acd-call-back-00000001;2", "Up", "PJSIP/1002-desk", app="Dial")
    found = picture("acd", [back, far], [], [])
    (call,) = found.seen.calls
    assert (call.call, call.channel, call.answered) == ("acd-1.1", "acd-1.1~back~2", answered)
    assert (found.seen.legs, found.seen.other_calls) == ((), ())


def test_one_who_was_called_back_and_sent_on_is_not_ours_any_more() -> None:
    back = channel("acd-1.1~back~1", "Local/s@acd-call-back-00000001;1", "Up", "PJSIP/1003-desk", app="Dial")
    assert picture("acd", [back], [], []).seen.calls == ()


def test_a_ringing_leg_is_not_answered() -> None:
    ringing = channel("acd-1.1~2~1001-desk", "PJSIP/1001-desk-00000001", "Ringing", "(Outgoing Line)", app="AppDial2")
    (leg,) = picture("acd", [ringing], [], []).seen.legs
    assert not leg.answered


def test_a_star_code_that_nobody_carried_out_is_found_and_keeps_nobody_from_calls() -> None:
    dialled = channel("acd-1.1", "PJSIP/1001-desk-00000001", "Up", "acd,feature,*52")
    found = picture("acd", [dialled], [], [])
    assert found.star_codes == (
        StarCodeDialled(channel=ChannelId("acd-1.1"), device=DeviceId("1001-desk"), code="*52"),
    )
    assert found.seen.other_calls == (
        SeenOtherCall(channel=ChannelId("acd-1.1"), device=DeviceId("1001-desk"), answered=False),
    )


def test_who_listens_in_is_found_with_what_hears_the_talk_for_him() -> None:
    phone = "monitor-1009-desk-1"
    channels = [
        channel(phone, "PJSIP/1009-desk-00000001", "Up", "acd,monitor"),
        channel(f"{phone}~join", "Snoop/acd-1.1~1~1001-desk-00000001", "Up", "acd,ear"),
        channel("monitor-1008-desk-1~listen", "Snoop/acd-1.1~1~1001-desk-00000002", "Up", "acd,ear"),
    ]
    room = BRIDGES[0] | {"id": f"{phone}~room", "channels": [f"{phone}~join", phone]}
    seen = picture("acd", channels, [room], []).seen
    assert seen.monitors == {phone, "monitor-1008-desk-1"}
    assert seen.listening == {(phone, MonitorMode.JOIN)}
    assert seen.other_calls == (SeenOtherCall(channel=ChannelId(phone), device=DeviceId("1009-desk"), answered=True),)


@pytest.mark.parametrize("inside", [[], ["~join"], ["", "~join", "~listen"]])
def test_who_is_heard_by_more_or_hears_nothing_does_not_listen_as_he_is_to(inside: list[str]) -> None:
    phone = "monitor-1009-desk-1"
    room = BRIDGES[0] | {"id": f"{phone}~room", "channels": [f"{phone}{end}" for end in inside]}
    seen = picture("acd", [], [room], []).seen
    assert seen.monitors == {phone}
    assert not seen.listening


def test_callers_are_found_in_the_order_of_their_arrival() -> None:
    start = datetime(2026, 11, 22, tzinfo=UTC)
    callers = [
        channel(f"acd-1.{n}", f"PJSIP/trunk-{n:08x}", "Up", "acd,queue,demo.example,7001")
        | {"creationtime": (start - timedelta(seconds=n)).strftime("%Y-%m-%dT%H:%M:%S.000+0000")}
        for n in range(5)
    ]
    found = picture("acd", callers, [], [])
    assert [seen.call for seen in found.seen.calls] == ["acd-1.4", "acd-1.3", "acd-1.2", "acd-1.1", "acd-1.0"]


def test_no_damage_to_an_entry_hides_the_others() -> None:
    sound = channel("acd-1.1", "PJSIP/2001-desk-00000009", "Up", "acd,queue,demo.example,7001")
    tried = 0
    for broken in damaged(LISTS):
        if all(isinstance(each, dict) for part in broken.values() if isinstance(part, list) for each in part):
            channels, bridges, endpoints = (
                broken[part] if isinstance(broken.get(part), list) else []
                for part in ("channels", "bridges", "endpoints")
            )
            found = picture("acd", [*channels, sound], bridges, endpoints)
            assert "acd-1.1" in {seen.call for seen in found.seen.calls}
            tried += 1
    assert tried > 1_000


BAD = "acd-1795389823.99"


def one_cannot_be_told(double: AriDouble) -> None:
    """The list is refused; phones, bridges and applications name this channel."""
    double.answers["GET", "/channels"] = Answer(status=500)
    double.answers["GET", "/endpoints"] = Answer.of([ENDPOINTS[0] | {"channel_ids": [BAD]}])
    double.answers["GET", "/bridges"] = Answer.of([])
    double.answers["GET", "/applications"] = Answer.of([])


async def test_a_channel_that_asterisk_cannot_tell_is_hung_up() -> None:
    async with ari_double() as double, Client(double.url, USER, PASSWORD) as client:
        one_cannot_be_told(double)
        double.answers["GET", f"/channels/{BAD}"] = Answer()
        with pytest.raises(AriError):
            await look(client, "acd")
        assert asked(double, "DELETE", f"/channels/{BAD}") == 1


@pytest.mark.parametrize("status", [404, 500, 503])
async def test_nobody_is_hung_up_because_a_request_is_refused(status: int) -> None:
    async with ari_double() as double, Client(double.url, USER, PASSWORD) as client:
        one_cannot_be_told(double)
        double.answers["GET", f"/channels/{BAD}"] = Answer.of({"message": "trouble"}, status=status)
        with pytest.raises(AriError):
            await look(client, "acd")
        assert asked(double, "DELETE", f"/channels/{BAD}") == 0
