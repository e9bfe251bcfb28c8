"""The recorded events, and damaged copies of them."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

RECORDED = Path(__file__).parent / "recorded"
WRONG: tuple[Any, ...] = (None, 7, -1.5, True, "", "x", [], [7], {}, {"id": 7}, ["queue"], ["leg", None], "\ud800")
"""Stands in for a field: every kind of JSON value, and some that come near to being right."""


def recorded(name: str) -> Any:
    """The content of a recording."""
    return json.loads((RECORDED / name).read_text())


def damaged(message: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """This message with each field, at any depth, once missing and once of each wrong kind."""
    for path in list(_paths(message)):
        broken = copy.deepcopy(message)
        del _place(broken, path)[path[-1]]
        yield broken
        for wrong in WRONG:
            broken = copy.deepcopy(message)
            _place(broken, path)[path[-1]] = wrong
            yield broken


def _paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in inside:
        yield (*path, key)
        yield from _paths(below, (*path, key))


def _place(message: Any, path: tuple[Any, ...]) -> Any:
    for key in path[:-1]:
        message = message[key]
    return message
