"""What holds on every page of supervisors and managers: axe finds nothing, and nothing stands out sideways."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Browser, ViewportSize

from tests.browser.chromium import NARROW, WIDE, Theme, new_tab
from tests.browser.test_for_everybody import axe
from tests.portal.centre_day import Day
from tests.portal.live import PASSWORD, LivePortal
from tests.portal.past import kept_up, simulated, write_facts

LENGTH = timedelta(hours=1)


@pytest.mark.parametrize(("viewport", "theme"), [(WIDE, "light"), (NARROW, "dark")], ids=["wide", "narrow"])
async def test_axe_finds_nothing(
    browser: Browser, live: LivePortal, day: Day, viewport: ViewportSize, theme: Theme
) -> None:
    """With callers waiting, an agent on a call, figures beyond their limits; on a small screen also the dialogs."""
    facts = simulated(datetime.now(UTC) - LENGTH, LENGTH, seed=11)
    await write_facts(live.database_url, facts)
    await kept_up(live, len(facts))
    await day.chooses("1001")
    for call in "ABCDEFG":
        day.calls(call, number="+12125550101", name="Grace Hopper")
    day.answers("A", "1001-desk")
    tab = await new_tab(browser, live.url, viewport=viewport, theme=theme)
    page = tab.page
    await tab.log_in("1003@ours.example", PASSWORD, "/board")
    await page.get_by_role("button", name="6 callers waiting in Sales").click()
    await page.get_by_role("table", name="Callers waiting in Sales").wait_for()
    found = await axe(tab)
    for button in ("Limits…", re.compile("^Give to…"), "Listen… to Anna Bell") if viewport is NARROW else ():
        await page.get_by_role("button", name=button).first.click()
        await page.get_by_role("dialog").wait_for()
        found += await axe(tab)
        await page.keyboard.press("Escape")
    sideways = [await page.evaluate("document.documentElement.scrollWidth - innerWidth")]
    for path, ready in (
        ("/wallboard", ".panel"),
        ("/reports", "table.report"),
        ("/history", "tbody tr"),
        ("/audit", "table.audit"),
    ):
        await tab.open(path)
        await page.locator(ready).first.wait_for()
        found += await axe(tab)
        sideways.append(await page.evaluate("document.documentElement.scrollWidth - innerWidth"))
    assert tab.complaints == []
    assert found == []
    assert max(sideways) <= 0
