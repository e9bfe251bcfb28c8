"""Answers as they come over a connection: in pieces, several at once, in chunks, or cut off; and who gets which."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

import pytest

from ari_bridge.http_requests import Answer, Pool, Server
from ari_bridge.wire import WireBroken

REQUEST = b"GET /x HTTP/1.1\r\nHost: x\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
Reply = Callable[[int, asyncio.StreamWriter], None]
"""What a server does with its nth request."""


class Listening:
    """A server on loopback, and what it saw."""

    def __init__(self) -> None:
        self.connections = 0
        self.requests: list[bytes] = []


@asynccontextmanager
async def served(reply: Reply, *, size: int = 5) -> AsyncGenerator[tuple[Pool, Listening]]:
    seen = Listening()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.connections += 1
        serving = asyncio.current_task()
        assert serving is not None
        tasks.append(serving)
        try:
            while request := await reader.readuntil(b"\r\n\r\n"):
                seen.requests.append(request)
                reply(len(seen.requests), writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    tasks: list[asyncio.Task[None]] = []
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    pool = Pool(Server(host="127.0.0.1", port=server.sockets[0].getsockname()[1], secure=False), size)
    try:
        yield pool, seen
    finally:
        pool.close()
        server.close()
        await server.wait_closed()
        await asyncio.gather(*tasks)
        await asyncio.sleep(0)


@pytest.mark.parametrize(
    ("written", "answer"),
    [
        (OK, Answer(200, b"ok")),
        (b"HTTP/1.1 204 No Content\r\n\r\n", Answer(204, b"")),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + OK, Answer(200, b"ok")),
        (b"HTTP/1.1 404 Not found\r\ncontent-length:0\r\n\r\n", Answer(404, b"")),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1;x=y\r\nc\r\n0\r\n\r\n",
            Answer(200, b"abc"),
        ),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX: y\r\n\r\n", Answer(200, b"a")),
    ],
)
async def test_an_answer_is_read_however_it_is_cut_into_pieces(written: bytes, answer: Answer) -> None:
    async def in_pieces(writer: asyncio.StreamWriter) -> None:
        for place in range(len(written)):
            writer.write(written[place : place + 1])
            await asyncio.sleep(0)

    tasks: list[asyncio.Task[None]] = []

    def reply(nth: int, writer: asyncio.StreamWriter) -> None:
        if nth == 1:
            writer.write(written)
        else:
            tasks.append(asyncio.create_task(in_pieces(writer)))

    async with served(reply) as (pool, seen):
        assert [await pool.ask(REQUEST), await pool.ask(REQUEST)] == [answer, answer]
        assert seen.connections == 1


async def test_an_answer_without_a_length_ends_with_the_connection() -> None:
    def reply(nth: int, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\nall of it")
        writer.close()

    async with served(reply) as (pool, seen):
        assert await pool.ask(REQUEST) == Answer(200, b"all of it")
        assert await pool.ask(REQUEST) == Answer(200, b"all of it")
        assert seen.connections == 2


@pytest.mark.parametrize(
    "written", [b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab", b"HTTP/1.1 200", b"SSH-2.0\r\n\r\n"]
)
async def test_what_is_no_whole_answer_is_none(written: bytes) -> None:
    def reply(nth: int, writer: asyncio.StreamWriter) -> None:
        writer.write(written)
        writer.close()

    async with served(reply) as (pool, _):
        with pytest.raises(WireBroken, match="broke"):
            await pool.ask(REQUEST)


async def test_a_connection_that_is_to_be_closed_serves_nobody_else() -> None:
    def reply(nth: int, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")

    async with served(reply) as (pool, seen):
        await pool.ask(REQUEST)
        await pool.ask(REQUEST)
        assert seen.connections == 2


async def test_who_gives_up_gets_nobody_elses_answer() -> None:
    def reply(nth: int, writer: asyncio.StreamWriter) -> None:
        if nth > 1:
            writer.write(OK)

    async with served(reply) as (pool, seen):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(pool.ask(REQUEST), 0.05)
        assert await pool.ask(REQUEST) == Answer(200, b"ok")
        assert seen.connections == 2


async def test_no_more_connections_than_there_is_room_for() -> None:
    waiting: list[asyncio.StreamWriter] = []

    def reply(nth: int, writer: asyncio.StreamWriter) -> None:
        waiting.append(writer)
        if nth >= 2:
            for each in waiting:
                each.write(OK)
            waiting.clear()

    async with served(reply, size=2) as (pool, seen):
        asked = [asyncio.create_task(pool.ask(REQUEST)) for _ in range(4)]
        assert await asyncio.wait_for(asyncio.gather(*asked), 5) == [Answer(200, b"ok")] * 4
        assert seen.connections == 2
