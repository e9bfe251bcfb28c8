"""A throw-away PostgreSQL for tests, from the binaries that come with the `postgres` extra."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from acd.runtime.up.postgres import binaries
from acd.runtime.up.privileges import Privileges

START_WITHIN_S = 30.0

ALLOW_FACTS = "select set_config('acd.epoch', epoch::text, false) from lease"
"""Lets a session write facts as the engine does that has the lease."""


class TestPostgres:
    """One server in a directory of its own, on a Unix socket only; it can be killed and started again."""

    __test__ = False

    def __init__(self, *, durable: bool = False) -> None:
        """`durable`: what is committed is on the disk, which tests do not wait for."""
        self._durable = durable
        self._home = Path(tempfile.mkdtemp(prefix="acd-test-pg-"))
        self._process: subprocess.Popen[bytes] | None = None
        # PostgreSQL refuses to run as root, and the checkout may stand where only root looks.
        self._privileges = Privileges(binaries(), self._home)
        self._privileges.own(self._home)
        self._run(
            "initdb", "-D", self._data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"
        )

    @property
    def _data(self) -> str:
        return str(self._home / "data")

    @property
    def sockets(self) -> Path:
        """The directory of its socket."""
        return self._home

    def url(self, database: str = "postgres", user: str = "postgres") -> str:
        """The address of one of its databases."""
        return f"postgresql://{user}@/{database}?host={self._home}"

    def start(self) -> None:
        """Returns when it takes connections."""
        fsync = "on" if self._durable else "off"
        options = ("-c", "listen_addresses=", "-k", str(self._home), "-c", f"fsync={fsync}", "-c", "max_connections=40")
        with (self._home / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [*self._privileges.prefix, _binary("postgres"), "-D", self._data, *options],
                stdout=subprocess.DEVNULL,
                stderr=log,
            )
        deadline = time.monotonic() + START_WITHIN_S
        while self._query("select 1").returncode != 0:
            assert time.monotonic() < deadline, (self._home / "log").read_text()
            assert self._process.poll() is None, (self._home / "log").read_text()
            time.sleep(0.05)

    def kill(self) -> None:
        """As a power cut would: nothing is written, nobody is told."""
        assert self._process is not None
        children = self._children(self._process.pid)
        for pid in (self._process.pid, *children):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self._process.wait()
        # A server started before these are gone would refuse: they share its memory.
        deadline = time.monotonic() + START_WITHIN_S
        while any(_lives(pid) for pid in children):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        self._process = None

    def remove(self) -> None:
        """Stop it and delete everything."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self.kill()
        shutil.rmtree(self._home)

    def execute(self, sql: str, database: str = "postgres") -> str:
        """Run statements as an operator would."""
        result = self._query(sql, database)
        assert result.returncode == 0, result.stderr
        return result.stdout

    def _query(self, sql: str, database: str = "postgres") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [
                _binary("psql"),
                "-X",
                "-q",
                "-A",
                "-t",
                "-h",
                str(self._home),
                "-U",
                "postgres",
                "-d",
                database,
                "-v",
                "ON_ERROR_STOP=1",
            ],
            input=sql,
            capture_output=True,
            text=True,
            check=False,
        )

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run([*self._privileges.prefix, _binary(program), *arguments], check=True, capture_output=True)

    @staticmethod
    def _children(pid: int) -> list[int]:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
        return [int(child) for child in text.split()]


def _binary(name: str) -> str:
    return str(binaries() / name)


def _lives(pid: int) -> bool:
    """One that nobody has buried yet is dead all the same: it holds no memory any more."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"
