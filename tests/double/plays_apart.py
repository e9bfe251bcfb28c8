"""Plays of what happens without us: calls between phones, cuts and takeovers, and requests that are refused."""

import time
from typing import Final

from acd.model import CallId, ChannelId
from acd.outputs import (
    HoldCaller,
)
from tests.double.beginnings import QUEUE, Play, over, talk
from tests.double.stage import Stage

# --- without us


async def a_person_calls_another(stage: Stage) -> None:
    for number in ("1001", "1003"):
        await stage.phone(number)
    caller = await stage.dial("1001", "1003")
    called = await stage.called("1003")
    await stage.settles()
    await called.answer()
    await stage.settles()
    await called.hang_up()
    await caller.is_over()


async def a_person_calls_and_gives_up(stage: Stage) -> None:
    for number in ("1001", "1003"):
        await stage.phone(number)
    caller = await stage.dial("1001", "1003")
    called = await stage.called("1003")
    await stage.settles()
    await caller.hang_up()
    await called.is_over()


async def a_person_is_busy_or_unknown(stage: Stage) -> None:
    for number in ("1001", "1003"):
        await stage.phone(number)
    stage.when_called("1003", 486)
    for number in ("1003", "1999", "1002"):
        await (await stage.dial("1001", number)).is_over()
        await stage.settles()


async def a_phone_comes_and_goes(stage: Stage) -> None:
    await stage.phone("1001")
    await stage.settles()
    await stage.unregister("1001")
    await stage.settles()


# --- where we are not heard, or not understood


async def the_websocket_ends_in_a_talk_and_comes_back(stage: Stage) -> None:
    caller, call, leg = await talk(stage)
    await stage.cut()
    await stage.client.applications.get(applicationName="acd")
    await stage.connect()
    await stage.client.applications.get(applicationName="acd")
    await stage.client.channels.list()
    await caller.hang_up()
    await stage.settles()
    over(stage, call)
    await leg.is_over()


async def the_websocket_ends_where_nobody_calls(stage: Stage) -> None:
    await stage.cut()
    await stage.ask(stage.client.applications.get(applicationName="acd"))
    await stage.connect()
    await stage.client.applications.get(applicationName="acd")
    await stage.phone("1001")


async def a_call_comes_while_nobody_listens(stage: Stage) -> None:
    for number in ("1001", "1004"):
        await stage.phone(number)
    await stage.cut()
    caller = await stage.dial("1004", "7001")
    await caller.is_answered()
    phone = await stage.dial("1001", "*51")
    await phone.is_answered()
    await stage.settles()
    await stage.client.channels.list()
    await stage.connect()
    await stage.client.applications.subscribe(applicationName="acd", eventSource=["endpoint:PJSIP"])
    call = CallId(await stage.arrives())
    stage.order(HoldCaller(call=call, channel=ChannelId(call), queue=QUEUE))
    await stage.settles()
    await caller.hang_up()
    await phone.hang_up()


async def the_engine_stands_still(stage: Stage) -> None:
    await stage.client.asterisk.setGlobalVar(variable="ACD_BEAT", value=str(int(time.time()) - 10))
    await stage.phone("1004")
    caller = await stage.dial("1004", "7001")
    await caller.is_answered()
    await stage.settles()
    await stage.client.channels.list()
    await caller.hang_up()
    await stage.settles()
    phone = await stage.dial("1004", "*51")
    await phone.is_answered()
    await phone.hang_up()


async def there_is_no_place_for_a_caller(stage: Stage) -> None:
    await stage.client.asterisk.setGlobalVar(variable="ACD_BEAT", value=str(int(time.time()) + 1))
    await stage.client.asterisk.setGlobalVar(variable="ACD_PLACES", value="1")
    for number in ("1004", "1003"):
        await stage.phone(number)
    first = await stage.dial("1004", "7001")
    await stage.arrives()
    second = await stage.dial("1003", "7001")
    await second.is_over()
    await stage.client.asterisk.getGlobalVar(variable="ACD_PLACES")
    await first.hang_up()


async def asterisk_dies_in_a_talk(stage: Stage) -> None:
    await talk(stage)
    await stage.client.asterisk.setGlobalVar(variable="ACD_X", value="1")
    await stage.client.deviceStates.update(deviceName="Stasis:acd-x", deviceState="INUSE")
    await stage.is_saved()
    started = (await stage.client.asterisk.getInfo(only="status"))["status"]["startup_time"]
    await stage.crash()
    stage.told.clear()
    assert (await stage.client.asterisk.getInfo(only="status"))["status"]["startup_time"] != started
    await stage.client.channels.list()
    await stage.client.bridges.list()
    await stage.client.endpoints.list()
    await stage.client.deviceStates.list()
    await stage.client.asterisk.getGlobalVar(variable="ACD_X")
    await stage.client.applications.list()
    await stage.connect()
    await stage.client.applications.get(applicationName="acd")
    await stage.client.deviceStates.delete(deviceName="Stasis:acd-x")
    await stage.is_saved()


