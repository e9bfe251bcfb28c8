"""Makes the database equal to a centre's file: one transaction, for the account of the file only.

It compares what is there with what should be and writes only the differences, so a second run changes nothing, and the
engine, which is told by the database itself, reads the new configuration once.
"""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, cast

from acd.centre import Centre, CentreFaults, Fault
from acd.centre.checks import in_words
from acd.runtime.database import Connection
from acd.runtime.rows import Entry, account_entry, assignment_entry, queue_entry
from portal.passwords import Passwords, normal

Key = tuple[str, ...]

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
    unset: Mapping[str, str] = field(default_factory=dict[str, str])
    """What holds where a column has no value, unless it is "none"."""
    owner: str = "account"
    """The column that names the account."""


_ACCOUNT: Final = _Table(
    name="account",
    subject="account {account}",
    key=(),
    columns={
        "statuses": "statuses of its own",
        "outbound": "numbers that may be called",
        "outbound_at_once": "calls out at once",
        "outbound_per_hour": "calls out an hour",
        "outbound_per_day": "calls out a day",
        "outbound_agent_at_once": "calls out of one agent at once",
        "outbound_agent_per_hour": "calls out of one agent an hour",
        "outbound_agent_per_day": "calls out of one agent a day",
        "time_zone": "time zone",
        "home_region": "home region",
    },
    owner="domain",
)
_USERS: Final = _Table(
    name="app_user",
    subject="user {extension} {name}",
    key=("extension",),
    columns={"name": "name", "role": "role", "email": "mail address"},
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
        "after_missed": "offline after missed",
        "single_call_used_by": "Single-Call used by",
        "first_round": "first round",
        "increment": "increment",
        "max_callers": "most callers",
        "max_expected_wait": "longest expected wait",
        "agents_required": "agents required",
        "max_wait": "maximum wait",
        "overflow_queue": "overflow to queue",
        "overflow_extension": "overflow to extension",
        "overflow_message": "overflow to message",
        "leave_key": "key to leave",
        "callback_key": "call-back key",
        "callback_attempts": "call-back attempts",
        "callback_retry": "call-back retry",
        "callback_ring_time": "call-back ring time",
        "place_back": "place back within",
        "longest_behind": "longest behind priorities",
        "welcome": "welcome",
        "position_every": "position every",
        "expected_wait_every": "expected wait every",
        "comfort": "comfort messages",
        "comfort_every": "comfort message every",
        "agent_announcement": "announcement to the agent",
        "recording": "recording",
        "service_level": "service level",
    },
    unset={"first_round": "by order", "increment": "by order"},
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
        "confirm": "confirms by a key",
        "auto_answer": "answers by itself",
    },
    unset={"priority": "the queue's", "wrap_up": "the queue's"},
)
_SUPERVISION: Final = _Table(
    name="supervision", subject="supervisor {supervisor} of queue {queue}", key=("supervisor", "queue"), columns={}
)
_ASSIGNED_DEVICES: Final = _Table(
    name="assignment_device",
    subject="agent {agent} in queue {queue}, phone {device}",
    key=("agent", "queue", "device"),
    columns={},
)


