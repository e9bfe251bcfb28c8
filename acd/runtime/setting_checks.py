"""What one setting may be: each check returns the value, or raises ValueError with what would be right. Pure.

No text repeats what may be a secret.
"""

import ipaddress
import re
from collections.abc import Callable
from pathlib import Path
from typing import cast
from urllib.parse import SplitResult, urlsplit

from portal.facts.address import origin_of


def any_text(value: object) -> str:
    """Any text of one line."""
    if not isinstance(value, str) or not value.strip():
        raise ValueError("give a text that is not empty")
    if not value.isprintable():
        raise ValueError("give a text of one line, without control characters")
    return value


def _parts(text: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        _ = parts.port  # looked at only now
    except ValueError:
        raise ValueError("give an address with one host, an IPv6 one in [ ], and a port up to 65535 if any") from None
    return parts


def database_url(value: object) -> str:
    """Of one PostgreSQL."""
    text = any_text(value)
    if _parts(text).scheme not in ("postgresql", "postgres"):
        raise ValueError("give an address that begins with postgresql://")
    return text


def ari_url(value: object) -> str:
    """Of Asterisk's REST interface, without its /ari."""
    text = any_text(value).rstrip("/")
    parts = _parts(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("give an address like http://127.0.0.1:8088")
    if parts.username or parts.password:
        raise ValueError("give user and password by their own keys, ari.user and ari.password")
    if parts.path.endswith("/ari"):
        raise ValueError("leave out the /ari at its end, it is added")
    return text


def portal_url(value: object) -> str:
    """As people type it, without a / at its end."""
    text = any_text(value).rstrip("/").lower()
    parts = _parts(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or text != f"{parts.scheme}://{parts.netloc}":
        raise ValueError("give the address as people type it, without a path: https://acd.example.com")
    if parts.username or parts.password:
        raise ValueError("give it without a user")
    return text


def smtp_url(value: object) -> str:
    """Of a mail server, with user and password."""
    text = any_text(value)
    parts = _parts(text)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ValueError("give an address like smtp://user:password@mail.example.com:587, or smtps:// for TLS at once")
    return text


def mail_address(value: object) -> str:
    """One address."""
    text = any_text(value)
    if not re.fullmatch(r"[^@\s<>,;:\"]+@[A-Za-z0-9.-]+", text):
        raise ValueError("give an address like acd@example.com")
    return text


def origins(value: object) -> tuple[str, ...]:
    """A list; in the environment with commas between."""
    listed = value.split(",") if isinstance(value, str) else value
    if not isinstance(listed, list):
        raise ValueError('give a list of addresses like ["https://crm.example.com"]')
    return tuple(_origin(each) for each in cast("list[object]", listed))


def _origin(value: object) -> str:
    text = any_text(value).strip().rstrip("/")
    try:
        origin = origin_of(text)
    except ValueError:
        raise ValueError("give each like https://crm.example.com, with a port where it is another one") from None
    if text.lower() != origin:
        raise ValueError(f"give each without user, path or usual port: {origin}")
    return origin


def ip_address(value: object) -> str:
    """In its usual spelling."""
    try:
        return str(ipaddress.ip_address(any_text(value)))
    except ValueError:
        raise ValueError("give an IP address like 127.0.0.1") from None


def bind(value: object) -> str:
    """An address of this machine, or its name."""
    text = any_text(value)
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        if re.fullmatch(r"(?=.*[A-Za-z])[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?", text, re.ASCII):
            return text
        raise ValueError("give an address of this machine like 127.0.0.1, or 0.0.0.0 for all that it has") from None


def ari_user(value: object) -> str:
    """He stands in ari.conf."""
    text = any_text(value)
    if ":" in text:
        raise ValueError("give the name between [ ] in ari.conf, which has no colon")
    return text


def ari_app(value: object) -> str:
    """The name of our Stasis application."""
    text = any_text(value)
    if not re.fullmatch(r"[A-Za-z0-9_.-]{1,64}", text, re.ASCII):
        raise ValueError("give letters, digits, _, . and -, 64 at most")
    return text


def directory(value: object) -> Path:
    """A whole path."""
    path = Path(any_text(value))
    if not path.is_absolute():
        raise ValueError("give the whole path of a directory, from / on")
    return path


def file(value: object) -> Path:
    """A whole path."""
    path = Path(any_text(value))
    if not path.is_absolute():
        raise ValueError("give the whole path of a file, from / on")
    return path


def truth(value: object) -> bool:
    """`true` and `false` are texts in the environment."""
    if value in ("true", "false"):
        return value == "true"
    if not isinstance(value, bool):
        raise ValueError("give true or false")
    return value


def port(value: object) -> int:
    """Digits are a text in the environment."""
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 65535:
        raise ValueError("give a port number from 1 to 65535")
    return value


def star_code(value: object) -> str:
    """As the dial plan hands it to the engine."""
    if not isinstance(value, str) or not re.fullmatch(r"\*[0-9]{2,3}", value, re.ASCII):
        raise ValueError('give a star and two or three digits, like "*51": what the dial plan hands to the engine')
    return value


def away_code(value: object) -> str:
    """One more digit is dialled behind it."""
    if not isinstance(value, str) or not re.fullmatch(r"\*[0-9]{2}", value, re.ASCII):
        raise ValueError('give a star and two digits, like "*55": one more digit is dialled behind them')
    return value


def one_of(*choices: str) -> Callable[[object], str]:
    """One of these words."""

    def check(value: object) -> str:
        if not isinstance(value, str) or value not in choices:
            raise ValueError(f"give one of {', '.join(choices)}")
        return value

    return check
