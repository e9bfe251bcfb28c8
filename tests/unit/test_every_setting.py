"""Every setting wrong in turn, and all at once: one message, with place, value, and what would be right.

The settings are taken from the code itself, so that one more is tested too.
"""

import json
import re
import tomllib
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any, Final

import pytest

from acd.centre import CentreFaults, read_centre, tables_of
from acd.centre.writing import without_none
from acd.runtime.settings import _ALL_KEYS as KEYS
from acd.runtime.settings import SettingsFaults, _Key, read_settings

WRONG: Final[tuple[object, ...]] = (
    "",
    " ",
    "two\nlines",
    "\x1b[31mred",
    "\x00",
    "a b",
    "relative/path",
    "http://[::1",
    "postgresql://db:99999/acd",
    "x" * 5000,
    "300.1.1.1",
    -1,
    0,
    70_000,
    1.5,
    float("inf"),
    10**30,
    True,
    [],
    ["a"],
    {},
    {"a": 1},
)
"""What no setting takes, or few: each is given to each of them."""

HUSHED: Final = ("hush-hush\n", ["hush-hush"], {"a": "hush-hush"}, "hush-hush " * 100)
"""What no secret can be; no message repeats it."""

Tables = dict[str, Any]


def written(value: object) -> str:
    """As TOML writes it."""
    match value:
        case dict():
            return "{" + ", ".join(f"{json.dumps(str(key))} = {written(each)}" for key, each in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(written, value)) + "]"
        case float() if value == float("inf"):
            return "inf"
        case str():
            return json.dumps(value)
        case _:
            return str(value).lower()


# --- the engine's settings

GOOD: Final[Mapping[str, Mapping[str, object]]] = {
    "database": {"url": "postgresql://acd:x@127.0.0.1/acd"},
    "ari": {"password": "x"},
    "portal": {"url": "https://acd.example.com", "mail_folder": "/var/mail"},
}


def said_of_settings(file: Path, changes: Mapping[tuple[str, str], object]) -> list[str]:
    """The lines of the message about good settings with these values instead; None takes one away."""
    tables: Tables = {section: dict(table) for section, table in GOOD.items()}
    for (section, name), value in changes.items():
        tables.setdefault(section, {})[name] = value
    lines: list[str] = []
    for section, table in tables.items():
        lines.append(f"[{section}]")
        lines += [f"{name} = {written(value)}" for name, value in table.items() if value is not None]
    file.write_text("\n".join(lines), encoding="utf-8")
    try:
        read_settings(file, {})
    except SettingsFaults as faults:
        head, *rest = str(faults).splitlines()
        assert head == f"The settings have {'1 fault' if len(rest) == 1 else f'{len(rest)} faults'}:"
        return rest
    return []


def said_of_key(file: Path, key: _Key, value: object) -> list[str]:
    """What is said of this key; whom it does not go together with is told apart."""
    faults = said_of_settings(file, {(key.section, key.name): value})
    return [fault for fault in faults if f"[{key.section}] {key.name}" in fault]


every_key: Final = pytest.mark.parametrize("key", KEYS, ids=lambda key: f"{key.section}.{key.name}")


@every_key
def test_a_setting_says_of_a_wrong_value_where_it_is_and_what_would_be_right(tmp_path: Path, key: _Key) -> None:
    file = tmp_path / "acd.toml"
    said = [lines for value in WRONG if (lines := said_of_key(file, key, value))]
    assert len(said) >= len(WRONG) // 2, "most of these are wrong for it"
    for lines in said:
        [line] = lines
        assert re.match(rf"  {file}: \[{key.section}\] {key.name}: (cannot be|is not right)", line)
        assert "; give " in line, "what would be right"
        assert ("cannot be " in line) is not key.secret, "the value, if that may be told"
        assert line.isprintable()
        assert len(line) < 400


@pytest.mark.parametrize("key", [key for key in KEYS if key.secret], ids=lambda key: f"{key.section}.{key.name}")
def test_no_message_about_settings_tells_a_secret(tmp_path: Path, key: _Key) -> None:
    file, secret = tmp_path / "acd.toml", tmp_path / "secret"
    for value in HUSHED[:-1]:
        [line] = said_of_key(file, key, value)
        assert "hush" not in line
    for content in (b"", b"\xff\xfe", b"hush\nhush"):
        secret.write_bytes(content)
        by_file = {(key.section, key.name): None, (key.section, f"{key.name}_file"): str(secret)}
        [line] = [fault for fault in said_of_settings(file, by_file) if f"{key.name}_file" in fault]
        assert "hush" not in line


def test_all_settings_wrong_at_once_is_one_message_with_all_of_them(tmp_path: Path) -> None:
    faults = said_of_settings(tmp_path / "acd.toml", {(key.section, key.name): {"wrong": 1} for key in KEYS})
    for key in KEYS:
        assert len([fault for fault in faults if f": [{key.section}] {key.name}: " in fault]) == 1
    others = [fault for fault in faults if "acd.toml" not in fault]
    assert len(faults) == len(KEYS) + len(others)
    assert all(fault.startswith("  portal.") for fault in others), "what does not go together"


