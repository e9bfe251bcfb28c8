"""What is dialled on a phone shows on the page, and what is switched on the page is heard on phones."""

import asyncio
import re
import time
from typing import Final

import pytest
from playwright.async_api import Page, expect

from tests.acceptance.conftest import CALLER_HZ, Floor, connected, dial_code
from tests.acceptance.pages.conftest import Desks, card, choose, chooser
from tests.acceptance.parts import Part, Queue, User, agents, seats
from tests.phone.phone import Phone

pytestmark = pytest.mark.asyncio(loop_scope="session")

PART = Part(
    users=(*agents("1881", "1882", "1883"), User(extension="1884", name="Eve Fox", phones=("desk", "soft"))),
    queues=(
        Queue(number="7881", type="linear_hunt", seats=seats("1882", "1883")),
        Queue(number="7884", seats=seats("1884"), ring_time="30s", back_off="0s"),
        Queue(number="7880", seats=seats("1881")),
    ),
)
GREEN_SECONDS: Final = 1.0

WATCH: Final = """colour => new Promise(done => {
  const look = () => document.querySelector("[role=combobox]").dataset.colour === colour
    && (observer.disconnect(), requestAnimationFrame(() => setTimeout(() => done(Date.now()))));
  const observer = new MutationObserver(look);
  observer.observe(document.body, {subtree: true, childList: true, attributes: true});
})"""
"""Resolves to the time at which a frame with this colour of the status has been handed over to be painted."""


async def seconds_until(page: Page, colour: str, phone: Phone, code: str) -> float:
    """From the code being dialled to its colour being painted."""
    await page.evaluate(f"window.painted = ({WATCH})('{colour}'); 0")
    began = time.time()
    await dial_code(phone, code)
    painted_ms: float = await page.evaluate("window.painted")
    return painted_ms / 1000 - began


async def test_star_51_turns_the_page_green_within_a_second(floor: Floor, desks: Desks) -> None:
    phone, page = await floor.phone("1881-desk"), await desks.agent("1881")
    took = []
    for code, colour, word in (("*51", "green", "Online"), ("*552", "orange", "Break"), ("*51", "green", "Online")):
        took.append(await seconds_until(page, colour, phone, code))
        await expect(chooser(page)).to_have_accessible_name(f"Status: {word}")
        await expect(chooser(page).locator(".mark-picture svg")).to_be_visible()
        await expect(page.locator("#page-icon")).to_have_attribute("href", f"/static/icons/headset-{colour}.svg")
        await expect(page).to_have_title(re.compile(f"{word} · My calls"))
    assert min(took[0], took[2]) < GREEN_SECONDS, took


async def test_lunch_in_the_page_keeps_offers_from_the_phone(floor: Floor, desks: Desks) -> None:
    first, second = await floor.agents("1882-desk", "1883-desk")
    caller, page = await floor.caller(), await desks.agent("1882")
    await choose(page, "Lunch")
    call = await caller.dial("7881", tone=CALLER_HZ)
    await connected(call, second)
    assert first.incoming == []
    await call.hang_up()
    await choose(page, "Online")
    call = await caller.dial("7881", tone=CALLER_HZ)
    await first.rings()
    present = card(page, "Present call")
    await expect(present).to_contain_text("Incoming call for Queue 7881")
    await expect(present).to_contain_text("Caller 1")
    await expect(present).to_contain_text("Rings on 1882-desk: pick up there")


async def test_a_phone_that_is_switched_off_stops_ringing(floor: Floor, desks: Desks) -> None:
    desk, soft = await floor.agent("1884-desk"), await floor.phone("1884-soft")
    caller, page = await floor.caller(), await desks.agent("1884")
    phones = card(page, "Active phones")
    switch = phones.get_by_role("switch", name="1884-soft rings for queue calls")
    await expect(phones).to_contain_text(re.compile("1884-soft.*Registered"))
    call = await caller.dial("7884", tone=CALLER_HZ)
    at_desk, at_soft = await asyncio.gather(desk.rings(), soft.rings())
    await switch.click()
    await expect(switch).to_have_attribute("aria-checked", "false")
    await at_soft.is_over()
    assert at_desk.ending is None, "the other one rings on"
    await call.hang_up()
    await at_desk.is_over()
    again = await caller.dial("7884", tone=CALLER_HZ)
    await connected(again, desk)
    assert len(soft.incoming) == 1
    await switch.click()
    await expect(switch).to_have_attribute("aria-checked", "true")
