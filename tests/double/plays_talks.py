"""Plays of what becomes of those who talk, of those who are let go, and of those who are called back."""

from datetime import timedelta
from typing import Final

from acd.model import Caller, CallId, ChannelId, OfferId, queue_id
from acd.outputs import (
    AnswerTransfer,
    CallBack,
    Connect,
    ConnectRetriever,
    Dismiss,
    HangUpCall,
    HangUpLeg,
    HangUpPhone,
    HoldCaller,
    JoinConsulted,
    SendOn,
    Sound,
    StartRecording,
    StopRecording,
    TurnAway,
)
from ari_bridge.plan_talks import part
from tests.double.beginnings import DESK, Play, agent, over, ring, talk, waiting_caller
from tests.double.stage import Part, Stage
from tests.integration.switchboard import ACCOUNT

BEEP: Final = Sound(name="beep")

# --- in a talk


async def hold_and_resume(stage: Stage) -> None:
    caller, call, leg = await talk(stage)
    await leg.hold()
    await stage.hears("ChannelHold")
    await stage.settles()
    await leg.resume()
    await stage.hears("ChannelUnhold")
    await caller.press("1")
    await stage.settles()
    await caller.hold()
    await stage.settles()
    await caller.hang_up()
    await stage.hears("ChannelDestroyed")
    over(stage, call)
    await leg.is_over()


async def a_recording(stage: Stage) -> None:
    caller, call, leg = await talk(stage)
    name = f"demo/{call}-1"
    stage.order(StartRecording(call=call, name=name))
    await stage.hears("RecordingStarted")
    stage.order(StartRecording(call=call, name=name))
    await stage.settles()
    await leg.press("*")
    await stage.settles()
    await stage.hears("ChannelDtmfReceived")
    stage.order(StopRecording(call=call, name=name))
    await stage.hears("RecordingFinished")
    stage.order(StopRecording(call=call, name=name))
    stage.order(StartRecording(call=call, name=name))
    await stage.settles()
    await caller.hang_up()
    await stage.hears("ChannelDestroyed")
    over(stage, call)
    await leg.is_over()


async def a_blind_transfer(stage: Stage) -> None:
    caller, call, leg = await talk(stage)
    await stage.phone("1003")
    await leg.transfer("1003")
    await stage.hears("ChannelTransfer")
    await stage.settles()
    stage.carry_out(part(call, ChannelId(call)))
    stage.order(SendOn(call=call, channel=ChannelId(call), number="1003"))
    third = await stage.called("1003")
    await stage.settles()
    _let_go(stage, call)
    await leg.is_over()
    await stage.settles()
    await third.answer()
    await stage.settles()
    await third.hang_up()
    await caller.is_over()


async def a_transfer_that_is_refused(stage: Stage) -> None:
    caller, call, leg = await talk(stage)
    await leg.transfer("1999")
    await stage.hears("ChannelTransfer")
    await stage.settles()
    stage.order(AnswerTransfer(call=call, offer=OfferId(f"{call}~1"), device=DESK, granted=False))
    await stage.settles()
    stage.order(AnswerTransfer(call=call, offer=OfferId(f"{call}~1"), device=DESK, granted=False))
    await stage.settles()
    await caller.hang_up()
    await stage.hears("ChannelDestroyed")
    over(stage, call)
    await leg.is_over()


def _let_go(stage: Stage, call: CallId) -> None:
    offer = OfferId(f"{call}~1")
    stage.order(AnswerTransfer(call=call, offer=offer, device=DESK, granted=True), HangUpLeg(offer=offer, device=DESK))


async def an_attended_transfer(stage: Stage) -> None:
    caller, call, leg = await talk(stage)
    await stage.phone("1003")
    second = await stage.dial("1001", "1003")
    consulted = await stage.called("1003")
    await stage.settles()
    await consulted.answer()
    await second.is_answered()
    await stage.settles()
    await leg.transfer_to(second)
    asked = await stage.hears("ChannelTransfer")
    await stage.settles()
    name = asked["refer_to"]["connected_channel"]["name"]
    stage.carry_out(part(call, ChannelId(call)))
    stage.order(JoinConsulted(call=call, channel=ChannelId(call), consulted=name))
    _let_go(stage, call)
    await leg.is_over()
    await second.is_over()
    await stage.settles()
    await consulted.hang_up()
    await caller.is_over()


