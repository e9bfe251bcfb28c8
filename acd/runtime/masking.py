"""Numbers and names of people in log lines, told by their last two characters only. Calls are found by their ids."""

from collections.abc import MutableMapping
from typing import Any, Final, cast

import msgspec

SHOWN: Final = 2
"""Characters of a number that stay, so that two callers are told apart."""

_NUMBERS: Final = frozenset({"number", "to"})
"""Fields with the number of somebody; one with an @ is the id of a queue of ours."""

_CALLER: Final = "caller"


def mask(_logger: object, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A processor of structlog: the same line without them."""
    for name, value in line.items():
        if name != "exc_info":
            line[name] = _masked(name, value)
    return line


def _masked(name: str, value: Any) -> Any:
    match value:
        case str():
            return _hidden(value) if name in _NUMBERS and "@" not in value else value
        case dict() if name == _CALLER:
            return {of: _hidden(text) if isinstance(text, str) else text for of, text in value.items()}
        case dict():
            return {of: _masked(str(of), entry) for of, entry in cast("dict[object, Any]", value).items()}
        case list() | tuple():
            return [_masked(name, entry) for entry in cast("list[Any]", value)]
        case _ if isinstance(value, msgspec.Struct) or hasattr(value, "__dataclass_fields__"):
            return _masked(name, msgspec.to_builtins(value))
        case _:
            return value


def _hidden(text: str) -> str:
    hidden = max(len(text) - SHOWN, 0) or len(text)
    return "*" * hidden + text[hidden:]
