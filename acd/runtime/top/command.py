"""The commands `acd top` and `acd status`: read the journal and the engine's health page, draw, and listen to keys."""

import asyncio
import json
import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import asyncpg
import click
import msgspec
from rich.console import Console
from rich.live import Live
from rich.text import Text

from acd.doctor.sight import EngineSight
from acd.runtime.database import LOST, in_words
from acd.runtime.following import Follower
from acd.runtime.given import GIVEN, OUTSIDE, fail, settings_file, settings_of, with_database
from acd.runtime.glance import Glance, glance
from acd.runtime.operators import engine_sight, engine_url
from acd.runtime.settings import Settings
from acd.runtime.top.drawing import View, engine_line, screen, summary, table
from acd.runtime.top.keyboard import Keyboard
from acd.runtime.top.lists import LISTINGS, rows_of

DRAWN_EVERY_SECONDS: Final = 1.0
ENGINE_ASKED_EVERY_SECONDS: Final = 5.0
A_PAGE: Final = 10
"""Rows that PgUp and PgDn scroll by."""

UNBOUNDED_WIDTH: Final = 132
"""Of lines that go into a file or another program."""


@click.command(name="status", short_help="What queues, callers and agents do now.")
@click.option("--state-dir", type=click.Path(path_type=Path), help="Of the `acd up` whose centre it is.")
@click.option("--settings", type=click.Path(path_type=Path), help="Of the `acd run` whose centre it is.")
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON.")
@click.pass_context
def status_command(context: click.Context, state_dir: Path | None, settings: Path | None, as_json: bool) -> None:
    """Say whether calls are taken, and what queues, callers and agents do now.

    Without an option it is the only centre in .state, the installed one, or the environment's.

    Exit codes: 0 calls are taken, 1 they are not, or the database cannot be read, 2 the settings are wrong.
    """
    chosen = _settings(settings, state_dir)
    seen, engine = with_database(chosen.database_url, _look_once(chosen))
    if as_json:
        told = {"engine": _engine_as_values(engine), "centre": msgspec.to_builtins(seen)}
        click.echo(json.dumps(told))
    else:
        _print(seen, engine)
    context.exit(0 if _takes_calls(engine) else OUTSIDE)


@click.command(name="top", short_help="The same live, as the terminal's whole screen.")
@click.option("--state-dir", type=click.Path(path_type=Path), help="Of the `acd up` whose centre it is.")
@click.option("--settings", type=click.Path(path_type=Path), help="Of the `acd run` whose centre it is.")
def top_command(state_dir: Path | None, settings: Path | None) -> None:
    """Watch queues, callers and agents in the terminal, as they change.

    Tab chooses a list, s sorts it by something else, r the other way round, the arrows scroll it; q ends. Without an
    option it is the only centre in .state, the installed one, or the environment's.
    """
    console = Console()
    if not sys.stdin.isatty() or not console.is_terminal or console.is_dumb_terminal:
        fail("acd top needs a terminal to draw on; `acd status` prints the same once.", GIVEN)
    chosen = _settings(settings, state_dir)
    with_database(chosen.database_url, _watch(chosen, console))


def _settings(settings: Path | None, state_dir: Path | None) -> Settings:
    return settings_of(settings_file(settings, state_dir, os.environ))


# --- acd status


async def _look_once(settings: Settings) -> tuple[Glance, EngineSight]:
    follower = Follower(settings.database_url)
    try:
        _, engine = await asyncio.gather(follower.catch_up(), engine_sight(engine_url(settings)))
    finally:
        await follower.close()
    return glance(follower.state, follower.today, datetime.now(UTC)), engine


def _takes_calls(engine: EngineSight) -> bool:
    return engine.answers and engine.is_ours and not engine.reasons


def _engine_as_values(engine: EngineSight) -> dict[str, object]:
    return {
        "url": engine.url,
        "answers": engine.answers and engine.is_ours,
        "takes_calls": _takes_calls(engine),
        "reasons": engine.reasons,
        "warnings": engine.warnings,
        "version": engine.version,
        "began": engine.began and engine.began.isoformat(),
    }


def _print(seen: Glance, engine: EngineSight) -> None:
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = UNBOUNDED_WIDTH
    console.print(engine_line(engine, seen))
    for warning in engine.warnings:
        console.print(Text(f"! {warning}", "yellow"))
    if not _takes_calls(engine):
        console.print(Text("acd doctor says what to type."))
    console.print(summary(seen))
    for listing, rows in zip(LISTINGS, rows_of(seen), strict=True):
        console.print()
        console.print(table(listing, rows, seen.at, console.width, is_full=False))
        if not rows:
            console.print(Text(listing.nothing, "dim"))


# --- acd top


class _Engine:
    """What its health page said last."""

    def __init__(self, url: str) -> None:
        self.sight = EngineSight(url=url, answers=False)

    async def ask(self) -> None:
        """Once."""
        self.sight = await engine_sight(self.sight.url)

    async def keep_asking(self) -> None:
        """For ever."""
        while True:
            await asyncio.sleep(ENGINE_ASKED_EVERY_SECONDS)
            await self.ask()


async def _watch(settings: Settings, console: Console) -> None:
    """Until somebody ends it. What is wrong at the start is raised, what goes wrong later is drawn."""
    follower, engine, view = Follower(settings.database_url), _Engine(engine_url(settings)), View()
    await asyncio.gather(follower.catch_up(), engine.ask())
    asking = asyncio.create_task(engine.keep_asking())
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    try:
        with Keyboard() as keyboard, Live(console=console, screen=True, auto_refresh=False) as live:
            troubles: list[str] = []
            clock = asyncio.get_running_loop().time
            read_at = clock()
            while not ended.is_set():
                seen = glance(follower.state, follower.today, datetime.now(UTC))
                width, height = console.size
                live.update(screen(seen, engine.sight, troubles, view, width, height), refresh=True)
                key = await keyboard.key(max(0, read_at + DRAWN_EVERY_SECONDS - clock()))
                if key is not None and not press(view, key):
                    break
                if clock() >= read_at + DRAWN_EVERY_SECONDS:
                    troubles = await _catch_up(follower)
                    read_at = clock()
    finally:
        asking.cancel()
        await follower.close()


async def _catch_up(follower: Follower) -> list[str]:
    """What is in the way."""
    try:
        await follower.catch_up()
    except (*LOST, asyncpg.PostgresError) as error:
        return [f"the database cannot be reached ({in_words(error)}): nothing below changes"]
    return []


def press(view: View, key: str) -> bool:
    """Let a key do what it says. False: it is the one that ends."""
    chosen = view.chosen
    match key:
        case "q" | "Q" | "end_of_input":
            return False
        case "tab":
            view.chosen = (chosen + 1) % len(LISTINGS)
        case "back_tab":
            view.chosen = (chosen - 1) % len(LISTINGS)
        case "s":
            view.order[chosen] = (view.order[chosen] + 1) % len(LISTINGS[chosen].orders)
            view.first[chosen] = 0
        case "r":
            view.is_reversed[chosen] = not view.is_reversed[chosen]
            view.first[chosen] = 0
        case "up" | "down" | "page_up" | "page_down":
            by = {"up": -1, "down": 1, "page_up": -A_PAGE, "page_down": A_PAGE}[key]
            view.first[chosen] = max(0, view.first[chosen] + by)
        case "home":
            view.first[chosen] = 0
        case _:
            pass
    return True
