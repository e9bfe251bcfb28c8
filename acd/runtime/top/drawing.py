"""Draws: lists as tables of the terminal, and the whole screen of `acd top`. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from acd.doctor.sight import EngineSight
from acd.runtime.glance import CallerDoing, Glance
from acd.runtime.top.lists import LISTINGS, NAMES, Listing, Named, length, ordered, rows_of
from portal.views.doing import Doing

TROUBLES_AT_MOST: Final = 3
_KEYS: Final = "q quit  Tab list  s sort  r reverse  arrows scroll"


@dataclass(slots=True, kw_only=True)
class View:
    """What somebody at the keyboard has chosen, list by list."""

    chosen: int = 2
    order: list[int] = field(default_factory=lambda: [0, 0, 0])
    is_reversed: list[bool] = field(default_factory=lambda: [False, False, False])
    first: list[int] = field(default_factory=lambda: [0, 0, 0])
    """The rows that are scrolled past."""


def table(
    listing: Listing, rows: Sequence[Named], now: datetime, width: int, *, is_chosen: bool = False, is_full: bool = True
) -> Table:
    """These rows under their heads; `is_full`: as wide as there is room for."""
    drawn = Table(
        box=None, expand=is_full, padding=(0, 1, 0, 0), pad_edge=False,
        header_style="bold black on cyan" if is_chosen else "bold black on green",
    )  # fmt: skip
    columns = [column for column in listing.columns if width >= column.from_width]
    for column in columns:
        drawn.add_column(
            column.head,
            width=column.width,
            ratio=1 if is_full and not column.width else None,
            justify="right" if column.is_right else "left",
            no_wrap=True,
            overflow="ellipsis",
        )
    for row in rows:
        drawn.add_row(*(_text(column.cell(row, now)) for column in columns))
    return drawn


def _text(cell: str | Text) -> Text:
    """Never a str, in which the library would look for its own marks."""
    return Text(cell) if isinstance(cell, str) else cell


def summary(glance: Glance) -> Text:
    """The centre in one line."""
    callers = [row.doing for account in glance.accounts for row in account.callers]
    agents = [row.doing for account in glance.accounts for row in account.agents]
    waits = sum(doing in (CallerDoing.WAITING, CallerDoing.RINGING) for doing in callers)
    talks = sum(doing in (CallerDoing.TALKING, CallerDoing.ON_HOLD) for doing in callers)
    promised = sum(doing is CallerDoing.PROMISED for doing in callers)
    parts = [f"{waits} wait", f"{talks} talk", *([f"{promised} to be called back"] if promised else [])]
    ready, off = agents.count(Doing.IDLE), agents.count(Doing.OFFLINE)
    return Text(
        f"{len(callers)} callers: {', '.join(parts)}.  {len(agents)} agents: {ready} ready, {off} offline.  "
        f"{glance.phones_registered} of {glance.phones} phones."
    )


def engine_line(engine: EngineSight, glance: Glance) -> Text:
    """Whether calls are taken; where not, from when the picture is."""
    if not engine.answers or not engine.is_ours:
        as_of = "" if glance.latest is None else f"; this is how it was at {glance.latest.astimezone():%H:%M:%S}"
        why = "does not run" if not engine.answers else "hangs, or is another program"
        return Text(f"The engine {why}{as_of}.", "bold red")
    if engine.reasons:
        return Text(f"The engine takes no calls: {'; '.join(map(printable_line, engine.reasons))}.", "bold red")
    up = f", up {length((glance.at - engine.began).total_seconds())}" if engine.began else ""
    return Text(f"The engine takes calls (version {engine.version}{up}).", "bold green")


def printable_line(text: str) -> str:
    """What the engine says, in one line."""
    return " ".join(text.split())


def screen(glance: Glance, engine: EngineSight, troubles: Sequence[str], view: View, width: int, height: int) -> Group:
    """All of it, in so many lines at most."""
    head: list[RenderableType] = [_beginning(f"acd top  {glance.at.astimezone():%H:%M:%S}  ", engine, glance)]
    head.append(_cut(summary(glance)))
    told = (*troubles, *engine.warnings)[:TROUBLES_AT_MOST]
    head += [_cut(Text(f"! {printable_line(trouble)}", "yellow")) for trouble in told]
    lists = rows_of(glance)
    shares = _shares([len(rows) for rows in lists], height - len(head) - 1 - len(lists), view.chosen)
    for number, (rows, share) in enumerate(zip(lists, shares, strict=True)):
        head.append(_list(number, rows, share, view, glance.at, width))
    orders = LISTINGS[view.chosen].orders
    name = orders[view.order[view.chosen]].name
    head.append(_cut(Text(f"{NAMES[view.chosen]} by {name}  {_KEYS}", "reverse")))
    return Group(*head)


def _beginning(begins: str, engine: EngineSight, glance: Glance) -> Text:
    return _cut(Text(begins, "bold").append_text(engine_line(engine, glance)))


def _cut(text: Text) -> Text:
    text.no_wrap, text.overflow = True, "ellipsis"
    return text


def _list(number: int, rows: list[Named], share: int, view: View, now: datetime, width: int) -> RenderableType:
    listing = LISTINGS[number]
    rows = ordered(listing, rows, view.order[number], now, is_reversed=view.is_reversed[number])
    first = view.first[number] = max(0, min(view.first[number], len(rows) - share))
    shown = rows[first : first + share]
    drawn = table(listing, shown, now, width, is_chosen=number == view.chosen)
    if len(shown) < len(rows):
        drawn.columns[0].header = f"{listing.columns[0].head} {first + 1}-{first + len(shown)} of {len(rows)}"
    if rows or not share:
        return drawn
    return Group(drawn, _cut(Text(listing.nothing, "dim")))


def _shares(wanted: Sequence[int], lines: int, chosen: int) -> list[int]:
    """How many lines each list gets: a quarter if it wants so many; the chosen one first takes what is left."""
    wanted = [max(want, 1) for want in wanted]
    shares = [min(want, max(lines // 4, 1)) for want in wanted]
    for number in (chosen, *(number for number in range(len(wanted)) if number != chosen)):
        shares[number] += max(0, min(wanted[number] - shares[number], lines - sum(shares)))
    return shares
