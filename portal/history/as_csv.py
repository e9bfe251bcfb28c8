"""A table as CSV (RFC 4180), for people who open it with a spreadsheet.

A spreadsheet takes a cell for a formula that begins with one of a few characters, whoever wrote it: a caller's name
could make it do something. Such a cell gets an apostrophe in front, which spreadsheets take for "this is text".
"""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_BYTE_ORDER_MARK: Final = "\ufeff"
"""Without it some spreadsheets take UTF-8 for something else."""


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """The whole text. Numbers stay numbers; None is an empty cell."""
    text = io.StringIO()
    write = csv.writer(text, quoting=csv.QUOTE_MINIMAL, lineterminator="\r\n")
    write.writerow([cell(name) for name in head])
    write.writerows([cell(value) for value in row] for row in rows)
    return _BYTE_ORDER_MARK + text.getvalue()


def cell(value: object) -> str:
    """One value, as it stands between the commas before they are quoted."""
    match value:
        case None:
            return ""
        case bool() | int():
            return str(value)
        case float():
            return f"{value:.3f}".rstrip("0").rstrip(".")
        case datetime():
            return value.isoformat(sep=" ", timespec="seconds")
        case _:
            return _harmless(str(value))


def _harmless(text: str) -> str:
    """Spaces in front do not count: some spreadsheets pass them over."""
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text
