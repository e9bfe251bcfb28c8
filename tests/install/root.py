"""A clean Debian in a directory, booted: its systemd is process 1 of namespaces of its own, on this machine's network.

It is made by mmdebstrap, with no more than systemd and the certificates that package archives are reached with.
"""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Final

SUITE: Final = "bookworm"
PACKAGES: Final = "systemd-sysv,ca-certificates"
BOOT_WITHIN_S: Final = 60
AS_THIS_MACHINE: Final = ("/etc/resolv.conf", "/etc/ssl/certs/ca-certificates.crt", "/etc/pip.conf")
"""How it reaches package archives."""

_SPACES: Final = ("--mount", "--pid", "--uts", "--ipc", "--cgroup")

_BOOT: Final = """
set -e
mount --bind "$0" "$0"
cd "$0"
mount -t proc proc proc
mount -t sysfs -o ro sysfs sys
for place in run tmp dev; do mount -t tmpfs -o mode=755 tmpfs $place; done
chmod 1777 tmp
for device in null zero full random urandom tty; do touch dev/$device; mount --bind /dev/$device dev/$device; done
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
mount -t tmpfs -o mode=1777 tmpfs dev/shm
mount -t cgroup2 cgroup2 sys/fs/cgroup
# As a machine has it: credentials of services are mounted elsewhere, and seen from there.
mount --make-rshared .
exec chroot . /usr/bin/env -i container=chroot /lib/systemd/systemd --system
"""


class CleanRoot:
    """One such Debian. `make`, `boot`, then `run`; `remove` at the end."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self._outside: subprocess.Popen[bytes] | None = None

    def make(self) -> None:
        """Unpack and configure it: a minute or more."""
        command = ["mmdebstrap", "--quiet", "--variant=minbase", f"--include={PACKAGES}", SUITE, str(self.place)]
        subprocess.run(command, check=True)
        for file in AS_THIS_MACHINE:
            if Path(file).exists():
                shutil.copyfile(file, self.place / file.lstrip("/"))

    def boot(self) -> None:
        """Returns when systemd answers; services may be starting yet."""
        spaces = (
            "--mount",
            "--propagation",
            "private",
            "--pid",
            "--uts",
            "--ipc",
            "--cgroup",
            "--fork",
            "--kill-child",
        )
        self._outside = subprocess.Popen(["unshare", *spaces, "bash", "-c", _BOOT, str(self.place)])
        deadline = time.monotonic() + BOOT_WITHIN_S
        while self.run("test -S /run/systemd/private && systemctl list-jobs", check=False).returncode:
            assert time.monotonic() < deadline
            assert self._outside.poll() is None
            time.sleep(0.2)

    def run(self, command: str, *, check: bool = True, within_s: float = 600) -> subprocess.CompletedProcess[str]:
        """A command line of root in there."""
        passed = {name: value for name, value in os.environ.items() if name in ("PIP_CERT", "PIP_DEFAULT_TIMEOUT")}
        done = subprocess.run(
            ["nsenter", "--target", str(self._init()), *_SPACES, "--root", "--wd", "/bin/bash", "-c", command],
            env={
                "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                "HOME": "/root",
                "LC_ALL": "C.UTF-8",
                **passed,
            },
            capture_output=True,
            text=True,
            timeout=within_s,
        )
        assert not check or done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        return done

    def file(self, path: str) -> Path:
        """A file in there, seen from here."""
        return self.place / path.lstrip("/")

    def remove(self) -> None:
        """Stop it like a power cut, and delete it."""
        if self._outside is not None:
            os.kill(self._init(), signal.SIGKILL)
            self._outside.wait(timeout=30)
        shutil.rmtree(self.place)

    def _init(self) -> int:
        assert self._outside is not None
        children = Path(f"/proc/{self._outside.pid}/task/{self._outside.pid}/children")
        return int((children.read_text().split() or ["0"])[0])
