"""What one value of a centre's file may be. A check returns the value as the core knows it, or raises `Wrong`."""

import re
import unicodedata
from collections.abc import Callable
from datetime import timedelta
from enum import StrEnum
from functools import cache
from typing import Final, TypeVar, cast
from zoneinfo import available_timezones

from acd.centre.faults import Wrong, shown, suggestion
from acd.centre.screen_pop import wrong_with
from acd.model import STATUSES, AccountId, DeviceId, Status
from acd.outbound import is_pattern, lets_pass

EMERGENCY: Final = ("000", "112", "911", "999")
"""Numbers that must never reach a queue or a colleague."""

_NUMBER: Final = re.compile(r"[0-9]{2,10}", re.ASCII)
_DEVICE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
_SECRET: Final = re.compile(r"[!-~]{8,64}")
_DOMAIN_LABEL: Final = r"[a-z0-9]([a-z0-9-]*[a-z0-9])?"
_DOMAIN: Final = re.compile(rf"(?=.{{1,128}}\Z){_DOMAIN_LABEL}(\.{_DOMAIN_LABEL})*")
_DURATION: Final = re.compile(r"(?:(\d{1,9})\s*h)?\s*(?:(\d{1,9})\s*m)?\s*(?:(\d{1,9}(?:\.\d{1,6})?)\s*s)?", re.ASCII)
_SOUND: Final = re.compile(r"(?=.{1,80}\Z)[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*")
_SOUND_SUFFIXES: Final = (".wav", ".wav16", ".gsm", ".ulaw", ".alaw", ".g722", ".sln", ".sln16", ".mp3")
_STATUS: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
_NAME_AT_MOST: Final = 80
_EMAIL: Final = re.compile(r"[^@\s\x00-\x1f\x7f<>,;:\"]+@[A-Za-z0-9.-]+")
_EMAIL_AT_MOST: Final = 254
_REGION: Final = re.compile(r"[A-Z]{2}")
PASSWORD_SHORTEST: Final = 10
PASSWORD_LONGEST: Final = 200
"""Characters. Longer ones are not safer, only slower."""
_TEXT_DIRECTION: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

WordT = TypeVar("WordT", bound=StrEnum)


def text(value: object) -> str:
    """Any text."""
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        raise Wrong(f"{shown(value)} is a bare number where text belongs", f'write it in quotes: "{value}"')
    raise Wrong(f"{shown(value)} is no text", "write a text in quotes")


def domain(value: object) -> AccountId:
    """The domain that names an account."""
    name = text(value)
    if _DOMAIN.fullmatch(name):
        return AccountId(name)
    if _DOMAIN.fullmatch(name.strip().lower()):
        raise Wrong(f"{shown(name)} is not in plain lower case", f'write "{name.strip().lower()}"')
    raise Wrong(f"{shown(name)} is no domain", 'write one like "demo.example": letters, digits, - and dots')


def number(value: object) -> str:
    """A number to dial inside the account."""
    digits = text(value)
    if digits.startswith("*"):
        raise Wrong(f"{shown(digits)} is a star code", "numbers that begin with * are not free; use 2 to 10 digits")
    if not _NUMBER.fullmatch(digits):
        raise Wrong(f"{shown(digits)} is no number that can be given", "use 2 to 10 digits, nothing else")
    if digits in EMERGENCY:
        raise Wrong(f"{shown(digits)} is an emergency number somewhere", "use another one")
    return digits


def display_name(value: object) -> str:
    """A name for people: shown, never interpreted, so any printable character is welcome."""
    name = text(value)
    if not name.strip():
        raise Wrong("the name is empty", "give one")
    if len(name) > _NAME_AT_MOST:
        raise Wrong(f"the name has {len(name)} characters", f"use {_NAME_AT_MOST} at most")
    if any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") or c in _TEXT_DIRECTION for c in name):
        raise Wrong(f"the name {shown(name)} holds a control character or a line break", "take it out")
    if name != name.strip():
        raise Wrong(f"the name {shown(name)} begins or ends with a space", f"write {shown(name.strip())}")
    return name


