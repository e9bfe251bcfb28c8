"""Addresses that webhooks are sent to. Pure: no name is looked up here.

The operator names every origin that may be called. That is what keeps somebody of an account from having the engine's
machine ask for things that only it can reach.
"""

from collections.abc import Collection
from typing import Final
from urllib.parse import SplitResult, urlsplit

LONGEST: Final = 500

_PORTS: Final = {"http": 80, "https": 443}


def origin_of(address: str) -> str:
    """Scheme, host and port of this address, as one origin is always written: `https://crm.example.com`.

    Raises ValueError, whose text says what would be right.
    """
    parts = _parts(address)
    port = "" if parts.port in (None, _PORTS[parts.scheme]) else f":{parts.port}"
    host = (parts.hostname or "").rstrip(".")
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{port}"


def checked(address: str, allowed: Collection[str]) -> str:
    """The address of a webhook, where the operator allows its origin.

    Raises ValueError, whose text says what would be right.
    """
    origin = origin_of(address)
    if len(address) > LONGEST:
        raise ValueError(f"It is longer than {LONGEST} characters.")
    if "#" in address:
        raise ValueError("Leave out # and what follows: it is never sent.")
    if origin not in allowed:
        raise ValueError(
            f"The operator has not allowed {origin}: it has to be named in his settings, [portal] webhooks."
        )
    return address


def _parts(address: str) -> SplitResult:
    try:
        parts = urlsplit(address)
        parts.port  # noqa: B018 - it is read only now, and may be none
    except ValueError:
        raise ValueError("Give an address like https://crm.example.com/calls.") from None
    if not address.isascii() or not address.isprintable() or " " in address or "\\" in address:
        raise ValueError("Give an address of plain characters; write others as %20 and the like.")
    if parts.scheme not in _PORTS or not parts.hostname:
        raise ValueError("Give an address that begins with https:// and a host.")
    if parts.username is not None or parts.password is not None:
        raise ValueError("Give it without user and password; the signature says who sends.")
    return parts
