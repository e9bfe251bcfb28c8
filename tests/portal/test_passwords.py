"""Passwords: how often one may guess, what is told by it, how one is changed, and forgotten."""

import asyncio
import email
import email.policy
import re
import time

import pytest

from portal.limits import LOGIN_OF_USER, Limits, neighbourhood
from portal.passwords import WAITING_AT_MOST, Passwords, faults_of
from portal.problems import Problem
from tests.phone.waiting import until
from tests.portal.live import OURS, PASSWORD, LivePortal

NEW = "quite another one of mine"
WITHIN_S = 10.0


def credentials(login: str, password: str = PASSWORD) -> dict[str, str]:
    return {"login": login, "password": password}


async def test_a_wrong_password_and_an_unknown_user_are_told_the_same(live: LivePortal) -> None:
    browser = await live.browser()
    answers = [
        await browser.ask("POST", "/session", credentials(login, "not his password"))
        for login in (
            "1001@ours.example",
            "1999@ours.example",
            "1001@nowhere.example",
            "anna",
            "",
            "x\u0007@y",
        )
    ]
    assert {(answer.status, answer.text) for answer in answers} == {(401, answers[0].text)}
    assert answers[0].json["type"] == "wrong_login"
    assert "Set-Cookie" not in answers[0].headers


async def test_an_unknown_user_takes_as_long_as_a_known_one(live: LivePortal) -> None:
    browser = await live.browser()
    seconds: dict[str, list[float]] = {"1001@ours.example": [], "1999@ours.example": []}
    for _ in range(4):
        for login, taken in seconds.items():
            began = time.perf_counter()
            await browser.ask("POST", "/session", credentials(login, "not his password"))
            taken.append(time.perf_counter() - began)
    known, unknown = (min(taken) for taken in seconds.values())
    assert 0.5 < unknown / known < 2


async def test_who_guesses_is_stopped_and_he_himself_is_not(live: LivePortal) -> None:
    own = await live.browser("1001@ours.example")
    stranger = await live.browser()
    live.portal.limits.take(LOGIN_OF_USER, "1002@ours.example")
    statuses = [
        (await stranger.ask("POST", "/session", credentials("1002@ours.example", "guess"))).status for _ in range(10)
    ]
    assert statuses == [401] * 9 + [429]
    refused = await stranger.ask("POST", "/session", credentials("1002@ours.example"))
    assert (refused.status, refused.json["type"]) == (429, "too_often")
    assert 1 <= int(refused.headers["Retry-After"]) <= 30
    assert (await own.ask("GET", "/session")).status == 200


def test_buckets_fill_up_again_and_do_not_pile_up() -> None:
    now = 0.0
    limits = Limits(lambda: now)
    for _ in range(LOGIN_OF_USER.at_once):
        limits.take(LOGIN_OF_USER, "somebody")
    with pytest.raises(Problem) as refused:
        limits.take(LOGIN_OF_USER, "somebody")
    assert refused.value.status == 429
    now += LOGIN_OF_USER.one_each_s
    limits.take(LOGIN_OF_USER, "somebody")
    for number in range(50_000):
        limits.take(LOGIN_OF_USER, f"{number}")
    assert len(limits) <= 20_000


def test_an_attacker_has_a_whole_ipv6_network() -> None:
    assert (
        neighbourhood("2001:db8:1:2:3::4") == neighbourhood("2001:db8:1:2:ffff::1") != neighbourhood("2001:db8:1:3::")
    )
    assert neighbourhood("::ffff:192.0.2.1") == neighbourhood("192.0.2.1") == "192.0.2.1"


async def test_hashing_holds_up_nothing_and_is_bounded() -> None:
    passwords = Passwords()
    stored = await passwords.hash(PASSWORD)
    beats, done = 0, False

    async def beat() -> None:
        nonlocal beats
        while not done:
            await asyncio.sleep(0.001)
            beats += 1

    beating = asyncio.create_task(beat())
    answers = await asyncio.gather(*(passwords.matches(PASSWORD, stored) for _ in range(8)))
    done = True
    await beating
    assert answers == [True] * 8
    assert beats > 16, "on the loop itself each would take one beat"
    tried = (passwords.matches("x", stored) for _ in range(WAITING_AT_MOST + 5))
    refused = await asyncio.gather(*tried, return_exceptions=True)
    assert sum(isinstance(each, Problem) for each in refused) == 5
    assert stored.startswith("$argon2id$")