# --- the centre's file

SECRETS: Final = ("devices.password", "users.first_portal_password")


def _whole() -> Tables:
    """A centre in which every key is given; those of which only one can be are given in two queues."""
    demo = (Path(__file__).parents[2] / "examples" / "demo.toml").read_text(encoding="utf-8")
    text = re.sub(r"^# ([a-z_.]+ = )", r"\1", demo, flags=re.MULTILINE)
    tables = without_none(tables_of(read_centre(text, "demo.toml")))
    tables["devices"][0]["password"] = "a-good-password"
    tables["users"][0]["first_portal_password"] = "a good password"
    tables["queues"][2]["back_off"] = "5s"
    tables["queues"][1] |= {"type": "linear_cascade", "first_round": 1, "increment": 1}
    assert read_centre(_text(tables), "whole.toml")
    return tables


def _text(tables: Tables) -> str:
    lines: list[str] = []
    for kind, given in tables.items():
        for table in given if isinstance(given, list) else [given]:
            lines.append(f"[[{kind}]]" if isinstance(given, list) else f"[{kind}]")
            lines += [f"{name} = {written(value)}" for name, value in table.items()]
    return "\n".join(lines)


WHOLE: Final = _whole()


def _keys() -> list[tuple[str, int, tuple[str, ...]]]:
    """Every key: its kind, the entry that gives it, and its name, or two where it stands in a table of its own."""
    found: dict[tuple[str, tuple[str, ...]], int] = {}
    for kind, given in WHOLE.items():
        for number, table in enumerate(given if isinstance(given, list) else [given]):
            for name, value in table.items():
                found.setdefault((kind, (name,)), number)
                for inner in value if isinstance(value, dict) else ():
                    found.setdefault((kind, (name, inner)), number)
    return [(kind, number, names) for (kind, names), number in found.items()]


CENTRE_KEYS: Final = _keys()
every_centre_key: Final = pytest.mark.parametrize(
    ("kind", "number", "names"), CENTRE_KEYS, ids=lambda value: str(value) if isinstance(value, str) else None
)


def spoilt(tables: Tables, kind: str, number: int, names: tuple[str, ...], value: object) -> Tables:
    """The same with this value there."""
    tables = deepcopy(tables)
    table = tables[kind][number] if isinstance(tables[kind], list) else tables[kind]
    for name in names[:-1]:
        table = table[name]
    table[names[-1]] = value
    return tables


def said_of_centre(tables: Tables) -> list[str]:
    """The lines of the message; none where nothing is wrong."""
    text = _text(tables)
    assert tomllib.loads(text)
    try:
        read_centre(text, "centre.toml")
    except CentreFaults as faults:
        return str(faults).splitlines()[1:]
    return []


def place_of(kind: str, number: int, names: tuple[str, ...]) -> str:
    return ".".join([kind if kind == "account" else f"{kind}[{number + 1}]", *names])


def test_every_rule_that_there_is_will_be_tried() -> None:
    assert len(CENTRE_KEYS) >= 65
    shown = {".".join((kind, *names)) for kind, _, names in CENTRE_KEYS}
    assert set(SECRETS) <= shown
    assert {"queues.callback.retry", "queues.announcements.comfort", "queues.first_round", "assignments.order"} <= shown


@every_centre_key
def test_a_centres_file_says_of_a_wrong_value_where_it_is_and_what_would_be_right(
    kind: str, number: int, names: tuple[str, ...]
) -> None:
    place, told = place_of(kind, number, names), 0
    for value in WRONG:
        faults = said_of_centre(spoilt(WHOLE, kind, number, names, value))
        own = [fault for fault in faults if re.match(rf"  line \d+, {re.escape(place)}[.:]", fault)]
        told += bool(own)
        for fault in faults:
            what, _, mend = fault.partition("; ")
            assert what
            assert mend, fault
            assert fault.isprintable()
            assert len(fault) < 600
    assert told >= len(WRONG) // 3, "many of these are wrong for it"


@pytest.mark.parametrize("of", SECRETS)
def test_no_message_about_a_centre_tells_a_secret(of: str) -> None:
    kind, name = of.split(".")
    for value in HUSHED:
        faults = said_of_centre(spoilt(WHOLE, kind, 0, (name,), value))
        assert faults
        assert "hush" not in "".join(faults)


def test_every_key_of_a_centre_wrong_at_once_is_one_message_with_all_of_them() -> None:
    tables = WHOLE
    plain = [entry for entry in CENTRE_KEYS if not any(_is_inside(other, entry) for other in CENTRE_KEYS)]
    for kind, number, names in plain:
        tables = spoilt(tables, kind, number, names, {"wrong": 1} if len(names) == 1 else 1.5)
    text = "\n".join(said_of_centre(tables))
    assert [place for entry in plain if f"{(place := place_of(*entry))}: " not in text] == []


def _is_inside(one: tuple[str, int, tuple[str, ...]], other: tuple[str, int, tuple[str, ...]]) -> bool:
    return one[:2] == other[:2] and len(one[2]) > len(other[2]) and one[2][0] == other[2][0]
