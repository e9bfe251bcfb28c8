"""`apply_centre` against a real database: equal afterwards, told in words, all or nothing."""

import asyncio
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from acd.centre import CentreFaults, read_centre
from acd.cli import main
from acd.runtime.database import Connection, close, connect
from tests.integration.centres import RULES, SMALL, apply

DEMO = Path(__file__).parents[2] / "examples" / "demo.toml"

TABLES = ("account", "number_in_use", "app_user", "device", "queue", "supervision", "assignment", "assignment_device")


async def contents(connection: Connection) -> dict[str, list[tuple[object, ...]]]:
    """Every row of the configuration."""
    return {
        table: sorted((tuple(row.values()) for row in await connection.fetch(f"select * from {table}")), key=str)
        for table in TABLES
    }


async def test_a_new_centre_is_told_entry_by_entry(connection: Connection) -> None:
    assert await apply(connection, SMALL) == [
        "account demo.example: added",
        "user 1001 Anna Bell: added",
        "user 1002 Ben Carter: added",
        "device 1001-desk: added",
        "device 1001-soft: added",
        "device 1002-desk: added",
        "queue 7001 Sales: added",
        "queue 7002 Support: added",
        "supervisor 1002 of queue 7001: added",
        "agent 1001 in queue 7001: added",
        "agent 1002 in queue 7001: added",
        "agent 1001 in queue 7002: added",
    ]


async def test_a_second_time_nothing_changes(connection: Connection) -> None:
    await apply(connection, SMALL)
    before = await contents(connection)
    assert await apply(connection, SMALL) == []
    assert await contents(connection) == before


async def test_the_demo_can_be_applied_and_applied_again(connection: Connection) -> None:
    assert await apply(connection, DEMO.read_text())
    assert await apply(connection, DEMO.read_text()) == []


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('wrap_up = "10s"', 'wrap_up = "15s"', ["queue 7001 Sales: wrap-up 10s -> 15s"]),
        ('name = "Sales"', 'name = "Orders"', ["queue 7001 Sales: name Sales -> Orders"]),
        ('type = "ring_all"', 'type = "linear_hunt"', ["queue 7002 Support: type ring_all -> linear_hunt"]),
        (
            'type = "ring_all"',
            'type = "tiered_round_robin"',
            ["queue 7002 Support: type ring_all -> tiered_round_robin"],
        ),
        (
            'type = "ring_all"',
            'type = "linear_cascade"\nfirst_round = 2\nincrement = 1',
            [
                "queue 7002 Support: type ring_all -> linear_cascade",
                "queue 7002 Support: first round by order -> 2",
                "queue 7002 Support: increment by order -> 1",
            ],
        ),
        ("priority = 2", "priority = 4", ["queue 7002 Support: priority 2 -> 4"]),
        ("wrap_up_mandatory = true", "", ["queue 7002 Support: wrap-up mandatory yes -> no"]),
        ('ring_time = "30s"', "", ["queue 7002 Support: ring time 30s -> 20s"]),
        ('declined_back_off = "1s"', "", ["queue 7002 Support: back-off when declined 1s -> 5s"]),
        ('type = "ring_all"', 'type = "call_park"', ["queue 7002 Support: type ring_all -> call_park"]),
        ('role = "supervisor"', "", ["user 1002 Ben Carter: role supervisor -> agent"]),
        ('["7001"]', '["7002"]', ["supervisor 1002 of queue 7001: removed", "supervisor 1002 of queue 7002: added"]),
        (
            'role = "supervisor"',
            'role = "supervisor"\nemail = "ben@x.eu"',
            ["user 1002 Ben Carter: mail address none -> ben@x.eu"],
        ),
        ("[account]", '[account]\ntime_zone = "Europe/Rome"', ["account demo.example: time zone UTC -> Europe/Rome"]),
        ("[account]", '[account]\nhome_region = "IT"', ["account demo.example: home region US -> IT"]),
        (
            "[account]",
            '[account]\nscreen_pop = "https://crm.example.com/{number}"',
            ["account demo.example: page about a caller none -> https://crm.example.com/{number}"],
        ),
        ('name = "Ben Carter"', 'name = "Ben C."', ["user 1002 Ben Carter: name Ben Carter -> Ben C."]),
        ("first-secret", "other-secret", ["device 1001-desk: password changed"]),
        ('owner = "1002"', 'owner = "1001"', ["device 1002-desk: owner 1002 -> 1001"]),
        ("order = 2", "", ["agent 1001 in queue 7001: order 2 -> 1"]),
        ("priority = 3", "", ["agent 1001 in queue 7002: priority 3 -> the queue's"]),
        ('wrap_up = "1m30s"', "", ["agent 1001 in queue 7002: wrap-up 1m30s -> the queue's"]),
        ("max_calls = 2", "", ["agent 1001 in queue 7002: max calls 2 -> 1"]),
        (
            'devices = ["1001-soft"]',
            'devices = ["1001-desk"]',
            [
                "agent 1001 in queue 7002: 1001-soft is no longer named for it",
                "agent 1001 in queue 7002: 1001-desk rings for it now",
            ],
        ),
        (
            'devices = ["1001-soft"]',
            "",
            [
                "agent 1001 in queue 7002: all his phones no -> yes",
                "agent 1001 in queue 7002: 1001-soft is no longer named for it",
            ],
        ),
    ],
)
async def test_one_change_is_told_and_kept(connection: Connection, old: str, new: str, told: list[str]) -> None:
    await apply(connection, SMALL)
    changed = SMALL.replace(old, new)
    assert changed != SMALL
    assert await apply(connection, changed) == told
    assert await apply(connection, changed) == []
    assert await apply(connection, SMALL) != []
    assert await apply(connection, SMALL) == []


