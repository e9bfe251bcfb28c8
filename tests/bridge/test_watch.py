"""The bridge notices that Asterisk hears it no more, and what it was not told."""

from collections.abc import AsyncGenerator
from datetime import timedelta
from typing import Any

import pytest

from acd.inputs import (
    AsteriskLost,
    AsteriskSeen,
    CallArrived,
    CallerHungUp,
    CallGone,
    DriftFound,
    LegAnswered,
    LegEnded,
    NotHeld,
    TalkUnknown,
)
from acd.outputs import CallOutcome, HangUpLeg, HoldCaller, Loss, Ring
from ari_bridge import rounds, watch
from ari_bridge.names import PROBE
from tests.bridge.ari_double import HANGS, Answer, AriDouble, ari_double
from tests.bridge.bridged import (
    CALL,
    CHANNEL,
    DESK,
    LEG,
    LISTS,
    OF_THE_CALL,
    OFFER,
    STREAM,
    asked,
    bridged,
    has_nothing,
)
from tests.bridge.live_engine import QUEUE, LiveEngine, until

CALLER, AGENT = LISTS["channels"][0], next(each for each in LISTS["channels"] if each["id"] == LEG)
MUSIC: dict[str, Any] = {"id": f"hold~{QUEUE}", "channels": [CALL]}
PHONES = LISTS["endpoints"]


