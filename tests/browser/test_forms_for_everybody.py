"""The pages on which things are changed, for who cannot see or click, on any screen, in both themes."""

import pytest
from playwright.async_api import Browser, ViewportSize, expect

from tests.browser.chromium import NARROW, WIDE, Theme, new_tab
from tests.browser.test_for_everybody import axe
from tests.portal.live import PASSWORD, LivePortal

SIDEWAYS = "document.documentElement.scrollWidth - innerWidth"


@pytest.mark.parametrize(("theme", "viewport"), [("light", NARROW), ("dark", WIDE)], ids=["narrow", "wide"])
async def test_axe_finds_nothing_on_forms(
    browser: Browser, live: LivePortal, theme: Theme, viewport: ViewportSize
) -> None:
    """Nor on their dialogs, with what is wrong and with what others have changed; and nothing stands out sideways."""
    tab = await new_tab(browser, live.url, viewport=viewport, theme=theme)
    page, found = tab.page, list[str]()

    async def look() -> None:
        found.extend(await axe(tab))
        assert await page.evaluate(SIDEWAYS) <= 0, page.url

    await tab.log_in("1003@ours.example", PASSWORD, "/queues")
    await page.get_by_role("link", name="Sales").wait_for()
    await look()
    await tab.open("/queues/7001")
    await page.get_by_label("Callers at most").fill("many")
    await page.get_by_role("button", name="Save").click()
    await page.get_by_role("alert").filter(has_text="Nothing was saved.").wait_for()
    await look()
    await page.get_by_label("Callers at most").fill("4")
    await live.rows("update queue set max_callers = 3 where (account, number) = ('ours.example', '7001')")
    await page.get_by_role("button", name="Save").click()
    await page.get_by_text("somebody else has changed this queue meanwhile").wait_for()
    await look()
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Nothing is changed.")).to_be_visible()
    await page.get_by_role("button", name="Change how Anna Bell answers this queue").click()
    await look()
    await tab.open("/people")
    await page.get_by_role("link", name="Ben Carter").wait_for()
    await page.get_by_role("button", name="New person…").click()
    await look()
    await tab.open("/people/1002")
    await page.get_by_role("button", name="New password for 1002-desk").click()
    await page.get_by_role("button", name="Make a new one").click()
    await page.get_by_role("dialog", name="Password of 1002-desk").wait_for()
    await look()
    await tab.open("/settings")
    await page.get_by_label("Time zone").wait_for()
    await look()
    await tab.context.close()
    assert tab.complaints == []
    assert found == []
