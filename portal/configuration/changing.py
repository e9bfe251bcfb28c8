"""The one way in which the configuration is changed: read, edit, check as `acd apply` does, write, note who did it.

All of it in one transaction that nobody else's change can come between. The engine is told by the database.
"""

import asyncio
from collections.abc import Callable, Iterable
from typing import Final, TypeVar

import asyncpg
import msgspec
from aiohttp import hdrs

from acd.centre import Centre, CentreFaults, read_tables
from acd.centre.writing import Entry
from acd.stored.differences import Differences, Touched, hold_still, lock
from acd.stored.tables import centre_of, stored
from portal.audit import note
from portal.configuration.draft import Draft, version_of
from portal.database import Transaction
from portal.endpoint import Asked
from portal.problems import Fault, Problem, not_found, wrong
from portal.who import Who

_ACTIONS: Final = {
    "app_user": "user",
    "supervision": "supervision",
    "assignment_device": "assignment",
    "account": "account",
    "device": "device",
    "queue": "queue",
    "assignment": "assignment",
}

EntryT = TypeVar("EntryT")


class Warned(msgspec.Struct, frozen=True, kw_only=True):
    """What works, and is probably not what was meant."""

    place: str
    """Which value: `max_wait`, `announcements.position_every`; with its thing before it where it is another's."""
    said: str


async def looked_at(asked: Asked) -> tuple[Draft, Centre | None]:
    """The configuration as it is, to be shown; the second has what is to be warned about."""
    async with asked.portal.database.of(asked.who.account, readonly=True) as rows:
        await hold_still(rows)
        draft = await _draft(rows, asked.who)
    return draft, await asyncio.to_thread(_checked_leniently, draft, asked.who)


async def change(asked: Asked, edit: Callable[[Draft], Entry | None]) -> Centre:
    """Let `edit` change the configuration, make it hold, and return it as it is then.

    `edit` returns the entry that the request is about, for the places of faults, or None. It may raise `Problem`.
    Raises `Problem` 422 with every fault, with nothing changed.
    """
    who = asked.who
    async with asked.portal.database.of(who.account) as rows:
        await lock(rows)
        present = await stored(rows, who.account)
        draft = Draft(centre_of(present, who.account, who.account))
        had_manager = _has_manager(draft)
        edited = edit(draft)
        centre = await asyncio.to_thread(_checked, draft, who, edited)
        if had_manager and not _has_manager(draft):
            raise Problem(409, "last_manager", "The account needs an office manager. Make somebody else one first.")
        differences = Differences(present, centre)
        try:
            await differences.write(rows)
        except asyncpg.UniqueViolationError as error:
            raise _taken(error) from None
        for touched in differences.touched():
            await _note(rows, who, touched)
    return centre


async def _draft(rows: Transaction, who: Who) -> Draft:
    return Draft(centre_of(await stored(rows, who.account), who.account, who.account))


def _checked(draft: Draft, who: Who, edited: Entry | None) -> Centre:
    try:
        return read_tables(draft.tables(), who.account)
    except CentreFaults as faults:
        said = (draft.said(fault, edited) for fault in faults.faults)
        raise wrong(Fault(place=place, said=words) for place, words in said) from None


def _checked_leniently(draft: Draft, who: Who) -> Centre | None:
    """None: what is stored has faults, put there by a hand at the database; they are told at the next change."""
    try:
        return read_tables(draft.tables(), who.account)
    except CentreFaults:
        return None


def _has_manager(draft: Draft) -> bool:
    return any(entry["role"] == "office_manager" for entry in draft.entries("users"))


def _taken(error: asyncpg.UniqueViolationError) -> Problem:
    constraint: object = getattr(error, "constraint_name", None)  # asyncpg tells no types
    if constraint not in ("device_pkey", "device_name_any_case"):
        raise error
    # Whose it is, is told to nobody: it can be another account's.
    said = "there is a device of this name already; give it another name, they are unique over all accounts"
    return wrong([Fault(place="name", said=said)])


async def _note(rows: Transaction, who: Who, touched: Touched) -> None:
    await note(rows, who, f"{_ACTIONS[touched.table]}_{touched.how}", touched.thing, touched.values)


# --- what edits are made of


def must_be_version(asked: Asked, present: object) -> None:
    """Refuse to change what is not as it was when it was looked at: `If-Match` names the version that was.

    Raises `Problem`: 412 where somebody else has changed it, 428 where no version is named.
    """
    given = asked.request.headers.get(hdrs.IF_MATCH, "").strip().strip('"')
    if not given:
        raise Problem(428, "version_missing", "Say in If-Match which version you have looked at: its `version`.")
    if given != version_of(present):
        raise Problem(412, "changed_meanwhile", "Somebody else has changed it meanwhile. Look at it again.")


def there(entries: dict[str, EntryT], name: str, thing: str) -> EntryT:
    """The entry of this name. Raises `Problem` 404."""
    if name not in entries:
        raise not_found(thing)
    return entries[name]


def warnings_of(draft: Draft, centre: Centre | None, entry: Entry, *more: Entry) -> list[Warned]:
    """What is to be warned about in this entry, and in those."""
    found: Iterable[tuple[str, str]] = (
        draft.said(fault, entry) for fault in (centre.warnings if centre else ()) if draft.concerns(fault, entry, *more)
    )
    return [Warned(place=place, said=said) for place, said in found]
