"""The pages of queues: what a supervisor changes holds at once, and no change of anybody is lost unseen."""

import re
from datetime import timedelta

from playwright.async_api import Dialog, Locator, Page, expect

from acd.model import Assignment, DeviceId, Queue, QueueType, agent_id, queue_id
from tests.browser.chromium import NARROW, Tab
from tests.integration.waiting import eventually
from tests.portal.centre_day import Day
from tests.portal.live import OURS, LivePortal

SALES = queue_id(OURS, "7001")


def sales(live: LivePortal) -> Queue:
    """As the engine has it now."""
    return live.engine.state.records.queues[SALES]


def answers_sales(live: LivePortal, extension: str) -> Assignment | None:
    """How an agent does so, as the engine has it now."""
    return live.engine.state.records.assignments.get(agent_id(OURS, extension), {}).get(SALES)


async def opened(tab: Tab) -> Page:
    """The page of Sales, from the list of queues."""
    await tab.page.get_by_role("link", name="Queues").click()
    await tab.page.get_by_role("link", name="Sales").click()
    await tab.page.get_by_role("heading", name="Sales 7001").wait_for()
    return tab.page


async def save(page: Page) -> None:
    """What the form of the rules holds."""
    await page.get_by_role("button", name="Save", exact=True).click()


async def test_a_change_reorders_callers_who_wait(ben: Tab, live: LivePortal, day: Day) -> None:
    """Sales came second among Anna's queues; put beside the other one, its older call goes first."""
    await live.rows("update queue set priority = 2 where (account, number) = ('ours.example', '7001')")
    await live.rows(
        "insert into assignment (account, queue, agent, position) values ('ours.example', '7002', '1001', 1)"
    )
    await eventually(lambda: sales(live).priority == 2)
    day.calls("older")
    day.calls("younger", "7002")
    page = await opened(ben)
    await expect(page.get_by_role("combobox", name="Type")).to_have_value("round_robin")
    await page.get_by_role("combobox", name="Type").select_option("Ring all")
    await page.get_by_label("Priority", exact=True).fill("1")
    await page.get_by_label("Wrap-up", exact=True).fill("1m30s")
    await page.get_by_role("checkbox", name="The wrap-up cannot be cut short").check()
    await expect(page.get_by_text("4 rules are changed and not saved.")).to_be_visible()
    await save(page)
    await expect(page.get_by_text("In force from now on, for callers who wait already too.")).to_be_visible()
    await expect(page.get_by_text("Nothing is changed.")).to_be_visible()
    await eventually(lambda: sales(live).priority == 1)
    changed = sales(live)
    assert (changed.type, changed.wrap_up) == (QueueType.RING_ALL, timedelta(seconds=90))
    assert changed.wrap_up_mandatory
    await day.chooses("1001")
    assert [offer.call for offer in live.engine.state.records.offers.values()] == ["older"]


async def test_what_is_wrong_is_said_at_its_field(ben: Tab, live: LivePortal) -> None:
    """By the page or by the server; nothing is changed, and nothing that was written is lost."""
    page = await opened(ben)
    name, wrap_up, callers = (page.get_by_label(label, exact=True) for label in ("Name", "Wrap-up", "Callers at most"))
    await name.fill("Sales & more")
    await wrap_up.fill("soon")
    await callers.fill("many")
    await save(page)
    await expect(callers).to_have_accessible_description(re.compile("This is no whole number; write one like 3."))
    await expect(callers).to_be_focused()
    await callers.fill("40")
    await save(page)
    await expect(wrap_up).to_have_attribute("aria-invalid", "true")
    await expect(wrap_up).to_have_accessible_description(re.compile("length of time"))
    await expect(wrap_up).to_be_focused()
    await expect(callers).not_to_have_attribute("aria-invalid", "true")
    await expect(page.get_by_role("alert").filter(has_text="Nothing was saved.")).to_be_visible()
    assert [await field.input_value() for field in (name, wrap_up, callers)] == ["Sales & more", "soon", "40"]
    await page.get_by_role("combobox", name="They go to").select_option("another queue")
    await page.get_by_label("Which queue").fill("7009")
    await wrap_up.fill("15s")
    await save(page)
    await expect(page.get_by_label("Which queue")).to_have_attribute("aria-invalid", "true")
    assert sales(live).name == "Sales"
    await page.get_by_label("Which queue").fill("7002")
    await save(page)
    await expect(page.get_by_role("heading", name="Sales & more 7001")).to_be_visible()
    await eventually(lambda: (sales(live).max_callers, sales(live).wrap_up) == (40, timedelta(seconds=15)))


