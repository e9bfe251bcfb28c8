"""Debian's Prometheus, as `make prometheus` unpacks it: a server for one test, and promtool."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import aiohttp

from tests.ports import free_port

PROGRAMS: Final = Path(sys.prefix) / "prometheus" / "usr" / "bin"
RULES: Final = Path(__file__).parents[2] / "ops" / "prometheus" / "acd.rules.yml"
STARTED_WITHIN_S: Final = 30.0


def promtool(*arguments: str | Path, given: bytes = b"") -> tuple[int, str]:
    """Exit code, and all that it said."""
    done = subprocess.run(
        [PROGRAMS / "promtool", *arguments],
        input=given,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        timeout=120,
    )
    return done.returncode, done.stdout.decode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Prometheus:
    """A running server."""

    url: str

    async def api(self, path: str, **parameters: str | float) -> Any:
        """The answer's data; fails with what Prometheus says."""
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"{self.url}/api/v1/{path}", params=parameters) as answer,
        ):
            told = await answer.json()
            assert told["status"] == "success", (parameters, told)
            return told["data"]

    async def query(self, expression: str) -> list[dict[str, Any]]:
        """What an expression finds now."""
        found: list[dict[str, Any]] = (await self.api("query", query=expression))["result"]
        return found


@asynccontextmanager
async def prometheus(home: Path, target: str | None = None) -> AsyncGenerator[Prometheus]:
    """With our rules, in this directory; it scrapes the target, an address without its path, as often as it can."""
    jobs = f"[{{job_name: acd, static_configs: [{{targets: ['{target}']}}]}}]" if target else "[]"
    settings = home / "prometheus.yml"
    settings.write_text(
        "global: {scrape_interval: 500ms, scrape_timeout: 500ms, evaluation_interval: 500ms}\n"
        f"rule_files: ['{RULES}']\nscrape_configs: {jobs}\n"
    )
    url = f"http://127.0.0.1:{free_port()}"
    with (home / "prometheus.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            PROGRAMS / "prometheus",
            f"--config.file={settings}",
            f"--storage.tsdb.path={home / 'tsdb'}",
            f"--web.listen-address={url.removeprefix('http://')}",
            "--storage.tsdb.retention.time=10y",
            stdout=log,
            stderr=log,
            env=os.environ | {"GOMAXPROCS": "1"},
        )
    try:
        await _answers(url, process, home)
        yield Prometheus(url=url)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _answers(url: str, process: asyncio.subprocess.Process, home: Path) -> None:
    deadline = time.monotonic() + STARTED_WITHIN_S
    async with aiohttp.ClientSession() as session:
        while True:
            assert process.returncode is None, (home / "prometheus.log").read_text()
            assert time.monotonic() < deadline, (home / "prometheus.log").read_text()
            try:
                async with session.get(f"{url}/-/ready") as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientConnectionError:
                pass
            await asyncio.sleep(0.1)
