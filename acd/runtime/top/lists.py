"""The three lists: their columns, and the orders they can be sorted by. Pure.

Every text of people is made printable: what a caller calls himself commands no terminal.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from rich.text import Text

from acd.explain.words import printable
from acd.runtime.glance import CallerDoing, CallerRow, Glance
from portal.views.agents import AgentRow
from portal.views.doing import Doing
from portal.views.queues import QueueRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A row, and how its number is shown: with the account where there are several."""

    number: Callable[[str], str]
    row: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column. Without a width it takes what is left."""

    head: str
    cell: Callable[[Named, datetime], str | Text]
    width: int | None = None
    is_right: bool = False
    from_width: int = 0
    """The width of the screen from which on it is shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a list can be sorted by; the first row is the one that wants looking at."""

    name: str
    key: Callable[[Named, datetime], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One of the three."""

    columns: tuple[Column, ...]
    orders: tuple[Order, ...]
    nothing: str
    """What is said where it is empty."""


def rows_of(glance: Glance) -> tuple[list[Named], list[Named], list[Named]]:
    """Queues, callers and agents, of all accounts."""
    queues: list[Named] = []
    callers: list[Named] = []
    agents: list[Named] = []
    for account in glance.accounts:
        number = _number_in("" if len(glance.accounts) == 1 else f"@{account.account}")
        queues += [Named(number=number, row=row) for row in account.queues]
        callers += [Named(number=number, row=row) for row in account.callers]
        agents += [Named(number=number, row=row) for row in account.agents]
    return queues, callers, agents


def _number_in(suffix: str) -> Callable[[str], str]:
    return lambda number: number + suffix


def length(seconds: float) -> str:
    """`1:05`, `2:03:04`, `3d 04h`."""
    whole = max(int(seconds), 0)
    minutes, hours, days = whole // 60, whole // 3600, whole // 86400
    if days:
        return f"{days}d {hours % 24:02}h"
    return f"{hours}:{minutes % 60:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"


def _ago(since: datetime | None, now: datetime) -> float:
    return -1.0 if since is None else (now - since).total_seconds()


def _for(since: datetime | None, now: datetime) -> str:
    return "" if since is None else length(_ago(since, now))


# --- queues


def _counted(*doings: Doing) -> Callable[[Named, datetime], str | Text]:
    def cell(named: Named, _: datetime) -> str | Text:
        count = sum(named.row.agents[doing] for doing in doings)
        return str(count) if count else Text("-", "dim")

    return cell


def _queue(named: Named, _: datetime) -> str:
    row: QueueRow = named.row
    return printable(f"{named.number(row.queue)} {row.name}")


def _waiting(named: Named, now: datetime) -> str | Text:
    row: QueueRow = named.row
    return Text(str(row.waiting), _late(row, now)) if row.waiting else Text("-", "dim")


def _longest(named: Named, now: datetime) -> str | Text:
    row: QueueRow = named.row
    return Text(_for(row.longest_waiting_since, now), _late(row, now))


def _late(row: QueueRow, now: datetime) -> str:
    return "bold red" if _ago(row.longest_waiting_since, now) > row.today.service_level_s else "bold"


def _service_level(named: Named, _: datetime) -> str | Text:
    level = named.row.today.service_level
    return Text("-", "dim") if level is None else f"{level:.0%}"


QUEUES: Final = Listing(
    columns=(
        Column(head="QUEUE", cell=_queue),
        Column(head="WAIT", cell=_waiting, width=4, is_right=True),
        Column(head="LONGEST", cell=_longest, width=7, is_right=True),
        Column(head="READY", cell=_counted(Doing.IDLE), width=5, is_right=True),
        Column(head="RING", cell=_counted(Doing.RINGING), width=4, is_right=True),
        Column(head="TALK", cell=_counted(Doing.TALKING), width=4, is_right=True),
        Column(head="WRAP", cell=_counted(Doing.WRAP_UP), width=4, is_right=True),
        Column(
            head="BUSY",
            cell=_counted(Doing.OTHER_CALL, Doing.BACK_OFF, Doing.UNREACHABLE),
            width=4,
            is_right=True,
        ),
        Column(head="AWAY", cell=_counted(Doing.AWAY), width=4, is_right=True),
        Column(head="OFF", cell=_counted(Doing.OFFLINE), width=4, is_right=True),
        Column(head="ANS", cell=lambda named, _: str(named.row.today.answered), width=5, is_right=True),
        Column(head="LOST", cell=lambda named, _: str(named.row.today.abandoned), width=4, is_right=True),
        Column(head="SL", cell=_service_level, width=4, is_right=True),
    ),
    orders=(
        Order(name="number", key=lambda named, _: named.number(named.row.queue)),
        Order(name="longest wait", key=lambda named, now: -_ago(named.row.longest_waiting_since, now)),
        Order(name="waiting", key=lambda named, _: -named.row.waiting),
        Order(name="lost", key=lambda named, _: -named.row.today.abandoned),
        Order(name="service level", key=lambda named, _: _or(named.row.today.service_level, 2)),
    ),
    nothing="no queues: describe them in a file, and apply it",
)


def _or(value: float | None, instead: float) -> float:
    return instead if value is None else value


# --- callers

_CALLER_STYLES: Final[Mapping[CallerDoing, str]] = {
    CallerDoing.WAITING: "bold",
    CallerDoing.RINGING: "bold yellow",
    CallerDoing.TALKING: "green",
    CallerDoing.ON_HOLD: "magenta",
}


