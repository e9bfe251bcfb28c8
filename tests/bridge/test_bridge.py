"""The bridge on a stand-in for Asterisk and the real engine: connections that fail, answers that never come."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta

import pytest
import structlog

from acd.inputs import (
    AsteriskLost,
    AsteriskSeen,
    CallArrived,
    CallConnected,
    CallerHungUp,
    ConnectFailed,
    LegEnd,
    LegEnded,
    OtherCallEnded,
)
from acd.model import Caller, ChannelId, OfferId
from acd.outputs import (
    Connect,
    HangUpCall,
    HangUpLeg,
    HoldCaller,
    Ring,
    StopRinging,
    TurnAway,
)
from ari_bridge.claim import StoodDown
from tests.bridge.ari_double import HANGS, Answer, AriDouble, ari_double
from tests.bridge.bridged import (
    CALL,
    CHANNEL,
    DESK,
    LEG,
    OF_THE_CALL,
    OTHER,
    STREAM,
    asked,
    bridged,
    changes,
    has_nothing,
    has_the_talk,
)
from tests.bridge.live_engine import QUEUE, until


@pytest.fixture
async def double() -> AsyncGenerator[AriDouble]:
    async with ari_double() as running:
        has_nothing(running)
        yield running


async def test_every_connection_begins_with_the_filter_the_subscriptions_and_a_look(double: AriDouble) -> None:
    async with bridged(double.url) as (bridge, engine, _):
        await until(lambda: bridge.connected)
        assert [each.path for each in double.asked[:8]] == [
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
        await until(lambda: bridge.counters.requests["bridges.addChannel", "ok"] == 2)
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
        before = len(changes(double))
        bridge.carry_out([HoldCaller(call=CALL, channel=CHANNEL, queue=QUEUE)])
        await asyncio.sleep(0)
        assert bridge.counters.dropped == 1
        assert changes(double)[before:] == []


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


async def test_a_caller_is_taken_out_of_the_music_first_unless_he_has_just_come(double: AriDouble) -> None:
    hold = "/bridges/hold~7002%40demo.example"
    async with bridged(double.url) as (bridge, _, _life):
        await until(lambda: bridge.connected)
        await double.send(OF_THE_CALL[1])
        await until(lambda: asked(double, "POST", f"{hold}/addChannel"))
        assert asked(double, "POST", f"{hold}/removeChannel") == 0
        bridge.carry_out([HoldCaller(call=CALL, channel=CHANNEL, queue=QUEUE)])
        await until(lambda: asked(double, "POST", f"{hold}/addChannel") == 2)
        assert asked(double, "POST", f"{hold}/removeChannel") == 1


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
        await until(lambda: changes(double)[-1].path.startswith("/deviceStates/"))  # the lamps of who is online
        before = len(changes(double))
        bridge.carry_out([HoldCaller(call=CALL, channel=CHANNEL, queue=QUEUE)])
        await until(lambda: len(changes(double)) >= before + 5)
        assert [each.path for each in changes(double)[before:]] == [
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
