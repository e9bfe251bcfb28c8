"""The pages of people: a manager makes one who can work at once, and each role opens its own pages and no others."""

from playwright.async_api import Browser, expect

from acd.model import DeviceId, agent_id
from tests.browser.chromium import Tab, new_tab
from tests.integration.waiting import eventually
from tests.portal.live import OURS, LivePortal

FIRST_PASSWORD = "the first of them, long"


async def test_a_new_colleague(cleo: Tab, browser: Browser, live: LivePortal) -> None:
    """Made, given a role, a phone and a password; then he logs in, with the pages of a supervisor."""
    page = cleo.page
    await page.get_by_role("button", name="New person…").click()
    dialog = page.get_by_role("dialog", name="New person")
    await dialog.get_by_label("Name", exact=True).fill("Eve Stone")
    await dialog.get_by_label("Extension").fill("7001")
    await dialog.get_by_label("Mail address").fill("eve")
    await dialog.get_by_role("button", name="Make it").click()
    await expect(dialog.get_by_label("Extension")).to_have_attribute("aria-invalid", "true")
    await expect(dialog.get_by_label("Extension")).to_be_focused()
    await expect(dialog.get_by_label("Mail address")).to_have_attribute("aria-invalid", "true")
    await dialog.get_by_label("Extension").fill("1005")
    await dialog.get_by_label("Mail address").fill("eve@ours.example")
    await dialog.get_by_role("button", name="Make it").click()
    await expect(page.get_by_role("heading", name="Eve Stone 1005")).to_be_visible()

    await page.get_by_role("combobox", name="Role").select_option("Supervisor")
    await page.get_by_role("checkbox", name="Sales 7001").check()
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Saved what is known of Eve Stone.")).to_be_visible()

    await page.get_by_label("Name of a new phone").fill("1001-desk")
    await page.get_by_role("button", name="Add").click()
    await expect(page.get_by_label("Name of a new phone")).to_have_attribute("aria-invalid", "true")
    await page.get_by_label("Name of a new phone").fill("1005-desk")
    await page.get_by_role("button", name="Add").click()
    shown = page.get_by_role("dialog", name="Password of 1005-desk")
    secret = await shown.locator("code").last.inner_text()
    assert await live.rows("select secret from device where name = '1005-desk'") == [{"secret": secret}]
    await shown.get_by_role("button", name="I have it").click()
    await expect(page.get_by_role("button", name="Remove 1005-desk")).to_be_visible()
    assert secret not in await page.content()
    await eventually(lambda: DeviceId("1005-desk") in live.engine.state.records.devices)

    for label in ("New password", "New password again"):
        await page.get_by_label(label, exact=True).fill("short")
    await page.get_by_role("button", name="Set the new password").click()
    await expect(page.get_by_label("New password", exact=True)).to_have_attribute("aria-invalid", "true")
    for label in ("New password", "New password again"):
        await page.get_by_label(label, exact=True).fill(FIRST_PASSWORD)
    await page.get_by_role("button", name="Set the new password").click()
    await expect(page.get_by_text("Eve Stone logs in with the new password.")).to_be_visible()

    hers = await new_tab(browser, live.url)
    await hers.log_in("1005@ours.example", FIRST_PASSWORD, "/queues")
    await expect(hers.page.get_by_role("rowheader")).to_have_text(["Sales 7001"])
    await hers.context.close()
    assert hers.complaints == []


async def test_the_last_manager_stays(cleo: Tab, live: LivePortal) -> None:
    """In words, in the form; with a second one it can be done, and her pages close to her."""
    page = cleo.page
    await page.get_by_role("link", name="Cleo Dunn").click()
    await page.get_by_role("combobox", name="Role").select_option("Agent")
    await page.get_by_role("button", name="Save").click()
    refused = page.get_by_role("alert").filter(has_text="The account needs an office manager.")
    await expect(refused).to_contain_text("Make somebody else one first.")
    await expect(page.get_by_role("combobox", name="Role")).to_have_value("agent")
    assert await live.rows("select role from app_user where extension = '1003'") == [{"role": "office_manager"}]
    await live.rows("update app_user set role = 'office_manager' where extension = '1002'")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("link", name="People")).to_have_count(0)


async def test_two_change_one_person_at_once(cleo: Tab, live: LivePortal) -> None:
    """The second is told, and both changes hold in the end."""
    page = cleo.page
    await page.get_by_role("link", name="Ben Carter").click()
    await page.get_by_label("Mail address").fill("ben@ours.example")
    await live.rows("update app_user set name = 'Ben Baker' where (account, extension) = ('ours.example', '1002')")
    await page.get_by_role("button", name="Save").click()
    told = page.get_by_role("alert").filter(has_text="somebody else has changed this person meanwhile")
    await expect(told).to_contain_text("Name: Ben Baker")
    await expect(page.get_by_label("Name", exact=True)).to_have_value("Ben Baker")
    await expect(page.get_by_label("Mail address")).to_have_value("ben@ours.example")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Saved what is known of Ben Baker.")).to_be_visible()
    kept = await live.rows("select name, email from app_user where (account, extension) = ('ours.example', '1002')")
    assert kept == [{"name": "Ben Baker", "email": "ben@ours.example"}]


async def test_somebody_goes(cleo: Tab, anna: Tab, live: LivePortal) -> None:
    """After a question; his phones go with him and his pages end."""
    page = cleo.page
    await page.get_by_role("searchbox", name="Search people").fill("nobody like this")
    await expect(page.get_by_text("Nobody is like “nobody like this”.")).to_be_visible()
    await page.get_by_role("searchbox", name="Search people").fill("bell")
    await page.get_by_role("link", name="Anna Bell").click()
    await page.get_by_role("button", name="Remove this person…").click()
    await page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    await expect(page.get_by_role("heading", name="People")).to_be_visible()
    await expect(page.get_by_role("rowheader")).to_have_count(3)
    await eventually(lambda: agent_id(OURS, "1001") not in live.engine.state.records.agents)
    await expect(anna.page.get_by_text("Your session has ended. Log in again.")).to_be_visible()


async def test_a_supervisor_has_no_page_of_the_manager(ben: Tab, anna: Tab) -> None:
    """Nor an agent one of both; whoever types the address is led to his own."""
    page = ben.page
    await page.get_by_role("link", name="Queues").click()
    await expect(page.get_by_role("rowheader")).to_have_text(["Sales 7001"])
    for path, hidden in (("/queues", "New queue…"), ("/people", "New person…"), ("/settings", "Save")):
        await ben.open(path)
        await page.get_by_role("heading", level=2).first.wait_for()
        await expect(page.get_by_role("button", name=hidden)).to_have_count(0)
    await ben.open("/people")
    await expect(page.get_by_role("rowheader")).to_have_count(4)
    await expect(page.get_by_role("main").get_by_role("link")).to_have_count(0)
    for path in ("/audit", "/people/1001"):
        await ben.open(path)
        await expect(page.get_by_role("heading", name="Board")).to_be_attached()
    await expect(page.get_by_role("link", name="Audit")).to_have_count(0)
    await ben.open("/queues/7002")
    await expect(page.get_by_role("main").get_by_role("alert")).to_contain_text("There is no such queue")
    for path in ("/queues/7001", "/people", "/settings"):
        await anna.open(path)
        await expect(anna.page.get_by_role("region", name="My queues")).to_be_visible()
