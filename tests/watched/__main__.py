"""Draws docs/dashboard.png anew: `python -m tests.watched docs/dashboard.png [--minutes 20]`.

A real engine on the double of Asterisk, callers and agents as dice have it, and a real Prometheus that watches; at the
end the dashboard, drawn from what it has seen.
"""

import argparse
import asyncio
import time
from math import pi, sin
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from acd.centre import read_centre
from acd.runtime.apply import apply_centre
from acd.runtime.database import close, connect
from acd.runtime.schema import SCHEMA
from tests.browser.chromium import chromium
from tests.double.server import PASSWORD, double_server
from tests.integration.engine_process import engine_process
from tests.integration.postgres import TestPostgres
from tests.integration.prometheus import Prometheus, prometheus
from tests.ports import free_port
from tests.watched.drawing import WIDTH, Span, drawn
from tests.watched.people import People, centre

CALLS_A_MINUTE: Final = (6, 22)
"""From the quietest moment to the busiest."""


def main() -> None:
    """Draw it."""
    given = argparse.ArgumentParser(description="Draw the dashboard from what a Prometheus sees of a real engine.")
    given.add_argument("picture", type=Path)
    given.add_argument("--minutes", type=float, default=20)
    given.add_argument("--seed", type=int, default=1)
    options = given.parse_args()
    asyncio.run(_draw(options.picture, options.minutes, options.seed))


async def _draw(picture: Path, minutes: float, seed: int) -> None:
    postgres = TestPostgres()
    try:
        postgres.start()
        postgres.execute(SCHEMA.read_text())
        connection = await connect(postgres.url())
        await apply_centre(connection, read_centre(centre(), "centre.toml"))
        await close(connection)
        with TemporaryDirectory(prefix="acd-watched-") as home:
            page = await _watched(Path(home), postgres.url(), minutes, seed)
    finally:
        postgres.remove()
    async with chromium() as browser:
        tab = await browser.new_page(viewport={"width": WIDTH, "height": 900})
        await tab.set_content(page)
        await tab.screenshot(path=picture, full_page=True)


async def _watched(home: Path, database_url: str, minutes: float, seed: int) -> str:
    """The dashboard, after so many minutes."""
    port = free_port()
    async with double_server() as server:
        settings = {
            "ACD__ARI__URL": server.url,
            "ACD__ARI__PASSWORD": PASSWORD,
            "ACD__PORTAL__URL": f"http://127.0.0.1:{port}",
            "ACD__PORTAL__PORT": str(port),
            "ACD__PORTAL__MAIL_FOLDER": str(home / "mails"),
        }
        async with engine_process(home, database_url, settings) as engine:
            await engine.ready()
            people = People(server, seed)
            people.come()
            async with prometheus(home, engine.web.removeprefix("http://")) as watching:
                return await _lived(watching, people, minutes)


async def _lived(watching: Prometheus, people: People, minutes: float) -> str:
    begin = time.time()
    least, most = CALLS_A_MINUTE

    def calls_a_minute() -> float:
        passed = (time.time() - begin) / 60 / minutes
        return least + (most - least) * sin(pi * passed) ** 2

    try:
        async with asyncio.timeout(minutes * 60):
            await people.live(calls_a_minute)
    except TimeoutError:
        span = Span(begin=begin + 60, end=time.time(), step=minutes / 4, rate_interval="1m")
        return await drawn(watching, span)
    raise AssertionError("people live for ever")


if __name__ == "__main__":
    main()
