"""A Docker of the check's own: its daemon, its directory, its images; nothing of it is left when it is removed.

It has no bridge and touches no packet filter, so it disturbs no other Docker of the machine. It ends no process but the
daemon that it began.
"""

import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
BASES: Final = {"debian:bookworm-slim": "bookworm", "debian:forky-slim": "forky"}
"""What our images are built from, and Debian's name of it."""
AS_THIS_MACHINE: Final = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pip.conf")
"""How it reaches package archives."""
PLUGIN_SUITE: Final = "trixie"
"""Debian 12's docker-compose is the old program of its own, which cannot wait for health."""
STALE_IS_FINE: Final = 'Acquire::Check-Valid-Until "false"'
"""A mirror that has not been refreshed for a week; what it holds is signed all the same."""
AS_SLIM: Final = (
    "--dpkgopt=path-exclude=/usr/share/doc/*",
    "--dpkgopt=path-exclude=/usr/share/man/*",
    "--dpkgopt=path-exclude=/usr/share/locale/*",
    "--dpkgopt=force-unsafe-io",
)
"""What Docker Hub's slim images leave out as well, and how they install."""
OUTSIDE: Final = (Path("/etc/docker"), Path("/opt/containerd"))
"""What the daemon makes beside its directory."""
STARTS_WITHIN_S: Final = 30.0
STOPS_WITHIN_S: Final = 60.0
PULLED_WITHIN_S: Final = 180.0
DONE_WITHIN_S: Final = 600.0


class Docker:
    """In this directory. `fetch`, `start`, then `run` and `compose`; `remove` at the end, however it went."""

    def __init__(self, home: Path, project: str) -> None:
        self.home, self.project = home, project
        self.environment = os.environ | {
            "DOCKER_HOST": f"unix://{home}/docker.sock",
            "DOCKER_CONFIG": str(home / "client"),
            "COMPOSE_PROJECT_NAME": project,
            "COMPOSE_ANSI": "never",
        }
        self.driver = ""
        self._makes = [place for place in OUTSIDE if not place.exists()]
        self._daemon: subprocess.Popen[bytes] | None = None

    # --- the programs

    def fetch(self) -> str:
        """Have docker.io and the compose plugin; what they are."""
        if shutil.which("dockerd") is None:
            install = ["apt-get", "install", "-y", "-q", "--no-install-recommends", "docker.io"]
            self._do(["apt-get", "update", "-q"])
            self._do(install)
        plugin = self.home / "client" / "cli-plugins" / "docker-compose"
        plugin.parent.mkdir(parents=True)
        if subprocess.run(["docker", "compose", "version"], capture_output=True, check=False).returncode:
            tree = self.home / "plugin"
            self._do(
                ["mmdebstrap", "--quiet", "--variant=extract", "--include=docker-compose", PLUGIN_SUITE, str(tree)]
            )
            shutil.copy(tree / "usr/libexec/docker/cli-plugins/docker-compose", plugin)
            shutil.rmtree(tree)
        daemon = self._do(["dockerd", "--version"]).removeprefix("Docker version ").partition(",")[0]
        return f"Docker {daemon}, Compose {self.compose('version', '--short')}"

    # --- the daemon

    def start(self) -> None:
        """With the storage that this file system can carry."""
        for self.driver in ("overlay2", "vfs"):
            if self._starts():
                return
        raise AssertionError(f"dockerd did not start: {self._log.read_text(encoding='utf-8')[-3000:]}")

    def _starts(self) -> bool:
        places = [f"--data-root={self.home}/data", f"--exec-root={self.home}/run", f"--pidfile={self.home}/pid"]
        apart = ["--bridge=none", "--iptables=false", "--ip-forward=false", f"--storage-driver={self.driver}"]
        with self._log.open("wb") as log:
            self._daemon = subprocess.Popen(
                ["dockerd", f"--host=unix://{self.home}/docker.sock", *places, *apart],
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for us, who then end it in order
            )
        deadline = time.monotonic() + STARTS_WITHIN_S
        while self._daemon.poll() is None and time.monotonic() < deadline:
            if self.run("version", check=False).returncode == 0:
                return True
            time.sleep(0.2)
        self._stop()
        return False

    def _stop(self) -> None:
        if self._daemon is not None:
            self._daemon.terminate()
            self._daemon.wait(STOPS_WITHIN_S)
            self._daemon = None

    @property
    def _log(self) -> Path:
        return self.home / "dockerd.log"

    def remove(self) -> None:
        """Containers, images, volumes, the daemon and its directory."""
        if self._daemon is not None:
            self.compose("down", "--volumes", "--timeout", "2", check=False)
            self._stop()
        self._unmount()
        for place in (self.home, *self._makes):
            if place.exists():
                shutil.rmtree(place)

    def _unmount(self) -> None:
        """What the daemon leaves behind of its containers' network."""
        mounted = [line.split()[1] for line in Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()]
        for place in reversed(mounted):
            if place.startswith(f"{self.home}/"):
                self._do(["umount", place])

    # --- images

    def pulls(self, image: str) -> bool:
        """Fetch an image from its registry; False where that cannot be reached."""
        try:
            return self.run("pull", "--quiet", image, check=False, within_s=PULLED_WITHIN_S).returncode == 0
        except subprocess.TimeoutExpired:
            return False

    def bases(self) -> str:
        """Have what our images are built from; where it came from."""
        if all(self.pulls(image) for image in BASES):
            return "from the registry"
        for image, suite in BASES.items():
            self._make(image, suite)
        return "no image registry can be reached: made with mmdebstrap"

    def _make(self, image: str, suite: str) -> None:
        archive = self.home / f"{suite}.tar"
        given = [f"--customize-hook=upload {file} {file}" for file in AS_THIS_MACHINE if Path(file).exists()]
        options = ["--quiet", "--variant=minbase", "--include=ca-certificates", f"--aptopt={STALE_IS_FINE}", *AS_SLIM]
        self._do(["mmdebstrap", *options, *given, suite, str(archive)])
        self.run("import", str(archive), image)
        archive.unlink()

    # --- commands

    def run(self, *words: str, check: bool = True, within_s: float = DONE_WITHIN_S) -> subprocess.CompletedProcess[str]:
        """A command of `docker`."""
        done = subprocess.run(
            ["docker", *words],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=within_s,
            check=False,
        )
        assert not check or done.returncode == 0, (
            f"docker {' '.join(words)}: {done.stdout[-3000:]}{done.stderr[-3000:]}"
        )
        return done

    def compose(self, *words: str, check: bool = True) -> str:
        """A command of `docker compose` with the repository's file; what it said."""
        more = self.home / "more.yml"
        files = ["--file", "docker-compose.yml", *(["--file", str(more)] if more.exists() else [])]
        return self.run("compose", *files, *words, check=check).stdout.strip()

    def _do(self, command: list[str]) -> str:
        plain = os.environ | {"DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
        done = subprocess.run(command, env=plain, capture_output=True, text=True, timeout=DONE_WITHIN_S, check=False)
        assert done.returncode == 0, f"{' '.join(command)}: {done.stdout[-2000:]}{done.stderr[-2000:]}"
        return done.stdout.strip()
