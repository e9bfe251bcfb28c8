"""Nothing of another account is seen or touched, by whichever endpoint and role: the table of endpoints is walked.

An endpoint that is added is walked too. Where its path or body names a kind of thing that is not known here, the walk
says so: add what it is called in `theirs`, `ours` and `not_his`.
"""

import json
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import asyncpg
import msgspec
import pytest

from acd.centre import Role
from acd.inputs import CallArrived
from acd.model import Caller, CallId
from acd.runtime.database import close, connect
from portal.endpoint import ENDPOINTS, Endpoint
from portal.who import Scope
from tests.portal.live import OURS, THEIRS, Browser, LivePortal, fill
from tests.portal.past import kept_up, write_facts

LOGINS = {Role.AGENT: "1001", Role.SUPERVISOR: "1002", Role.OFFICE_MANAGER: "1003"}
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
OF_NOBODY = {"key", "report", "status"}
"""Names in paths that are no names of things of an account."""

MARKS = ("Foreign", "theirs.example", "foreign_status")
"""What is theirs alone, and never sent by us."""

Ids = Mapping[str, str]


def theirs(sessions: Ids) -> Ids:
    return {
        "queue": "7009",
        "agent": "2001",
        "extension": "2001",
        "device": "foreign-phone",
        "call": "their-call",
        **sessions,
    }


NOT_HIS: Ids = {"queue": "7002", "agent": "1004", "extension": "1004", "device": "1004-desk", "call": "call-in-7002"}
"""In our account, and neither the agent's nor the supervisor's."""


async def prepare(live: LivePortal) -> Ids:
    """Calls that wait in three queues, and one session and token of theirs; the ids of those."""
    for call, queue in (("our-call", "7001"), ("call-in-7002", "7002"), ("their-call", "7009")):
        account = THEIRS if queue == "7009" else OURS
        live.engine.tell(
            CallArrived(
                call=CallId(call),
                account=account,
                number=queue,
                caller=Caller(number="0301234567", name="Foreign Caller" if account is THEIRS else "Caller"),
            )
        )
    await write_facts(live.database_url, live.engine.facts)
    await kept_up(live, len(live.engine.facts))
    await live.token("2001@theirs.example", ["read"])
    [session] = await live.rows("select id from portal_session where account = $1 limit 1", THEIRS)
    [token] = await live.rows("select id from portal_token where account = $1", THEIRS)
    webhook = await add_webhook(live, THEIRS)
    return {"session": str(session["id"]), "token": str(token["id"]), "webhook": webhook}


async def add_webhook(live: LivePortal, account: str) -> str:
    """One that nothing is sent to: it waits for a fact that is far off."""
    [made] = await live.rows(
        "insert into webhook (account, name, url, secret, seq)"
        " values ($1, 'Foreign ' || gen_random_uuid(), 'http://127.0.0.1:1/', 'whsec_AA==', 1000000) returning id",
        account,
    )
    return str(made["id"])


def ids_in(entry: Endpoint) -> list[str]:
    return [name for name in entry.parts if name not in OF_NOBODY]


def path_of(entry: Endpoint, ids: Ids) -> str:
    parts = {name: ids.get(name, "x") for name in entry.parts}
    return entry.path.removeprefix("/api/v1").format(**parts)


def body_of(entry: Endpoint, ids: Ids) -> object:
    """The least that its type allows, with these ids where it names things."""
    return None if entry.body is None else _value(msgspec.inspect.type_info(entry.body), "", ids)


def _value(kind: Any, name: str, ids: Ids) -> Any:
    if name in ids:
        return ids[name]
    match kind:
        case msgspec.inspect.StructType():
            return {
                each.encode_name: _value(each.type, each.name, ids)
                for each in kind.fields
                if each.required or each.name in ids
            }
        case msgspec.inspect.Metadata():
            return _value(kind.type, name, ids)
        case msgspec.inspect.UnionType():
            return _value(
                next(each for each in kind.types if not isinstance(each, msgspec.inspect.NoneType)), name, ids
            )
        case msgspec.inspect.LiteralType():
            return kind.values[0]
        case msgspec.inspect.EnumType():
            return next(iter(kind.cls)).value
        case msgspec.inspect.ListType() | msgspec.inspect.VarTupleType():
            return [_value(kind.item_type, name, ids)] if kind.min_length else []
        case msgspec.inspect.BoolType():
            return True
        case msgspec.inspect.IntType() | msgspec.inspect.FloatType():
            return 1
        case msgspec.inspect.DictType():
            return {}
        case _:
            return "something"


