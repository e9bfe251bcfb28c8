"""What holds on every page: for who cannot see or click, on any screen, in both themes; and when nothing is heard."""

import re
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.async_api import Browser, ViewportSize, WebSocketRoute, expect

from tests.browser.chromium import NARROW, WIDE, Tab, Theme, new_tab
from tests.portal.centre_day import Day
from tests.portal.live import PASSWORD, LivePortal

AXE: Final = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
RULES: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


async def axe(tab: Tab) -> list[str]:
    """What it finds wrong, a line each. All rules look at all there is; of what is right one place each is told."""
    if not await tab.page.evaluate("'axe' in window"):
        await tab.page.evaluate(f"{AXE};0")
    found: Any = await tab.page.evaluate(
        "rules => axe.run({runOnly: rules, resultTypes: ['violations']}).then(({passes, violations}) =>"
        " ({passes: passes.length, violations}))",
        RULES,
    )
    assert found["passes"] > 15, "it has looked"
    return [f"{wrong['id']}: {node['html'][:160]}" for wrong in found["violations"] for node in wrong["nodes"]]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
async def test_axe_finds_nothing(
    browser: Browser, live: LivePortal, day: Day, theme: Theme, viewport: ViewportSize
) -> None:
    """On the login, the agent's page with a call, the help, and the account's page; and nothing stands out sideways."""
    await day.chooses("1001")
    for name in ("A", "B"):
        day.calls(name, number="+12125550101", name="Grace Hopper")
    tab = await new_tab(browser, live.url, viewport=viewport, theme=theme)
    sideways = "document.documentElement.scrollWidth - innerWidth"
    await tab.open("/login")
    await tab.page.get_by_label("Login name").wait_for()
    found = await axe(tab)
    await tab.log_in("1001@ours.example", PASSWORD)
    await tab.page.get_by_role("button", name=re.compile("waiting in Sales")).click()
    await tab.page.get_by_role("table", name="Callers waiting in Sales").wait_for()
    await tab.page.get_by_role("combobox", name="Status").click()
    found += await axe(tab)
    assert await tab.page.evaluate(sideways) <= 0
    await tab.page.keyboard.press("Escape")
    await tab.page.keyboard.press("?")
    await tab.page.get_by_role("dialog").wait_for()
    found += await axe(tab)
    await tab.open("/account")
    await tab.page.get_by_text("this one").wait_for()
    found += await axe(tab)
    assert await tab.page.evaluate(sideways) <= 0
    assert tab.complaints == []
    assert found == []


async def test_the_theme_is_chosen_and_kept(anna: Tab) -> None:
    """Against what the system likes; before anything is drawn."""
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    light = await anna.page.evaluate(ground)
    await anna.page.get_by_role("button", name="Anna Bell: menu").click()
    await anna.page.get_by_role("radio", name="Dark").check()
    dark = await anna.page.evaluate(ground)
    assert dark != light
    await anna.open("/")
    assert await anna.page.evaluate(ground) == dark


async def test_a_lost_connection_is_said_and_mended(browser: Browser, live: LivePortal, day: Day) -> None:
    """With the time since when; what happened meanwhile is there when it is back."""
    tab = await new_tab(browser, live.url)
    cut = False
    sockets: list[WebSocketRoute] = []

    async def between(socket: WebSocketRoute) -> None:
        if cut:
            await socket.close()
            return
        socket.connect_to_server()
        sockets.append(socket)

    await tab.page.route_web_socket("**/api/v1/live", between)
    await tab.log_in("1001@ours.example", PASSWORD)
    await expect(tab.page.get_by_role("button", name="0 callers waiting in Sales")).to_be_visible()
    cut = True
    await sockets[-1].close()
    await expect(tab.page.locator(".lost")).to_have_text(
        re.compile(r"Not live since \d\d:\d\d:\d\d\.\s*Your phone still works\.")
    )
    day.calls("A")
    cut = False
    await expect(tab.page.get_by_role("button", name="1 caller waiting in Sales")).to_be_visible()
    await expect(tab.page.locator(".lost")).to_have_count(0)
    assert tab.complaints == []


async def test_an_answer_that_fails_is_said(anna: Tab) -> None:
    """In words, and the page goes on."""
    await anna.page.route("**/api/v1/agents/**", lambda route: route.abort())
    await anna.page.get_by_role("combobox", name="Status").click()
    await anna.page.get_by_role("option", name="Lunch").click()
    notice = anna.page.locator(".notice")
    await expect(notice).to_contain_text("The server cannot be reached. Nothing was changed.")
    await notice.get_by_role("button", name="Close this notice").click()
    await expect(notice).to_have_count(0)
    await anna.page.unroute_all()
