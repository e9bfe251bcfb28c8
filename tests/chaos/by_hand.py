"""Engines started by hand on a running centre, in the place of the one that `acd up` would keep running."""

import os
import signal
import tomllib
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from tests.acceptance.centre import RunningCentre
from tests.integration.engine_process import EngineProcess, engine_process


@contextmanager
def without_own_engine(centre: RunningCentre) -> Generator[None]:
    """Its engine is killed, and `acd up` stands still, so that it starts no other."""
    supervisor = centre.sheet.pids["up"]
    engine = centre.engine_pid()
    os.kill(supervisor, signal.SIGSTOP)
    os.kill(engine, signal.SIGKILL)
    try:
        yield
    finally:
        os.kill(supervisor, signal.SIGCONT)


def database_url(centre: RunningCentre) -> str:
    """Where its database is."""
    url: str = tomllib.loads((centre.home / "state" / "engine.toml").read_text())["database"]["url"]
    return url


def ari_url(centre: RunningCentre) -> str:
    """Where its Asterisk is."""
    url: str = tomllib.loads((centre.home / "state" / "engine.toml").read_text())["ari"]["url"]
    return url


@asynccontextmanager
async def engine(
    centre: RunningCentre, home: Path, *, ari: str | None = None, database: str | None = None
) -> AsyncGenerator[EngineProcess]:
    """`acd run` for this centre, with a directory of its own; `ari`, `database`: other ways to them."""
    home.mkdir()
    environment = {
        "ACD__ARI__URL": ari or ari_url(centre),
        "ACD__ARI__PASSWORD": (centre.home / "state" / "ari.secret").read_text().strip(),
        "ACD__JOURNAL__SPOOL": str(home / "spool"),
    }
    async with engine_process(home, database or database_url(centre), environment) as process:
        yield process
