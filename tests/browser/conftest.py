"""One browser for all these tests, and a portal with the real engine behind it for each of them."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.browser.chromium import Tab, chromium, new_tab
from tests.portal import conftest as portal
from tests.portal.centre_day import Day
from tests.portal.live import PASSWORD, LivePortal, live_portal, told_by_the_database

server = portal.server
owned_database = portal.owned_database


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """They share one event loop, because the browser lives on it: to start one takes longer than most tests."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(loop_scope="session")
async def live(owned_database: str, tmp_path: Path) -> AsyncIterator[LivePortal]:
    """A running portal with our account and theirs."""
    async with live_portal(owned_database, tmp_path / "mail") as running:
        yield running


@pytest.fixture
def day(live: LivePortal) -> Day:
    """Asterisk is there, all phones are registered."""
    day = Day(live.engine)
    day.open()
    return day


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def started() -> AsyncIterator[Browser]:
    """Chromium."""
    async with chromium() as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="session")
async def browser(started: Browser) -> AsyncIterator[Browser]:
    """It knows nothing of the tests before."""
    yield started
    for context in started.contexts:
        await context.close()


@asynccontextmanager
async def before_the_page(browser: Browser, live: LivePortal, extension: str, path: str) -> AsyncGenerator[Tab]:
    """Somebody who has logged in; afterwards the browser must have found nothing wrong with his pages."""
    tab = await new_tab(browser, live.url)
    await tab.log_in(f"{extension}@ours.example", PASSWORD, path)
    yield tab
    assert tab.complaints == []


@pytest_asyncio.fixture(loop_scope="session")
async def anna(browser: Browser, live: LivePortal, day: Day) -> AsyncIterator[Tab]:
    """Agent 1001 before her page."""
    del day
    async with before_the_page(browser, live, "1001", "/") as tab:
        await tab.page.get_by_role("combobox", name="Status").wait_for()
        yield tab


@pytest_asyncio.fixture(loop_scope="session")
async def ben(browser: Browser, live: LivePortal, day: Day) -> AsyncIterator[Tab]:
    """The supervisor of Sales, 1002, before his board; the engine hears what he changes."""
    del day
    async with told_by_the_database(live), before_the_page(browser, live, "1002", "/board") as tab:
        await tab.page.get_by_role("rowheader", name="Sales").wait_for()
        yield tab


@pytest_asyncio.fixture(loop_scope="session")
async def cleo(browser: Browser, live: LivePortal, day: Day) -> AsyncIterator[Tab]:
    """The office manager, 1003, before the people of the account; the engine hears what she changes."""
    del day
    async with told_by_the_database(live), before_the_page(browser, live, "1003", "/people") as tab:
        yield tab
