"""The address of a page about a caller, in another system, made from a template and what is known of him.

What comes from outside is only ever a value in the path or the query: it cannot change the host, leave its place, or
become something else than a web address.
"""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote, urlsplit

PLACES: Final = ("number", "name", "queue", "queue_name", "call", "agent")
"""What a template can hold in braces: number and name of the caller, number and name of the queue, the call's id, the
extension of the agent."""
LONGEST: Final = 500

_PLACE: Final = re.compile(r"{([^{}]*)}")
_BRACE: Final = re.compile(r"[{}]")
_PLAIN: Final = re.compile(r"[!-~]+")


def wrong_with(template: str) -> tuple[str, str] | None:
    """What is wrong with a template, and what would be right; None: nothing."""
    like = 'write one like "https://crm.example.com/search?tel={number}"'
    if len(template) > LONGEST or not _PLAIN.fullmatch(template) or re.search(r'["\'<>\\^`|]', template):
        return (
            "it is no plain web address",
            f"{like}, of at most {LONGEST} characters, others written as %20 and the like",
        )
    if unknown := [name for name in _PLACE.findall(template) if name not in PLACES]:
        return (
            f"there is nothing to put into {{{unknown[0]}}}",
            f"there are {', '.join(f'{{{name}}}' for name in PLACES)}",
        )
    if _BRACE.search(_PLACE.sub("", template)):
        return "a brace stands alone", like
    try:
        parts = urlsplit(template)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "it is no web address", like
    if parts.scheme not in ("http", "https") or not host:
        return "it does not begin with https:// and a host", like
    if "@" in parts.netloc or "{" in parts.netloc:
        return "what stands before the path must be the same for everybody", like
    return None


def filled(template: str, values: Mapping[str, str]) -> str:
    """The address for these values, each encoded. One of nothing but dots is left out: it would mean another folder."""
    return _PLACE.sub(lambda place: quote(_kept(values[place[1]]), safe=""), template)


def _kept(value: str) -> str:
    return value if value.strip(".") else ""
