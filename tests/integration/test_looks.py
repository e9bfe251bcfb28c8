"""What a look at a real Asterisk shows of people whose calls are in perfect order, whatever they do meanwhile."""

import asyncio

from acd.inputs import AnnouncementOver, AsteriskSeen, LegHeld, LegResumed
from acd.model import ChannelId, OfferId
from acd.outputs import HangUpLeg, Phrase, Say, StartRecording
from ari_bridge.resync import about, look
from tests.integration.switchboard import QUEUE, Switchboard


async def seen(board: Switchboard) -> AsteriskSeen:
    return (await look(board.client, "acd")).seen


async def test_a_caller_is_seen_with_his_music_while_he_is_told_something(board: Switchboard) -> None:
    caller, call = await board.caller()
    await caller.media.hears_sound()
    assert (call, QUEUE) in (await seen(board)).held
    board.order(Say(call=call, channel=ChannelId(call), number=1, words=(Phrase.WE_CALL_BACK,)))
    looks = 0
    while not board.all(AnnouncementOver):
        assert (call, QUEUE) in (await seen(board)).held
        looks += 1
        await asyncio.sleep(0.05)
    assert looks > 20


async def test_two_who_talk_are_seen_joined_on_hold_and_recorded(board: Switchboard) -> None:
    talk = await board.talk()
    board.order(StartRecording(call=talk.call, name=f"looks/{talk.call}"))
    await talk.leg.hold()
    await board.hears_of(LegHeld)
    for _ in range(10):
        found = await seen(board)
        assert talk.call in found.joined
        assert talk.call not in {call for call, _ in found.held}
        await asyncio.sleep(0.05)
    await talk.leg.resume()
    await board.hears_of(LegResumed)
    assert talk.call in (await seen(board)).joined
    board.order(HangUpLeg(offer=talk.offer, device=talk.device))


async def test_a_leg_is_seen_as_soon_as_its_request_is_answered(board: Switchboard) -> None:
    """Else a look could miss one whose lane is done."""
    phone = await board.phone("1001")
    _, call = await board.caller()
    for nth in range(1, 6):
        leg = f"{call}~{nth}~1001-desk"
        await board.client.channels.originateWithId(
            channelId=leg, endpoint="PJSIP/1001-desk", app="acd", appArgs=f"leg,{call}~{nth},1001-desk"
        )
        assert OfferId(f"{call}~{nth}") in {each.offer for each in (await seen(board)).legs}
        await board.client.channels.hangup(channelId=leg)
    assert phone.incoming


async def test_the_life_of_an_asterisk_has_one_name(board: Switchboard) -> None:
    first = await about(board.client)
    await asyncio.sleep(1.1)
    assert await about(board.client) == first
    assert first.life
    assert board.all(AsteriskSeen)[0].life == first.life