async def ask(browser: Browser, entry: Endpoint, ids: Ids) -> Any:
    names = entry.query.__struct_fields__ if entry.query else ()
    asked = "&".join(f"{name}={ids[name]}" for name in names if name in ids)
    return await browser.ask(entry.method, f"{path_of(entry, ids)}?{asked}", body_of(entry, ids))


def label(entry: Endpoint) -> str:
    return f"{entry.method} {entry.path}"


def walked() -> list[Endpoint]:
    """All but what opens or ends the session of him who walks."""
    return [entry for entry in ENDPOINTS if entry.handler.__name__ not in ("log_in", "log_out", "change_password")]


def test_every_thing_in_a_path_is_known_here() -> None:
    known = {*theirs({"session": "", "token": "", "webhook": ""}), *OF_NOBODY}
    assert {name for entry in ENDPOINTS for name in entry.parts} <= known


async def test_nothing_of_another_account_is_seen_or_touched(live: LivePortal) -> None:
    ids = theirs(await prepare(live))
    before = await _all_of(live, THEIRS)
    facts = _facts_of(live, THEIRS)
    for role, extension in LOGINS.items():
        browser = await live.browser(f"{extension}@ours.example")
        for entry in walked():
            answer = await ask(browser, entry, ids)
            assert not [mark for mark in MARKS if mark in answer.text], (role, label(entry), answer.text)
            assert answer.status != 500, label(entry)
            if entry.needs is not None and ids_in(entry):
                assert answer.status in (403, 404), (role, label(entry), answer.text)
    assert await _all_of(live, THEIRS) == before
    assert _facts_of(live, THEIRS) == facts


async def test_with_the_ids_of_his_own_account_an_office_manager_is_heard(live: LivePortal) -> None:
    """The control: what the walks above are refused for is the account, not a slip in the address or the body."""
    await prepare(live)
    for entry in sorted(walked(), key=lambda entry: UNSAFE.index(entry.method) if entry.method in UNSAFE else -1):
        if entry.needs is not None and ids_in(entry):
            await fill(live.database_url)
            await live.configure()
            browser = await live.browser("1003@ours.example")
            own = await own_ids(live, browser)
            answer = await ask(browser, entry, own)
            assert answer.status not in (400, 401, 403, 404, 405, 500), (label(entry), answer.text)


async def own_ids(live: LivePortal, browser: Browser) -> Ids:
    await browser.ask("POST", "/tokens", {"name": "a program", "scopes": ["read"]})
    tokens, sessions = await browser.ask("GET", "/tokens"), await browser.ask("GET", "/sessions")
    return {
        "queue": "7001",
        "agent": "1001",
        "extension": "1001",
        "device": "1003-desk",
        "call": "our-call",
        "token": tokens.json[0]["id"],
        "session": sessions.json[0]["id"],
        "webhook": await add_webhook(live, OURS),
    }


async def test_what_is_not_his_is_not_there_for_an_agent_or_supervisor(live: LivePortal) -> None:
    await prepare(live)
    for role in (Role.AGENT, Role.SUPERVISOR):
        browser = await live.browser(f"{LOGINS[role]}@ours.example")
        for entry in walked():
            if entry.needs is not None and any(name in NOT_HIS for name in entry.parts):
                answer = await ask(browser, entry, NOT_HIS)
                assert answer.status in (403, 404), (role, label(entry), answer.text)


async def test_who_is_not_logged_in_is_told_nothing(live: LivePortal) -> None:
    nobody = await live.browser()
    for entry in ENDPOINTS:
        if entry.needs is not None:
            answer = await ask(nobody, entry, NOT_HIS)
            assert (answer.status, answer.json["type"]) == (401, "not_logged_in"), label(entry)


async def test_a_role_below_what_is_needed_is_refused(live: LivePortal) -> None:
    for role, extension in LOGINS.items():
        browser = await live.browser(f"{extension}@ours.example")
        for entry in walked():
            if entry.needs is not None and list(Role).index(role) < list(Role).index(entry.needs):
                assert (await ask(browser, entry, NOT_HIS)).status == 403, (role, label(entry))


