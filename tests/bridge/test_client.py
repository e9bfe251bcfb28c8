"""What goes over the wire for an operation, and what comes back of it."""

from collections.abc import AsyncGenerator

import pytest

from ari_bridge.client import Channel, Client
from tests.bridge.ari_double import PASSWORD, USER, Answer, AriDouble, Asked

CHANNEL = {"id": "c1", "name": "PJSIP/1001-desk-00000001", "state": "Up"}


@pytest.fixture
async def client(double: AriDouble) -> AsyncGenerator[Client]:
    async with Client(double.url, USER, PASSWORD) as made:
        yield made


async def test_an_operation_sends_its_parameters_and_gives_a_domain_object(double: AriDouble, client: Client) -> None:
    double.answers["POST", "/channels"] = Answer.of(CHANNEL)
    channel = await client.channels.originate(
        endpoint="PJSIP/1001-desk",
        app="acd",
        appArgs="leg,o1,1001-desk",
        callerId='"A, B;|" <12>',
        timeout=20,
        variables={"X": "a,b\n${EXTEN}"},
    )
    assert isinstance(channel, Channel)
    assert channel.id == "c1"
    assert channel.json == CHANNEL
    assert double.asked == [
        Asked(
            method="POST",
            path="/channels",
            query="",
            body={
                "endpoint": "PJSIP/1001-desk",
                "app": "acd",
                "appArgs": "leg,o1,1001-desk",
                "callerId": '"A, B;|" <12>',
                "timeout": 20,
                "variables": {"X": "a,b\n${EXTEN}"},
            },
        )
    ]


async def test_parts_of_the_path_are_quoted(double: AriDouble, client: Client) -> None:
    await client.channels.hangup(channelId="a/b ?#%ü~1")
    assert double.asked[0].path == "/channels/a%2Fb%20%3F%23%25%C3%BC~1"


async def test_parameters_of_delete_and_get_stand_in_the_address(double: AriDouble, client: Client) -> None:
    double.answers["GET", "/channels/c1/variables"] = Answer.of({"variables": {}})
    await client.channels.hangup(channelId="c1", reason="answered_elsewhere")
    await client.channels.getChannelVars(channelId="c1", variables=["A", "CHANNEL(language)"])
    assert [(each.query, each.body) for each in double.asked] == [
        ("reason=answered_elsewhere", None),
        ("variables=A%2CCHANNEL%28language%29", None),
    ]


async def test_lists_and_truth_values_keep_their_kind_in_a_body(double: AriDouble, client: Client) -> None:
    await client.bridges.addChannel(bridgeId="b1", channel=["c1", "c2"], absorbDTMF=False, mute=True)
    assert double.asked[0].body == {"channel": ["c1", "c2"], "absorbDTMF": False, "mute": True}


async def test_bodies_of_their_own(double: AriDouble, client: Client) -> None:
    double.answers["PUT", "/asterisk/config/dynamic/res_pjsip/aor/x"] = Answer.of([])
    double.answers["PUT", "/applications/acd/eventFilter"] = Answer.of({"name": "acd"})
    await client.asterisk.updateObject(
        configClass="res_pjsip", objectType="aor", id="x", fields=[{"attribute": "max_contacts", "value": "1"}]
    )
    await client.applications.filter(
        applicationName="acd", filter={"allowed": [], "disallowed": [{"type": "ChannelVarset"}]}
    )
    await client.channels.setChannelVars(channelId="c1", variables={"A": "1"})
    assert [each.body for each in double.asked] == [
        {"fields": [{"attribute": "max_contacts", "value": "1"}]},
        {"allowed": [], "disallowed": [{"type": "ChannelVarset"}]},
        {"variables": {"A": "1"}},
    ]


async def test_from_is_written_with_an_underscore(double: AriDouble, client: Client) -> None:
    await client.endpoints.sendMessage(to="pjsip:1001", from_="pjsip:acd", body="hello")
    assert double.asked[0].body == {"to": "pjsip:1001", "from": "pjsip:acd", "body": "hello"}


async def test_an_object_acts_on_itself(double: AriDouble, client: Client) -> None:
    double.answers["GET", "/channels"] = Answer.of([CHANNEL])
    double.answers["GET", "/bridges/hold~1"] = Answer.of({"id": "hold~1"})
    double.answers["GET", "/endpoints"] = Answer.of([{"technology": "PJSIP", "resource": "1001-desk"}])
    double.answers["GET", "/recordings/live/r 1"] = Answer.of({"name": "r 1"})
    double.answers["GET", "/recordings/live/r%201"] = Answer.of({"name": "r 1"})
    double.answers["POST", "/channels/c1/play/p1"] = Answer.of({"id": "p1"})
    (channel,) = await client.channels.list()
    bridge = await client.bridges.get(bridgeId="hold~1")
    (endpoint,) = await client.endpoints.list()
    recording = await client.recordings.getLive(recordingName="r 1")
    playback = await channel.playWithId(playbackId="p1", media=["sound:a", "number:3"])
    double.asked.clear()

    await channel.answer()
    await bridge.addChannel(channel=channel.id)
    await playback.stop()
    await recording.stop()
    await endpoint.sendMessageToEndpoint(from_="pjsip:acd")

    assert (channel.id, bridge.id, playback.id, recording.id, endpoint.id) == (
        "c1", "hold~1", "p1", "r 1", "PJSIP/1001-desk",
    )  # fmt: skip
    assert [(each.method, each.path, each.body) for each in double.asked] == [
        ("POST", "/channels/c1/answer", None),
        ("POST", "/bridges/hold~1/addChannel", {"channel": "c1"}),
        ("DELETE", "/playbacks/p1", None),
        ("POST", "/recordings/live/r%201/stop", None),
        ("PUT", "/endpoints/PJSIP/1001-desk/sendMessage", {"from": "pjsip:acd"}),
    ]


async def test_answers_that_are_no_objects(double: AriDouble, client: Client) -> None:
    double.answers["GET", "/asterisk/ping"] = Answer.of({"ping": "pong"})
    double.answers["GET", "/recordings/stored/r1/file"] = Answer(body=b"RIFF\x00\xff")
    assert await client.asterisk.ping() == {"ping": "pong"}
    assert await client.recordings.getStoredFile(recordingName="r1") == b"RIFF\x00\xff"


async def test_one_connection_serves_requests_that_follow_each_other(double: AriDouble, client: Client) -> None:
    for _ in range(5):
        await client.channels.answer(channelId="c1")
    assert len(set(double.transports)) == 1


async def test_the_address_may_name_ari_already(double: AriDouble) -> None:
    async with Client(double.url + "/ari/", USER, PASSWORD) as client:
        await client.channels.answer(channelId="c1")
    assert double.asked[0].path == "/channels/c1/answer"
