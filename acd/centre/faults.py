"""What is wrong with a centre's file: where, what, and how to mend it."""

import difflib
import json
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

_SHOWN_AT_MOST: Final = 40
_LISTED_AT_MOST: Final = 12

_WORD: Final = r"[A-Za-z0-9_-]+"
_HEADER: Final = re.compile(rf"\s*(\[\[?)\s*({_WORD})\s*(?:\.\s*({_WORD})\s*)?\]")
_KEY: Final = re.compile(rf"""\s*(?:"([^"]+)"|'([^']+)'|({_WORD}))\s*(?:\.\s*({_WORD})\s*)?=""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong."""

    place: str
    """`queues[2].wrap_up`: the entries of a kind are counted from 1. Empty where it is the file as a whole."""
    line: int | None
    """Where in the file, counted from 1; None where that is not known."""
    what: str
    mend: str

    def __str__(self) -> str:
        where = ", ".join(part for part in (f"line {self.line}" if self.line else "", self.place) if part)
        return f"{where}: {self.what}; {self.mend}" if where else f"{self.what}; {self.mend}"


def in_order(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """As in the file; what has no line comes first."""
    return tuple(sorted(faults, key=lambda fault: fault.line or 0))


class CentreFaults(Exception):
    """A centre's file cannot be used. The text lists every fault, one a line, and no secrets."""

    def __init__(self, source: str, faults: Collection[Fault]) -> None:
        self.source = source
        self.faults = in_order(faults)
        count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        super().__init__("\n  ".join([f"{source} has {count}:", *map(str, self.faults)]))


class Wrong(Exception):
    """A value that cannot be used: what is wrong with it, and the mend."""

    def __init__(self, what: str, mend: str) -> None:
        self.what, self.mend = what, mend
        super().__init__(what, mend)


class Faults:
    """The faults found so far in one text, and the lines on which its places stand."""

    def __init__(self, text: str) -> None:
        self.found: list[Fault] = []
        self._lines = line_numbers(text)

    def add(self, place: str, wrong: Wrong) -> None:
        """A fault at this place."""
        self.found.append(self.at(place, wrong))

    def at(self, place: str, wrong: Wrong) -> Fault:
        """What is wrong there, told and not added. A missing key is told with the line of its table."""
        return Fault(place=place, line=self.line(place), what=wrong.what, mend=wrong.mend)

    def line(self, place: str) -> int | None:
        """Where this place stands, else the table it belongs to."""
        while place and place not in self._lines:
            if f"{place}[1]" in self._lines:
                return self._lines[f"{place}[1]"]
            place = re.sub(r"(\.[^.\[]*|\[\d+\])$", "", place) if re.search(r"[.\]]", place) else ""
        return self._lines.get(place)

    def whereabouts(self, place: str) -> str:
        """The place in words, for faults that name another place."""
        line = self.line(place)
        return f"{place} (line {line})" if line else place


def line_numbers(text: str) -> dict[str, int]:
    """The lines on which tables and keys begin, as far as they show without parsing: `{"queues[2].wrap_up": 41}`.

    A table or key inside another one (`[queues.callback]`, `callback.key = "2"`) is known one level deep.
    """
    lines: dict[str, int] = {}
    counts: dict[str, int] = {}
    table = ""
    inside_text = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if not inside_text and (header := _HEADER.match(line)):
            table = _table_place(header, counts)
            lines.setdefault(table, number)
        elif not inside_text and (key := _KEY.match(line)):
            *names, inner = key.groups()
            name = next(group for group in names if group)
            place = f"{table}.{name}" if table else name
            lines.setdefault(place, number)
            if inner:
                lines.setdefault(f"{place}.{inner}", number)
        for quotes in ('"""', "'''"):
            if line.count(quotes) % 2 and inside_text in ("", quotes):
                inside_text = "" if inside_text else quotes
    return lines


def _table_place(header: re.Match[str], counts: dict[str, int]) -> str:
    """The place of the table that begins here; `counts` is of those so far, by kind."""
    brackets, name, inner = header.groups()
    if inner:
        return f"{name}[{counts[name]}].{inner}" if name in counts else f"{name}.{inner}"
    if brackets == "[":
        return str(name)
    counts[name] = counts.get(name, 0) + 1
    return f"{name}[{counts[name]}]"


def shown(value: object) -> str:
    """A value as a fault repeats it: as it stands in the file, cut short where it is long."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _SHOWN_AT_MOST else f"{text[:_SHOWN_AT_MOST]}…"


def suggestion(given: object, known: Collection[str], all_are: str) -> str:
    """The likely one, and all of them where they are few: `did you mean "ring_all"? The types are …`."""
    likely = difflib.get_close_matches(str(given).lower().replace("-", "_"), known, n=1) or difflib.get_close_matches(
        str(given), known, n=1
    )
    parts = [f'did you mean "{likely[0]}"?'] if likely else []
    if known and (not likely or len(known) > 1) and len(known) <= _LISTED_AT_MOST:
        listed = f"{all_are} {', '.join(known)}"
        parts.append(listed[0].upper() + listed[1:] if parts else listed)
    return " ".join(parts) or f"{all_are} others"
