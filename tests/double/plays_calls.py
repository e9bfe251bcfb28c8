"""Plays of a call up to its answer, and of what is heard and pressed."""

from typing import Final

from acd.model import ChannelId, DeviceId, OfferId
from acd.outputs import (
    HangUpCall,
    Phrase,
    Say,
    Sound,
    StopRinging,
    StopSaying,
    TellAgent,
)
from ari_bridge.names import playback
from ari_bridge.telling import Telling
from tests.double.beginnings import DESK, Play, agent, connect, over, ring, talk, waiting_caller
from tests.double.stage import Stage

BEEP: Final = Sound(name="beep")

# --- a call, in the order it lives


async def gives_up_while_waiting(stage: Stage) -> None:
    caller, call = await waiting_caller(stage)
    await caller.hang_up()
    await stage.hears("ChannelDestroyed")
    stage.order(HangUpCall(call=call, channel=ChannelId(call)))


async def gives_up_before_he_is_answered(stage: Stage) -> None:
    await stage.phone("1004")
    line = await stage.dial("1004", "7001")
    await stage.arrives()
    await stage.settles()
    await line.hang_up()


async def talk_that_the_caller_ends(stage: Stage) -> None:
    caller, call, leg = await talk(stage)
    await caller.hang_up()
    await stage.hears("ChannelDestroyed")
    over(stage, call)
    await leg.is_over()


async def talk_that_the_agent_ends(stage: Stage) -> None:
    caller, call, leg = await talk(stage)
    await leg.hang_up()
    await stage.hears("ChannelDestroyed")
    over(stage, call)
    await caller.is_over()


async def lists_in_mid_talk(stage: Stage) -> None:
    _, call, _ = await talk(stage)
    await stage.client.channels.list()
    await stage.client.bridges.list()
    await stage.client.endpoints.list()
    await stage.client.endpoints.listByTech(tech="PJSIP")
    await stage.client.applications.get(applicationName="acd")
    await stage.client.asterisk.getInfo()
    await stage.client.asterisk.getInfo(only="system")
    over(stage, call)


async def one_agent_declines(stage: Stage) -> None:
    await _refused(stage, 603)


async def one_agent_is_busy(stage: Stage) -> None:
    await _refused(stage, 486)


async def _refused(stage: Stage, status: int) -> None:
    caller, call = await waiting_caller(stage)
    await stage.phone("1001")
    stage.when_called("1001", status)
    stage.order(ring(call, "1001"))
    await stage.hears("ChannelDestroyed")
    await stage.settles()
    await caller.hang_up()


async def one_agent_declines_after_ringing(stage: Stage) -> None:
    caller, call = await waiting_caller(stage)
    await stage.phone("1001")
    stage.order(ring(call, "1001"))
    leg = await stage.called("1001")
    await stage.settles()
    await leg.refuse(603)
    await stage.hears("ChannelDestroyed")
    await stage.settles()
    await caller.hang_up()


async def nobody_answers(stage: Stage) -> None:
    caller, call = await waiting_caller(stage)
    await stage.phone("1001")
    stage.order(ring(call, "1001"))
    leg = await stage.called("1001")
    await stage.settles()
    stage.order(StopRinging(offer=OfferId(f"{call}~1"), devices=(DESK,), elsewhere=False))
    await leg.is_over()
    await stage.hears("ChannelDestroyed")
    await stage.settles()
    await caller.hang_up()


async def asterisk_itself_stops_ringing(stage: Stage) -> None:
    caller, call = await waiting_caller(stage)
    await stage.phone("1001")
    leg = f"{call}~1~1001-desk"
    await stage.client.channels.originateWithId(
        channelId=leg, endpoint="PJSIP/1001-desk", app="acd", appArgs="leg,x,1001-desk", timeout=1
    )
    await (await stage.called("1001")).is_over()
    await stage.hears("ChannelDestroyed")
    await stage.settles()
    await caller.hang_up()


async def a_phone_is_dead(stage: Stage) -> None:
    caller, call = await waiting_caller(stage)
    await stage.phone("1001")
    stage.is_dead("1001")
    leg = f"{call}~1~1001-desk"
    await stage.client.channels.originateWithId(
        channelId=leg, endpoint="PJSIP/1001-desk", app="acd", appArgs="leg,x,1001-desk", timeout=1
    )
    await stage.hears("ChannelDestroyed")
    await stage.settles()
    await caller.hang_up()


