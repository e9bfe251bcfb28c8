"""What has to be done to the tables so that they hold a centre: told in words, and done.

Only differences are written, so a second run changes nothing, and the engine, which is told by the database itself,
reads the new configuration once.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final, cast

from acd.centre import Centre
from acd.centre.checks import in_words
from acd.stored.rows import Entry
from acd.stored.tables import (
    ACCOUNT,
    ALL,
    ASSIGNED_DEVICES,
    ASSIGNMENTS,
    DEVICES,
    QUEUES,
    SUPERVISION,
    USERS,
    Key,
    Rows,
    Stored,
    Table,
    wanted,
)

LOCK: Final = "acd apply"
"""Who changes the configuration holds it: device names are unique over all accounts."""


class How(StrEnum):
    """What is done to an entry."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing that is different now, in words."""

    subject: str
    """`queue 7001 Sales`"""
    what: str
    """`wrap-up 10s -> 15s`"""

    def __str__(self) -> str:
        return f"{self.subject}: {self.what}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """One entry that is different now, for those who keep account of it."""

    table: str
    thing: str
    """`queue 7001`"""
    how: How
    values: Mapping[str, tuple[str | None, str | None]]
    """By what it is called: from what, to what, in words; None: it was not there, or is not any more. No secrets."""


async def lock(rows: Rows) -> None:
    """Until the end of this transaction, nobody else changes the configuration."""
    await rows.execute("select pg_advisory_xact_lock(hashtextextended($1, 0))", LOCK)


async def hold_still(rows: Rows) -> None:
    """Until the end of this transaction, nobody changes the configuration: what is read in parts belongs together."""
    await rows.execute("select pg_advisory_xact_lock_shared(hashtextextended($1, 0))", LOCK)


class Differences:
    """Between what an account's tables hold and what they should."""

    def __init__(self, present: Stored, centre: Centre) -> None:
        account, should = centre.account.id, wanted(centre, present)
        self._of = {table: _Difference(table, account, present[table], should[table]) for table in ALL}

    async def write(self, rows: Rows) -> None:
        """Make them hold it."""
        # A number may pass from a queue to a user or back, and a phone from a user who leaves to another.
        for table in (ASSIGNED_DEVICES, ASSIGNMENTS, SUPERVISION, DEVICES, QUEUES):
            await self._of[table].delete(rows)
        for table in (ACCOUNT, USERS, DEVICES):
            await self._of[table].write(rows)
        await self._of[USERS].delete(rows)
        for table in (QUEUES, SUPERVISION, ASSIGNMENTS, ASSIGNED_DEVICES):
            await self._of[table].write(rows)

    def changes(self) -> list[Change]:
        """All, in words."""
        changes = [change for table in ALL if table is not ASSIGNED_DEVICES for change in self._of[table].changes()]
        assigned, assignments = self._of[ASSIGNED_DEVICES], self._of[ASSIGNMENTS]
        return [*changes, *_phones_changed(assigned, {*assignments.new, *assignments.gone})]

    def touched(self) -> list[Touched]:
        """Every entry that is touched, once for each table."""
        return [touched for table in ALL for touched in self._of[table].touched()]


