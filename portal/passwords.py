"""Passwords: hashed and checked by Argon2id, beside the event loop, two at a time.

A hash takes some tens of milliseconds and 19 MiB on purpose. On the loop that would hold up calls; more than two at
once would take the processors from Asterisk.
"""

import asyncio
import secrets
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from portal.problems import Fault

SHORTEST: Final = 10
LONGEST: Final = 200
"""Characters. Longer ones are not safer, only slower."""

AT_ONCE: Final = 2

_HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
"""19 MiB, 2 passes, 1 lane: the OWASP password storage cheat sheet."""


class Passwords:
    """Hashes and checks. One for the process, so that the bound holds."""

    def __init__(self) -> None:
        self._free = asyncio.Semaphore(AT_ONCE)
        self._nobodys: str | None = None

    async def hash(self, password: str) -> str:
        """What is stored of it."""
        async with self._free:
            return await asyncio.to_thread(_HASHER.hash, password)

    async def matches(self, password: str, stored: str | None) -> bool:
        """Whether this is the one that was hashed. Without a hash it takes as long, and is not."""
        if self._nobodys is None:
            self._nobodys = await self.hash(secrets.token_urlsafe())
        async with self._free:
            return await asyncio.to_thread(_matches, password, stored or self._nobodys) and stored is not None

    @staticmethod
    def is_outdated(stored: str) -> bool:
        """Whether it was hashed with other costs than are used now."""
        return _HASHER.check_needs_rehash(stored)


def _matches(password: str, stored: str) -> bool:
    try:
        return _HASHER.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


def faults_of(password: str, login: str) -> list[Fault]:
    """Why this cannot become somebody's password."""
    if len(password) < SHORTEST:
        return [Fault(place="password", said=f"It is too short: use {SHORTEST} characters or more.")]
    if len(password) > LONGEST:
        return [Fault(place="password", said=f"It is too long: use {LONGEST} characters at most.")]
    if password.lower() in (login.lower(), login.lower().replace("@", "")) or len(set(password)) < 5:
        return [Fault(place="password", said="It is easily guessed: use one that is not your login, and more varied.")]
    return []
