"""What agents do in mid-call on a real Asterisk: transfers, hold, recording; and the lamps of their phones."""

import asyncio
import wave
from pathlib import Path
from typing import Final

from acd.inputs import (
    CallArrived,
    CallConnected,
    CallerHungUp,
    LegEnd,
    LegEnded,
    LegHeld,
    LegKeyPressed,
    LegResumed,
    TransferAsked,
)
from acd.model import OFFLINE, ONLINE, ChannelId, DeviceId, queue_id
from acd.outputs import (
    AnswerTransfer,
    Connect,
    HangUpCall,
    HangUpLeg,
    HangUpPhone,
    HoldCaller,
    JoinConsulted,
    SendOn,
    ShowStatus,
    StartRecording,
    StopRecording,
)
from tests.integration.switchboard import ACCOUNT, AGENT_HZ, CALLER_HZ, THIRD_HZ, Switchboard, Talk
from tests.phone.recording import read_recording
from tests.phone.waiting import until

WAV_BYTES_A_SECOND: Final = 16_000
"""8 kHz, 16 bits, both sides mixed into one channel."""


def let_go(board: Switchboard, talk: Talk) -> None:
    """The agent's part of a transfer that was granted."""
    board.order(
        AnswerTransfer(call=talk.call, offer=talk.offer, device=talk.device, granted=True),
        HangUpLeg(offer=talk.offer, device=talk.device),
    )


async def test_a_blind_transfer_is_asked_of_us_and_carried_out_by_the_dial_plan(board: Switchboard) -> None:
    talk, third = await board.talk(), await board.phone("1003")
    transfer = await talk.leg.transfer("1003")
    asked = await board.hears_of(TransferAsked)
    assert asked == TransferAsked(offer=talk.offer, device=talk.device, number="1003")
    board.order(SendOn(call=talk.call, channel=talk.channel, number="1003"))
    let_go(board, talk)
    assert await transfer.is_done() == 200
    ring = await third.rings()
    await talk.leg.is_over()
    ring.answer(tone=THIRD_HZ)
    await asyncio.gather(talk.caller.media.hears_tone(THIRD_HZ), ring.media.hears_tone(CALLER_HZ))
    assert len(board.all(TransferAsked)) == 1
    assert board.all(CallerHungUp) == []


async def test_one_who_was_passed_on_may_be_passed_on_to_a_queue_and_is_a_caller_again(board: Switchboard) -> None:
    talk, third = await board.talk(), await board.phone("1003")
    await talk.leg.transfer("1003")
    await board.hears_of(TransferAsked)
    board.order(SendOn(call=talk.call, channel=talk.channel, number="1003"))
    let_go(board, talk)
    ring = await third.rings()
    ring.answer(tone=THIRD_HZ)
    await talk.caller.media.hears_tone(THIRD_HZ)
    await ring.transfer("7002")
    again = await board.hears_of(CallArrived, nth=2)
    assert (again.call, again.account, again.number) == (talk.call, ACCOUNT, "7002")
    assert again.device is None, "he has not dialled the queue himself"
    board.order(HoldCaller(call=talk.call, channel=talk.channel, queue=queue_id(ACCOUNT, "7002")))
    leg, offer, device = await board.agent(talk.phone, talk.call)
    board.order(Connect(call=talk.call, channel=talk.channel, offer=offer, device=device))
    await asyncio.gather(talk.caller.media.hears_tone(AGENT_HZ), leg.media.hears_tone(CALLER_HZ))
    await talk.caller.hang_up()
    assert await board.hears_of(CallerHungUp) == CallerHungUp(call=talk.call)


async def test_a_transfer_that_is_refused_leaves_both_talking_and_may_be_tried_again(board: Switchboard) -> None:
    talk = await board.talk()
    for attempt in (1, 2):
        transfer = await talk.leg.transfer("1999")
        await board.hears_of(TransferAsked, nth=attempt)
        board.order(AnswerTransfer(call=talk.call, offer=talk.offer, device=talk.device, granted=False))
        assert await transfer.is_done() == 503
    await asyncio.gather(talk.caller.media.hears_tone(AGENT_HZ), talk.leg.media.hears_tone(CALLER_HZ))


async def test_an_attended_transfer_joins_the_caller_with_whom_the_agent_has_spoken(board: Switchboard) -> None:
    talk, third = await board.talk(), await board.phone("1003")
    await talk.leg.hold()
    second = await talk.phone.dial("1003", tone=AGENT_HZ)
    consulted = await third.rings()
    consulted.answer(tone=THIRD_HZ)
    await consulted.media.hears_tone(AGENT_HZ)
    transfer = await talk.leg.transfer_to(second)
    await _carry_out_attended(board, talk)
    assert await transfer.is_done() == 200
    await asyncio.gather(talk.caller.media.hears_tone(THIRD_HZ), consulted.media.hears_tone(CALLER_HZ))
    await asyncio.gather(second.is_over(), talk.leg.is_over())
    await consulted.hang_up()
    await talk.caller.is_over()


