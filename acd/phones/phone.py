"""The account that a phone registers with, and where."""

import re
from dataclasses import dataclass, field
from typing import Final

from acd.model import DeviceId

PORT: Final = 5060
"""Where phones register if nothing else is said."""

_SERVER: Final = re.compile(
    r"(?P<host>[A-Za-z0-9][A-Za-z0-9.-]{0,252}|\[[0-9A-Fa-f:.]{2,45}\])(:(?P<port>[0-9]{1,5}))?"
)


class ServerError(ValueError):
    """No phone could register there; the text says what is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneAccount:
    """One phone's account."""

    device: DeviceId
    """The name it registers and proves its password with."""
    password: str = field(repr=False)
    extension: str
    name: str
    """Of its owner."""
    host: str
    port: int


def server_at(text: str) -> tuple[str, int]:
    """Host and port of the SIP server, given as `sip.example.com` or `192.0.2.7:5070`.

    Raises `ServerError`.
    """
    found = _SERVER.fullmatch(text)
    port = int(found["port"] or PORT) if found else 0
    if found is None or not 1 <= port <= 65535:
        raise ServerError(f"{text} is no SIP server: write one like sip.example.com or 192.0.2.7:5060")
    return found["host"], port
