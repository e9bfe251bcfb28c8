"""A day to be simulated, from its file: a centre as `acd apply` reads it, and tables of its own for traffic.

    [simulation]                opens
    [[traffic]]                 queue, calls_per_hour, talk, patience, priority
    [[shifts]]                  agents, from, to, answers_after, misses, back_after

`examples/day.toml` explains them. All faults are found in one pass, as in the centre's own tables.
"""

import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Final, assert_never, cast

from acd.centre import Centre, CentreFaults, checks, read_centre
from acd.centre.faults import Faults, Wrong, shown, suggestion
from acd.centre.tables import Table, entries
from acd.model import AccountId, Agent, AgentId, Configuration, Device, agent_id, queue_id
from acd.simulation.traffic import HOURS_OF_DAY, Constant, Exponential, Length, LogNormal, Shift, Stream, Traffic

DEFAULT_TALK: Final = LogNormal(timedelta(minutes=3), timedelta(minutes=2))
DEFAULT_PATIENCE: Final = Exponential(timedelta(minutes=2))
DEFAULT_ANSWER: Final = LogNormal(timedelta(seconds=5), timedelta(seconds=3))
DEFAULT_BACK: Final = Constant(timedelta(minutes=5))
ENDLESS: Final = "endless"

_NO_TIME: Final = timedelta(0)
_DAY: Final = timedelta(days=1)
_TIME: Final = re.compile(r"(\d{1,2}):([0-5]\d)", re.ASCII)
_MOST_CALLS: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A centre and its traffic."""

    centre: Centre
    traffic: Traffic


class _Kind(StrEnum):
    EXPONENTIAL = "exponential"
    LOG_NORMAL = "log_normal"
    CONSTANT = "constant"


def read_day(text: str, source: str) -> Day:
    """Read a day's file; `source` is its name, for the faults.

    Raises `CentreFaults` with every fault.
    """
    faults = Faults(text)
    centre: Centre | None = None
    try:
        centre = read_centre(text, source)
    except CentreFaults as found:
        if not any(fault.place for fault in found.faults):
            raise  # it is no TOML at all
        faults.found += found.faults
    traffic = _Reading(tomllib.loads(text.removeprefix("\ufeff")), faults, centre).traffic()
    if centre is None or faults.found:
        raise CentreFaults(source, faults.found)
    return Day(centre=centre, traffic=traffic)


def configuration_of(centre: Centre) -> Configuration:
    """What the engine is told of this centre."""
    account = centre.account.id
    people = [
        Agent(id=agent_id(account, user.extension), account=account, extension=user.extension, name=user.name)
        for user in centre.users
    ]
    return Configuration(
        accounts={account: centre.account},
        agents={agent.id: agent for agent in people},
        devices={d.name: Device(id=d.name, owner=agent_id(account, d.owner)) for d in centre.devices},
        queues={queue.id: queue for queue in centre.queues},
        assignments={(entry.agent, entry.queue): entry for entry in centre.assignments},
    )


class _Reading:
    """The reading of one file's own tables. Where the centre has faults, names go unchecked."""

    def __init__(self, tables: Mapping[str, object], faults: Faults, centre: Centre | None) -> None:
        self._tables = tables
        self._faults = faults
        self._account = centre.account.id if centre else AccountId("")
        self._queues = [queue.number for queue in centre.queues] if centre else None
        self._users = [user.extension for user in centre.users] if centre else None
        self._everybody = tuple(sorted({entry.agent for entry in centre.assignments})) if centre else ()

    def traffic(self) -> Traffic:
        return Traffic(
            opens=self._opens(),
            streams=tuple(self._stream(table) for table in entries(self._tables, self._faults, "traffic")),
            shifts=self._shifts(),
        )

    def _opens(self) -> timedelta:
        if "traffic" not in self._tables:
            self._faults.add("traffic", Wrong("is missing", "add [[traffic]] with queue = … and calls_per_hour = …"))
        given = self._tables.get("simulation", {})
        if not isinstance(given, dict):
            self._faults.add(
                "simulation", Wrong("is not one table", "write [simulation], in single brackets, and once")
            )
            return _NO_TIME
        table = Table("simulation", cast("dict[str, object]", given), self._faults)
        opens = table.take("opens", _time_of_day, _NO_TIME)
        table.close()
        return opens % _DAY

    def _stream(self, table: Table) -> Stream:
        queue = table.require("queue", checks.number, "")
        self._must_be_known(table, "queue", queue, self._queues)
        return Stream(
            queue=queue_id(self._account, queue),
            per_hour=table.require("calls_per_hour", _calls_per_hour, (0.0,) * HOURS_OF_DAY),
            talk=self._length(table, "talk", DEFAULT_TALK),
            patience=None if table.take("patience", _is_endless, False) else self._patience(table),
            priority=table.take("priority", checks.count(1, 1000), None),
        )

    def _shifts(self) -> tuple[Shift, ...]:
        if "shifts" not in self._tables:
            return (
                Shift(
                    agents=self._everybody,
                    begins=_NO_TIME,
                    ends=_DAY,
                    answers_after=DEFAULT_ANSWER,
                    misses=0,
                    back_after=DEFAULT_BACK,
                ),
            )
        found = [(table.place, self._shift(table)) for table in entries(self._tables, self._faults, "shifts")]
        by_agent: dict[AgentId, list[tuple[timedelta, timedelta, str]]] = {}
        for place, shift in found:
            for agent in shift.agents:
                by_agent.setdefault(agent, []).append((shift.begins, shift.ends, place))
        for agent, times in by_agent.items():
            times.sort()
            first_again = (times[0][0] + _DAY, times[0][1] + _DAY, times[0][2])
            for (_, ends, place), (begins, _, other) in pairwise([*times, first_again]):
                if ends > begins:
                    what = f"{agent.partition('@')[0]} is on in {self._faults.whereabouts(other)} before this one ends"
                    self._faults.add(f"{place}.to", Wrong(what, "let one shift of his end before the next begins"))
        return tuple(shift for _, shift in found)

    def _shift(self, table: Table) -> Shift:
        begins = table.take("from", _time_of_day, _NO_TIME) % _DAY
        ends = table.take("to", _time_of_day, _DAY)
        numbers = table.take("agents", _numbers, None)
        for number in numbers or ():
            self._must_be_known(table, "agents", number, self._users)
        return Shift(
            agents=self._everybody if numbers is None else tuple(agent_id(self._account, n) for n in numbers),
            begins=begins,
            ends=ends if ends > begins else ends + _DAY,
            answers_after=self._length(table, "answers_after", DEFAULT_ANSWER),
            misses=table.take("misses", _part, 0.0),
            back_after=self._length(table, "back_after", DEFAULT_BACK),
        )

    # --- values

    def _must_be_known(self, table: Table, key: str, number: str, known: Collection[str] | None) -> None:
        if number and known is not None and number not in known:
            thing = "queue" if key == "queue" else "user"
            mend = suggestion(number, known, f"the {thing}s are") if known else f"add the {thing} first"
            table.wrong(key, Wrong(f'there is no {thing} "{number}"', mend))

    def _patience(self, table: Table) -> Length:
        return self._length(table, "patience", DEFAULT_PATIENCE)

    def _length(self, table: Table, key: str, default: Length) -> Length:
        """A length of time, always the same, or `{ type, mean, deviation }`."""
        given = table.take(key, _length_or_table, cast("Length | dict[str, object]", default))
        if not isinstance(given, dict):
            return given
        inner = Table(f"{table.place}.{key}", given, self._faults)
        kind = inner.require("type", checks.one_of(_Kind, "type", "types"), _Kind.EXPONENTIAL)
        mean = inner.require("mean", _MEAN, _DAY)
        length = _of(kind, mean, inner)
        inner.close()
        return length


