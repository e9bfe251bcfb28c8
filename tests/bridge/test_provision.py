"""Writing phones and numbers, where Asterisk does not answer or refuses in the middle of it."""

import asyncio
import gc
from datetime import timedelta

import pytest

from acd.model import AccountId, DeviceId
from acd.ports import Endpoint, Provisioning
from ari_bridge import provision
from ari_bridge.client import AriError, Client
from tests.double.server import PASSWORD, USER, Fault, double_server

PHONES = tuple(
    Endpoint(
        device=DeviceId(f"{number}-desk"),
        account=AccountId("demo.example"),
        extension=str(number),
        caller_name="",
        secret="s",
    )
    for number in range(1001, 1001 + 4 * provision.SIDE_BY_SIDE)
)
CENTRE = Provisioning(endpoints=PHONES, directory=())


async def test_writing_that_is_broken_off_leaves_nothing_behind() -> None:
    async with double_server() as server, Client(server.url, USER, PASSWORD, time_limit=timedelta(seconds=5)) as client:
        server.faults["asterisk"] = Fault.HANGS
        writing = asyncio.create_task(provision.write(client, CENTRE))
        await asyncio.sleep(0.1)
        writing.cancel()
        await asyncio.wait([writing])
        del writing
        gc.collect()  # what was begun and never awaited would warn here
        server.faults.clear()
        await asyncio.sleep(0.1)
        assert not server.switch.exchange.objects, "nothing goes on behind our back"


async def test_a_refusal_ends_the_whole_writing_and_it_can_be_done_again() -> None:
    async with double_server() as server, Client(server.url, USER, PASSWORD, time_limit=timedelta(seconds=5)) as client:
        server.faults["asterisk"] = Fault.FAILS
        with pytest.raises(AriError):
            await provision.write(client, CENTRE)
        server.faults.clear()
        await asyncio.sleep(0.1)
        assert not server.switch.exchange.objects, "nothing goes on behind our back"
        await provision.write(client, CENTRE)
        assert set(server.switch.exchange.phones) == {phone.device for phone in PHONES}
