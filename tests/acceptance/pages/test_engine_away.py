"""The engine is killed: the page says that it is not live, and is live again by itself."""

import asyncio
import os
import re
import signal

import pytest
from playwright.async_api import expect

from tests.acceptance.centre import RunningCentre
from tests.acceptance.conftest import CALLER_HZ, Floor, connected
from tests.acceptance.pages.conftest import Desks, card, chooser
from tests.acceptance.parts import Part, Queue, agents, seats
from tests.phone.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="session")

PART = Part(users=agents("1878"), queues=(Queue(number="7878", seats=seats("1878")),))

WATCH_LOST = """() => {
  window.lost = new Promise(done => new MutationObserver(() => {
    const said = document.querySelector(".lost");
    if (said) { done(said.innerText); }
  }).observe(document.body, {subtree: true, childList: true}));
}"""
"""Keeps what is said, however shortly; a page that is loaded anew forgets it."""


async def test_the_page_says_since_when_it_is_not_live_and_comes_back(
    centre: RunningCentre, floor: Floor, desks: Desks
) -> None:
    """`acd up` looks away, and no engine stands by, so that it takes long enough to be said."""
    agent, caller = await floor.agent("1878-desk"), await floor.caller()
    page = await desks.agent("1878")
    await page.evaluate(WATCH_LOST)
    await expect(chooser(page)).to_have_accessible_name("Status: Online")
    spare = await until("a spare", centre.spare_pid, within=10)
    os.kill(centre.pid, signal.SIGSTOP)
    try:
        for pid in (spare, centre.engine_pid()):
            os.kill(pid, signal.SIGKILL)
        said = await asyncio.wait_for(page.evaluate("window.lost"), timeout=20)
    finally:
        os.kill(centre.pid, signal.SIGCONT)
    assert re.match(r"Not live since \d\d:\d\d:\d\d\.\s+Your phone still works\.", said)
    await centre.is_ready(within=20)
    await expect(page.locator(".lost")).to_have_count(0)
    await expect(chooser(page)).to_have_accessible_name("Status: Online")
    call = await caller.dial("7878", tone=CALLER_HZ)
    ring = await connected(call, agent)
    await expect(card(page, "Present call")).to_contain_text("Talking · Queue 7878")
    assert await page.evaluate("window.lost") == said, "it is the same page"
    await call.hang_up()
    await ring.is_over()
