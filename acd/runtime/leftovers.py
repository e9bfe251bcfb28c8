"""What an engine before this one left in the spool, because it ended before the database had it.

It is brought into the database before anything is recalled from there. What cannot be true together with the database,
or is not of its journal, is set aside and told, never written and never deleted.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from pathlib import Path

import structlog

from acd.runtime.database import Connection
from acd.runtime.spool import Spool
from acd.runtime.spool_format import Content, Entry
from acd.runtime.to_database import differing, last_stored, store

_log = structlog.get_logger(__name__)


class Aside(StrEnum):
    """Why a segment is set aside; stands in its new name."""

    DAMAGED = "damaged"
    """Lines of it are not what was written. Those that are have been used."""
    FOREIGN = "of-another-journal"
    CONTRADICTS = "contradicts-the-database"
    """Another engine has written other facts of the same numbers."""
    GAP = "behind-a-gap"
    """Facts before these are nowhere: they were damaged, or the database is an older one that was restored."""


async def deliver(spool: Spool, journal: str, connection: Connection) -> int:
    """Bring all of it into the database; how many facts it lacked."""
    delivered = 0
    segments = await asyncio.to_thread(spool.leftovers)
    while segments:
        content = await asyncio.to_thread(_content, spool, segments[0])
        if len(segments) == 1:
            content = replace(content, entries=_whole_steps(content.entries))
        count, why = await _deliver(connection, journal, content)
        delivered += count
        if why in (Aside.CONTRADICTS, Aside.GAP):
            # Those behind it build on it. The last goes first: killed in between, the next start finds the first again.
            for segment in reversed(segments):
                await asyncio.to_thread(_put_away, spool, segment, _content(spool, segment), why)
            return delivered
        await asyncio.to_thread(_put_away, spool, segments.pop(0), content, why)
    return delivered


async def _deliver(connection: Connection, journal: str, content: Content) -> tuple[int, Aside | None]:
    """How many facts were written, and why the segment has to be kept for people."""
    if content.header is None:
        return 0, Aside.DAMAGED if content.damaged else None
    if content.header.journal != journal:
        return 0, Aside.FOREIGN
    stored = await last_stored(connection)
    known = [entry for entry in content.entries if entry.seq <= stored]
    if known and await differing(connection, known):
        return 0, Aside.CONTRADICTS
    missing = _unbroken([entry for entry in content.entries if entry.seq > stored], stored)
    if missing:
        await store(connection, missing)
    if content.entries and content.entries[-1].seq > stored + len(missing):
        return len(missing), Aside.GAP
    return len(missing), Aside.DAMAGED if content.damaged else None


def _whole_steps(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """Without a step at the end of which only the beginning was written: a wrap-up belongs to the end of its talk."""
    ends = (number for number, entry in enumerate(entries, start=1) if entry.ends_step)
    return entries[: max(ends, default=0)]


def _unbroken(entries: Sequence[Entry], stored: int) -> list[Entry]:
    """Those that follow on what is stored, up to the first that lacks."""
    following: list[Entry] = []
    for entry in entries:
        if entry.seq != stored + len(following) + 1:
            break
        following.append(entry)
    return following


def _content(spool: Spool, segment: Path) -> Content:
    try:
        return spool.content(segment)
    except OSError as error:
        _log.error("spool_unreadable", file=str(segment), why=error.strerror)
        return Content(header=None, entries=(), torn=False, damaged=1)


def _put_away(spool: Spool, segment: Path, content: Content, why: Aside | None) -> None:
    if content.torn:
        _log.warning("spool_torn", file=str(segment), consequence="the last thing written before the end is lost")
    try:
        if why is None:
            segment.unlink()
            return
        aside = spool.set_aside(segment, why)
    except OSError as error:
        _log.error("spool_file_stays", file=str(segment), why=error.strerror)
        return
    _log.error(
        "spool_set_aside",
        file=str(aside),
        why=why.value,
        facts=len(content.entries),
        unreadable=content.damaged,
        mend="its facts are not in the journal unless the database had them before; keep the file for whoever looks "
        "into it, then take it away to end this alarm",
    )
