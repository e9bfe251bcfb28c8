"""Reading the journal: a snapshot, the facts after it in order, and where in it a call stands. It never writes."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec
import structlog

from acd.journal import UnreadableSnapshot, decode, decode_state
from acd.model import CallId
from acd.outputs import Recorded
from acd.runtime.database import Connection, DatabaseError, Row, address, connected
from acd.state import State
from acd.stored.transaction import transaction

_PREFETCH: Final = 5_000
_BEGINNINGS: Final = ("call_queued", "entry_refused", "call_refused")
_STAGES: Final = {
    "call_queued": "waiting",
    "talk_started": "talking",
    "talk_ended": "waiting",
}
"""What a call does after these, while it is not over."""

_log = structlog.get_logger(__name__)


@asynccontextmanager
async def journal(url: str) -> AsyncGenerator[Connection, None]:
    """The database with the journal. Raises as `acd.runtime.database.connect` does."""
    async with connected(url) as connection:
        if await connection.fetchval("select to_regclass('fact') is null"):
            raise DatabaseError(f"the {address(url)} holds no journal; give the address of a call centre's database")
        yield connection


async def snapshot_before(connection: Connection, seq: int) -> tuple[int, State | None]:
    """The newest snapshot that can be read of the time before this fact, and its own last fact; else 0 and None."""
    rows = await connection.fetch("select seq, body from snapshot where seq < $1 order by seq desc", seq)
    for row in rows:
        try:
            return row["seq"], decode_state(row["body"])
        except UnreadableSnapshot as error:
            _log.warning("journal_snapshot_passed_over", seq=row["seq"], why=str(error))
    return 0, None


async def facts_after(connection: Connection, seq: int) -> AsyncGenerator[tuple[int, Recorded], None]:
    """Every fact after this one, with its number.

    Raises `acd.journal.UnreadableFact`, and `DatabaseError` where facts are missing.
    """
    async with transaction(connection, readonly=True):
        rows = connection.cursor(
            "select seq, at, kind, body from fact where seq > $1 order by seq", seq, prefetch=_PREFETCH
        )
        async for row in rows:
            seq += 1
            if row["seq"] != seq:
                raise DatabaseError(
                    f"the journal lacks the facts {seq} to {row['seq'] - 1}; restore the database from a backup, "
                    "or empty the tables fact and snapshot to begin anew"
                )
            yield seq, Recorded(at=row["at"], fact=decode(row["kind"], row["body"]))


# --- calls


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The part of the journal in which a call stands, by the numbers of its facts."""

    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PastCall:
    """One call in a few words."""

    call: CallId
    at: datetime
    """When it came."""
    queue: str
    """The number that it came for."""
    number: str
    """The caller's."""
    outcome: str
    """As the journal names it; `refused` where it was let into no queue, `waiting` or `talking` where it goes on."""


async def span(connection: Connection, call: CallId) -> Span | None:
    """Where this call stands. None: the journal does not know it."""
    [row] = await connection.fetch("select min(seq) as first, max(seq) as last from fact where call_id = $1", call)
    return Span(first=row["first"], last=row["last"]) if row["first"] is not None else None


async def last_calls(connection: Connection, count: int) -> list[PastCall]:
    """The calls that came last, the newest first."""
    rows = await connection.fetch(
        "select b.at, b.kind, b.call_id, b.body, last.kind as last_kind, last.body ->> 'outcome' as outcome"
        "  from fact b"
        "  left join lateral ("
        "      select kind, body from fact where call_id = b.call_id and kind = any($2) order by seq desc limit 1"
        "  ) last on true"
        " where b.kind = any($1) and not exists (select from fact where call_id = b.call_id and seq < b.seq)"
        " order by b.seq desc limit $3",
        list(_BEGINNINGS),
        [*_STAGES, "call_ended"],
        count,
    )
    return [_past_call(row, msgspec.json.decode(row["body"])) for row in rows]


def _past_call(row: Row, body: Mapping[str, Any]) -> PastCall:
    unknown = row["kind"] == "call_refused"
    return PastCall(
        call=CallId(row["call_id"]),
        at=row["at"],
        queue=body["number"] if unknown else body["queue"].partition("@")[0],
        number="" if unknown else body["caller"]["number"],
        outcome=row["outcome"] or _STAGES.get(row["last_kind"], "refused"),
    )
