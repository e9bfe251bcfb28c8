"""The socket: what a page sees first, what follows, and how it ends."""

import asyncio
import time
from functools import partial

import aiohttp
import pytest

from acd.centre import Role
from acd.model import LUNCH, OFFLINE
from portal.live.hub import BEAT_EVERY
from tests.portal.centre_day import Day
from tests.portal.live import LivePortal
from tests.portal.watching import Rows, watching


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


async def test_a_page_that_watches_nothing_is_told_at_once_that_it_is_connected(live: LivePortal) -> None:
    """Long before the next beat, so it need not say that it is not live."""
    browser = await live.browser("1003@ours.example")
    async with watching(browser) as page, asyncio.timeout(BEAT_EVERY.total_seconds() / 2):
        await page.watch()
        assert set(await page.next()) == {"at"}


async def test_two_pages_see_the_same(live: LivePortal, day: Day) -> None:
    anna, cleo = await live.browser("1001@ours.example"), await live.browser("1003@ours.example")
    async with watching(anna, "waiting/7001") as one, watching(cleo, "waiting/7001", "queues") as other:
        day.calls("A")
        await one.until("waiting/7001", lambda rows: "A" in rows)
        await other.until("waiting/7001", lambda rows: "A" in rows)
        await other.until("queues", lambda rows: rows["7001"]["waiting"] == 1)
        assert one.rows["waiting/7001"] == other.rows["waiting/7001"]
        assert live.engine.hub.roles() == {Role.AGENT: 1, Role.OFFICE_MANAGER: 1}
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


async def test_a_page_that_does_not_read_is_closed_and_told_why(live: LivePortal, day: Day) -> None:
    """Others see everything meanwhile, in time."""
    slow, quick = await live.browser("1003@ours.example"), await live.browser("1001@ours.example")
    for number in range(400):
        day.calls(f"A{number:03}", name="N" * 80, number="5" * 400)
    async with watching(quick, "me") as other, watching(slow, "waiting/7001") as page:
        for number in range(150):  # each moves everybody behind him: all rows are sent anew
            if page_is_gone(live, "1003@ours.example"):
                break
            day.hangs_up(f"A{number:03}")
            await day.chooses("1001", LUNCH if number % 2 else OFFLINE)
            await other.until("me", partial(has_status, "lunch" if number % 2 else "offline"))
        assert page_is_gone(live, "1003@ours.example"), "nothing is kept for it any more"
        code, why = await page.closed()
        assert (code, "too slowly" in why) == (4408, True)


def has_status(status: str, rows: Rows) -> bool:
    """Whether this is his status."""
    return bool(rows["me"]["status"] == status)


def page_is_gone(live: LivePortal, login: str) -> bool:
    """Whether the hub has let go of it."""
    return live.engine.hub.count_of(login) == 0


async def test_what_somebody_may_see_follows_his_rights(live: LivePortal, day: Day) -> None:
    """A queue more or less to look after, a queue more or less to answer: at once, without a new page."""
    ben, anna = await live.browser("1002@ours.example"), await live.browser("1001@ours.example")
    day.calls("A", "7002")
    async with (
        watching(ben, "queues", "agents", "waiting/7001", "waiting/7002") as board,
        watching(anna, "my_queues", "waiting/7002") as own,
    ):
        assert (set(board.rows["queues"]), board.refused) == ({"7001"}, {"waiting/7002": "404"})
        assert (set(own.rows["my_queues"]), own.refused) == ({"7001"}, {"waiting/7002": "404"})
        await live.rows("update supervision set queue = '7002' where supervisor = '1002'")
        await live.rows("insert into assignment (account, agent, queue) values ('ours.example', '1001', '7002')")
        await live.configure()
        live.engine.hub.rights_changed()
        await own.until("waiting/7002", lambda rows: set(rows) == {"A"})
        await own.until("my_queues", lambda rows: set(rows) == {"7001", "7002"})
        await board.until("queues", lambda rows: set(rows) == {"7002"})
        await board.until("agents", lambda rows: set(rows) == {"1001", "1004"})
        await board.until("waiting/7002", lambda rows: set(rows) == {"A"})
        assert board.refused["waiting/7001"] == "404"
        assert board.rows["agents"]["1001"]["queues"] == ["7002"]


async def test_a_supervisor_sees_no_call_of_a_queue_that_is_not_his(live: LivePortal, day: Day) -> None:
    """Of an agent whom he shares with others: that he talks, not with whom."""
    await live.rows("insert into assignment (account, agent, queue) values ('ours.example', '1001', '7002')")
    await live.configure()
    ben = await live.browser("1002@ours.example")
    async with watching(ben, "agents") as board:
        await day.chooses("1001")
        day.calls("A", "7002", name="Hidden")
        day.answers("A", "1001-desk")
        rows = await board.until("agents", lambda rows: rows["1001"]["doing"] == "talking")
        assert (rows["1001"]["call"], rows["1001"]["queues"]) == (None, ["7001"])
        day.hangs_up("A")
        day.calls("B", "7001", name="Shown")
        day.answers("B", "1001-desk")
        rows = await board.until("agents", lambda rows: rows["1001"]["call"] is not None)
        assert (rows["1001"]["call"]["name"], rows["1001"]["call"]["monitors"]) == ("Shown", {})
    assert "Hidden" not in board.heard


async def test_a_page_that_fails_to_be_looked_up_stays_and_one_without_session_goes(live: LivePortal, day: Day) -> None:
    """A session that is deleted behind our back is noticed when rights are looked up again."""
    anna = await live.browser("1001@ours.example")
    async with watching(anna, "me") as page:
        await live.rows("delete from portal_session")
        live.engine.hub.rights_changed()
        assert await page.closed() == (4401, "Your session is over; log in again.")


async def test_pages_are_told_when_the_engine_is_stopped(live: LivePortal) -> None:
    anna = await live.browser("1001@ours.example")
    async with watching(anna, "me") as page:
        live.engine.hub.close()
        code, why = await page.closed()
        assert (code, "Calls go on" in why) == (1001, True)
