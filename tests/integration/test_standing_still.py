"""An engine that stood still for too long orders nothing any more; and who watches over it is told that it is there."""

import asyncio
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from acd.runtime.database import Connection
from acd.runtime.standstill import FROZEN_AFTER
from acd.runtime.up import silence
from acd.runtime.up.children import Child, Program
from tests.integration.asterisk import ARI_PASSWORD, TestAsterisk
from tests.integration.centres import SMALL, apply
from tests.integration.engine_process import engine_process
from tests.integration.tap import tapped
from tests.integration.waiting import eventually
from tests.phone.phone import Phone


@pytest.fixture
def asterisk(tmp_path: Path) -> Iterator[TestAsterisk]:
    """One that runs."""
    server = TestAsterisk(tmp_path / "asterisk")
    server.start()
    yield server
    server.kill()


async def test_a_frozen_engine_never_orders_anything_again(
    tmp_path: Path, database: str, connection: Connection, asterisk: TestAsterisk
) -> None:
    await apply(connection, SMALL)
    async with (
        tapped(asterisk.url) as tap,
        engine_process(tmp_path, database, {"ACD__ARI__URL": tap.url, "ACD__ARI__PASSWORD": ARI_PASSWORD}) as engine,
        Phone(("127.0.0.1", asterisk.sip_port), "1001-desk", "first-secret") as phone,
    ):
        await engine.ready()
        assert await phone.register() == 200

        engine.process.send_signal(signal.SIGSTOP)
        call = await phone.dial("7001")
        await asyncio.sleep(FROZEN_AFTER.total_seconds() / 3)
        engine.process.send_signal(signal.SIGCONT)
        await call.is_answered()  # a moment is none: it serves who came meanwhile
        await call.hang_up()

        engine.process.send_signal(signal.SIGSTOP)
        await phone.dial("7001")
        await asyncio.sleep(FROZEN_AFTER.total_seconds() + 0.5)
        continued = time.monotonic()
        engine.process.send_signal(signal.SIGCONT)
        assert await engine.ended() == 75
        await asyncio.sleep(0.1)  # what it had sent would have arrived by then
        # A question whose time had come while it stood still may go out first; it changes nothing.
        assert [words for words in tap.said_since(continued) if not words.startswith(b"GET ")] == []
        assert engine.events()[-1] == "process_stood_still"


# --- the watchdog


class Ear:
    """Where systemd would listen."""

    def __init__(self, place: Path) -> None:
        self.words: list[str] = []
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(place))
        self._socket.setblocking(False)

    def hears(self, start: str, *, times: int = 1) -> bool:
        """Whether so many words that begin so have been told by now."""
        with suppress(BlockingIOError):
            while True:
                self.words.extend(self._socket.recv(4096).decode().splitlines())
        return sum(word.startswith(start) for word in self.words) >= times

    def close(self) -> None:
        self._socket.close()


async def test_who_watches_over_engines_hears_how_they_stand(
    tmp_path: Path, database: str, asterisk: TestAsterisk
) -> None:
    settings = {"ACD__ARI__URL": asterisk.url, "ACD__ARI__PASSWORD": ARI_PASSWORD}
    with closing(Ear(tmp_path / "first")) as first, closing(Ear(tmp_path / "second")) as second:
        async with engine_process(tmp_path, database, settings | {"NOTIFY_SOCKET": str(tmp_path / "first")}) as engine:
            await eventually(lambda: first.hears("READY=1"))
            assert first.words[-1] == "STATUS=taking calls"
            environment = settings | {"NOTIFY_SOCKET": str(tmp_path / "second")}
            async with engine_process(tmp_path, database, environment):
                await eventually(lambda: second.hears(f"STATUS=standing by: process {engine.process.pid} "))
                assert second.hears("READY=1"), "standing by is what it is for"
            beats = first.words.count("WATCHDOG=1")
            await eventually(lambda: first.hears("WATCHDOG=1", times=beats + 2), within_s=3)
            await engine.stop()
            assert first.hears("STOPPING=1")
            assert first.words.count("READY=1") == 1


CHILD = """
import os, signal, sys, time
from acd.runtime.watchdog import tell
print("began", flush=True)
time.sleep(float(sys.argv[1]))
tell("READY=1")
for _ in range(2):
    tell("WATCHDOG=1")
    time.sleep(0.5)
os.kill(os.getpid(), signal.SIGSTOP)
"""


async def test_a_child_that_hangs_is_killed_and_started_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is given the time that its start takes, longer than it may be silent afterwards."""
    silent, slow = 1.5, 2.0
    monkeypatch.setattr(silence, "SILENT_AFTER_SECONDS", silent)
    program = Program(
        name="it",
        command=(sys.executable, "-c", CHILD, str(slow)),
        log=tmp_path / "log",
        told_at=tmp_path / "notify",
        directory=Path.cwd(),
    )
    child = Child(program, lock=1)
    child.ready = True
    began = time.monotonic()
    async with asyncio.TaskGroup() as watchers:
        await child.start(watchers)
        await eventually(lambda: program.log.exists() and program.log.read_text().count("began") == 2)
        assert slow + 1 + silent - 0.5 < time.monotonic() - began < slow + 1 + silent + 2
        await child.stop()