def _caller(named: Named, _: datetime) -> str:
    row: CallerRow = named.row
    return printable(f"{row.number} {row.name}".strip() or "(no number)")


def _caller_doing(named: Named, _: datetime) -> Text:
    row: CallerRow = named.row
    who = ", ".join(row.agents)
    words = {
        CallerDoing.WAITING: "waits",
        CallerDoing.RINGING: f"rings at {who}",
        CallerDoing.PROMISED: "to be called back",
        CallerDoing.CALLED_BACK: f"called back by {who}",
        CallerDoing.ANSWERED: f"answered by {who}",
        CallerDoing.TALKING: f"talks to {who}" if who else "talks",
        CallerDoing.ON_HOLD: f"on hold by {who}" if who else "on hold",
    }
    return Text(words[row.doing], _CALLER_STYLES.get(row.doing, ""))


CALLERS: Final = Listing(
    columns=(
        Column(head="CALLER", cell=_caller),
        Column(head="QUEUE", cell=lambda named, _: named.number(named.row.queue), width=10),
        Column(head="DOES", cell=_caller_doing, width=20),
        Column(head="FOR", cell=lambda named, now: _for(named.row.since, now), width=8, is_right=True),
        Column(head="CALL", cell=lambda named, _: printable(named.row.call), width=17),
    ),
    orders=(
        Order(name="waiting first", key=lambda named, now: (not named.row.waits, -_ago(named.row.since, now))),
        Order(name="time", key=lambda named, now: -_ago(named.row.since, now)),
        Order(name="queue", key=lambda named, now: (named.number(named.row.queue), -_ago(named.row.since, now))),
    ),
    nothing="nobody calls",
)


# --- agents

_DOING_WORDS: Final[Mapping[Doing, str]] = {
    Doing.TALKING: "talking",
    Doing.WRAP_UP: "wrap-up",
    Doing.OTHER_CALL: "other call",
    Doing.RINGING: "ringing",
    Doing.OFFLINE: "",
    Doing.AWAY: "",
    Doing.BACK_OFF: "left alone",
    Doing.UNREACHABLE: "no phone",
    Doing.IDLE: "ready",
}
_DOING_STYLES: Final[Mapping[Doing, str]] = {
    Doing.TALKING: "green",
    Doing.WRAP_UP: "cyan",
    Doing.OTHER_CALL: "magenta",
    Doing.RINGING: "bold yellow",
    Doing.BACK_OFF: "yellow",
    Doing.UNREACHABLE: "bold red",
    Doing.IDLE: "bold green",
}
_DOINGS: Final = (
    Doing.UNREACHABLE, Doing.RINGING, Doing.TALKING, Doing.OTHER_CALL, Doing.WRAP_UP, Doing.BACK_OFF, Doing.IDLE,
    Doing.AWAY, Doing.OFFLINE,
)  # fmt: skip
"""In the order in which they want looking at."""


def _agent(named: Named, _: datetime) -> str:
    row: AgentRow = named.row
    return printable(f"{named.number(row.agent)} {row.name}")


def _status(named: Named, _: datetime) -> Text:
    row: AgentRow = named.row
    return Text(row.status.replace("_", " "), "dim" if row.doing is Doing.OFFLINE else "")


def _agent_doing(named: Named, _: datetime) -> Text:
    row: AgentRow = named.row
    return Text(_DOING_WORDS[row.doing], _DOING_STYLES.get(row.doing, ""))


def _with(named: Named, _: datetime) -> str:
    row: AgentRow = named.row
    return "" if row.call is None else printable(f"{row.call.number or row.call.name} ({row.call.queue})")


AGENTS: Final = Listing(
    columns=(
        Column(head="AGENT", cell=_agent),
        Column(head="STATUS", cell=_status, width=11),
        Column(head="DOES", cell=_agent_doing, width=10),
        Column(head="FOR", cell=lambda named, now: _for(named.row.doing_since, now), width=8, is_right=True),
        Column(head="WITH", cell=_with, width=18),
        Column(head="QUEUES", cell=lambda named, _: " ".join(named.row.queues), width=20, from_width=110),
        Column(head="ANS", cell=lambda named, _: str(named.row.today.handled), width=4, is_right=True),
        Column(head="MISS", cell=lambda named, _: str(named.row.today.missed), width=4, is_right=True),
    ),
    orders=(
        Order(name="number", key=lambda named, _: named.number(named.row.agent)),
        Order(name="what they do", key=lambda named, _: _DOINGS.index(named.row.doing)),
        Order(name="time", key=lambda named, now: -_ago(named.row.doing_since, now)),
        Order(name="answered", key=lambda named, _: -named.row.today.handled),
        Order(name="missed", key=lambda named, _: -named.row.today.missed),
    ),
    nothing="no agents: assign some to a queue",
)

LISTINGS: Final = (QUEUES, CALLERS, AGENTS)
NAMES: Final = ("queues", "callers", "agents")


def ordered(listing: Listing, rows: Iterable[Named], order: int, now: datetime, *, is_reversed: bool) -> list[Named]:
    """The rows in the order of this number; equal ones stay as they came."""
    key = listing.orders[order].key
    return sorted(rows, key=lambda named: key(named, now), reverse=is_reversed)
