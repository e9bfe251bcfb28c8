"""The socket: what a page sees first, what follows, and how it ends."""

import asyncio
import time

import aiohttp
import pytest

from acd.model import LUNCH
from tests.portal.centre_day import Day
from tests.portal.live import LivePortal
from tests.portal.watching import watching


@pytest.fixture
def day(live: LivePortal) -> Day:
    """Asterisk is there, all phones are registered."""
    day = Day(live.engine)
    day.open()
    return day


async def test_a_page_shows_what_is_and_then_what_changes(live: LivePortal, day: Day) -> None:
    browser = await live.browser("1001@ours.example")
    async with watching(browser, "me", "my_queues", "waiting/7001", "my_statistics") as page:
        me = page.rows["me"]["me"]
        assert (me["name"], me["status"], me["doing"], me["offer"]) == ("Anna Bell", "offline", "offline", None)
        assert page.rows["my_queues"]["7001"]["waiting"] == 0
        assert page.rows["waiting/7001"] == {}
        day.calls("A", name="Årne")
        rows = await page.until("waiting/7001", lambda rows: "A" in rows)
        assert (rows["A"]["position"], rows["A"]["number"], rows["A"]["name"]) == (1, "5550100", "Årne")
        await page.until("my_queues", lambda rows: rows["7001"]["waiting"] == 1)
        await day.chooses("1001")
        await page.until("me", lambda rows: rows["me"]["doing"] == "ringing")
        offer = page.rows["me"]["me"]["offer"]
        assert (offer["offer"], offer["queue_name"], offer["devices"]) == ("A~1", "Sales", ["1001-desk"])
        await page.until("waiting/7001", lambda rows: rows["A"]["ringing_at"] == ["1001"])
        day.answers("A", "1001-desk")
        await page.until("me", lambda rows: rows["me"]["doing"] == "talking")
        await page.until("waiting/7001", lambda rows: rows == {})
        await day.chooses("1001", LUNCH)
        await page.until("me", lambda rows: rows["me"]["next_status"] == "lunch")
        day.hangs_up("A")
        await page.until("me", lambda rows: rows["me"]["doing"] == "away")
        await page.until("my_statistics", lambda rows: rows["me"]["today"]["handled"] == 1)
        assert page.rows["me"]["me"]["next_status"] is None


