"""What a page does, without the page: somebody is logged in, and asks."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, Final

import aiohttp

from tests.acceptance.centre import RunningCentre
from tests.acceptance.parts import DOMAIN

TIMEOUT: Final = aiohttp.ClientTimeout(total=10)


class Page:
    """Of one user."""

    def __init__(self, address: str, client: aiohttp.ClientSession) -> None:
        self._address, self._client = address, client

    async def ask(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        """One request below /api/v1: its status, and its answer."""
        options: dict[str, Any] = {} if body is None else {"json": body}
        headers = {"Origin": self._address}
        async with self._client.request(method, f"{self._address}/api/v1{path}", headers=headers, **options) as answer:
            return answer.status, await answer.json(content_type=None) if await answer.read() else None

    async def does(self, method: str, path: str, body: object = None) -> None:
        """It is granted."""
        status, answer = await self.ask(method, path, body)
        assert status in (200, 202, 204), (method, path, status, answer)


@asynccontextmanager
async def page(centre: RunningCentre, extension: str) -> AsyncGenerator[Page]:
    """He is logged in, with the password of the start sheet."""
    login, address = f"{extension}@{DOMAIN}", centre.sheet.portal
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True), timeout=TIMEOUT) as client:
        his = Page(address, client)
        await his.does("POST", "/session", {"login": login, "password": centre.sheet.passwords[login]})
        yield his
