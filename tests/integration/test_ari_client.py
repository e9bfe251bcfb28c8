"""The ARI client against a real Asterisk: what a double can only pretend."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Sized
from contextlib import asynccontextmanager, suppress

import pytest

from ari_bridge.client import AriError, AriUnauthorized, AriUnreachable, Channel, Client, Connection, Event
from ari_bridge.socket_wire import APPLICATIONS
from tests.integration.asterisk import ARI_PASSWORD, TestAsterisk

AWKWARD = 'a,b;c|d&e "f" \\ ${EXTEN} $[1+1]\r\n\tü€😀'
STAR_CODE = "Local/*51@acd-phones/n"
"""Dials into our application: its own half is in Stasis with `feature`, the other one where the test says."""

NO_SUCH_NUMBER = "Local/99@acd-phones/n"


@pytest.fixture
async def client(asterisk: TestAsterisk) -> AsyncGenerator[Client]:
    async with Client(asterisk.url, "acd", ARI_PASSWORD) as made:
        yield made


class Ear:
    """Everything heard over one client's connection."""

    def __init__(self, client: Client) -> None:
        self.heard: list[Event] = []
        self._news = asyncio.Event()
        client.on_event(None, self._hear)

    def _hear(self, event: Event) -> None:
        self.heard.append(event)
        self._news.set()

    async def of(self, event_type: str, wanted: Callable[[Event], bool] = lambda _: True) -> Event:
        """The first such event, waited for."""
        async with asyncio.timeout(10):
            while True:
                for event in self.heard:
                    if event["type"] == event_type and wanted(event):
                        return event
                self._news.clear()
                await self._news.wait()

    async def of_channel(self, event_type: str, channel_id: str) -> Event:
        return await self.of(event_type, lambda event: event["channel"]["id"] == channel_id)


@asynccontextmanager
async def listening(client: Client) -> AsyncGenerator[Ear]:
    """Connected, and told of every channel."""
    ear = Ear(client)
    async with client.connect("acd"):
        await client.applications.subscribe(applicationName="acd", eventSource=["channel:", "endpoint:"])
        try:
            yield ear
        finally:
            await clear(client)
    # Asterisk tidies up after a connection has ended, and would take the application away from one that came too soon.
    await until_empty(lambda: named_acd(client))


async def named_acd(client: Client) -> list[Event]:
    return [application for application in await client.applications.list() if application["name"] == "acd"]


async def clear(client: Client) -> None:
    """Leave nothing of a test in Asterisk."""
    for channel in await client.channels.list():
        with suppress(AriError):  # the end of one is often the end of another
            await channel.hangup()
    for bridge in await client.bridges.list():
        with suppress(AriError):
            await bridge.destroy()
    await until_empty(client.channels.list)


async def until_empty(listed: Callable[[], Awaitable[Sized]]) -> None:
    async with asyncio.timeout(10):
        while len(await listed()) > 0:  # noqa: ASYNC110  Asterisk tells nobody of it
            await asyncio.sleep(0.01)


async def two_in_stasis(client: Client, ear: Ear, name: str = "leg") -> tuple[Channel, Channel]:
    """A channel of our own making, and the one at the other end of it, which has answered."""
    other_name = f"{name}-other"
    leg = await client.channels.originate(
        endpoint=STAR_CODE, app="acd", appArgs="leg,1", channelId=name, otherChannelId=other_name, timeout=5
    )
    started = await ear.of_channel("StasisStart", other_name)
    assert started["args"] == ["feature", "*51", ""]
    other = Channel(client, started["channel"])
    await other.answer()
    assert (await ear.of_channel("StasisStart", name))["args"] == ["leg", "1"]
    return leg, other


async def never_dialled(client: Client, ear: Ear) -> Channel:
    """A channel that stays as it is; Asterisk accepts nothing for it before its StasisStart."""
    channel = await client.channels.create(endpoint=NO_SUCH_NUMBER, app="acd", channelId="still")
    await ear.of_channel("StasisStart", channel.id)
    return channel


async def test_a_call_by_its_objects(client: Client) -> None:
    async with listening(client) as ear:
        one, _ = await two_in_stasis(client, ear, "leg~1")
        two, _ = await two_in_stasis(client, ear, "leg~2")
        bridge = await client.bridges.createWithId(bridgeId="leg~talk", type="mixing", name="talk 1")
        await bridge.addChannel(channel=[one.id, two.id])
        for channel in (one, two):
            await ear.of_channel("ChannelEnteredBridge", channel.id)
        assert sorted((await bridge.get()).json["channels"]) == ["leg~1", "leg~2"]
        await one.hangup(reason="answered_elsewhere")
        await ear.of_channel("ChannelLeftBridge", one.id)
        await ear.of_channel("ChannelDestroyed", one.id)
        await bridge.destroy()
        await until_empty(client.bridges.list)
        with pytest.raises(AriError, match="404 Bridge not found"):
            await bridge.get()


async def test_objects_hear_of_themselves(client: Client) -> None:
    heard: list[str] = []
    async with listening(client) as ear:
        leg, other = await two_in_stasis(client, ear)
        leg.on_event("ChannelDestroyed", lambda channel, _: heard.append(channel.id))
        await other.hangup()
        await ear.of_channel("ChannelDestroyed", "leg-other")
        await ear.of_channel("ChannelDestroyed", "leg")
    assert heard == ["leg"]


