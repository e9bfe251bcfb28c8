"""The state directory of a centre: its layout, its lock, its secrets.

Everything a centre keeps is below it, so a centre is moved, copied and forgotten as one directory.
"""

import fcntl
import os
import secrets
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from acd.runtime.up.errors import StartError

LEFTOVERS_WITHIN_SECONDS: Final = 15
"""How long the children of a killed `acd up` may take to end."""

_LONGEST_SOCKET_DIRECTORY: Final = 107 - len("/.s.PGSQL.5432")
"""A Unix socket's path has 107 bytes at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A state directory that is ours until the end."""

    root: Path
    lock: int
    """The lock's descriptor. Children inherit it, so the directory is free only when the last of them is gone."""

    @property
    def asterisk(self) -> Path:
        return self.root / "asterisk"

    @property
    def postgres(self) -> Path:
        return self.root / "postgres"

    @property
    def spool(self) -> Path:
        """Of the engine: facts that the database has not yet."""
        return self.root / "spool"

    @property
    def queue_log(self) -> Path:
        """The directory of the engine's queue_log."""
        return self.root / "queue_log"

    @property
    def settings(self) -> Path:
        """Of the engine: what `acd run --settings` reads."""
        return self.root / "engine.toml"

    @property
    def ari_secret(self) -> Path:
        return self.root / "ari.secret"

    @property
    def portal_passwords(self) -> Path:
        """Those that were made for users, for the start sheet."""
        return self.root / "portal-passwords.json"

    @property
    def mail(self) -> Path:
        """Where mails of the portal are put."""
        return self.root / "mail"

    def log(self, name: str) -> Path:
        """Where this child writes; what the last start wrote is kept beside it, as `.1`."""
        return self.root / "log" / f"{name}.log"


@contextmanager
def taken(root: Path) -> Generator[Place]:
    """Make the directory and hold it. Raises `StartError` where it cannot be written or is in use."""
    try:
        (root / "log").mkdir(parents=True, exist_ok=True)
        root.chmod(0o700)
        lock = os.open(root / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise StartError(
            f"The state directory {root} cannot be written ({error.strerror}): choose another one with --state-dir."
        ) from None
    try:
        _lock(root, lock)
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
        yield Place(root=root, lock=lock)
    finally:
        os.close(lock)


def _lock(root: Path, lock: int) -> None:
    """Whose owner is dead may still be ending: wait for that, not for a living one."""
    deadline = time.monotonic() + LEFTOVERS_WITHIN_SECONDS
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            owner = os.pread(lock, 20, 0).decode().strip()
            if time.monotonic() > deadline or _is_alive(owner):
                raise StartError(
                    f"The state directory {root} is in use by a running centre (process {owner or 'unknown'}): "
                    "stop that one, or choose another directory with --state-dir."
                ) from None
            time.sleep(0.05)
        else:
            return


def _is_alive(pid: str) -> bool:
    return pid.isdecimal() and Path("/proc", pid).exists()


def kept_secret(file: Path) -> str:
    """The secret in this file, made at the first start; only its owner can read it."""
    if not file.exists():
        write_secret(file, secrets.token_urlsafe(24))
    return file.read_text().strip()


def write_secret(file: Path, text: str) -> None:
    """Write a file that nobody else can read, at no moment."""
    file.unlink(missing_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
        opened.write(text)


@contextmanager
def socket_directory(place: Place) -> Generator[Path]:
    """Where sockets are: in the state directory, or, where its path is too long for PostgreSQL's, in a short one."""
    usual = place.root / "s"
    if len(os.fsencode(usual)) <= _LONGEST_SOCKET_DIRECTORY:
        usual.mkdir(mode=0o700, exist_ok=True)
        yield usual
    else:
        with tempfile.TemporaryDirectory(prefix="acd-", dir="/tmp") as short:
            yield Path(short)
