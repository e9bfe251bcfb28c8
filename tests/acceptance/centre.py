"""The product as its user runs it: `acd up` as a process of its own, its start sheet, `acd apply`, its end."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from tests.acceptance.parts import Part, centre_file
from tests.phone.phone import Phone
from tests.phone.waiting import until
from tests.phone.wire import Place
from tests.ports import free_port, free_rtp_ports

ACD = (sys.executable, "-m", "acd")
START_SECONDS = 60
STOP_SECONDS = 20
IN_FORCE_SECONDS = 3.0


class CentreError(AssertionError):
    """`acd` did not do what it was started for; says what it wrote."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What `acd up --json` tells once calls can be taken."""

    sip: Place
    secrets: dict[str, str] = field(repr=False)
    """By device."""
    portal: str
    """The address of the pages."""
    passwords: dict[str, str] = field(repr=False)
    """For them, by login."""
    mail_folder: Path
    urls: dict[str, str]
    pids: dict[str, int]


def read_sheet(line: str) -> Sheet:
    """Read the one line of JSON."""
    said = cast("dict[str, Any]", json.loads(line))
    assert said["ready"] is True, said
    return Sheet(
        sip=(said["sip"]["host"], int(said["sip"]["port"])),
        secrets={device["user"]: device["password"] for device in said["devices"]},
        portal=said["portal"]["url"],
        passwords={user["login"]: user["password"] for user in said["portal"]["users"]},
        mail_folder=Path(said["portal"]["mail_folder"]),
        urls=dict(said["urls"]),
        pids={name: int(pid) for name, pid in said["pids"].items()},
    )


