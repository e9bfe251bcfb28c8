"""From the text of a centre's file to the centre: tables, keys, and what one entry says of another.

All faults are found in one pass. A value that is wrong is replaced by a harmless one and reading goes on, so that one
fault never hides or makes another.
"""

import re
import tomllib
from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Final, cast

from acd.centre import checks
from acd.centre.faults import CentreFaults, Fault, Faults, Wrong, suggestion
from acd.centre.tables import Table, entries
from acd.centre.values import Centre, Phone, Role, User
from acd.model import AccountId, Assignment, DeviceId, Queue, QueueType, agent_id, queue_id

_KINDS: Final = ("account", "users", "devices", "queues", "assignments")
_OF_OTHERS: Final = ("traffic", "shifts", "simulation")
"""What `acd simulate` reads; passed over here."""

_NO_TIME: Final = timedelta(0)
_HOUR: Final = timedelta(hours=1)
_LONGEST_WRAP_UP: Final = timedelta(hours=24)

_WRAP_UP: Final = checks.duration("a wrap-up", _NO_TIME, _LONGEST_WRAP_UP)
_RING_TIME: Final = checks.duration("a ring time", timedelta(seconds=1), _HOUR)
_BACK_OFF: Final = checks.duration("a back-off", _NO_TIME, _HOUR)
_RANK: Final = checks.count(1, 1000)
_CALLS: Final = checks.count(1, 100)
_AGENTS: Final = checks.count(1, 1000)
_CASCADE_KEYS: Final = ("first_round", "increment")


def read_centre(text: str, source: str) -> Centre:
    """Read a centre's file; `source` is its name, for the faults.

    Raises `CentreFaults` with every fault.
    """
    faults = Faults(text)
    try:
        tables = tomllib.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise CentreFaults(source, [_syntax_fault(error)]) from None
    centre = _Reading(tables, faults).centre(source)
    if faults.found:
        raise CentreFaults(source, faults.found)
    return centre


def _syntax_fault(error: Exception) -> Fault:
    """What the TOML parser stumbled over; it stops at the first."""
    message = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
    found = re.search(r"\(at line (\d+), column \d+\)", message)
    return Fault(
        place="",
        line=int(found[1]) if found else None,
        what=f"this is not TOML: {message}",
        mend="look at that line and the one before: text stands in quotes, every [[table]] is closed, no key is twice",
    )


def _must_fit_the_type(table: Table, type_: QueueType) -> None:
    """The numbers of a cascade stand in a cascade only, and both of them or none."""
    given = [key for key in _CASCADE_KEYS if table.written(key)]
    if type_ is not QueueType.LINEAR_CASCADE:
        for key in given if table.written("type") in ("", type_) else ():
            table.wrong(
                key, Wrong(f"a queue of the type {type_} has none", 'write type = "linear_cascade", or leave it out')
            )
    elif len(given) == 1:
        (missing,) = set(_CASCADE_KEYS) - set(given)
        table.wrong(
            given[0],
            Wrong(f"stands alone, without {missing}", f"add {missing} = …, or leave both out to ring by order"),
        )


