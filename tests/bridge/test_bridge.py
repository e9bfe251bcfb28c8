"""The bridge on a stand-in for Asterisk and the real engine: connections that fail, answers that never come."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from datetime import timedelta
from typing import Any

import pytest
import structlog

from acd.inputs import (
    AgentTold,
    AsteriskLost,
    AsteriskSeen,
    CallArrived,
    CallConnected,
    CallerHungUp,
    CallerReached,
    ConnectFailed,
    KeyPressed,
    LegEnd,
    LegEnded,
    LegKeyPressed,
    OtherCallEnded,
)
from acd.model import LUNCH, ONLINE, Caller, CallId, ChannelId, DeviceId, OfferId
from acd.outputs import (
    Connect,
    HangUpCall,
    HangUpLeg,
    HoldCaller,
    Phrase,
    Ring,
    SendOn,
    ShowStatus,
    StopRinging,
    TellAgent,
    TurnAway,
)
from ari_bridge.bridge import Bridge, StoodDown
from feature_codes.table import DEFAULT_CODES, StarCodes
from tests.bridge.ari_double import HANGS, PASSWORD, USER, Answer, AriDouble, ari_double
from tests.bridge.live_engine import QUEUE, LiveEngine, until
from tests.bridge.recorded_events import recorded

STREAM: list[dict[str, Any]] = recorded("queue_call.json")
LISTS: dict[str, list[dict[str, Any]]] = recorded("lists.json")
CALL = CallId("acd-1795389823.2")
LEG = f"{CALL}~1~1001-desk"
DESK = DeviceId("1001-desk")
CHANNEL = ChannelId(CALL)
OFFER = OfferId(f"{CALL}~1")
BACK = ChannelId(f"{CALL}~back~1")
OF_THE_CALL = [each for each in STREAM if str(each.get("channel", {}).get("id")).startswith(CALL)]
OTHER = CallId("acd-9.9")


@pytest.fixture
async def double() -> AsyncGenerator[AriDouble]:
    async with ari_double() as running:
        has_nothing(running)
        yield running


def has_nothing(double: AriDouble) -> None:
    for kind in ("channels", "bridges", "endpoints", "deviceStates"):
        double.answers["GET", f"/{kind}"] = Answer.of([])
    for bridge in (f"{CALL}~talk", "hold~7002%40demo.example"):
        double.answers["POST", f"/bridges/{bridge}"] = Answer.of({"id": bridge})
    double.answers["POST", f"/channels/{LEG}"] = Answer.of({"id": LEG})
    double.answers["GET", "/asterisk/info"] = Answer.of({"system": {"version": "22.10.1"}})
    double.answers["PUT", "/applications/acd/eventFilter"] = Answer.of({})
    double.answers["POST", "/applications/acd/subscription"] = Answer.of({})


def has_the_talk(double: AriDouble) -> None:
    for kind, content in LISTS.items():
        double.answers["GET", f"/{kind}"] = Answer.of(content)


@contextlib.asynccontextmanager
async def bridged(
    url: str, *, password: str = PASSWORD
) -> AsyncGenerator[tuple[Bridge, LiveEngine, asyncio.Task[None]]]:
    """A bridge that runs, its engine, and its life."""
    engine = LiveEngine()
    bridge = Bridge(
        url=url,
        user=USER,
        password=password,
        app="acd",
        engine=engine,
        codes=StarCodes(DEFAULT_CODES),
        time_limit=timedelta(seconds=0.5),
    )
    engine.switch = bridge
    life = asyncio.create_task(bridge.run())
    try:
        yield bridge, engine, life
    finally:
        life.cancel()
        await asyncio.wait([life])


def asked(double: AriDouble, method: str, path: str) -> int:
    return sum((each.method, each.path) == (method, path) for each in double.asked)


async def test_every_connection_begins_with_the_filter_the_subscriptions_and_a_look(double: AriDouble) -> None:
    async with bridged(double.url) as (bridge, engine, _):
        await until(lambda: bridge.connected)
        assert [each.path for each in double.asked] == [
            "/events",
            "/asterisk/info",
            "/applications/acd/eventFilter",
            "/applications/acd/subscription",
            "/deviceStates",
            "/channels",
            "/bridges",
            "/endpoints",
        ]
        assert double.asked[3].body == {"eventSource": ["endpoint:PJSIP"]}, "no other: see SOURCE"
        assert engine.told_of(AsteriskSeen) == [AsteriskSeen()]
        assert bridge.last_error is None


async def test_what_happens_while_it_looks_is_told_afterwards(double: AriDouble) -> None:
    double.answers["GET", "/endpoints"] = HANGS
    async with bridged(double.url) as (bridge, engine, _):
        await double.send(OF_THE_CALL[1])
        await until(lambda: asked(double, "GET", "/endpoints"))
        assert engine.told_of(CallArrived, AsteriskSeen) == []
        double.answers["GET", "/endpoints"] = Answer.of([])
        double.connected.clear()
        await until(lambda: bridge.connected)  # the look that hung has ended that connection
        await double.send(OF_THE_CALL[1])
        await until(lambda: engine.told_of(CallArrived))
        assert [type(each) for each in engine.told_of(CallArrived, AsteriskSeen)] == [AsteriskSeen, CallArrived]


async def test_a_talk_is_found_again_after_a_reconnect_and_nobody_is_rung(double: AriDouble) -> None:
    async with bridged(double.url) as (bridge, engine, _):
        await until(lambda: bridge.connected)
        await double.send(STREAM[0], *OF_THE_CALL[:-4])
        await until(lambda: engine.told_of(CallConnected))
        has_the_talk(double)
        orders = len(engine.ordered)
        double.vanish()
        await until(lambda: bridge.counters.connects == 2)
        assert [type(each) for each in engine.told_of(AsteriskLost, AsteriskSeen)] == [
            AsteriskSeen,
            AsteriskLost,
            AsteriskSeen,
        ]
        assert [each for each in engine.ordered[orders:] if isinstance(each, Ring | HangUpCall | HangUpLeg)] == []
        await double.send(*OF_THE_CALL[-4:])
        await until(lambda: engine.told_of(CallerHungUp))


async def test_an_asterisk_that_is_too_old_is_said(double: AriDouble) -> None:
    double.answers["GET", "/asterisk/info"] = Answer.of({"system": {"version": "20.6.0~dfsg"}})
    with structlog.testing.capture_logs() as lines:
        async with bridged(double.url) as (bridge, _, _life):
            await until(lambda: bridge.connected)
    (line,) = [each for each in lines if each["event"] == "asterisk_too_old"]
    assert (line["asterisk"], line["log_level"]) == ("20.6.0~dfsg", "error")
    assert "22.10.1 or newer" in line["mend"]


async def test_nothing_is_ordered_while_asterisk_is_out_of_sight(double: AriDouble) -> None:
    async with bridged(double.url) as (bridge, _, _life):
        await until(lambda: bridge.connected)
        double.handshake = Answer(status=503)
        double.vanish()
        await until(lambda: not bridge.connected)
        before = len(double.asked)
        bridge.carry_out([HoldCaller(call=CALL, channel=CHANNEL, queue=QUEUE)])
        await asyncio.sleep(0)
        assert bridge.counters.dropped == 1
        assert [each.path for each in double.asked[before:] if each.path != "/events"] == []


async def test_an_asterisk_that_is_not_there_is_said_and_waited_for(unused_tcp_port: int) -> None:
    async with bridged(f"http://127.0.0.1:{unused_tcp_port}") as (bridge, _, life):
        await until(lambda: bridge.last_error)
        assert f"cannot be reached at 127.0.0.1:{unused_tcp_port}" in str(bridge.last_error)
        assert not life.done()


async def test_a_wrong_password_is_said_as_such_and_never_shown(double: AriDouble) -> None:
    async with bridged(double.url, password="not-the-one") as (bridge, _, life):
        await until(lambda: bridge.last_error)
        assert str(bridge.last_error).startswith("wrong ARI user or password")
        assert "not-the-one" not in f"{bridge.last_error}{bridge.__dict__}"
        assert not life.done()


async def test_it_stands_down_for_an_engine_that_takes_over_and_never_comes_back(double: AriDouble) -> None:
    async with bridged(double.url) as (bridge, engine, life):
        await until(lambda: bridge.connected)
        await double.send({"type": "ApplicationReplaced", "application": "acd"})
        with pytest.raises(StoodDown):
            await life
        before = len(double.asked)
        bridge.carry_out([HangUpCall(call=CALL, channel=CHANNEL)])
        await asyncio.sleep(0.05)
        assert len(double.asked) == before
        assert engine.told_of(AsteriskLost) == []


async def test_it_stands_down_while_it_still_looks(double: AriDouble) -> None:
    double.answers["GET", "/channels"] = HANGS
    async with bridged(double.url) as (_, engine, life):
        await until(lambda: asked(double, "GET", "/channels"))
        await double.send({"type": "ApplicationReplaced", "application": "acd"})
        with pytest.raises(StoodDown):
            await life
        assert engine.told_of(AsteriskSeen) == []


async def test_events_that_come_twice_are_harmless(double: AriDouble) -> None:
    async with bridged(double.url) as (bridge, engine, _):
        await until(lambda: bridge.connected)
        await double.send(*(each for event in OF_THE_CALL for each in (event, event)), STREAM[-1])
        await until(lambda: len(engine.told_of(OtherCallEnded)) == 2)
        assert engine.told_of(CallerHungUp) == [CallerHungUp(call=CALL)]
        assert sum(isinstance(each, HoldCaller) for each in engine.ordered) == 1


async def test_a_caller_who_is_destroyed_without_having_left_has_hung_up(double: AriDouble) -> None:
    async with bridged(double.url) as (bridge, engine, _):
        await until(lambda: bridge.connected)
        await double.send(*(each for each in OF_THE_CALL if each["type"] != "StasisEnd"))
        await until(lambda: engine.told_of(CallerHungUp))


async def test_a_caller_who_was_turned_away_has_not_hung_up(double: AriDouble) -> None:
    arrives = OF_THE_CALL[1] | {"args": ["queue", "demo.example", "7999"]}
    leaves = next(each for each in OF_THE_CALL if each["type"] == "StasisEnd")
    async with bridged(double.url) as (bridge, engine, _):
        await until(lambda: bridge.connected)
        await double.send(arrives)
        await until(lambda: asked(double, "POST", f"/channels/{CALL}/continue"))
        await double.send(leaves, OF_THE_CALL[-3])
        await until(lambda: engine.told_of(OtherCallEnded))
        assert engine.ordered[-1] == TurnAway(call=CALL, channel=CHANNEL)
        assert engine.told_of(CallerHungUp) == []


async def test_a_caller_who_is_sent_on_has_not_hung_up(double: AriDouble) -> None:
    leaves = next(each for each in OF_THE_CALL if each["type"] == "StasisEnd")
    async with bridged(double.url) as (bridge, engine, _):
        await until(lambda: bridge.connected)
        await double.send(OF_THE_CALL[1])
        await until(lambda: engine.told_of(CallArrived))
        bridge.carry_out([SendOn(call=CALL, channel=CHANNEL, number="1003")])
        await until(lambda: asked(double, "POST", f"/channels/{CALL}/continue"))
        await double.send(leaves, OF_THE_CALL[-3])
        await until(lambda: engine.told_of(OtherCallEnded))
        assert engine.told_of(CallerHungUp) == []


async def test_one_who_is_called_back_is_our_caller_from_his_answer_on(double: AriDouble) -> None:
    def of_back(**more: Any) -> dict[str, Any]:
        return more | {"channel": {"id": BACK, "name": "Local/s@acd-call-back-00000000;1", "state": "Up"}}

    key = of_back(type="ChannelDtmfReceived", digit="5")
    async with bridged(double.url) as (bridge, engine, _):
        await until(lambda: bridge.connected)
        await double.send(key, of_back(type="StasisStart", args=["back", CALL]), key | {"timestamp": "later"})
        await double.send(of_back(type="StasisEnd"), of_back(type="ChannelDestroyed", cause=16))
        await until(lambda: engine.told_of(CallerHungUp))
        assert engine.told_of(CallerReached, KeyPressed, CallerHungUp) == [
            CallerReached(call=CALL, channel=BACK),
            KeyPressed(call=CALL, key="5"),
            CallerHungUp(call=CALL),
        ]


async def test_a_key_is_told_once_and_a_one_after_a_star_is_both(double: AriDouble) -> None:
    keys = [
        {"type": "ChannelDtmfReceived", "digit": digit, "timestamp": number, "channel": {"id": LEG}}
        for number, digit in enumerate("*11*2")
    ]
    stranger = {"type": "ChannelDtmfReceived", "digit": "9", "channel": {"id": OTHER}}
    async with bridged(double.url) as (bridge, engine, _):
        await until(lambda: bridge.connected)
        await double.send(*(each for key in keys for each in (key, key)), stranger, OF_THE_CALL[1])
        await until(lambda: engine.told_of(CallArrived))
        told = engine.told_of(LegKeyPressed, KeyPressed)
        assert told == [LegKeyPressed(offer=OFFER, device=DESK, key=key) for key in ("*", "*1", "1", "*", "2")]


@pytest.mark.parametrize("has_heard_it", [False, True])
async def test_what_an_agent_hears_is_cut_before_he_is_joined_unless_it_is_over(
    double: AriDouble, has_heard_it: bool
) -> None:
    async with bridged(double.url) as (bridge, engine, _):
        await until(lambda: bridge.connected)
        playback = await tell(double, bridge, 1)
        if has_heard_it:
            await double.send(is_over(playback), is_over(playback))
            await until(lambda: engine.told_of(AgentTold))
        bridge.carry_out([Connect(call=CALL, channel=CHANNEL, offer=OFFER, device=DESK)])
        await until(lambda: asked(double, "POST", f"/bridges/{CALL}~talk/addChannel"))
        assert asked(double, "DELETE", f"/playbacks/{playback}") == (not has_heard_it)
        assert len(engine.told_of(AgentTold)) == has_heard_it


async def test_an_agent_hears_one_thing_at_a_time_and_the_end_of_the_last_is_told(double: AriDouble) -> None:
    async with bridged(double.url) as (bridge, engine, _):
        await until(lambda: bridge.connected)
        first, second = await tell(double, bridge, 1), await tell(double, bridge, 2)
        assert (asked(double, "DELETE", f"/playbacks/{first}"), asked(double, "DELETE", f"/playbacks/{second}")) == (
            1,
            0,
        )
        await double.send(is_over(first), OF_THE_CALL[1])
        await until(lambda: engine.told_of(CallArrived))
        assert engine.told_of(AgentTold) == []
        await double.send(is_over(second))
        await until(lambda: engine.told_of(AgentTold))


async def tell(double: AriDouble, bridge: Bridge, nth: int) -> str:
    """Order that the agent is told something, for the nth time; the playback."""
    playback = f"{LEG}~told~{nth}"
    double.answers["POST", f"/channels/{LEG}/play/{playback}"] = Answer.of({"id": playback})
    bridge.carry_out([TellAgent(offer=OFFER, device=DESK, words=(Phrase.WAITED, nth, Phrase.MINUTES))])
    await until(lambda: asked(double, "POST", f"/channels/{LEG}/play/{playback}"))
    assert double.asked[-1].body == {"media": ["sound:acd/waited", f"number:{nth}", "sound:acd/minutes"]}
    return playback


def is_over(playback: str) -> dict[str, Any]:
    return {"type": "PlaybackFinished", "playback": {"id": playback, "state": "done"}}


async def test_the_bridge_of_a_talk_goes_when_its_caller_waits_again(double: AriDouble) -> None:
    async with bridged(double.url) as (bridge, _engine, _):
        await until(lambda: bridge.connected)
        bridge.carry_out([Connect(call=CALL, channel=CHANNEL, offer=OFFER, device=DESK)])
        bridge.carry_out([HoldCaller(call=CALL, channel=CHANNEL, queue=QUEUE)] * 2)
        await until(lambda: asked(double, "POST", "/bridges/hold~7002%40demo.example/addChannel") == 2)
        talk = f"/bridges/{CALL}~talk"
        assert [asked(double, "POST", f"{talk}/removeChannel"), asked(double, "DELETE", talk)] == [1, 1]


async def test_lamps_are_written_where_they_differ(double: AriDouble) -> None:
    double.answers["GET", "/deviceStates"] = Answer.of(
        [{"name": "Stasis:acd-511001-desk", "state": "INUSE"}, {"name": "Stasis:acd-521001-desk", "state": "NOT_INUSE"}]
    )
    async with bridged(double.url) as (bridge, _engine, _):
        await until(lambda: bridge.connected)
        before = len(double.asked)
        bridge.carry_out([ShowStatus(devices=(DESK,), status=ONLINE), ShowStatus(devices=(DESK,), status=LUNCH)])
        await until(lambda: len(double.asked) >= before + 2)
        assert [(each.method, each.path, each.body) for each in double.asked[before:]] == [
            ("PUT", "/deviceStates/Stasis%3Aacd-511001-desk", {"deviceState": "NOT_INUSE"}),
            ("PUT", "/deviceStates/Stasis%3Aacd-5511001-desk", {"deviceState": "INUSE"}),
        ]


async def test_unknown_and_malformed_events_are_counted_and_nothing_else(double: AriDouble) -> None:
    async with bridged(double.url) as (bridge, engine, _):
        await until(lambda: bridge.connected)
        before = len(engine.told)
        await double.send(
            {"type": "TimeTravel"}, {"type": "StasisStart"}, {"type": "StasisStart", "args": 7}, "{", "[]"
        )
        await double.send(OF_THE_CALL[0])
        await until(lambda: len(engine.told) > before)
        assert len(engine.told) == before + 1
        assert bridge.counters.malformed == 2
        assert bridge.counters.events["unknown"] == 1


async def test_a_request_that_hangs_holds_up_its_own_call_only_and_fails_in_time(double: AriDouble) -> None:
    double.answers["POST", f"/bridges/{CALL}~talk/addChannel"] = HANGS
    async with bridged(double.url) as (bridge, engine, _):
        await until(lambda: bridge.connected)
        bridge.carry_out(
            [
                Connect(call=CALL, channel=CHANNEL, offer=OfferId(f"{CALL}~1"), device=DESK),
                HangUpCall(call=CALL, channel=CHANNEL),
                HangUpCall(call=OTHER, channel=ChannelId(OTHER)),
            ]
        )
        await until(lambda: asked(double, "DELETE", f"/channels/{OTHER}"))
        assert asked(double, "DELETE", f"/channels/{CALL}") == 0
        await until(lambda: engine.told_of(ConnectFailed))
        await until(lambda: asked(double, "DELETE", f"/channels/{CALL}"))
        assert bridge.counters.requests["bridges.addChannel", "timeout"] == 1


async def test_a_phone_is_not_rung_for_the_next_call_before_its_last_one_has_gone(double: AriDouble) -> None:
    """Else a phone with one line answers busy to the caller whom it should have next."""
    ring = Ring(
        offer=OfferId(f"{OTHER}~1"),
        call=OTHER,
        devices=(DESK,),
        caller=Caller(number="1"),
        queue_name="Sales",
        auto_answer=False,
        ring_time=timedelta(seconds=20),
    )
    next_leg = f"/channels/{OTHER}~1~{DESK}"
    double.answers["POST", next_leg] = Answer.of({"id": f"{OTHER}~1~{DESK}"})
    channel = {"id": LEG, "name": f"PJSIP/{DESK}-00000001", "state": "Ringing"}
    async with bridged(double.url) as (bridge, _, _life):
        await until(lambda: bridge.connected)
        bridge.carry_out([StopRinging(offer=OfferId(f"{CALL}~1"), devices=(DESK,), elsewhere=True), ring])
        bridge.carry_out([HangUpCall(call=CALL, channel=CHANNEL)])
        await until(lambda: asked(double, "DELETE", f"/channels/{CALL}"))
        assert (asked(double, "DELETE", f"/channels/{LEG}"), asked(double, "POST", next_leg)) == (1, 0)
        await double.send({"type": "ChannelDestroyed", "cause": 16, "channel": channel})
        await until(lambda: asked(double, "POST", next_leg))


async def test_a_leg_of_which_nothing_is_known_counts_as_unreachable_and_is_taken_back(double: AriDouble) -> None:
    double.answers["POST", f"/channels/{LEG}"] = HANGS
    ring = Ring(
        offer=OfferId(f"{CALL}~1"),
        call=CALL,
        devices=(DESK,),
        caller=Caller(number="1"),
        queue_name="Sales",
        auto_answer=False,
        ring_time=timedelta(seconds=20),
    )
    async with bridged(double.url) as (bridge, engine, _):
        await until(lambda: bridge.connected)
        bridge.carry_out([ring])
        await until(lambda: asked(double, "DELETE", f"/channels/{LEG}"))
        assert engine.told_of(LegEnded) == [LegEnded(offer=ring.offer, device=DESK, how=LegEnd.UNREACHABLE)]


async def test_a_holding_bridge_that_is_missing_is_made(double: AriDouble) -> None:
    bridge_path = "/bridges/hold~7002%40demo.example"
    double.answers["POST", f"{bridge_path}/addChannel"] = Answer.of({"message": "Bridge not found"}, status=404)
    async with bridged(double.url) as (bridge, _, _life):
        await until(lambda: bridge.connected)
        before = len(double.asked)
        bridge.carry_out([HoldCaller(call=CALL, channel=CHANNEL, queue=QUEUE)])
        await until(lambda: len(double.asked) >= before + 5)
        assert [each.path for each in double.asked[before:]] == [
            f"/channels/{CALL}/answer",
            f"{bridge_path}/removeChannel",
            f"{bridge_path}/addChannel",
            bridge_path,
            f"{bridge_path}/addChannel",
        ]


async def test_a_bug_behind_an_event_ends_the_bridge(double: AriDouble) -> None:
    async with bridged(double.url) as (bridge, engine, life):
        await until(lambda: bridge.connected)
        del engine.engine
        await double.send(OF_THE_CALL[1])
        with pytest.raises(AttributeError):
            await life
