"""One browser for all these tests, and a portal with the real engine behind it for each of them."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.browser.chromium import Tab, chromium, new_tab
from tests.portal import conftest as portal
from tests.portal.centre_day import Day
from tests.portal.live import PASSWORD, LivePortal, live_portal

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


@pytest_asyncio.fixture(loop_scope="session")
async def anna(browser: Browser, live: LivePortal, day: Day) -> AsyncIterator[Tab]:
    """Agent 1001 before her page; afterwards the browser must have found nothing wrong with it."""
    del day
    tab = await new_tab(browser, live.url)
    await tab.log_in("1001@ours.example", PASSWORD)
    await tab.page.get_by_role("combobox", name="Status").wait_for()
    yield tab
    assert tab.complaints == []


@pytest_asyncio.fixture(loop_scope="session")
async def ben(browser: Browser, live: LivePortal, day: Day) -> AsyncIterator[Tab]:
    """Supervisor 1002 before his board; afterwards the browser must have found nothing wrong with it."""
    del day
    tab = await new_tab(browser, live.url)
    await tab.log_in("1002@ours.example", PASSWORD, "/board")
    await tab.page.get_by_role("rowheader", name="Sales").wait_for()
    yield tab
    assert tab.complaints == []
