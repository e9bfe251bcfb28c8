"""A browser, and a portal with the real engine behind it, for each test."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser

from tests.browser.chromium import Tab, chromium, new_tab
from tests.portal import conftest as portal
from tests.portal.centre_day import Day
from tests.portal.live import PASSWORD, LivePortal

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


@pytest.fixture
async def anna(browser: Browser, live: LivePortal, day: Day) -> AsyncIterator[Tab]:
    """Agent 1001 before her page; afterwards the browser must have found nothing wrong with it."""
    del day
    tab = await new_tab(browser, live.url)
    await tab.log_in("1001@ours.example", PASSWORD)
    await tab.page.get_by_role("combobox", name="Status").wait_for()
    yield tab
    assert tab.complaints == []


@pytest.fixture
async def ben(browser: Browser, live: LivePortal, day: Day) -> AsyncIterator[Tab]:
    """Supervisor 1002 before his board; afterwards the browser must have found nothing wrong with it."""
    del day
    tab = await new_tab(browser, live.url)
    await tab.log_in("1002@ours.example", PASSWORD, "/board")
    await tab.page.get_by_role("rowheader", name="Sales").wait_for()
    yield tab
    assert tab.complaints == []