async def test_every_rule_is_told_when_it_changes(connection: Connection) -> None:
    await apply(connection, SMALL)
    assert await apply(connection, RULES) == [
        "account demo.example: statuses of its own none -> training, coaching",
        "account demo.example: numbers that may be called none -> 0XXXXXXX.",
        "account demo.example: calls out at once 20 -> 10",
        "account demo.example: calls out an hour 120 -> 100",
        "account demo.example: calls out a day 600 -> 500",
        "account demo.example: calls out of one agent at once 3 -> 2",
        "account demo.example: calls out of one agent an hour 20 -> 10",
        "account demo.example: calls out of one agent a day 100 -> 50",
        "queue 7001 Sales: back-off when busy 5s -> 7s",
        "queue 7001 Sales: back-off when declined 5s -> 7s",
        "queue 7001 Sales: back-off when unreachable 5s -> 7s",
        "queue 7001 Sales: offline after missed none -> 3",
        "queue 7001 Sales: Single-Call used by handled -> offered",
        "queue 7001 Sales: most callers none -> 20",
        "queue 7001 Sales: longest expected wait none -> 10m",
        "queue 7001 Sales: agents required 0 -> 1",
        "queue 7001 Sales: maximum wait none -> 15m",
        "queue 7001 Sales: overflow to queue none -> 7002",
        "queue 7001 Sales: key to leave none -> #",
        "queue 7001 Sales: call-back key none -> 2",
        "queue 7001 Sales: call-back attempts none -> 5",
        "queue 7001 Sales: call-back retry none -> 10m",
        "queue 7001 Sales: call-back ring time none -> 45s",
        "queue 7001 Sales: place back within none -> 2m",
        "queue 7001 Sales: longest behind priorities none -> 5m",
        "queue 7001 Sales: welcome none -> custom/welcome",
        "queue 7001 Sales: position every none -> 1m",
        "queue 7001 Sales: expected wait every none -> 2m",
        "queue 7001 Sales: comfort messages none -> custom/soon, custom/still-here",
        "queue 7001 Sales: comfort message every none -> 45s",
        "queue 7001 Sales: announcement to the agent none -> custom/sales",
        "queue 7001 Sales: recording off -> on_demand",
        "queue 7001 Sales: service level 1m -> 20s",
        "agent 1001 in queue 7001: confirms by a key no -> yes",
        "agent 1001 in queue 7001: answers by itself no -> yes",
    ]
    assert await apply(connection, RULES) == []
    assert len(await apply(connection, SMALL)) == 35
    assert await apply(connection, SMALL) == []


async def test_overflow_follows_numbers_that_change_hands(connection: Connection) -> None:
    """A queue may name one that stands after it, and one that becomes a person."""
    await apply(connection, RULES)
    to_person = RULES.replace('overflow = { queue = "7002" }', 'overflow = { extension = "7002" }')
    swapped = (
        to_person.replace('number = "7002"', 'number = "7003"')
        .replace('queue = "7002"', 'queue = "7003"')
        .replace('extension = "1002"', 'extension = "7002"')
        .replace('owner = "1002"', 'owner = "7002"')
        .replace('agent = "1002"', 'agent = "7002"')
    )
    told = await apply(connection, swapped)
    assert "queue 7001 Sales: overflow to queue 7002 -> none" in told
    assert "queue 7001 Sales: overflow to extension none -> 7002" in told
    assert await apply(connection, swapped) == []
    assert await apply(connection, RULES)
    assert await apply(connection, RULES) == []


