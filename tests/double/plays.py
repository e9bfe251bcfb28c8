"""The plays: what callers, agents and the engine do in one call after another."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final

from acd.model import Caller, CallId, ChannelId, DeviceId, OfferId, queue_id
from acd.outputs import (
    AnswerTransfer,
    CallBack,
    Connect,
    ConnectRetriever,
    Dismiss,
    HangUpCall,
    HangUpLeg,
    HoldCaller,
    JoinConsulted,
    Phrase,
    Ring,
    Say,
    SendOn,
    StartRecording,
    StopRecording,
    StopRinging,
    StopSaying,
    TellAgent,
    TurnAway,
)
from ari_bridge.names import playback
from ari_bridge.plan_talks import part
from ari_bridge.telling import Telling
from tests.double.stage import Part, Stage
from tests.integration.switchboard import ACCOUNT

Play = Callable[[Stage], Awaitable[None]]

QUEUE: Final = queue_id(ACCOUNT, "7001")
DESK: Final = DeviceId("1001-desk")


# --- what many of them begin with


async def _caller(stage: Stage, number: str = "1004", queue: str = "7001", nth: int = 1) -> tuple[Part, CallId]:
    """Somebody who waits and hears music."""
    await stage.phone(number)
    line = await stage.dial(number, queue)
    call = CallId(await stage.arrives(nth=nth))
    stage.order(HoldCaller(call=call, channel=ChannelId(call), queue=queue_id(ACCOUNT, queue)))
    await line.is_answered()
    await stage.settles()
    return line, call


def _ring(call: CallId, *numbers: str, nth: int = 1) -> Ring:
    return Ring(
        offer=OfferId(f"{call}~{nth}"),
        call=call,
        devices=tuple(DeviceId(f"{number}-desk") for number in numbers),
        caller=Caller(number="1004", name="Cara"),
        queue_name="Sales",
        auto_answer=False,
        ring_time=timedelta(seconds=20),
    )


async def _agent(stage: Stage, call: CallId, number: str = "1001", nth: int = 1) -> Part:
    """An agent who has picked up, and is joined with nobody yet."""
    await stage.phone(number)
    stage.order(_ring(call, number, nth=nth))
    leg = await stage.called(number)
    await stage.settles()
    await leg.answer()
    await stage.hears(
        "StasisStart", where=lambda each: each["args"][0] == "leg" and each["args"][2] == f"{number}-desk"
    )
    await stage.settles()
    return leg


def _connect(call: CallId, *, keys: bool = False, saying: int | None = None) -> Connect:
    return Connect(
        call=call, channel=ChannelId(call), offer=OfferId(f"{call}~1"), device=DESK, keys=keys, saying=saying
    )


async def _talk(stage: Stage, *, keys: bool = False) -> tuple[Part, CallId, Part]:
    caller, call = await _caller(stage)
    leg = await _agent(stage, call)
    stage.order(_connect(call, keys=keys))
    await stage.settles()
    return caller, call, leg


def _over(stage: Stage, call: CallId) -> None:
    """What the engine orders at the end of a talk."""
    stage.order(
        HangUpLeg(offer=OfferId(f"{call}~1"), device=DESK),
        HangUpCall(call=call, channel=ChannelId(call)),
    )


# --- a call, in the order it lives


async def gives_up_while_waiting(stage: Stage) -> None:
    caller, call = await _caller(stage)
    await caller.hang_up()
    await stage.hears("ChannelDestroyed")
    stage.order(HangUpCall(call=call, channel=ChannelId(call)))


async def talk_that_the_caller_ends(stage: Stage) -> None:
    caller, call, leg = await _talk(stage)
    await caller.hang_up()
    await stage.hears("ChannelDestroyed")
    _over(stage, call)
    await leg.is_over()


async def talk_that_the_agent_ends(stage: Stage) -> None:
    caller, call, leg = await _talk(stage)
    await leg.hang_up()
    await stage.hears("ChannelDestroyed")
    _over(stage, call)
    await caller.is_over()


async def lists_in_mid_talk(stage: Stage) -> None:
    _, call, _ = await _talk(stage)
    await stage.client.channels.list()
    await stage.client.bridges.list()
    await stage.client.endpoints.list()
    await stage.client.endpoints.listByTech(tech="PJSIP")
    await stage.client.applications.get(applicationName="acd")
    await stage.client.asterisk.getInfo()
    await stage.client.asterisk.getInfo(only="system")
    _over(stage, call)


async def one_agent_declines(stage: Stage) -> None:
    await _refused(stage, 603)


async def one_agent_is_busy(stage: Stage) -> None:
    await _refused(stage, 486)


async def _refused(stage: Stage, status: int) -> None:
    caller, call = await _caller(stage)
    await stage.phone("1001")
    stage.when_called("1001", status)
    stage.order(_ring(call, "1001"))
    await stage.hears("ChannelDestroyed")
    await stage.settles()
    await caller.hang_up()


async def one_agent_declines_after_ringing(stage: Stage) -> None:
    caller, call = await _caller(stage)
    await stage.phone("1001")
    stage.order(_ring(call, "1001"))
    leg = await stage.called("1001")
    await stage.settles()
    await leg.refuse(480)
    await stage.hears("ChannelDestroyed")
    await stage.settles()
    await caller.hang_up()


async def nobody_answers(stage: Stage) -> None:
    caller, call = await _caller(stage)
    await stage.phone("1001")
    stage.order(_ring(call, "1001"))
    leg = await stage.called("1001")
    await stage.settles()
    stage.order(StopRinging(offer=OfferId(f"{call}~1"), devices=(DESK,), elsewhere=False))
    await leg.is_over()
    await stage.hears("ChannelDestroyed")
    await stage.settles()
    await caller.hang_up()


async def asterisk_itself_stops_ringing(stage: Stage) -> None:
    caller, call = await _caller(stage)
    await stage.phone("1001")
    leg = f"{call}~1~1001-desk"
    await stage.client.channels.originateWithId(
        channelId=leg, endpoint="PJSIP/1001-desk", app="acd", appArgs="leg,x,1001-desk", timeout=1
    )
    await (await stage.called("1001")).is_over()
    await stage.hears("ChannelDestroyed")
    await stage.settles()
    await caller.hang_up()


async def gives_up_while_a_phone_rings(stage: Stage) -> None:
    caller, call = await _caller(stage)
    await stage.phone("1001")
    stage.order(_ring(call, "1001"))
    leg = await stage.called("1001")
    await stage.settles()
    await caller.hang_up()
    await stage.hears("ChannelDestroyed")
    stage.order(
        StopRinging(offer=OfferId(f"{call}~1"), devices=(DESK,), elsewhere=False),
        HangUpCall(call=call, channel=ChannelId(call)),
    )
    await leg.is_over()


async def all_ring_and_one_answers(stage: Stage) -> None:
    caller, call = await _caller(stage)
    for number in ("1001", "1002"):
        await stage.phone(number)
    stage.order(_ring(call, "1001", "1002"))
    leg, other = await stage.called("1001"), await stage.called("1002")
    await stage.settles()
    await leg.answer()
    await stage.hears("StasisStart", nth=2)
    stage.order(
        _connect(call),
        StopRinging(offer=OfferId(f"{call}~1"), devices=(DeviceId("1002-desk"),), elsewhere=True),
    )
    await other.is_over()
    await stage.settles()
    await caller.hang_up()
    await stage.hears("ChannelDestroyed", nth=2)
    _over(stage, call)
    await leg.is_over()


# --- sounds and keys


async def a_star_code(stage: Stage) -> None:
    await stage.phone("1001")
    phone = await stage.dial("1001", "*51")
    channel = ChannelId(await stage.arrives())
    await stage.client.channels.answer(channelId=channel)
    await stage.client.channels.playWithId(
        channelId=channel, playbackId=playback(channel, 1), media=["sound:acd/available"]
    )
    await stage.hears("PlaybackFinished")
    await stage.settles()
    await stage.client.channels.hangup(channelId=channel)
    await phone.is_over()


async def a_star_code_whose_sound_is_missing(stage: Stage) -> None:
    await stage.phone("1001")
    phone = await stage.dial("1001", "*511001-desk")
    channel = ChannelId(await stage.arrives())
    await stage.client.channels.answer(channelId=channel)
    await stage.client.channels.playWithId(
        channelId=channel, playbackId=playback(channel, 1), media=["sound:acd/missing"]
    )
    await stage.hears("PlaybackFinished")
    await stage.settles()
    await phone.hang_up()


async def an_announcement_to_its_end(stage: Stage) -> None:
    caller, call = await _caller(stage)
    stage.order(Say(call=call, channel=ChannelId(call), number=1, words=(Phrase.PRESS_ONE, 3)))
    await stage.hears("PlaybackFinished")
    await stage.settles()
    await caller.hang_up()


async def an_announcement_that_is_cut(stage: Stage) -> None:
    caller, call = await _caller(stage)
    stage.order(Say(call=call, channel=ChannelId(call), number=1, words=(Phrase.WE_CALL_BACK,)))
    stage.order(Say(call=call, channel=ChannelId(call), number=2, words=(Phrase.WE_CALL_BACK,)))
    await stage.settles()
    stage.order(StopSaying(call=call, channel=ChannelId(call), number=2))
    await stage.settles()
    stage.order(StopSaying(call=call, channel=ChannelId(call), number=1))
    await stage.hears("PlaybackFinished")
    await stage.settles()
    stage.order(StopSaying(call=call, channel=ChannelId(call), number=1))
    await caller.hang_up()


async def an_announcement_when_the_caller_goes(stage: Stage) -> None:
    caller, call = await _caller(stage)
    stage.order(Say(call=call, channel=ChannelId(call), number=1, words=(Phrase.WE_CALL_BACK,)))
    stage.order(Say(call=call, channel=ChannelId(call), number=2, words=(Phrase.WE_CALL_BACK,)))
    await stage.settles()
    await caller.hang_up()
    await stage.hears("ChannelDestroyed")


async def an_announcement_cut_by_the_answer(stage: Stage) -> None:
    caller, call = await _caller(stage)
    leg = await _agent(stage, call)
    stage.order(Say(call=call, channel=ChannelId(call), number=1, words=(Phrase.WE_CALL_BACK,)))
    telling = Telling()
    told = TellAgent(offer=OfferId(f"{call}~1"), device=DESK, words=(Phrase.WE_CALL_BACK,))
    stage.carry_out(telling.tell(told))
    await stage.settles()
    connect = _connect(call, saying=1)
    stage.carry_out(telling.cut_before(connect))
    stage.order(connect)
    await stage.hears("ChannelEnteredBridge", nth=3)
    await stage.settles()
    await caller.hang_up()
    await stage.hears("ChannelDestroyed")
    _over(stage, call)
    await leg.is_over()


async def a_join_that_waits_for_a_sound(stage: Stage) -> None:
    caller, call = await _caller(stage)
    leg = await _agent(stage, call)
    stage.order(Say(call=call, channel=ChannelId(call), number=1, words=(Phrase.PRESS_ONE,)))
    await stage.settles()
    stage.order(_connect(call))
    await stage.hears("ChannelEnteredBridge", nth=3)
    await stage.settles()
    await leg.hang_up()
    await stage.hears("ChannelDestroyed")
    _over(stage, call)
    await caller.is_over()


async def keys_before_and_in_a_talk(stage: Stage) -> None:
    caller, call = await _caller(stage)
    await caller.press("5")
    leg = await _agent(stage, call)
    await leg.press("1")
    stage.order(_connect(call, keys=True))
    await stage.settles()
    await leg.press("*")
    await caller.press("#")
    await stage.settles()
    await caller.hang_up()
    await stage.hears("ChannelDestroyed")
    _over(stage, call)
    await leg.is_over()


# --- in a talk


async def hold_and_resume(stage: Stage) -> None:
    caller, call, leg = await _talk(stage)
    await leg.hold()
    await stage.hears("ChannelHold")
    await stage.settles()
    await leg.resume()
    await stage.hears("ChannelUnhold")
    await stage.settles()
    await caller.hold()
    await stage.settles()
    await caller.hang_up()
    await stage.hears("ChannelDestroyed")
    _over(stage, call)
    await leg.is_over()


async def a_recording(stage: Stage) -> None:
    caller, call, leg = await _talk(stage)
    name = f"demo/{call}-1"
    stage.order(StartRecording(call=call, name=name))
    await stage.hears("RecordingStarted")
    stage.order(StartRecording(call=call, name=name))
    await stage.settles()
    await leg.press("*")
    await stage.hears("ChannelDtmfReceived")
    stage.order(StopRecording(call=call, name=name))
    await stage.hears("RecordingFinished")
    stage.order(StopRecording(call=call, name=name))
    stage.order(StartRecording(call=call, name=name))
    await stage.settles()
    await caller.hang_up()
    await stage.hears("ChannelDestroyed")
    _over(stage, call)
    await leg.is_over()


async def a_blind_transfer(stage: Stage) -> None:
    caller, call, leg = await _talk(stage)
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
    caller, call, leg = await _talk(stage)
    await leg.transfer("1999")
    await stage.hears("ChannelTransfer")
    await stage.settles()
    stage.order(AnswerTransfer(call=call, offer=OfferId(f"{call}~1"), device=DESK, granted=False))
    await stage.settles()
    stage.order(AnswerTransfer(call=call, offer=OfferId(f"{call}~1"), device=DESK, granted=False))
    await stage.settles()
    await caller.hang_up()
    await stage.hears("ChannelDestroyed")
    _over(stage, call)
    await leg.is_over()


def _let_go(stage: Stage, call: CallId) -> None:
    offer = OfferId(f"{call}~1")
    stage.order(AnswerTransfer(call=call, offer=offer, device=DESK, granted=True), HangUpLeg(offer=offer, device=DESK))


async def an_attended_transfer(stage: Stage) -> None:
    caller, call, leg = await _talk(stage)
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


async def passed_on_to_another_queue(stage: Stage) -> None:
    caller, call, leg = await _talk(stage)
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
    caller, call = await _caller(stage)
    await stage.phone("1003")
    stage.when_called("1003", 486)
    stage.order(SendOn(call=call, channel=ChannelId(call), number="1003"))
    await caller.is_over()


async def sent_on_to_a_queue(stage: Stage) -> None:
    caller, call = await _caller(stage)
    stage.order(SendOn(call=call, channel=ChannelId(call), number="7002"))
    await stage.hears("StasisStart", nth=2)
    await stage.settles()
    await caller.hang_up()


async def dismissed(stage: Stage) -> None:
    caller, call = await _caller(stage)
    stage.order(Dismiss(call=call, channel=ChannelId(call), words=(Phrase.PRESS_ONE,)))
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
    caller, call = await _caller(stage)
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
    caller, call = await _caller(stage)
    leg = await _agent(stage, call)
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


PLAYS: Final[tuple[Play, ...]] = (
    gives_up_while_waiting,
    talk_that_the_caller_ends,
    talk_that_the_agent_ends,
    lists_in_mid_talk,
    one_agent_declines,
    one_agent_is_busy,
    one_agent_declines_after_ringing,
    nobody_answers,
    asterisk_itself_stops_ringing,
    gives_up_while_a_phone_rings,
    all_ring_and_one_answers,
    a_star_code,
    a_star_code_whose_sound_is_missing,
    an_announcement_to_its_end,
    an_announcement_that_is_cut,
    an_announcement_when_the_caller_goes,
    an_announcement_cut_by_the_answer,
    a_join_that_waits_for_a_sound,
    keys_before_and_in_a_talk,
    hold_and_resume,
    a_recording,
    a_blind_transfer,
    a_transfer_that_is_refused,
    an_attended_transfer,
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
    a_person_calls_another,
    a_person_calls_and_gives_up,
    a_person_is_busy_or_unknown,
    a_phone_comes_and_goes,
)