async def test_a_change_is_told_within_100_ms(live: LivePortal, day: Day) -> None:
    """From the engine's step to the message in the page's hands."""
    browser = await live.browser("1001@ours.example")
    took_s: list[float] = []
    async with watching(browser, "waiting/7001") as page:
        for number in range(20):
            began = time.monotonic()
            day.calls(f"A{number}")
            await page.until("waiting/7001", lambda rows: len(rows) == len(took_s) + 1)
            took_s.append(time.monotonic() - began)
    assert sorted(took_s)[len(took_s) // 2] < 0.1, took_s


async def test_what_comes_together_is_one_message(live: LivePortal, day: Day) -> None:
    browser = await live.browser("1001@ours.example")
    async with watching(browser, "waiting/7001") as page:
        for name in "ABC":
            day.calls(name)
        await page.until("waiting/7001", lambda rows: len(rows) == 3)
        assert [message["n"] for message in page.messages] == [1, 2]


async def test_topics_are_replaced_and_those_that_stay_go_on(live: LivePortal, day: Day) -> None:
    browser = await live.browser("1001@ours.example")
    async with watching(browser, "me", "my_queues") as page:
        await page.shows("my_queues", "waiting/7001")
        day.calls("A")
        await page.until("waiting/7001", lambda rows: "A" in rows)
        await page.until("my_queues", lambda rows: rows["7001"]["waiting"] == 1)
        await day.chooses("1001")
        await page.until("waiting/7001", lambda rows: rows["A"]["ringing_at"] == ["1001"])
        topics = [(message["topic"], message["n"]) for message in page.messages]
        assert topics.count(("my_queues", 1)) == 1, "it was not begun anew"
        assert [topic for topic, _ in topics].count("me") == 1, "it is not told any more"


async def test_a_topic_that_is_asked_for_again_begins_anew(live: LivePortal, day: Day) -> None:
    """So a page that has missed a number comes right."""
    browser = await live.browser("1001@ours.example")
    async with watching(browser, "waiting/7001") as page:
        day.calls("A")
        await page.until("waiting/7001", lambda rows: "A" in rows)
        await page.watch()
        page.rows.clear()
        await page.shows("waiting/7001")
        assert page.messages[-1]["n"] == 1
        assert list(page.rows["waiting/7001"]) == ["A"]


async def test_a_page_that_comes_back_sees_what_it_missed(live: LivePortal, day: Day) -> None:
    browser = await live.browser("1001@ours.example")
    async with watching(browser, "waiting/7001") as page:
        assert page.rows["waiting/7001"] == {}
    day.calls("A")
    async with watching(browser, "waiting/7001") as page:
        assert list(page.rows["waiting/7001"]) == ["A"]


async def test_two_pages_see_the_same(live: LivePortal, day: Day) -> None:
    anna, cleo = await live.browser("1001@ours.example"), await live.browser("1003@ours.example")
    async with watching(anna, "waiting/7001") as one, watching(cleo, "waiting/7001", "queues") as other:
        day.calls("A")
        await one.until("waiting/7001", lambda rows: "A" in rows)
        await other.until("waiting/7001", lambda rows: "A" in rows)
        await other.until("queues", lambda rows: rows["7001"]["waiting"] == 1)
        assert one.rows["waiting/7001"] == other.rows["waiting/7001"]
        assert other.rows["queues"]["7001"]["today"]["offered"] == 1


async def test_a_session_that_is_ended_closes_its_pages_and_no_others(live: LivePortal, day: Day) -> None:
    anna, elsewhere = await live.browser("1001@ours.example"), await live.browser("1001@ours.example")
    async with watching(anna, "me") as page, watching(elsewhere, "me") as other:
        assert (await anna.ask("DELETE", "/session")).status == 204
        assert await page.closed() == (4401, "You have been logged out.")
        await day.chooses("1001", LUNCH)
        await other.until("me", lambda rows: rows["me"]["status"] == "lunch")


async def test_a_socket_needs_a_session_and_our_origin(live: LivePortal) -> None:
    stranger, anna = await live.browser(), await live.browser("1001@ours.example")
    for browser, origin, status in (
        (stranger, live.url, 401),
        (anna, "https://evil.example", 403),
        (anna, "null", 403),
    ):
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            async with browser.client.ws_connect(f"{live.url}/api/v1/live", headers={"Origin": origin}):
                pass
        assert refused.value.status == status
    assert (await anna.ask("GET", "/live")).status == 426


@pytest.mark.parametrize("text", ["", "watch", "[]", '{"watch": "me"}', '{"watch": [1]}', '{"watch": ["me"], "x": 1}'])
async def test_what_is_not_understood_ends_it_in_words(live: LivePortal, text: str) -> None:
    browser = await live.browser("1001@ours.example")
    async with watching(browser, "me") as page:
        await page.socket.send_str(text)
        code, why = await page.closed()
        assert (code, "watch" in why) == (4400, True)


async def test_too_many_topics_and_too_many_requests_end_it(live: LivePortal) -> None:
    browser = await live.browser("1001@ours.example")
    async with watching(browser, "me") as page:
        await page.watch(*[f"waiting/{number}" for number in range(51)])
        assert (await page.closed())[0] == 4400
    async with watching(browser, "me") as page:
        for _ in range(21):
            await page.watch("me")
        assert (await page.closed())[0] == 4409


async def test_nobody_opens_pages_without_end(live: LivePortal) -> None:
    browser, other = await live.browser("1001@ours.example"), await live.browser("1002@ours.example")
    headers = {"Origin": live.url}
    async with asyncio.TaskGroup() as opening:
        made = [
            opening.create_task(browser.client.ws_connect(f"{live.url}/api/v1/live", headers=headers).__aenter__())
            for _ in range(20)
        ]
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await browser.client.ws_connect(f"{live.url}/api/v1/live", headers=headers)
    assert refused.value.status == 429
    async with watching(other, "me") as page:
        assert page.rows["me"]["me"]["name"] == "Ben Carter"
    for task in made:
        await task.result().close()
