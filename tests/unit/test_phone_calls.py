"""The tests' own phone: two of them call each other directly, over a network that loses every first copy as well."""

import asyncio
import itertools
import socket
from collections.abc import AsyncIterator

import pytest

from tests.phone import dtmf, wire
from tests.phone.audio import FRAME, tone
from tests.phone.call import Call
from tests.phone.g711 import ALAW
from tests.phone.media import HEADER, Media, Route
from tests.phone.phone import Phone, WhenCalled
from tests.phone.wire import Place


class Network(asyncio.DatagramProtocol):
    """Passes datagrams on between one phone and another; a lossy one drops whatever it has not seen before."""

    def __init__(self, *, lossy: bool) -> None:
        self.callee: Place
        self._lossy = lossy
        self._caller: Place | None = None
        self._seen: set[bytes] = set()
        self.transport: asyncio.DatagramTransport

    def datagram_received(self, data: bytes, addr: Place) -> None:
        if addr != self.callee:
            self._caller = addr
        if self._lossy and data not in self._seen:
            self._seen.add(data)
        elif to := self._caller if addr == self.callee else self.callee:
            self.transport.sendto(data, to)


@pytest.fixture(params=[False, True], ids=["sound", "lossy"])
async def phones(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[Phone, Phone]]:
    """Caller and callee; on a lossy network they repeat sooner than the protocol says, to be done sooner."""
    monkeypatch.setattr(wire, "T1", 0.05)
    loop = asyncio.get_running_loop()
    network_socket, network = await loop.create_datagram_endpoint(
        lambda: Network(lossy=request.param), local_addr=("127.0.0.1", 0)
    )
    network.transport = network_socket
    place: Place = network_socket.get_extra_info("sockname")
    async with Phone(place, "callee", "", codecs=(ALAW,)) as callee:
        network.callee = callee.place
        async with Phone(place, "caller", "", name='Ann "the ; caller"') as caller:
            yield caller, callee
    network_socket.close()


async def test_they_talk_and_the_caller_hangs_up(phones: tuple[Phone, Phone]) -> None:
    caller, callee = phones
    call = await caller.dial("callee", tone=440)
    ring = await callee.rings()
    await call.is_ringing()
    assert (ring.caller.name, ring.caller.user) == ('Ann "the ; caller"', "caller")
    ring.answer(tone=640)
    await call.is_answered()
    await asyncio.gather(call.media.hears_tone(640), ring.media.hears_tone(440))
    await call.hang_up()
    assert not (await ring.is_over()).by_us


async def test_they_talk_and_the_callee_hangs_up(phones: tuple[Phone, Phone]) -> None:
    caller, callee = phones
    call = await caller.dial("callee")
    ring = await callee.rings()
    ring.answer()
    await call.is_answered()
    await ring.hang_up()
    assert not (await call.is_over()).by_us


async def test_the_caller_gives_up(phones: tuple[Phone, Phone]) -> None:
    caller, callee = phones
    call = await caller.dial("callee")
    ring = await callee.rings()
    await call.is_ringing()
    await call.hang_up()
    assert call.ending
    assert call.ending.by_us
    ending = await ring.is_over()
    assert (ending.by_us, ending.answered_elsewhere) == (False, False)


@pytest.mark.parametrize(("does", "status"), [(WhenCalled.BUSY, 486), (WhenCalled.DECLINE, 603)])
async def test_the_callee_refuses(phones: tuple[Phone, Phone], does: WhenCalled, status: int) -> None:
    caller, callee = phones
    callee.when_called = does
    call = await caller.dial("callee")
    assert (await call.is_over()).status == status


async def test_the_callee_declines_after_a_while(phones: tuple[Phone, Phone]) -> None:
    caller, callee = phones
    call = await caller.dial("callee")
    ring = await callee.rings()
    await call.is_ringing()
    ring.refuse(486)
    assert (await call.is_over()).status == 486


async def test_the_headers_of_a_call_can_be_read(phones: tuple[Phone, Phone]) -> None:
    caller, callee = phones
    await caller.dial("callee")
    ring = await callee.rings()
    assert ring.invite.get("max-forwards") == "70"
    assert ring.invite.all("Alert-Info") == []


async def test_without_common_codec_there_is_no_call(phones: tuple[Phone, Phone]) -> None:
    caller, callee = phones
    caller.codecs = ()
    call = await caller.dial("callee")
    assert (await call.is_over()).status == 488
    assert callee.incoming == []


async def talking(caller: Phone, callee: Phone) -> tuple[Call, Call]:
    """A call that is up, with 440 Hz from the caller and 640 Hz from the callee."""
    call = await caller.dial("callee", tone=440)
    ring = await callee.rings()
    ring.answer(tone=640)
    await call.is_answered()
    await hear_each_other(call, ring)
    return call, ring