async def consulting_another_queue(stage: Stage) -> None:
    caller, call, leg = await talk(stage)
    second = await stage.dial("1001", "7002")
    own = CallId(await stage.arrives(nth=2))
    other = queue_id(ACCOUNT, "7002")
    stage.order(HoldCaller(call=own, channel=ChannelId(own), queue=other))
    await second.is_answered()
    await stage.settles()
    await leg.transfer_to(second)
    await stage.hears("ChannelTransfer")
    await stage.settles()
    stage.carry_out(part(call, ChannelId(call)))
    stage.order(HoldCaller(call=call, channel=ChannelId(call), queue=other))
    await stage.settles()
    _let_go(stage, call)
    await leg.is_over()
    stage.order(HangUpPhone(channel=ChannelId(own), device=DESK, words=()))
    await second.is_over()
    await stage.settles()
    await caller.hang_up()


async def two_callers_of_an_agent_are_joined(stage: Stage) -> None:
    caller, call, leg = await talk(stage)
    other, second = await waiting_caller(stage, "1003", nth=2)
    stage.order(ring(second, "1001"))
    second_leg = await stage.called("1001")
    await second_leg.answer()
    await stage.hears("StasisStart", nth=4)
    stage.order(Connect(call=second, channel=ChannelId(second), offer=OfferId(f"{second}~1"), device=DESK))
    await stage.settles()
    await leg.transfer_to(second_leg)
    asked = await stage.hears("ChannelTransfer")
    await stage.settles()
    stage.carry_out(part(call, ChannelId(call)))
    name = asked["refer_to"]["connected_channel"]["name"]
    stage.order(JoinConsulted(call=call, channel=ChannelId(call), consulted=name))
    await stage.settles()
    _let_go(stage, call)
    await leg.is_over()
    stage.order(HangUpLeg(offer=OfferId(f"{second}~1"), device=DESK), HangUpCall(call=second, channel=None))
    await second_leg.is_over()
    await stage.settles()
    await caller.hang_up()
    await other.is_over()


async def a_bridge_that_was_left_for_another(stage: Stage) -> None:
    caller, call, leg = await talk(stage)
    bridges, ask, bridge = stage.client.bridges, stage.ask, f"{call}~talk"
    await ask(bridges.addChannel(bridgeId=bridge, channel=[call]))
    await stage.settles()
    await ask(bridges.addChannel(bridgeId="hold~7001@demo.example", channel=[call], role="holding_participant"))
    await ask(bridges.destroy(bridgeId=bridge))
    await stage.settles()
    await ask(bridges.createWithId(bridgeId=bridge, type="mixing", name=bridge))
    await ask(bridges.addChannel(bridgeId=bridge, channel=[call]))
    await ask(bridges.get(bridgeId=bridge))
    await stage.client.bridges.list()
    await caller.hang_up()
    await stage.settles()
    over(stage, call)
    await leg.is_over()


async def passed_on_to_another_queue(stage: Stage) -> None:
    caller, call, leg = await talk(stage)
    await leg.transfer("7002")
    await stage.hears("ChannelTransfer")
    await stage.settles()
    stage.carry_out(part(call, ChannelId(call)))
    stage.order(HoldCaller(call=call, channel=ChannelId(call), queue=queue_id(ACCOUNT, "7002")))
    await stage.settles()
    _let_go(stage, call)
    await leg.is_over()
    await stage.settles()
    await caller.hang_up()


# --- letting him go, calling him back


async def sent_on_to_a_busy_person(stage: Stage) -> None:
    caller, call = await waiting_caller(stage)
    await stage.phone("1003")
    stage.when_called("1003", 486)
    stage.order(SendOn(call=call, channel=ChannelId(call), number="1003"))
    await stage.hears("ChannelDestroyed")
    await stage.settles()
    await caller.hang_up()


async def sent_on_to_a_queue(stage: Stage) -> None:
    caller, call = await waiting_caller(stage)
    stage.order(SendOn(call=call, channel=ChannelId(call), number="7002"))
    await stage.hears("StasisStart", nth=2)
    await stage.settles()
    await caller.hang_up()


