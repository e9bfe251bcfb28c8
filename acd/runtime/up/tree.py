"""The private Asterisk: a directory with Debian's packages unpacked, made once and shared by all centres of a machine.

Nothing of it is installed and none of its scripts is run; it needs no root file system of its own.
"""

import asyncio
import fcntl
import os
import shutil
import sys
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from acd.runtime.up import asterisk
from acd.runtime.up.asterisk import FLOOR_IN_WORDS, Installation
from acd.runtime.up.children import finished
from acd.runtime.up.errors import StartError
from acd.runtime.up.progress import say

SUITE: Final = "forky"
"""Debian's testing: the only one with Asterisk 22.10.1 or newer."""

SHARED: Final = Path("/var/cache/asterisk-acd")

PACKAGES: Final = ("asterisk", "asterisk-core-sounds-en-wav", "asterisk-moh-opsound-wav")

_OTHER_WAYS: Final = f"install Asterisk {FLOOR_IN_WORDS} or newer yourself, or name a running one with --ari-url"


async def find() -> Installation:
    """The Asterisk to run: the machine's own where it is new enough, else the private one, built where it is missing.

    Raises `StartError`.
    """
    own = asterisk.installed()
    if own and asterisk.new_enough(own.version):
        return own
    if own:
        say(f"The installed Asterisk is {own.version}; {FLOOR_IN_WORDS} or newer is needed, so a private one is used.")
    name = f"asterisk-{SUITE}"
    place = next((place / name for place in (SHARED, cache()) if (place / name).is_dir()), cache() / name)
    if not place.is_dir():
        async with _only_builder(place):
            if not place.is_dir():
                await _build(place)
    found = asterisk.in_tree(place)
    if not asterisk.new_enough(found.version):
        raise StartError(
            f"The private Asterisk in {place} is {found.version}; {FLOOR_IN_WORDS} or newer is needed. "
            "Remove that directory to have it made anew."
        )
    return found


def cache() -> Path:
    """Where the tree is made: for the whole machine when we are root, because it then runs as somebody else."""
    if os.geteuid() == 0:
        return SHARED
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "asterisk-acd"


@asynccontextmanager
async def _only_builder(place: Path) -> AsyncGenerator[None]:
    """Two first starts at once build once."""
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        lock = os.open(place.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise StartError(f"{place.parent} cannot be written ({error.strerror}); it is to hold Asterisk.") from None
    waiting = False
    try:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if not waiting:
                    say("Another start is fetching Asterisk; waiting for it.")
                waiting = True
                await asyncio.sleep(0.2)
        yield
    finally:
        os.close(lock)


async def _build(place: Path) -> None:
    root = place.with_name(f"{place.name}.building")
    say(f"Fetching Asterisk from Debian into {place} (once; about 300 MB, half a minute on a fast line):")
    if shutil.which("mmdebstrap") is None:
        await _install_mmdebstrap()
    began = time.monotonic()
    said = await _mmdebstrap(root)
    if said and "is expired" in said:
        # A mirror that has not been refreshed for a week; what it holds is signed all the same.
        said = await _mmdebstrap(root, '--aptopt=Acquire::Check-Valid-Until "false"')
    if said is not None:
        mend = "Mend that" if os.geteuid() == 0 or shutil.which("sudo") else "Run `make setup` once as root"
        raise StartError(f"Asterisk could not be fetched from Debian:\n{said}\n{mend}, or {_OTHER_WAYS}.")
    asterisk.in_tree(root)
    root.rename(place)
    say(f"  done in {time.monotonic() - began:.0f} s")


async def _mmdebstrap(root: Path, *options: str) -> str | None:
    """Unpack the packages; None, or the end of what was said when it failed."""
    await _as_root("rm", "-rf", str(root))
    command = ["mmdebstrap", "--variant=extract", f"--include={','.join(PACKAGES)}", *options, SUITE, str(root)]
    code, said = await _as_root(*command, show=True)
    return None if code == 0 else "\n".join("  " + line for line in said[-8:])


async def _install_mmdebstrap() -> None:
    if shutil.which("apt-get") is None:
        raise StartError(f"This machine has no apt-get to fetch Asterisk with: {_OTHER_WAYS}.")
    install = ("apt-get", "install", "-y", "-q", "--no-install-recommends", "mmdebstrap")
    say("  installing mmdebstrap")
    for command in (("apt-get", "update", "-q"), install):
        code, said = await _as_root(*command)
        if code:
            told = "\n".join(said[-4:])
            raise StartError(
                f"mmdebstrap, which fetches Asterisk, could not be installed:\n{told}\n"
                f"Install it (apt-get install mmdebstrap), or {_OTHER_WAYS}."
            )


async def _as_root(*command: str, show: bool = False) -> tuple[int, list[str]]:
    """Run with root's rights where they are to be had, and give exit code and output."""
    rights = ("sudo",) if os.geteuid() != 0 and shutil.which("sudo") else ()
    plain = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
    return await finished(*rights, *command, environment=plain, heard=_show if show else None)


def _show(line: str) -> None:
    if line.startswith("I: "):
        say(f"  {line.removeprefix('I: ')}")


if __name__ == "__main__":
    try:
        asyncio.run(find())
    except StartError as error:
        sys.exit(str(error))
