"""Reads a trace from JSON: every fault with its place and mend, or a trace that can be played as it is."""

import json
from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any, Final, NoReturn, cast

from acd.centre.faults import Fault, shown, suggestion
from acd.simulation.trace import Order, Trace, TracedCall

LONGEST_IDLE: Final = "longest idle"
MOST_AGENTS: Final = 10_000
LAST_S: Final = 4_000_000_000
"""Later instants than a good hundred years on would lose their microseconds in the core's floats."""

DECIMALS: Final = 15
"""So finely are times read: sums of them, up to `LAST_S`, are then exact in the 28 digits of `Decimal`."""

_REQUIRED: Final = ("agents", "order", "agent_selection", "calls")
_REQUIRED_OF_CALL: Final = ("id", "arrival", "service", "patience")


class TraceFaults(Exception):
    """A trace cannot be used. The text lists every fault, one a line."""

    def __init__(self, source: str, faults: Collection[Fault]) -> None:
        self.faults = tuple(faults)
        count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        super().__init__("\n  ".join([f"{source} has {count}:", *map(str, faults)]))


def read_trace(text: str, source: str) -> Trace:
    """The trace in this text; `source` is its name in faults. Keys that mean nothing here are passed over.

    Raises `TraceFaults`.
    """
    reading = _Reading()
    trace = reading.trace(_json(text, source))
    if trace is None or reading.found:
        raise TraceFaults(source, reading.found)
    return trace


def _json(text: str, source: str) -> object:
    try:
        # Floats as they are written: two sums that are equal on paper are equal here.
        return json.loads(text, parse_float=_decimal, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        wrong = Fault(place="", line=error.lineno, what=f"not JSON at column {error.colno}", mend=error.msg)
    except (ValueError, RecursionError) as error:
        wrong = Fault(place="", line=None, what="not JSON that can be read", mend=str(error))
    raise TraceFaults(source, [wrong])


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except ArithmeticError:
        raise ValueError(f"{text} is beyond all numbers") from None


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")


class _Reading:
    """The faults found so far; a value with a fault is None."""

    def __init__(self) -> None:
        self.found: list[Fault] = []

    def trace(self, given: object) -> Trace | None:
        """The whole."""
        if not isinstance(given, dict):
            self._fault("", "not an object", "write {" + ", ".join(f'"{key}": …' for key in _REQUIRED) + "}")
            return None
        values = self._with_keys("", given, _REQUIRED)
        agents = self._agents(values)
        order = self._order(values)
        self._selection(values)
        calls = self._calls(values, order)
        if agents is None or order is None or calls is None or self.found:
            return None
        if max((c.arrival_s for c in calls), default=0) + sum(c.service_s for c in calls) > LAST_S:
            self._fault("calls", "together they could take longer than 100 years", "times are in seconds")
        return Trace(agents=agents, order=order, calls=calls)

    def _agents(self, values: Mapping[str, object]) -> int | None:
        agents = values.get("agents", 1)
        if isinstance(agents, int) and not isinstance(agents, bool) and 1 <= agents <= MOST_AGENTS:
            return agents
        self._fault("agents", f"{_shown(agents)} is no number of agents", f"a whole number from 1 to {MOST_AGENTS}")
        return None

    def _order(self, values: Mapping[str, object]) -> Order | None:
        order = values.get("order", Order.FCFS)
        if isinstance(order, str) and order in list(Order):
            return Order(order)
        self._fault("order", f"{_shown(order)} is unknown", suggestion(order, list(Order), "the orders are"))
        return None

    def _selection(self, values: Mapping[str, object]) -> None:
        selection = values.get("agent_selection", LONGEST_IDLE)
        if not isinstance(selection, str) or not selection.startswith(LONGEST_IDLE):
            mend = f'write "{LONGEST_IDLE}", the only one'
            self._fault("agent_selection", f"{_shown(selection)} is unknown", mend)

    # --- calls

    def _calls(self, values: Mapping[str, object], order: Order | None) -> tuple[TracedCall, ...] | None:
        given = values.get("calls", [])
        if not isinstance(given, list):
            self._fault("calls", f"{_shown(given)} is no list", "write [ … ]")
            return None
        first: dict[object, str] = {}
        calls: list[TracedCall] = []
        for number, entry in enumerate(cast("list[object]", given), start=1):
            place = f"calls[{number}]"
            call = self._call(place, entry, order)
            if call is None:
                continue
            if call.id in first:
                self._fault(
                    f"{place}.id", f"{_shown(call.id)} is the id of {first[call.id]} too", "each call has its own"
                )
            first.setdefault(call.id, place)
            calls.append(call)
        return tuple(calls)

    def _call(self, place: str, given: object, order: Order | None) -> TracedCall | None:
        if not isinstance(given, dict):
            self._fault(
                place, f"{_shown(given)} is no call", "write {" + ", ".join(_REQUIRED_OF_CALL) + "} with values"
            )
            return None
        before = len(self.found)
        required = (*_REQUIRED_OF_CALL, "priority") if order is Order.PRIORITY else _REQUIRED_OF_CALL
        values = self._with_keys(place, given, required)
        call = TracedCall(
            id=self._id(place, values),
            arrival_s=self._seconds(f"{place}.arrival", values.get("arrival", 0)),
            service_s=self._seconds(f"{place}.service", values.get("service", 0)),
            patience_s=None
            if values.get("patience") is None
            else self._seconds(f"{place}.patience", values["patience"]),
            priority=self._priority(place, values, order),
        )
        return call if len(self.found) == before else None

    def _id(self, place: str, values: Mapping[str, object]) -> int | str:
        given = values.get("id", 0)
        if isinstance(given, int | str) and not isinstance(given, bool):
            return given
        self._fault(f"{place}.id", f"{_shown(given)} is no id", "a whole number or a text")
        return 0

    def _seconds(self, place: str, given: object) -> Decimal:
        if not isinstance(given, int | Decimal) or isinstance(given, bool):
            self._fault(place, f"{_shown(given)} is no time", "write seconds, as in 12.5")
        elif given < 0:
            self._fault(place, f"{_shown(given)} is negative", "write seconds from 0 on")
        elif given > LAST_S:
            self._fault(place, f"{_shown(given)} is longer than 100 years", "times are in seconds")
        else:
            return round(Decimal(given), DECIMALS)
        return Decimal(0)

    def _priority(self, place: str, values: Mapping[str, object], order: Order | None) -> int | None:
        given = values.get("priority")
        if order is not Order.PRIORITY or "priority" not in values:
            return None
        if isinstance(given, int) and not isinstance(given, bool):
            return given
        self._fault(f"{place}.priority", f"{_shown(given)} is no priority", "a whole number, the smallest goes first")
        return None

    # --- faults

    def _with_keys(self, place: str, given: dict[Any, Any], required: tuple[str, ...]) -> Mapping[str, object]:
        for key in required:
            if key not in given:
                self._fault(
                    f"{place}.{key}" if place else key, "missing", "every " + ("call" if place else "trace") + " has it"
                )
        return cast("Mapping[str, object]", given)

    def _fault(self, place: str, what: str, mend: str) -> None:
        self.found.append(Fault(place=place, line=None, what=what, mend=mend))


def _shown(given: object) -> str:
    """A value as a fault repeats it."""
    text = shown(given)
    return text.strip('"') if isinstance(given, Decimal) else text
