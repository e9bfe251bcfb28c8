"""What a supervisor changes acts on callers who wait already; what he says is heard by whom it is meant for."""

import asyncio

import pytest
from playwright.async_api import Page, expect

from tests.acceptance.conftest import AGENT_HZ, CALLER_HZ, Floor, connected
from tests.acceptance.pages.conftest import Desks
from tests.acceptance.parts import Part, Queue, User, agents, seats
from tests.phone import voices
from tests.phone.call import Call

pytestmark = pytest.mark.asyncio(loop_scope="session")

PART = Part(
    users=(
        *agents("1860", "1861", "1862", "1863"),
        User(extension="1864", name="Sue Supervisor", supervises=("7860", "7862", "7863", "7864")),
        User(extension="1865", name="Max Manager", manages=True),
    ),
    queues=(
        Queue(number="7860", type="linear_hunt", ring_time="30s", seats=seats("1860", "1861")),
        Queue(number="7862", priority=1, seats=seats("1862")),
        Queue(number="7863", priority=2, seats=seats("1862")),
        Queue(number="7864", seats=seats("1863")),
    ),
)
SUPERVISOR_HZ = 900


async def test_another_type_of_queue_rings_phones_for_who_waits_already(floor: Floor, desks: Desks) -> None:
    one, other = await floor.agents("1860-desk", "1861-desk")
    caller, page = await floor.caller(), (await desks.person("1864", "/queues/7860")).page
    call = await caller.dial("7860", tone=CALLER_HZ)
    await one.rings()
    kind = page.get_by_label("Type", exact=True)
    await expect(kind).to_have_value("linear_hunt")
    assert other.incoming == []
    await kind.select_option("ring_all")
    await save(page)
    ring = await other.rings()
    ring.answer(tone=AGENT_HZ)
    await call.media.hears_tone(AGENT_HZ)
    assert len(one.incoming) == 1


async def test_another_priority_decides_who_of_the_waiting_is_served_first(floor: Floor, desks: Desks) -> None:
    """Of two queues by their priority; of one queue the caller whom he raises."""
    agent = await floor.agent("1862-desk", "*52")
    callers = [await floor.caller(extension) for extension in ("2001", "2002", "2003")]
    calls = []
    for caller, queue in zip(callers, ("7862", "7863", "7863"), strict=True):
        calls.append(await caller.dial(queue, tone=CALLER_HZ))
        await calls[-1].media.hears_sound()
    page = (await desks.person("1864", "/queues/7862")).page
    await page.get_by_label("Priority", exact=True).fill("3")
    await save(page)
    await page.get_by_role("link", name="Board").click()
    await page.get_by_role("button", name="2 callers waiting in Queue 7863").click()
    await page.get_by_role("button", name="Serve first: Caller 3").click()
    first = page.get_by_role("table", name="Callers waiting in Queue 7863").locator("tbody tr").first
    await expect(first).to_contain_text("Caller 3")

    status = page.get_by_role("combobox", name="Status of Agent 1862")
    await status.click()
    await page.get_by_role("option", name="Online").click()
    for place in (2, 1, 0):
        ring = await connected(calls[place], agent)
        assert ring.caller.user == callers[place].user.removesuffix("-desk")
        await calls[place].hang_up()
        await ring.is_over()


async def test_a_whisper_is_heard_by_the_agent_only(floor: Floor, desks: Desks) -> None:
    agent, own, caller = await floor.agent("1863-desk"), await floor.phone("1864-desk"), await floor.caller()
    page = (await desks.person("1864", "/board")).page
    call = await caller.dial("7864", tone=CALLER_HZ)
    ring = await connected(call, agent)
    await page.get_by_role("button", name="Listen… to Agent 1863").click()
    dialog = page.get_by_role("dialog", name="Listen in on Agent 1863")
    await dialog.get_by_role("radio", name="Whisper").check()
    await dialog.get_by_role("button", name="Ring my phone").click()
    ear = await own.rings()
    ear.answer(tone=SUPERVISOR_HZ)
    bar = page.get_by_role("region", name="Listening in")
    await expect(bar).to_contain_text("Only Agent 1863 hears you.")
    await asyncio.gather(hears(ring, CALLER_HZ, SUPERVISOR_HZ), hears(call, AGENT_HZ), hears(ear, CALLER_HZ, AGENT_HZ))
    await bar.get_by_role("radio", name="Listen").check()
    await expect(bar).to_contain_text("Nobody hears you.")
    await asyncio.gather(hears(ring, CALLER_HZ), hears(call, AGENT_HZ), hears(ear, CALLER_HZ, AGENT_HZ))
    await bar.get_by_role("radio", name="Join").check()
    await asyncio.gather(hears(ring, CALLER_HZ, SUPERVISOR_HZ), hears(call, AGENT_HZ, SUPERVISOR_HZ))
    await bar.get_by_role("button", name="End listening").click()
    await ear.is_over()
    await expect(bar).to_have_count(0)
    await asyncio.gather(hears(ring, CALLER_HZ), hears(call, AGENT_HZ))

    audit = (await desks.person("1865", "/audit")).page
    rows = audit.locator("tbody tr").filter(has_text="Sue Supervisor")
    await expect(rows.filter(has_text="whisper")).to_have_count(1)
    await expect(rows.filter(has_text="join")).to_have_count(1)


async def hears(call: Call, *tones: int) -> None:
    """Exactly these, all at once, from now on."""
    await voices.hears(call, *tones, among=(CALLER_HZ, AGENT_HZ, SUPERVISOR_HZ))


async def save(page: Page) -> None:
    """What the form of a queue has now is in force."""
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.locator(".notice")).to_contain_text("Saved.")
