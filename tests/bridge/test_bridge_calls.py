"""What the bridge itself remembers between messages and orders: callers, keys, what agents hear, talks, lamps."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from acd.inputs import (
    AgentTold,
    CallArrived,
    CallConnected,
    CallerHungUp,
    CallerReached,
    ConnectFailed,
    DriftFound,
    KeyPressed,
    LegAnswered,
    LegEnded,
    LegKeyPressed,
    LegLeftOver,
    OtherCallEnded,
    OtherCallStarted,
)
from acd.model import LUNCH, ONLINE, Caller, ChannelId, OfferId
from acd.outputs import (
    AnswerTransfer,
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
)
from ari_bridge.bridge import Bridge
from tests.bridge.ari_double import HANGS, Answer, AriDouble, ari_double
from tests.bridge.bridged import (
    BACK,
    CALL,
    CHANNEL,
    DESK,
    LEG,
    LISTS,
    OF_THE_CALL,
    OFFER,
    OTHER,
    asked,
    bridged,
    changes,
    has_nothing,
    has_the_talk,
)
from tests.bridge.live_engine import QUEUE, until

RING = Ring(
    offer=OfferId(f"{OTHER}~1"),
    call=OTHER,
    devices=(DESK,),
    caller=Caller(number="1"),
    queue_name="Sales",
    auto_answer=False,
    ring_time=timedelta(seconds=20),
)


@pytest.fixture
async def double() -> AsyncGenerator[AriDouble]:
    async with ari_double() as running:
        has_nothing(running)
        yield running


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


async def test_that_two_are_joined_is_known_without_the_event(double: AriDouble) -> None:
    async with bridged(double.url) as (bridge, engine, _):
        await until(lambda: bridge.connected)
        await double.send(OF_THE_CALL[1])
        await until(lambda: engine.told_of(CallArrived))
        bridge.carry_out([Connect(call=CALL, channel=CHANNEL, offer=OFFER, device=DESK)])
        await until(lambda: engine.told_of(CallConnected))
        assert engine.told_of(CallConnected, ConnectFailed) == [CallConnected(call=CALL)]


async def test_two_who_were_joined_although_nobody_answered_are_not_parted(double: AriDouble) -> None:
    double.answers["POST", f"/bridges/{CALL}~talk/addChannel"] = HANGS
    double.answers["GET", f"/bridges/{CALL}~talk"] = Answer.of({"id": f"{CALL}~talk", "channels": [CALL, LEG]})
    async with bridged(double.url) as (bridge, engine, _):
        await until(lambda: bridge.connected)
        bridge.carry_out([Connect(call=CALL, channel=CHANNEL, offer=OFFER, device=DESK)])
        await until(lambda: engine.told_of(CallConnected))
        assert engine.told_of(CallConnected, ConnectFailed) == [CallConnected(call=CALL)]


async def test_a_phone_that_rings_although_nobody_answered_rings_on(double: AriDouble) -> None:
    double.answers["POST", f"/channels/{LEG}"] = HANGS
    double.answers["GET", f"/channels/{LEG}"] = Answer.of(
        {"id": LEG, "name": "PJSIP/1001-desk-00000001", "state": "Ringing"}
    )
    async with bridged(double.url) as (bridge, engine, _):
        await until(lambda: bridge.connected)
        bridge.carry_out([replace(RING, offer=OFFER)])
        await until(lambda: bridge.counters.requests["channels.originateWithId", "timeout"])
        await until(lambda: asked(double, "GET", f"/channels/{LEG}"))
        bridge.carry_out([StopRinging(offer=OFFER, devices=(DESK,), elsewhere=False)])  # in the same lane, behind it
        await until(lambda: asked(double, "DELETE", f"/channels/{LEG}"))
        assert asked(double, "DELETE", f"/channels/{LEG}") == 1
        assert engine.told_of(LegEnded) == []


async def test_what_was_missed_of_a_phone_is_found_however_often_it_is_rung(double: AriDouble) -> None:
    left_over, own_call = f"{OTHER}~1~{DESK}", ChannelId("acd-8.8")
    double.answers["GET", "/endpoints"] = Answer.of(LISTS["endpoints"])
    async with bridged(double.url) as (bridge, engine, _):
        await until(lambda: bridge.connected)
        await double.send(OF_THE_CALL[1])
        await until(lambda: asked(double, "POST", f"/channels/{LEG}"))
        has_the_talk(double)
        double.answers["GET", "/bridges"] = Answer.of([])
        channels = [
            {"id": id_, "name": "PJSIP/1001-desk-00000001", "state": state}
            for id_, state in ((left_over, "Ringing"), (own_call, "Up"))
        ]
        double.answers["GET", "/channels"] = Answer.of([*LISTS["channels"], *channels])
        missed = {
            LegLeftOver(offer=OfferId(f"{OTHER}~1"), device=DESK),
            LegAnswered(offer=OFFER, device=DESK),
            OtherCallStarted(channel=own_call, device=DESK),
        }
        for number in range(2, 100):
            bridge.carry_out([replace(RING, offer=OfferId(f"{OTHER}~{number}"))])
            await asyncio.sleep(0.1)
            missed -= {each for drift in engine.told if isinstance(drift, DriftFound) for each in drift.differences}
            if not missed:
                break
        assert not missed


async def test_an_agent_is_let_go_behind_the_caller_whom_he_has_passed_on(double: AriDouble) -> None:
    """Else an engine that dies in between leaves a caller alone, and nobody knows where he was to go."""
    double.answers["POST", f"/channels/{CHANNEL}/variables"] = HANGS
    async with bridged(double.url) as (bridge, _, _life):
        await until(lambda: bridge.connected)
        bridge.carry_out(
            [
                SendOn(call=CALL, channel=CHANNEL, number="1002"),
                AnswerTransfer(call=CALL, offer=OFFER, device=DESK, granted=True),
                HangUpLeg(offer=OFFER, device=DESK),
            ]
        )
        await until(lambda: asked(double, "DELETE", f"/channels/{LEG}"))
        assert bridge.counters.requests["channels.setChannelVars", "timeout"] == 1


async def test_one_who_has_gone_is_not_joined(double: AriDouble) -> None:
    bridge_of_the_talk = f"/bridges/{CALL}~talk"
    double.answers["POST", f"{bridge_of_the_talk}/addChannel"] = Answer.of({"message": "not found"}, 400)
    async with bridged(double.url) as (bridge, engine, _):
        await until(lambda: bridge.connected)
        bridge.carry_out(
            [
                Connect(call=CALL, channel=CHANNEL, offer=OFFER, device=DESK),
                HangUpCall(call=CALL, channel=CHANNEL),
            ]
        )
        await until(lambda: asked(double, "DELETE", bridge_of_the_talk))  # in the same lane, behind it
        assert engine.told_of(CallConnected, ConnectFailed) == []


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
    assert changes(double)[-1].body == {"media": ["sound:acd/waited", f"number:{nth}", "sound:acd/minutes"]}
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
        before = len(changes(double))
        bridge.carry_out([ShowStatus(devices=(DESK,), status=ONLINE), ShowStatus(devices=(DESK,), status=LUNCH)])
        await until(lambda: len(changes(double)) >= before + 2)
        assert [(each.method, each.path, each.body) for each in changes(double)[before:]] == [
            ("PUT", "/deviceStates/Stasis%3Aacd-511001-desk", {"deviceState": "NOT_INUSE"}),
            ("PUT", "/deviceStates/Stasis%3Aacd-5511001-desk", {"deviceState": "INUSE"}),
        ]
