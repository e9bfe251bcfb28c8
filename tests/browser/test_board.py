"""The supervisor's board: what it shows while calls live, and what he does about them by a click."""

import re
from typing import Any, Final

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect

from acd.inputs import ChangeMonitor, EndMonitor, Monitor, MoveCall, PickCall, Request, SetPriority, SetStatus
from acd.model import LUNCH, CallId, DeviceId, MonitorMode, agent_id, queue_id
from tests.browser.chromium import Tab, new_tab
from tests.portal.centre_day import Day
from tests.portal.live import OURS, PASSWORD, LivePortal

ANNA, BEN, DAN = (agent_id(OURS, extension) for extension in ("1001", "1002", "1004"))
GROUND: Final = "element => getComputedStyle(element).backgroundColor"


def row(page: Page, name: str) -> Locator:
    """Of a queue or an agent."""
    return page.locator(".board-table > tbody > tr").filter(has=page.get_by_role("rowheader", name=name))


def asked(live: LivePortal, kind: type[Request]) -> Request:
    """The last request of this kind that the engine was asked."""
    return [request for request in live.engine.asked if isinstance(request, kind)][-1]


@pytest_asyncio.fixture(loop_scope="session")
async def both_queues(live: LivePortal) -> None:
    """Ben looks after Support too."""
    await live.rows("insert into supervision (account, supervisor, queue) values ('ours.example', '1002', '7002')")


async def test_it_follows_calls(ben: Tab, day: Day) -> None:
    """From the first caller to the wrap-up, without a reload; of his own queues alone."""
    page = ben.page
    await page.evaluate("window.reloads = 'none'")
    sales, anna = row(page, "Sales"), row(page, "Anna Bell")
    await expect(sales).to_contain_text("1 offline")
    day.calls("A", number="+12125550101", name="Grace Hopper")
    waiting = page.get_by_role("button", name="1 caller waiting in Sales")
    await waiting.click()
    callers = page.get_by_role("table", name="Callers waiting in Sales").locator("tbody tr")
    await expect(callers).to_have_count(1)
    await expect(callers).to_contain_text("Grace Hopper +12125550101")
    ticking = sales.get_by_role("timer")
    before = await ticking.text_content()
    await expect(ticking).not_to_have_text(before or "")

    await day.chooses("1001")
    await expect(callers).to_contain_text("rings at 1001")
    await expect(anna).to_contain_text("ringing")
    day.answers("A", "1001-desk")
    await expect(anna).to_contain_text("on a call")
    await expect(anna).to_contain_text("Grace Hopper +12125550101")
    await expect(sales).to_contain_text("1 on a call")
    await expect(page.get_by_text("Nobody is waiting.")).to_be_visible()
    await expect(sales.locator("[data-label=Answered]")).to_have_text("1")
    day.hangs_up("A")
    await expect(anna.locator("[data-label=Handled]")).to_have_text("1")
    await expect(anna.locator("[data-label=Call]")).to_have_text("")
    assert await page.evaluate("window.reloads") == "none"
    await expect(page.get_by_text("Support")).to_have_count(0)
    await expect(page.get_by_text("Dan Early")).to_have_count(0)


async def test_limits_colour_cells(ben: Tab, day: Day) -> None:
    """With a mark and words beside the colour; he sets them himself, and his browser keeps them."""
    page = ben.page
    cell = row(page, "Sales").locator("[data-label=Waiting] > .level")
    await page.get_by_role("button", name="Limits").click()
    await page.get_by_role("spinbutton", name="Callers waiting: first limit").fill("1")
    await page.get_by_role("spinbutton", name="Callers waiting: second limit").fill("2")
    await page.get_by_role("button", name="Keep these limits").click()
    grounds = [await cell.evaluate(GROUND)]
    for call, mark, words in (("A", "!", "near its limit"), ("B", "!!", "beyond its limit")):
        day.calls(call)
        await expect(cell).to_contain_text(words)
        await expect(cell.locator(".level-mark")).to_have_text(mark)
        grounds.append(await cell.evaluate(GROUND))
    assert len(set(grounds)) == 3
    await ben.open("/board")
    await expect(cell).to_contain_text("beyond its limit")


