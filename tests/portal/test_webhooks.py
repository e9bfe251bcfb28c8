"""Webhooks on a real database and a receiver that checks signatures: what comes, in which order, whatever fails."""

import re
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from portal.facts import webhooks
from portal.views.today import Today
from tests.integration.waiting import eventually
from tests.portal.arriving import arrives
from tests.portal.live import OURS, Answer, LiveEngine, LivePortal, fill, portal_before
from tests.portal.receiver import Receiver, receiving

DOCS: Final = Path(__file__).parents[2] / "docs" / "webhooks.md"
MANAGER: Final = "1003@ours.example"


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as receiver:
        yield receiver


@asynccontextmanager
async def portal(
    database: str, folder: Path, origins: Sequence[str], engine: LiveEngine | None = None
) -> AsyncGenerator[LivePortal]:
    await fill(database)
    async with portal_before(engine or LiveEngine(), Today(), database, folder, origins) as live:
        await live.configure()
        yield live


@pytest.fixture
async def live(owned_database: str, tmp_path: Path, receiver: Receiver) -> AsyncIterator[LivePortal]:
    """A portal whose operator allows the receiver."""
    async with portal(owned_database, tmp_path, [receiver.origin]) as live:
        yield live


async def make(live: LivePortal, url: str, **wanted: Any) -> Answer:
    manager = await live.browser(MANAGER)
    return await manager.ask("POST", "/webhooks", {"name": "crm", "url": url, **wanted})


async def standing(live: LivePortal) -> dict[str, Any]:
    told = (await (await live.browser(MANAGER)).ask("GET", "/webhooks")).json
    assert len(told) == 1
    return dict(told[0])


async def test_facts_come_signed_and_in_their_order_and_none_of_another_account(
    live: LivePortal, receiver: Receiver
) -> None:
    await arrives(live, "our-before")
    made = await make(live, receiver.url)
    assert made.status == 201, made.text
    await arrives(live, "our-1", "their-1", "our-2")
    await eventually(lambda: "our-2" in receiver.calls)
    await arrives(live, "our-3")
    await eventually(lambda: "our-3" in receiver.calls)
    assert receiver.calls == ["our-1", "our-2", "our-3"]
    receiver.check(made.json["secret"])
    ids = [fact["id"] for fact in receiver.facts]
    assert ids == sorted(set(ids))
    assert {(message["webhook"], message["account"]) for message in receiver.messages} == {("crm", OURS)}
    assert b"theirs" not in b"".join(receiver.bodies)
    told = await (await live.browser(MANAGER)).ask("GET", "/webhooks")
    assert made.json["secret"] not in told.text
    assert (told.json[0]["attempts"], told.json[0]["last_error"]) == (0, None)
    assert told.json[0]["delivered_at"] is not None