async def test_the_agent_may_have_been_called_by_whom_he_passes_the_caller_on_to(board: Switchboard) -> None:
    talk, third = await board.talk(), await board.phone("1003")
    consulted = await third.dial("1001", tone=THIRD_HZ)
    second = await talk.phone.rings()
    second.answer(tone=AGENT_HZ)
    await consulted.media.hears_tone(AGENT_HZ)
    transfer = await talk.leg.transfer_to(second)
    await _carry_out_attended(board, talk)
    assert await transfer.is_done() == 200
    await asyncio.gather(talk.caller.media.hears_tone(THIRD_HZ), consulted.media.hears_tone(CALLER_HZ))
    await asyncio.gather(second.is_over(), talk.leg.is_over())
    await talk.caller.hang_up()
    await consulted.is_over()


async def _carry_out_attended(board: Switchboard, talk: Talk) -> None:
    asked = await board.hears_of(TransferAsked)
    assert asked.consult is not None
    assert asked.consulted is not None
    assert asked.consulted.startswith("PJSIP/1003-desk-")
    board.order(JoinConsulted(call=talk.call, channel=talk.channel, consulted=asked.consulted))
    let_go(board, talk)


async def test_a_caller_takes_the_place_of_the_agent_who_asked_in_another_queue(board: Switchboard) -> None:
    talk = await board.talk()
    second = await talk.phone.dial("7002")
    arrived = await board.hears_of(CallArrived, nth=2)
    other = queue_id(ACCOUNT, "7002")
    board.order(HoldCaller(call=arrived.call, channel=ChannelId(arrived.call), queue=other))
    await second.is_answered()
    transfer = await talk.leg.transfer_to(second)
    asked = await board.hears_of(TransferAsked)
    assert (asked.consult, asked.consulted) == (ChannelId(arrived.call), None)
    board.order(HoldCaller(call=talk.call, channel=talk.channel, queue=other))
    let_go(board, talk)
    board.order(HangUpPhone(channel=ChannelId(arrived.call), device=talk.device))
    assert await transfer.is_done() == 200
    await asyncio.gather(second.is_over(), talk.leg.is_over())
    talk.caller.say(None)
    await talk.caller.media.hears_sound()


async def test_a_caller_is_joined_with_the_colleague_who_answered_the_agent_in_another_queue(
    board: Switchboard,
) -> None:
    talk, colleague = await board.talk(), await board.phone("1002")
    second = await talk.phone.dial("7002", tone=THIRD_HZ)
    own = (await board.hears_of(CallArrived, nth=2)).call
    board.order(HoldCaller(call=own, channel=ChannelId(own), queue=queue_id(ACCOUNT, "7002")))
    await second.is_answered()
    leg, offer, device = await board.agent(colleague, own)
    board.order(Connect(call=own, channel=ChannelId(own), offer=offer, device=device))
    await leg.media.hears_tone(THIRD_HZ)
    transfer = await talk.leg.transfer_to(second)
    assert (await board.hears_of(TransferAsked)).consult == ChannelId(own)
    let_go(board, talk)
    board.order(
        Connect(call=talk.call, channel=talk.channel, offer=offer, device=device, leaving=own),
        HangUpPhone(channel=ChannelId(own), device=talk.device),
    )
    assert await transfer.is_done() == 200
    await asyncio.gather(second.is_over(), talk.leg.is_over())
    await asyncio.gather(talk.caller.media.hears_tone(AGENT_HZ), leg.media.hears_tone(CALLER_HZ))
    assert board.all(CallConnected)[-1].call == talk.call
    await leg.hang_up()
    ended = LegEnded(offer=offer, device=device, how=LegEnd.HUNG_UP)
    await until("the end of the colleague's leg", lambda: ended in board.all(LegEnded), within=5)


async def test_two_callers_of_an_agent_are_joined_with_each_other(board: Switchboard) -> None:
    talk = await board.talk()
    other, call = await board.caller("1003")
    leg, offer, device = await board.agent(talk.phone, call)
    board.order(Connect(call=call, channel=ChannelId(call), offer=offer, device=device))
    await other.media.hears_tone(AGENT_HZ)
    other.say(THIRD_HZ)
    transfer = await talk.leg.transfer_to(leg)
    asked = await board.hears_of(TransferAsked)
    assert asked.consult is not None
    assert asked.consulted is not None
    board.order(JoinConsulted(call=talk.call, channel=talk.channel, consulted=asked.consulted))
    let_go(board, talk)
    assert await transfer.is_done() == 200
    assert await board.hears_of(CallerHungUp) == CallerHungUp(call=call)
    board.order(HangUpLeg(offer=offer, device=device), HangUpCall(call=call, channel=None))
    await asyncio.gather(leg.is_over(), talk.leg.is_over())
    await asyncio.gather(talk.caller.media.hears_tone(THIRD_HZ), other.media.hears_tone(CALLER_HZ))
    await talk.caller.hang_up()
    await other.is_over(within=2)