class _Reading:
    """The reading of one file, kind by kind; each kind may refer to those before it."""

    def __init__(self, tables: Mapping[str, object], faults: Faults) -> None:
        self._tables = tables
        self._faults = faults
        self._account = AccountId("")
        self._numbers: dict[str, str] = {}
        """Every number, and the entry that has it."""
        self._spoilt: set[str] = set()
        """Numbers of entries that were passed over: a fault has been told, naming them is none."""
        self._users: dict[str, User] = {}
        self._devices: dict[DeviceId, Phone] = {}
        self._device_places: dict[str, str] = {}
        """By the name without its capitals."""
        self._queues: dict[str, Queue] = {}
        self._assignments: dict[tuple[str, str], Assignment] = {}

    def centre(self, source: str) -> Centre:
        for kind in self._tables:
            if kind not in (*_KINDS, *_OF_OTHERS):
                self._faults.add(kind, Wrong("there is no such table", suggestion(kind, _KINDS, "the tables are")))
        self._read_account()
        for table in entries(self._tables, self._faults, "users"):
            self._read_user(table)
        for table in entries(self._tables, self._faults, "devices"):
            self._read_device(table)
        for table in entries(self._tables, self._faults, "queues"):
            self._read_queue(table)
        for table in entries(self._tables, self._faults, "assignments"):
            self._read_assignment(table)
        return Centre(
            source=source,
            account=self._account,
            users=tuple(self._users.values()),
            devices=tuple(self._devices.values()),
            queues=tuple(self._queues.values()),
            assignments=tuple(self._assignments.values()),
        )

    # --- the kinds, in the order of the file

    def _read_account(self) -> None:
        given = self._tables.get("account")
        if given is None:
            self._faults.add("account", Wrong("is missing", 'add [account] and under it domain = "demo.example"'))
        elif not isinstance(given, dict):
            self._faults.add("account", Wrong("is not one table", "write [account], in single brackets, and once"))
        else:
            table = Table("account", cast("dict[str, object]", given), self._faults)
            self._account = table.require("domain", checks.domain, self._account)
            table.close()

    def _read_user(self, table: Table) -> None:
        user = User(
            extension=table.require("extension", checks.number, ""),
            name=table.require("name", checks.display_name, ""),
            role=table.take("role", checks.one_of(Role, "role", "roles"), Role.AGENT),
        )
        if self._claim(table, "extension", user.extension):
            self._users[user.extension] = user

    def _read_device(self, table: Table) -> None:
        phone = Phone(
            name=table.require("name", checks.device_name, DeviceId("")),
            owner=table.require("owner", checks.number, ""),
            secret=table.take("password", checks.secret, None),
        )
        self._must_be_user(table, "owner", phone.owner)
        if not phone.name:
            return
        holder = self._device_places.setdefault(phone.name.lower(), table.place)
        if holder == table.place:
            self._devices[phone.name] = phone
        else:
            apart = "" if phone.name in self._devices else " but for capitals"
            what = f'"{phone.name}" is the name of {self._faults.whereabouts(holder)}{apart} as well'
            table.wrong("name", Wrong(what, "give it another name"))

    def _read_queue(self, table: Table) -> None:
        number = table.require("number", checks.number, "")
        back_off = table.take("back_off", _BACK_OFF, timedelta(seconds=5))
        queue = Queue(
            id=queue_id(self._account, number),
            account=self._account,
            number=number,
            name=table.require("name", checks.display_name, ""),
            type=table.take("type", checks.one_of(QueueType, "queue type", "types"), QueueType.ROUND_ROBIN),
            priority=table.take("priority", _RANK, 1),
            wrap_up=table.take("wrap_up", _WRAP_UP, _NO_TIME),
            wrap_up_mandatory=table.take("wrap_up_mandatory", checks.yes_or_no, False),
            ring_time=table.take("ring_time", _RING_TIME, timedelta(seconds=20)),
            busy_back_off=table.take("busy_back_off", _BACK_OFF, back_off),
            declined_back_off=table.take("declined_back_off", _BACK_OFF, back_off),
            unreachable_back_off=table.take("unreachable_back_off", _BACK_OFF, back_off),
            first_round=table.take("first_round", _AGENTS, None),
            increment=table.take("increment", _AGENTS, None),
        )
        _must_fit_the_type(table, queue.type)
        if self._claim(table, "number", number):
            self._queues[number] = queue

    def _read_assignment(self, table: Table) -> None:
        agent = table.require("agent", checks.number, "")
        queue = table.require("queue", checks.number, "")
        assignment = Assignment(
            agent=agent_id(self._account, agent),
            queue=queue_id(self._account, queue),
            order=table.take("order", _RANK, 1),
            priority=table.take("priority", _RANK, None),
            wrap_up=table.take("wrap_up", _WRAP_UP, None),
            max_calls=table.take("max_calls", _CALLS, 1),
            devices=table.take("devices", checks.device_names, None),
        )
        self._must_be_user(table, "agent", agent)
        self._must_be_queue(table, "queue", queue)
        if agent in self._users:
            for name in sorted(assignment.devices or ()):
                self._must_be_his(table, name, self._users[agent])
        if (agent, queue) in self._assignments:
            table.wrong("agent", Wrong(f"{agent} is assigned to queue {queue} already", "leave one of the two entries"))
        elif agent and queue:
            self._assignments[agent, queue] = assignment

    # --- what one entry says of another

    def _claim(self, table: Table, key: str, number: str) -> bool:
        """Whether the number is free; from now on it is not."""
        if not number:
            self._spoilt.add(table.written(key))
            return False
        holder = self._numbers.setdefault(number, table.place)
        if holder == table.place:
            return True
        self._spoilt.add(number)
        what = f"{number} is the number of {self._faults.whereabouts(holder)} already"
        table.wrong(key, Wrong(what, "give it another one"))
        return False

    def _must_be_user(self, table: Table, key: str, number: str) -> None:
        if number and number not in self._users and number not in self._spoilt:
            self._unknown(table, key, number, "user", self._users)

    def _must_be_queue(self, table: Table, key: str, number: str) -> None:
        if number and number not in self._queues and number not in self._spoilt:
            self._unknown(table, key, number, "queue", self._queues)

    def _unknown(self, table: Table, key: str, number: str, thing: str, known: Collection[str]) -> None:
        holder = self._numbers.get(number)
        but = f", it is the number of {self._faults.whereabouts(holder)}" if holder else ""
        mend = suggestion(number, known, f"the {thing}s are") if known else f"add the {thing} first"
        table.wrong(key, Wrong(f'there is no {thing} "{number}"{but}', mend))

    def _must_be_his(self, table: Table, name: DeviceId, user: User) -> None:
        """An assignment can only name phones of its own agent."""
        device = self._devices.get(name)
        his = [phone.name for phone in self._devices.values() if phone.owner == user.extension]
        if device is None:
            mend = suggestion(name, his or list(self._devices), "his phones are" if his else "the devices are")
            table.wrong("devices", Wrong(f'there is no device "{name}"', mend))
        elif device.owner != user.extension:
            mend = f"his phones are {', '.join(his)}" if his else "he has no phone yet"
            table.wrong("devices", Wrong(f'"{name}" is a phone of {device.owner}, not of {user.extension}', mend))
