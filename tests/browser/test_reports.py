"""Reports, the calls of the queues and the audit: what is shown is what the journal says, and can be taken away."""

import csv
import io
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect

from acd.model import Caller, queue_id
from acd.outputs import CallEnded, CallOutcome, Recorded, TalkEnded
from tests.browser.chromium import Tab, new_tab
from tests.portal.live import OURS, PASSWORD, LivePortal
from tests.portal.past import called_by, kept_up, simulated, write_facts

SALES: Final = queue_id(OURS, "7001")
LENGTH: Final = timedelta(hours=20)
CALLERS: Final = (
    Caller(number="+12125550101", name="Grace Hopper"),
    Caller(number="+442079460018", name="Ada Lovelace"),
)


@pytest_asyncio.fixture(loop_scope="session")
async def facts(live: LivePortal) -> list[Recorded]:
    """The hours up to now, in the journal and in the history."""
    facts = called_by(simulated(datetime.now(UTC) - LENGTH, LENGTH, seed=11), CALLERS)
    await write_facts(live.database_url, facts)
    await kept_up(live, len(facts))
    return facts


def talks(facts: Sequence[Recorded]) -> int:
    """In Sales, of those that have ended."""
    return sum(
        isinstance(each.fact, TalkEnded) and each.fact.queue == SALES and bool(each.fact.talked) for each in facts
    )


def abandoned(facts: Sequence[Recorded]) -> int:
    """In Sales."""
    return sum(
        isinstance(each.fact, CallEnded) and each.fact.queue == SALES and each.fact.outcome is CallOutcome.ABANDONED
        for each in facts
    )


async def table(page: Page) -> list[list[str]]:
    """Of the report: the heads, the rows, the sum."""
    rows = page.locator("table.report tr")
    return [[cell.strip() for cell in await row.locator("th, td").all_text_contents()] for row in await rows.all()]


async def downloaded(page: Page, folder: Path) -> list[list[str]]:
    """The rows of the CSV that a click gives."""
    async with page.expect_download() as download:
        await page.get_by_role("link", name="Download as CSV").click()
    file = await download.value
    assert file.suggested_filename.endswith(".csv")
    await file.save_as(folder / "report.csv")
    return list(csv.reader(io.StringIO((folder / "report.csv").read_text(encoding="utf-8-sig"))))


async def test_figures_of_a_queue(ben: Tab, facts: list[Recorded], tmp_path: Path) -> None:
    """As rows, as bars and as CSV they are the journal's; of his own queues alone; their meaning is a click away."""
    page = ben.page
    await page.get_by_role("link", name="Reports").click()
    await page.get_by_role("radio", name="By hour").check()
    await expect(page.get_by_role("table", name="Queues, calls per hour")).to_have_count(1)
    heads, *rows, total = await wait_for_rows(page)
    of = dict(zip(heads, total, strict=True))
    assert (int(of["Talks"]), int(of["Abandoned"])) == (talks(facts), abandoned(facts))
    assert {row[1] for row in rows} == {"Sales 7001"}
    bars = page.locator("rect[data-series=abandoned]")
    drawn = await bars.evaluate_all("all => all.map(each => Number(each.dataset.calls))")
    assert drawn == [int(row[heads.index("Abandoned")]) for row in rows if row[heads.index("Abandoned")] != "0"]

    first, *taken = await downloaded(page, tmp_path)
    place = first.index("Talks")
    assert sum(int(row[place]) for row in taken) == talks(facts)
    assert len(taken) == len(rows)

    await page.get_by_role("button", name="What these figures mean").click()
    dialog = page.get_by_role("dialog", name="What these figures mean")
    for head in heads[2:]:
        await expect(dialog.get_by_role("term").filter(has_text=head).first).to_be_visible()
    await expect(dialog).to_contain_text("Talk time / talks.")


async def wait_for_rows(page: Page) -> list[list[str]]:
    """The whole report, once it has come."""
    await page.locator("table.report tfoot").wait_for()
    return await table(page)