class RunningCentre:
    """One `acd up` on free ports, with a state directory of its own."""

    def __init__(
        self,
        home: Path,
        parts: Iterable[Part],
        *,
        options: Iterable[str] = (),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """`options`: more of them for `acd up`; `environment`: what it and its programs have beside ours."""
        self.home = home
        self._options = list(options)
        self._environment = dict(environment or {})
        self.sheet: Sheet
        self._parts = list(parts)
        self._file = home / "centre.toml"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Begin, and return when calls can be taken; raises `CentreError` with what was written instead."""
        self._file.write_text(centre_file(self._parts))
        rtp = free_rtp_ports()
        command = [*ACD, "up", str(self._file), "--json", "--state-dir", str(self.home / "state")]
        for option in ("--sip-port", "--ari-port", "--web-port"):
            command += [option, str(free_port())]
        command += ["--rtp-ports", f"{rtp[0]}-{rtp[-1]}", *self._options]
        with self.log.open("w") as log, self._said.open("w") as said:
            self._process = subprocess.Popen(command, stdout=said, stderr=log, env=os.environ | self._environment)
        self.sheet = read_sheet(self._sheet_line())

    def _sheet_line(self) -> str:
        assert self._process
        deadline = time.monotonic() + START_SECONDS
        while not (said := self._said.read_text()).endswith("\n"):
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise CentreError(f"acd up gave no start sheet; it wrote:\n{self.log.read_text()[-4000:]}")
            time.sleep(0.02)
        return said

    @property
    def _said(self) -> Path:
        return self.home / "sheet.json"

    @property
    def log(self) -> Path:
        """What `acd up` says on its standard error."""
        return self.home / "up.log"

    @property
    def engine_log(self) -> Path:
        """What its engines say, one after the other."""
        return self.home / "state" / "log" / "engine.log"

    def stop(self) -> None:
        """As Ctrl-C does; raises `CentreError` when it does not end in time."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            raise CentreError(f"acd up did not stop within {STOP_SECONDS} s of SIGINT") from None
        finally:
            self._process = None

    def phone(self, device: str, *, secret: str | None = None, name: str = "", model: str = "") -> Phone:
        """A phone set up as the start sheet says."""
        return Phone(self.sheet.sip, device, secret or self.sheet.secrets[device], name=name, model=model)

    @property
    def pid(self) -> int:
        """Of `acd up`."""
        assert self._process
        return self._process.pid

    def engine_pid(self) -> int:
        """Of the engine that runs now; 0 while there is none."""
        return next((pid for pid in self._engines() if not _waits_for_its_turn(pid)), 0)

    def spare_pid(self) -> int:
        """Of the engine that has everything in hand and waits for its turn; 0 while there is none."""
        return next((pid for pid in self._engines() if _waits_for_its_turn(pid) and _reads_a_pipe(pid)), 0)

    def _engines(self) -> Iterator[int]:
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                words = (entry / "cmdline").read_bytes().split(b"\0")
            except (OSError, IndexError):
                continue
            if parent == self.pid and b"run" in words and b"--settings" in words:
                yield int(entry.name)

    async def add_to_dial_plan(self, lines: str) -> None:
        """As an operator does who has a dial plan of his own."""
        etc = self.home / "state" / "asterisk" / "etc"
        with (etc / "extensions.conf").open("a") as extensions:
            extensions.write(lines)
        said = await self.asterisk_says("dialplan reload")
        if "reloaded" not in said:
            raise CentreError(f"dialplan reload: {said}")

    async def asterisk_says(self, command: str) -> str:
        """What Asterisk answers to a command of an operator at its console."""
        etc = self.home / "state" / "asterisk" / "etc"
        running = Path("/proc", str(self.sheet.pids["asterisk"]), "cmdline").read_bytes().split(b"\0")
        asterisk = [os.fsdecode(word) for word in running[: running.index(b"-C")]]
        process = await asyncio.create_subprocess_exec(
            *asterisk, "-C", str(etc / "asterisk.conf"), "-rx", command, stdout=asyncio.subprocess.PIPE
        )
        said, _ = await asyncio.wait_for(process.communicate(), timeout=10)
        if process.returncode:
            raise CentreError(f"{command} ended with {process.returncode}: {said.decode()}")
        return said.decode()

    async def is_ready(self, *, within: float) -> None:
        """Wait until the engine says that it takes calls."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + within
        while not await asyncio.to_thread(self._says_ready):
            if loop.time() > deadline:
                raise CentreError(f"{self.sheet.urls['readyz']} was not ready within {within} s")
            await asyncio.sleep(0.05)

    def _says_ready(self) -> bool:
        try:
            with urllib.request.urlopen(self.sheet.urls["readyz"], timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    async def put_in_force(self, *parts: Part, instead_of: Iterable[Part] = ()) -> str:
        """`apply`, and wait until the engine goes by it and has told Asterisk, moments after the database has it."""
        before = self._times_told()
        said = await self.apply(*parts, instead_of=instead_of)
        await until("the engine goes by it", lambda: self._times_told() > before, within=IN_FORCE_SECONDS)
        return said

    def _times_told(self) -> int:
        """How often the engine has told Asterisk of phones and numbers, as it does after each change."""
        return self.engine_log.read_text().count('"event": "asterisk_provisioned"')

    async def apply(self, *parts: Part, instead_of: Iterable[Part] = ()) -> str:
        """`acd apply` of the centre with these parts added (and others left out); what it says it changed."""
        self._parts = [part for part in self._parts if part not in list(instead_of)] + list(parts)
        self._file.write_text(centre_file(self._parts))
        command = [*ACD, "apply", str(self._file), "--state-dir", str(self.home / "state")]
        process = await asyncio.create_subprocess_exec(
            *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
        )
        said, complained = await asyncio.wait_for(process.communicate(), timeout=20)
        if process.returncode:
            raise CentreError(f"acd apply ended with {process.returncode}: {complained.decode()}")
        return said.decode()


def _waits_for_its_turn(pid: int) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{pid}/fd/0").readlink().name.startswith("pipe")
    return True  # it is no more


def _reads_a_pipe(pid: int) -> bool:
    with suppress(OSError):
        return "pipe_read" in Path(f"/proc/{pid}/wchan").read_text()
    return False
