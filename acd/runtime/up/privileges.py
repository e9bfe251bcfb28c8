"""Started as root, a centre still runs without root's rights: PostgreSQL insists on it, the rest has no use for them.

The children then run as `nobody`. No directory is opened up for that: where one on the way is closed (a checkout below
a private home), they get the one capability that looks through closed directories, and nothing else.
"""

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from acd.runtime.up.errors import StartError

USER: Final = "nobody"

_LOOK_THROUGH: Final = (("dac_read_search", 2), ("dac_override", 1))
"""The lesser one first; containers often have only the other. The number is the bit in /proc/self/status."""


class Privileges:
    """With which rights children run: with ours, or with fewer."""

    def __init__(self, *reach: Path) -> None:
        """`reach`: what the children must be able to read. Raises `StartError` where that cannot be had."""
        self.prefix: tuple[str, ...] = ()
        """To be put before a child's command."""
        self._root = os.geteuid() == 0
        if self._root:
            self.prefix = _lowered(reach)

    def own(self, *places: Path) -> None:
        """Let the children write there, and in everything below."""
        if not self._root:
            return
        user = pwd.getpwnam(USER)
        for place in places:
            for path in (place, *place.rglob("*")):
                os.chown(path, user.pw_uid, user.pw_gid, follow_symlinks=False)


def _lowered(reach: Sequence[Path]) -> tuple[str, ...]:
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise StartError("setpriv is missing, with which root's rights are dropped: apt-get install util-linux")
    group = str(pwd.getpwnam(USER).pw_gid)
    plain = (setpriv, "--reuid", USER, "--regid", group, "--clear-groups", "--no-new-privs")
    if _reached(plain, reach):
        return plain
    for capability, bit in _LOOK_THROUGH:
        # Without the secure bit, access(2) would forget the capability, and PostgreSQL not find itself.
        through = (
            *plain,
            *("--inh-caps", f"+{capability}", "--ambient-caps", f"+{capability}", "--securebits", "+no_setuid_fixup"),
        )
        if _permitted(bit) and _reached(through, reach):
            return through
    closed = ", ".join(str(path) for path in reach if not _reached(plain, [path]))
    raise StartError(
        f"Started as root, the centre runs as the user {USER}, who cannot read {closed}. "
        "Start it as an ordinary user, or keep the checkout and --state-dir where everybody may look."
    )


def _reached(prefix: Sequence[str], reach: Iterable[Path]) -> bool:
    return all(subprocess.run([*prefix, "test", "-r", path], capture_output=True).returncode == 0 for path in reach)  # noqa: S603 - our own command line


def _permitted(bit: int) -> bool:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("CapPrm:"):
            return bool(int(line.split()[1], 16) >> bit & 1)
    return False
