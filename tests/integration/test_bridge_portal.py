"""What people do with calls beyond the phone, on a real Asterisk: held by us, dialled by a click, listened to."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Final

import pytest

from acd.inputs import CallArrived, MonitorAnswered, OtherCallAnswered, OtherCallEnded, OtherCallStarted
from acd.model import Caller, CallId, ChannelId, DeviceId, MonitorMode
from acd.outputs import (
    Connect,
    DialFrom,
    HangUpCall,
    HangUpLeg,
    HangUpPhone,
    HoldCaller,
    ListenIn,
    RingMonitor,
    StopListening,
)
from ari_bridge import resync
from tests.integration.asterisk import TestAsterisk
from tests.integration.switchboard import (
    ACCOUNT,
    AGENT_HZ,
    CALLER_HZ,
    QUEUE,
    THIRD_HZ,
    Switchboard,
    Talk,
    switchboard,
)
from tests.phone import voices
from tests.phone.call import Call, IncomingCall
from tests.phone.waiting import until

CHANNEL: Final = ChannelId("monitor-1003-desk-1709542800000000")
DIALLED: Final = ChannelId("dial-1001-desk-1709542800000000")


@pytest.fixture(scope="module")
def asterisk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestAsterisk]:
    running = TestAsterisk(tmp_path_factory.mktemp("asterisk"))
    try:
        running.start()
        yield running
    finally:
        running.kill()


@pytest.fixture
async def board(asterisk: TestAsterisk) -> AsyncIterator[Switchboard]:
    async with switchboard(asterisk) as connected:
        yield connected


async def hears(call: Call, *tones: int) -> None:
    """Exactly these, all at once, from now on."""
    await voices.hears(call, *tones, among=(CALLER_HZ, AGENT_HZ, THIRD_HZ))


# --- hold


async def test_a_caller_who_is_held_hears_music_the_agent_nothing_and_both_each_other_again(board: Switchboard) -> None:
    talk = await board.talk()
    board.order(HoldCaller(call=talk.call, channel=talk.channel, queue=QUEUE))
    await hears(talk.caller)
    await talk.caller.media.hears_sound()
    await hears(talk.leg)
    seen = (await resync.look(board.client, "acd")).seen
    assert (talk.call, QUEUE) in seen.held
    for _ in range(2):  # an order that is repeated does no harm
        board.order(Connect(call=talk.call, channel=talk.channel, offer=talk.offer, device=talk.device))
    await asyncio.gather(hears(talk.caller, AGENT_HZ), hears(talk.leg, CALLER_HZ))
    await talk.caller.hang_up()


# --- a click


def dial(number: str, *, outside: bool = False, shown: str = "") -> DialFrom:
    return DialFrom(
        channel=DIALLED,
        device=DeviceId("1001-desk"),
        account=ACCOUNT,
        number=number,
        outside=outside,
        shown=Caller(number=number, name=shown),
        caller=Caller(number="1001", name='Anna "A", <b>'),
    )


async def test_a_click_rings_ones_own_phone_which_then_calls_the_number(board: Switchboard) -> None:
    own, other = await board.phone("1001"), await board.phone("1002")
    board.order(dial("1002", shown="Ben"))
    ring = await own.rings()
    assert (ring.caller.name, ring.caller.user) == ("Ben", "1002")
    assert await board.hears_of(OtherCallStarted) == OtherCallStarted(channel=DIALLED, device=DeviceId("1001-desk"))
    ring.answer(tone=AGENT_HZ)
    called = await other.rings()
    assert called.caller.user == "1001"
    assert called.caller.name.startswith("Anna")
    called.answer(tone=THIRD_HZ)
    await asyncio.gather(hears(ring, THIRD_HZ), hears(called, AGENT_HZ))
    assert await board.hears_of(OtherCallAnswered) == OtherCallAnswered(channel=DIALLED)
    await ring.hang_up()
    await called.is_over()
    await until("its end", lambda: OtherCallEnded(channel=DIALLED) in board.told, within=5)


async def test_a_phone_that_is_not_picked_up_or_not_there_ends_it(board: Switchboard) -> None:
    own, other = await board.phone("1001"), await board.phone("1002")
    board.order(dial("1002"))
    (await own.rings()).refuse(486)
    await until("its end", lambda: board.told.count(OtherCallEnded(channel=DIALLED)) == 1, within=5)
    await own.unregister()
    board.order(dial("1002"))
    await until("its end", lambda: board.told.count(OtherCallEnded(channel=DIALLED)) >= 2, within=5)
    assert other.incoming == []


async def test_a_click_on_a_queue_is_a_call_to_it_from_this_phone(board: Switchboard) -> None:
    own = await board.phone("1001")
    board.order(dial("7001"))
    ring = await own.rings()
    ring.answer(tone=AGENT_HZ)
    arrived = await board.hears_of(CallArrived)
    assert (arrived.call, arrived.number, arrived.device) == (CallId(DIALLED), "7001", DeviceId("1001-desk"))
    assert arrived.caller.number == "1001"
    await ring.hang_up()


async def test_what_the_engine_does_not_allow_the_dial_plan_does_not_call(board: Switchboard) -> None:
    own = await board.phone("1001")
    board.order(dial("5551234"))
    ring = await own.rings()
    ring.answer(tone=AGENT_HZ)
    await ring.media.hears_sound()
    await ring.hang_up()


# --- listening in


async def monitored(board: Switchboard, talk: Talk, mode: MonitorMode) -> IncomingCall:
    """The supervisor at 1003 has picked up."""
    phone = await board.phone("1003")
    shown = Caller(number="1004", name="Anna")
    board.order(RingMonitor(channel=CHANNEL, device=DeviceId("1003-desk"), shown=shown))
    ring = await phone.rings()
    assert (ring.caller.name, ring.caller.user) == ("Anna", "1004")
    ring.answer(tone=THIRD_HZ)
    assert await board.hears_of(MonitorAnswered) == MonitorAnswered(channel=CHANNEL)
    board.order(listen_in(talk, mode))
    return ring


def listen_in(talk: Talk, mode: MonitorMode) -> ListenIn:
    return ListenIn(channel=CHANNEL, mode=mode, offer=talk.offer, device=talk.device, retriever=None)


async def is_cleared_away(board: Switchboard) -> None:
    """Nothing is left of it."""
    deadline = asyncio.get_running_loop().time() + 5
    while (seen := (await resync.look(board.client, "acd")).seen).monitors:
        assert asyncio.get_running_loop().time() < deadline, seen.monitors
        await asyncio.sleep(0.05)
    assert not seen.listening
    assert [each.id for each in await board.client.bridges.list() if "room" in each.id] == []


async def test_each_mode_is_heard_by_whom_it_says_and_by_nobody_else(board: Switchboard) -> None:
    talk = await board.talk()
    supervisor = await monitored(board, talk, MonitorMode.LISTEN)
    for mode, agent_hears, caller_hears in (
        (MonitorMode.LISTEN, (CALLER_HZ,), (AGENT_HZ,)),
        (MonitorMode.WHISPER, (CALLER_HZ, THIRD_HZ), (AGENT_HZ,)),
        (MonitorMode.JOIN, (CALLER_HZ, THIRD_HZ), (AGENT_HZ, THIRD_HZ)),
        (MonitorMode.WHISPER, (CALLER_HZ, THIRD_HZ), (AGENT_HZ,)),
        (MonitorMode.LISTEN, (CALLER_HZ,), (AGENT_HZ,)),
    ):
        board.order(listen_in(talk, mode), listen_in(talk, mode))  # one that is repeated does no harm
        await asyncio.gather(
            hears(supervisor, CALLER_HZ, AGENT_HZ),
            hears(talk.leg, *agent_hears),
            hears(talk.caller, *caller_hears),
        )
        seen = (await resync.look(board.client, "acd")).seen
        assert (seen.monitors, seen.listening) == (frozenset({CHANNEL}), frozenset({(CHANNEL, mode)}))
    board.order(HangUpPhone(channel=CHANNEL, device=DeviceId("1003-desk")), StopListening(channel=CHANNEL))
    await supervisor.is_over()
    await is_cleared_away(board)
    await asyncio.gather(hears(talk.caller, AGENT_HZ), hears(talk.leg, CALLER_HZ))


async def test_a_supervisor_stays_while_the_caller_is_held_and_the_agent_hears_nothing(board: Switchboard) -> None:
    talk = await board.talk()
    supervisor = await monitored(board, talk, MonitorMode.WHISPER)
    await hears(supervisor, CALLER_HZ, AGENT_HZ)
    board.order(HoldCaller(call=talk.call, channel=talk.channel, queue=QUEUE))
    await asyncio.gather(hears(supervisor, AGENT_HZ), hears(talk.leg), hears(talk.caller))
    board.order(Connect(call=talk.call, channel=talk.channel, offer=talk.offer, device=talk.device))
    await asyncio.gather(
        hears(supervisor, CALLER_HZ, AGENT_HZ), hears(talk.leg, CALLER_HZ, THIRD_HZ), hears(talk.caller, AGENT_HZ)
    )
    await supervisor.hang_up()
    await until("its end", lambda: OtherCallEnded(channel=CHANNEL) in board.told, within=5)
    board.order(StopListening(channel=CHANNEL))
    await is_cleared_away(board)


async def test_the_end_of_the_talk_leaves_nothing_behind(board: Switchboard) -> None:
    talk = await board.talk()
    supervisor = await monitored(board, talk, MonitorMode.JOIN)
    await hears(supervisor, CALLER_HZ, AGENT_HZ)
    await talk.caller.hang_up()
    board.order(
        HangUpPhone(channel=CHANNEL, device=DeviceId("1003-desk")),
        StopListening(channel=CHANNEL),
        HangUpLeg(offer=talk.offer, device=talk.device),
        HangUpCall(call=talk.call, channel=None),
    )
    await asyncio.gather(supervisor.is_over(), talk.leg.is_over())
    await is_cleared_away(board)


async def test_an_ear_that_is_lost_is_made_anew_by_the_same_order(board: Switchboard) -> None:
    talk = await board.talk()
    supervisor = await monitored(board, talk, MonitorMode.LISTEN)
    await hears(supervisor, CALLER_HZ, AGENT_HZ)
    await board.client.channels.hangup(channelId=f"{CHANNEL}~listen")
    await hears(supervisor)
    seen = (await resync.look(board.client, "acd")).seen
    assert (seen.monitors, seen.listening) == (frozenset({CHANNEL}), frozenset())
    board.order(listen_in(talk, MonitorMode.LISTEN))
    await hears(supervisor, CALLER_HZ, AGENT_HZ)
    board.order(HangUpPhone(channel=CHANNEL, device=DeviceId("1003-desk")), StopListening(channel=CHANNEL))
    await is_cleared_away(board)
