"""Who answers a queue of app_queue: an interface, a penalty, a name; and the person and phone that become of it."""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from acd.app_queue.conf import Entry, Section
from acd.app_queue.remarks import Kind, Remarks

AGENT: Final = "member"
"""The key of an agent's line."""

_ENDPOINT: Final = re.compile(r"(?:PJSIP|SIP|IAX2|SCCP|Agent)/([A-Za-z0-9_.-]+)", re.IGNORECASE)
_LOCAL: Final = re.compile(r"Local/([^@/]+)(?:@([^/]+))?(?:/.*)?", re.IGNORECASE)
_LEADING_DIGITS: Final = re.compile(r"[0-9]{2,10}", re.ASCII)
_DEVICE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
_NAME_AT_MOST: Final = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of one queue."""

    interface: str
    penalty: int
    name: str
    state_interface: str
    wrap_up_seconds: int | None
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who becomes of an interface."""

    key: str
    """The same for all lines that mean him: his extension, or the name of his phone."""
    digits: str | None
    """His extension where the line tells one."""
    device: str
    name: str
    by_dial_plan: bool
    """He is rung by an extension of the old dial plan, which may lead anywhere."""


def lines_of(section: Section, remarks: Remarks) -> Iterator[Line]:
    """The agents of this queue in the order of the file, each once."""
    seen: set[str] = set()
    for entry in section.entries:
        if entry.key == AGENT:
            line = _line(entry, section.name, remarks)
            if not line.interface:
                remarks.add(Kind.DROPPED, f"line {entry.place}", "names nobody", section.name)
                continue
            if line.interface.lower() in seen:
                remarks.add(Kind.DROPPED, line.interface, "stands there twice", section.name)
                continue
            seen.add(line.interface.lower())
            yield line


def _line(entry: Entry, queue: str, remarks: Remarks) -> Line:
    fields = next(csv.reader([entry.value], skipinitialspace=True), [])
    fields = [*(field.strip() for field in fields), *[""] * 7]
    interface, penalty, name, state, ring_in_use, wrap_up, paused = fields[:7]
    if ring_in_use.lower() in ("yes", "true", "on", "1"):
        what = "he gets one call at a time; write max_calls = 2 at his assignment where he shall have two"
        remarks.add(Kind.DIFFERS, f"ringinuse of {interface}", what, queue)
    if paused.lower() in ("yes", "true", "on", "1"):
        what = "everybody begins Offline and logs in by *51; there is no pause for one queue alone"
        remarks.add(Kind.DIFFERS, f"paused of {interface}", what, queue)
    rank = int(penalty) if re.fullmatch(r"-?[0-9]{1,9}", penalty, re.ASCII) else 0
    if penalty and str(rank) != penalty.lstrip("0").rjust(1, "0"):
        remarks.add(Kind.TO_DO, f"penalty {penalty!r} of {interface}", "is no whole number; 0 was taken", queue)
    if rank < 0:
        what = "he comes first; where negative_penalty_invalid was set he had no calls: take his assignment out"
        remarks.add(Kind.DIFFERS, f"penalty {rank} of {interface}", what, queue)
    return Line(
        interface=interface,
        penalty=rank,
        name=name,
        state_interface=state,
        wrap_up_seconds=int(wrap_up) if wrap_up.isascii() and wrap_up.isdigit() and len(wrap_up) < 6 else None,
        place=entry.place,
    )


def person(line: Line) -> Person | None:
    """Who is meant; None where the interface is no phone of this Asterisk (a trunk, an address)."""
    local = _LOCAL.fullmatch(line.interface)
    state = _ENDPOINT.fullmatch(line.state_interface)
    if local:
        rung, phone = local[1], state[1] if state else local[1]
    elif endpoint := _ENDPOINT.fullmatch(line.interface):
        rung = phone = endpoint[1]
    else:
        return None
    if not _DEVICE.fullmatch(phone):
        phone = re.sub(r"[^A-Za-z0-9_-]", "-", phone).strip("-_")[:40]
    if not phone:
        return None
    digits = _LEADING_DIGITS.match(rung)
    if local and digits and digits[0] != rung:
        return None  # Local/00361234567@out: somebody outside
    extension = digits[0] if digits and rung[digits.end() :][:1] in ("", "-", "_", ".") else None
    return Person(
        key=(extension or phone).lower(),
        digits=extension,
        device=phone,
        name=_display_name(line.name),
        by_dial_plan=local is not None and not line.state_interface,
    )


def _display_name(written: str) -> str:
    """A name as a file of ours takes it; empty where there is none to show."""
    name = " ".join("".join(c if c.isprintable() else " " for c in written).split())[:_NAME_AT_MOST].strip()
    return "" if "/" in name and name.split("/")[0].upper() in ("SIP", "PJSIP", "LOCAL", "AGENT", "IAX2") else name


def ranks(penalties: Iterable[int]) -> dict[int, int]:
    """Each penalty -> the order number of its tier, from 1 without gaps, which a cascade would mistake for groups."""
    return {penalty: rank for rank, penalty in enumerate(sorted(set(penalties)), start=1)}