async def test_what_the_docs_tell_a_receiver_to_check_is_right(live: LivePortal, receiver: Receiver) -> None:
    made = await make(live, receiver.url)
    await arrives(live, "our-1")
    await eventually(lambda: receiver.calls == ["our-1"])
    [text] = re.findall(r"```python\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    told: dict[str, Any] = {}
    exec(text, told)
    secret, headers, body = made.json["secret"], receiver.headers[0], receiver.bodies[0]
    assert told["is_ours"](secret, headers, body)
    assert not told["is_ours"](secret, headers, body + b" ")
    assert not told["is_ours"](secret, {**headers, "webhook-timestamp": "1700000000"}, body)


async def test_only_the_kinds_that_are_wanted_come(live: LivePortal, receiver: Receiver) -> None:
    assert (await make(live, receiver.url, kinds=["status_changed"])).status == 201
    await make(live, receiver.url, name="calls", kinds=["call_queued"])
    await arrives(live, "our-1")
    await eventually(lambda: receiver.calls == ["our-1"])
    assert {fact["kind"] for fact in receiver.facts} == {"call_queued"}


async def test_what_fails_is_sent_again_until_it_arrives(
    live: LivePortal, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "FIRST_PAUSE", timedelta(seconds=0.1))
    await make(live, receiver.url)
    for answers in (500, 302, 404):
        receiver.answers, receiver.tried = answers, 0
        await arrives(live, f"our-{answers}")
        await eventually(lambda: receiver.tried >= 2)
        assert (await standing(live))["last_error"] == f"It answered {answers}."
        assert live.portal.webhooks.behind(live.engine.now()) > timedelta(0)
    receiver.answers = 204
    await eventually(lambda: len(receiver.calls) == 3)
    assert receiver.calls == ["our-500", "our-302", "our-404"]
    assert live.portal.webhooks.posts[False] >= 6
    await eventually(lambda: live.portal.webhooks.behind(live.engine.now()) == timedelta(0))
    assert (await standing(live))["attempts"] == 0


async def test_the_pause_between_two_attempts_grows_to_its_longest(live: LivePortal, receiver: Receiver) -> None:
    await make(live, receiver.url)
    receiver.answers = 503
    for attempts, pause_s in ((0, 1), (1, 2), (3, 8), (8, 256), (30, 300)):
        [before] = await live.rows("update webhook set attempts = $1, next_at = now() returning now() as at", attempts)
        receiver.tried = 0
        if attempts == 0:
            await arrives(live, "our-1")
        await eventually(lambda: receiver.tried == 1)
        await eventually(lambda: live.portal.webhooks.failing == 1)
        row = await tried(live, attempts + 1)
        assert before["at"] <= row["next_at"] - timedelta(seconds=pause_s) <= row["now"]


async def tried(live: LivePortal, attempts: int) -> Any:
    """The webhook's row once it says so many attempts."""
    found: list[Any] = []
    while not found:
        found = await live.rows("select next_at, now() as now from webhook where attempts = $1", attempts)
    return found[0]


async def test_a_receiver_that_is_away_gets_all_of_it_after_a_restart_of_ours(
    owned_database: str, tmp_path: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "FIRST_PAUSE", timedelta(seconds=0.1))
    calls = [f"our-{number}" for number in range(8)]
    async with portal(owned_database, tmp_path, [receiver.origin]) as live:
        await make(live, receiver.url)
        await arrives(live, *calls[:2])
        await eventually(lambda: receiver.calls == calls[:2])
        receiver.answers = 500
        await arrives(live, *calls[2:5])
        await eventually(lambda: receiver.tried >= 3)
        engine = live.engine
    receiver.answers = 200
    async with portal(owned_database, tmp_path, [receiver.origin], engine) as live:
        await arrives(live, *calls[5:])
        await eventually(lambda: len(receiver.calls) >= 8)
    assert receiver.calls == calls


async def test_a_receiver_that_hangs_delays_nobody_else(
    live: LivePortal, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "ANSWERED_WITHIN_S", 0.3)
    async with receiving() as other:
        live.portal.webhooks.allowed |= {other.origin}
        await make(live, receiver.url)
        await make(live, other.url, name="other")
        receiver.holds.clear()
        await arrives(live, "our-1")
        await eventually(lambda: other.calls == ["our-1"])
        assert receiver.calls == []
        receiver.holds.set()
        await eventually(lambda: "our-1" in receiver.calls)


async def test_who_gives_up_what_did_not_arrive_goes_on_from_now(live: LivePortal, receiver: Receiver) -> None:
    made = await make(live, receiver.url)
    receiver.answers = 500
    await arrives(live, "our-lost")
    await eventually(lambda: receiver.tried == 1)
    manager = await live.browser(MANAGER)
    assert (await manager.ask("POST", f"/webhooks/{made.json['id']}/skip")).status == 204
    receiver.answers = 200
    await arrives(live, "our-next")
    await eventually(lambda: receiver.calls != [])
    assert receiver.calls == ["our-next"]
    assert (await manager.ask("DELETE", f"/webhooks/{made.json['id']}")).status == 204
    assert (await manager.ask("GET", "/webhooks")).json == []


async def test_what_the_operator_does_not_allow_is_called_by_nobody(live: LivePortal, receiver: Receiver) -> None:
    async with receiving() as other:
        refused = await make(live, other.url)
        assert refused.status == 422
        assert f"The operator has not allowed {other.origin}" in refused.json["detail"]
        live.portal.webhooks.allowed |= {other.origin}
        await make(live, other.url)
        live.portal.webhooks.allowed = frozenset({receiver.origin})  # the settings are changed
        await arrives(live, "our-1")
        await eventually(lambda: live.portal.webhooks.failing == 1)
        assert "has not allowed" in (await standing(live))["last_error"]
        assert other.tried == 0


async def test_a_redirect_is_followed_by_nobody(live: LivePortal, receiver: Receiver) -> None:
    await make(live, receiver.url)
    receiver.answers = 307
    await arrives(live, "our-1")
    await eventually(lambda: live.portal.webhooks.failing == 1)
    assert receiver.tried == 1


@pytest.mark.parametrize(
    ("wanted", "place"),
    [
        ({"url": "crm.example.com"}, "url"),
        ({"url": "ftp://crm.example.com/"}, "url"),
        ({"url": "https://user:secret@crm.example.com/"}, "url"),
        ({"url": "https://crm.example.com/"}, "url"),
        ({"url": "http://127.0.0.1:80000/"}, "url"),
        ({"url": "http://169.254.169.254/latest"}, "url"),
        ({"url": "http://[::1]/"}, "url"),
        ({"kinds": ["call_quued"]}, "kinds"),
        ({"kinds": []}, "kinds"),
        ({"name": ""}, "name"),
    ],
)
async def test_what_is_wrong_is_said(live: LivePortal, receiver: Receiver, wanted: Any, place: str) -> None:
    answer = await make(live, wanted.pop("url", receiver.url), **wanted)
    assert answer.status == 422
    assert answer.json["faults"][0]["place"] == place
    assert "secret" not in answer.text


async def test_there_are_so_many_and_each_has_a_name_of_its_own(live: LivePortal, receiver: Receiver) -> None:
    assert (await make(live, receiver.url)).status == 201
    taken = await make(live, receiver.url)
    assert (taken.status, taken.json["type"]) == (409, "name_taken")
    for number in range(9):
        assert (await make(live, receiver.url, name=f"crm {number}")).status == 201
    over = await make(live, receiver.url, name="one more")
    assert (over.status, over.json["type"]) == (409, "too_many")
