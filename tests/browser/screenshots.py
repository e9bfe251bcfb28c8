"""`make screenshots`: pictures of every page, light and dark, of a lively day that is always the same.

The portal, its core and its database are real; the calls are those of a simulated day, so no Asterisk is needed. Clocks
stand still, in the engine and in the browsers, so that a picture changes only where its page does.
"""

import asyncio
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, get_args

from playwright.async_api import Browser, Page, Route, ViewportSize

from acd.inputs import CallConnected, LegAnswered
from acd.model import DeviceId
from acd.runtime.schema import SCHEMA
from tests.browser import lively_day
from tests.browser.chromium import NARROW, Theme, chromium, new_tab
from tests.browser.lively_day import ACCOUNT, CENTRE, StillEngine
from tests.integration.postgres import TestPostgres
from tests.portal.live import Browser as Client
from tests.portal.live import LivePortal, fill, portal_before
from tests.portal.past import keep_up, write_facts

PLACE: Final = Path(__file__).parents[2] / "docs" / "screenshots"
SIZE: Final[ViewportSize] = {"width": 1280, "height": 800}
LONGEST_S: Final = 600
ALL_BYTES_AT_MOST: Final = 4_000_000
OF_THE_DATABASE: Final = re.compile(r"/api/v1/(sessions|audit|tokens)\b")

ANNA, DORA, EMIL = (f"{extension}@{ACCOUNT}" for extension in ("1001", "1030", "1040"))
"""Agent, supervisor, office manager."""

