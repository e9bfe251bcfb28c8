"""Makes the database equal to a centre's file: one transaction, for the account of the file only.

It compares what is there with what should be and writes only the differences, so a second run changes nothing, and the
engine, which is told by the database itself, reads the new configuration once.
"""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from acd.centre import Centre, CentreFaults, Fault
from acd.centre.checks import in_words
from acd.runtime.database import Connection

Key = tuple[str, ...]
Entry = Mapping[str, object]

_APPLY_LOCK: Final = "acd apply"


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
class _Table:
    """A table of the configuration: its columns beside the account, and what they are called."""

    name: str
    subject: str
    """How an entry is called, made from its key and columns."""
    key: tuple[str, ...]
    columns: Mapping[str, str]
    unset: str = ""
    """What holds where a column has no value."""


_USERS: Final = _Table(
    name="app_user", subject="user {extension} {name}", key=("extension",), columns={"name": "name", "role": "role"}
)
_DEVICES: Final = _Table(
    name="device", subject="device {name}", key=("name",), columns={"owner": "owner", "secret": "password"}
)
_QUEUES: Final = _Table(
    name="queue",
    subject="queue {number} {name}",
    key=("number",),
    columns={
        "name": "name",
        "type": "type",
        "priority": "priority",
        "wrap_up": "wrap-up",
        "wrap_up_mandatory": "wrap-up mandatory",
        "ring_time": "ring time",
        "busy_back_off": "back-off when busy",
        "declined_back_off": "back-off when declined",
        "unreachable_back_off": "back-off when unreachable",
        "first_round": "first round",
        "increment": "increment",
    },
    unset="by order",
)
_ASSIGNMENTS: Final = _Table(
    name="assignment",
    subject="agent {agent} in queue {queue}",
    key=("agent", "queue"),
    columns={
        "position": "order",
        "priority": "priority",
        "wrap_up": "wrap-up",
        "max_calls": "max calls",
        "all_devices": "all his phones",
    },
    unset="the queue's",
)
_ASSIGNED_DEVICES: Final = _Table(
    name="assignment_device",
    subject="agent {agent} in queue {queue}, phone {device}",
    key=("agent", "queue", "device"),
    columns={},
)


class _Difference:
    """What has to be done to one table."""

    def __init__(self, table: _Table, present: Mapping[Key, Entry], wanted: Mapping[Key, Entry]) -> None:
        self.table = table
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
        return self.table.subject.format_map({**entry, **dict(zip(self.table.key, key, strict=True))})

    def _column_in_words(self, key: Key, column: str) -> str:
        word = self.table.columns[column]
        if column == "secret":
            return f"{word} changed"
        before, now = self.present[key][column], self.wanted[key][column]
        return f"{word} {_value_in_words(before, self.table.unset)} -> {_value_in_words(now, self.table.unset)}"

    # --- writing; the names in the statements are the constants above

    async def delete(self, connection: Connection, account: str) -> None:
        if self.gone:
            where = _equals(self.table.key, first=2)
            await connection.executemany(
                f"delete from {self.table.name} where account = $1 and {where}",  # noqa: S608
                [(account, *key) for key in self.gone],
            )

    async def write(self, connection: Connection, account: str) -> None:
        """Changed and new entries."""
        key, columns = self.table.key, tuple(self.table.columns)
        if self.changed:
            assignments = ", ".join(f"{column} = ${index}" for index, column in enumerate(columns, start=len(key) + 2))
            await connection.executemany(
                f"update {self.table.name} set {assignments} where account = $1 and {_equals(key, first=2)}",  # noqa: S608
                [self._row(account, entry) for entry in self.changed],
            )
        if self.new:
            places = ", ".join(f"${index}" for index in range(1, len(key) + len(columns) + 2))
            await connection.executemany(
                f"insert into {self.table.name} ({', '.join(('account', *key, *columns))}) values ({places})",  # noqa: S608
                [self._row(account, entry) for entry in self.new],
            )

    def _row(self, account: str, key: Key) -> tuple[object, ...]:
        return (account, *key, *(self.wanted[key][column] for column in self.table.columns))