@pytest.mark.parametrize(
    "password", ["brief", "1111111111", "password123", "1001@ours.example!", "x" * 201, "abababababab", "Callcentre"]
)
def test_what_is_easily_guessed_is_no_password(password: str) -> None:
    assert faults_of(password, "1001@ours.example")
    assert not [fault for fault in faults_of(password, "1001@ours.example") if password in fault.said]


async def test_a_changed_password_ends_the_other_sessions(live: LivePortal) -> None:
    here, there = await live.browser("1001@ours.example"), await live.browser("1001@ours.example")
    wrong = await here.ask("PUT", "/password", {"old": "not it at all", "new": NEW})
    assert (wrong.status, wrong.json["faults"][0]["place"]) == (422, "old")
    weak = await here.ask("PUT", "/password", {"old": PASSWORD, "new": "1234567890"})
    assert (weak.status, weak.json["faults"][0]["place"]) == (422, "new")
    ended: list[object] = []
    live.portal.sessions.on_end(ended.append)
    assert (await here.ask("PUT", "/password", {"old": PASSWORD, "new": NEW})).status == 204
    assert len(ended) == 1
    assert (await here.ask("GET", "/session")).status == 200
    assert (await there.ask("GET", "/session")).status == 401
    assert (await there.ask("POST", "/session", credentials("1001@ours.example"))).status == 401
    await there.log_in("1001@ours.example", NEW)
    noted = await live.rows("select action from audit where account = $1 and actor = '1001' order by id", OURS)
    assert [row["action"] for row in noted] == ["login", "login", "password_changed", "login"]


async def link_in(live: LivePortal, *, nth: int = 1) -> str:
    """The key of the link in the nth mail, once it has come."""
    folder = live.mail_folder
    await until("a mail", lambda: len(list(folder.glob("*.eml"))) >= nth, within=WITHIN_S)
    file = sorted(folder.glob("*.eml"))[nth - 1]
    message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    assert message["To"] == "anna@ours.example"
    body = message.get_body()
    assert body is not None
    found = re.search(rf"{re.escape(live.url)}/reset/(\S+)", str(body.get_content()))
    assert found is not None
    return found[1]


async def test_a_forgotten_password_is_replaced_once_by_the_link_in_a_mail(live: LivePortal) -> None:
    before = await live.browser("1001@ours.example")
    browser = await live.browser()
    assert (await browser.ask("POST", "/password-reset", {"login": "1001@ours.example"})).status == 202
    key = await link_in(live)
    weak = await browser.ask("POST", f"/password-reset/{key}", {"password": "short"})
    assert weak.status == 422
    assert (await browser.ask("POST", f"/password-reset/{key}", {"password": NEW})).status == 204
    again = await browser.ask("POST", f"/password-reset/{key}", {"password": NEW})
    assert (again.status, again.json["type"]) == (404, "no_link")
    assert (await before.ask("GET", "/session")).status == 401
    await browser.log_in("1001@ours.example", NEW)
    assert key not in str(await live.rows("select * from password_reset, audit"))


async def test_a_link_lasts_an_hour(live: LivePortal) -> None:
    browser = await live.browser()
    await browser.ask("POST", "/password-reset", {"login": "1001@ours.example"})
    key = await link_in(live)
    await live.rows("update password_reset set made_at = now() - interval '61 minutes' returning 1")
    assert (await browser.ask("POST", f"/password-reset/{key}", {"password": NEW})).status == 404


async def test_nobody_learns_from_a_reset_who_is_a_user(live: LivePortal) -> None:
    browser = await live.browser()
    answers = [
        await browser.ask("POST", "/password-reset", {"login": login})
        for login in ("1001@ours.example", "1003@ours.example", "1999@ours.example", "x@nowhere", "")
    ]
    assert {(answer.status, answer.text) for answer in answers} == {(202, "")}
    await link_in(live)
    assert len(list(live.mail_folder.glob("*.eml"))) == 1
    for _ in range(2):
        await browser.ask("POST", "/password-reset", {"login": "1001@ours.example"})
    assert (await browser.ask("POST", "/password-reset", {"login": "1001@ours.example"})).status == 429
