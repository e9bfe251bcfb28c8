"""fail2ban and nft as Debian has them: packages unpacked into a directory of their own; nothing is installed."""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from acd.runtime.up.tree import cache as shared_cache

PACKAGES: Final = ("fail2ban", "nftables")
OPS: Final = Path(__file__).parents[2] / "ops"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """Where they are."""

    root: Path

    @property
    def environment(self) -> Mapping[str, str]:
        """In which they find their own parts, and `nft` is found by its name."""
        libraries = ":".join(str(place) for place in sorted(self.root.glob("usr/lib/*-linux-gnu*")))
        return {
            **os.environ,
            "PYTHONPATH": str(self.root / "usr/lib/python3/dist-packages"),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONWARNINGS": "ignore",
            "LD_LIBRARY_PATH": libraries,
            "PATH": f"{self.root / 'usr/sbin'}:{os.environ['PATH']}:/usr/sbin:/sbin",
        }

    def fail2ban(self, program: str, *arguments: str) -> list[str]:
        """The command line of `fail2ban-regex`, `-server` or `-client`: of the Python that the distribution has."""
        return [
            shutil.which("python3", path="/usr/bin") or sys.executable,
            str(self.root / "usr/bin" / program),
            *arguments,
        ]

    def configuration(self, home: Path) -> Path:
        """fail2ban's directory of settings: Debian's own without its jails, and ours."""
        place = home / "fail2ban"
        shutil.copytree(self.root / "etc/fail2ban", place)
        shutil.rmtree(place / "jail.d")
        for part in ("filter.d", "jail.d"):
            shutil.copytree(OPS / "fail2ban" / part, place / part, dirs_exist_ok=True)
        return place


@cache
def tools() -> Tools:
    """Unpacked at the first call on this machine."""
    place = shared_cache() / "fail2ban-nftables"
    place.parent.mkdir(parents=True, exist_ok=True)
    with place.with_suffix(".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two processes that run tests fetch once
        if not place.is_dir():
            _unpack(place)
    return Tools(root=place)


def _unpack(place: Path) -> None:
    unfinished = place.with_suffix(f".{os.getpid()}")
    downloaded = unfinished / "downloaded"
    (downloaded / "partial").mkdir(parents=True)
    if _download(downloaded):
        rights = [] if os.geteuid() == 0 else ["sudo"]
        subprocess.run([*rights, "apt-get", "update", "-q"], check=True, capture_output=True, timeout=120)
        assert not (why := _download(downloaded)), why
    for package in downloaded.glob("*.deb"):
        subprocess.run(["dpkg-deb", "-x", package, unfinished], check=True)
    shutil.rmtree(downloaded)
    unfinished.rename(place)


def _download(into: Path) -> str:
    """Why it failed; empty: it has not."""
    options = ("Debug::NoLocking=1", f"Dir::Cache::archives={into}/", "APT::Sandbox::User=root")
    command = ["apt-get", "install", "-y", "-q", "--download-only", "--reinstall", "--no-install-recommends"]
    words = [*command, *(word for option in options for word in ("-o", option)), *PACKAGES]
    done = subprocess.run(words, capture_output=True, text=True, timeout=120, check=False)
    return done.stdout + done.stderr if done.returncode else ""
