"""What holds for the account, and what is one's own: statuses, the time zone, passwords, sessions, tokens."""

from playwright.async_api import expect

from acd.model import Status, agent_id
from tests.browser.chromium import Tab
from tests.integration.waiting import eventually
from tests.portal.centre_day import Day
from tests.portal.live import OURS, PASSWORD, LivePortal

BACK_OFFICE = Status("back_office")


async def test_a_status_of_ones_own(ben: Tab, anna: Tab, live: LivePortal) -> None:
    """Made by the supervisor, chosen by the agent without a reload; who is in it when it goes is told of."""
    page = ben.page
    await page.get_by_role("link", name="Settings").click()
    statuses = page.get_by_role("region", name="Own statuses")
    await expect(statuses.get_by_text("None yet.")).to_be_visible()
    await statuses.get_by_label("A new status").fill("Lunch")
    await statuses.get_by_role("button", name="Add").click()
    await expect(statuses.get_by_label("A new status")).to_have_attribute("aria-invalid", "true")
    await statuses.get_by_label("A new status").fill("Back office")
    await statuses.get_by_role("button", name="Add").click()
    await expect(statuses.get_by_role("listitem")).to_have_text(["Back officeRemove"])
    await eventually(lambda: BACK_OFFICE in live.engine.state.records.accounts[OURS].statuses)

    chooser = anna.page.get_by_role("combobox", name="Status")
    await chooser.click()
    await anna.page.get_by_role("option", name="Back office").click()
    await expect(chooser).to_have_accessible_name("Status: Back office")
    await expect(chooser).to_have_attribute("data-colour", "blue")
    record = live.engine.state.records.agent_records[agent_id(OURS, "1001")]
    assert record.status == BACK_OFFICE

    await statuses.get_by_role("button", name="Remove Back office").click()
    await expect(statuses.get_by_text("Anna Bell keeps it, and is offered no calls")).to_be_visible()
    await expect(statuses.get_by_text("None yet.")).to_be_visible()
    assert live.engine.state.records.agent_records[agent_id(OURS, "1001")].status == BACK_OFFICE


async def test_the_page_about_a_caller(cleo: Tab, anna: Tab, day: Day, live: LivePortal) -> None:
    """An office manager sets its address; the agent finds it at the offer, with the caller in it as a value."""
    page = cleo.page
    await page.get_by_role("link", name="Settings").click()
    address = page.get_by_label("Page about a caller")
    await address.fill("javascript:alert({name})")
    await page.get_by_role("button", name="Use this address").click()
    await expect(address).to_have_attribute("aria-invalid", "true")
    await address.fill("https://crm.example.com/{queue}?tel={number}&name={name}")
    await page.get_by_role("button", name="Use this address").click()
    await expect(page.get_by_text("Agents see the link at their next call.")).to_be_visible()
    await eventually(lambda: live.engine.state.records.accounts[OURS].screen_pop is not None)

    day.calls("A", number="+12125550101", name='"><b>&tel=0#Grace')
    await day.chooses("1001")
    link = anna.page.get_by_role("region", name="Present call").get_by_role("link", name="Open the caller's page")
    wanted = "https://crm.example.com/7001?tel=%2B12125550101&name=%22%3E%3Cb%3E%26tel%3D0%23Grace"
    await expect(link).to_have_attribute("href", wanted)
    await expect(link).to_have_attribute("target", "_blank")
    await expect(link).to_have_attribute("rel", "noopener noreferrer")
    day.answers("A", "1001-desk")
    await expect(anna.page.get_by_role("region", name="Present call")).to_contain_text("Talking")
    await expect(link).to_have_attribute("href", wanted)


async def test_the_place_of_the_account(cleo: Tab, ben: Tab, live: LivePortal) -> None:
    """An office manager changes it; what is wrong is said at its field. A supervisor sees it."""
    page = cleo.page
    await page.get_by_role("link", name="Settings").click()
    zone = page.get_by_label("Time zone")
    await zone.fill("Europe/Nowhere")
    await page.get_by_label("Country").fill("de")
    await page.get_by_role("button", name="Save").click()
    await expect(zone).to_have_attribute("aria-invalid", "true")
    await expect(page.get_by_label("Country")).to_have_value("de")
    await zone.fill("Europe/Berlin")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Times and figures are shown by it from now on.")).to_be_visible()
    kept = await live.rows("select time_zone, home_region from account where domain = 'ours.example'")
    assert kept == [{"time_zone": "Europe/Berlin", "home_region": "DE"}]
    await ben.page.get_by_role("link", name="Settings").click()
    await expect(ben.page.get_by_role("region", name="Place")).to_contain_text("Europe/Berlin")
    await expect(ben.page.get_by_role("region", name="Place").get_by_role("textbox")).to_have_count(0)


async def test_ones_own_account(anna: Tab, live: LivePortal) -> None:
    """Another password, a token that is shown once and works until it is removed, a session elsewhere ended."""
    other = await live.browser("1001@ours.example")
    page = anna.page
    await anna.open("/account")
    await expect(page.get_by_text("this one")).to_be_visible()
    present, first, second = (
        page.get_by_label(label, exact=True) for label in ("Present password", "New password", "New password again")
    )
    await present.fill("not it")
    await first.fill("quite another one")
    await second.fill("quite another")
    await page.get_by_role("button", name="Set the new password").click()
    await expect(second).to_have_accessible_description("The two passwords differ.")
    await second.fill("quite another one")
    await page.get_by_role("button", name="Set the new password").click()
    await expect(present).to_have_accessible_description("This is not your password.")
    await expect(first).to_have_value("quite another one")
    assert (await other.ask("GET", "/session")).status == 200
    await present.fill(PASSWORD)
    await page.get_by_role("button", name="Set the new password").click()
    await expect(page.get_by_text("Your password is changed.")).to_be_visible()
    assert (await other.ask("GET", "/session")).status == 401

    await page.get_by_label("Name of a new token").fill("wall screen")
    await page.get_by_role("checkbox", name="Change statuses and phones").check()
    await page.get_by_role("button", name="Make a token").click()
    key = await page.get_by_role("status").locator("code").text_content()
    program = await live.browser()
    program.headers = {"Authorization": f"Bearer {key}"}
    assert (await program.ask("PUT", "/agents/1001/status", {"status": "lunch"})).status == 204
    await expect(page.get_by_role("row").filter(has_text="wall screen")).to_contain_text("read, status")
    await page.get_by_role("button", name="Remove… wall screen").click()
    await page.get_by_role("dialog").get_by_role("button", name="Remove it").click()
    await expect(page.get_by_text("No token yet.")).to_be_visible()
    assert (await program.ask("PUT", "/agents/1001/status", {"status": "online"})).status == 401
    await eventually(lambda: live.engine.state.records.agent_records[agent_id(OURS, "1001")].status == Status("lunch"))