async def hear_each_other(call: Call, ring: Call) -> None:
    await asyncio.gather(call.media.hears_tone(640), ring.media.hears_tone(440))


async def test_keys_are_heard_by_the_other_side(phones: tuple[Phone, Phone]) -> None:
    call, ring = await talking(*phones)
    await asyncio.gather(call.press("0123456789*#ABCD"), ring.press("11"))
    await ring.media.hears_keys("0123456789*#ABCD")
    await call.media.hears_keys("11")
    await hear_each_other(call, ring)


async def test_keys_that_were_not_agreed_upon_are_not_sent(phones: tuple[Phone, Phone]) -> None:
    call, ring = await talking(*phones)
    call.media.start(Route(host="127.0.0.1", port=ring.media.port, codec=ALAW, events=None))
    with pytest.raises(AssertionError, match="no keypad events"):
        await call.press("1")


async def test_a_call_is_held_and_taken_back_by_either_side(phones: tuple[Phone, Phone]) -> None:
    call, ring = await talking(*phones)
    for holder, held in ((call, ring), (ring, call)):
        await holder.hold()
        assert (holder.is_held, held.is_held) == (False, True)
        quiet_from = asyncio.get_running_loop().time() + 0.05
        await asyncio.sleep(0.2)
        assert not [packet for packet in (*held.media.packets, *holder.media.packets) if packet.at > quiet_from]
        await holder.resume()
        assert not held.is_held
        await hear_each_other(call, ring)


async def test_both_hold_in_the_same_instant(phones: tuple[Phone, Phone]) -> None:
    call, ring = await talking(*phones)
    await asyncio.gather(call.hold(), ring.hold())
    assert (call.is_held, ring.is_held) == (True, True)
    await call.resume()
    assert (call.is_held, ring.is_held) == (True, False)
    await ring.resume()
    await hear_each_other(call, ring)


class Ear(asyncio.DatagramProtocol):
    """Keeps what arrives, as it came."""

    def __init__(self) -> None:
        self.packets: list[tuple[int, int, int, int, int]] = []
        self.payloads: list[bytes] = []

    def datagram_received(self, data: bytes, addr: Place) -> None:
        self.packets.append(HEADER.unpack_from(data))
        self.payloads.append(data[HEADER.size :])


async def test_a_key_is_one_event_of_one_instant_in_an_unbroken_stream() -> None:
    listening, ear = await asyncio.get_running_loop().create_datagram_endpoint(Ear, local_addr=("127.0.0.1", 0))
    media = await Media.open("127.0.0.1")
    media.start(Route(host="127.0.0.1", port=listening.get_extra_info("sockname")[1], codec=ALAW, events=101))
    await media.press("7")
    media.close()
    listening.close()
    _, kinds, sequences, stamps, sources = zip(*ear.packets, strict=True)
    events = [at for at, kind in enumerate(kinds) if kind & 0x7F == 101]
    assert [ear.payloads[at] for at in events] == dtmf.payloads("7")
    assert [kinds[at] >> 7 for at in events] == [1] + [0] * 7
    assert len({stamps[at] for at in events}) == 1
    assert stamps[events[-1] + 1] == stamps[events[0]] + 8 * 160
    assert [(later - earlier) & 0xFFFF for earlier, later in itertools.pairwise(sequences)] == [1] * (
        len(sequences) - 1
    )
    assert len(set(sources)) == 1


def sent(media: Media, numbers: list[int]) -> None:
    """Packets with these numbers reach this socket, and nobody has looked at it yet."""
    payload = ALAW.encode(tone(400, seconds=0.02))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for number in numbers:
            sender.sendto(HEADER.pack(0x80, ALAW.payload_type, number, 0, 1) + payload, ("127.0.0.1", media.port))


async def test_what_came_before_the_end_of_a_call_is_heard() -> None:
    media = await Media.open("127.0.0.1")
    sent(media, list(range(30)))
    media.close()
    assert len(media.heard()) == 30 * FRAME


async def test_what_was_lost_on_its_way_is_silence_and_all_else_is_heard_at_its_time() -> None:
    media = await Media.open("127.0.0.1")
    sent(media, [0xFFFE, 0xFFFF, 2, 3])
    media.close()
    heard = media.heard()
    assert len(heard) == 6 * FRAME
    frames = [heard[at : at + FRAME] for at in range(0, len(heard), FRAME)]
    assert [any(frame) for frame in frames] == [True, True, False, False, True, True]
    assert media.instant(0.11) == media.packets[-1].at
    assert media.instant(0.05) == media.packets[2].at
