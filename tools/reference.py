"""Write the pages of the docs that only the code can know: every setting, every key of a centre's file, every command.

    python -m tools.reference docs

Names, defaults and what a value may be are what the program itself goes by, so none can be left out: the settings of
the engine from its table of them, the keys of a centre's file by reading one and noting what is asked for. What a key
means is the docstring of the field that it becomes; `meanings.py` has those that become none, or need other words.
"""

import ast
import inspect
import sys
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Final
from unittest.mock import patch

import click

from acd import model
from acd.centre import CentreFaults, checks, read_tables, values
from acd.centre.faults import Wrong
from acd.centre.tables import Table
from acd.cli import main as acd
from acd.runtime import settings
from acd.simulation import day, traffic
from feature_codes.codes import away
from feature_codes.table import ACTIONS, AWAY
from tools.meanings import INTRODUCTIONS, MEANINGS

GENERATED: Final = (
    "% Written by `python -m tools.reference docs`: change the code, or tools/meanings.py, and run that.\n"
)
_HEAD: Final = ("key", "meaning", "value", "if left out")
_REQUIRED: Final = "**must be given**"


def pages() -> dict[str, str]:
    """The text of each page by its name.

    Raises `SystemExit` with every meaning that is missing, or said of what is not there.
    """
    meanings = _Meanings()
    written = {"settings.md": _settings(meanings), "centre-file.md": _centre_file(meanings), "commands.md": _commands()}
    meanings.must_be_complete()
    return written


# --- what a key means


class _Meanings:
    """The sentence of each key: ours, else the docstring of the field it becomes."""

    def __init__(self) -> None:
        self._used: set[str] = set()
        self._missing: list[str] = []

    def of(self, key: str, *fields: tuple[type, str]) -> tuple[str, str]:
        """What `queues.max_wait` means, and what holds without it; `fields`: where a docstring may say so."""
        said = next((_docstrings(of)[name] for of, name in fields if name in _docstrings(of)), "")
        if key in MEANINGS:
            self._used.add(key)
            said = MEANINGS[key]
        meaning, _, without = (" " + " ".join(said.split())).partition(" None: ")
        if not meaning.strip():
            self._missing.append(key)
        return meaning.strip().rstrip(";"), without.rstrip(".")

    def must_be_complete(self) -> None:
        """Nothing without a meaning, and no meaning of nothing."""
        faults = [f"{key} has no meaning: give its field a docstring, or add it to MEANINGS" for key in self._missing]
        faults += [f"MEANINGS has {key}, which is no key" for key in sorted(MEANINGS.keys() - self._used)]
        if faults:
            raise SystemExit("\n".join(faults))