async def test_variables_of_any_text_arrive_as_they_are(client: Client) -> None:
    async with listening(client) as ear:
        channel = await never_dialled(client, ear)
        await channel.setChannelVars(variables={"TEXT": AWKWARD, "LONG": "x" * 20_000})
        await channel.setChannelVar(variable="ONE", value=AWKWARD)
        found = await channel.getChannelVars(variables=["TEXT", "LONG"])
        assert found == {"variables": {"TEXT": AWKWARD, "LONG": "x" * 20_000}}
        assert await channel.getChannelVar(variable="ONE") == {"value": AWKWARD}


async def test_a_caller_id_longer_than_a_request_line(client: Client) -> None:
    async with listening(client):
        channel = await client.channels.originate(
            endpoint=STAR_CODE, app="acd", channelId="long", callerId="ü" * 10_000 + " <2001>"
        )
        assert (await channel.get()).json["caller"]["number"] == "2001"


async def test_what_is_too_long_is_refused(client: Client) -> None:
    async with listening(client) as ear:
        channel = await never_dialled(client, ear)
        with pytest.raises(AriError, match="413 Request body too large"):
            await channel.setChannelVars(variables={"LONG": "x" * 41_000})


async def test_each_channel_is_told_of_once_in_stasis_or_not(client: Client) -> None:
    async with listening(client) as ear:
        await client.channels.originate(
            endpoint=NO_SUCH_NUMBER, context="acd-phones", extension="99", channelId="out", otherChannelId="out;2"
        )
        await two_in_stasis(client, ear)
        await client.channels.hangup(channelId="leg")
        for channel in ("out", "out;2", "leg", "leg-other"):
            await ear.of_channel("ChannelDestroyed", channel)
        assert await client.channels.list() == []
    told = Counter((each["channel"]["id"], each["type"]) for each in ear.heard if each["type"].startswith("Channel"))
    for channel in ("out", "out;2", "leg", "leg-other"):
        assert (told[channel, "ChannelCreated"], told[channel, "ChannelDestroyed"]) == (1, 1)


async def test_types_that_are_filtered_out_do_not_come(client: Client) -> None:
    async with listening(client) as ear:
        unwanted = [{"type": "ChannelVarset"}, {"type": "ChannelDialplan"}]
        await client.applications.filter(applicationName="acd", filter={"allowed": [], "disallowed": unwanted})
        leg, _ = await two_in_stasis(client, ear)
        await leg.setChannelVar(variable="X", value="1")
        await leg.hangup()
        await ear.of_channel("ChannelDestroyed", "leg")
    types = {event["type"] for event in ear.heard}
    assert types.isdisjoint({"ChannelVarset", "ChannelDialplan"})
    assert types >= {"ChannelCreated", "StasisStart", "StasisEnd", "ChannelDestroyed"}


async def test_refusals_say_why(client: Client) -> None:
    with pytest.raises(AriError, match="404 Channel not found"):
        await client.channels.hangup(channelId="nobody/at all?")
    with pytest.raises(AriError, match="500 Allocation failed"):
        await client.channels.originate(endpoint="PJSIP/nobody", app="acd")
    await client.bridges.createWithId(bridgeId="twice", type="holding")
    with pytest.raises(AriError, match="409 Bridge with id 'twice' already exists"):
        await client.bridges.createWithId(bridgeId="twice", type="holding")
    await client.bridges.destroy(bridgeId="twice")


async def test_whoever_comes_later_has_the_application(asterisk: TestAsterisk, client: Client) -> None:
    async with (
        Client(asterisk.url, "acd", ARI_PASSWORD) as later,
        listening(client) as ear,
        listening(later) as other_ear,
    ):
        assert (await ear.of("ApplicationReplaced"))["application"] == "acd"
        await two_in_stasis(later, other_ear)
    assert [event["type"] for event in ear.heard] == ["ApplicationReplaced"]


async def test_a_request_that_waits_for_a_sound_holds_up_no_other(client: Client) -> None:
    async with listening(client) as ear:
        leg, other = await two_in_stasis(client, ear)
        await other.play(media="tone:1000/3000")
        waits = asyncio.create_task(other.setChannelVar(variable="X", value="1"))
        for _ in range(200):
            await leg.setChannelVar(variable="X", value="1")
        assert not waits.done()
        assert any(row["name"].startswith(APPLICATIONS) for row in await client.applications.list())
        await other.hangup()
        await waits


async def test_a_wrong_password(asterisk: TestAsterisk) -> None:
    async with Client(asterisk.url, "acd", "wrong") as wrong:
        with pytest.raises(AriUnauthorized):
            await wrong.asterisk.ping()
        with pytest.raises(AriUnauthorized):
            await wrong.run("acd")


async def test_asterisk_dies_and_comes_back(asterisk: TestAsterisk, client: Client) -> None:
    async with client.connect("acd") as connection:
        await dies(asterisk, connection)
        with pytest.raises(AriUnreachable):
            await client.asterisk.ping()
        with pytest.raises(AriUnreachable):
            await client.run("acd")
    await asyncio.to_thread(asterisk.start)
    async with listening(client) as ear:
        await two_in_stasis(client, ear)


async def dies(asterisk: TestAsterisk, connection: Connection) -> None:
    asterisk.kill()
    await asyncio.wait_for(connection.closed(), 5)
