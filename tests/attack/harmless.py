"""What a text of the corpus must not have done: each function gives the faults that it finds; none: all is well."""

import asyncio
import json
import re
import tomllib
import urllib.request
from typing import Any, Final, cast

import asyncpg
from prometheus_client.parser import text_string_to_metric_families

from acd.journal import KINDS, decode
from acd.outputs import CallEnded, CallQueued
from tests.acceptance.centre import ACD, RunningCentre
from tests.attack.corpus import MARK
from tests.attack.injection import DESKS, Attempt, Injected
from tests.phone.message import Request, address

NAME_LIMIT = 80
"""Characters of a caller's name that are kept."""


def shown_faults(injected: Injected) -> list[str]:
    """On the agents' phones: another header, a control character, a name that goes on for ever."""
    return [
        f"{attempt.kind} as {attempt.place} reached the phone as {fault}"
        for attempt, invite in injected.shown
        for fault in _faults_of(invite, attempt)
    ]


def _faults_of(invite: Request, attempt: Attempt) -> list[str]:
    faults: list[str] = []
    caller = address(invite.get("From"))
    if invite.all("X-Injected") or len(invite.all("Contact")) != 1:
        faults.append("a header of its own")
    if not invite.get("From").isprintable() or re.search(r"[\x00-\x1f\x7f]", "".join(invite.all("To"))):
        faults.append(f"control characters: {invite.get('From')!r}")
    if len(caller.name) > NAME_LIMIT + len("Queue 9201: ") or not re.fullmatch(r"[0-9A-Za-z+*#._-]*", caller.user):
        faults.append(f"more than a name and a number: {invite.get('From')!r}")
    if attempt.place == "display name" and not caller.name.removeprefix(f"Queue {_queue(invite)}: ").strip():
        faults.append("nothing at all")
    return faults


def _queue(invite: Request) -> str:
    return next((queue for queue, agent in DESKS.items() if f"sip:{agent}-desk@" in invite.uri), "")


def log_faults(centre: RunningCentre) -> list[str]:
    """In the engine's log: a line that is no event, an event of nobody's, bytes that a terminal obeys."""
    faults: list[str] = []
    lines = centre.engine_log.read_bytes().split(b"\n")
    for line in filter(None, lines):
        try:
            said: dict[str, Any] = json.loads(line)
        except ValueError:
            faults.append(f"no event: {line!r}")
            continue
        if said.get("call") == "forged" or MARK in str(said.get("event")) or re.search(rb"[^\x20-\x7e]", line):
            faults.append(f"forged: {line!r}")
        if said.get("level") in ("error", "critical") or "exception" in said:
            faults.append(f"trouble: {line!r}")
    return faults


async def page_faults(centre: RunningCentre) -> list[str]:
    """On the pages: a caller's text, or a series that no queue of the centre has."""
    pages = [await asyncio.to_thread(_page, centre.sheet.urls[name]) for name in ("metrics", "readyz", "healthz")]
    faults = [f"the mark is on a page: {page[:200]}" for page in pages if MARK in page]
    for family in text_string_to_metric_families(pages[0]):
        for sample in family.samples:
            values = sample.labels.values()
            if "forged" in sample.name or any(re.search(r"stranger|\+?\d{6,}", value) for value in values):
                faults.append(f"a caller in {sample.name}{sample.labels}")
    return faults


def _page(url: str) -> str:
    with urllib.request.urlopen(url, timeout=5) as answer:
        return cast("bytes", answer.read()).decode()


async def journal_faults(centre: RunningCentre, injected: Injected) -> list[str]:
    """In the journal: a fact that cannot be read, a call that never ended, a name that is not what was said."""
    settings = tomllib.loads((centre.home / "state" / "engine.toml").read_text())
    connection = await asyncpg.connect(settings["database"]["url"])
    try:
        kinds = [kind for kind, known in KINDS.items() if known in (CallQueued, CallEnded)]
        rows = await connection.fetch("select kind, body from fact where kind = any($1) order by seq", kinds)
    finally:
        await connection.close()
    facts = [decode(row["kind"], row["body"]) for row in rows]
    queued = {fact.call: fact for fact in facts if isinstance(fact, CallQueued)}
    open_calls = queued.keys() - {fact.call for fact in facts if isinstance(fact, CallEnded)}
    faults = [f"never ended: {queued[call]}" for call in open_calls]
    names = {fact.caller.name for fact in queued.values()}
    faults += [f"not printable: {name!r}" for name in names if not name.isprintable() or len(name) > NAME_LIMIT]
    as_text = [attempt for attempt in injected.taken if attempt.place == "display name" and attempt.text.isprintable()]
    kept = {name.replace("\\", "") for name in names}
    faults += [f"lost: {attempt}" for attempt in as_text if not _is_kept(attempt.text.replace("\\", ""), kept)]
    if not as_text:
        faults.append("no text was stored at all")
    return faults


def _is_kept(text: str, names: set[str]) -> bool:
    """Whole, or as much of it as Asterisk keeps of a name (79 bytes) with its escapes."""
    return text.strip() in names or any(text.startswith(name) for name in names if len(name) > len(f"{MARK} and more"))


async def told_faults(centre: RunningCentre, *, stories: int) -> list[str]:
    """In what `acd explain` prints of the last calls, in their list and each by itself."""
    newest = json.loads(await _explain(centre, "--recent", "--json"))
    told = [await _explain(centre, "--recent")]
    told += [await _explain(centre, call["call"]) for call in newest[:stories]]
    faults = [f"told: {text[:300]!r}" for text in told if not text.replace("\n", "").isprintable()]
    return faults if newest else ["no call is told"]


async def _explain(centre: RunningCentre, *arguments: str) -> str:
    process = await asyncio.create_subprocess_exec(
        *ACD, "explain", *arguments, "--state-dir", str(centre.home / "state"), stdout=asyncio.subprocess.PIPE
    )
    said, _ = await asyncio.wait_for(process.communicate(), timeout=30)
    assert process.returncode == 0
    return said.decode()


def asterisk_log_faults(centre: RunningCentre) -> list[str]:
    """In Asterisk's logs: a line that does not begin with the time, or bytes that a terminal obeys."""
    log = centre.home / "state" / "asterisk" / "log"
    return [
        f"{name}: {line!r}"
        for name, begin in (("messages", TIME), ("refused.log", TIME), ("security.log", rb'\{"hostname"|' + TIME))
        for line in (log / name).read_bytes().split(b"\n")
        if line and (b"\x1b" in line or not re.match(begin, line)) and not BACKTRACE.match(line)
    ]


TIME: Final = rb"\[\d{4}-\d\d-\d\d "
BACKTRACE: Final = re.compile(rb"# ?\d+: ")
"""Asterisk's own, when a text of a call that it turns away cannot be written as JSON."""
