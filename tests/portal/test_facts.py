"""The stream of facts: whose they are, that it can be taken up where it broke off, and when it ends."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any, Final

import pytest

from acd.journal import KINDS
from portal.api import facts as facts_api
from portal.facts import stream
from portal.facts.journal import TOLD
from tests.integration.waiting import eventually
from tests.portal.arriving import arrives
from tests.portal.live import OURS, Browser, LivePortal

MANAGER: Final = "1003@ours.example"
Event = dict[str, Any]


def read(text: str) -> list[Event]:
    """The events in a piece of a stream; comments are passed over."""
    told = [
        dict(line.split(": ", 1) for line in event.split("\n")) for event in text.split("\n\n") if event[:2] == "id"
    ]
    return [{**event, "data": json.loads(event["data"])} for event in told]


async def followed(browser: Browser, asked: str, **headers: str) -> AsyncGenerator[Event]:
    """What comes, until the stream ends or nobody wants more."""
    given = {**browser.headers, **{name.replace("_", "-"): of for name, of in headers.items()}}
    async with browser.client.get(f"{browser.url}/api/v1/facts?{asked}", headers=given) as answer:
        assert answer.status == 200, await answer.text()
        assert answer.content_type == "text/event-stream"
        while True:
            text = ""
            while not text.endswith("\n\n"):
                line = await answer.content.readline()
                if not line:
                    return
                text += line.decode()
            for event in read(text):
                yield event


def calls(events: list[Event]) -> list[str]:
    return [event["data"]["call"] for event in events if event["event"] == "call_queued"]


async def test_an_account_reads_its_own_facts_in_their_order(live: LivePortal) -> None:
    await arrives(live, "our-1", "their-1", "our-2")
    program = await live.token(MANAGER, ["facts"])
    answer = await program.ask("GET", "/facts")
    assert answer.status == 200
    events = read(answer.text)
    assert calls(events) == ["our-1", "our-2"]
    ids = [int(event["id"]) for event in events]
    assert ids == sorted(set(ids)) == [event["data"]["id"] for event in events]
    assert "theirs" not in answer.text
    [queued] = [event["data"] for event in events if event["data"]["call"] == "our-1"]
    assert queued["fact"]["caller"] == {"number": "0301234567", "name": "Zoe\nZen"}
    assert (queued["queue"], queued["kind"]) == ("7001@ours.example", "call_queued")
    assert len(read((await (await live.token("2003@theirs.example", ["facts"])).ask("GET", "/facts")).text)) >= 1


async def test_it_is_taken_up_where_it_broke_off(live: LivePortal) -> None:
    await arrives(live, *(f"{whose}-{number}" for number in range(5) for whose in ("our", "their")))
    program = await live.token(MANAGER, ["facts"])
    whole = read((await program.ask("GET", "/facts")).text)
    for seen in range(len(whole) + 1):
        last = whole[seen - 1]["id"] if seen else "0"
        for rest in (
            await program.ask("GET", f"/facts?after={last}"),
            await program.ask("GET", "/facts?after=now", Last_Event_ID=last),
        ):
            assert read(rest.text) == whole[seen:]


async def test_who_follows_hears_what_happens_and_misses_nothing_while_he_is_away(live: LivePortal) -> None:
    await arrives(live, "our-before")
    program = await live.token(MANAGER, ["facts"])
    async with aclosing(followed(program, "after=now&follow=true&kinds=call_queued")) as events:
        first = asyncio.ensure_future(anext(events))
        await asyncio.sleep(0)
        await arrives(live, "their-1", "our-1")
        event = await asyncio.wait_for(first, 10)
        assert event["data"]["call"] == "our-1"
    await arrives(live, "our-2", "their-2", "our-3")
    heard: list[str] = []
    async with aclosing(followed(program, "after=now&follow=true", Last_Event_ID=event["id"])) as events:
        async for each in events:
            heard += calls([each])
            if heard == ["our-2", "our-3"]:
                await arrives(live, "our-4")
            if "our-4" in heard:
                break
    assert heard == ["our-2", "our-3", "our-4"]


async def test_a_token_that_is_revoked_ends_its_streams(live: LivePortal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "LOOK_AGAIN_EVERY_S", 0.05)
    monkeypatch.setattr(stream, "BEAT_EVERY_S", 0.05)
    program = await live.token(MANAGER, ["facts"])
    events = asyncio.ensure_future(anext(followed(program, "after=now&follow=true"), None))
    await eventually(lambda: live.portal.streams[OURS] == 1)
    manager = await live.browser(MANAGER)
    [token] = (await manager.ask("GET", "/tokens")).json
    assert not events.done()
    await manager.ask("DELETE", f"/tokens/{token['id']}")
    assert await asyncio.wait_for(events, 10) is None
    assert live.portal.streams[OURS] == 0


async def test_a_database_that_is_away_ends_it_in_order(live: LivePortal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "BEAT_EVERY_S", 0.05)
    await arrives(live, "our-1")
    program = await live.token(MANAGER, ["facts"])
    events = followed(program, "follow=true&kinds=call_queued")
    assert calls([await asyncio.wait_for(anext(events), 10)]) == ["our-1"]
    live.portal.database.close()
    live.portal.journal.head += 1  # there is more, and it cannot be read
    assert await asyncio.wait_for(anext(events, None), 10) is None
    assert live.portal.streams[OURS] == 0


async def test_there_are_so_many_streams_of_an_account_and_no_more(
    live: LivePortal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facts_api, "STREAMS_AT_MOST", 0)
    program = await live.token(MANAGER, ["facts"])
    answer = await program.ask("GET", "/facts")
    assert (answer.status, answer.json["type"]) == (429, "too_many_streams")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("after=9999", "There is no such fact yet"),
        ("after=-1", "after"),
        ("after=soon", "after"),
        ("kinds=call_queued,call_quued", "There is no kind 'call_quued'; there are call_queued"),
        ("kinds=configuration_changed", "There is no kind"),
        ("kinds=", "There is no kind ''"),
        ("follow=perhaps", "follow"),
        ("before=3", "before"),
    ],
)
async def test_what_makes_no_sense_is_said(live: LivePortal, asked: str, said: str) -> None:
    answer = await (await live.browser(MANAGER)).ask("GET", f"/facts?{asked}")
    assert answer.status == 422
    assert said in answer.json["detail"]


async def test_a_last_id_that_is_none_is_said(live: LivePortal) -> None:
    answer = await (await live.browser(MANAGER)).ask("GET", "/facts", Last_Event_ID="x")
    assert (answer.status, answer.json["faults"][0]["place"]) == (422, "Last-Event-ID")


def test_what_is_of_an_account_is_told_and_nothing_else() -> None:
    named = {kind for kind, of in KINDS.items() if set(of.__struct_fields__) & {"queue", "agent", "account"}}
    assert set(TOLD) == named
