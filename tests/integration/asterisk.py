"""A throw-away Asterisk for tests: it can be killed and started again, and told apart from any other on the machine."""

import asyncio
import subprocess
import time
import urllib.error
import urllib.request
from base64 import b64encode
from functools import cache
from pathlib import Path
from typing import Final

from acd.runtime.up import asterisk, tree
from tests.ports import free_port, free_rtp_ports

ARI_PASSWORD: Final = "right-and-secret"
START_WITHIN_S: Final = 30.0


@cache
def _installation() -> asterisk.Installation:
    """The one that `acd up` would run; built the first time."""
    return asyncio.run(tree.find())


class TestAsterisk:
    """One Asterisk with our configuration, in a directory of its own."""

    __test__ = False

    def __init__(self, home: Path) -> None:
        self._installation = _installation()
        ari_port, self.sip_port, rtp = free_port(), free_port(), free_rtp_ports()
        site = asterisk.Site(
            sip_host="127.0.0.1",
            sip_port=self.sip_port,
            ari_port=ari_port,
            rtp_first=rtp[0],
            rtp_last=rtp[-1],
            ari_password=ARI_PASSWORD,
        )
        self.url = f"http://127.0.0.1:{ari_port}"
        self._configuration = asterisk.write_configuration(self._installation, site, home)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns when ARI answers."""
        command = asterisk.run_command(self._installation, self._configuration)
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + START_WITHIN_S
        while not self._answers():
            assert time.monotonic() < deadline
            assert self._process.poll() is None
            time.sleep(0.05)

    def allow_reading_only(self) -> None:
        """From the next start on: whatever would change something is refused."""
        ari = self._configuration.with_name("ari.conf")
        ari.write_text(ari.read_text().replace("read_only = no", "read_only = yes"))

    def kill(self) -> None:
        """As a crash would; nothing happens where it does not run."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def endpoints(self) -> set[str]:
        """The phones it knows."""
        done = subprocess.run(
            [*self._installation.command, "-C", str(self._configuration), "-rx", "pjsip list endpoints"],
            capture_output=True,
            text=True,
            check=True,
            timeout=10,
        )
        lines = [line.split() for line in done.stdout.splitlines()]
        return {words[1].partition("/")[0] for words in lines if words[:1] == ["Endpoint:"] and "<" not in words[1]}

    def _answers(self) -> bool:
        word = b64encode(f"acd:{ARI_PASSWORD}".encode()).decode()
        request = urllib.request.Request(f"{self.url}/ari/asterisk/ping", headers={"Authorization": f"Basic {word}"})
        try:
            with urllib.request.urlopen(request, timeout=5):
                return True
        except (urllib.error.URLError, ConnectionError):
            return False
