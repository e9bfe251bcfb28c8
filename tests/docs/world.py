"""A machine as the pages suppose it: `acd` on the path, a centre that runs, an Asterisk of its own, in a directory.

What is typed on a page is run as it stands, by bash. Only places are others: `_instead` has them.
"""

import asyncio
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import aiohttp

from ari_bridge.client import Client
from tests.docs.pages import ROOT
from tests.phone.phone import Phone
from tests.ports import free_port, free_rtp_ports

UP: Final = "acd up examples/demo.toml"
START_SECONDS: Final = 110
STOP_SECONDS: Final = 20
COMMAND_SECONDS: Final = 60

_UNIT: Final = 'for word in "$@"; do [ -e "{root}/ops/systemd/${{word%.service}}.service" ] && exit 0; done; exit 1'
_SHIMS: Final[Mapping[str, str]] = {
    "acd": 'case "$1" in up) shift; set -- up {ports} "$@";; esac\nexec {python} -m acd "$@"',
    "sudo": 'while [ "${{1#-}}" != "$1" ]; do shift; [ "$1" = acd ] && shift; done\nexec "$@"',
    # What a recipe would do is printed: whether it does it is for CI, and for who takes the time.
    "make": 'exec /usr/bin/make --directory {root} --dry-run "$@" > /dev/null',
    # There is no systemd to ask in a test: only whether the unit is there that is asked for.
    "systemctl": _UNIT,
    "journalctl": f'[ "$*" = -k ] && exit 0\n{_UNIT}',
}
"""Programs that are another one here, or elsewhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What came of a command."""

    code: int
    text: str


class World:
    """The directory, and what runs in it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.sheet = ""
        """What `acd up` printed."""
        self.said: dict[str, tuple[str, Said]] = {}
        """By the command: the page for which it was run, and what came of it."""
        rtp = free_rtp_ports()
        self._web, self._portal, self._sip, self._ari = (free_port() for _ in range(4))
        ports = f"--sip-port {self._sip} --ari-port {self._ari} --web-port {self._web} --portal-port {self._portal}"
        ports += f" --rtp-ports {rtp[0]}-{rtp[-1]}"
        (home / "bin").mkdir()
        for name, lines in _SHIMS.items():
            self._write(name, lines.format(ports=ports, python=sys.executable, root=ROOT))
        for folder in ("examples", "ops"):
            (home / folder).symlink_to(ROOT / folder)
        self._instead = {
            "127.0.0.1:8090": f"127.0.0.1:{self._web}",
            "127.0.0.1:8091": f"127.0.0.1:{self._portal}",
            "/etc/acd/acd.toml": ".state/demo/engine.toml",
            "/etc/acd/centre.toml": "examples/demo.toml",
            "/etc/asterisk/": f"{ROOT}/tests/app_queue/small_office/",
        }
        self._token = ""
        self._up: subprocess.Popen[bytes] | None = None

    def _write(self, name: str, lines: str) -> None:
        """A program on the path."""
        shim = self.home / "bin" / name
        shim.write_text(f"#!/bin/bash\n{lines}\n")
        shim.chmod(0o755)

    def start(self) -> None:
        """Bring up the demo centre as the first page says; wait until calls can be taken."""
        with (self.home / "up.out").open("w") as out, (self.home / "up.err").open("w") as err:
            self._up = subprocess.Popen(
                ["bash", "-c", UP], cwd=self.home, env=self._environment, stdout=out, stderr=err
            )
        deadline = time.monotonic() + START_SECONDS
        while "Ctrl-C stops everything." not in self.sheet:
            assert self._up.poll() is None, (self.home / "up.err").read_text()
            assert time.monotonic() < deadline, (self.home / "up.err").read_text()
            time.sleep(0.05)
            self.sheet = (self.home / "up.out").read_text()
        words = _words_of_asterisk(self._up.pid)
        self._write("asterisk", f'exec {shlex.join([*words, "-C", str(self.etc / "asterisk.conf")])} "$@"')

    def stop(self) -> None:
        """As Ctrl-C does."""
        if self._up is not None:
            self._up.send_signal(signal.SIGINT)
            try:
                self._up.wait(STOP_SECONDS)
            finally:
                self._up.kill()

    @property
    def etc(self) -> Path:
        """Where the running Asterisk has its configuration."""
        return self.home / ".state" / "demo" / "asterisk" / "etc"

    @property
    def _environment(self) -> dict[str, str]:
        path = f"{self.home / 'bin'}:{os.environ['PATH']}"
        return os.environ | {"PATH": path, "PYTHONPATH": str(ROOT), "COLUMNS": "120", "ACD_TOKEN": self._token}

    async def make_token(self) -> None:
        """As the office manager does on his account page; commands find it in ACD_TOKEN."""
        login = "1005@demo.example"
        api, origin = f"http://127.0.0.1:{self._portal}/api/v1", {"Origin": f"http://127.0.0.1:{self._portal}"}
        given = {"login": login, "password": self._secret(login)}
        wanted = {"name": "the docs", "scopes": ["facts"]}
        async with aiohttp.ClientSession(headers=origin, cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
            async with session.post(f"{api}/session", json=given) as answer:
                assert answer.status == 200, await answer.text()
            async with session.post(f"{api}/tokens", json=wanted) as answer:
                assert answer.status == 201, await answer.text()
                self._token = (await answer.json())["token"]

    async def type(self, command: str) -> Said:
        """Have bash run this, in the directory."""
        for place, instead in self._instead.items():
            command = command.replace(place, instead)
        typed = await asyncio.create_subprocess_exec(
            "bash",
            "-c",
            command,
            cwd=self.home,
            env=self._environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await asyncio.wait_for(typed.communicate(), timeout=COMMAND_SECONDS)
        assert typed.returncode is not None
        return Said(code=typed.returncode, text=said.decode())

    async def comes_from_outside(self, number: str, context: str) -> None:
        """A call by a trunk, which leads to this context of the dial plan; it stays until it is hung up."""
        secret = (self.home / ".state" / "demo" / "ari.secret").read_text().strip()
        async with Client(f"http://127.0.0.1:{self._ari}", "acd", secret) as client:
            await client.channels.originate(endpoint=f"Local/{number}@{context}", context=context, extension="caller")

    def phone(self, device: str) -> Phone:
        """A phone set up as the start sheet says."""
        return Phone(("127.0.0.1", self._sip), device, self._secret(device))

    def _secret(self, name: str) -> str:
        found = re.search(rf"^\s*{re.escape(name)}\s+(\S+)", self.sheet, re.MULTILINE)
        assert found is not None, self.sheet
        return found[1]


def _words_of_asterisk(parent: int) -> list[str]:
    """How the Asterisk was begun that this process has, without its options."""
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            its_parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            words = [os.fsdecode(word) for word in (entry / "cmdline").read_bytes().split(b"\0")]
        except (OSError, IndexError):
            continue
        if its_parent == parent and "-C" in words and any(word.endswith("asterisk") for word in words):
            return words[: words.index("-C")]
    raise AssertionError("acd up has no Asterisk")
