"""Passwords: hashed and checked by Argon2id, beside the event loop, two at a time.

A hash takes some tens of milliseconds and 19 MiB on purpose. On the loop that would hold up calls; more than two at
once would take the processors from Asterisk.
"""

import asyncio
import secrets
import unicodedata
from collections.abc import Callable
from typing import Final, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from acd.centre.checks import PASSWORD_LONGEST, PASSWORD_SHORTEST
from portal.problems import Fault, too_often

T = TypeVar("T")

FEWEST_DIFFERENT: Final = 5

_GUESSED_FIRST: Final = frozenset(
    {
        *("1234567890", "0123456789", "0987654321", "12345678910", "123456789a", "1q2w3e4r5t", "1qaz2wsx3edc"),
        *("password12", "password123", "password1234", "passw0rd123", "qwertyuiop", "qwerty12345", "qwerty123456"),
        *(
            "abcdefghij",
            "asdfghjkl1",
            "iloveyou12",
            "letmein123",
            "welcome123",
            "changeme123",
            "callcenter",
            "callcentre",
        ),
    }
)
"""Of those that are tried first everywhere, the long ones."""

AT_ONCE: Final = 2
WAITING_AT_MOST: Final = 60
"""Who would wait for more than a second or two is sent away: a flood of log-ins must not pile up."""

_HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
"""19 MiB, 2 passes, 1 lane: the OWASP password storage cheat sheet."""


class Passwords:
    """Hashes and checks. One for the process, so that the bound holds."""

    def __init__(self) -> None:
        self._free = asyncio.Semaphore(AT_ONCE)
        self._under_way = 0
        self._nobodys: str | None = None

    async def hash(self, password: str) -> str:
        """What is stored of it. Raises `Problem` where too many wait already."""
        return await self._aside(_HASHER.hash, password)

    async def matches(self, password: str, stored: str | None) -> bool:
        """Whether this is the one that was hashed. Without a hash it takes as long, and is not."""
        if self._nobodys is None:
            self._nobodys = await self.hash(secrets.token_urlsafe())
        return await self._aside(_matches, password, stored or self._nobodys) and stored is not None

    async def _aside(self, work: Callable[..., T], *given: str) -> T:
        if self._under_way >= WAITING_AT_MOST:
            raise too_often(2)
        self._under_way += 1
        try:
            async with self._free:
                return await asyncio.to_thread(work, *given)
        finally:
            self._under_way -= 1

    @staticmethod
    def is_outdated(stored: str) -> bool:
        """Whether it was hashed with other costs than are used now."""
        return _HASHER.check_needs_rehash(stored)


def _matches(password: str, stored: str) -> bool:
    try:
        return _HASHER.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


def faults_of(password: str, login: str, *, place: str = "password") -> list[Fault]:
    """Why this cannot become the password of who logs in so."""
    plain = password.casefold()
    if len(password) < PASSWORD_SHORTEST:
        said = f"It is too short: use {PASSWORD_SHORTEST} characters or more."
    elif len(password) > PASSWORD_LONGEST:
        said = f"It is too long: use {PASSWORD_LONGEST} characters at most."
    elif len(set(plain)) < FEWEST_DIFFERENT or plain in _GUESSED_FIRST or login.partition("@")[2] in plain:
        said = "It is easily guessed: use one that is more varied, and not made of your login."
    else:
        return []
    return [Fault(place=place, said=said)]


def normal(password: str) -> str:
    """One text for what looks the same on keyboards that make it of different characters (RFC 8265)."""
    return unicodedata.normalize("NFC", password)
