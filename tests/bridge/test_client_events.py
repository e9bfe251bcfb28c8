"""Events: who hears of them, and what happens to the connection they come over."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta
from typing import Any

import pytest

from ari_bridge.client import AriError, Bridge, Channel, Client, Event
from tests.bridge.ari_double import PASSWORD, USER, AriDouble, RawText

START = {"type": "StasisStart", "args": ["queue"], "channel": {"id": "c1"}}
MARK = {"type": "Mark"}


@pytest.fixture
async def client(double: AriDouble) -> AsyncGenerator[Client]:
    async with Client(double.url, USER, PASSWORD) as made:
        yield made


async def hear(double: AriDouble, client: Client, *frames: Any) -> list[Event]:
    """Send these frames, and say which events arrived."""
    heard: list[Event] = []
    marked = asyncio.Event()
    mine = [client.on_event(None, heard.append), client.on_event("Mark", lambda _: marked.set())]
    async with client.connect("acd"):
        await double.send(*frames, MARK)
        await asyncio.wait_for(marked.wait(), 5)
    for each in mine:
        each.close()
    return heard[:-1]


async def test_the_applications_are_registered(double: AriDouble, client: Client) -> None:
    async with client.connect(["acd", "acd-2"]):
        pass
    assert [(each.method, each.path, each.query) for each in double.asked] == [("GET", "/events", "app=acd%2Cacd-2")]


async def test_every_event_is_handed_out_in_order(double: AriDouble, client: Client) -> None:
    events = [{"type": "ChannelVarset", "n": n} for n in range(500)]
    assert await hear(double, client, *events) == events


async def test_a_type_this_client_does_not_know_passes(double: AriDouble, client: Client) -> None:
    by_type: list[Event] = []
    client.on_event("TimeTravelled", by_type.append)
    event, nameless = {"type": "TimeTravelled", "to": 1955}, {"type": ""}
    assert await hear(double, client, event, nameless) == [event, nameless]
    assert by_type == [event]
    assert client.bad_frames == 0


async def test_frames_that_are_no_events_are_counted_and_passed_over(double: AriDouble, client: Client) -> None:
    frames = [
        "",
        "{",
        "not json",
        "[]",
        "null",
        "3",
        '"StasisStart"',
        "{}",
        '{"type": null}',
        '{"type": ["x"]}',
        b"\xff\x00",
        "[" * 100_000,
        '{"type":' * 10_000,
        '{"type": "StasisStart", "cause": 1e999}',
    ]
    assert await hear(double, client, *frames, START, "{", START) == [START, START]
    assert client.bad_frames == len(frames) + 1


async def test_a_text_that_is_no_utf8_spoils_its_frame_only(double: AriDouble, client: Client) -> None:
    frames = [RawText(b'{"type":"\xff"}'), RawText(b'{"type":"StasisEnd","x":"\xc3"}'), RawText(b"\xff")]
    assert await hear(double, client, *frames, START) == [START]
    assert client.bad_frames == len(frames)


async def test_an_event_in_a_binary_frame_is_an_event(double: AriDouble, client: Client) -> None:
    assert await hear(double, client, b'{"type":"StasisEnd"}') == [{"type": "StasisEnd"}]


async def test_application_replaced_is_an_event_like_any_other(double: AriDouble, client: Client) -> None:
    replaced = {"type": "ApplicationReplaced", "application": "acd"}
    assert await hear(double, client, replaced, START) == [replaced, START]


async def test_channel_callbacks_get_the_channel(double: AriDouble, client: Client) -> None:
    ended: list[tuple[str, Event]] = []
    started: list[tuple[dict[str, Channel], Event]] = []
    client.on_channel_event("StasisEnd", lambda channel, event: ended.append((channel.id, event)))
    client.on_channel_event("StasisStart", lambda channels, event: started.append((channels, event)))
    end = {"type": "StasisEnd", "channel": {"id": "c2"}}
    replacing = {"type": "StasisStart", "args": [], "channel": {"id": "c3"}, "replace_channel": {"id": "c1"}}
    await hear(double, client, START, end, replacing)
    assert ended == [("c2", end)]
    assert [{field: channel.id for field, channel in channels.items()} for channels, _ in started] == [
        {"channel": "c1"},
        {"channel": "c3", "replace_channel": "c1"},
    ]


async def test_an_event_without_the_object_is_passed_over(double: AriDouble, client: Client) -> None:
    heard: list[Channel] = []
    client.on_channel_event("ChannelVarset", lambda channel, _: heard.append(channel))
    await hear(double, client, {"type": "ChannelVarset", "variable": "GLOBAL"})
    assert heard == []


async def test_an_event_whose_object_has_no_id_is_passed_over(double: AriDouble, client: Client) -> None:
    heard: list[Channel] = []
    client.on_channel_event("StasisEnd", lambda channel, _: heard.append(channel))
    end = {"type": "StasisEnd", "channel": {"id": "c1"}}
    await hear(double, client, {**end, "channel": {"name": "x"}}, {**end, "channel": 7}, {**end, "channel": [1]}, end)
    assert [channel.id for channel in heard] == ["c1"]


async def test_an_object_hears_of_itself_only_and_until_closed(double: AriDouble, client: Client) -> None:
    heard: list[str] = []
    bridge = Bridge(client, {"id": "b1"})
    subscription = bridge.on_event("ChannelEnteredBridge", lambda found, _: heard.append(found.id))
    entered = [
        {"type": "ChannelEnteredBridge", "bridge": {"id": each}, "channel": {"id": "c"}} for each in ("b1", "b2")
    ]
    await hear(double, client, *entered)
    assert heard == ["b1"]
    subscription.close()
    subscription.close()
    await hear(double, client, *entered)
    assert heard == ["b1"]


async def test_a_callback_may_register_and_close_callbacks(double: AriDouble, client: Client) -> None:
    heard: list[str] = []

    def first(_: Event) -> None:
        heard.append("first")
        mine.close()
        client.on_event("StasisStart", lambda _: heard.append("second"))

    mine = client.on_event("StasisStart", first)
    await hear(double, client, START, START)
    assert heard == ["first", "second"]


async def test_closing_a_registration_twice_ends_no_other(double: AriDouble, client: Client) -> None:
    heard: list[Event] = []
    one, _ = client.on_event("StasisStart", heard.append), client.on_event("StasisStart", heard.append)
    one.close()
    one.close()
    await hear(double, client, START)
    assert heard == [START]


async def test_a_coroutine_is_refused_as_a_callback(client: Client) -> None:
    async def slow(_: Event) -> None: ...

    with pytest.raises(TypeError, match="plain function"):
        client.on_event("StasisStart", slow)  # type: ignore[arg-type]  # the mistake under test


async def test_a_type_that_holds_no_such_object_is_refused(client: Client) -> None:
    with pytest.raises(ValueError, match="no Bridge"):
        client.on_bridge_event("StasisStart", print)  # type: ignore[call-overload]  # the mistake under test


async def test_an_error_in_a_callback_comes_to_light(double: AriDouble, client: Client) -> None:
    def broken(_: Event) -> None:
        raise ZeroDivisionError

    async def serve() -> None:
        async with client.connect("acd") as connection:
            await double.send(START)
            await connection.closed()

    client.on_event("StasisStart", broken)
    with pytest.raises(ZeroDivisionError):
        await serve()


async def test_an_error_in_a_callback_is_not_hidden_by_what_followed_from_it(double: AriDouble, client: Client) -> None:
    def broken(_: Event) -> None:
        stopped.set()
        raise ZeroDivisionError

    async def serve() -> None:
        async with client.connect("acd"):
            await double.send(START)
            await stopped.wait()
            raise AriError(404, "Channel not found")

    stopped = asyncio.Event()
    client.on_event("StasisStart", broken)
    with pytest.raises(ZeroDivisionError):
        await serve()


async def test_a_connection_ends_when_asterisk_is_gone_and_can_be_made_again(double: AriDouble, client: Client) -> None:
    for _ in range(3):
        double.connected.clear()
        async with client.connect("acd") as connection:
            await double.connected.wait()
            assert connection.is_open
            double.vanish()
            await asyncio.wait_for(connection.closed(), 5)
            assert not connection.is_open
    assert await hear(double, client, START) == [START]


async def test_a_half_closed_connection_ends(double: AriDouble, client: Client) -> None:
    async with client.connect("acd") as connection:
        await double.connected.wait()
        double.half_close()
        await asyncio.wait_for(connection.closed(), 5)


async def test_a_silent_asterisk_is_noticed_by_the_heartbeat(double: AriDouble) -> None:
    double.is_frozen = True
    heartbeat = timedelta(seconds=0.2)
    async with (
        Client(double.url, USER, PASSWORD, heartbeat=heartbeat) as client,
        client.connect("acd") as connection,
    ):
        await asyncio.wait_for(connection.closed(), 5)


async def test_leaving_the_context_closes_the_socket(double: AriDouble, client: Client) -> None:
    async with client.connect("acd") as connection:
        await double.connected.wait()
    assert not connection.is_open
    await asyncio.wait_for(double.closed.wait(), 5)


async def test_leaving_does_not_wait_for_a_frozen_asterisk(double: AriDouble, client: Client) -> None:
    double.is_frozen = True
    async with asyncio.timeout(5), client.connect("acd"):
        await double.connected.wait()


async def test_run_lasts_as_long_as_the_connection(double: AriDouble, client: Client) -> None:
    running = asyncio.create_task(client.run("acd"))
    await asyncio.wait_for(double.connected.wait(), 5)
    assert not running.done()
    await double.sockets[0].close()
    await asyncio.wait_for(running, 5)


async def test_requests_go_on_while_events_arrive(double: AriDouble, client: Client) -> None:
    heard: list[Event] = []
    client.on_event(None, heard.append)
    async with client.connect("acd"):
        sending = asyncio.create_task(double.send(*[START] * 500))
        await client.channels.answer(channelId="c1")
        await sending
        await client.channels.answer(channelId="c2")
    assert [each.path for each in double.asked] == ["/events", "/channels/c1/answer", "/channels/c2/answer"]
    assert heard
