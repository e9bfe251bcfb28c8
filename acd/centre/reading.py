"""From the text of a centre's file to the centre: tables, keys, and what one entry says of another.

All faults are found in one pass. A value that is wrong is replaced by a harmless one and reading goes on, so that one
fault never hides or makes another.
"""

import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Final, assert_never, cast

from acd.centre import checks
from acd.centre.contradictions import contradictions
from acd.centre.faults import CentreFaults, Fault, Faults, Wrong, in_order, suggestion
from acd.centre.queue_rules import RANK, WRAP_UP, read_queue
from acd.centre.tables import Table, entries
from acd.centre.values import Centre, Phone, Role, User
from acd.model import (
    ACCOUNT_CAPS,
    AGENT_CAPS,
    Account,
    AccountId,
    Assignment,
    DeviceId,
    OutboundCaps,
    Queue,
    Target,
    TargetKind,
    agent_id,
    queue_id,
)

_KINDS: Final = ("account", "users", "devices", "queues", "assignments")
_OF_OTHERS: Final = ("traffic", "shifts", "simulation")
"""What `acd simulate` reads; passed over here."""


def read_centre(text: str, source: str) -> Centre:
    """Read a centre's file; `source` is its name, for the faults.

    Raises `CentreFaults` with every fault.
    """
    faults = Faults(text)
    try:
        tables = tomllib.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise CentreFaults(source, [_syntax_fault(error)]) from None
    return _read(tables, source, faults)


def read_tables(tables: Mapping[str, object], source: str) -> Centre:
    """As `read_centre`, of what stands in no file but has the same form; no fault has a line."""
    return _read(tables, source, Faults(""))


def _read(tables: Mapping[str, object], source: str, faults: Faults) -> Centre:
    centre = _Reading(tables, faults).centre(source)
    found = [] if faults.found else list(contradictions(centre))
    for entry in found:
        if entry.refused:
            faults.add(entry.place, entry.wrong)
    if faults.found:
        raise CentreFaults(source, faults.found)
    return replace(centre, warnings=in_order(faults.at(entry.place, entry.wrong) for entry in found))


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


class _Reading:
    """The reading of one file, kind by kind; each kind may refer to those before it."""

    def __init__(self, tables: Mapping[str, object], faults: Faults) -> None:
        self._tables = tables
        self._faults = faults
        self._account = Account(id=AccountId(""))
        self._time_zone, self._home_region = "UTC", "US"
        self._numbers: dict[str, str] = {}
        """Every number, and the entry that has it."""
        self._spoilt: set[str] = set()
        """Numbers of entries that were passed over: a fault has been told, naming them is none."""
        self._users: dict[str, User] = {}
        self._devices: dict[DeviceId, Phone] = {}
        self._device_places: dict[str, str] = {}
        """By the name without its capitals."""
        self._queues: dict[str, Queue] = {}
        self._supervisions: list[tuple[Table, tuple[str, ...]]] = []
        self._overflows: list[tuple[Table, Target]] = []
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
        for table, numbers in self._supervisions:
            for number in numbers:
                self._must_be_queue(table, "supervises", number)
        for table, target in self._overflows:
            self._must_be_there(table, target)
        for table in entries(self._tables, self._faults, "assignments"):
            self._read_assignment(table)
        return Centre(
            source=source,
            account=self._account,
            time_zone=self._time_zone,
            home_region=self._home_region,
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
            self._account = Account(
                id=table.require("domain", checks.domain, AccountId("")),
                statuses=table.take("statuses", checks.own_statuses, ()),
                outbound=table.take("outbound", checks.outbound_patterns, ()),
                outbound_caps=_caps(table, "outbound", ACCOUNT_CAPS),
                outbound_caps_of_agent=_caps(table, "outbound_agent", AGENT_CAPS),
                screen_pop=table.take("screen_pop", checks.screen_pop, None),
            )
            self._time_zone = table.take("time_zone", checks.time_zone, self._time_zone)
            self._home_region = table.take("home_region", checks.region, self._home_region)
            table.close()

    def _read_user(self, table: Table) -> None:
        user = User(
            extension=table.require("extension", checks.number, ""),
            name=table.require("name", checks.display_name, ""),
            role=table.take("role", checks.one_of(Role, "role", "roles"), Role.AGENT),
            supervises=table.take("supervises", checks.queue_numbers, ()),
            email=table.take("email", checks.email, None),
            first_portal_password=table.take("first_portal_password", checks.portal_password, None),
        )
        if user.supervises:
            self._supervisions.append((table, user.supervises))
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
        queue = read_queue(table, self._account.id, number)
        if queue.overflow:
            self._overflows.append((table, queue.overflow))
        if self._claim(table, "number", number):
            self._queues[number] = queue

    def _read_assignment(self, table: Table) -> None:
        agent = table.require("agent", checks.number, "")
        queue = table.require("queue", checks.number, "")
        assignment = Assignment(
            agent=agent_id(self._account.id, agent),
            queue=queue_id(self._account.id, queue),
            order=table.take("order", RANK, 1),
            priority=table.take("priority", RANK, None),
            wrap_up=table.take("wrap_up", WRAP_UP, None),
            max_calls=table.take("max_calls", checks.count(1, 100), 1),
            devices=table.take("devices", checks.device_names, None),
            confirm=table.take("confirm", checks.yes_or_no, False),
            auto_answer=table.take("auto_answer", checks.yes_or_no, False),
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

    def _must_be_there(self, table: Table, overflow: Target) -> None:
        """Callers can only overflow to what there is."""
        match overflow.kind:
            case TargetKind.QUEUE:
                self._must_be_queue(table, "overflow", overflow.name)
            case TargetKind.EXTENSION:
                self._must_be_user(table, "overflow", overflow.name)
            case TargetKind.MESSAGE:
                pass
            case _:
                assert_never(overflow.kind)

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


def _caps(table: Table, prefix: str, default: OutboundCaps) -> OutboundCaps:
    return OutboundCaps(
        at_once=table.take(f"{prefix}_at_once", checks.count(0, 1000), default.at_once),
        per_hour=table.take(f"{prefix}_per_hour", checks.count(0, 100_000), default.per_hour),
        per_day=table.take(f"{prefix}_per_day", checks.count(0, 100_000), default.per_day),
    )
