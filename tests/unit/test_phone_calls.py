"""The tests' own phone: two of them call each other directly, over a network that loses every first copy as well."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.phone import wire
from tests.phone.g711 import ALAW
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


async def test_without_common_codec_there_is_no_call(phones: tuple[Phone, Phone]) -> None:
    caller, callee = phones
    caller.codecs = ()
    call = await caller.dial("callee")
    assert (await call.is_over()).status == 488
    assert callee.incoming == []
