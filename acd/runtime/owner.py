"""Which process has the lease: who it is, and whether it is certainly no more. It signals nobody."""

import os
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

_GONE_STATES: Final = ("Z", "X")
"""Ended, and not yet collected by its parent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """One process, told from all others that ever were."""

    host: str
    """For people; two machines may have the same."""
    boot: str
    """The boot of the machine; no two are alike."""
    namespace: int
    """In which its number means it: containers on one machine count their processes each for themselves."""
    pid: int
    began_ticks: int
    """When it began, in clock ticks since the boot: the number of a process is given again to another."""

    @classmethod
    def of_this_process(cls) -> Self:
        """Ourselves."""
        pid = os.getpid()
        return cls(
            host=socket.gethostname().replace(" ", "-"),
            boot=Path("/proc/sys/kernel/random/boot_id").read_text().strip(),
            namespace=Path("/proc/self/ns/pid").stat().st_ino,
            pid=pid,
            began_ticks=_began_ticks(pid) or 0,
        )

    @classmethod
    def read(cls, text: str) -> Self | None:
        """From what `str` gives. None: a text of something else."""
        try:
            host, boot, namespace, pid, began = text.split(" ")
            return cls(host=host, boot=boot, namespace=int(namespace), pid=int(pid), began_ticks=int(began))
        except ValueError:
            return None

    def __str__(self) -> str:
        return f"{self.host} {self.boot} {self.namespace} {self.pid} {self.began_ticks}"

    def is_no_more(self, ours: "Owner") -> bool:
        """Whether it is certain that it has ended; of processes elsewhere nothing is."""
        if (self.boot, self.namespace) != (ours.boot, ours.namespace):
            return False
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return True
        except PermissionError:
            pass  # somebody is there; who it is, /proc may still tell
        began = _began_ticks(self.pid)
        return began is not None and began != self.began_ticks


def _began_ticks(pid: int) -> int | None:
    """0: it has ended. None: we are not shown."""
    try:
        stat = Path("/proc", str(pid), "stat").read_text()
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()  # the name before it may hold anything
    return 0 if fields[0] in _GONE_STATES else int(fields[19])