async def apply_centre(connection: Connection, centre: Centre) -> list[Change]:
    """Make the database equal to the centre, and tell what has changed, in words.

    Two at once are served one after the other. Raises `CentreFaults`, with nothing changed, for what only the database
    can know: a device name that another account has.
    """
    async with connection.transaction():
        await connection.execute("select pg_advisory_xact_lock(hashtextextended($1, 0))", _APPLY_LOCK)
        await _refuse_foreign_devices(connection, centre)
        account = centre.account
        added = await connection.fetchval(
            "insert into account (domain) values ($1) on conflict do nothing returning domain", account
        )
        users = _Difference(_USERS, await _present(connection, account, _USERS), _wanted_users(centre))
        present_devices = await _present(connection, account, _DEVICES)
        devices = _Difference(_DEVICES, present_devices, _wanted_devices(centre, present_devices))
        queues = _Difference(_QUEUES, await _present(connection, account, _QUEUES), _wanted_queues(centre))
        assignments = _Difference(
            _ASSIGNMENTS, await _present(connection, account, _ASSIGNMENTS), _wanted_assignments(centre)
        )
        assigned = _Difference(
            _ASSIGNED_DEVICES, await _present(connection, account, _ASSIGNED_DEVICES), _wanted_assigned_devices(centre)
        )
        # A number may pass from a queue to a user or back, and a phone from a user who leaves to another.
        for gone in (assigned, assignments, devices, queues):
            await gone.delete(connection, account)
        await users.write(connection, account)
        await devices.write(connection, account)
        await users.delete(connection, account)
        for written in (queues, assignments, assigned):
            await written.write(connection, account)
    changes = [Change(subject=f"account {account}", what="added")] if added else []
    for difference in (users, devices, queues, assignments):
        changes.extend(difference.changes())
    changes.extend(_phones_changed(assigned, {*assignments.new, *assignments.gone}))
    return changes


async def _refuse_foreign_devices(connection: Connection, centre: Centre) -> None:
    rows = await connection.fetch(
        "select lower(name) as name, account from device where account <> $1 and lower(name) = any ($2)",
        centre.account,
        [phone.name.lower() for phone in centre.devices],
    )
    taken = {row["name"]: row["account"] for row in rows}
    faults = [
        Fault(
            place=f"devices[{index}].name",
            line=None,
            what=f'"{phone.name}" is a phone of the account {taken[phone.name.lower()]}',
            mend="give it another name; the names of phones are unique over all accounts",
        )
        for index, phone in enumerate(centre.devices, start=1)
        if phone.name.lower() in taken
    ]
    if faults:
        raise CentreFaults(centre.source, faults)


def _phones_changed(assigned: _Difference, told: set[Key]) -> Iterable[Change]:
    """An assignment that is new or gone has been told as a whole."""
    for agent, queue, device in (*assigned.gone, *assigned.new):
        if (agent, queue) not in told:
            how = "rings for it now" if (agent, queue, device) in assigned.wanted else "is no longer named for it"
            yield Change(subject=f"agent {agent} in queue {queue}", what=f"{device} {how}")


# --- what is there, and what should be


async def _present(connection: Connection, account: str, table: _Table) -> dict[Key, Entry]:
    columns = ", ".join((*table.key, *table.columns))
    rows = await connection.fetch(
        f"select {columns} from {table.name} where account = $1 order by {', '.join(table.key)}",  # noqa: S608
        account,
    )
    return {tuple(row[part] for part in table.key): {column: row[column] for column in table.columns} for row in rows}


def _wanted_users(centre: Centre) -> dict[Key, Entry]:
    return {(user.extension,): {"name": user.name, "role": user.role} for user in centre.users}


def _wanted_devices(centre: Centre, present: Mapping[Key, Entry]) -> dict[Key, Entry]:
    """A device whose password the file does not tell keeps the one it has; a new one gets one made for it."""
    return {
        (phone.name,): {
            "owner": phone.owner,
            "secret": phone.secret or present.get((phone.name,), {}).get("secret") or secrets.token_urlsafe(12),
        }
        for phone in centre.devices
    }


def _wanted_queues(centre: Centre) -> dict[Key, Entry]:
    return {(queue.number,): {column: getattr(queue, column) for column in _QUEUES.columns} for queue in centre.queues}


def _wanted_assignments(centre: Centre) -> dict[Key, Entry]:
    return {
        _number_pair(entry.agent, entry.queue): {
            "position": entry.order,
            "priority": entry.priority,
            "wrap_up": entry.wrap_up,
            "max_calls": entry.max_calls,
            "all_devices": entry.devices is None,
        }
        for entry in centre.assignments
    }


def _wanted_assigned_devices(centre: Centre) -> dict[Key, Entry]:
    return {
        (*_number_pair(entry.agent, entry.queue), device): {}
        for entry in centre.assignments
        for device in sorted(entry.devices or ())
    }


def _number_pair(agent: str, queue: str) -> Key:
    """The numbers of an agent and a queue, without the account that their ids end in."""
    return agent.partition("@")[0], queue.partition("@")[0]


# --- words and statements


def _value_in_words(value: object, unset: str) -> str:
    match value:
        case None:
            return unset
        case bool():
            return "yes" if value else "no"
        case timedelta():
            return in_words(value)
        case _:
            return str(value)


def _equals(columns: Sequence[str], first: int) -> str:
    return " and ".join(f"{column} = ${index}" for index, column in enumerate(columns, start=first))