def email(value: object) -> str:
    """An address for mails."""
    address = text(value)
    if len(address) > _EMAIL_AT_MOST or not _EMAIL.fullmatch(address):
        raise Wrong(f"{shown(address)} is no mail address", 'write one like "anna@example.com"')
    return address


def portal_password(value: object) -> str:
    """A password for the pages. Faults never repeat it."""
    if not isinstance(value, str) or not PASSWORD_SHORTEST <= len(value) <= PASSWORD_LONGEST or not value.isprintable():
        raise Wrong("the password cannot be used", f"use {PASSWORD_SHORTEST} to {PASSWORD_LONGEST} characters")
    return value


def time_zone(value: object) -> str:
    """A time zone of the IANA data base, whose names are a table like any other."""
    name = text(value)
    known = _time_zones()
    if name not in known:
        mend = suggestion(name, sorted(known), 'write one like "Europe/Rome"; there are')
        raise Wrong(f"there is no time zone {shown(name)}", mend)
    return name


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(available_timezones())


def region(value: object) -> str:
    """A country by its two letters."""
    name = text(value)
    if not _REGION.fullmatch(name):
        raise Wrong(f"{shown(name)} is no country code", 'write its two letters in capitals, like "US" or "DE"')
    return name


def screen_pop(value: object) -> str:
    """The address of a page about a caller."""
    template = text(value)
    if found := wrong_with(template):
        what, mend = found
        raise Wrong(f"{shown(template)} cannot be used: {what}", mend)
    return template


def queue_numbers(value: object) -> tuple[str, ...]:
    """Some queues, each once."""
    numbers = tuple(number(entry) for entry in _entries(value, '["7001", "7002"]'))
    if twice := next((each for place, each in enumerate(numbers) if each in numbers[:place]), None):
        raise Wrong(f"{shown(twice)} stands there twice", "leave one of the two")
    return numbers


def device_name(value: object) -> DeviceId:
    """The SIP user name of a phone."""
    name = text(value)
    if not _DEVICE.fullmatch(name):
        raise Wrong(
            f"{shown(name)} cannot be the name of a device",
            "use letters a-z, digits, _ and -, 40 at most, beginning with a letter or digit",
        )
    return DeviceId(name)


def device_names(value: object) -> frozenset[DeviceId]:
    """Some phones of an agent."""
    names = [device_name(entry) for entry in _entries(value, '["1001-desk", "1001-soft"]')]
    if not names:
        raise Wrong("the list is empty, so nothing would ring", "leave the key out to let all his phones ring")
    return frozenset(names)


def secret(value: object) -> str:
    """A SIP password. Faults never repeat it."""
    if not isinstance(value, str) or not _SECRET.fullmatch(value):
        raise Wrong(
            "the password is not fit for a phone",
            "use 8 to 64 letters, digits and signs of the keyboard without spaces, or leave it out to have one made",
        )
    return value


def sound(value: object) -> str:
    """A sound, named as Asterisk names it; whether there is such a file cannot be known here."""
    name = text(value)
    if name.endswith(_SOUND_SUFFIXES) and _SOUND.fullmatch(name.rpartition(".")[0]):
        raise Wrong(
            f"{shown(name)} has a suffix", f'Asterisk chooses the format itself: write "{name.rpartition(".")[0]}"'
        )
    if not _SOUND.fullmatch(name):
        raise Wrong(
            f"{shown(name)} cannot be the name of a sound",
            'write one like "custom/welcome": letters, digits, _, - and / between them, 80 at most',
        )
    return name


def sounds(value: object) -> tuple[str, ...]:
    """Some sounds, in their order."""
    return tuple(sound(entry) for entry in _entries(value, '["custom/please-hold"]'))


def phone_key(value: object) -> str:
    """One key of a phone."""
    key = text(value)
    if len(key) != 1 or key not in "0123456789*#":
        raise Wrong(f"{shown(key)} is no key of a phone", "write one of 0-9, * and #")
    return key