Ready = Callable[[Page], Awaitable[object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One page, as one of its users sees it."""

    name: str
    path: str
    login: str
    """Empty: nobody is logged in."""
    ready: Ready
    """What is clicked, and what has to stand there before the picture is taken."""
    narrow: bool = False
    themes: tuple[Theme, ...] = get_args(Theme)


def sees(text: str) -> Ready:
    """The page shows this."""
    return lambda page: page.locator("main, .wall").get_by_text(text).first.wait_for()


def lists(text: str) -> Ready:
    """A table of the page has this."""
    return lambda page: page.get_by_role("table").get_by_text(text).first.wait_for()


async def _waiting(page: Page) -> None:
    await sees("Incoming call for")(page)
    await page.get_by_role("button", name=re.compile("waiting in Reservations")).click()
    await page.get_by_role("table", name="Callers waiting in Reservations").wait_for()
    await page.locator("figure path[data-part]").first.wait_for()


async def _graphs(page: Page) -> None:
    await page.locator("figure path[data-part]").first.wait_for()
    await page.evaluate("scrollTo(0, document.querySelector('.graphs').offsetTop - 64)")


async def _board(page: Page) -> None:
    await page.get_by_role("button", name=re.compile("waiting in Reservations")).click()
    await page.get_by_role("table", name="Callers waiting in Reservations").wait_for()


BEFORE_THE_CALL: Final = (
    Picture(name="login", path="/login", login="", ready=sees("Log in")),
    Picture(name="forgot", path="/forgot", login="", ready=sees("Send me a link")),
    Picture(name="agent", path="/", login=ANNA, ready=_waiting),
    Picture(name="agent-narrow", path="/", login=ANNA, ready=sees("Incoming call for"), narrow=True),
    Picture(name="board", path="/board", login=DORA, ready=_board),
    Picture(name="wallboard", path="/wallboard", login=DORA, ready=sees("Reservations"), themes=("dark",)),
    Picture(name="queues", path="/queues", login=DORA, ready=sees("Guest services")),
    Picture(name="queue", path="/queues/7001", login=DORA, ready=sees("Ring time")),
    Picture(name="people", path="/people", login=EMIL, ready=sees("Anna Bell")),
    Picture(name="person", path="/people/1001", login=EMIL, ready=sees("Anna Bell")),
    Picture(name="history", path="/history", login=DORA, ready=lists("Answered")),
    Picture(name="reports", path="/reports", login=DORA, ready=lists("Guest services")),
    Picture(name="settings", path="/settings", login=EMIL, ready=sees("training")),
    Picture(name="audit", path="/audit", login=EMIL, ready=sees("Dora Evans")),
    Picture(name="account", path="/account", login=ANNA, ready=sees("this one")),
)
IN_THE_CALL: Final = (Picture(name="agent-talking", path="/", login=ANNA, ready=_graphs),)


async def main() -> None:
    """Take all pictures; those whose names are given, where some are."""
    began = time.monotonic()
    wanted = set(sys.argv[1:])
    async with AsyncExitStack() as stack:
        live, engine = await _centre(stack)
        browser = await stack.enter_async_context(chromium())
        PLACE.mkdir(parents=True, exist_ok=True)
        people = {login: await _person(live, login) for login in (ANNA, DORA, EMIL)}
        await _deeds(live, people)
        for picture in BEFORE_THE_CALL:
            if not wanted or picture.name in wanted:
                await _take(browser, people, engine, picture)
        _picks_up(engine)
        for picture in IN_THE_CALL:
            if not wanted or picture.name in wanted:
                await _take(browser, people, engine, picture)
    sizes = [file.stat().st_size for file in PLACE.glob("*.png")]
    print(f"{len(sizes)} pictures, {sum(sizes) / 1e6:.1f} MB, {time.monotonic() - began:.0f} s")
    assert sum(sizes) <= ALL_BYTES_AT_MOST, "too much for a repository"


async def _centre(stack: AsyncExitStack) -> tuple[LivePortal, StillEngine]:
    """The portal at the moment, with its past in the database."""
    home = Path(tempfile.mkdtemp(prefix="acd-screenshots-"))
    stack.callback(shutil.rmtree, home)
    server = TestPostgres()
    stack.callback(server.remove)
    server.start()
    server.execute("create role acd login")
    server.execute("create database pictures owner acd")
    server.execute(f"set role acd; {SCHEMA.read_text()}", "pictures")
    url = server.url("pictures", user="acd")
    engine, facts = await asyncio.to_thread(lively_day.lived)
    await fill(url, CENTRE)
    await write_facts(url, facts)
    await keep_up(url)
    live = await stack.enter_async_context(portal_before(engine, lively_day.today(facts), url, home / "mail"))
    return live, engine


async def _person(live: LivePortal, login: str) -> Client:
    """Logged in once for all pictures, in a browser that has a name."""
    person = await live.browser()
    person.headers["User-Agent"] = "Firefox on a desktop computer"
    await person.log_in(login)
    return person


async def _deeds(live: LivePortal, people: Mapping[str, Client]) -> None:
    """What stands in the audit."""
    dora, emil = people[DORA], people[EMIL]
    queue = (await dora.ask("GET", "/queues/7001")).json
    done = [
        await dora.ask("PATCH", "/queues/7001", {"wrap_up": "40s"}, If_Match=queue["version"]),
        await dora.ask("PUT", "/queues/7003/agents/1009", {"order": 4}),
        await dora.ask("PUT", "/agents/1005/status", {"status": "offline"}),
        await emil.ask("POST", "/users", {"extension": "1013", "name": "Max Neal"}),
        await emil.ask("POST", "/devices", {"name": "1013-desk", "owner": "1013"}),
        await emil.ask("PUT", "/queues/7002/agents/1013", {}),
        await emil.ask("POST", "/tokens", {"name": "Daily figures", "scopes": ["reports"]}),
        await people[ANNA].ask("POST", "/tokens", {"name": "Headset button", "scopes": ["status"]}),
    ]
    assert all(answer.status < 300 for answer in done), [answer.text for answer in done if answer.status >= 300]
    await live.configure()


def _picks_up(engine: StillEngine) -> None:
    """Anna Bell takes the call that rings, and the clock moves on."""
    [offer] = [offer for offer in engine.state.records.offers.values() if offer.agent == lively_day.ANNA]
    engine.tell(LegAnswered(offer=offer.id, device=DeviceId("1001-desk")))
    engine.tell(CallConnected(call=offer.call))
    engine.at += timedelta(minutes=2, seconds=14)


async def _take(browser: Browser, people: Mapping[str, Client], engine: StillEngine, picture: Picture) -> None:
    url = people[ANNA].url
    for theme in picture.themes:
        tab = await new_tab(browser, url, viewport=NARROW if picture.narrow else SIZE, theme=theme)
        await tab.page.clock.set_fixed_time(engine.at)
        await tab.page.route(OF_THE_DATABASE, lambda route: _in_our_time(route, engine))
        if person := people.get(picture.login):
            (cookie,) = person.client.cookie_jar
            await tab.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": url}])
        await tab.open(picture.path)
        await picture.ready(tab.page)
        await tab.page.wait_for_load_state("networkidle")
        await tab.page.screenshot(path=PLACE / f"{picture.name}-{theme}.png", animations="disabled", caret="hide")
        await tab.context.close()
        assert tab.complaints == [], tab.complaints


async def _in_our_time(route: Route, engine: StillEngine) -> None:
    """Sessions, tokens and the audit have the time of the database, whose clock cannot be stopped."""
    answer = await route.fetch()
    said = await answer.json()
    entries: list[dict[str, Any]] = said if isinstance(said, list) else said["entries"]
    for place, entry in enumerate(entries):
        at = (engine.at - place * timedelta(minutes=7)).isoformat()
        entry.update({key: at for key in ("at", "began_at", "used_at", "made_at") if entry.get(key)})
    await route.fulfill(response=answer, json=said)


if __name__ == "__main__":
    asyncio.run(asyncio.wait_for(main(), LONGEST_S))
