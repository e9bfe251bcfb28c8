"""Installs, upgrades, goes back and uninstalls on a clean Debian with its own systemd, and has calls taken in between.

A real Asterisk runs beside it, reached over loopback. One line for each thing that must be true; ends with 1 at the
first that is not. Needs root, mmdebstrap and the package archives; takes some minutes.
"""

import json
import os
import shutil
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.install.root import CleanRoot
from tests.install.wheel import ROOT, build
from tests.integration.asterisk import ARI_PASSWORD, TestAsterisk
from tests.ports import free_port

SETTINGS: Final = "/etc/acd/acd.toml"
READY_WITHIN_S: Final = 120
NEWER: Final = "0.1.1"


@contextmanager
def shown(what: str) -> Generator[list[str]]:
    """One line about it, with what was seen."""
    began, figures = time.monotonic(), list[str]()
    print(f"...   {what}", file=sys.stderr, flush=True)
    yield figures
    print(f"pass  {what} | {'; '.join(figures)} | {time.monotonic() - began:.0f} s", flush=True)


class Check:
    """One clean Debian with the engine in it, and an Asterisk beside it."""

    def __init__(self, root: CleanRoot, asterisk: TestAsterisk, wheels: Path) -> None:
        self.root, self.asterisk = root, asterisk
        self.web = free_port()
        self.present, self.newer = build(wheels), build(wheels, NEWER)
        for file in (self.present, self.newer, ROOT / "ops" / "install", ROOT / "examples" / "demo.toml"):
            shutil.copy(file, root.file("/root"))

    def acd(self, words: str, *, check: bool = True) -> str:
        done = self.root.run(f"acd {words} --settings {SETTINGS}", check=check)
        return done.stdout + done.stderr

    def install(self, given: str, *, code: int = 0) -> str:
        done = self.root.run(f"/root/install {given}", check=False)
        assert done.returncode == code, f"{done.returncode}: {done.stdout}{done.stderr}"
        return done.stdout + done.stderr

    def main_process(self) -> str:
        return self.root.run("systemctl show --property MainPID --value acd").stdout.strip()

    def release(self) -> str:
        return self.root.file("/opt/asterisk-acd/current").readlink().name

    def wait_until_ready(self) -> float:
        """The seconds that it took."""
        began = time.monotonic()
        while not self._ready():
            assert time.monotonic() < began + READY_WITHIN_S, self.root.run("systemctl status acd", check=False).stdout
            time.sleep(0.1)
        return time.monotonic() - began

    def _ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.web}/readyz", timeout=2) as answer:
                return bool(json.load(answer)["ready"])
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False

    # --- in this order

    def refuses(self) -> None:
        with shown("What is given wrong is refused, and nothing is touched") as figures:
            assert "Name the wheel" in self.install("", code=2)
            assert "cannot be read" in self.install("/root/none.whl", code=2)
            self.root.run("cp /root/demo.toml /root/other-1.0.whl")
            assert "is no wheel of asterisk-acd" in self.install("/root/other-1.0.whl", code=2)
            self.root.run("chmod 755 /root /root/install")
            other = self.root.run(f"su nobody -s /bin/bash -c '/root/install /root/{self.present.name}'", check=False)
            assert (other.returncode, "run it as root" in other.stderr) == (1, True)
            assert not self.root.file("/opt/asterisk-acd").exists()
            assert not self.root.file("/etc/acd").exists()
            figures.append("4 ways")

    def installs(self) -> None:
        with shown("One command installs packages, user, database, settings and the service") as figures:
            said = self.install(f"/root/{self.present.name}")
            assert "is installed" in said
            modes = self.root.run("stat -c '%a %U %n' /etc/acd/* /var/lib/asterisk-acd").stdout.splitlines()
            assert {"600 root /etc/acd/database.url", "600 root /etc/acd/ari.secret"} <= set(modes)
            assert "700 acd /var/lib/asterisk-acd" in modes
            assert self.root.run("systemctl is-enabled acd").stdout.strip() == "enabled"
            verified = self.root.run("systemd-analyze verify /etc/systemd/system/acd.service")
            assert (verified.stdout, verified.stderr) == ("", "")
            exposure = self.root.run("systemd-analyze security acd --no-pager").stdout.strip().splitlines()[-1]
            figures.append(exposure.lstrip("→ "))

    def runs(self) -> None:
        with shown("The sandboxed unit takes calls; doctor finds only that there is no phone") as figures:
            settings = self.root.file(SETTINGS)
            text = settings.read_text().replace("http://127.0.0.1:8088", self.asterisk.url)
            portal = free_port()
            text = text.replace("8090", str(self.web)).replace("8091", str(portal))
            settings.write_text(text)
            self.root.run(f"printf %s {ARI_PASSWORD} > /etc/acd/ari.secret")
            self.acd("apply /root/demo.toml")
            self.root.run("systemctl restart --no-block acd")
            figures.append(f"ready {self.wait_until_ready():.1f} s after the start")
            status = self.root.run("systemctl show --property StatusText --value acd").stdout.strip()
            assert status == "taking calls"
            report = self.acd("doctor", check=False)
            [fault] = [line for line in report.splitlines() if line.startswith("fault")]
            assert "none of the 5 phones is registered" in fault

    def comes_back(self) -> None:
        with shown("Killed, it is back") as figures:
            self.root.run("systemctl kill --signal KILL acd")
            time.sleep(0.1)
            figures.append(f"ready after {self.wait_until_ready():.1f} s")

    def again(self) -> None:
        with shown("The same again changes nothing, and the engine runs on") as figures:
            files = "find /etc/acd /opt/asterisk-acd /etc/systemd/system -type f -newer /root/mark | grep -v pyc"
            before = self.main_process()
            self.root.run("touch /root/mark; sleep 1.1")
            self.install(f"/root/{self.present.name}")
            assert self.main_process() == before
            changed = set(self.root.run(files, check=False).stdout.split())
            assert changed <= {"/etc/systemd/system/acd.service"}, changed
            figures.append("the same process")

    def upgrades(self) -> None:
        with shown("Another version takes over after a backup") as figures:
            before = self.release()
            self.install(f"/root/{self.newer.name}")
            figures.append(f"ready {self.wait_until_ready():.1f} s after the command")
            assert self.release().startswith(f"{NEWER}-")
            assert self.root.run("acd --version").stdout.strip().endswith(NEWER)
            [backup] = self.root.run("stat -c '%a %n' /var/backups/asterisk-acd/*").stdout.splitlines()
            assert backup.startswith("600 ")
            figures.append(f"{before} -> {self.release()}")

    def damaged(self) -> None:
        with shown("A damaged wheel is refused, and the engine runs on") as figures:
            name = f"asterisk_acd-{NEWER}.post1-py3-none-any.whl"
            whole = self.newer.read_bytes()
            self.root.file(f"/root/{name}").write_bytes(whole[: len(whole) // 2])
            before = self.main_process(), self.release()
            assert "is damaged" in self.install(f"/root/{name}", code=2)
            assert (self.main_process(), self.release()) == before
            figures.append("the same process")

    def backup_and_restore(self) -> None:
        with shown("A backup comes back, not under a running engine") as figures:
            figures.append(self.acd("backup /root/friday.acd").strip().partition(": ")[2])
            self.acd("restore /root/friday.acd --replace", check=False)
            assert "an engine serves this database" in self.acd("restore /root/friday.acd --replace", check=False)
            self.root.run("systemctl stop acd")
            self.acd("restore /root/friday.acd --replace")
            self.root.run("systemctl start --no-block acd")
            figures.append(f"ready {self.wait_until_ready():.1f} s later")
            assert "Nothing to change" in self.acd("apply /root/demo.toml")

    def goes_back(self) -> None:
        with shown("The version of before takes over again") as figures:
            self.install(f"/root/{self.present.name}")
            figures.append(f"ready {self.wait_until_ready():.1f} s after the command")
            assert not self.release().startswith(NEWER)

    def uninstalls(self) -> None:
        with shown("Uninstalled, the data stays; installed again, it is there") as figures:
            self.install("--uninstall")
            assert not self.root.file("/opt/asterisk-acd").exists()
            assert not self.root.file("/etc/systemd/system/acd.service").exists()
            assert self.root.file("/etc/acd/database.url").exists()
            assert not self._ready()
            self.install(f"/root/{self.present.name}")
            figures.append(f"ready {self.wait_until_ready():.1f} s after the command")
            assert "Nothing to change" in self.acd("apply /root/demo.toml")

    def all(self) -> tuple[Callable[[], None], ...]:
        first = (self.refuses, self.installs, self.runs, self.comes_back, self.again, self.upgrades)
        return (*first, self.damaged, self.backup_and_restore, self.goes_back, self.uninstalls)


def main() -> int:
    """Check everything, in order."""
    if os.geteuid() != 0 or shutil.which("mmdebstrap") is None:
        sys.exit("This boots a Debian of its own: run it as root, with mmdebstrap installed (make install-check).")
    with tempfile.TemporaryDirectory(prefix="acd-install-") as home:
        root = CleanRoot(Path(home) / "root")
        asterisk = TestAsterisk(Path(home) / "asterisk")
        try:
            with shown("A clean Debian is made and booted"):
                root.make()
                root.boot()
            asterisk.start()
            for step in Check(root, asterisk, Path(home)).all():
                step()
        finally:
            asterisk.kill()
            root.remove()
    return 0


if __name__ == "__main__":
    sys.exit(main())
