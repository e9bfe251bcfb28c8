"""`acd explain` at the database: reads the journal as far as a call goes, and has it told. It never writes."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import aclosing
from dataclasses import asdict
from datetime import tzinfo
from typing import Any

from acd.explain.story import Entry, Storyteller
from acd.explain.words import printable
from acd.model import CallId
from acd.runtime.history import PastCall, facts_after, journal, last_calls, snapshot_before, span
from acd.state import State

Progress = Callable[[int, int], None]
"""Told how many facts have been read, of about how many."""


class UnknownCall(Exception):
    """The journal tells nothing of this call."""


async def story_of(url: str, call: CallId, progress: Progress) -> list[Entry]:
    """The story of this call, as far as it has come.

    Raises `UnknownCall`, `acd.journal.UnreadableFact`, and as `acd.runtime.database.connect` does.
    """
    async with journal(url) as connection:
        where = await span(connection, call)
        if where is None:
            raise UnknownCall
        start, state = await snapshot_before(connection, where.first)
        teller = Storyteller(call, state or State())
        async with aclosing(facts_after(connection, start)) as facts:
            async for seq, recorded in facts:
                if seq > where.last and not teller.goes_on:
                    break
                teller.take(recorded)
                progress(seq - start, max(seq, where.last) - start)
    teller.finish()
    return teller.entries


async def recent_calls(url: str, count: int) -> list[PastCall]:
    """The last calls, the newest first. Raises as `acd.runtime.database.connect` does."""
    async with journal(url) as connection:
        return await last_calls(connection, count)


def calls_as_lines(calls: Iterable[PastCall], zone: tzinfo | None) -> Iterator[str]:
    """A table for people; `zone` as in `acd.explain.words`."""
    calls = list(calls)
    longest = max((len(call.call) for call in calls), default=4)
    yield f"{'call':<{longest}}  {'came at':<19}  {'queue':<6}  {'caller':<15}  outcome"
    for call in calls:
        at = f"{call.at.astimezone(zone):%Y-%m-%d %H:%M:%S}"
        outcome = call.outcome.replace("_", " ")
        yield printable(f"{call.call:<{longest}}  {at}  {call.queue:<6}  {call.number or '-':<15}  {outcome}")


def calls_as_values(calls: Iterable[PastCall]) -> list[dict[str, Any]]:
    """A list for machines."""
    return [{**asdict(call), "at": call.at.isoformat()} for call in calls]
