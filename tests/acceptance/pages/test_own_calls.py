"""What an agent has done: his history, a number of it called by a click, his figures and graphs."""

import re

import pytest
from playwright.async_api import Page, expect

from acd.outputs import OfferEnded, OfferOutcome, TalkEnded, TalkStarted
from tests.acceptance.conftest import AGENT_HZ, CALLER_HZ, Floor, connected, talk_both_ways
from tests.acceptance.journal import Journal
from tests.acceptance.pages.conftest import Desks, Outside, card
from tests.acceptance.parts import Part, Queue, agents, seats

pytestmark = pytest.mark.asyncio(loop_scope="session")

PART = Part(
    users=agents("1888", "1889"),
    queues=(
        Queue(number="7888", seats=seats("1888")),
        Queue(number="7889", seats=seats("1889"), back_off="0s", wrap_up="1s"),
    ),
)


async def test_a_number_of_the_history_is_called_by_a_click(floor: Floor, desks: Desks, outside: Outside) -> None:
    agent, colleague = await floor.agent("1888-desk"), await floor.caller("2001")
    dear, page = await outside.caller("+499001234567"), await desks.agent("1888")
    for caller in (colleague, dear):
        call = await caller.dial("7888", tone=CALLER_HZ)
        ring = await connected(call, agent)
        await call.hang_up()
        await ring.is_over()
    history = card(page, "Call history")
    await expect(history.locator("tbody tr").filter(has_text="Answered")).to_have_count(2)

    await history.get_by_role("button", name="+499001234567").click()
    dialog = page.get_by_role("dialog", name="Call +499001234567")
    await expect(dialog).to_contain_text("The rules of this account do not allow calls to this number.")
    await expect(dialog.get_by_role("button", name="Call", exact=True)).to_have_count(0)
    await page.keyboard.press("Escape")

    await history.get_by_role("button", name="2001").click()
    dialog = page.get_by_role("dialog", name="Call 2001")
    await dialog.get_by_role("radio", name="1888-desk").check()
    await dialog.get_by_role("button", name="Call", exact=True).click()
    ring = await agent.rings()
    assert ring.caller.user == "2001"
    await expect(page.locator(".notice")).to_contain_text("1888-desk rings. Pick it up and 2001 is dialled.")
    assert colleague.incoming == []
    ring.answer(tone=AGENT_HZ)
    called = await colleague.rings()
    assert called.caller.user == "1888"
    await expect(card(page, "Present call")).to_contain_text("A call outside the queues on 1888-desk")
    called.answer(tone=CALLER_HZ)
    await talk_both_ways(called, ring)
    await called.hang_up()
    await ring.is_over()
    await expect(history.locator("tbody tr")).to_have_count(3)
    await expect(history.locator("tbody tr").first).to_contain_text(re.compile("Internal.*2001.*Dialled"))


async def test_graphs_and_figures_are_those_of_the_journal(
    floor: Floor, desks: Desks, outside: Outside, journal: Journal
) -> None:
    """Two callers are answered, one is declined; nobody loads the page anew."""
    agent, page = await floor.agent("1889-desk"), await desks.agent("1889")
    inside, abroad = await floor.caller("2001"), await outside.caller("+442079460018", "Ada Lovelace")
    for caller in (inside, abroad):
        call = await caller.dial("7889", tone=CALLER_HZ)
        ring = await connected(call, agent)
        await call.hang_up()
        await ring.is_over()
    call = await inside.dial("7889", tone=CALLER_HZ)
    (await agent.rings()).refuse(603)
    ring = await connected(call, agent)
    await call.hang_up()
    await ring.is_over()

    answered = await journal.facts(TalkStarted, "1889", count=3)
    talks = await journal.facts(TalkEnded, "1889", count=3)
    declined = [
        each for each in await journal.facts(OfferEnded, "1889", count=4) if each.fact.outcome is OfferOutcome.REJECTED
    ]
    assert (len(answered), len(declined)) == (3, 1)
    figures = await shown_figures(page)
    assert (figures["Handled"], figures["Declined"], figures["Missed"]) == ("3", "1", "0")
    talked = sum((each.fact.talked for each in talks[1:]), talks[0].fact.talked).total_seconds()
    assert figures["Talk time"] == f"{round(talked)} s"

    graphs = card(page, "My graphs")
    for title, bars in (("Calls per hour, last 24 hours", 24), ("Calls per day, last 10 days", 10)):
        figure = graphs.locator("figure").filter(has_text=title)
        await expect(figure.locator("rect[data-series=inbound]")).to_have_attribute("data-calls", "3")
        rows = figure.get_by_role("table").locator("tbody tr")
        await expect(rows).to_have_count(bars)
        last = await rows.last.locator("td").all_inner_texts()
        assert [int(text) for text in last] == [3, 0, 0]
    origins = graphs.get_by_role("table", name="Where callers came from").locator("tbody tr")
    assert [text.split() for text in await origins.all_inner_texts()] == [
        ["Internal", "2", "67", "%"],
        ["United", "Kingdom", "1", "33", "%"],
    ]


async def shown_figures(page: Page) -> dict[str, str]:
    """By their names."""
    figures = card(page, "My statistics").locator("dl.figures > div")
    return {
        await each.locator("dt").inner_text(): await each.locator("dd").inner_text() for each in await figures.all()
    }