def test_the_command_prints_changes_and_warnings(database: str, tmp_path: Path) -> None:
    file = tmp_path / "centre.toml"
    file.write_text(SMALL.replace('wrap_up = "10s"', 'leave_key = "1"').replace("priority = 3", "priority = 1"))
    applied = CliRunner().invoke(main, ["apply", str(file), "--database-url", database, "--json"])
    assert applied.exit_code == 0
    said = json.loads(applied.stdout)
    assert said["changes"][0] == {"subject": "account demo.example", "what": "added"}
    (warning,) = said["warnings"]
    assert (warning["place"], warning["line"]) == ("queues[1].leave_key", 31)
    assert applied.stderr == f"Warning: {file}, line 31, {warning['place']}: {warning['what']}; {warning['mend']}\n"
    again = CliRunner().invoke(main, ["apply", str(file), "--database-url", database])
    assert (again.exit_code, again.stdout, again.stderr) == (0, "Nothing to change.\n", applied.stderr)


def test_the_command_refuses_what_cannot_work(database: str, tmp_path: Path) -> None:
    file = tmp_path / "centre.toml"
    file.write_text(SMALL.replace('wrap_up = "10s"', "agents_required = 3"))
    applied = CliRunner().invoke(main, ["apply", str(file), "--database-url", database, "--json"])
    assert (applied.exit_code, applied.stdout) == (2, "")
    assert "line 31, queues[1].agents_required: 3 required and 2 assigned" in applied.stderr


async def test_what_the_file_no_longer_names_is_removed(connection: Connection) -> None:
    await apply(connection, SMALL)
    assert await apply(connection, '[account]\ndomain = "demo.example"\n') == [
        "user 1001 Anna Bell: removed",
        "user 1002 Ben Carter: removed",
        "device 1001-desk: removed",
        "device 1001-soft: removed",
        "device 1002-desk: removed",
        "queue 7001 Sales: removed",
        "queue 7002 Support: removed",
        "supervisor 1002 of queue 7001: removed",
        "agent 1001 in queue 7001: removed",
        "agent 1001 in queue 7002: removed",
        "agent 1002 in queue 7001: removed",
    ]
    left = await contents(connection)
    assert {table: len(rows) for table, rows in left.items() if rows} == {"account": 1}


async def test_other_accounts_are_left_alone(connection: Connection) -> None:
    other = SMALL.replace("demo.example", "other.example").replace('"1001-', '"x1001-').replace('"1002-', '"x1002-')
    await apply(connection, other)
    before = await contents(connection)
    await apply(connection, SMALL)
    await apply(connection, '[account]\ndomain = "demo.example"\n')
    after = await contents(connection)
    after["account"] = [row for row in after["account"] if row[0] != "demo.example"]
    assert after == before


async def test_a_phone_of_another_account_is_refused_with_its_place(connection: Connection) -> None:
    await apply(connection, SMALL)
    before = await contents(connection)
    with pytest.raises(CentreFaults) as raised:
        await apply(connection, SMALL.replace("demo.example", "other.example").replace('"1001-desk"', '"1001-DESK"'))
    assert str(raised.value) == (
        "centre.toml has 3 faults:\n"
        '  devices[1].name: "1001-DESK" is a phone of the account demo.example; '
        "give it another name; the names of phones are unique over all accounts\n"
        '  devices[2].name: "1001-soft" is a phone of the account demo.example; '
        "give it another name; the names of phones are unique over all accounts\n"
        '  devices[3].name: "1002-desk" is a phone of the account demo.example; '
        "give it another name; the names of phones are unique over all accounts"
    )
    assert await contents(connection) == before


async def test_numbers_and_phones_can_change_hands_at_once(connection: Connection) -> None:
    """7002 becomes a person, 1002 a queue, and his phone goes to the new person."""
    await apply(connection, SMALL)
    swapped = (
        SMALL.replace('number = "7002"', 'number = "NEW"')
        .replace('queue = "7002"', 'queue = "NEW"')
        .replace('"1002"', '"7002"')
        .replace('"NEW"', '"1002"')
    )
    assert await apply(connection, swapped)
    assert await apply(connection, swapped) == []
    assert await connection.fetchval("select owner from device where name = '1002-desk'") == "7002"
    assert await connection.fetchval("select used_for from number_in_use where number = '1002'") == "queue"


