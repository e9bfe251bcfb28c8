"""Logging in and out, and what is said when it does not work."""

import asyncio
import re
import time
from email import message_from_bytes, policy
from pathlib import Path

from playwright.async_api import Browser, expect

from tests.browser.chromium import Tab, new_tab
from tests.portal.live import PASSWORD, LivePortal


async def test_log_in_and_out(browser: Browser, live: LivePortal) -> None:
    """The page that was asked for opens after the login; after the log-out nothing of it can be seen."""
    tab = await new_tab(browser, live.url)
    await tab.log_in("1001@ours.example", PASSWORD, path="/account")
    await expect(tab.page.get_by_role("heading", name="Account")).to_be_visible()
    await expect(tab.page).to_have_url(f"{live.url}/account")
    await tab.page.get_by_role("button", name="Anna Bell: menu").click()
    await tab.page.get_by_role("button", name="Log out").click()
    await expect(tab.page.get_by_text("You are logged out.")).to_be_visible()
    await tab.open("/account")
    await expect(tab.page.get_by_role("heading", name="Log in")).to_be_visible()
    assert tab.complaints == []


async def test_a_wrong_password_is_said_in_words(browser: Browser, live: LivePortal) -> None:
    """And for somebody who does not exist the words are the same."""
    tab = await new_tab(browser, live.url)
    said: list[str | None] = []
    for login in ("1001@ours.example", "4711@nowhere.example"):
        await tab.open("/login")
        await tab.page.get_by_label("Login name").fill(login)
        await tab.page.get_by_label("Password", exact=True).fill("not the one")
        await tab.page.get_by_role("button", name="Log in").click()
        await tab.page.get_by_role("alert").wait_for()
        said.append(await tab.page.get_by_role("alert").text_content())
    assert said[0] == said[1] == "Login or password is wrong."


async def test_a_session_that_is_ended_elsewhere_ends_in_the_page(anna: Tab, live: LivePortal) -> None:
    """At once, with the reason."""
    other = await live.browser("1001@ours.example")
    mine = (await other.ask("GET", "/sessions")).json
    for entry in mine:
        if not entry["this_one"]:
            assert (await other.ask("DELETE", f"/sessions/{entry['id']}")).status == 204
    await expect(anna.page.get_by_text("Your session has ended. Log in again.")).to_be_visible()


async def test_a_forgotten_password(browser: Browser, live: LivePortal) -> None:
    """By the link of a mail; the same answer for somebody who does not exist."""
    await live.rows(
        "update app_user set email = 'anna@ours.example' where (account, extension) = ('ours.example', '1001')"
    )
    tab = await new_tab(browser, live.url)
    said: list[str | None] = []
    for login in ("4711@nowhere.example", "1001@ours.example"):
        await tab.open("/login")
        await tab.page.get_by_role("link", name="Forgot password?").click()
        await tab.page.get_by_label("Login name").fill(login)
        await tab.page.get_by_role("button", name="Send me a link").click()
        await tab.page.get_by_role("status").filter(has_text="a mail is on its way").wait_for()
        said.append(await tab.page.get_by_role("status").first.text_content())
    assert said[0] == said[1]
    await tab.open(await link_in_the_mail(live.mail_folder))
    for label in ("New password", "New password again"):
        await tab.page.get_by_label(label, exact=True).fill("another, quite long one")
    await tab.page.get_by_role("button", name="Set the new password").click()
    await tab.page.get_by_role("link", name="Log in").click()
    await tab.log_in("1001@ours.example", "another, quite long one")
    assert tab.complaints == []


async def link_in_the_mail(folder: Path) -> str:
    """The address in the only mail there is, once there is one."""
    deadline = time.monotonic() + 30
    while not (mails := list(folder.glob("*.eml"))):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)
    (mail,) = mails
    body = message_from_bytes(mail.read_bytes(), policy=policy.default).get_body(("plain",))
    assert body is not None
    link = re.search(r"/reset/\S+", body.get_content())
    assert link is not None
    return link[0]
