"""The command `acd`: reads what it is asked for, calls the part that does it, and turns faults into words.

Exit codes: 0 done or stopped in order, 1 something outside is not as it must be, 2 what was given is wrong; `acd run`
has further ones of its own.
"""

import asyncio
import json
import os
import sys
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from time import monotonic
from typing import Any, Final, NoReturn

import click
import structlog

from acd.centre import Centre, CentreFaults, read_centre
from acd.runtime.apply import Change, apply_centre
from acd.runtime.database import LOST, DatabaseError, address, close, connect, in_words
from acd.runtime.main import run as run_engine
from acd.runtime.settings import Settings, SettingsFaults, read_settings
from acd.runtime.store import Store
from acd.runtime.up.errors import StartError
from acd.runtime.up.ports import Ports, rtp_range
from acd.runtime.up.start import Options, RunningAsterisk, up
from acd.simulation.play import play
from acd.simulation.reading import TraceFaults, read_trace
from acd.simulation.trace import Fate, Trace

OUTSIDE: Final = 1
GIVEN: Final = 2

DEFAULTS: Final = Ports()
PORT: Final = click.IntRange(1, 65535)


class _RtpPorts(click.ParamType[tuple[int, int]]):
    name = "first-last"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, int]:
        if isinstance(value, tuple):
            return value
        try:
            return rtp_range(str(value))
        except ValueError as mend:
            self.fail(f"{value} cannot be used: {mend}", param, ctx)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="asterisk-acd")
def main() -> None:
    """A call centre on Asterisk: queues, agents, phones."""
    # Standard output is for what was asked for; `acd run` sets up its own log.
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))


@main.command(name="up")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--sip-port", type=PORT, default=DEFAULTS.sip, show_default=True, help="Where phones register (UDP).")
@click.option("--ari-port", type=PORT, default=DEFAULTS.ari, show_default=True, help="Asterisk's, on loopback (TCP).")
@click.option("--web-port", type=PORT, default=DEFAULTS.web, show_default=True, help="Metrics and health (TCP).")
@click.option(
    "--rtp-ports",
    type=_RtpPorts(),
    default=f"{DEFAULTS.rtp_first}-{DEFAULTS.rtp_last}",
    show_default=True,
    help="For sound (UDP); four for each call.",
)
@click.option("--bind", default=DEFAULTS.bind, show_default=True, help="A LAN address, for phones on other machines.")
@click.option(
    "--state-dir", type=click.Path(path_type=Path), help="What the centre keeps.  [default: .state/<FILE's name>]"
)
@click.option(
    "--database-url", envvar="ACD_DATABASE_URL", help="A PostgreSQL to use instead of one of the centre's own."
)
@click.option("--ari-url", help="A running Asterisk to use, as in http://127.0.0.1:8088.")
@click.option("--ari-user", default="acd", show_default=True, help="For --ari-url: the user in its ari.conf.")
@click.option("--ari-password-file", type=click.Path(path_type=Path), help="For --ari-url: a file with his password.")
@click.option("--json", "as_json", is_flag=True, help="Print the start sheet as one line of JSON.")
def up_command(
    file: Path,
    sip_port: int,
    ari_port: int,
    web_port: int,
    rtp_ports: tuple[int, int],
    bind: str,
    state_dir: Path | None,
    database_url: str | None,
    ari_url: str | None,
    ari_user: str,
    ari_password_file: Path | None,
    as_json: bool,
) -> None:
    """Bring up the centre that FILE describes, and stay until Ctrl-C.

    Starts Asterisk, PostgreSQL and the engine, and shows how to reach them. Several centres run side by side when each
    has its own ports and state directory.
    """
    ports = Ports(bind=bind, sip=sip_port, ari=ari_port, web=web_port, rtp_first=rtp_ports[0], rtp_last=rtp_ports[1])
    options = Options(
        centre=_read(file),
        ports=ports,
        state_dir=(state_dir or Path(".state") / file.stem).absolute(),
        database_url=database_url,
        running_asterisk=_running_asterisk(ari_url, ari_user, ari_password_file),
        as_json=as_json,
    )
    try:
        up(options)
    except StartError as error:
        _fail(str(error), OUTSIDE)
    except CentreFaults as faults:
        _fail(str(faults), GIVEN)


@main.command(name="apply")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--state-dir", type=click.Path(path_type=Path), help="Of the `acd up` whose centre it is.")
@click.option("--settings", type=click.Path(path_type=Path), help="Of the `acd run` whose centre it is.")
@click.option("--database-url", envvar="ACD_DATABASE_URL", help="The database itself.")
@click.option("--json", "as_json", is_flag=True, help="Print changes and warnings as one line of JSON.")
def apply_command(
    file: Path, state_dir: Path | None, settings: Path | None, database_url: str | None, as_json: bool
) -> None:
    """Make the centre equal to FILE, in force at once, and say what has changed.

    Without an option it is the centre of `acd up FILE`. What is probably not meant is warned about on standard error.
    """
    centre = _read(file)
    url = database_url or _database_of(settings or (state_dir or Path(".state") / file.stem) / "engine.toml")
    try:
        changes = asyncio.run(_apply(centre, url))
    except CentreFaults as faults:
        _fail(str(faults), GIVEN)
    except DatabaseError as error:
        _fail(str(error), OUTSIDE)
    except LOST as error:
        _fail(f"The {address(url)} cannot be reached: {in_words(error)}", OUTSIDE)
    if as_json:
        click.echo(json.dumps({"changes": list(map(asdict, changes)), "warnings": list(map(asdict, centre.warnings))}))
        return
    for change in changes:
        click.echo(change)
    if not changes:
        click.echo("Nothing to change.")


