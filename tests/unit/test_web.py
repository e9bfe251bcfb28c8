"""The operators' pages, asked over HTTP."""

import asyncio
import socket

import aiohttp
import pytest
from aiohttp.test_utils import TestClient, TestServer

from acd.runtime.web import WebPortTaken, make_app, serve


async def _ready() -> list[str]:
    return []


async def _figures() -> bytes:
    return b"up 1\n"


async def test_ready_or_not_is_told_with_reasons() -> None:
    reasons: list[str] = ["Asterisk is not connected: nobody listens there", "the database cannot be reached"]

    async def why_not() -> list[str]:
        return reasons

    async def what_else() -> list[str]:
        return ["the spool cannot be written"]

    async with TestClient(TestServer(make_app(_figures, why_not, what_else))) as client:
        answer = await client.get("/readyz")
        told = {"ready": False, "reasons": reasons, "warnings": ["the spool cannot be written"]}
        assert (answer.status, await answer.json()) == (503, told)
        answer = await client.get("/healthz")
        assert (answer.status, await answer.json()) == (200, {"healthy": True})
        reasons.clear()
        answer = await client.get("/readyz")
        assert (answer.status, await answer.json()) == (200, {**told, "ready": True, "reasons": []})
        answer = await client.get("/metrics")
        assert (answer.status, await answer.text()) == (200, "up 1\n")
        assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
        assert (await client.get("/")).status == 404
        assert (await client.post("/healthz")).status == 405


async def test_a_port_that_is_taken_is_told_with_the_mend() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(WebPortTaken, match=rf"web port {port} on 127\.0\.0\.1 is taken: stop what uses it, or set"):
            await serve(make_app(_figures, _ready, _ready), "127.0.0.1", port)


async def test_an_address_that_is_not_ours_is_told() -> None:
    with pytest.raises(WebPortTaken, match=r"web port 8090 on 192\.0\.2\.1 cannot be had"):
        await serve(make_app(_figures, _ready, _ready), "192.0.2.1", 8090)


async def test_it_serves_until_it_is_cleaned_up() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    pages = await serve(make_app(_figures, _ready, _ready), "127.0.0.1", port)
    async with aiohttp.ClientSession() as session:
        async with session.get(f"http://127.0.0.1:{port}/healthz") as answer:
            assert answer.status == 200
        async with asyncio.timeout(5):
            await pages.cleanup()
        with pytest.raises(aiohttp.ClientConnectorError):
            await session.get(f"http://127.0.0.1:{port}/healthz")
