"""What becomes of callers on a real Asterisk: what they hear and press, where they go, how they are called back."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from acd.inputs import (
    AgentTold,
    AnnouncementOver,
    AsteriskSeen,
    CallArrived,
    CallConnected,
    CallerHungUp,
    CallerNotReached,
    CallerReached,
    KeyPressed,
    LegEnd,
    LegKeyPressed,
)
from acd.model import Caller, ChannelId
from acd.outputs import (
    CallBack,
    Connect,
    ConnectRetriever,
    Dismiss,
    HangUpCall,
    HangUpPhone,
    Phrase,
    Say,
    SendOn,
    StopSaying,
    TellAgent,
)
from tests.integration.asterisk import TestAsterisk
from tests.integration.switchboard import ACCOUNT, AGENT_HZ, CALLER_HZ, THIRD_HZ, Switchboard, switchboard
from tests.phone.phone import WhenCalled
from tests.phone.prompts import Prompts

PROMPTS = Prompts.of(Path(__file__).parents[2] / "prompts" / "en")
LONG = (Phrase.WE_CALL_BACK,)


async def test_an_announcement_is_heard_over_the_music_which_comes_back(board: Switchboard) -> None:
    caller, call = await board.caller()
    await caller.media.hears_sound()
    began = asyncio.get_running_loop().time()
    board.order(Say(call=call, channel=ChannelId(call), number=1, words=(Phrase.NUMBER_NOT_ALLOWED,)))
    assert await board.hears_of(AnnouncementOver) == AnnouncementOver(call=call, number=1)
    await asyncio.sleep(0)
    heard = PROMPTS.recognise(caller.media.heard(since=began + 0.1))
    assert (heard.name, heard.likeness > 0.9) == ("number-not-allowed", True)
    await caller.media.hears_sound()


async def test_a_word_that_cannot_be_played_is_over_at_once(board: Switchboard) -> None:
    caller, call = await board.caller()
    await caller.hang_up()
    await board.hears_of(CallerHungUp)
    board.order(Say(call=call, channel=ChannelId(call), number=1, words=LONG))
    await board.hears_of(AnnouncementOver)


async def test_what_a_caller_hears_is_cut_the_moment_he_is_joined(board: Switchboard) -> None:
    phone = await board.phone("1001")
    caller, call = await board.caller()
    leg, offer, device = await board.agent(phone, call)
    board.order(Say(call=call, channel=ChannelId(call), number=1, words=LONG))
    await asyncio.sleep(0.5)
    ordered = asyncio.get_running_loop().time()
    board.order(Connect(call=call, channel=ChannelId(call), offer=offer, device=device, saying=1))
    await board.hears_of(CallConnected)
    assert asyncio.get_running_loop().time() - ordered < 0.2
    await asyncio.gather(caller.media.hears_tone(AGENT_HZ), leg.media.hears_tone(CALLER_HZ))


async def test_what_an_agent_hears_is_cut_where_he_is_joined_before_its_end(board: Switchboard) -> None:
    phone = await board.phone("1001")
    caller, call = await board.caller()
    leg, offer, device = await board.agent(phone, call)
    board.order(TellAgent(offer=offer, device=device, words=LONG))
    await leg.media.hears_sound()
    await leg.press("1")
    pressed = await board.hears_of(LegKeyPressed)
    assert pressed == LegKeyPressed(offer=offer, device=device, key="1")
    board.order(Connect(call=call, channel=ChannelId(call), offer=offer, device=device))
    await board.hears_of(CallConnected)
    await asyncio.gather(caller.media.hears_tone(AGENT_HZ), leg.media.hears_tone(CALLER_HZ))
    assert board.all(AgentTold) == []


async def test_an_agent_is_told_who_waits_and_its_end_is_told_once(board: Switchboard) -> None:
    phone = await board.phone("1001")
    _, call = await board.caller()
    leg, offer, device = await board.agent(phone, call)
    began = asyncio.get_running_loop().time()
    board.order(TellAgent(offer=offer, device=device, words=(Phrase.PRESS_ONE,)))
    assert await board.hears_of(AgentTold) == AgentTold(offer=offer, device=device)
    assert PROMPTS.recognise(leg.media.heard(since=began)).name == "press-one"
    board.order(TellAgent(offer=offer, device=device, words=LONG))
    await leg.media.hears_sound()
    board.order(TellAgent(offer=offer, device=device, words=(Phrase.SECONDS,)))
    await board.hears_of(AgentTold, nth=2)
    assert len(board.all(AgentTold)) == 2


async def test_a_callers_keys_are_told_once_each_over_music_and_words(board: Switchboard) -> None:
    caller, call = await board.caller()
    await caller.press("5")
    board.order(Say(call=call, channel=ChannelId(call), number=1, words=LONG))
    await caller.media.hears_sound()
    await caller.press("#")
    await board.hears_of(KeyPressed, nth=2)
    assert board.all(KeyPressed) == [KeyPressed(call=call, key="5"), KeyPressed(call=call, key="#")]
    board.order(StopSaying(call=call, channel=ChannelId(call), number=1))
    await board.hears_of(AnnouncementOver)


async def test_a_phone_shows_the_queue_and_is_asked_to_pick_up_by_itself(board: Switchboard) -> None:
    phone = await board.phone("1001")
    _, call = await board.caller()
    leg, _, _ = await board.agent(phone, call, auto_answer=True)
    assert (leg.caller.name, leg.caller.user) == ("Sales: Cara", "1004")
    assert leg.invite.get("Call-Info").endswith(";answer-after=0")
    assert "auto" in leg.invite.get("Alert-Info")


# --- letting callers go


async def test_a_caller_is_sent_on_and_lives_without_us(board: Switchboard) -> None:
    third = await board.phone("1003")
    caller, call = await board.caller()
    board.order(SendOn(call=call, channel=ChannelId(call), number="1003"))
    ring = await third.rings()
    assert ring.caller.name == "P1004"
    ring.answer(tone=THIRD_HZ)
    await asyncio.gather(caller.media.hears_tone(THIRD_HZ), ring.media.hears_tone(CALLER_HZ))
    await ring.hang_up()
    await caller.is_over()
    assert board.all(CallerHungUp) == []


async def test_where_nobody_answers_he_is_told_so(board: Switchboard) -> None:
    busy = await board.phone("1002")
    busy.when_called = WhenCalled.BUSY
    sent_to = {
        number: await board.caller(who) for number, who in (("1002", "1001"), ("1999", "1003"), ("zero", "1004"))
    }
    began = asyncio.get_running_loop().time()
    for number, (_, call) in sent_to.items():
        board.order(SendOn(call=call, channel=ChannelId(call), number=number, outside=number == "1999"))
    for number, (caller, _) in sent_to.items():
        await caller.is_over(within=15)
        assert PROMPTS.recognise(caller.media.heard(since=began + 0.1)).name == "nobody-available", number


async def test_who_is_sent_to_a_queue_waits_in_it(board: Switchboard) -> None:
    _, call = await board.caller()
    board.order(SendOn(call=call, channel=ChannelId(call), number="7002"))
    again = await board.hears_of(CallArrived, nth=2)
    assert (again.call, again.number, again.account) == (call, "7002", ACCOUNT)
    assert again.device is None, "he has not dialled the queue himself"


async def test_who_is_dismissed_hears_why(board: Switchboard) -> None:
    caller, call = await board.caller()
    began = asyncio.get_running_loop().time()
    board.order(Dismiss(call=call, channel=ChannelId(call), words=(Phrase.WE_CALL_BACK,)))
    await caller.is_over(within=15)
    assert PROMPTS.recognise(caller.media.heard(since=began + 0.2)).name == "we-call-back"
    assert board.all(CallerHungUp) == []


async def test_who_was_never_answered_is_dismissed_too(board: Switchboard) -> None:
    call = await (await board.phone("1004")).dial("7001")
    arrived = await board.hears_of(CallArrived)
    board.order(Dismiss(call=arrived.call, channel=ChannelId(arrived.call), words=(Phrase.NOBODY_AVAILABLE,)))
    await call.is_over(within=15)
    assert PROMPTS.recognise(call.media.heard()).name == "nobody-available"


# --- fetching them


async def test_a_phone_that_dials_the_queue_fetches_a_caller(board: Switchboard) -> None:
    fetcher = await board.phone("1003")
    caller, call = await board.caller()
    fetching = await fetcher.dial("7001", tone=THIRD_HZ)
    arrived = await board.hears_of(CallArrived, nth=2)
    assert arrived.device == "1003-desk"
    board.order(Say(call=call, channel=ChannelId(call), number=1, words=LONG))
    await caller.media.hears_sound()
    retriever = ChannelId(arrived.call)
    board.order(ConnectRetriever(call=call, channel=ChannelId(call), retriever=retriever, saying=1))
    await asyncio.gather(caller.media.hears_tone(THIRD_HZ), fetching.media.hears_tone(CALLER_HZ))
    assert await board.hears_of(CallConnected) == CallConnected(call=call)
    await fetching.hang_up()
    assert await board.hears_of(CallerHungUp) == CallerHungUp(call=arrived.call)
    board.order(HangUpCall(call=call, channel=ChannelId(call)))
    await caller.is_over()


async def test_who_finds_nobody_is_told_so(board: Switchboard) -> None:
    fetching = await (await board.phone("1003")).dial("7001")
    arrived = await board.hears_of(CallArrived)
    board.order(HangUpPhone(channel=ChannelId(arrived.call), words=(Phrase.NOBODY_PARKED,)))
    await fetching.is_over(within=10)
    assert PROMPTS.recognise(fetching.media.heard()).name == "nobody-parked"


# --- calling back


async def test_one_who_is_called_back_is_joined_with_the_agent_who_waits(board: Switchboard) -> None:
    phone, home = await board.phone("1001"), await board.phone("1002")
    caller, call = await board.caller()
    leg, offer, device = await board.agent(phone, call)
    board.order(Dismiss(call=call, channel=ChannelId(call), words=()))
    await caller.is_over()
    back = ChannelId(f"{call}~back~1")
    order = CallBack(
        call=call,
        channel=back,
        account=ACCOUNT,
        number="1002",
        shown=Caller(number="7001", name="Sales"),
        ring_time=timedelta(seconds=20),
        offer=offer,
        device=device,
    )
    board.order(order)
    ring = await home.rings()
    assert (ring.caller.name, ring.caller.user) == ("Sales", "7001")
    await leg.media.hears_sound()
    ring.answer(tone=CALLER_HZ)
    assert await board.hears_of(CallerReached) == CallerReached(call=call, channel=back)
    board.order(Connect(call=call, channel=back, offer=offer, device=device))
    await asyncio.gather(ring.media.hears_tone(AGENT_HZ), leg.media.hears_tone(CALLER_HZ))
    assert await board.hears_of(CallConnected) == CallConnected(call=call)
    await ring.hang_up()
    assert await board.hears_of(CallerHungUp) == CallerHungUp(call=call)
    assert board.all(CallerNotReached) == []


async def test_another_engine_finds_the_one_who_is_called_back(board: Switchboard, asterisk: TestAsterisk) -> None:
    phone, home, third = await board.phone("1001"), await board.phone("1002"), await board.phone("1003")
    _, call = await board.caller()
    _, offer, device = await board.agent(phone, call)
    back = ChannelId(f"{call}~back~1")
    order = CallBack(
        call=call,
        channel=back,
        account=ACCOUNT,
        number="1002",
        shown=Caller(number="7001", name="Sales"),
        ring_time=timedelta(seconds=20),
        offer=offer,
        device=device,
    )
    board.order(order)
    ring = await home.rings()
    async with switchboard(asterisk) as other:
        seen = await other.hears_of(AsteriskSeen)
        assert [(each.channel, each.answered) for each in seen.calls if each.call == call] == [
            (None, True),
            (back, False),
        ]
        ring.answer(tone=CALLER_HZ)
        assert await other.hears_of(CallerReached) == CallerReached(call=call, channel=back)
    async with switchboard(asterisk) as other:
        seen = await other.hears_of(AsteriskSeen)
        assert [(each.channel, each.answered) for each in seen.calls if each.channel] == [(back, True)]
        other.order(SendOn(call=call, channel=back, number="1003"))
        (await third.rings()).answer(tone=THIRD_HZ)
        await ring.media.hears_tone(THIRD_HZ)
    async with switchboard(asterisk) as other:
        seen = await other.hears_of(AsteriskSeen)
        assert [each for each in seen.calls if each.channel] == []
        await ring.media.hears_tone(THIRD_HZ)


@pytest.mark.parametrize(
    ("number", "does", "how"),
    [
        ("1002", WhenCalled.BUSY, LegEnd.BUSY),
        ("1002", WhenCalled.DECLINE, LegEnd.DECLINED),
        ("1002", WhenCalled.RING, LegEnd.NO_ANSWER),
        ("1999", WhenCalled.RING, LegEnd.UNREACHABLE),
        ("+49,30&x", WhenCalled.RING, LegEnd.UNREACHABLE),
    ],
)
async def test_one_who_is_not_reached(board: Switchboard, number: str, does: WhenCalled, how: LegEnd) -> None:
    phone, home = await board.phone("1001"), await board.phone("1002")
    home.when_called = does
    _, call = await board.caller()
    _, offer, device = await board.agent(phone, call)
    back = ChannelId(f"{call}~back~1")
    order = CallBack(
        call=call,
        channel=back,
        account=ACCOUNT,
        number=number,
        shown=Caller(number="7001", name="Sales"),
        ring_time=timedelta(seconds=1),
        offer=offer,
        device=device,
    )
    board.order(order)
    assert await board.hears_of(CallerNotReached) == CallerNotReached(call=call, channel=back, how=how)