@main.command(name="run")
@click.option("--settings", type=click.Path(path_type=Path), help="TOML; ACD__SECTION__NAME in the environment wins.")
def run_command(settings: Path | None) -> None:
    """Run the engine alone, against an Asterisk and a PostgreSQL that are there already.

    Exit codes: 0 stopped in order, 2 settings wrong, 3 web port taken, 4 another engine has taken over,
    5 database unusable, 70 a fault (to be started again).
    """
    sys.exit(run_engine(_read_settings(settings)))


@main.command(name="simulate")
@click.option("--trace", "file", type=click.Path(path_type=Path), required=True, help="What calls there are, as JSON.")
@click.option("--json", "as_json", is_flag=True, help="Print a list of JSON, one call a line.")
def simulate_command(file: Path, as_json: bool) -> None:
    """Play known calls to the engine on a virtual clock, and print what becomes of each.

    The file is {"agents": 4, "order": "fcfs" or "priority", "agent_selection": "longest idle", "calls": [{"id": 1,
    "arrival": 2.5, "service": 141, "patience": 30 or null, "priority": 1}, ...]}, with times in seconds; the smallest
    priority goes first. All agents are idle at 0, agent 1 the longest; they answer at once and need no wrap-up.
    """
    trace = _read_trace(file)
    fates = play(trace, _Progress(len(trace.calls)).tell)
    click.echo(_fates_as_json(fates) if as_json else _fates_as_table(fates))


class _Progress:
    """Says on standard error how far a long run is, once a second."""

    def __init__(self, calls: int) -> None:
        self._calls = calls
        self._told = monotonic()

    def tell(self, settled: int) -> None:
        if monotonic() >= self._told + 1:
            self._told = monotonic()
            click.echo(f"{settled} of {self._calls} calls", err=True)


def _fates_as_json(fates: Iterable[Fate]) -> str:
    lines = (
        json.dumps({"id": fate.id, "wait": float(fate.wait_s), "agent": fate.agent, "outcome": fate.outcome})
        for fate in fates
    )
    return "[" + ",\n ".join(lines) + "]"


def _fates_as_table(fates: Iterable[Fate]) -> str:
    lines = [f"{'call':<12} {'wait (s)':>14} {'agent':>6}  outcome"]
    for fate in fates:
        name = str(fate.id).encode(errors="replace").decode()
        lines.append(f"{name:<12} {fate.wait_s:>14.6f} {fate.agent or '-':>6}  {fate.outcome}")
    return "\n".join(lines)


async def _apply(centre: Centre, url: str) -> list[Change]:
    connection = await connect(url)
    await close(connection)  # a database that is away is told at once, where `Store.open` would wait for it
    await Store.open(url)
    connection = await connect(url)
    try:
        return await apply_centre(connection, centre)
    finally:
        await close(connection)


def _read(file: Path) -> Centre:
    try:
        centre = read_centre(_text(file), str(file))
    except CentreFaults as faults:
        _fail(str(faults), GIVEN)
    for warning in centre.warnings:
        click.echo(f"Warning: {file}, {warning}", err=True)
    return centre


def _read_trace(file: Path) -> Trace:
    try:
        return read_trace(_text(file), str(file))
    except TraceFaults as faults:
        _fail(str(faults), GIVEN)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        _fail(f"{file} cannot be read: {error.strerror}", GIVEN)
    except UnicodeDecodeError:
        _fail(f"{file} is not UTF-8 text", GIVEN)


def _database_of(settings: Path) -> str:
    return _read_settings(settings).database_url


def _read_settings(file: Path | None) -> Settings:
    try:
        return read_settings(file, os.environ)
    except SettingsFaults as faults:
        _fail(str(faults), GIVEN)


def _running_asterisk(url: str | None, user: str, password_file: Path | None) -> RunningAsterisk | None:
    if url is None:
        return None
    if password_file is None:
        _fail("--ari-url needs --ari-password-file, a file with the password of the user in ari.conf", GIVEN)
    try:
        password = password_file.read_text(encoding="utf-8").strip()
    except OSError as error:
        _fail(f"--ari-password-file {password_file} cannot be read: {error.strerror}", GIVEN)
    return RunningAsterisk(url=url.rstrip("/").removesuffix("/ari"), user=user, password=password)


def _fail(text: str, code: int) -> NoReturn:
    click.echo(text, err=True)
    sys.exit(code)
