"""An Asterisk that is just starting: its web server answers before its ARI is loaded."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from acd.runtime.up import asterisk
from acd.runtime.up.errors import StartError


@asynccontextmanager
async def loading(not_found: int) -> AsyncGenerator[str]:
    """A web server that says so often that there is no ARI; its address."""
    left = iter(range(not_found))

    async def info(_request: web.Request) -> web.Response:
        if next(left, None) is None:
            return web.json_response({"system": {"version": "22.10.1"}})
        return web.Response(status=404)

    app = web.Application()
    app.router.add_get("/ari/asterisk/info", info)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    try:
        yield f"http://{host}:{port}"
    finally:
        await runner.cleanup()


async def test_it_is_waited_for() -> None:
    async with loading(1) as url:
        assert await asterisk.version_over_ari(url, "acd", "secret") == "22.10.1"


async def test_one_that_never_has_an_ari_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asterisk, "NOT_LOADED", 1)
    async with loading(3) as url:
        with pytest.raises(StartError, match="answers 404: correct --ari-url"):
            await asterisk.version_over_ari(url, "acd", "secret")