class _Difference:
    """What has to be done to one table."""

    def __init__(self, table: Table, account: str, present: Mapping[Key, Entry], wanted: Mapping[Key, Entry]) -> None:
        self.table = table
        self.account = account
        self.present = present
        self.wanted = wanted
        self.gone = [key for key in present if key not in wanted]
        self.new = [key for key in wanted if key not in present]
        self.changed = [key for key in wanted if key in present and self._columns_changed(key)]

    def _columns_changed(self, key: Key) -> list[str]:
        return [column for column in self.table.columns if self.present[key][column] != self.wanted[key][column]]

    def changes(self) -> Iterable[Change]:
        for key in self.gone:
            yield Change(subject=self._subject(key, self.present[key]), what="removed")
        for key in self.new:
            yield Change(subject=self._subject(key, self.wanted[key]), what="added")
        for key in self.changed:
            subject = self._subject(key, self.present[key])
            for column in self._columns_changed(key):
                yield Change(subject=subject, what=self._column_in_words(key, column))

    def _subject(self, key: Key, entry: Entry) -> str:
        parts = dict(zip(self.table.key, key, strict=True))
        return self.table.subject.format_map({**entry, **parts, "account": self.account})

    def _column_in_words(self, key: Key, column: str) -> str:
        word = self.table.columns[column]
        if column == "secret":
            return f"{word} changed"
        before, now = self.present[key][column], self.wanted[key][column]
        unset = self.table.unset.get(column, "none")
        return f"{word} {_value_in_words(before, unset)} -> {_value_in_words(now, unset)}"

    def touched(self) -> Iterable[Touched]:
        for how, keys in ((How.REMOVED, self.gone), (How.ADDED, self.new), (How.CHANGED, self.changed)):
            for key in keys:
                parts = dict(zip(self.table.key, key, strict=True))
                yield Touched(
                    table=self.table.name, thing=self.table.thing.format_map(parts), how=how, values=self._values(key)
                )

    def _values(self, key: Key) -> Mapping[str, tuple[str | None, str | None]]:
        before, now = self.present.get(key), self.wanted.get(key)
        columns = self._columns_changed(key) if before and now else self.table.columns
        pairs = {column: (self._value(column, before), self._value(column, now)) for column in columns}
        return {self.table.columns[column]: pair for column, pair in pairs.items() if pair != (None, None)}

    def _value(self, column: str, entry: Entry | None) -> str | None:
        """In words; None where it says nothing. Of a secret nothing is ever told but that there is one."""
        if entry is None:
            return None
        if column == "secret":
            return "***"
        if entry[column] in (None, []):
            return self.table.unset.get(column)
        return _value_in_words(entry[column], "none")

    # --- writing; the names in the statements are the constants above

    async def delete(self, rows: Rows) -> None:
        if self.gone:
            await rows.executemany(
                f"delete from {self.table.name} where {self._place}",  # noqa: S608
                [(self.account, *key) for key in self.gone],
            )

    async def write(self, rows: Rows) -> None:
        """Changed and new entries."""
        columns = (self.table.owner, *self.table.key, *self.table.columns)
        places = [f"${index}" for index in range(1, len(columns) + 1)]
        if self.changed:
            where = len(self.table.key) + 1
            pairs = (f"{column} = {place}" for column, place in zip(columns[where:], places[where:], strict=True))
            await rows.executemany(
                f"update {self.table.name} set {', '.join(pairs)} where {self._place}",  # noqa: S608
                [self._row(entry) for entry in self.changed],
            )
        if self.new:
            await rows.executemany(
                f"insert into {self.table.name} ({', '.join(columns)}) values ({', '.join(places)})",  # noqa: S608
                [self._row(entry) for entry in self.new],
            )

    @property
    def _place(self) -> str:
        """The condition for one entry, whose account and key are the first arguments."""
        columns = (self.table.owner, *self.table.key)
        return " and ".join(f"{column} = ${index}" for index, column in enumerate(columns, start=1))

    def _row(self, key: Key) -> tuple[object, ...]:
        return (self.account, *key, *(self.wanted[key][column] for column in self.table.columns))


def _phones_changed(assigned: _Difference, told: set[Key]) -> Iterable[Change]:
    """An assignment that is new or gone has been told as a whole."""
    for agent, queue, device in (*assigned.gone, *assigned.new):
        if (agent, queue) not in told:
            how = "rings for it now" if (agent, queue, device) in assigned.wanted else "is no longer named for it"
            yield Change(subject=f"agent {agent} in queue {queue}", what=f"{device} {how}")


def _value_in_words(value: object, unset: str) -> str:
    match value:
        case None:
            return unset
        case bool():
            return "yes" if value else "no"
        case timedelta():
            return in_words(value)
        case list():
            return ", ".join(map(str, cast("list[object]", value))) or unset
        case _:
            return str(value)
