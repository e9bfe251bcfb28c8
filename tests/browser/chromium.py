"""Debian's Chromium, without a window, driven by Playwright. What a page writes to its console is kept.

The one that is built without windows: the other one draws a window that nobody sees, with an address bar that is a page
itself, and takes more than twice as long for every tab.
"""

import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final, Literal

from playwright.async_api import Browser, BrowserContext, Page, ViewportSize, async_playwright, expect

_OPTIONS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""Nothing is asked of any host but ours."""


Theme = Literal["light", "dark"]
WIDE: Final[ViewportSize] = {"width": 1440, "height": 900}
NARROW: Final[ViewportSize] = {"width": 360, "height": 740}

PATIENCE_MS: Final = 30_000
"""How long is waited for what must come: much, for a machine that has other things to do."""

expect.set_options(timeout=PATIENCE_MS)


def executable() -> str:
    """Where it is; `make setup` has installed it."""
    found = shutil.which("chromium-headless-shell")
    assert found is not None, "There is no chromium-headless-shell on this machine; make setup installs it."
    return found


@asynccontextmanager
async def chromium() -> AsyncGenerator[Browser]:
    """A browser with nothing in it."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable(), args=list(_OPTIONS))
        try:
            yield browser
        finally:
            await browser.close()


class Tab:
    """A page in a context of its own, and what went wrong in it."""

    def __init__(self, context: BrowserContext, page: Page, url: str) -> None:
        self.context = context
        self.page = page
        self.url = url
        self.complaints: list[str] = []
        """What the browser found wrong: scripts that broke, what the content-security policy refused."""
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda said: self._heard(said.type, said.text))

    def _heard(self, kind: str, text: str) -> None:
        """That an answer was no 200 is no fault of the page."""
        if kind in ("error", "warning") and not text.startswith(("Failed to load resource", "WebSocket connection")):
            self.complaints.append(text)

    async def open(self, path: str) -> None:
        """As if typed into the address bar."""
        await self.page.goto(self.url + path)

    async def log_in(self, login: str, password: str, path: str = "/") -> None:
        """By the form, as people do."""
        await self.open(path)
        await self.page.get_by_label("Login name").fill(login)
        await self.page.get_by_label("Password", exact=True).fill(password)
        await self.page.keyboard.press("Enter")
        await self.page.get_by_role("button", name="menu").wait_for()


async def new_tab(browser: Browser, url: str, *, viewport: ViewportSize = WIDE, theme: Theme = "light") -> Tab:
    """A browser's window with no past."""
    context = await browser.new_context(viewport=viewport, color_scheme=theme)
    context.set_default_timeout(PATIENCE_MS)
    return Tab(context, await context.new_page(), url)