async def another_takes_our_place(stage: Stage) -> None:
    caller, call, leg = await talk(stage)
    await stage.rival()
    await stage.settles()
    await caller.hang_up()
    await stage.settles()
    over(stage, call)
    await leg.is_over()


async def requests_that_are_refused(stage: Stage) -> None:
    await stage.phone("1004")
    await stage.phone("1001")
    line = await stage.dial("1004", "7001")
    call = await stage.arrives()
    channels, bridges, ask = stage.client.channels, stage.client.bridges, stage.ask
    await ask(channels.get(channelId="x"))
    await ask(channels.answer(channelId="x"))
    await ask(channels.hangup(channelId="x"))
    await ask(channels.playWithId(channelId="x", playbackId="p", media="sound:beep"))
    await ask(channels.setChannelVars(channelId="x", variables={"A": "b"}))
    await ask(channels.continueInDialplan(channelId="x"))
    await ask(channels.ring(channelId="x"))
    await ask(channels.ringStop(channelId=call))
    await ask(channels.transfer_progress(channelId=call, states="channel_answered"))
    await ask(channels.transfer_progress(channelId=call, states="nonsense"))
    await ask(channels.transfer_progress(channelId="x", states="channel_answered"))
    for endpoint in ("PJSIP/1002-desk", "PJSIP/nobody", "Nothing/1"):
        await ask(channels.originateWithId(channelId="leg", endpoint=endpoint, app="acd"))
    # Last: on a connection that has once refused a name Asterisk gives that reason for every failure.
    for endpoint in ("PJSIP/1002-desk", "PJSIP/nobody", "PJSIP/1001-desk"):
        await ask(channels.originateWithId(channelId=call, endpoint=endpoint, app="acd"))
    await ask(channels.originateWithId(channelId="leg", endpoint="PJSIP/1001-desk", app="acd"))
    ringing = await stage.called("1001")
    await stage.settles()
    await ask(channels.answer(channelId="leg"))
    await ask(channels.playWithId(channelId="leg", playbackId="p", media="sound:beep"))
    await ask(channels.continueInDialplan(channelId="leg"))
    await ask(channels.ring(channelId="leg"))
    await ask(channels.setChannelVars(channelId="leg", variables={"A": "b"}))
    await ask(bridges.createWithId(bridgeId="b", type="mixing", name="b"))
    await ask(bridges.createWithId(bridgeId="b", type="mixing", name="b"))
    await ask(bridges.addChannel(bridgeId="b", channel=[call, "x"]))
    await ask(bridges.addChannel(bridgeId="b", channel=["leg"]))
    await ask(bridges.addChannel(bridgeId="none", channel=[call]))
    await ask(bridges.removeChannel(bridgeId="b", channel="x"))
    await ask(bridges.removeChannel(bridgeId="b", channel=call))
    await ask(bridges.removeChannel(bridgeId="b", channel="leg"))
    await ask(bridges.removeChannel(bridgeId="none", channel=call))
    await ask(bridges.record(bridgeId="none", name="r", format="wav"))
    await ask(bridges.destroy(bridgeId="b"))
    await stage.settles()  # in the very next moment it would not be ours, but be there
    await ask(bridges.destroy(bridgeId="b"))
    await ask(stage.client.playbacks.stop(playbackId="none"))
    await ask(stage.client.recordings.stop(recordingName="none"))
    await ask(stage.client.endpoints.listByTech(tech="SIP"))
    await ask(stage.client.endpoints.get(tech="PJSIP", resource="nobody"))
    await ask(stage.client.deviceStates.update(deviceName="Stasis:acd-x", deviceState="INUSE"))
    await ask(stage.client.deviceStates.update(deviceName="PJSIP/1001-desk", deviceState="INUSE"))
    await ask(stage.client.deviceStates.list())
    await ask(stage.client.deviceStates.delete(deviceName="Stasis:acd-x"))
    await ask(stage.client.applications.get(applicationName="none"))
    await ask(stage.client.applications.subscribe(applicationName="acd", eventSource=["endpoint:Nothing"]))
    await ask(stage.client.asterisk.getObject(configClass="res_pjsip", objectType="auth", id="none"))
    await ask(stage.client.asterisk.deleteObject(configClass="res_pjsip", objectType="auth", id="none"))
    await ask(stage.client.asterisk.setGlobalVar(variable="ACD_X", value="1"))
    await ask(stage.client.asterisk.getGlobalVar(variable="ACD_X"))
    await ringing.hang_up()
    await stage.settles()
    await line.hang_up()


PLAYS: Final[tuple[Play, ...]] = (
    a_person_calls_another,
    a_person_calls_and_gives_up,
    a_person_is_busy_or_unknown,
    a_phone_comes_and_goes,
    the_websocket_ends_in_a_talk_and_comes_back,
    the_websocket_ends_where_nobody_calls,
    a_call_comes_while_nobody_listens,
    the_engine_stands_still,
    there_is_no_place_for_a_caller,
    asterisk_dies_in_a_talk,
    another_takes_our_place,
    requests_that_are_refused,
)
