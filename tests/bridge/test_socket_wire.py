"""Requests over websockets: one at a time on each, and none is held up, lost or given another one's answer."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta

import pytest

from ari_bridge.client import AriError, AriTimeout, AriUnreachable, Client
from ari_bridge.socket_wire import LONGEST_B, SOCKETS
from tests.bridge.ari_double import BREAKS, HANGS, NONSENSE, PASSWORD, USER, Answer, AriDouble
from tests.phone.waiting import until

HELD = ("POST", "/channels/held/answer")


@pytest.fixture
async def client(double: AriDouble) -> AsyncGenerator[Client]:
    """Connected."""
    async with (
        Client(double.url, USER, PASSWORD, time_limit=timedelta(seconds=0.5)) as made,
        made.connect("acd"),
    ):
        yield made


async def until_a_socket_is_idle(client: Client, double: AriDouble) -> None:
    async with asyncio.timeout(5):
        await client.channels.ring(channelId="first")
        while not double.asked[-1].by_socket:
            await client.channels.ring(channelId="first")


async def held(client: Client, count: int) -> list[asyncio.Task[None]]:
    """So many requests that are never answered, once they were asked."""
    tasks = [asyncio.create_task(client.channels.answer(channelId="held")) for _ in range(count)]
    await asyncio.sleep(0)
    return tasks


async def test_the_first_request_goes_over_http_and_opens_a_socket(client: Client, double: AriDouble) -> None:
    await client.channels.ring(channelId="first")
    assert not double.asked[-1].by_socket
    await until_a_socket_is_idle(client, double)
    assert len(double.for_requests) == 1


async def test_a_request_is_the_same_over_a_socket(client: Client, double: AriDouble) -> None:
    await until_a_socket_is_idle(client, double)
    double.answers["POST", "/channels"] = Answer.of({"id": "ü", "name": "x"})
    channel = await client.channels.originate(endpoint="PJSIP/ü", app="acd", channelId="a/b", timeout=5)
    assert channel.json["id"] == "ü"
    asked = double.asked[-1]
    assert (asked.by_socket, asked.path, asked.body["channelId"]) == (True, "/channels", "a/b")
    assert asked.body["endpoint"] == "PJSIP/ü"
    double.answers["DELETE", "/channels/a%2Fb"] = Answer.of({"message": "Channel not found"}, 404)
    with pytest.raises(AriError, match="DELETE /channels/a/b: 404 Channel not found"):
        await client.channels.hangup(channelId="a/b", reason="busy")
    assert (double.asked[-1].by_socket, double.asked[-1].query) == (True, "reason=busy")


async def test_lists_come_over_http(client: Client, double: AriDouble) -> None:
    await until_a_socket_is_idle(client, double)
    double.answers["GET", "/channels"] = Answer.of([])
    await client.channels.list()
    assert not double.asked[-1].by_socket


async def test_what_is_too_long_for_a_socket_goes_over_http(client: Client, double: AriDouble) -> None:
    await until_a_socket_is_idle(client, double)
    for length, by_socket in ((LONGEST_B // 2, True), (LONGEST_B, False)):
        await client.channels.setChannelVar(channelId="c", variable="x", value="v" * length)
        assert double.asked[-1].by_socket is by_socket
        assert double.asked[-1].body["value"] == "v" * length


async def test_a_request_that_waits_holds_up_no_other(client: Client, double: AriDouble) -> None:
    double.answers[HELD] = HANGS
    await until_a_socket_is_idle(client, double)
    waiting = await held(client, 3)
    for _ in range(20):
        await client.channels.ring(channelId="other")
    assert not any(task.done() for task in waiting)
    assert [type(error) for error in await asyncio.gather(*waiting, return_exceptions=True)] == [AriTimeout] * 3


async def test_there_are_only_so_many_sockets(double: AriDouble) -> None:
    double.answers[HELD] = HANGS
    async with Client(double.url, USER, PASSWORD) as client, client.connect("acd"):
        for _ in range(SOCKETS):
            await until_a_socket_is_idle(client, double)
            await held(client, 1)
        for _ in range(20):
            await client.channels.ring(channelId="other")
            assert not double.asked[-1].by_socket
        assert len(double.for_requests) == SOCKETS


async def test_a_socket_whose_request_was_given_up_is_closed(client: Client, double: AriDouble) -> None:
    double.answers[HELD] = HANGS
    await until_a_socket_is_idle(client, double)
    with pytest.raises(AriTimeout):
        await client.channels.answer(channelId="held")
    assert double.asked[-1].by_socket
    await until_a_socket_is_idle(client, double)
    assert len(double.for_requests) == 2


async def test_a_socket_breaks_under_a_request(client: Client, double: AriDouble) -> None:
    await until_a_socket_is_idle(client, double)
    for failure in (BREAKS, NONSENSE):
        double.answers[HELD] = failure
        with pytest.raises(AriUnreachable, match="the connection to Asterisk broke"):
            await client.channels.answer(channelId="held")
        assert double.asked[-1].by_socket
        await until_a_socket_is_idle(client, double)


async def test_a_socket_that_asterisk_has_closed_is_not_used(client: Client, double: AriDouble) -> None:
    await until_a_socket_is_idle(client, double)
    await double.for_requests[0].close()
    await client.asterisk.ping()  # it was sent before this is answered
    await until_a_socket_is_idle(client, double)
    assert len(double.for_requests) == 2


async def test_an_event_answers_nothing(client: Client, double: AriDouble) -> None:
    await until_a_socket_is_idle(client, double)
    await double.for_requests[0].send_str('{"type": "ApplicationReplaced", "application": "acd-requests-1"}')
    double.answers["POST", "/bridges/b"] = Answer.of({"id": "b"})
    assert (await client.bridges.createWithId(bridgeId="b")).json == {"id": "b"}
    assert double.asked[-1].by_socket


async def test_sockets_are_there_while_events_come(double: AriDouble) -> None:
    async with Client(double.url, USER, PASSWORD) as client:
        for connections in (1, 2):
            await client.channels.ring(channelId="before")
            assert not double.asked[-1].by_socket
            async with client.connect("acd"):
                await until_a_socket_is_idle(client, double)
            assert len(double.for_requests) == connections
            await until("Asterisk has heard of it", lambda: double.for_requests[-1].closed, within=5)


async def test_asterisk_is_gone_with_all_its_sockets(client: Client, double: AriDouble) -> None:
    double.answers[HELD] = HANGS
    await until_a_socket_is_idle(client, double)
    waiting = await held(client, 2)
    await client.channels.ring(channelId="other")
    double.vanish()
    assert [type(error) for error in await asyncio.gather(*waiting, return_exceptions=True)] == [AriUnreachable] * 2
