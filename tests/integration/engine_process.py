"""`acd run` as a process of its own, as an operator would start it, and questions to it over HTTP."""

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from tests.ports import free_port

WITHIN_S = 20.0


@dataclass(slots=True, kw_only=True)
class EngineProcess:
    """A running engine."""

    process: asyncio.subprocess.Process
    web: str
    log_file: Path

    def log(self) -> list[dict[str, Any]]:
        """Its log lines so far."""
        return [json.loads(line) for line in self.log_file.read_text(encoding="utf-8").splitlines()]

    def events(self) -> list[str]:
        """The names of its log lines so far."""
        return [line["event"] for line in self.log()]

    async def get(self, page: str) -> tuple[int, str]:
        """Status and text of one of its pages; 0 where nobody answers."""
        try:
            async with aiohttp.ClientSession() as session, session.get(self.web + page) as answer:
                return answer.status, await answer.text()
        except aiohttp.ClientConnectionError:
            return 0, ""

    async def metric(self, sample: str) -> float:
        """The value of one series, named as in the text format."""
        _, text = await self.get("/metrics")
        [line] = [line for line in text.splitlines() if line.startswith(f"{sample} ")]
        return float(line.rpartition(" ")[2])

    async def reasons(self) -> list[str]:
        """Why it is not ready; empty once it is."""
        status, text = await self.get("/readyz")
        if status == 0:
            return ["no answer"]
        answer = json.loads(text)
        assert (status, answer["ready"]) == ((503, False) if answer["reasons"] else (200, True))
        reasons: list[str] = answer["reasons"]
        return reasons

    async def ready(self) -> None:
        """Wait until calls can be taken."""
        await self._until(lambda reasons: not reasons)

    async def not_ready_because(self, *words: str) -> str:
        """Wait until it says one reason, which has these words."""
        reasons = await self._until(lambda reasons: len(reasons) == 1 and all(word in reasons[0] for word in words))
        return reasons[0]

    async def warnings(self) -> list[str]:
        """What is wrong and does not keep calls from being taken."""
        warnings: list[str] = json.loads((await self.get("/readyz"))[1])["warnings"]
        return warnings

    async def _until(self, met: Callable[[list[str]], bool]) -> list[str]:
        deadline = time.monotonic() + WITHIN_S
        while True:
            reasons = await self.reasons()
            if met(reasons):
                return reasons
            assert self.process.returncode is None, self.log_file.read_text(encoding="utf-8")
            assert time.monotonic() < deadline, (reasons, self.log_file.read_text(encoding="utf-8"))
            await asyncio.sleep(0.05)

    async def ended(self) -> int:
        """Wait until it has ended by itself: its exit code."""
        async with asyncio.timeout(WITHIN_S):
            return await self.process.wait()

    async def stop(self, with_signal: int = signal.SIGTERM) -> tuple[int, float]:
        """Ask it to stop: its exit code, and how many seconds it took."""
        began = time.monotonic()
        self.process.send_signal(with_signal)
        code = await self.ended()
        return code, time.monotonic() - began


@asynccontextmanager
async def engine_process(
    directory: Path,
    database_url: str,
    environment: Mapping[str, str] | None = None,
    *,
    arguments: Sequence[str] = ("-m", "acd", "run"),
) -> AsyncGenerator[EngineProcess]:
    """An engine with this database, killed at the end if it still runs. Its Asterisk is nowhere unless one is named.

    `arguments`: what Python is to run instead of the command.
    """
    web_port = free_port()
    settings = {
        "ACD__DATABASE__URL": database_url,
        "ACD__ARI__URL": f"http://127.0.0.1:{free_port()}",
        "ACD__ARI__PASSWORD": "the-ari-secret",
        "ACD__WEB__PORT": str(web_port),
        "ACD__LOG__FORMAT": "json",
        "ACD__JOURNAL__SPOOL": str(directory / "spool"),
    } | dict(environment or {})
    log_file = directory / f"engine-{web_port}.log"
    with log_file.open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, *arguments, stdout=log, stderr=log, env=os.environ | settings
        )
    try:
        yield EngineProcess(process=process, web=f"http://127.0.0.1:{settings['ACD__WEB__PORT']}", log_file=log_file)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