async def dismissed(stage: Stage) -> None:
    caller, call = await waiting_caller(stage)
    stage.order(Dismiss(call=call, channel=ChannelId(call), words=(BEEP,)))
    await caller.is_over()


async def turned_away(stage: Stage) -> None:
    await stage.phone("1004")
    caller = await stage.dial("1004", "7001")
    call = CallId(await stage.arrives())
    await stage.settles()
    stage.order(TurnAway(call=call, channel=ChannelId(call)))
    await stage.hears("ChannelStateChange")
    await stage.settles()
    await caller.hang_up()


async def fetched(stage: Stage) -> None:
    caller, call = await waiting_caller(stage)
    await stage.phone("1003")
    phone = await stage.dial("1003", "7001")
    retriever = ChannelId(await stage.arrives(nth=2))
    stage.order(ConnectRetriever(call=call, channel=ChannelId(call), retriever=retriever, saying=None))
    await phone.is_answered()
    await stage.settles()
    await phone.hang_up()
    await stage.hears("ChannelDestroyed")
    stage.order(HangUpCall(call=call, channel=ChannelId(call)))
    await caller.is_over()


def _call_back(call: CallId, number: str) -> CallBack:
    return CallBack(
        call=call,
        channel=ChannelId(f"{call}~back~1"),
        account=ACCOUNT,
        number=number,
        shown=Caller(number="7001", name="Sales"),
        ring_time=timedelta(seconds=1),
        offer=OfferId(f"{call}~1"),
        device=DESK,
    )


async def _promised(stage: Stage) -> tuple[CallId, Part]:
    """An agent who waits for a caller who has hung up."""
    caller, call = await waiting_caller(stage)
    leg = await agent(stage, call)
    await caller.hang_up()
    await stage.hears("ChannelDestroyed")
    await stage.settles()
    return call, leg


async def called_back(stage: Stage) -> None:
    call, leg = await _promised(stage)
    await stage.phone("1002")
    stage.order(_call_back(call, "1002"))
    home = await stage.called("1002")
    await stage.settles()
    await home.answer()
    await stage.hears("StasisStart", nth=3)
    await stage.settles()
    stage.order(Connect(call=call, channel=ChannelId(f"{call}~back~1"), offer=OfferId(f"{call}~1"), device=DESK))
    await stage.settles()
    await home.hang_up()
    await stage.settles()
    stage.order(
        HangUpLeg(offer=OfferId(f"{call}~1"), device=DESK),
        HangUpCall(call=call, channel=ChannelId(f"{call}~back~1")),
    )
    await leg.is_over()


async def called_back_in_vain(stage: Stage) -> None:
    call, leg = await _promised(stage)
    await stage.phone("1002")
    stage.when_called("1002", 486)
    stage.order(_call_back(call, "1002"))
    await stage.hears("ChannelDestroyed", where=lambda each: each["channel"]["id"].endswith("~back~1"))
    await stage.settles()
    await leg.hang_up()


async def called_back_to_nobody(stage: Stage) -> None:
    call, leg = await _promised(stage)
    stage.order(_call_back(call, "1999"))
    await stage.hears("ChannelDestroyed", where=lambda each: each["channel"]["id"].endswith("~back~1"))
    await stage.settles()
    await leg.hang_up()


async def called_back_until_he_rings_too_long(stage: Stage) -> None:
    call, leg = await _promised(stage)
    await stage.phone("1002")
    stage.order(_call_back(call, "1002"))
    await (await stage.called("1002")).is_over()
    await stage.settles()
    await leg.hang_up()


PLAYS: Final[tuple[Play, ...]] = (
    hold_and_resume,
    a_recording,
    a_blind_transfer,
    a_transfer_that_is_refused,
    an_attended_transfer,
    consulting_another_queue,
    two_callers_of_an_agent_are_joined,
    a_bridge_that_was_left_for_another,
    passed_on_to_another_queue,
    sent_on_to_a_busy_person,
    sent_on_to_a_queue,
    dismissed,
    turned_away,
    fetched,
    called_back,
    called_back_in_vain,
    called_back_to_nobody,
    called_back_until_he_rings_too_long,
)
