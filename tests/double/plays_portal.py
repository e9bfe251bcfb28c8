"""Plays of what people do with calls beyond the phone: held by us, dialled by a click, listened to."""

from typing import Final

from acd.model import Caller, CallId, ChannelId, DeviceId, MonitorMode, OfferId
from acd.outputs import DialFrom, HangUpPhone, HoldCaller, ListenIn, RingMonitor, StopListening
from ari_bridge.plan_portal import join_ear
from ari_bridge.plan_talks import part
from tests.double.beginnings import DESK, Play, connect, over, talk
from tests.double.stage import Part, Stage
from tests.integration.switchboard import ACCOUNT, QUEUE

DIALLED: Final = ChannelId("dial-1001-desk-1")
MONITOR: Final = ChannelId("monitor-1003-desk-1")
SUPERVISORS: Final = DeviceId("1003-desk")

# --- held by us


async def held_and_resumed(stage: Stage) -> None:
    caller, call, leg = await talk(stage)
    stage.carry_out(part(call, ChannelId(call)))
    stage.order(HoldCaller(call=call, channel=ChannelId(call), queue=QUEUE))
    await stage.settles()
    stage.order(connect(call))
    await stage.settles()
    await caller.hang_up()
    await stage.hears("ChannelDestroyed")
    over(stage, call)
    await leg.is_over()


async def the_caller_hangs_up_while_he_is_held(stage: Stage) -> None:
    caller, call, leg = await talk(stage)
    stage.carry_out(part(call, ChannelId(call)))
    stage.order(HoldCaller(call=call, channel=ChannelId(call), queue=QUEUE))
    await stage.settles()
    await caller.hang_up()
    await stage.hears("ChannelDestroyed")
    over(stage, call)
    await leg.is_over()


# --- dialled by a click


def dial(number: str, *, outside: bool = False) -> DialFrom:
    return DialFrom(
        channel=DIALLED,
        device=DESK,
        account=ACCOUNT,
        number=number,
        outside=outside,
        shown=Caller(number=number, name="Ben"),
        caller=Caller(number="1001", name="Anna"),
    )


async def a_click_is_a_call(stage: Stage) -> None:
    await stage.phone("1001")
    await stage.phone("1002")
    stage.order(dial("1002"))
    own = await stage.called("1001")
    await stage.settles()
    await own.answer()
    other = await stage.called("1002")
    await stage.settles()
    await other.answer()
    await stage.settles()
    await own.hang_up()
    await other.is_over()


async def a_click_that_nobody_picks_up(stage: Stage) -> None:
    await stage.phone("1001")
    await stage.phone("1002")
    stage.order(dial("1002"))
    own = await stage.called("1001")
    await stage.settles()
    await own.refuse(486)
    await stage.hears("ChannelDestroyed")


async def a_click_on_a_queue(stage: Stage) -> None:
    await stage.phone("1001")
    stage.order(dial("7001"))
    own = await stage.called("1001")
    await stage.settles()
    await own.answer()
    await stage.hears("StasisStart", where=lambda each: each["args"][0] == "queue")
    stage.order(HoldCaller(call=CallId(DIALLED), channel=DIALLED, queue=QUEUE))
    await stage.settles()
    await own.hang_up()
    await stage.hears("ChannelDestroyed")


# --- listened to


def listen_in(call: CallId, mode: MonitorMode) -> ListenIn:
    return ListenIn(channel=MONITOR, mode=mode, offer=OfferId(f"{call}~1"), device=DESK, retriever=None)


async def listens(stage: Stage, call: CallId, mode: MonitorMode) -> None:
    before = len([each for each in stage.told if each["type"] == "StasisStart" and each["args"] == ["ear"]])
    stage.order(listen_in(call, mode))
    await stage.hears("StasisStart", nth=before + 1, where=lambda each: each["args"] == ["ear"])
    await stage.settles()
    stage.carry_out((join_ear(MONITOR, mode),))
    await stage.settles()


async def supervisor(stage: Stage) -> Part:
    await stage.phone("1003")
    stage.order(RingMonitor(channel=MONITOR, device=SUPERVISORS, shown=Caller(number="1004", name="Anna")))
    phone = await stage.called("1003")
    await stage.settles()
    await phone.answer()
    await stage.hears("StasisStart", where=lambda each: each["args"] == ["monitor"])
    await stage.settles()
    return phone


async def a_supervisor_listens_whispers_and_leaves(stage: Stage) -> None:
    caller, call, leg = await talk(stage)
    phone = await supervisor(stage)
    await listens(stage, call, MonitorMode.LISTEN)
    await listens(stage, call, MonitorMode.WHISPER)
    stage.order(listen_in(call, MonitorMode.WHISPER))
    await stage.settles()
    stage.order(HangUpPhone(channel=MONITOR, device=SUPERVISORS), StopListening(channel=MONITOR))
    await phone.is_over()
    await stage.settles()
    await caller.hang_up()
    await stage.hears("ChannelDestroyed", where=lambda each: each["channel"]["id"] == call)
    over(stage, call)
    await leg.is_over()


async def a_supervisor_hangs_up(stage: Stage) -> None:
    caller, call, leg = await talk(stage)
    phone = await supervisor(stage)
    await listens(stage, call, MonitorMode.JOIN)
    await phone.hang_up()
    await stage.settles()
    stage.order(StopListening(channel=MONITOR))
    await stage.settles()
    stage.order(StopListening(channel=MONITOR))
    await stage.settles()
    await caller.hang_up()
    await stage.hears("ChannelDestroyed", where=lambda each: each["channel"]["id"] == call)
    over(stage, call)
    await leg.is_over()


async def the_talk_ends_while_a_supervisor_listens(stage: Stage) -> None:
    caller, call, leg = await talk(stage)
    phone = await supervisor(stage)
    await listens(stage, call, MonitorMode.LISTEN)
    await caller.hang_up()
    await stage.settles()
    over(stage, call)
    await leg.is_over()
    await stage.settles()
    stage.order(listen_in(call, MonitorMode.WHISPER))
    await stage.settles()
    stage.order(HangUpPhone(channel=MONITOR, device=SUPERVISORS), StopListening(channel=MONITOR))
    await phone.is_over()


PLAYS: Final[tuple[Play, ...]] = (
    held_and_resumed,
    the_caller_hangs_up_while_he_is_held,
    a_click_is_a_call,
    a_click_that_nobody_picks_up,
    a_click_on_a_queue,
    a_supervisor_listens_whispers_and_leaves,
    a_supervisor_hangs_up,
    the_talk_ends_while_a_supervisor_listens,
)
