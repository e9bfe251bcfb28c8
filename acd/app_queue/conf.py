"""Asterisk's configuration files: sections, templates, includes, comments.

It reads text that it is given and asks for included files by their names; it opens none.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

DEEPEST: Final = 10
"""So many files include each other at most."""

_HEADER: Final = re.compile(r"\[([^\]]*)\](?:\s*\(([^)]*)\))?")
_DIRECTIVE: Final = re.compile(r"#\s*(include|tryinclude|exec)\s+(.*)")
_COMMENT: Final = re.compile(r"(?<!\\);.*")

Included = Callable[[str], str | None]
"""The text of the files that a name stands for, one behind the other; None where there is none."""


class ConfigurationError(Exception):
    """A file that Asterisk would not take either; the text says where, what and how to mend it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One `key = value`, or `key => value`."""

    key: str
    """In lower case, as Asterisk compares it."""
    value: str
    place: str
    """`queues.conf line 12`"""


@dataclass(slots=True, kw_only=True)
class Section:
    """What stands under one `[name]`, templates filled in."""

    name: str
    is_template: bool = False
    entries: list[Entry] = field(default_factory=list[Entry])

    def last(self, key: str) -> Entry | None:
        """The entry that counts: a later one replaces an earlier one."""
        return next((entry for entry in reversed(self.entries) if entry.key == key), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """A whole configuration."""

    sections: tuple[Section, ...]
    missing: tuple[str, ...]
    """What is included and not there, or made by a program, which is never run."""


def parse(text: str, source: str, included: Included) -> Parsed:
    """Read a file with all that it includes.

    Raises `ConfigurationError`.
    """
    sections: dict[str, Section] = {}
    missing: list[str] = []
    section: Section | None = None
    for line, place in _lines(text, source, included, missing, DEEPEST):
        if line.startswith("["):
            section = _begin(line, place, sections)
        elif "=" in line:
            key, _, value = line.partition("=")
            entry = Entry(key.strip().lower(), value.removeprefix(">").strip(), place)
            if section is None:
                raise ConfigurationError(f"{place}: {line!r} stands before any [section]; is this the right file?")
            section.entries.append(entry)
        else:
            raise ConfigurationError(f"{place}: {line!r} is neither [section] nor key = value; is this the right file?")
    return Parsed(sections=tuple(each for each in sections.values() if not each.is_template), missing=tuple(missing))


def _begin(line: str, place: str, sections: dict[str, Section]) -> Section:
    header = _HEADER.match(line)
    if header is None:
        raise ConfigurationError(f"{place}: {line!r} has no ]; close the name of the section")
    name, marks = header[1].strip(), [mark.strip() for mark in (header[2] or "").split(",") if mark.strip()]
    bases = [mark for mark in marks if mark not in ("!", "+")]
    if unknown := [base for base in bases if base not in sections]:
        raise ConfigurationError(f"{place}: there is no [{unknown[0]}] before this, on which [{name}] could be built")
    section = sections.setdefault(name, Section(name=name, is_template="!" in marks))
    for base in bases:
        section.entries += sections[base].entries
    return section


def _lines(text: str, source: str, included: Included, missing: list[str], deeper: int) -> Iterator[tuple[str, str]]:
    """Lines that say something, without their comments, and where they stand."""
    in_comment = False
    for number, raw in enumerate(text.removeprefix("\ufeff").splitlines(), start=1):
        line, in_comment = _without_comment(raw, in_comment)
        place = f"{source} line {number}"
        if not line:
            continue
        if directive := _DIRECTIVE.match(line):
            kind, name = directive[1], directive[2].strip().strip('"<>')
            content = None if kind == "exec" or not deeper else included(name)
            if content is not None:
                yield from _lines(content, name, included, missing, deeper - 1)
            elif kind != "tryinclude":
                missing.append(f"{place}: #{kind} {name}")
        else:
            yield line, place


def _without_comment(line: str, in_comment: bool) -> tuple[str, bool]:
    """The line without `; …` and `;-- … --;`, and whether such a block goes on behind it."""
    kept = ""
    while line:
        if in_comment:
            before, end, line = line.partition("--;")
            in_comment = not end
            continue
        before, begin, rest = line.partition(";--")
        if not begin or rest.startswith("-"):  # a rule of dashes is a line of its own
            kept += line
            break
        kept, line, in_comment = kept + before, rest, True
    return _COMMENT.sub("", kept).replace("\\;", ";").strip(), in_comment
