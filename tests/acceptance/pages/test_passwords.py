"""A forgotten password: the mail is in the folder, its link works once, and who was logged in is so no more."""

import re
from email import message_from_bytes, policy

import pytest
from playwright.async_api import expect

from tests.acceptance.centre import RunningCentre
from tests.acceptance.pages.conftest import Desks
from tests.acceptance.parts import DOMAIN, Part, User
from tests.phone.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="session")

PART = Part(users=(User(extension="1877", name="Ada Hill", email="ada@mail.example"),))
LOGIN = f"1877@{DOMAIN}"
CHOSEN = "something else, and longer"


async def test_a_forgotten_password(centre: RunningCentre, desks: Desks) -> None:
    elsewhere, here = await desks.person("1877", "/account"), await desks.nobody()
    page = here.page
    await here.open("/login")
    await page.get_by_role("link", name="Forgot password?").click()
    await page.get_by_label("Login name").fill(LOGIN)
    await page.get_by_role("button", name="Send me a link").click()
    await page.get_by_role("status").filter(has_text="a mail is on its way").wait_for()
    link = await link_in_the_mail(centre)
    assert link.startswith(f"{centre.sheet.portal}/reset/")

    await page.goto(link)
    for label in ("New password", "New password again"):
        await page.get_by_label(label, exact=True).fill(CHOSEN)
    await page.get_by_role("button", name="Set the new password").click()
    await page.get_by_role("link", name="Log in").click()
    await expect(elsewhere.page.get_by_text("Your session has ended. Log in again.")).to_be_visible()

    await page.get_by_label("Login name").fill(LOGIN)
    await page.get_by_label("Password", exact=True).fill(centre.sheet.passwords[LOGIN])
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_have_text("Login or password is wrong.")
    await here.log_in(LOGIN, CHOSEN)

    again = await desks.nobody()
    await again.page.goto(link)
    for label in ("New password", "New password again"):
        await again.page.get_by_label(label, exact=True).fill("not with the same link")
    await again.page.get_by_role("button", name="Set the new password").click()
    await expect(again.page.get_by_role("alert")).to_contain_text("link")
    await again.log_in(LOGIN, CHOSEN)


async def link_in_the_mail(centre: RunningCentre) -> str:
    """The address in the newest mail to her, once there is one."""

    def mails() -> list[bytes]:
        found = sorted(centre.sheet.mail_folder.glob("*.eml"), key=lambda file: file.stat().st_mtime)
        return [text for file in found if b"ada@mail.example" in (text := file.read_bytes())]

    mail = message_from_bytes((await until("a mail", mails, within=10))[-1], policy=policy.default)
    body = mail.get_body(("plain",))
    assert body is not None
    link = re.search(r"http\S+/reset/\S+", body.get_content())
    assert link is not None
    return link[0]
