"""A browser, and a portal with the real engine behind it, for each test."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser

from tests.browser.chromium import Tab, chromium, new_tab
from tests.portal import conftest as portal
from tests.portal.centre_day import Day
from tests.portal.live import PASSWORD, LivePortal, told_by_the_database

server = portal.server
owned_database = portal.owned_database
live = portal.live


@pytest.fixture
def day(live: LivePortal) -> Day:
    """Asterisk is there, all phones are registered."""
    day = Day(live.engine)
    day.open()
    return day


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """Chromium."""
    async with chromium() as started:
        yield started


@asynccontextmanager
async def before_the_page(browser: Browser, live: LivePortal, extension: str, path: str) -> AsyncGenerator[Tab]:
    """Somebody who has logged in; afterwards the browser must have found nothing wrong with his pages."""
    tab = await new_tab(browser, live.url)
    await tab.log_in(f"{extension}@ours.example", PASSWORD, path)
    yield tab
    await tab.context.close()
    assert tab.complaints == []


@pytest.fixture
async def anna(browser: Browser, live: LivePortal, day: Day) -> AsyncIterator[Tab]:
    """Agent 1001 before her page."""
    del day
    async with before_the_page(browser, live, "1001", "/") as tab:
        await tab.page.get_by_role("combobox", name="Status").wait_for()
        yield tab


@pytest.fixture
async def ben(browser: Browser, live: LivePortal, day: Day) -> AsyncIterator[Tab]:
    """The supervisor of Sales, 1002, before his board; the engine hears what he changes."""
    del day
    async with told_by_the_database(live), before_the_page(browser, live, "1002", "/board") as tab:
        await tab.page.get_by_role("rowheader", name="Sales").wait_for()
        yield tab


@pytest.fixture
async def cleo(browser: Browser, live: LivePortal, day: Day) -> AsyncIterator[Tab]:
    """The office manager, 1003, before the people of the account; the engine hears what she changes."""
    del day
    async with told_by_the_database(live), before_the_page(browser, live, "1003", "/people") as tab:
        yield tab
