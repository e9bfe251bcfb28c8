"""One Chromium for all tests of this directory, the people before it, and those who call from outside."""

import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect

from tests.acceptance.centre import RunningCentre
from tests.acceptance.conftest import Floor
from tests.acceptance.parts import DOMAIN
from tests.attack.trunk import add_trunk
from tests.browser.chromium import Tab, chromium, new_tab
from tests.phone.digest import Credentials
from tests.phone.phone import Phone


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Chromium."""
    async with chromium() as started:
        yield started


@pytest_asyncio.fixture(loop_scope="session")
async def floor(centre: RunningCentre, caplog: pytest.LogCaptureFixture) -> AsyncIterator[Floor]:
    """The same as elsewhere, in the loop in which the browser is."""
    caplog.set_level(logging.INFO, logger="tests.phone")
    async with AsyncExitStack() as stack:
        yield Floor(centre, stack)


class Desks:
    """Where people sit before their pages. When the test ends nothing may have gone wrong in any of them."""

    def __init__(self, centre: RunningCentre, browser: Browser, stack: AsyncExitStack) -> None:
        self._centre, self._browser, self._stack = centre, browser, stack
        self.tabs: list[Tab] = []

    async def nobody(self) -> Tab:
        """A browser before the portal, not logged in."""
        tab = await new_tab(self._browser, self._centre.sheet.portal)
        self._stack.push_async_callback(tab.context.close)
        self.tabs.append(tab)
        return tab

    async def person(self, extension: str, path: str = "/") -> Tab:
        """Logged in by the form, with the password of the start sheet."""
        tab = await self.nobody()
        login = f"{extension}@{DOMAIN}"
        await tab.log_in(login, self._centre.sheet.passwords[login], path)
        return tab

    async def agent(self, extension: str) -> Page:
        """Before the agent's page, which is live."""
        tab = await self.person(extension)
        await chooser(tab.page).wait_for()
        return tab.page


@pytest_asyncio.fixture(loop_scope="session")
async def desks(centre: RunningCentre, browser: Browser) -> AsyncIterator[Desks]:
    """For the people of one test."""
    async with AsyncExitStack() as stack:
        desks = Desks(centre, browser, stack)
        yield desks
        assert [tab.complaints for tab in desks.tabs if tab.complaints] == []


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def trunk(centre: RunningCentre) -> Credentials:
    """Asterisk is told once: told again, it would forget to believe what the trunk says of callers."""
    return await add_trunk(centre, "pages")


class Outside:
    """The telephone network: whoever calls from there says himself who he is."""

    def __init__(self, centre: RunningCentre, trunk: Credentials, stack: AsyncExitStack) -> None:
        self._centre, self._trunk, self._stack = centre, trunk, stack

    async def caller(self, number: str, name: str = "") -> Phone:
        """With this number and this name, whatever they are."""
        phone = Phone(self._centre.sheet.sip, self._trunk.user, self._trunk.secret, number=number, name=name)
        return await self._stack.enter_async_context(phone)


@pytest_asyncio.fixture(loop_scope="session")
async def outside(centre: RunningCentre, trunk: Credentials) -> AsyncIterator[Outside]:
    """For the callers of one test."""
    async with AsyncExitStack() as stack:
        yield Outside(centre, trunk, stack)


def card(page: Page, title: str) -> Locator:
    """One part of a page."""
    return page.get_by_role("region", name=title, exact=True)


def chooser(page: Page) -> Locator:
    """The drop-down of the own status."""
    return page.get_by_role("combobox", name="Status")


async def choose(page: Page, status: str) -> None:
    """Return when the engine has agreed."""
    await chooser(page).click()
    await page.get_by_role("option", name=status, exact=True).click()
    await expect(chooser(page)).to_have_accessible_name(f"Status: {status}")