@cache
def _docstrings(of: type) -> Mapping[str, str]:
    """The texts below the fields of a class."""
    [definition] = ast.parse(inspect.getsource(of)).body
    assert isinstance(definition, ast.ClassDef)
    said: dict[str, str] = {}
    for field, below in zip(definition.body, definition.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant):
            said[ast.unparse(field.target)] = str(below.value.value)
    return said


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    columns = tuple(head)
    lines = [columns, tuple("---" for _ in columns), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n" for cells in lines)


# --- the engine's settings


def _settings(meanings: _Meanings) -> str:
    rows: dict[str, list[tuple[str, str, str, str]]] = {}
    for key in settings._ALL_KEYS:
        if key.section == "star_codes":
            meaning, without = inspect.getdoc(away if key.name == AWAY else ACTIONS[key.name]) or "", ""
        else:
            meaning, without = meanings.of(f"{key.section}.{key.name}", (settings.Settings, key.attribute))
        if key.default == ():
            without = without or "none"
        elif key.default is not None:
            without = f"`{_in_toml(key.default)}`"
        elif not key.optional:
            without = _REQUIRED
        name = f"`{key.name}`" + (f" or `{key.name}_file`" if key.secret else "")
        rows.setdefault(key.section, []).append((name, meaning, _form(key.check), without))
    parts = [GENERATED, INTRODUCTIONS["settings"]]
    for section, of_section in rows.items():
        parts += [f"## [{section}]\n", INTRODUCTIONS.get(f"settings.{section}", ""), _table(_HEAD, of_section)]
    return "\n".join(filter(None, parts))


def _form(check: Callable[[object], object]) -> str:
    """What a value may be, in the words of the fault of a wrong one."""
    try:
        check("?")
    except ValueError as mend:
        return str(mend).removeprefix("give ")
    return "a text"


# --- a centre's file


@dataclass(frozen=True, slots=True, kw_only=True)
class _Taken:
    """A key that was asked for."""

    place: str
    key: str
    check: Callable[[object], object]
    default: object
    required: bool


_FIELDS: Final[Mapping[str, tuple[type, ...]]] = {
    "account": (model.Account, values.Centre),
    "users": (values.User,),
    "devices": (values.Phone,),
    "queues": (model.Queue,),
    "queues.overflow": (),
    "queues.callback": (model.Callback,),
    "queues.announcements": (model.Announcements,),
    "assignments": (model.Assignment,),
    "simulation": (traffic.Traffic,),
    "traffic": (traffic.Stream,),
    "shifts": (traffic.Shift,),
}
"""The tables of a file, in the order of the page, and what each becomes."""

_LISTS: Final = ("users", "devices", "queues", "assignments", "traffic", "shifts")
_ONE_OF_EACH: Final[Mapping[str, object]] = {
    "account": {},
    "users": [{}],
    "devices": [{}],
    "queues": [{"overflow": {}, "callback": {}, "announcements": {}}],
    "assignments": [{}],
}
_OF_SIMULATION: Final = "[simulation]\n[[traffic]]\n[[shifts]]\n"


def _centre_file(meanings: _Meanings) -> str:
    taken = _taken()
    assert taken.keys() == _FIELDS.keys(), f"{sorted(taken.keys() ^ _FIELDS.keys())}: see _FIELDS and _ONE_OF_EACH"
    parts = [GENERATED, INTRODUCTIONS["centre-file"]]
    for place, fields in _FIELDS.items():
        parts += [f"## {_heading(place)}\n", INTRODUCTIONS.get(f"centre-file.{place}", "")]
        rows: list[tuple[str, str, str, str]] = []
        for entry in taken[place].values():
            meaning, without = meanings.of(f"{place}.{entry.key}", *((of, entry.key) for of in fields))
            rows.append((f"`{entry.key}`", meaning, _form_of(entry.check), _default(entry, without)))
        parts.append(_table(_HEAD, rows))
    return "\n".join(filter(None, parts))


def _heading(place: str) -> str:
    table, _, inner = place.partition(".")
    if inner:
        return f"{inner} of a queue"
    return f"[[{table}]]" if table in _LISTS else f"[{table}]"


def _taken() -> dict[str, dict[str, _Taken]]:
    """What is asked of a file that has every table, by place and key."""
    found: dict[str, dict[str, _Taken]] = {}
    with _noting() as seen:
        for read in (lambda: read_tables(_ONE_OF_EACH, ""), lambda: day.read_day(_OF_SIMULATION, "")):
            try:
                read()
            except CentreFaults:
                continue  # of course: nothing is given in these tables
            raise AssertionError("a centre of nothing was taken")
    for entry in seen:
        found.setdefault(entry.place, {})[entry.key] = entry
    return found


@contextmanager
def _noting() -> Generator[list[_Taken]]:
    """Note every key that is asked of a table of a centre's file."""
    seen: list[_Taken] = []
    take, require, inner = Table.take, Table.require, Table.inner

    def note(table: Table, key: str, check: Callable[[object], object], default: object, *, required: bool) -> None:
        place = table.place.replace("[1]", "")
        seen.append(_Taken(place=place, key=key, check=check, default=default, required=required))

    def noted_take(table: Table, key: str, check: Callable[[object], object], default: object) -> object:
        note(table, key, check, default, required=False)
        return take(table, key, check, default)

    def noted_require(table: Table, key: str, check: Callable[[object], object], instead: object) -> object:
        value = require(table, key, check, instead)
        note(table, key, check, instead, required=True)
        return value

    def noted_inner(table: Table, key: str, form: str) -> Table | None:
        def check(_: object) -> object:
            raise Wrong("is no table", f"like `{form}`")

        note(table, key, check, None, required=False)
        return inner(table, key, form)

    with patch.multiple(Table, take=noted_take, require=noted_require, inner=noted_inner):
        yield seen


def _form_of(check: Callable[[object], object]) -> str:
    """What a value may be: the bounds or words that the check holds, else what it tells of a wrong one."""
    held = inspect.getclosurevars(check).nonlocals
    match held.get("least"):
        case timedelta() as least:
            return f'`"{checks.in_words(least)}"` to `"{checks.in_words(held["most"])}"`'
        case int() as least:
            return f"{least} to {held['most']}"
        case _:
            pass
    if "words" in held:
        return ", ".join(f'`"{word}"`' for word in held["words"])
    try:
        check("?")
    except Wrong as wrong:
        return wrong.mend.removeprefix("write ").removeprefix("use ")
    return "a text"


def _default(entry: _Taken, without: str) -> str:
    """What holds where the key is not there."""
    if entry.required:
        return _REQUIRED
    if without or entry.default in (None, (), ""):
        return without or "none"
    return f"`{_in_toml(entry.default)}`"


def _in_toml(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case timedelta():
            return f'"{checks.in_words(value)}"'
        case traffic.Constant():
            return _in_toml(value.length)
        case traffic.Exponential():
            return f'{{ type = "exponential", mean = {_in_toml(value.mean)} }}'
        case traffic.LogNormal():
            return f'{{ type = "log_normal", mean = {_in_toml(value.mean)}, deviation = {_in_toml(value.deviation)} }}'
        case str() | Path():
            return f'"{value}"'
        case _:
            return str(value)


# --- commands


def _commands() -> str:
    parts = [GENERATED, INTRODUCTIONS["commands"]]
    context = click.Context(acd, info_name="acd")
    return "\n".join([*parts, *_commands_of(acd, context)])


def _commands_of(group: click.Group, context: click.Context) -> list[str]:
    parts: list[str] = []
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None, name
        parts += _command(command, click.Context(command, info_name=name, parent=context))
    return parts


def _command(command: click.Command, context: click.Context) -> list[str]:
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    parts = [f"## {context.command_path}\n", f"```text\n{usage}\n```\n", inspect.cleandoc(command.help or "") + "\n"]
    if isinstance(command, click.Group):
        return [*parts, *_commands_of(command, context)]
    records = [option.get_help_record(context) for option in command.params if isinstance(option, click.Option)]
    rows = [(f"`{names}`", " ".join(meaning.split())) for names, meaning in filter(None, records)]
    return [*parts, _table(("option", "meaning"), rows)] if rows else parts


if __name__ == "__main__":
    for page, text in pages().items():
        Path(sys.argv[1], page).write_text(text, encoding="utf-8")
