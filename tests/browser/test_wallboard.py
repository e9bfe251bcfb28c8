"""The screen on the wall: a few large figures of each queue, which fit and follow."""

import re
from typing import Final

from playwright.async_api import Browser, ViewportSize, WebSocketRoute, expect

from tests.browser.chromium import new_tab
from tests.portal.centre_day import Day
from tests.portal.live import PASSWORD, LivePortal

WALL: Final[ViewportSize] = {"width": 1920, "height": 1080}
OUTSIDE: Final = """() => {
  const outside = () => [...document.querySelectorAll('.panel, .panel :is(h2, div, dt, dd, .level)')].filter((each) => {
    const { left, right, bottom } = each.getBoundingClientRect();
    const panel = each.closest('.panel').getBoundingClientRect();
    const lowest = Math.min(panel.bottom, innerHeight);
    const over = each.matches('div') && each.scrollWidth > each.clientWidth + 1;
    return over || left < panel.left || right > panel.right || bottom > lowest;
  }).map((each) => each.textContent);
  const found = outside();
  for (const long of ['59:59', '1:02:11', '11:02:11']) {
    for (const timer of document.querySelectorAll('.panel [role=timer]')) {
      timer.textContent = long;
      timer.dataset.length = long.length;
      timer.closest('.level').classList.add('bad');
    }
    found.push(...outside());
  }
  return found;
}"""
"""What stands out of its panel, or of the screen: with the figures as they are, and had somebody waited very long."""


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
    await expect(sales.get_by_role("timer")).to_have_text(re.compile(r"0:(0[1-9]|[1-5]\d)"))
    await day.chooses("1001")
    day.answers("A", "1001-desk")
    await expect(sales).to_contain_text("talking1")
    await expect(sales).to_contain_text("100 %")
    await expect(sales).not_to_contain_text("Nobody takes calls")
    assert await tab.page.evaluate(OUTSIDE) == []
    assert tab.complaints == []


async def test_many_queues_take_turns(browser: Browser, live: LivePortal, day: Day) -> None:
    """Six at once, the others a quarter of a minute later."""
    await live.rows(
        "insert into queue select (jsonb_populate_record("
        "  q, jsonb_build_object('number', n::text, 'name', 'Queue ' || n))).*"
        " from queue q, generate_series(7003, 7008) n where q.number = '7001' and q.account = 'ours.example'"
    )
    await live.configure()
    day.calls("A")
    tab = await new_tab(browser, live.url, viewport=WALL)
    await tab.page.clock.install()
    await tab.log_in("1003@ours.example", PASSWORD)
    await tab.open("/wallboard")
    await expect(tab.page.get_by_text("1 of 2")).to_be_visible()
    await expect(tab.page.locator(".panel")).to_have_count(6)
    assert await tab.page.evaluate(OUTSIDE) == []
    await tab.page.clock.run_for(15_000)
    await expect(tab.page.get_by_text("2 of 2")).to_be_visible()
    await expect(tab.page.locator(".panel h2")).to_have_text(["Queue 7007", "Queue 7008"])


async def test_it_says_when_it_is_not_live(browser: Browser, live: LivePortal, day: Day) -> None:
    """A wall of old figures must not be taken for the present."""
    del day
    tab = await new_tab(browser, live.url, viewport=WALL)
    cut = False
    sockets: list[WebSocketRoute] = []

    async def between(socket: WebSocketRoute) -> None:
        if cut:
            await socket.close()
            return
        socket.connect_to_server()
        sockets.append(socket)

    await tab.log_in("1003@ours.example", PASSWORD)
    await tab.page.route_web_socket("**/api/v1/live", between)
    await tab.open("/wallboard")
    figures, warning = tab.page.locator(".wall-queues"), tab.page.get_by_text("Not live since")
    await expect(tab.page.locator(".panel")).to_have_count(2)
    await expect(figures).to_have_css("opacity", "1")
    cut = True
    await sockets[-1].close()
    await expect(warning).to_be_in_viewport()
    await expect(figures).to_have_css("opacity", "0.6")
    cut = False
    await expect(warning).to_have_count(0)
    await expect(figures).to_have_css("opacity", "1")
