"""The programs of a centre as child processes: started, watched, started again, stopped.

No child outlives `acd up`, however that ends: the kernel signals each of them when its parent dies.
"""

import asyncio
import os
import signal
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from acd.runtime.up.errors import StartError
from acd.runtime.up.progress import say
from acd.runtime.up.silence import SILENT_AFTER_SECONDS, Listener

FIRST_PAUSE_SECONDS: Final = 0.05
LONGEST_PAUSE_SECONDS: Final = 10.0
STEADY_AFTER_SECONDS: Final = 5.0
"""Who ran this long, or told that its work has begun, did not die of its start: the next pause is short again."""

SPARE_AFTER_SECONDS: Final = 0.5
"""Who has just begun to work has the machine for himself."""

STOP_WITHIN_SECONDS: Final = 12.0
ATTEMPTS_TO_START: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """What to run, and how it is asked to stop."""

    name: str
    command: tuple[str, ...]
    privileges: tuple[str, ...] = ()
    """How it is run with fewer rights than ours."""
    log: Path
    stop_signal: signal.Signals = signal.SIGTERM
    death_signal: signal.Signals = signal.SIGTERM
    """What the kernel sends it when `acd up` dies without having stopped it."""
    directory: Path = Path("/")
    environment: Mapping[str, str] | None = None
    """None: ours."""
    longer_pauses: Mapping[int, float] = field(default_factory=dict[int, float])
    """Exit codes after which starting again at once does harm, with the seconds to wait."""
    told_at: Path | None = None
    """The socket at which it tells that it is there, as to systemd; silent there, it is killed. None: it does not."""
    as_spare: tuple[str, ...] = ()
    """With these words it waits for a line on its standard input before it begins; one such is kept ready beside one
    that tells that its work has begun."""


