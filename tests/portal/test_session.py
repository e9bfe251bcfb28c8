"""Logging in and out: what a session is, and how it ends."""

from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from aiohttp.test_utils import make_mocked_request

from tests.integration.conftest import database, postgres
from tests.portal.live import LivePortal, live_portal

__all__ = ["database", "postgres"]


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


async def test_the_cookie_is_for_our_pages_alone_and_nothing_in_the_database_is_a_key(live: LivePortal) -> None:
    browser = await live.browser()
    begun = await browser.log_in("1001@ours.example")
    cookie = begun.headers["Set-Cookie"]
    key = cookie.partition("=")[2].partition(";")[0]
    assert {part.strip() for part in cookie.split(";")[1:]} == {"HttpOnly", "Path=/", "SameSite=Lax"}
    assert key not in str(await live.rows("select * from portal_session"))
    assert begun.headers["Cache-Control"] == "no-store"


async def test_on_https_the_cookie_is_bound_to_the_host(live: LivePortal) -> None:
    secure = replace(live.portal, url="https://acd.example")
    assert (secure.cookie, secure.is_https) == ("__Host-acd", True)


async def test_a_user_sees_his_sessions_and_ends_them(live: LivePortal) -> None:
    here, there, other = [await live.browser(f"{number}@ours.example") for number in ("1001", "1001", "1004")]
    listed = (await here.ask("GET", "/sessions")).json
    assert [entry["this_one"] for entry in listed] == [False, True]
    assert all(entry["address"] == "127.0.0.1" and "aiohttp" in entry["user_agent"] for entry in listed)
    ended: list[UUID] = []
    live.portal.sessions.on_end(ended.append)
    assert (await other.ask("DELETE", f"/sessions/{listed[0]['id']}")).status == 404
    assert (await here.ask("DELETE", f"/sessions/{listed[0]['id']}")).status == 204
    assert ended == [UUID(listed[0]["id"])]
    assert (await there.ask("GET", "/session")).status == 401
    assert (await here.ask("GET", "/session")).status == 200
    assert (await here.ask("DELETE", "/sessions/nonsense")).status == 404


@pytest.mark.parametrize("change", ["used_at = now() - interval '12 hours'", "began_at = now() - interval '7 days'"])
async def test_a_session_runs_out(live: LivePortal, change: str) -> None:
    browser = await live.browser("1001@ours.example")
    await live.rows(f"update portal_session set {change} returning 1")
    assert (await browser.ask("GET", "/session")).status == 401
    assert (await browser.ask("GET", "/sessions")).status == 401


async def test_a_request_is_use_and_an_open_page_is_not(live: LivePortal) -> None:
    browser = await live.browser()
    begun = await browser.log_in("1001@ours.example")
    key = begun.headers["Set-Cookie"].partition("=")[2].partition(";")[0]
    await live.rows("update portal_session set used_at = now() - interval '1 hour' returning 1")
    assert await live.portal.sessions.still(key) is not None
    [row] = await live.rows("select used_at < now() - interval '59 minutes' as idle from portal_session")
    assert row["idle"]
    assert (await browser.ask("GET", "/session")).status == 200
    [row] = await live.rows("select used_at > now() - interval '1 minute' as used from portal_session")
    assert row["used"]


async def test_a_change_of_role_holds_at_once(live: LivePortal) -> None:
    browser = await live.browser("1002@ours.example")
    await live.rows("update app_user set role = 'office_manager' where extension = '1002' returning 1")
    who = (await browser.ask("GET", "/session")).json["who"]
    assert (who["role"], who["supervises"]) == ("office_manager", "all")
    await live.rows("delete from app_user where extension = '1002' returning 1")
    assert (await browser.ask("GET", "/session")).status == 401


async def test_what_cannot_be_understood_is_told_as_a_problem(live: LivePortal) -> None:
    browser = await live.browser("1001@ours.example")
    for method, path, body, status in (
        ("GET", "/nowhere", None, 404),
        ("PATCH", "/session", None, 405),
        ("POST", "/tokens", ["not", "an", "object"], 422),
        ("POST", "/tokens", {"name": "a\0b", "scopes": ["read"]}, 400),
        ("POST", "/tokens", {"name": "x" * 300_000, "scopes": ["read"]}, 413),
    ):
        answer = await browser.ask(method, path, body)
        assert (answer.status, answer.json["status"]) == (status, status), answer.text
        assert answer.headers["Content-Type"].startswith("application/problem+json")
    form = await browser.client.post(f"{live.url}/api/v1/session", data={"login": "x"}, headers={"Origin": live.url})
    assert form.status == 415


async def test_where_a_request_comes_from_is_believed_of_the_proxy_alone(live: LivePortal) -> None:
    browser = await live.browser()
    browser.headers = {"X-Forwarded-For": "192.0.2.9"}
    await browser.log_in("1001@ours.example")
    [row] = await live.rows("select address from portal_session")
    assert row["address"] == "127.0.0.1"
    told = make_mocked_request("GET", "/", headers={"X-Forwarded-For": "203.0.113.1, 192.0.2.9"})
    request = told.clone(remote="10.0.0.1")
    assert replace(live.portal, proxy="10.0.0.1").address(request) == "192.0.2.9"
    assert live.portal.address(request) == "10.0.0.1"


async def test_without_its_database_the_portal_says_so(live: LivePortal) -> None:
    browser = await live.browser("1001@ours.example")
    live.portal.database.close()
    answer = await browser.ask("GET", "/session")
    assert (answer.status, answer.json["type"]) == (503, "database_away")


async def test_a_superuser_is_warned_about(database: str, tmp_path: Path) -> None:
    async with live_portal(database, tmp_path) as live:
        await live.browser("1001@ours.example")
        assert "row security does not hold" in live.portal.warnings()[0]
