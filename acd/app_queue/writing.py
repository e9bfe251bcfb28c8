"""The text of an imported centre: what is left to do first, then the tables as `examples/demo.toml` explains them."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from acd.app_queue.remarks import Kind, Remark

_KINDS: Final = ("users", "devices", "queues", "assignments")
_HEAD: Final = "# Made of queues.conf by `acd import`. Look at it, then: acd apply FILE\n"
_SAID: Final = {
    Kind.DIFFERS: "What will be otherwise:",
    Kind.TO_DO: "What is left to do:",
    Kind.DROPPED: "What is not needed any more:",
}


def text_of(tables: Mapping[str, Any], remarks: Sequence[Remark]) -> str:
    """The file."""
    parts = [_HEAD, *_comments(remarks), "\n[account]\n", *_keys(tables["account"])]
    for kind in _KINDS:
        for table in tables[kind]:
            parts += [f"\n[[{kind}]]\n", *_keys(table)]
    return "".join(parts)


def _comments(remarks: Sequence[Remark]) -> list[str]:
    lines: list[str] = []
    for kind, heading in _SAID.items():
        said = [f"#   {_printable(str(remark))}\n" for remark in remarks if remark.kind is kind]
        lines += [f"#\n# {heading}\n", *said] if said else []
    return lines


def _printable(text: str) -> str:
    """As it can stand in a comment: one line."""
    return "".join(c if c.isprintable() else "?" for c in text)


def _keys(table: Mapping[str, Any], prefix: str = "") -> list[str]:
    lines: list[str] = []
    for key, value in table.items():
        if isinstance(value, dict):
            lines += _keys(value, f"{prefix}{key}.")  # pyright: ignore[reportUnknownArgumentType] - values are Any
        elif value is not None:
            lines.append(f"{prefix}{key} = {json.dumps(value, ensure_ascii=False)}\n")
    return lines