class Child:
    """One program, kept running until `stop`."""

    def __init__(self, program: Program, lock: int) -> None:
        self.program = program
        self.ready = False
        """Set by whoever has seen it work; before that it may die only a few times."""
        self._lock = lock
        self._process: asyncio.subprocess.Process | None = None
        self._spare: asyncio.subprocess.Process | None = None
        self._failed_starts = 0
        self._pause = FIRST_PAUSE_SECONDS
        self._stopping = False
        self._watcher: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """None while it is not running."""
        return self._process.pid if self._process and self._process.returncode is None else None

    async def start(self, watchers: asyncio.TaskGroup) -> None:
        """Begin, and go on in a task of `watchers`, which fails with `StartError` if it never gets to be ready."""
        self._watcher = watchers.create_task(self._keep())
        await asyncio.sleep(0)

    async def _keep(self) -> None:
        if self.program.log.exists():
            self.program.log.replace(self.program.log.with_suffix(".log.1"))
        while not self._stopping:
            began = time.monotonic()
            code = await self._run()
            if self._stopping:
                return
            if not self.ready:
                self._count_failed_start(code)
            if time.monotonic() - began > STEADY_AFTER_SECONDS:
                self._pause = FIRST_PAUSE_SECONDS
            wait = self.program.longer_pauses.get(code, self._pause)
            say(f"{self.program.name} ended ({_how(code)}); starting it again in {wait:g} s. See {self.program.log}")
            await asyncio.sleep(wait)
            self._pause = min(self._pause * 2, LONGEST_PAUSE_SECONDS)

    async def _run(self) -> int:
        if self.program.told_at is None:
            return await (await self._begin()).wait()
        listener = await Listener.to(self.program.told_at)
        try:
            return await self._watched(await self._begin(), listener)
        finally:
            listener.close()

    async def _watched(self, process: asyncio.subprocess.Process, listener: Listener) -> int:
        silence = asyncio.create_task(listener.silence())
        working = asyncio.create_task(self._work_begins(listener))
        ended = asyncio.create_task(process.wait())
        try:
            await asyncio.wait({silence, ended}, return_when=asyncio.FIRST_COMPLETED)
            if not ended.done():
                say(f"{self.program.name} has been silent for {SILENT_AFTER_SECONDS:g} s: it hangs. Killed.")
                process.kill()
            return await ended
        finally:
            for task in (silence, working, ended):
                task.cancel()

    async def _begin(self) -> asyncio.subprocess.Process:
        spare, self._spare = self._spare, None
        if spare is not None and spare.returncode is None:
            assert spare.stdin
            with suppress(OSError):  # it has just ended: then so does its turn
                spare.stdin.write(b"\n")
                await spare.stdin.drain()
            self._process = spare
        else:
            self._process = await self._spawn(self.program.command, asyncio.subprocess.DEVNULL)
        return self._process

    async def _work_begins(self, listener: Listener) -> None:
        await listener.began.wait()
        self._pause = FIRST_PAUSE_SECONDS
        if self.program.as_spare:
            await asyncio.sleep(SPARE_AFTER_SECONDS)
            self._spare = await self._spawn((*self.program.command, *self.program.as_spare), asyncio.subprocess.PIPE)

    async def _spawn(self, command: tuple[str, ...], stdin: int) -> asyncio.subprocess.Process:
        environment = self.program.environment
        if self.program.told_at is not None:
            environment = {**(environment or os.environ), "NOTIFY_SOCKET": str(self.program.told_at)}
        with self.program.log.open("ab") as log:
            return await asyncio.create_subprocess_exec(
                *guarded(self.program, command),
                stdin=stdin,
                stdout=log,
                stderr=log,
                cwd=self.program.directory,
                env=environment,
                start_new_session=True,  # Ctrl-C is for `acd up` alone, which stops its children in order
                pass_fds=(self._lock,),
            )

    def _count_failed_start(self, code: int) -> None:
        self._failed_starts += 1
        if self._failed_starts >= ATTEMPTS_TO_START:
            raise StartError(f"{self.program.name} does not start ({_how(code)}). It wrote:\n{_tail(self.program.log)}")

    async def stop(self) -> None:
        """Ask it to end, and after a while make it."""
        self._stopping = True
        if self._watcher:
            self._watcher.cancel()
        if self._spare is not None and self._spare.returncode is None:
            self._spare.kill()
            await self._spare.wait()
        if self._process is None or self._process.returncode is not None:
            return
        self._process.send_signal(self.program.stop_signal)
        try:
            await asyncio.wait_for(self._process.wait(), STOP_WITHIN_SECONDS)
        except TimeoutError:
            say(f"{self.program.name} did not stop within {STOP_WITHIN_SECONDS:g} s; killed")
            self._process.kill()
            await self._process.wait()


async def finished(
    *command: str, environment: Mapping[str, str] | None = None, heard: Callable[[str], None] | None = None
) -> tuple[int, list[str]]:
    """Run a command to its end and give its exit code and its output; cancelled, it is ended first."""
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        cwd="/",
        env=environment,
    )
    assert process.stdout
    lines: list[str] = []
    try:
        async for raw in process.stdout:
            lines.append(raw.decode(errors="replace").rstrip())
            if heard:
                heard(lines[-1])
        return await process.wait(), lines
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError, PermissionError):  # sudo's child is not ours to signal
                process.terminate()
                await process.wait()


def guarded(program: Program, command: tuple[str, ...]) -> tuple[str, ...]:
    """The command line with the program's privileges, run so that the kernel sends it its death signal when we die.

    That setting is lost when a process changes its user, so it is made with or after that; and because a parent that
    died before it was made would go unnoticed, the child then looks once more for its parent.
    """
    lowered = program.privileges or ("setpriv",)
    look = ("sh", "-c", '[ "$PPID" = "$0" ] && exec "$@"', str(os.getpid()))
    return (*lowered, "--pdeathsig", program.death_signal.name.removeprefix("SIG"), *look, *command)


def _how(code: int) -> str:
    return f"exit code {code}" if code >= 0 else f"signal {signal.Signals(-code).name}"


def _tail(log: Path) -> str:
    return "\n".join("  " + line for line in log.read_text(errors="replace").splitlines()[-12:])
