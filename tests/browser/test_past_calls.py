"""Graphs and call history: what the page draws is what the journal says; a number is a click away from being called."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Locator, expect

from acd.model import Caller, agent_id
from acd.outputs import OfferEnded, OfferOutcome, Recorded, TalkStarted
from tests.browser.chromium import Tab
from tests.portal.live import OURS, LivePortal
from tests.portal.past import called_by, kept_up, simulated, write_facts

ME = agent_id(OURS, "1001")
LENGTH = timedelta(hours=20)
CALLERS = (
    Caller(number="+12125550101", name="Grace Hopper"),
    Caller(number="anonymous"),
    Caller(number="+442079460018", name="Ada Lovelace"),
)


CLICKS_OLDER_AT_ONCE = """
    const seen = new MutationObserver(() => {
        const older = [...document.querySelectorAll("button")].find((each) => each.textContent === "Older");
        if (older) {
            seen.disconnect();
            older.click();
        }
    });
    seen.observe(document, { childList: true, subtree: true });
"""


@pytest_asyncio.fixture(loop_scope="session")
async def facts(live: LivePortal) -> list[Recorded]:
    """The hours up to now, in the journal and in the history."""
    await live.rows("update account set time_zone = 'Asia/Kolkata' where domain = 'ours.example'")
    facts = called_by(simulated(datetime.now(UTC) - LENGTH, LENGTH, seed=11), CALLERS)
    await write_facts(live.database_url, facts)
    await kept_up(live, len(facts))
    return facts


async def test_graphs_show_what_the_journal_has(live: LivePortal, facts: list[Recorded], anna: Tab) -> None:
    """As bars and slices, and as tables for who does not see them; the history's first page is the newest calls."""
    answered = sum(isinstance(r.fact, TalkStarted) and r.fact.agent == ME for r in facts)
    missed = sum(
        isinstance(r.fact, OfferEnded) and r.fact.agent == ME and r.fact.outcome is OfferOutcome.MISSED for r in facts
    )
    assert answered > 20
    assert missed
    graphs = anna.page.get_by_role("region", name="My graphs")
    for title, bars in (("Calls per hour, last 24 hours", 24), ("Calls per day, last 10 days", 10)):
        figure = graphs.locator("figure").filter(has_text=title)
        rows = figure.get_by_role("table").locator("tbody tr")
        await expect(rows).to_have_count(bars)
        table = [await row.locator("td").all_text_contents() for row in await rows.all()]
        assert [sum(int(cells[column]) for cells in table) for column in range(3)] == [answered, 0, missed]
        assert await drawn(figure, "inbound") == [int(cells[0]) for cells in table if cells[0] != "0"]
        assert await drawn(figure, "missed") == [int(cells[2]) for cells in table if cells[2] != "0"]
    origins = graphs.get_by_role("table", name="Where callers came from")
    await expect(origins.get_by_role("rowheader")).to_have_count(3)
    slices = await graphs.locator("path[data-part]").evaluate_all("all => all.map(each => Number(each.dataset.calls))")
    assert sum(slices) == answered
    asked = (await (await live.browser("1001@ours.example")).ask("GET", "/calls?limit=20")).json["calls"]
    numbers = anna.page.get_by_role("region", name="Call history").locator("tbody tr td:nth-child(2)")
    assert [text.strip() for text in await numbers.all_text_contents()] == [
        entry["number"] or "Anonymous" for entry in asked
    ]


async def drawn(figure: Locator, series: str) -> list[int]:
    """The calls of each bar of a series that has any, from left to right."""
    bars: Any = await figure.locator(f"rect[data-series={series}]").evaluate_all(
        "all => all.map(each => [Number(each.getAttribute('x')), Number(each.dataset.calls)])"
    )
    return [calls for _, calls in sorted(bars)]


@pytest.mark.usefixtures("facts")
async def test_the_history_is_searched_and_paged(anna: Tab) -> None:
    """By what is typed, without a button; older and newer pages by buttons."""
    history = anna.page.get_by_role("region", name="Call history")
    rows = history.locator("tbody tr")
    await expect(rows).to_have_count(20)
    first = await rows.all_text_contents()
    await history.get_by_role("button", name="Older").click()
    await expect(history.get_by_text("Page 2")).to_be_visible()
    await expect(rows).not_to_have_text(first)
    await history.get_by_role("button", name="Newer").click()
    await expect(rows).to_have_text(first)
    await anna.page.keyboard.press("/")
    await anna.page.keyboard.type("lovelace")
    await expect(rows.filter(has_text="Grace Hopper")).to_have_count(0)
    assert set(await rows.locator("td:nth-child(3)").all_text_contents()) == {"Ada Lovelace"}
    await anna.page.keyboard.type("!")
    await expect(history.get_by_text("No call matches “lovelace!”.")).to_be_visible()


@pytest.mark.usefixtures("facts")
async def test_who_pages_as_soon_as_he_sees_it_stays_there(anna: Tab) -> None:
    """A moment after the page was opened nothing has been typed, and nothing begins anew."""
    await anna.page.add_init_script(CLICKS_OLDER_AT_ONCE)
    await anna.page.reload()
    await anna.page.wait_for_load_state("networkidle")
    await expect(anna.page.get_by_text("Page 2")).to_be_visible()


@pytest.mark.usefixtures("facts")
async def test_a_number_is_called_by_a_click(anna: Tab, live: LivePortal) -> None:
    """Refused in words as long as the account allows no number; then the phone that was chosen is ordered to ring."""
    page = anna.page
    await page.get_by_role("button", name="+12125550101").first.click()
    dialog = page.get_by_role("dialog", name="Call +12125550101")
    await expect(dialog).to_be_visible()
    await expect(dialog.get_by_role("button", name="Call", exact=True)).to_have_count(0)
    await page.keyboard.press("Escape")
    await live.rows("update account set outbound = '{+1NXXNXXXXXX}' where domain = 'ours.example'")
    await live.configure()
    await anna.open("/")
    await page.get_by_role("button", name="+12125550101").first.click()
    await dialog.get_by_role("radio", name="1001-desk").check()
    await dialog.get_by_role("button", name="Call", exact=True).click()
    await expect(page.locator(".notice")).to_contain_text("1001-desk rings. Pick it up and +12125550101 is dialled.")
    assert [order for order in live.engine.ordered if "+12125550101" in str(order)]