async def test_a_caller_who_was_passed_on_to_a_queue_talks_with_its_next_agent(board: Switchboard) -> None:
    talk, third = await board.talk(), await board.phone("1002")
    await talk.leg.transfer("7002")
    await board.hears_of(TransferAsked)
    board.order(HoldCaller(call=talk.call, channel=talk.channel, queue=queue_id(ACCOUNT, "7002")))
    let_go(board, talk)
    await talk.leg.is_over()
    leg, offer, device = await board.agent(third, talk.call, nth=2)
    board.order(Connect(call=talk.call, channel=talk.channel, offer=offer, device=device))
    await board.hears_of(CallConnected, nth=4)  # each joining is told by the answer and by an event
    await asyncio.gather(talk.caller.media.hears_tone(AGENT_HZ), leg.media.hears_tone(CALLER_HZ))


async def test_hold_is_told_once_and_the_caller_hears_music(board: Switchboard) -> None:
    talk = await board.talk()
    await talk.leg.hold()
    assert await board.hears_of(LegHeld) == LegHeld(offer=talk.offer, device=talk.device)
    await talk.caller.media.hears_sound()
    await talk.leg.resume()
    assert await board.hears_of(LegResumed) == LegResumed(offer=talk.offer, device=talk.device)
    await talk.caller.media.hears_tone(AGENT_HZ)
    assert (len(board.all(LegHeld)), len(board.all(LegResumed))) == (1, 1)


def _seconds(recording: Path) -> float:
    """How long this recording is; zero until it is complete, when its header is written."""
    try:
        return read_recording(recording).seconds
    except (FileNotFoundError, EOFError, wave.Error):
        return 0.0


def _has_grown(recording: Path, seconds: float) -> bool:
    """Whether so much sound is on the disk; while a file is being written its header does not tell."""
    return recording.exists() and recording.stat().st_size > seconds * WAV_BYTES_A_SECOND


async def test_a_recording_has_both_sides_and_ends_with_the_talk(board: Switchboard, home: Path) -> None:
    talk = await board.talk()
    name = f"{ACCOUNT}/{talk.call}-1"
    board.order(StartRecording(call=talk.call, name=name))
    file = home / "var/spool/recording" / f"{name}.wav"
    await until("two seconds of recording", lambda: _has_grown(file, 2), within=10)
    board.order(HangUpLeg(offer=talk.offer, device=talk.device), HangUpCall(call=talk.call, channel=talk.channel))
    ended = await board.hears_of(LegEnded)
    assert ended.how is LegEnd.HUNG_UP
    await talk.caller.is_over()
    await until("the end of the recording", lambda: _seconds(file) > 1.5, within=5)
    recorded = read_recording(file)
    assert recorded.seconds_of(CALLER_HZ) > 1
    assert recorded.seconds_of(AGENT_HZ) > 1


async def test_a_recording_is_begun_and_ended_by_keys_in_mid_talk(board: Switchboard, home: Path) -> None:
    talk = await board.talk(keys=True)
    name = f"{ACCOUNT}/{talk.call}-1"
    await talk.leg.press("*1")
    pressed = await board.hears_of(LegKeyPressed, nth=2)
    assert pressed.key == "*1"
    board.order(StartRecording(call=talk.call, name=name))
    file = home / "var/spool/recording" / f"{name}.wav"
    await until("a second of recording", lambda: _has_grown(file, 1), within=10)
    await talk.leg.press("*1")
    await board.hears_of(LegKeyPressed, nth=4)
    board.order(StopRecording(call=talk.call, name=name))
    await until("the end of the recording", lambda: _seconds(file) > 0.5, within=5)
    await asyncio.gather(talk.caller.media.hears_tone(AGENT_HZ), talk.leg.media.hears_tone(CALLER_HZ))
    assert [each.key for each in board.all(LegKeyPressed)] == ["*", "*1", "*", "*1"]


async def test_lamps_follow_the_agent(board: Switchboard) -> None:
    phone = await board.phone("1002")
    online, offline = await phone.watch("*511001-desk"), await phone.watch("*521001-desk")
    assert online.status == offline.status == 200
    for status, lit, dark in ((ONLINE, online, offline), (OFFLINE, offline, online)):
        board.order(ShowStatus(devices=(DeviceId("1001-desk"),), status=status))
        await lit.shows("confirmed")
        await dark.shows("terminated")


async def test_a_key_with_a_lamp_dials_its_code(board: Switchboard) -> None:
    call = await (await board.phone("1001")).dial("*511001-desk")
    await call.is_answered()
    await call.media.hears_sound()