async def test_he_sets_an_agents_status(ben: Tab, live: LivePortal, day: Day) -> None:
    """The engine is told who asked, and the row says what is so now."""
    await day.chooses("1001")
    chooser = ben.page.get_by_role("combobox", name="Status of Anna Bell")
    await expect(chooser).to_have_accessible_name("Status of Anna Bell: Online")
    await chooser.click()
    await ben.page.get_by_role("option", name="Lunch").click()
    await expect(chooser).to_have_accessible_name("Status of Anna Bell: Lunch")
    await expect(chooser).to_have_attribute("data-colour", "yellow")
    await expect(row(ben.page, "Anna Bell")).to_contain_text("away")
    assert asked(live, SetStatus) == SetStatus(agent=ANNA, status=LUNCH, by=BEN)


@pytest.mark.usefixtures("both_queues")
async def test_what_is_done_with_a_waiting_caller(ben: Tab, live: LivePortal, day: Day) -> None:
    """He is served first, moved to another queue, and given to an agent."""
    page = ben.page
    for call, name in (("A", "Ada"), ("B", "Grace"), ("C", "Edsger")):
        day.calls(call, name=name)
    await page.get_by_role("button", name="3 callers waiting in Sales").click()
    callers = page.get_by_role("table", name="Callers waiting in Sales").locator("tbody tr")
    await expect(callers.first).to_contain_text("Ada")
    await page.get_by_role("button", name="Serve first: Grace").click()
    await expect(callers.first).to_contain_text("Grace")
    await expect(callers.first).to_contain_text("priority 1")
    assert asked(live, SetPriority) == SetPriority(call=CallId("B"), priority=1, by=BEN)
    await page.get_by_role("button", name="By his wait: Grace").click()
    await expect(callers.first).to_contain_text("Ada")

    await page.get_by_role("button", name="Move… Ada").click()
    dialog = page.get_by_role("dialog", name="Move Ada")
    await expect(dialog.get_by_label("To which queue")).to_have_value("7002")
    await dialog.get_by_role("button", name="Move").click()
    await expect(page.locator(".notice")).to_contain_text("Ada waits in Support now.")
    await expect(page.get_by_role("button", name="1 caller waiting in Support")).to_be_visible()
    await expect(callers).to_have_count(2)
    assert asked(live, MoveCall) == MoveCall(call=CallId("A"), queue=queue_id(OURS, "7002"), by=BEN)

    await page.get_by_role("button", name="Give to… Edsger").click()
    dialog = page.get_by_role("dialog", name="Give Edsger to an agent")
    await dialog.get_by_label("Who shall be rung").select_option(label="Dan Early, offline")
    await dialog.get_by_role("button", name="Ring").click()
    await expect(callers.nth(1)).to_contain_text("rings at 1004")
    await expect(row(page, "Dan Early")).to_contain_text("ringing")
    assert asked(live, PickCall) == PickCall(call=CallId("C"), agent=DAN, by=BEN)


async def test_what_is_refused_is_said(ben: Tab, day: Day) -> None:
    """A caller who hangs up while a dialog asks who shall be rung."""
    page = ben.page
    day.calls("A", name="Ada")
    await page.get_by_role("button", name="1 caller waiting in Sales").click()
    await page.get_by_role("button", name="Give to… Ada").click()
    day.hangs_up("A")
    await expect(page.get_by_text("Nobody is waiting.")).to_be_visible()
    await page.get_by_role("button", name="Ring").click()
    await expect(page.locator(".notice.bad")).to_contain_text(re.compile(r"\w+ .*\."))


