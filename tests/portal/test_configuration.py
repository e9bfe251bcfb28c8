"""Changing the configuration by the portal: as the centre's file would have it, by those who may, and never unseen."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from acd.inputs import AsteriskSeen, CallArrived, SetStatus
from acd.model import ONLINE, Caller, CallId, DeviceId, QueueType, Status, agent_id, queue_id
from acd.runtime.store import Store
from tests.integration.waiting import eventually
from tests.portal.live import OURS, Answer, Browser, LivePortal, told_by_the_database

QUEUE = queue_id(OURS, "7001")


async def patch(browser: Browser, path: str, body: object, version: str, method: str = "PATCH") -> Answer:
    return await browser.ask(method, path, body, If_Match=f'"{version}"')


async def changed(browser: Browser, path: str, **rules: object) -> Any:
    """The answer to a change that goes well."""
    present = await browser.ask("GET", path)
    answer = await patch(browser, path, rules, present.json["version"])
    assert answer.status == 200, answer.text
    return answer.json


def said(answer: Answer) -> list[tuple[str, str]]:
    assert answer.status == 422, answer.text
    return [(fault["place"], fault["said"]) for fault in answer.json["faults"]]


# --- queues

EVERYTHING = {
    "name": "Sales & more",
    "type": "linear_cascade",
    "priority": 3,
    "wrap_up": "1m15.25s",
    "wrap_up_mandatory": True,
    "ring_time": "25s",
    "busy_back_off": "1s",
    "declined_back_off": "2s",
    "unreachable_back_off": "3s",
    "after_missed": 4,
    "single_call_used_by": "offered",
    "first_round": 2,
    "increment": 1,
    "max_callers": 40,
    "max_expected_wait": "20m",
    "agents_required": 1,
    "max_wait": "30m",
    "overflow": {"queue": "7002"},
    "leave_key": "9",
    "callback": {"key": "2", "attempts": 5, "retry": "10m", "ring_time": "40s"},
    "place_back": "5m",
    "longest_behind": "10m",
    "announcements": {
        "welcome": "custom/welcome",
        "position_every": "1m",
        "expected_wait_every": "2m",
        "comfort": ["custom/please-hold", "custom/soon"],
        "comfort_every": "45s",
    },
    "agent_announcement": "custom/sales",
    "recording": "on",
    "service_level": "20s",
}


async def test_every_rule_of_a_queue_is_changed_and_shown(live: LivePortal) -> None:
    await live.rows("update account set outbound = '{0XXXXXXXXX}' where domain = $1", OURS)
    browser = await live.browser("1002@ours.example")
    before = await browser.ask("GET", "/queues/7001")
    assert set(before.json["rules"]) == set(EVERYTHING)
    answer = await patch(browser, "/queues/7001", EVERYTHING, before.json["version"])
    assert answer.status == 200, answer.text
    assert answer.json["rules"] == EVERYTHING
    assert (await browser.ask("GET", "/queues/7001")).json == answer.json
    configuration, _ = await Store(live.database_url).load()
    queue = configuration.queues[QUEUE]
    assert (queue.type, queue.wrap_up) == (QueueType.LINEAR_CASCADE, timedelta(seconds=75.25))
    assert (queue.overflow and queue.overflow.name, queue.callback and queue.callback.attempts) == ("7002", 5)
    back = await patch(browser, "/queues/7001", before.json["rules"], answer.json["version"])
    assert (back.json["rules"], back.json["version"]) == (before.json["rules"], before.json["version"])


async def test_what_is_left_out_stays_and_null_takes_a_rule_away(live: LivePortal) -> None:
    browser = await live.browser("1002@ours.example")
    first = await changed(browser, "/queues/7001", max_wait="10m", overflow={"queue": "7002"}, leave_key="1")
    assert (first["rules"]["max_wait"], first["rules"]["leave_key"]) == ("10m", "1")
    second = await changed(browser, "/queues/7001", max_wait=None)
    assert second["rules"] == {**first["rules"], "max_wait": None}


async def test_all_faults_are_told_at_once_in_the_words_of_the_file(live: LivePortal) -> None:
    browser = await live.browser("1002@ours.example")
    version = (await browser.ask("GET", "/queues/7001")).json["version"]
    body = {"type": "ring_al", "wrap_up": "15", "overflow": {"queue": "7003"}, "callback": {"key": "x"}}
    answer = await patch(browser, "/queues/7001", body, version)
    assert sorted(said(answer)) == [
        ("callback.key", '"x" is no key of a phone; write one of 0-9, * and #'),
        ("overflow", 'there is no queue "7003"; did you mean "7002"? The queues are 7001, 7002'),
        (
            "type",
            'there is no queue type "ring_al"; did you mean "ring_all"? The types are '
            + ", ".join(str(entry) for entry in QueueType),
        ),
        ("wrap_up", '"15" is no length of time; write one like "20s", "1m30s" or "2h"'),
    ]
    assert (await browser.ask("GET", "/queues/7001")).json["version"] == version
    assert await live.rows("select * from audit where action = 'queue_changed'") == []


async def test_a_name_that_looks_like_a_place_is_a_name(live: LivePortal) -> None:
    browser = await live.browser("1002@ours.example")
    version = (await browser.ask("GET", "/queues/7001")).json["version"]
    answer = await patch(browser, "/queues/7001", {"name": " queues[99]"}, version)
    [(place, words)] = said(answer)
    assert (place, "queues[99]" in words) == ("name", True)


async def test_rules_that_contradict_are_warned_about_or_refused(live: LivePortal) -> None:
    browser = await live.browser("1002@ours.example")
    shown = await changed(browser, "/queues/7001", max_wait="5s", ring_time="20s", overflow={"message": "closed"})
    [warning] = shown["warnings"]
    assert warning["place"] == "max_wait"
    assert warning["said"].startswith("5s is shorter than one ring of 20s")
    assert (await browser.ask("GET", "/queues/7001")).json["warnings"] == [warning]
    answer = await patch(browser, "/queues/7001", {"overflow": {"queue": "7001"}}, shown["version"])
    assert said(answer) == [("overflow", "the queue sends callers to itself; name another queue")]


async def test_two_who_change_the_same_queue_do_not_overwrite_each_other(live: LivePortal) -> None:
    one, other = await live.browser("1002@ours.example"), await live.browser("1003@ours.example")
    version = (await one.ask("GET", "/queues/7001")).json["version"]
    answers = await asyncio.gather(
        patch(one, "/queues/7001", {"priority": 2}, version), patch(other, "/queues/7001", {"wrap_up": "1m"}, version)
    )
    assert sorted(answer.status for answer in answers) == [200, 412]
    [late] = [answer for answer in answers if answer.status == 412]
    assert late.json["type"] == "changed_meanwhile"
    assert (await one.ask("PATCH", "/queues/7001", {"priority": 2})).status == 428
    assert len(await live.rows("select * from audit where action = 'queue_changed'")) == 1


async def test_a_change_and_its_entry_in_the_audit_are_one(live: LivePortal) -> None:
    browser = await live.browser("1002@ours.example")
    await changed(browser, "/queues/7001", wrap_up="15s", overflow={"message": "closed"}, leave_key="1")
    boss = await live.browser("1003@ours.example")
    page = await boss.ask("GET", "/audit?subject=queue%207001")
    [entry] = page.json["entries"]
    assert (entry["actor"], entry["actor_name"], entry["action"]) == ("1002", "Ben Carter", "queue_changed")
    assert entry["detail"] == {
        "wrap-up": ["0s", "15s"],
        "overflow to message": [None, "closed"],
        "key to leave": [None, "1"],
    }
    await live.rows("alter table audit add constraint full_disk check (action <> 'queue_changed') not valid")
    present = await browser.ask("GET", "/queues/7001")
    assert (await patch(browser, "/queues/7001", {"priority": 9}, present.json["version"])).status == 500
    assert (await browser.ask("GET", "/queues/7001")).json == present.json


async def test_the_audit_is_paged(live: LivePortal) -> None:
    browser = await live.browser("1003@ours.example")
    for priority in (2, 3, 4):
        await changed(browser, "/queues/7001", priority=priority)
    seen: list[Any] = []
    before = ""
    while before is not None:
        page = (await browser.ask("GET", f"/audit?subject=queue%207001&limit=2{before and f'&before={before}'}")).json
        seen += page["entries"]
        before = page["next"]
    assert [entry["detail"]["priority"] for entry in seen] == [["3", "4"], ["2", "3"], ["1", "2"]]


async def test_a_queue_is_added_and_removed(live: LivePortal) -> None:
    browser = await live.browser("1003@ours.example")
    made = await browser.ask("POST", "/queues", {"number": "7003", "name": "Repairs", "type": "ring_all"})
    assert (made.status, made.json["rules"]["type"], made.json["agents"]) == (201, "ring_all", [])
    again = await browser.ask("POST", "/queues", {"number": "7003", "name": "Repairs"})
    assert said(again) == [("number", "7003 is the number of queue 7003 already; give it another one")]
    assert said(await browser.ask("POST", "/queues", {"number": "7004"})) == [("name", "is missing; add name = …")]
    await changed(browser, "/queues/7002", overflow={"queue": "7003"}, max_wait="10m")
    refused = await browser.ask("DELETE", "/queues/7003")
    assert said(refused)[0][0] == "queue 7002, overflow"
    await changed(browser, "/queues/7002", overflow=None)
    assert (await browser.ask("DELETE", "/queues/7003")).status == 204
    assert (await browser.ask("GET", "/queues/7003")).status == 404


# --- agents of a queue


async def test_agents_are_assigned_with_their_phones(live: LivePortal) -> None:
    browser = await live.browser("1002@ours.example")
    rules = {"order": 2, "priority": 4, "wrap_up": "30s", "devices": ["1004-desk"], "max_calls": 2}
    answer = await browser.ask("PUT", "/queues/7001/agents/1004", rules)
    assert answer.status == 200, answer.text
    entry = answer.json["agents"][1]
    assert (entry["agent"], entry["phones"]) == ("1004", ["1004-desk"])
    assert entry["rules"] == {**rules, "confirm": False, "auto_answer": False}
    unseen = await browser.ask("PUT", "/queues/7001/agents/1004", {"order": 7})
    assert unseen.status == 428
    wrong = await patch(browser, "/queues/7001/agents/1004", {"devices": ["1001-desk"]}, entry["version"], "PUT")
    assert said(wrong)[0][0] == "devices"
    moved = await patch(
        browser, "/queues/7001/order", {"agents": ["1004", "1001"]}, answer.json["agents_version"], "PUT"
    )
    assert [(each["agent"], each["rules"]["order"]) for each in moved.json["agents"]] == [("1004", 1), ("1001", 2)]
    assert (await browser.ask("DELETE", "/queues/7001/agents/1004")).status == 204
    assert (await browser.ask("DELETE", "/queues/7001/agents/1004")).status == 404
    assert (await browser.ask("PUT", "/queues/7001/agents/1999", {})).status == 404
    actions = [
        row["action"] for row in await live.rows("select action from audit where subject like 'agent%' order by id")
    ]
    assert actions == [
        *("assignment_added", "assignment_added", "assignment_changed", "assignment_changed"),
        *("assignment_removed", "assignment_removed"),
    ]


async def test_a_supervisor_changes_his_queues_only_and_an_agent_none(live: LivePortal) -> None:
    boss, agent = await live.browser("1002@ours.example"), await live.browser("1001@ours.example")
    version = (await (await live.browser("1003@ours.example")).ask("GET", "/queues/7002")).json["version"]
    assert [queue["queue"] for queue in (await boss.ask("GET", "/queues")).json] == ["7001"]
    assert (await patch(boss, "/queues/7002", {"priority": 2}, version)).status == 404
    assert (await boss.ask("PUT", "/queues/7002/agents/1001", {})).status == 404
    for browser, method, path, body in (
        (agent, "GET", "/queues/7001", None),
        (agent, "PATCH", "/queues/7001", {"priority": 2}),
        (boss, "POST", "/queues", {"number": "7003", "name": "New"}),
        (boss, "DELETE", "/queues/7001", None),
        (boss, "POST", "/users", {"extension": "1010", "name": "New"}),
        (boss, "POST", "/devices", {"name": "new", "owner": "1001"}),
        (boss, "GET", "/audit", None),
    ):
        assert (await browser.ask(method, path, body)).status == 403, path
    program = await live.token("1002@ours.example", ["read"])
    assert (await program.ask("GET", "/queues/7001")).status == 200
    assert (await patch(program, "/queues/7001", {"priority": 2}, version)).status == 403


# --- in force at once


async def test_a_change_of_type_acts_on_a_call_that_waits(live: LivePortal) -> None:
    """Two agents are free. Round robin rings one of them; ring all, from the change on, both."""
    boss = await live.browser("1002@ours.example")
    assert (await boss.ask("PUT", "/queues/7001/agents/1004", {"order": 2})).status == 200
    engine = live.engine
    async with told_by_the_database(live):
        await eventually(lambda: len(engine.state.records.assignments[agent_id(OURS, "1004")]) == 2)
        engine.tell(AsteriskSeen(registered=frozenset({DeviceId("1001-desk"), DeviceId("1004-desk")})))
        for extension in ("1001", "1004"):
            await engine.ask(SetStatus(agent=agent_id(OURS, extension), status=ONLINE))
        engine.tell(
            CallArrived(call=CallId("c1"), account=OURS, number="7001", caller=Caller(number="0301234567", name=""))
        )
        await eventually(lambda: len(engine.state.records.offers) == 1)
        await changed(boss, "/queues/7001", type="ring_all")
        await eventually(lambda: len(engine.state.records.offers) == 2)
    assert {offer.agent for offer in engine.state.records.offers.values()} == {
        agent_id(OURS, "1001"),
        agent_id(OURS, "1004"),
    }


# --- people and their phones


async def test_a_user_is_added_changed_and_removed(live: LivePortal) -> None:
    browser = await live.browser("1003@ours.example")
    made = await browser.ask(
        "POST", "/users", {"extension": "1010", "name": "Fred", "role": "supervisor", "supervises": ["7002"]}
    )
    assert (made.status, made.json["supervises"], made.json["warnings"]) == (201, ["7002"], [])
    assert (await browser.ask("PUT", "/users/1010/password", {"password": "a first one"})).status == 204
    fred = await live.browser()
    await fred.log_in("1010@ours.example", "a first one")
    assert [queue["queue"] for queue in (await fred.ask("GET", "/queues")).json] == ["7002"]
    shown = await changed(browser, "/users/1010", role="agent")
    assert [warning["place"] for warning in shown["warnings"]] == ["supervises"]
    assert (await fred.ask("GET", "/queues")).status == 403
    refused = await browser.ask("POST", "/users", {"extension": "7001", "name": "No", "email": "nowhere"})
    assert said(refused) == [
        ("email", '"nowhere" is no mail address; write one like "anna@example.com"'),
        ("extension", "7001 is the number of queue 7001 already; give it another one"),
    ]
    assert (await browser.ask("DELETE", "/users/1010")).status == 204
    assert (await fred.ask("GET", "/session")).status == 401


async def test_the_last_office_manager_stays(live: LivePortal) -> None:
    browser = await live.browser("1003@ours.example")
    answer = await browser.ask("DELETE", "/users/1003")
    assert (answer.status, answer.json["type"]) == (409, "last_manager")
    version = (await browser.ask("GET", "/users/1003")).json["version"]
    assert (await patch(browser, "/users/1003", {"role": "agent"}, version)).json["type"] == "last_manager"
    await changed(browser, "/users/1001", role="office_manager")
    assert (await browser.ask("DELETE", "/users/1003")).status == 204


async def test_a_supervisor_sees_who_there_is_without_their_addresses(live: LivePortal) -> None:
    users = {
        user["extension"]: user for user in (await (await live.browser("1002@ours.example")).ask("GET", "/users")).json
    }
    assert list(users) == ["1001", "1002", "1003", "1004"]
    assert (users["1001"]["email"], users["1001"]["queues"], users["1004"]["queues"]) == (None, ["7001"], [])


async def test_the_secret_of_a_phone_is_shown_once(live: LivePortal) -> None:
    browser = await live.browser("1003@ours.example")
    made = await browser.ask("POST", "/devices", {"name": "1004-soft", "owner": "1004"})
    assert made.status == 201, made.text
    secret = made.json["secret"]
    [row] = await live.rows("select secret from device where name = '1004-soft'")
    assert row["secret"] == secret
    renewed = await browser.ask("POST", "/devices/1004-soft/secret")
    [row] = await live.rows("select secret from device where name = '1004-soft'")
    assert row["secret"] == renewed.json["secret"] != secret
    everything = [(await browser.ask("GET", path)).text for path in ("/devices", "/users", "/audit", "/queues")]
    assert not [text for text in everything if secret in text or renewed.json["secret"] in text]
    noted = await live.rows("select detail::text from audit where subject = 'device 1004-soft' order by id")
    assert [row["detail"] for row in noted] == [
        '{"owner": [null, "1004"], "password": [null, "***"]}',
        '{"password": ["***", "***"]}',
    ]


async def test_the_name_of_another_accounts_phone_tells_nothing_of_it(live: LivePortal) -> None:
    browser = await live.browser("1003@ours.example")
    words = "there is a device of this name already; give it another name, they are unique over all accounts"
    for name in ("foreign-phone", "Foreign-Phone"):
        assert said(await browser.ask("POST", "/devices", {"name": name, "owner": "1001"})) == [("name", words)]


async def test_a_phone_goes_to_another_user_and_away(live: LivePortal) -> None:
    browser = await live.browser("1003@ours.example")
    await browser.ask("POST", "/devices", {"name": "1004-soft", "owner": "1004"})
    version = (await browser.ask("GET", "/queues/7002")).json["agents"][0]["version"]
    phones = {"devices": ["1004-desk", "1004-soft"]}
    assert (await patch(browser, "/queues/7002/agents/1004", phones, version, "PUT")).status == 200
    given = await browser.ask("PATCH", "/devices/1004-soft/owner", {"owner": "1001"})
    assert (given.status, given.json["owner"]) == (200, "1001")
    agents = (await browser.ask("GET", "/queues/7002")).json["agents"]
    assert agents[0]["rules"]["devices"] == ["1004-desk"]
    refused = await browser.ask("DELETE", "/devices/1004-desk")
    assert said(refused)[0][0] == "agent 1004 in queue 7002, devices"
    assert (await browser.ask("DELETE", "/devices/1004-soft")).status == 204
    assert [
        device["device"] for device in (await browser.ask("GET", "/devices")).json if "soft" in device["device"]
    ] == []


# --- the account


async def test_who_is_in_a_status_that_is_taken_away_keeps_it(live: LivePortal) -> None:
    boss = await live.browser("1002@ours.example")

    async def put(statuses: list[str]) -> Answer:
        version = (await boss.ask("GET", "/account")).json["statuses_version"]
        return await patch(boss, "/account/statuses", {"statuses": statuses}, version, "PUT")

    assert (await put(["training", "paperwork"])).json["kept"] == []
    await live.configure()
    anna = agent_id(OURS, "1001")
    assert await live.engine.ask(SetStatus(agent=anna, status=Status("training"))) is None
    answer = await put(["paperwork"])
    assert [(kept["agent"], kept["status"]) for kept in answer.json["kept"]] == [("1001", "training")]
    assert "keeps it" in answer.json["kept"][0]["said"]
    await live.configure()
    assert live.engine.state.records.agent_records[anna].status == "training"
    assert await live.engine.ask(SetStatus(agent=anna, status=Status("training"))) is not None
    assert said(await put(["Online now", "lunch"]))[0][0] == "statuses"


async def test_the_time_zone_is_checked_and_changed(live: LivePortal) -> None:
    browser = await live.browser("1003@ours.example")
    shown = await changed(browser, "/account", time_zone="Europe/Budapest", home_region="HU")
    assert (shown["time_zone"], shown["home_region"], shown["outbound"]) == ("Europe/Budapest", "HU", [])
    answer = await patch(browser, "/account", {"time_zone": "Mars/Base", "home_region": "Hungary"}, shown["version"])
    assert [place for place, _ in said(answer)] == ["time_zone", "home_region"]


async def test_the_page_about_a_caller_is_checked_and_changed(live: LivePortal) -> None:
    browser = await live.browser("1003@ours.example")
    shown = (await browser.ask("GET", "/account")).json
    assert shown["screen_pop"] is None

    async def put(address: str | None, version: str) -> Answer:
        return await browser.ask("PUT", "/account/screen-pop", {"screen_pop": address}, If_Match=version)

    template = "https://crm.example.com/?tel={number}"
    kept = (await put(template, shown["screen_pop_version"])).json
    assert (kept["screen_pop"], kept["version"]) == (template, shown["version"])
    assert (await put(None, shown["screen_pop_version"])).status == 412
    answer = await put("https://{name}.example.com/", kept["screen_pop_version"])
    assert [place for place, _ in said(answer)] == ["screen_pop"]
    assert (await put(None, kept["screen_pop_version"])).json["screen_pop"] is None


@pytest.mark.parametrize("path", ["/queues", "/users", "/devices", "/account", "/audit"])
async def test_a_database_that_is_away_is_said(live: LivePortal, path: str) -> None:
    browser = await live.browser("1003@ours.example")
    live.portal.database.close()
    assert (await browser.ask("GET", path)).status == 503
