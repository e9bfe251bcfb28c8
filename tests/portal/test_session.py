"""Logging in and out: what a session is, and how it ends."""

from tests.portal.live import LivePortal


async def test_a_person_logs_in_and_out(live: LivePortal) -> None:
    browser = await live.browser()
    assert (await browser.ask("GET", "/session")).status == 401
    begun = await browser.log_in("1002@ours.example")
    assert begun.json["who"] == {
        "login": "1002@ours.example",
        "account": "ours.example",
        "extension": "1002",
        "name": "Ben Carter",
        "role": "supervisor",
        "supervises": ["7001"],
        "is_agent": False,
    }
    assert [entry["status"] for entry in begun.json["statuses"]] == [
        *("online", "single_call", "lunch", "break", "meeting", "other", "web", "offline"),
    ]
    again = await browser.ask("GET", "/session")
    assert again.json["who"] == begun.json["who"]
    assert (await browser.ask("DELETE", "/session")).status == 204
    assert (await browser.ask("GET", "/session")).status == 401
    assert await live.rows("select * from portal_session") == []


async def test_the_page_and_its_files_are_served_under_a_strict_policy(live: LivePortal) -> None:
    browser = await live.browser()
    for path in ("///", "///queues/7001", "///reset/abc", "///static/index.html"):
        answer = await browser.ask("GET", path[1:])
        assert (answer.status, "<!doctype html>" in answer.text) == (200, True)
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