def own_statuses(value: object) -> tuple[Status, ...]:
    """The statuses that an account has beside those that all have."""
    names = [text(entry) for entry in _entries(value, '["training"]')]
    for place, name in enumerate(names):
        if not _STATUS.fullmatch(name):
            mend = "use small letters, digits and _, 40 at most, beginning with a letter"
            raise Wrong(f"{shown(name)} cannot be the name of a status", mend)
        if name in STATUSES:
            raise Wrong(f"{shown(name)} is a status that every account has", "leave it out")
        if name in names[:place]:
            raise Wrong(f"{shown(name)} stands there twice", "leave one of the two")
    return tuple(Status(name) for name in names)


def outbound_patterns(value: object) -> tuple[str, ...]:
    """The numbers that may be called. Never an emergency number: a queue that calls it back would do harm."""
    patterns = [text(entry) for entry in _entries(value, '["0XXXXXXXXX", "1XXX"]')]
    for pattern in patterns:
        if not is_pattern(pattern):
            raise Wrong(
                f"{shown(pattern)} is no pattern of numbers",
                "write digits, + * #, X for 0-9, Z for 1-9, N for 2-9, [1-35] for one of these, "
                "and . at the end for one or more of anything",
            )
        reached = [number for number in EMERGENCY if lets_pass(pattern, number)]
        if reached:
            raise Wrong(
                f"{shown(pattern)} lets {', '.join(reached)} pass, emergency numbers somewhere",
                'write one that lets longer numbers pass only, like "0XXXXXXX."',
            )
    return tuple(patterns)


def yes_or_no(value: object) -> bool:
    """A choice."""
    if not isinstance(value, bool):
        raise Wrong(f"{shown(value)} is neither true nor false", "write true or false, without quotes")
    return value


def count(least: int, most: int) -> Callable[[object], int]:
    """A whole number within these bounds."""

    def check(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise Wrong(f"{shown(value)} is no whole number", f"write one from {least} to {most}, without quotes")
        if not least <= value <= most:
            raise Wrong(f"{shown(value)} is out of range", f"write a number from {least} to {most}")
        return value

    return check


def one_of(words: type[WordT], thing: str, plural: str) -> Callable[[object], WordT]:
    """One of the words that an enum lists."""

    def check(value: object) -> WordT:
        word = text(value)
        if word not in (known := [str(entry) for entry in words]):
            raise Wrong(f"there is no {thing} {shown(word)}", suggestion(word, known, f"the {plural} are"))
        return words(word)

    return check


def duration(thing: str, least: timedelta, most: timedelta) -> Callable[[object], timedelta]:
    """A length of time: text with its units, `"20s"`, `"1m30s"`, `"2h"`."""

    def check(value: object) -> timedelta:
        written = str(value).strip() if isinstance(value, str | int | float) else ""
        if written.startswith("-"):
            raise Wrong(f"{thing} cannot be negative, {shown(value)} is", f'write "{in_words(least)}" or more')
        if isinstance(value, int | float) and not isinstance(value, bool):
            raise Wrong(f"{shown(value)} has no unit", f'write "{value}s" for seconds')
        match = _DURATION.fullmatch(written)
        if not match or not any(match.groups()):
            raise Wrong(f"{shown(value)} is no length of time", 'write one like "20s", "1m30s" or "2h"')
        hours, minutes, seconds = match.groups(default="0")
        length = timedelta(hours=int(hours), minutes=int(minutes), seconds=float(seconds))
        if not least <= length <= most:
            raise Wrong(
                f"{shown(value)} is out of range for {thing}",
                f'write a length from "{in_words(least)}" to "{in_words(most)}"',
            )
        return length

    return check


def in_words(length: timedelta) -> str:
    """A length of time as the file writes it: `1m30s`."""
    seconds = length.total_seconds()
    hours, minutes = int(seconds // 3600), int(seconds % 3600 // 60)
    rest = f"{seconds % 60:.6f}".rstrip("0").rstrip(".")
    parts = (f"{hours}h" if hours else "", f"{minutes}m" if minutes else "", f"{rest}s" if rest != "0" else "")
    return "".join(parts) or "0s"


def _entries(value: object, example: str) -> list[object]:
    if not isinstance(value, list):
        raise Wrong(f"{shown(value)} is no list", f"write one like {example}")
    return cast("list[object]", value)
