"""The screen on the wall: a few large figures of each queue, which fit and follow."""

import re
from typing import Final

from playwright.async_api import Browser, ViewportSize, expect

from tests.browser.chromium import new_tab
from tests.portal.centre_day import Day
from tests.portal.live import PASSWORD, LivePortal

WALL: Final[ViewportSize] = {"width": 1920, "height": 1080}
OUTSIDE: Final = """[...document.querySelectorAll('.panel, .panel :is(dd, dt, h2)')].filter((each) => {
  const { left, right, bottom } = each.getBoundingClientRect();
  const panel = each.closest('.panel').getBoundingClientRect();
  return left < panel.left || right > panel.right || bottom > Math.min(panel.bottom, innerHeight);
}).length"""
"""What stands out of its panel, or of the screen."""


async def test_it_fits_the_wall_and_follows(browser: Browser, live: LivePortal, day: Day) -> None:
    """Waiting, the longest wait, agents and the day; nothing must be scrolled for."""
    tab = await new_tab(browser, live.url, viewport=WALL)
    await tab.log_in("1003@ours.example", PASSWORD)
    await tab.page.get_by_role("link", name="Wallboard").click()
    sales = tab.page.get_by_role("region", name="Sales")
    await expect(sales).to_contain_text("waiting0")
    await expect(sales).to_contain_text("Nobody takes calls")
    await expect(tab.page.get_by_role("region", name="Support")).to_be_visible()
    for call in "ABC":
        day.calls(call)
    await expect(sales.locator("dd").first).to_have_text("!3 near its limit")
    await expect(sales.get_by_role("timer")).to_have_text(re.compile(r"0:0[1-9]"))
    await day.chooses("1001")
    day.answers("A", "1001-desk")
    await expect(sales).to_contain_text("talking1")
    await expect(sales).to_contain_text("100 %")
    await expect(sales).not_to_contain_text("Nobody takes calls")
    assert await tab.page.evaluate(OUTSIDE) == 0
    assert tab.complaints == []


async def test_many_queues_take_turns(browser: Browser, live: LivePortal, day: Day) -> None:
    """Six at once, the others a quarter of a minute later."""
    del day
    await live.rows(
        "insert into queue select (jsonb_populate_record("
        "  q, jsonb_build_object('number', n::text, 'name', 'Queue ' || n))).*"
        " from queue q, generate_series(7003, 7008) n where q.number = '7001' and q.account = 'ours.example'"
    )
    await live.configure()
    tab = await new_tab(browser, live.url, viewport=WALL)
    await tab.page.clock.install()
    await tab.log_in("1003@ours.example", PASSWORD)
    await tab.open("/wallboard")
    await expect(tab.page.get_by_text("1 of 2")).to_be_visible()
    await expect(tab.page.locator(".panel")).to_have_count(6)
    assert await tab.page.evaluate(OUTSIDE) == 0
    await tab.page.clock.run_for(15_000)
    await expect(tab.page.get_by_text("2 of 2")).to_be_visible()
    await expect(tab.page.locator(".panel h2")).to_have_text(["Queue 7007", "Queue 7008"])