async def test_a_token_does_what_its_scopes_say_and_no_more(live: LivePortal) -> None:
    for scope in Scope:
        others = [other for other in Scope if other is not scope]
        program = await live.token("1003@ours.example", others)
        for entry in walked():
            if entry.needs is not None and entry.scope in (None, scope):
                answer = await ask(program, entry, NOT_HIS)
                assert (answer.status, answer.json["type"]) == (403, "not_allowed"), (scope, label(entry))


async def test_a_foreign_page_can_change_nothing(live: LivePortal) -> None:
    """The browser sends the cookie along, and the origin of the page that asks."""
    browser = await live.browser("1003@ours.example")
    for entry in ENDPOINTS:
        if entry.method in UNSAFE:
            for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Origin": ""}):
                browser.headers = headers
                answer = await ask(browser, entry, NOT_HIS)
                assert answer.status == 403, (label(entry), headers, answer.text)


# --- the second wall, with the first one gone: any statement at all, by a connection of the portal

WITHOUT_ACCOUNT = {"schema_version", "lease", "history_progress"}
"""Tables that hold nothing of any account."""
JOURNAL = {"snapshot", "queue_log_line", "queue_log_progress"}
"""Tables of all accounts together, in which the portal has no business."""


async def test_row_security_alone_keeps_accounts_apart(live: LivePortal) -> None:
    await prepare(live)
    await (await live.browser()).ask("POST", "/password-reset", {"login": "2001@theirs.example"})
    columns = {
        row["table"]: row["column"]
        for row in await live.rows(
            """
            select c.relname as table, min(a.attname) as column from pg_class c
              left join pg_attribute a on a.attrelid = c.oid
                   and (a.attname = 'account' or (c.relname, a.attname) = ('account', 'domain'))
             where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') group by 1
            """
        )
    }
    tables = {table: column for table, column in columns.items() if table not in WITHOUT_ACCOUNT | JOURNAL | {"fact"}}
    assert None not in tables.values(), "a table of which it is not said whose its rows are"
    async with live.portal.database.of(OURS) as rows:
        for table, column in tables.items():
            seen = await rows.fetch(f"select distinct {column} as account from {table}")
            assert {row["account"] for row in seen} <= {OURS}, table
            change = f"update {table} set {column} = {column} where {column} <> $1 returning 1"
            changed = [] if table == "audit" else await rows.fetch(change, OURS)
            assert changed == [], table
        for table in JOURNAL:
            assert await rows.fetchval(f"select count(*) from {table}") == 0
        whose = await rows.fetch("select distinct account_of_fact(queue_id, agent_id, body) as account from fact")
        assert {row["account"] for row in whose} == {OURS}
    async with live.portal.database.of_key(uuid4().bytes) as rows:
        for table in tables:
            assert await rows.fetchval(f"select count(*) from {table}") == 0, table


async def test_every_table_of_accounts_is_walled(live: LivePortal) -> None:
    bare = await live.rows(
        "select relname from pg_class c where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')"
        " and not (relrowsecurity and relforcerowsecurity and exists (select from pg_policy where polrelid = c.oid))"
    )
    assert {row["relname"] for row in bare} <= WITHOUT_ACCOUNT


async def test_a_row_cannot_be_put_into_another_account(live: LivePortal) -> None:
    for statement in (
        "insert into app_user (account, extension, name) values ('theirs.example', '2009', 'Spy')",
        "update app_user set account = 'theirs.example' where extension = '1004'",
        "insert into audit (account, action, subject) values ('theirs.example', 'x', 'y')",
        "insert into account (domain) values ('new.example')",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
            async with live.portal.database.of(OURS) as rows:
                await rows.execute(statement)


async def _all_of(live: LivePortal, account: str) -> dict[str, list[Any]]:
    """Every row of an account, as an operator sees it; when a session was last used is no matter."""
    tables = await live.rows(
        "select table_name from information_schema.columns where table_schema = 'public' and column_name = 'account'"
    )
    connection = await connect(live.database_url)
    try:
        return {
            row["table_name"]: sorted(
                json.dumps({key: str(value) for key, value in dict(found).items()}, sort_keys=True)
                for found in await connection.fetch(f"select * from {row['table_name']} where account = $1", account)
            )
            for row in tables
        }
    finally:
        await close(connection)


def _facts_of(live: LivePortal, account: str) -> int:
    return sum(account in str(recorded.fact) for recorded in live.engine.facts)