def _of(kind: _Kind, mean: timedelta, table: Table) -> Length:
    match kind:
        case _Kind.EXPONENTIAL:
            return Exponential(mean)
        case _Kind.LOG_NORMAL:
            return LogNormal(mean, table.require("deviation", _LENGTH, mean))
        case _Kind.CONSTANT:
            return Constant(mean)
        case _:
            assert_never(kind)


_LENGTH: Final = checks.duration("a length", _NO_TIME, _DAY)
_MEAN: Final = checks.duration("a mean", timedelta(milliseconds=1), _DAY)


def _length_or_table(value: object) -> Length | dict[str, object]:
    return cast("dict[str, object]", value) if isinstance(value, dict) else Constant(_LENGTH(value))


def _is_endless(value: object) -> bool:
    return value == ENDLESS


def _time_of_day(value: object) -> timedelta:
    written = checks.text(value)
    found = _TIME.fullmatch(written)
    time = timedelta(hours=int(found[1]), minutes=int(found[2])) if found else None
    if time is None or time > _DAY:
        raise Wrong(f"{shown(written)} is no time of day", 'write one from "00:00" to "24:00"')
    return time


def _calls_per_hour(value: object) -> tuple[float, ...]:
    """One number for all hours, or one for each."""
    if not isinstance(value, list):
        return (_rate(value),) * HOURS_OF_DAY
    rates = cast("list[object]", value)
    if len(rates) != HOURS_OF_DAY:
        raise Wrong(f"the list has {len(rates)} numbers", f"write {HOURS_OF_DAY}, from midnight on, or a single number")
    return tuple(map(_rate, rates))


def _rate(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _MOST_CALLS:
        raise Wrong(f"{shown(value)} is no number of calls", f"write one from 0 to {_MOST_CALLS}, without quotes")
    return float(value)


def _part(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise Wrong(f"{shown(value)} is no part of the offers", "write a number from 0 (none) to 1 (all), as in 0.05")
    return float(value)


def _numbers(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise Wrong(f"{shown(value)} is no list", 'write one like ["1001", "1002"]')
    numbers = tuple(checks.number(entry) for entry in cast("list[object]", value))
    twice = next((n for place, n in enumerate(numbers) if n in numbers[:place]), None)
    if twice is not None:
        raise Wrong(f"{twice} is in the list twice", "name everybody once")
    return numbers
