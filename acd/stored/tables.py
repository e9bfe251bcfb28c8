"""The tables that hold a centre: their columns and what these are called, what is in them, what should be.

It changes nothing; that is `differences`.
"""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from acd.centre import Centre, Phone, Role, User
from acd.model import AccountId, DeviceId
from acd.stored.rows import (
    Entry,
    Row,
    account_entry,
    account_of,
    assignment_entry,
    assignment_of,
    queue_entry,
    queue_of,
)

Key = tuple[str, ...]


class Rows(Protocol):
    """What is used of a connection inside a transaction; asyncpg itself tells no types."""

    async def execute(self, query: str, *arguments: object) -> str: ...
    async def executemany(self, query: str, arguments: Iterable[Sequence[object]]) -> None: ...
    async def fetch(self, query: str, *arguments: object) -> list[Row]: ...


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Table:
    """A table of the configuration: its columns beside the account, and what they are called."""

    name: str
    subject: str
    """How an entry is called, made from its key and columns."""
    thing: str
    """How it is called where its name may be another one tomorrow: made from its key alone."""
    key: tuple[str, ...]
    columns: Mapping[str, str]
    unset: Mapping[str, str] = field(default_factory=dict[str, str])
    """What holds where a column has no value, unless it is "none"."""
    owner: str = "account"
    """The column that names the account."""


ACCOUNT: Final = Table(
    name="account",
    subject="account {account}",
    thing="account",
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
        "screen_pop": "page about a caller",
    },
    owner="domain",
)
USERS: Final = Table(
    name="app_user",
    subject="user {extension} {name}",
    thing="user {extension}",
    key=("extension",),
    columns={"name": "name", "role": "role", "email": "mail address"},
)
DEVICES: Final = Table(
    name="device",
    subject="device {name}",
    thing="device {name}",
    key=("name",),
    columns={"owner": "owner", "secret": "password"},
)
QUEUES: Final = Table(
    name="queue",
    subject="queue {number} {name}",
    thing="queue {number}",
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
ASSIGNMENTS: Final = Table(
    name="assignment",
    subject="agent {agent} in queue {queue}",
    thing="agent {agent} in queue {queue}",
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
SUPERVISION: Final = Table(
    name="supervision",
    subject="supervisor {supervisor} of queue {queue}",
    thing="supervisor {supervisor} of queue {queue}",
    key=("supervisor", "queue"),
    columns={},
)
ASSIGNED_DEVICES: Final = Table(
    name="assignment_device",
    subject="agent {agent} in queue {queue}, phone {device}",
    thing="agent {agent} in queue {queue}",
    key=("agent", "queue", "device"),
    columns={},
)

ALL: Final = (ACCOUNT, USERS, DEVICES, QUEUES, SUPERVISION, ASSIGNMENTS, ASSIGNED_DEVICES)

Stored = Mapping[Table, Mapping[Key, Entry]]
"""The rows of one account: by table, by key."""


# --- what is there, and what should be


async def stored(rows: Rows, account: AccountId) -> Stored:
    """What is there."""
    return {table: await _present(rows, account, table) for table in ALL}


async def _present(rows: Rows, account: AccountId, table: Table) -> dict[Key, Entry]:
    columns = (table.owner, *table.key, *table.columns)
    found = await rows.fetch(
        f"select {', '.join(columns)} from {table.name} where {table.owner} = $1"  # noqa: S608
        f" order by {', '.join((table.owner, *table.key))}",
        account,
    )
    return {tuple(row[part] for part in table.key): {column: row[column] for column in table.columns} for row in found}


def centre_of(present: Stored, account: AccountId, source: str) -> Centre:
    """The centre that is stored, without the passwords of its phones. There must be such an account."""
    row = present[ACCOUNT][()]
    supervises: dict[str, list[str]] = {}
    for supervisor, queue in present[SUPERVISION]:
        supervises.setdefault(supervisor, []).append(queue)
    named: dict[Key, list[str]] = {}
    for agent, queue, device in present[ASSIGNED_DEVICES]:
        named.setdefault((agent, queue), []).append(device)
    return Centre(
        source=source,
        account=account_of({**row, "domain": account}),
        time_zone=str(row["time_zone"]),
        home_region=str(row["home_region"]),
        users=tuple(
            _user(extension, entry, supervises.get(extension, ())) for (extension,), entry in present[USERS].items()
        ),
        devices=tuple(
            Phone(name=DeviceId(name), owner=str(entry["owner"]), secret=None)
            for (name,), entry in present[DEVICES].items()
        ),
        queues=tuple(
            queue_of({**entry, "account": account, "number": number}) for (number,), entry in present[QUEUES].items()
        ),
        assignments=tuple(
            assignment_of(
                {
                    **entry,
                    "account": account,
                    "agent": agent,
                    "queue": queue,
                    "devices": None if entry["all_devices"] else named.get((agent, queue), []),
                }
            )
            for (agent, queue), entry in present[ASSIGNMENTS].items()
        ),
    )


def _user(extension: str, entry: Row, supervises: Sequence[str]) -> User:
    return User(
        extension=extension,
        name=entry["name"],
        role=Role(entry["role"]),
        supervises=tuple(supervises),
        email=entry["email"],
    )


def wanted(centre: Centre, present: Stored) -> dict[Table, Mapping[Key, Entry]]:
    """What should be there. A password that the centre does not tell is the present one, or is made."""
    return dict(_wanted(centre, present[DEVICES]))


def _wanted(centre: Centre, present_devices: Mapping[Key, Entry]) -> Iterable[tuple[Table, dict[Key, Entry]]]:
    place = {"time_zone": centre.time_zone, "home_region": centre.home_region}
    yield ACCOUNT, {(): {**account_entry(centre.account), **place}}
    yield USERS, _wanted_users(centre)
    yield DEVICES, _wanted_devices(centre, present_devices)
    yield QUEUES, {(queue.number,): queue_entry(queue) for queue in centre.queues}
    yield SUPERVISION, {(user.extension, queue): {} for user in centre.users for queue in user.supervises}
    yield ASSIGNMENTS, _wanted_assignments(centre)
    yield ASSIGNED_DEVICES, _wanted_assigned_devices(centre)


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
