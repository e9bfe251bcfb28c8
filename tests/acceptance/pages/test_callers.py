"""Those who call, as the agent's page shows them: waiting, talking, and gone; whatever they call themselves."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.acceptance.conftest import AGENT_HZ, CALLER_HZ, Floor, connected, dial_code
from tests.acceptance.pages.conftest import Desks, Outside, card, choose
from tests.acceptance.parts import Part, Queue, agents, seats
from tests.attack.corpus import MARK, corpus
from tests.phone.message import quoted

pytestmark = pytest.mark.asyncio(loop_scope="session")

PART = Part(
    users=agents("1885", "1886", "1887"),
    queues=(
        Queue(number="7885", seats=seats("1885")),
        Queue(number="7886", seats=seats("1886"), wrap_up="30s"),
        Queue(number="7876", seats=seats("1886"), wrap_up="3s"),
        Queue(number="7887", seats=seats("1887")),
    ),
)
HOSTILE = (
    f"{MARK}<svg/onload=window.ran=1>",
    f"{MARK}</title><script>window.ran=1</script>",
    f'{MARK}"><img src=x onerror=window.ran=1>',
)


async def test_callers_waiting_tick_and_open(floor: Floor, desks: Desks) -> None:
    page = await desks.agent("1885")
    first, second = await floor.caller("2001"), await floor.caller("2002")
    count = page.get_by_role("button", name=re.compile("waiting in Queue 7885"))
    await expect(count).to_have_text("0")
    one = await first.dial("7885")
    await expect(count).to_have_text("1")
    two = await second.dial("7885")
    await expect(count).to_have_text("2")
    row = card(page, "My queues").get_by_role("row").filter(has=page.get_by_role("rowheader", name="Queue 7885"))
    longest = row.get_by_role("timer")
    before = await longest.inner_text()
    await expect(longest).not_to_have_text(before)
    await count.click()
    callers = page.get_by_role("table", name="Callers waiting in Queue 7885").locator("tbody tr")
    await expect(callers).to_have_count(2)
    for place, extension in enumerate(("2001", "2002")):
        cells = callers.nth(place).get_by_role("cell")
        await expect(cells.nth(0)).to_have_text(str(place + 1))
        await expect(cells.nth(1)).to_have_text(extension)
        await expect(cells.nth(2)).to_have_text(f"Caller {place + 1}")
    waited = callers.nth(1).get_by_role("timer")
    before = await waited.inner_text()
    await expect(waited).not_to_have_text(before)
    await one.hang_up()
    await expect(callers).to_have_count(1)
    await expect(callers.get_by_role("cell").nth(0)).to_have_text("1")
    await expect(callers).to_contain_text("2002")
    await two.hang_up()
    await expect(page.get_by_text("Nobody is waiting.")).to_be_visible()


async def test_a_wrap_up_counts_down_and_ends_by_the_button_and_by_itself(floor: Floor, desks: Desks) -> None:
    agent, page = await floor.agent("1886-desk"), await desks.agent("1886")
    first, second = await floor.caller("2001"), await floor.caller("2002")
    status = card(page, "Status")
    left = status.get_by_role("timer").nth(1)
    call = await first.dial("7886", tone=CALLER_HZ)
    ring = await connected(call, agent)
    await expect(card(page, "Present call")).to_contain_text("Talking · Queue 7886")
    await card(page, "Present call").get_by_role("button", name="Hang up").click()
    await ring.is_over()
    await call.is_over()
    await expect(left).to_have_text(re.compile("0:2[0-9]"))
    before = await left.inner_text()
    await expect(left).not_to_have_text(before)
    assert _seconds(await left.inner_text()) < _seconds(before), "it counts down"
    waiting = await second.dial("7876", tone=CALLER_HZ)
    await waiting.media.hears_sound()
    assert len(agent.incoming) == 1
    await status.get_by_role("button", name="Ready now").click()
    ring = await connected(waiting, agent)

    await waiting.hang_up()
    await ring.is_over()
    await expect(status.get_by_text("Wrap-up", exact=True)).to_be_visible()
    third = await first.dial("7876", tone=CALLER_HZ)
    await expect(left).to_have_text(re.compile("0:0[12]"))
    ring = await agent.rings(within=6)
    assert ring.began_at - waiting.over_at > 2.9, "not before it was over"
    await expect(status).to_contain_text("Ringing")
    ring.answer(tone=AGENT_HZ)
    await third.media.hears_tone(AGENT_HZ)


def _seconds(shown: str) -> int:
    minutes, seconds = shown.split(":")
    return 60 * int(minutes) + int(seconds)


async def test_a_callers_name_is_text_and_nothing_else(
    floor: Floor, desks: Desks, outside: Outside, tmp_path: Path
) -> None:
    """Through SIP and Asterisk: waiting, offered, talking, and in the history afterwards."""
    written = (*HOSTILE, corpus(tmp_path)["HTML"])
    names = [quoted(name)[1:-1] for name in written]  # Asterisk leaves the escapes as they came
    agent, page = await floor.phone("1887-desk"), await desks.agent("1887")
    callers = [await outside.caller(f"+1212555010{place}", name) for place, name in enumerate(written)]
    count = page.get_by_role("button", name=re.compile("waiting in Queue 7887"))
    await count.click()
    shown = page.get_by_role("table", name="Callers waiting in Queue 7887").locator("tbody tr")
    calls = []
    for place, caller in enumerate(callers, start=1):
        calls.append(await caller.dial("7887", tone=CALLER_HZ))
        await expect(shown).to_have_count(place)
    for place, name in enumerate(names):
        await expect(shown.nth(place).get_by_role("cell").nth(1)).to_have_text(f"+1212555010{place}")
        await expect(shown.nth(place)).to_contain_text(name)
    await harmless(page)
    await dial_code(agent, "*51")
    present = card(page, "Present call")
    for call, name in zip(calls, names, strict=True):
        ring = await agent.rings()
        await expect(present).to_contain_text(f"Incoming call for Queue 7887{name}")
        await expect(page).to_have_title(re.compile(f"☎ {re.escape(name)}"))
        ring.answer(tone=AGENT_HZ)
        await call.media.hears_tone(AGENT_HZ)
        await expect(present).to_contain_text("Talking")
        await call.hang_up()
        await ring.is_over()
    await choose(page, "Offline")
    history = card(page, "Call history").locator("tbody tr")
    await expect(history).to_have_count(len(names))
    assert set(await history.locator("td:nth-child(3)").all_inner_texts()) == set(names)
    await harmless(page)


async def harmless(page: Page) -> None:
    """No script has run, and nothing of the texts has become an element."""
    assert await page.evaluate("window.ran") is None
    await expect(page.locator("main").locator("img, script, style, iframe, object")).to_have_count(0)
