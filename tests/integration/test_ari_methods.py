"""The generated operations against the description that a running Asterisk gives of itself."""

import ast
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import pytest

from ari_bridge import event_types
from tests.integration.asterisk import ARI_PASSWORD, TestAsterisk
from tools.generate_ari_methods import generate, read_documents

PACKAGE = Path(event_types.__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """One generated method, as far as another release of Asterisk may not change it under us."""

    sends: str
    """HTTP method and path."""
    required: frozenset[str]
    types: dict[str, str]
    """By parameter."""
    text: str


@pytest.fixture
def described(asterisk: TestAsterisk, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What the generator makes of the running Asterisk."""
    monkeypatch.setenv("ARI_USER", "acd")
    monkeypatch.setenv("ARI_PASSWORD", ARI_PASSWORD)
    return generate(read_documents(asterisk.url))


def methods(text: str) -> dict[str, Method]:
    """Every operation of a generated module, by `Class.name`."""
    return {
        f"{found.name}.{each.name}": _method(each)
        for found in ast.parse(text).body
        if isinstance(found, ast.ClassDef)
        for each in found.body
        if isinstance(each, ast.AsyncFunctionDef)
    }


def _method(function: ast.AsyncFunctionDef) -> Method:
    (call,) = (
        each
        for each in ast.walk(function)
        if isinstance(each, ast.Call) and isinstance(each.func, ast.Attribute) and each.func.attr in {"_call", "_fetch"}
    )
    arguments = function.args
    with_default = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    return Method(
        sends=" ".join(ast.unparse(each) for each in call.args[:2]),
        required=frozenset(each.arg for each, default in with_default if default is None),
        types={each.arg: ast.unparse(each.annotation) for each in arguments.kwonlyargs if each.annotation},
        text=ast.unparse(function),
    )


@pytest.mark.parametrize("module", ["methods.py", "objects.py"])
def test_asterisk_understands_every_operation(module: str, described: dict[str, str]) -> None:
    ours, theirs = methods((PACKAGE / module).read_text()), methods(described[module])
    assert len(ours) >= 60
    assert sorted(ours.keys() - theirs.keys()) == []
    for name, mine in ours.items():
        other = theirs[name]
        assert (name, mine.sends, mine.required) == (name, other.sends, other.required)
        assert mine.types.items() <= other.types.items(), f"{name}: run tools/generate_ari_methods.py again"
        if mine.types == other.types:
            assert mine.text == other.text, f"{name} is not what tools/generate_ari_methods.py writes"


def test_the_109_operations_of_the_floor_are_there() -> None:
    ours = methods((PACKAGE / "methods.py").read_text())
    events = [name for name in ours if name.startswith("Events.")]
    # The 109th, eventWebsocket, is `Client.connect`.
    assert len(ours) == 108
    assert events == ["Events.userEvent", "Events.claimChannel"]


def test_asterisk_sends_every_type_of_event(described: dict[str, str]) -> None:
    theirs = _event_types(described["event_types.py"])
    assert len(get_args(event_types.EventType)) == 45
    assert set(get_args(event_types.EventType)) <= theirs


def _event_types(text: str) -> set[str]:
    (names,) = (
        each.value
        for each in ast.parse(text).body
        if isinstance(each, ast.Assign) and ast.unparse(each.targets[0]) == "EventType"
    )
    return {str(each.value) for each in ast.walk(names) if isinstance(each, ast.Constant)}