async def test_two_change_one_queue_at_once(ben: Tab, live: LivePortal) -> None:
    """The second is told what the first has done, keeps what he has written, and both changes hold in the end.

    What he has not saved he does not leave unasked.
    """
    await ben.page.set_viewport_size(NARROW)
    page = await opened(ben)
    await page.get_by_label("Ring time", exact=True).fill("33s")
    manager = await live.browser("1003@ours.example")
    present = (await manager.ask("GET", "/queues/7001")).json
    body = {"wrap_up": "40s", "overflow": {"queue": "7002"}}
    assert (await manager.ask("PATCH", "/queues/7001", body, If_Match=f'"{present["version"]}"')).status == 200
    await save(page)
    told = page.get_by_role("alert").filter(has_text="somebody else has changed this queue meanwhile")
    await expect(told).to_be_in_viewport()
    await expect(told).to_contain_text("Wrap-up: 40s (was 0s)")
    await expect(told).to_contain_text("They go to: another queue (was a message, and are hung up)")
    await expect(page.get_by_label("Wrap-up", exact=True)).to_have_value("40s")
    await expect(page.get_by_label("Ring time", exact=True)).to_have_value("33s")
    await expect(page.get_by_text("One rule is changed and not saved.")).to_be_visible()
    asked: list[str] = []

    async def stay(dialog: Dialog) -> None:
        asked.append(dialog.message)
        await dialog.dismiss()

    page.once("dialog", stay)
    await page.get_by_role("link", name="People").click()
    assert len(asked) == 1
    await expect(page.get_by_label("Ring time", exact=True)).to_have_value("33s")
    await save(page)
    await expect(told).to_have_count(0)
    await eventually(lambda: sales(live).ring_time == timedelta(seconds=33))
    assert sales(live).wrap_up == timedelta(seconds=40)
    await page.get_by_label("Ring time", exact=True).fill("1s")
    await page.get_by_role("button", name="Undo").click()
    await expect(page.get_by_label("Ring time", exact=True)).to_have_value("33s")
    await page.get_by_role("link", name="People").click()
    await expect(page.get_by_role("heading", name="People", exact=True)).to_be_visible()


async def test_agents_of_a_queue(ben: Tab, live: LivePortal) -> None:
    """One is added, put first by the keyboard, rung on one phone and with rules of his own, and taken out again."""
    await live.rows(
        "insert into device (name, account, owner, secret)"
        " values ('1004-soft', 'ours.example', '1004', 'sixteen-letters-or-so')"
    )
    page = await opened(ben)
    agents = page.get_by_role("region", name="Agents of this queue")
    await agents.get_by_label("One more agent").select_option("Dan Early 1004")
    await agents.get_by_role("button", name="Add").click()
    up = agents.get_by_role("button", name="Move Dan Early up")
    await up.press("Enter")
    await expect(agents.get_by_role("rowheader").first).to_contain_text("Dan Early")
    await expect(up).to_be_focused()
    await eventually(lambda: orders(live) == {"1004": 1, "1001": 2})

    await agents.get_by_role("button", name="Change how Dan Early answers this queue").click()
    dialog = page.get_by_role("dialog", name="Dan Early in Sales")
    await dialog.get_by_label("Calls at once").fill("0")
    await dialog.get_by_label("Wrap-up").fill("25s")
    await dialog.get_by_role("checkbox", name="All, also those that are added later").uncheck()
    await dialog.get_by_role("checkbox", name="1004-soft").uncheck()
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog.get_by_label("Calls at once")).to_have_attribute("aria-invalid", "true")
    await expect(dialog.get_by_label("Wrap-up")).to_have_value("25s")
    await dialog.get_by_label("Calls at once").fill("2")
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog).to_have_count(0)
    await expect(row_of(agents, "Dan Early")).to_contain_text("2 calls at once")
    await eventually(lambda: (dan := answers_sales(live, "1004")) is not None and dan.max_calls == 2)
    dan = answers_sales(live, "1004")
    assert dan is not None
    assert (dan.wrap_up, dan.devices) == (timedelta(seconds=25), frozenset({DeviceId("1004-desk")}))

    await agents.get_by_role("button", name="Take out Dan Early").click()
    await page.get_by_role("dialog").get_by_role("button", name="Take out").click()
    await expect(agents.get_by_role("rowheader")).to_have_count(1)
    await eventually(lambda: answers_sales(live, "1004") is None)


def orders(live: LivePortal) -> dict[str, int]:
    """Of the agents of Sales, as the engine has them."""
    there = {extension: answers_sales(live, extension) for extension in ("1001", "1004")}
    return {extension: assignment.order for extension, assignment in there.items() if assignment is not None}


def row_of(table: Locator, name: str) -> Locator:
    """Of this agent."""
    return table.get_by_role("row").filter(has_text=name)


async def test_a_manager_makes_and_removes_a_queue(cleo: Tab, live: LivePortal) -> None:
    """A number that another one has is said at its field."""
    page = cleo.page
    await page.get_by_role("link", name="Queues").click()
    await page.get_by_role("button", name="New queue…").click()
    dialog = page.get_by_role("dialog", name="New queue")
    await dialog.get_by_label("Number").fill("7002")
    await dialog.get_by_label("Name").fill("Returns")
    await dialog.get_by_label("Type").select_option("Linear hunt")
    await dialog.get_by_role("button", name="Make it").click()
    await expect(dialog.get_by_label("Number")).to_have_attribute("aria-invalid", "true")
    await expect(dialog.get_by_label("Name")).to_have_value("Returns")
    await dialog.get_by_label("Number").fill("7003")
    await dialog.get_by_role("button", name="Make it").click()
    await expect(page.get_by_role("heading", name="Returns 7003")).to_be_visible()
    await expect(page.get_by_text("Nobody answers this queue yet.")).to_be_visible()
    made = queue_id(OURS, "7003")
    await eventually(lambda: made in live.engine.state.records.queues)
    assert live.engine.state.records.queues[made].type is QueueType.LINEAR_HUNT
    await page.get_by_role("button", name="Remove this queue…").click()
    await page.get_by_role("dialog").get_by_role("button", name="Remove it").click()
    await expect(page.get_by_role("rowheader")).to_have_count(2)
    await eventually(lambda: made not in live.engine.state.records.queues)