async def test_reports_are_cut_and_narrowed(ben: Tab, facts: list[Recorded], tmp_path: Path) -> None:
    """By hour, in all, call by call; of one agent; of a time in which nothing happened."""
    page = ben.page
    await ben.open("/reports")
    await wait_for_rows(page)
    await page.get_by_role("radio", name="Abandoned calls").check()
    await page.get_by_role("radio", name="Call by call").check()
    rows = page.locator("table.report tbody tr")
    await expect(rows).to_have_count(abandoned(facts))
    await expect(rows.first).to_contain_text("Sales 7001")
    assert len(await downloaded(page, tmp_path)) == 1 + abandoned(facts)

    await page.get_by_role("radio", name="Time in status").check()
    await page.get_by_role("radio", name="In all").check()
    await expect(rows).to_have_count(1)
    await expect(rows).to_contain_text("Anna Bell 1001")
    await expect(page.get_by_role("columnheader", name="In status Online")).to_be_visible()
    await page.get_by_role("radio", name="Agents", exact=True).check()
    await page.get_by_role("radio", name="By hour").check()
    await expect(page.get_by_role("table", name="Agents, calls per hour")).to_have_count(1)
    await page.get_by_label("Time", exact=True).select_option("From … to …")
    await page.get_by_label("From", exact=True).fill("2020-01-01")
    await page.get_by_label("To, included").fill("2020-01-31")
    await expect(page.get_by_text("Nothing happened in this time.")).to_be_visible()
    await page.get_by_label("From", exact=True).fill("2019-01-01")
    await expect(page.get_by_role("alert")).to_contain_text("32 days by hour at most")
    await expect(page.get_by_text("Nothing happened in this time.")).to_have_count(0)


async def test_the_calls_of_his_queues(ben: Tab, facts: list[Recorded]) -> None:
    """Searched, narrowed to an agent and to days, paged."""
    assert facts
    page = ben.page
    await page.get_by_role("link", name="Calls", exact=True).click()
    rows = page.get_by_role("region", name="Call history").locator("tbody tr")
    await expect(rows).to_have_count(50)
    assert set(await cells(rows, "Queue")) == {"Sales"}
    await page.get_by_label("Agent", exact=True).select_option("Anna Bell")
    await expect(rows.filter(has_text="Caller hung up")).to_have_count(0)
    assert set(await cells(rows, "Agent")) == {"Anna Bell"}
    await page.keyboard.press("/")
    await page.get_by_role("searchbox").fill("Lovelace")
    await expect(rows.filter(has_text="Grace Hopper")).to_have_count(0)
    assert set(await cells(rows, "Name")) == {"Ada Lovelace"}
    await page.get_by_label("To", exact=True).fill("2020-01-31")
    await expect(page.get_by_text("No call is like that.")).to_be_visible()
    await page.get_by_role("button", name="Show all").click()
    await expect(rows).to_have_count(50)
    await page.get_by_role("button", name="Older").click()
    await expect(page.get_by_text("Page 2")).to_be_visible()


async def cells(rows: Locator, label: str) -> list[str]:
    """What stands in a column."""
    return await rows.locator(f"[data-label='{label}']").all_text_contents()


async def test_the_audit_says_who_did_what(browser: Browser, live: LivePortal) -> None:
    """What it was before, and what it became; narrowed to one thing."""
    ben = await live.browser("1002@ours.example")
    queue = (await ben.ask("GET", "/queues/7001")).json
    changed = await ben.ask("PATCH", "/queues/7001", {"wrap_up": "15s"}, If_Match=f'"{queue["version"]}"')
    assert changed.status == 200, changed.text
    assert (await ben.ask("POST", "/tokens", {"name": "a program", "scopes": ["reports", "read"]})).status == 201
    tab = await new_tab(browser, live.url)
    await tab.log_in("1003@ours.example", PASSWORD)
    await tab.page.get_by_role("link", name="Audit").click()
    rows = tab.page.locator("table.audit tbody tr")
    await expect(rows.filter(has_text="Login")).to_have_count(2)
    await expect(rows.filter(has_text="Token made")).to_contain_text("read, reports")
    await tab.page.get_by_label("Of what").fill("queue 7001")
    await tab.page.keyboard.press("Enter")
    await expect(rows).to_have_count(1)
    await expect(rows).to_contain_text("Ben Carter 1002")
    await expect(rows).to_contain_text("15s")
    await tab.page.get_by_label("By extension").fill("1001")
    await tab.page.get_by_role("button", name="Show").click()
    await expect(tab.page.get_by_text("Nothing is noted of that.")).to_be_visible()
    assert tab.complaints == []