async def test_a_password_is_made_once_and_kept(connection: Connection) -> None:
    async def secret(name: str) -> str:
        return str(await connection.fetchval("select secret from device where name = $1", name))

    await apply(connection, SMALL)
    made = await secret("1001-soft")
    assert len(made) >= 16
    assert made != await secret("1002-desk")
    assert await secret("1001-desk") == "first-secret"
    without = SMALL.replace('password = "first-secret"', "").replace("Anna Bell", "Anna B.")
    assert await apply(connection, without) == ["user 1001 Anna Bell: name Anna Bell -> Anna B."]
    assert (await secret("1001-soft"), await secret("1001-desk")) == (made, "first-secret")


async def test_an_error_in_the_middle_leaves_nothing_behind(connection: Connection) -> None:
    await apply(connection, SMALL)
    before = await contents(connection)
    await connection.execute(
        "create function spoil() returns trigger language plpgsql as $$ begin raise exception 'spoilt'; end $$;"
        "create trigger spoil before insert on assignment_device for each row execute function spoil()"
    )
    changed = SMALL.replace("Anna Bell", "Anna B.").replace('devices = ["1001-soft"]', 'devices = ["1001-desk"]')
    with pytest.raises(Exception, match="spoilt"):
        await apply(connection, changed)
    assert await contents(connection) == before


async def test_two_at_once_are_served_one_after_the_other(database: str, connection: Connection) -> None:
    others = [await connect(database) for _ in range(4)]
    texts = [SMALL, SMALL.replace('"10s"', '"15s"'), SMALL, SMALL.replace('"10s"', '"15s"')]
    told = await asyncio.gather(*(apply(other, text) for other, text in zip(others, texts, strict=True)))
    for other in others:
        await close(other)
    assert sorted(map(len, told), reverse=True)[0] == 12, "one of them made the centre"
    assert all(len(changes) in (0, 1, 12) for changes in told)
    assert sum(len(changes) == 12 for changes in told) == 1
    await apply(connection, SMALL)
    assert await apply(connection, SMALL) == []


async def test_the_engine_is_told_once_and_only_of_changes(database: str, connection: Connection) -> None:
    heard: list[str] = []
    listener = await connect(database)
    await listener.add_listener("acd_configuration", lambda *arguments: heard.append(arguments[3]))
    await apply(connection, SMALL)
    await apply(connection, SMALL)
    await listener.execute("select 1")
    assert heard == [""]
    await apply(connection, SMALL.replace('"10s"', '"15s"'))
    await listener.execute("select 1")
    assert heard == ["", ""]
    await connection.execute("update queue set priority = 9 where number = '7001'")
    await listener.execute("select 1")
    assert len(heard) == 3, "a change by hand is heard as well"
    await close(listener)


@pytest.mark.parametrize(
    "name",
    [
        "Robert'); drop table app_user;--",
        'say "hello" | ls; `id`',
        "${SHELL(rm -rf /)} $[1+1] %s {0} {name}",
        "C:\\new\\u0000 \\' \\\"",
        "Zoë Ångström 李小龙 👩\u200d💻",
        "<1001> & <script>alert(1)</script>",
        "x" * 80,
    ],
)
async def test_odd_names_are_kept_as_they_are(connection: Connection, name: str) -> None:
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    text = SMALL.replace("Anna Bell", escaped).replace('"Sales"', f'"{escaped}"')
    changes = await apply(connection, text)
    assert f"user 1001 {name}: added" in changes
    assert await connection.fetchval("select name from app_user where extension = '1001'") == name
    assert await connection.fetchval("select name from queue where number = '7001'") == name
    assert await apply(connection, text) == []


@pytest.mark.parametrize(
    "name", ["two\\nlines", "tab\\there", "bell\\u0007", "\\u2028", "x" * 81, "x" * 4096, "\\u202eevil"]
)
async def test_names_that_are_refused_change_nothing(connection: Connection, name: str) -> None:
    await apply(connection, SMALL)
    before = await contents(connection)
    with pytest.raises(CentreFaults):
        read_centre(SMALL.replace("Anna Bell", name), "centre.toml")
    assert await contents(connection) == before