class _Difference:
    """What has to be done to one table."""

    def __init__(self, table: _Table, account: str, present: Mapping[Key, Entry], wanted: Mapping[Key, Entry]) -> None:
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

    # --- writing; the names in the statements are the constants above

    async def delete(self, connection: Connection) -> None:
        if self.gone:
            await connection.executemany(
                f"delete from {self.table.name} where {self._place}",  # noqa: S608
                [(self.account, *key) for key in self.gone],
            )

    async def write(self, connection: Connection) -> None:
        """Changed and new entries."""
        columns = (self.table.owner, *self.table.key, *self.table.columns)
        places = [f"${index}" for index in range(1, len(columns) + 1)]
        if self.changed:
            where = len(self.table.key) + 1
            pairs = (f"{column} = {place}" for column, place in zip(columns[where:], places[where:], strict=True))
            await connection.executemany(
                f"update {self.table.name} set {', '.join(pairs)} where {self._place}",  # noqa: S608
                [self._row(entry) for entry in self.changed],
            )
        if self.new:
            await connection.executemany(
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


async def apply_centre(connection: Connection, centre: Centre) -> list[Change]:
    """Make the database equal to the centre, and tell what has changed, in words.

    Two at once are served one after the other. Raises `CentreFaults`, with nothing changed, for what only the database
    can know: a device name that another account has.
    """
    async with connection.transaction():
        await connection.execute("select pg_advisory_xact_lock(hashtextextended($1, 0))", _APPLY_LOCK)
        await _refuse_foreign_devices(connection, centre)
        present_devices = await _present(connection, centre, _DEVICES)
        account, users, devices, queues, supervision, assignments, assigned = [
            _Difference(table, centre.account.id, await _present(connection, centre, table), wanted)
            for table, wanted in _wanted(centre, present_devices)
        ]
        # A number may pass from a queue to a user or back, and a phone from a user who leaves to another.
        for gone in (assigned, assignments, supervision, devices, queues):
            await gone.delete(connection)
        for written in (account, users, devices):
            await written.write(connection)
        await users.delete(connection)
        for written in (queues, supervision, assignments, assigned):
            await written.write(connection)
        tables = (account, users, devices, queues, supervision, assignments)
        changes = [change for table in tables for change in table.changes()]
        changes.extend(_phones_changed(assigned, {*assignments.new, *assignments.gone}))
        changes.extend(await _first_passwords(connection, centre))
    return changes


async def _refuse_foreign_devices(connection: Connection, centre: Centre) -> None:
    rows = await connection.fetch(
        "select lower(name) as name, account from device where account <> $1 and lower(name) = any ($2)",
        centre.account.id,
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


async def _first_passwords(connection: Connection, centre: Centre) -> list[Change]:
    """Give those a password for the portal who have none, where the file names one."""
    rows = await connection.fetch("select extension from portal_password where account = $1", centre.account.id)
    present = {row["extension"] for row in rows}
    passwords = Passwords()
    changes: list[Change] = []
    for user in centre.users:
        if user.first_portal_password is not None and user.extension not in present:
            hashed = await passwords.hash(normal(user.first_portal_password))
            await connection.execute(
                "insert into portal_password (account, extension, hash) values ($1, $2, $3)",
                centre.account.id,
                user.extension,
                hashed,
            )
            subject = f"user {user.extension} {user.name}"
            changes.append(Change(subject=subject, what="first password for the portal set"))
    return changes


def _phones_changed(assigned: _Difference, told: set[Key]) -> Iterable[Change]:
    """An assignment that is new or gone has been told as a whole."""
    for agent, queue, device in (*assigned.gone, *assigned.new):
        if (agent, queue) not in told:
            how = "rings for it now" if (agent, queue, device) in assigned.wanted else "is no longer named for it"
            yield Change(subject=f"agent {agent} in queue {queue}", what=f"{device} {how}")


# --- what is there, and what should be


async def _present(connection: Connection, centre: Centre, table: _Table) -> dict[Key, Entry]:
    columns = (table.owner, *table.key, *table.columns)
    rows = await connection.fetch(
        f"select {', '.join(columns)} from {table.name} where {table.owner} = $1"  # noqa: S608
        f" order by {', '.join((table.owner, *table.key))}",
        centre.account.id,
    )
    return {tuple(row[part] for part in table.key): {column: row[column] for column in table.columns} for row in rows}


def _wanted(centre: Centre, present_devices: Mapping[Key, Entry]) -> Iterable[tuple[_Table, dict[Key, Entry]]]:
    place = {"time_zone": centre.time_zone, "home_region": centre.home_region}
    yield _ACCOUNT, {(): {**account_entry(centre.account), **place}}
    yield _USERS, _wanted_users(centre)
    yield _DEVICES, _wanted_devices(centre, present_devices)
    yield _QUEUES, {(queue.number,): queue_entry(queue) for queue in centre.queues}
    yield _SUPERVISION, {(user.extension, queue): {} for user in centre.users for queue in user.supervises}
    yield _ASSIGNMENTS, _wanted_assignments(centre)
    yield _ASSIGNED_DEVICES, _wanted_assigned_devices(centre)


def _wanted_users(centre: Centre) -> dict[Key, Entry]:
    return {(user.extension,): {"name": user.name, "role": user.role, "email": user.email} for user in centre.users}


def _wanted_devices(centre: Centre, present: Mapping[Key, Entry]) -> dict[Key, Entry]:
    """A device whose password the file does not tell keeps the one it has; a new one gets one made for it."""
    return {
        (phone.name,): {
            "owner": phone.owner,
            "secret": phone.secret or present.get((phone.name,), {}).get("secret") or secrets.token_urlsafe(12),
        }
        for phone in centre.devices
    }


def _wanted_assignments(centre: Centre) -> dict[Key, Entry]:
    return {_number_pair(entry.agent, entry.queue): assignment_entry(entry) for entry in centre.assignments}


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
        case list():
            return ", ".join(map(str, cast("list[object]", value))) or unset
        case _:
            return str(value)