async def two_answer_at_once(stage: Stage) -> None:
    caller, call = await waiting_caller(stage)
    for number in ("1001", "1002"):
        await stage.phone(number)
    stage.order(ring(call, "1001", "1002"))
    legs = [await stage.called("1001"), await stage.called("1002")]
    await stage.settles()
    for leg in legs:
        await leg.answer()
    await stage.hears("StasisStart", nth=3)
    stage.order(
        connect(call),
        StopRinging(offer=OfferId(f"{call}~1"), devices=(DeviceId("1002-desk"),), elsewhere=True),
    )
    await legs[1].is_over()
    await stage.settles()
    await caller.hang_up()
    await stage.hears("ChannelDestroyed", where=lambda each: each["channel"]["id"] == call)
    over(stage, call)
    await legs[0].is_over()


async def gives_up_while_a_phone_rings(stage: Stage) -> None:
    caller, call = await waiting_caller(stage)
    await stage.phone("1001")
    stage.order(ring(call, "1001"))
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
    caller, call = await waiting_caller(stage)
    for number in ("1001", "1002"):
        await stage.phone(number)
    stage.order(ring(call, "1001", "1002"))
    leg, other = await stage.called("1001"), await stage.called("1002")
    await stage.settles()
    await leg.answer()
    await stage.hears("StasisStart", nth=2)
    stage.order(
        connect(call),
        StopRinging(offer=OfferId(f"{call}~1"), devices=(DeviceId("1002-desk"),), elsewhere=True),
    )
    await other.is_over()
    await stage.settles()
    await caller.hang_up()
    await stage.hears("ChannelDestroyed", where=lambda each: each["channel"]["id"] == call)
    over(stage, call)
    await leg.is_over()


# --- sounds and keys


async def a_star_code(stage: Stage) -> None:
    await stage.phone("1001")
    phone = await stage.dial("1001", "*51")
    channel = ChannelId(await stage.arrives())
    await stage.client.channels.answer(channelId=channel)
    await stage.client.channels.playWithId(channelId=channel, playbackId=playback(channel, 1), media=["sound:beep"])
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
    caller, call = await waiting_caller(stage)
    stage.order(Say(call=call, channel=ChannelId(call), number=1, words=(BEEP, 3)))
    await stage.hears("PlaybackFinished")
    await stage.settles()
    await caller.hang_up()


async def an_announcement_that_is_cut(stage: Stage) -> None:
    caller, call = await waiting_caller(stage)
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
    caller, call = await waiting_caller(stage)
    stage.order(Say(call=call, channel=ChannelId(call), number=1, words=(Phrase.WE_CALL_BACK,)))
    await stage.settles()
    await caller.hang_up()
    await stage.hears("ChannelDestroyed")


async def an_announcement_cut_by_the_answer(stage: Stage) -> None:
    caller, call = await waiting_caller(stage)
    leg = await agent(stage, call)
    stage.order(Say(call=call, channel=ChannelId(call), number=1, words=(Phrase.WE_CALL_BACK,)))
    telling = Telling()
    told = TellAgent(offer=OfferId(f"{call}~1"), device=DESK, words=(Phrase.WE_CALL_BACK,))
    stage.carry_out(telling.tell(told))
    await stage.settles()
    join = connect(call, saying=1)
    stage.carry_out(telling.cut_before(join))
    stage.order(join)
    await stage.hears("ChannelEnteredBridge", nth=3)
    await stage.settles()
    await caller.hang_up()
    await stage.hears("ChannelDestroyed")
    over(stage, call)
    await leg.is_over()


async def a_join_that_waits_for_a_sound(stage: Stage) -> None:
    caller, call = await waiting_caller(stage)
    leg = await agent(stage, call)
    stage.order(Say(call=call, channel=ChannelId(call), number=1, words=(12,)))
    await stage.settles()
    stage.order(connect(call))
    await stage.hears("ChannelEnteredBridge", nth=3)
    await stage.settles()
    await leg.hang_up()
    await stage.hears("ChannelDestroyed")
    over(stage, call)
    await caller.is_over()


async def keys_before_and_in_a_talk(stage: Stage) -> None:
    caller, call = await waiting_caller(stage)
    await caller.press("5")
    await stage.settles()
    leg = await agent(stage, call)
    await leg.press("1")
    await stage.settles()
    stage.order(connect(call, keys=True))
    await stage.settles()
    await leg.press("*")
    await stage.settles()
    await caller.press("#")
    await stage.settles()
    await caller.hang_up()
    await stage.hears("ChannelDestroyed")
    over(stage, call)
    await leg.is_over()


PLAYS: Final[tuple[Play, ...]] = (
    gives_up_while_waiting,
    gives_up_before_he_is_answered,
    talk_that_the_caller_ends,
    talk_that_the_agent_ends,
    lists_in_mid_talk,
    one_agent_declines,
    one_agent_is_busy,
    one_agent_declines_after_ringing,
    nobody_answers,
    asterisk_itself_stops_ringing,
    a_phone_is_dead,
    two_answer_at_once,
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
)
