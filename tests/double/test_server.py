"""The failures that the double shows and a real Asterisk cannot be made to, as the real client meets them."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from datetime import timedelta

import pytest

from ari_bridge import subscription
from ari_bridge.client import AriError, AriTimeout, AriUnauthorized, AriUnreachable, Client
from tests.double.parts import Json
from tests.double.server import PASSWORD, USER, DoubleServer, Fault, double_server
from tests.phone.waiting import until

SOON_S = 2.0
LIMIT = timedelta(seconds=0.3)
HEARTBEAT = timedelta(seconds=0.4)


@pytest.fixture
async def server() -> AsyncIterator[DoubleServer]:
    async with double_server() as running:
        yield running


@pytest.fixture
async def client(server: DoubleServer) -> AsyncIterator[Client]:
    """Knows one phone, 1001-desk, which is registered."""
    async with Client(server.url, USER, PASSWORD, time_limit=LIMIT, heartbeat=HEARTBEAT) as made:
        fields = [{"attribute": "callerid", "value": '"P1001" <1001>'}]
        await made.asterisk.updateObject(configClass="res_pjsip", objectType="endpoint", id="1001-desk", fields=fields)
        assert server.switch.register("1001-desk")
        yield made


async def _ring(client: Client) -> None:
    await client.channels.originateWithId(channelId="leg", endpoint="PJSIP/1001-desk", app="acd", appArgs="leg,x,y")


async def test_a_wrong_password_is_refused(server: DoubleServer) -> None:
    async with Client(server.url, USER, "wrong", time_limit=LIMIT) as stranger:
        with pytest.raises(AriUnauthorized):
            await stranger.channels.list()


async def test_some_routes_hang_while_others_answer(server: DoubleServer, client: Client) -> None:
    server.faults["channels"] = Fault.HANGS
    with pytest.raises(AriTimeout):
        await _ring(client)
    assert await client.bridges.list() == []
    server.faults.clear()
    assert await client.channels.list() == [], "it was not carried out"


async def test_a_route_fails(server: DoubleServer, client: Client) -> None:
    server.faults[""] = Fault.FAILS
    with pytest.raises(AriError) as refused:
        await _ring(client)
    assert refused.value.status == 500
    server.faults.clear()
    assert await client.channels.list() == []


async def test_an_answer_is_lost_and_its_request_carried_out(server: DoubleServer, client: Client) -> None:
    server.faults["channels"] = Fault.LOST
    with pytest.raises(AriUnreachable):
        await _ring(client)
    server.faults.clear()
    assert [channel.id for channel in await client.channels.list()] == ["leg"]


async def test_the_socket_is_cut_and_calls_stay(server: DoubleServer, client: Client) -> None:
    async with client.connect("acd") as connection:
        await _ring(client)
        server.cut()
        await asyncio.wait_for(connection.closed(), SOON_S)
    assert [channel.id for channel in await client.channels.list()] == ["leg"]
    assert not server.switch.exchange.applications.is_active("acd")


async def test_a_socket_that_is_half_open_is_noticed_by_its_heartbeat(server: DoubleServer, client: Client) -> None:
    async with client.connect("acd") as connection:
        server.freeze()
        await client.bridges.list()
        assert connection.is_open
        await asyncio.wait_for(connection.closed(), 2 * HEARTBEAT.total_seconds())
    server.thaw()
    async with client.connect("acd") as connection:
        await asyncio.sleep(2 * HEARTBEAT.total_seconds())
        assert connection.is_open


async def test_events_come_late_doubled_out_of_order_or_never(server: DoubleServer, client: Client) -> None:
    def stream(event: Json) -> Iterable[tuple[timedelta, Json]]:
        match event["type"]:
            case "ChannelCreated":
                return ((timedelta(seconds=0.2), event),)
            case "EndpointStateChange":
                return ()
            case _:
                return ((timedelta(0), event),) * 2

    server.stream = stream
    heard: list[str] = []
    client.on_event(None, lambda event: heard.append(event["type"]))
    async with client.connect("acd"):
        await subscription.listen(client, "acd")
        server.switch.dial("1001-desk", "1")
        await until("the last event", lambda: "ChannelCreated" in heard, within=SOON_S)
    assert heard == [
        "ChannelHangupRequest",
        "ChannelHangupRequest",
        "ChannelDestroyed",
        "ChannelDestroyed",
        "ChannelCreated",
    ]


async def test_it_dies_and_comes_back(server: DoubleServer, client: Client) -> None:
    async with client.connect("acd") as connection:
        await _ring(client)
        server.switch.die()
        await asyncio.wait_for(connection.closed(), SOON_S)
    with pytest.raises(AriUnreachable):
        await client.channels.list()
    server.switch.start()
    assert await client.channels.list() == []