@pytest.fixture
async def double() -> AsyncGenerator[AriDouble]:
    async with ari_double() as running:
        has_nothing(running)
        running.answers["GET", "/endpoints"] = Answer.of(PHONES)
        yield running


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same a hundred times as fast."""
    for module, name in (
        (watch, "ASK_EVERY"),
        (watch, "ANSWERED_WITHIN"),
        (watch, "TOLD_WITHIN"),
        (rounds, "LOOK_EVERY"),
        (rounds, "LOOK_AGAIN_AFTER"),
    ):
        length: timedelta = getattr(module, name)
        monkeypatch.setattr(module, name, length / 20)


def has(double: AriDouble, *channels: dict[str, Any], bridges: tuple[dict[str, Any], ...] = ()) -> None:
    double.answers["GET", "/channels"] = Answer.of(channels)
    double.answers["GET", "/bridges"] = Answer.of(bridges)


async def asked_for(double: AriDouble, path: str, *, times: int) -> None:
    """Wait until this has been asked so often from now on."""
    before = asked(double, "GET", path)
    await until(lambda: asked(double, "GET", path) >= before + times)


async def looked_at(double: AriDouble, *, times: int = 3) -> None:
    """So many looks from now on have been taken, each from its beginning to its end."""
    await asked_for(double, "/endpoints", times=times + 1)


def drift(engine: LiveEngine) -> list[object]:
    return [each for found in engine.told_of(DriftFound) if isinstance(found, DriftFound) for each in found.differences]


# --- whether it hears us


@pytest.mark.usefixtures("quick")
async def test_routes_for_channels_that_hang_are_noticed_while_others_answer(double: AriDouble) -> None:
    async with bridged(double.url) as (bridge, engine, _):
        await until(lambda: bridge.connected)
        double.answers["GET", f"/channels/{PROBE}"] = double.answers["GET", "/channels"] = HANGS
        await until(lambda: engine.told_of(AsteriskLost))
        assert "did not answer" in str(bridge.last_error)
        has_nothing(double)
        await until(lambda: bridge.counters.connects == 2)


@pytest.mark.usefixtures("quick")
async def test_one_answer_that_is_late_is_no_loss(double: AriDouble) -> None:
    async with bridged(double.url) as (bridge, engine, _):
        await until(lambda: bridge.connected)
        probe = f"/channels/{PROBE}"
        for _ in range(3):
            good = double.answers["GET", probe]
            double.answers["GET", probe] = HANGS
            await asked_for(double, probe, times=1)
            double.answers["GET", probe] = good
            await asked_for(double, probe, times=2)
        assert engine.told_of(AsteriskLost) == []
        assert bridge.connected


@pytest.mark.usefixtures("quick")
async def test_an_asterisk_that_has_forgotten_us_is_told_again(double: AriDouble) -> None:
    async with bridged(double.url) as (bridge, engine, _):
        await until(lambda: bridge.connected)
        double.answers["GET", "/applications/acd"] = Answer.of({"name": "acd", "endpoint_ids": []})
        await until(lambda: engine.told_of(AsteriskLost))
        assert "forgotten" in str(bridge.last_error)
        double.answers["GET", "/applications/acd"] = Answer.of({"name": "acd", "endpoint_ids": ["PJSIP"]})
        await until(lambda: bridge.counters.connects == 2)
        assert asked(double, "POST", "/applications/acd/subscription") == 2


@pytest.mark.usefixtures("quick")
async def test_an_asterisk_that_tells_nothing_is_not_believed_to_be_there(double: AriDouble) -> None:
    double.tells = ""
    async with bridged(double.url) as (bridge, engine, _):
        await until(lambda: bridge.last_error is not None)
        assert "tells us nothing" in str(bridge.last_error)
        assert engine.told_of(AsteriskSeen) == []
        double.tells = "ChannelUserevent"
        await until(lambda: bridge.connected)


@pytest.mark.usefixtures("quick")
async def test_an_asterisk_that_tells_nothing_more_is_connected_to_anew(double: AriDouble) -> None:
    async with bridged(double.url) as (bridge, engine, _):
        await until(lambda: bridge.connected)
        double.tells = ""
        await until(lambda: engine.told_of(AsteriskLost))
        assert "tells us nothing" in str(bridge.last_error)
        double.tells = "ChannelUserevent"
        await until(lambda: bridge.counters.connects == 2)


@pytest.mark.usefixtures("quick")
async def test_whatever_it_tells_is_proof_that_it_tells(double: AriDouble) -> None:
    double.tells = "EndpointStateChange"
    async with bridged(double.url) as (bridge, _, _life):
        await until(lambda: bridge.connected)
        await asked_for(double, f"/channels/{PROBE}", times=3)
        assert bridge.counters.connects == 1


async def test_another_life_of_asterisk_is_told(double: AriDouble) -> None:
    about = {"system": {"version": "22.10.1"}, "status": {"startup_time": "2026-11-23T04:30:00.000+0000"}}
    double.answers["GET", "/asterisk/info"] = Answer.of(about)
    async with bridged(double.url) as (bridge, engine, _):
        await until(lambda: bridge.connected)
        about["status"]["startup_time"] = "2026-11-23T04:31:00.000+0000"
        double.answers["GET", "/asterisk/info"] = Answer.of(about)
        double.vanish()
        await until(lambda: bridge.counters.connects == 2)
        lives = [each.life for each in engine.told_of(AsteriskSeen) if isinstance(each, AsteriskSeen)]
        assert lives == ["2026-11-23T04:30:00.000+0000", "2026-11-23T04:31:00.000+0000"]


# --- what it was not told


@pytest.mark.usefixtures("quick")
async def test_nobody_is_touched_where_all_is_as_it_should_be(double: AriDouble) -> None:
    async with bridged(double.url) as (bridge, engine, _):
        await until(lambda: bridge.connected)
        has(double, CALLER, bridges=(MUSIC,))
        await double.send(STREAM[0], OF_THE_CALL[1])
        await until(lambda: engine.told_of(CallArrived))
        has(double, CALLER, AGENT | {"state": "Ringing"}, bridges=(MUSIC,))
        await looked_at(double, times=6)
        assert drift(engine) == []


@pytest.mark.usefixtures("quick")
async def test_a_caller_who_is_gone_unheard_is_lost_and_his_agent_is_free(double: AriDouble) -> None:
    async with bridged(double.url) as (bridge, engine, _):
        await until(lambda: bridge.connected)
        await double.send(OF_THE_CALL[1])
        await until(lambda: engine.told_of(CallArrived))
        await until(lambda: engine.told_of(DriftFound))
        assert CallGone(call=CALL) in drift(engine)
        (ended,) = [each for each in engine.facts if getattr(each, "outcome", None) is CallOutcome.LOST]
        assert getattr(ended, "loss", None) is Loss.UNHEARD
        await double.send(*(each for each in OF_THE_CALL if each["type"] == "StasisEnd"))
        await looked_at(double)
        assert engine.told_of(CallerHungUp) == []


@pytest.mark.usefixtures("quick")
async def test_a_caller_of_whom_nobody_told_is_taken_in_and_heard_when_he_hangs_up(double: AriDouble) -> None:
    async with bridged(double.url) as (bridge, engine, _):
        await until(lambda: bridge.connected)
        has(double, CALLER)
        await until(lambda: engine.told_of(DriftFound))
        assert [type(each) for each in drift(engine) if isinstance(each, CallArrived)] == [CallArrived]
        assert HoldCaller(call=CALL, channel=CHANNEL, queue=QUEUE) in engine.ordered
        await double.send(*(each for each in OF_THE_CALL if each["type"] == "StasisEnd"))
        await until(lambda: engine.told_of(CallerHungUp))


@pytest.mark.usefixtures("quick")
async def test_a_phone_that_answered_unheard_has_the_call(double: AriDouble) -> None:
    async with bridged(double.url) as (bridge, engine, _):
        await until(lambda: bridge.connected)
        has(double, CALLER, AGENT, bridges=(MUSIC,))
        await double.send(OF_THE_CALL[1])
        await until(lambda: drift(engine))
        assert LegAnswered(offer=OFFER, device=DESK) in drift(engine)


@pytest.mark.usefixtures("quick")
async def test_a_talk_of_which_nobody_told_goes_on_and_is_known_when_it_ends(double: AriDouble) -> None:
    async with bridged(double.url) as (bridge, engine, _):
        await until(lambda: bridge.connected)
        has(double, CALLER, AGENT, bridges=tuple(LISTS["bridges"]))
        await until(lambda: drift(engine))
        assert [(each.offer, each.device) for each in drift(engine) if isinstance(each, TalkUnknown)] == [(OFFER, DESK)]
        await looked_at(double)
        assert [each for each in engine.ordered if isinstance(each, HangUpLeg | HoldCaller)] == []
        bridge.carry_out([HoldCaller(call=CALL, channel=CHANNEL, queue=QUEUE)])  # as after a transfer
        await until(lambda: asked(double, "DELETE", f"/bridges/{CALL}~talk"))
        await double.send(*(each for each in OF_THE_CALL if each["type"] == "StasisEnd"))
        await until(lambda: engine.told_of(CallerHungUp))


@pytest.mark.usefixtures("quick")
async def test_what_is_under_way_is_no_drift(double: AriDouble) -> None:
    """The order to ring has not been answered yet: that the phone does not ring is no wonder."""
    double.answers["POST", f"/channels/{LEG}"] = HANGS
    async with bridged(double.url) as (bridge, engine, _):
        await until(lambda: bridge.connected)
        has(double, CALLER, bridges=(MUSIC,))
        await double.send(OF_THE_CALL[1])
        await until(lambda: [each for each in engine.ordered if isinstance(each, Ring)])
        while not engine.told_of(LegEnded):  # the order has its time limit
            await looked_at(double, times=1)
        assert drift(engine) == []


@pytest.mark.usefixtures("quick")
async def test_what_one_look_shows_and_the_next_one_does_not_is_no_drift(double: AriDouble) -> None:
    async with bridged(double.url) as (bridge, engine, _):
        await until(lambda: bridge.connected)
        for _ in range(3):
            has(double, AGENT)
            await asked_for(double, "/endpoints", times=1)
            has(double)
            await looked_at(double, times=2)
        assert drift(engine) == []
        assert [each for each in engine.ordered if isinstance(each, HangUpLeg)] == []


@pytest.mark.usefixtures("quick")
async def test_music_that_is_missing_is_ordered_again(double: AriDouble) -> None:
    async with bridged(double.url) as (bridge, engine, _):
        await until(lambda: bridge.connected)
        has(double, CALLER, AGENT | {"state": "Ringing"})
        await double.send(OF_THE_CALL[1])
        await until(lambda: NotHeld(call=CALL) in drift(engine))
        path = f"/bridges/hold~{QUEUE.replace('@', '%40')}/addChannel"
        await until(lambda: asked(double, "POST", path) >= 2)


@pytest.mark.usefixtures("quick")
async def test_a_star_code_that_nobody_heard_of_is_carried_out(double: AriDouble) -> None:
    dialled = CALLER | {
        "id": "acd-1.9",
        "name": "PJSIP/1001-desk-00000009",
        "dialplan": {"app_name": "Stasis", "app_data": "acd,feature,*52"},
    }
    async with bridged(double.url) as (bridge, engine, _):
        await until(lambda: bridge.connected)
        has(double, dialled)
        await until(lambda: engine.asked)
        await until(lambda: asked(double, "POST", "/channels/acd-1.9/answer"))
        assert len(engine.asked) == 1
