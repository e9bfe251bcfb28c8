"""Requests that fail: each way has its error, none of them shows the password or waits for ever."""

import asyncio
import traceback
from collections.abc import AsyncGenerator
from datetime import timedelta

import pytest

from ari_bridge.client import AriError, AriTimeout, AriUnauthorized, AriUnreachable, Client
from tests.bridge.ari_double import BREAKS, HANGS, PASSWORD, USER, Answer, AriDouble
from tests.ports import free_port


@pytest.fixture
async def client(double: AriDouble) -> AsyncGenerator[Client]:
    async with Client(double.url, USER, PASSWORD, time_limit=timedelta(seconds=0.3)) as made:
        yield made


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (Answer.of({"message": "Channel not found"}, 404), "Channel not found"),
        (Answer.of({"error": "Allocation failed"}, 500), "Allocation failed"),
        (Answer.of({"reason": 3}, 409), "no reason given"),
        (Answer.of(["?"], 400), "no reason given"),
        (Answer(status=400, body=b"<html>400 Bad Request</html>"), "no reason given"),
        (Answer(status=503), "no reason given"),
    ],
)
async def test_a_refusal_carries_status_and_wording(
    double: AriDouble, client: Client, answer: Answer, message: str
) -> None:
    double.answers["POST", "/channels/c1/answer"] = answer
    with pytest.raises(AriError) as caught:
        await client.channels.answer(channelId="c1")
    assert type(caught.value) is AriError
    assert (caught.value.status, caught.value.message) == (answer.status, message)
    assert str(caught.value) == f"POST /channels/c1/answer: {answer.status} {message}"


async def test_an_answer_that_is_no_json_is_an_error(double: AriDouble, client: Client) -> None:
    for text in (b'[{"id":', b"\xff", b"[" * 100_000):
        double.answers["GET", "/channels"] = Answer(body=text)
        with pytest.raises(AriError, match="not understood"):
            await client.channels.list()


async def test_an_object_without_its_id_is_an_error(double: AriDouble, client: Client) -> None:
    double.answers["GET", "/channels"] = Answer.of([{"name": "x"}])
    with pytest.raises(AriError, match="not understood"):
        await client.channels.list()


async def test_a_wrong_password_is_told_apart(double: AriDouble) -> None:
    async with Client(double.url, USER, "wrong") as client:
        with pytest.raises(AriUnauthorized, match="Authentication required") as of_request:
            await client.asterisk.ping()
        with pytest.raises(AriUnauthorized) as of_connection:
            async with client.connect("acd"):
                pass
    assert (of_request.value.status, of_connection.value.status) == (401, 401)


async def test_an_asterisk_that_is_not_there() -> None:
    async with Client(f"http://127.0.0.1:{free_port()}", USER, PASSWORD) as client:
        with pytest.raises(AriUnreachable, match=r"cannot be reached at 127\.0\.0\.1"):
            await client.asterisk.ping()
        with pytest.raises(AriUnreachable, match=r"cannot be reached at 127\.0\.0\.1"):
            async with client.connect("acd"):
                pass


async def test_an_answer_that_does_not_come(double: AriDouble, client: Client) -> None:
    double.answers["POST", "/channels/c1/answer"] = HANGS
    with pytest.raises(AriTimeout) as caught:
        await client.channels.answer(channelId="c1")
    assert caught.value.status == 0


async def test_a_request_that_hangs_holds_up_no_other(double: AriDouble, client: Client) -> None:
    double.answers["POST", "/channels/c1/answer"] = HANGS
    hanging = asyncio.create_task(client.channels.answer(channelId="c1"))
    await client.channels.answer(channelId="c2")
    assert not hanging.done()
    with pytest.raises(AriTimeout):
        await hanging


async def test_a_handshake_that_does_not_come(double: AriDouble, client: Client) -> None:
    double.handshake = HANGS
    with pytest.raises(AriTimeout):
        async with client.connect("acd"):
            pass


async def test_a_handshake_that_is_refused(double: AriDouble, client: Client) -> None:
    double.handshake = Answer.of({"message": "no"}, 403)
    with pytest.raises(AriError) as caught:
        async with client.connect("acd"):
            pass
    assert caught.value.status == 403


async def test_a_connection_that_breaks_in_the_answer(double: AriDouble, client: Client) -> None:
    double.answers["POST", "/channels/c1/answer"] = BREAKS
    with pytest.raises(AriUnreachable, match="broke"):
        await client.channels.answer(channelId="c1")
    await client.channels.answer(channelId="c2")


async def test_a_client_that_was_closed_says_so(double: AriDouble) -> None:
    client = Client(double.url, USER, PASSWORD)
    await client.close()
    with pytest.raises(AriUnreachable, match="closed"):
        await client.asterisk.ping()


@pytest.mark.parametrize(
    "address", ["", "127.0.0.1:8088", "ftp://127.0.0.1", "http://", "http://acd:open-sesame@127.0.0.1", "http://[::1"]
)
async def test_an_address_that_is_none(address: str) -> None:
    with pytest.raises(ValueError, match="must look like") as caught:
        Client(address, USER, PASSWORD)
    assert "sesame" not in str(caught.value)


async def test_asterisk_sends_nobody_elsewhere(double: AriDouble, client: Client) -> None:
    double.answers["GET", "/channels"] = Answer(status=302)
    with pytest.raises(AriError, match="302"):
        await client.channels.list()


async def test_the_password_is_shown_nowhere(double: AriDouble, capsys: pytest.CaptureFixture[str]) -> None:
    secret = "open-sesame-4711"
    shown: list[str] = []
    async with (
        Client(double.url, USER, secret) as refused,
        Client(f"http://127.0.0.1:{free_port()}", USER, secret) as alone,
    ):
        for client in (refused, alone):
            shown += [repr(client), repr(client.rest), repr(client.channels), str(vars(client))]
            for attempt in (client.asterisk.ping, lambda: client.run("acd")):  # noqa: B023
                with pytest.raises(AriError) as caught:
                    await attempt()
                error = caught.value
                shown += ["".join(traceback.format_exception(error)), repr(error), str(vars(error))]
    printed = capsys.readouterr()
    shown += [printed.out, printed.err]
    assert len(shown) > 10
    assert not [text for text in shown if secret in text or "b3Blbi1zZXNhbWUtNDcxMQ" in text or "Basic" in text]