async def test_he_listens_whispers_and_joins(ben: Tab, live: LivePortal, day: Day) -> None:
    """His phone rings for it; a bar says who hears him as long as it goes on, and ends it."""
    page = ben.page
    await day.chooses("1001")
    day.calls("A", name="Grace")
    day.answers("A", "1001-desk")
    await page.get_by_role("button", name="Listen… to Anna Bell").click()
    dialog = page.get_by_role("dialog", name="Listen in on Anna Bell")
    await dialog.get_by_role("radio", name="Whisper").check()
    await expect(dialog.get_by_label("On which of your phones")).to_have_value("1002-desk")
    await dialog.get_by_role("button", name="Ring my phone").click()
    bar = page.get_by_role("region", name="Listening in")
    await expect(bar).to_contain_text("You listen in on Anna Bell with Grace. Only Anna Bell hears you.")
    call, device = CallId("A"), DeviceId("1002-desk")
    assert asked(live, Monitor) == Monitor(call=call, by=BEN, device=device, mode=MonitorMode.WHISPER)
    await expect(row(page, "Anna Bell")).to_contain_text("heard by 1002")
    await bar.get_by_role("radio", name="Join").check()
    await expect(bar).to_contain_text("Anna Bell and the caller hear you.")
    assert asked(live, ChangeMonitor) == ChangeMonitor(call=call, by=BEN, mode=MonitorMode.JOIN)
    await bar.get_by_role("button", name="End listening").click()
    await expect(bar).to_have_count(0)
    assert asked(live, EndMonitor) == EndMonitor(call=call, by=BEN)
    noted: Any = await live.rows(
        "select detail->>'mode' as mode from audit where action = 'call_monitored' order by id"
    )
    assert [entry["mode"] for entry in noted] == ["whisper", "join"]


async def test_by_keyboard(ben: Tab, day: Day) -> None:
    """A queue is opened, its caller raised and given away, an agent found; the focus comes back to where it was."""
    page = ben.page
    day.calls("A", name="Ada")
    day.calls("B", name="Grace")
    await page.get_by_role("button", name="2 callers waiting in Sales").wait_for()
    await page.keyboard.press("1")
    give = page.get_by_role("button", name="Give to… Ada")
    await give.wait_for()
    await page.keyboard.press("Tab")
    await expect(give).to_be_focused()
    assert await give.evaluate("element => getComputedStyle(element).outlineStyle") == "solid"
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog", name="Give Ada to an agent")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(give).to_be_focused()
    for _ in range(2 + 3):
        await page.keyboard.press("Tab")
    await expect(page.get_by_role("button", name="Serve first: Grace")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("table", name="Callers waiting in Sales").locator("tbody tr").first).to_contain_text(
        "Grace"
    )
    await page.keyboard.press("/")
    await page.keyboard.type("nobody")
    await expect(page.get_by_text("No agent is like that.")).to_be_visible()


async def test_an_agent_has_no_board(browser: Browser, live: LivePortal) -> None:
    """No link leads there, and the address leads to his own page."""
    tab = await new_tab(browser, live.url)
    await tab.log_in("1001@ours.example", PASSWORD, "/board")
    await expect(tab.page.get_by_role("combobox", name="Status")).to_be_visible()
    await expect(tab.page.get_by_role("link", name="Board")).to_have_count(0)


async def test_rights_that_are_taken_away(ben: Tab, live: LivePortal) -> None:
    """A queue that is no longer his goes from the open page; a role that is no longer his closes the board."""
    await live.rows("delete from supervision where supervisor = '1002'")
    live.engine.hub.rights_changed()
    await expect(ben.page.get_by_text("You look after no queue.")).to_be_visible()
    await expect(ben.page.get_by_role("rowheader")).to_have_count(0)
    await live.rows("update app_user set role = 'agent' where extension = '1002'")
    live.engine.hub.rights_changed()
    await expect(ben.page.get_by_role("heading", name="Board")).to_have_count(0)
    await expect(ben.page.get_by_role("link", name="Board")).to_have_count(0)
