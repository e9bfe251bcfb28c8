"""The command `acd`: reads what it is asked for, calls the part that does it, and turns faults into words.

Exit codes: 0 done or stopped in order, 1 something outside is not as it must be, 2 what was given is wrong; `acd run`
has further ones of its own.
"""

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

import click
import structlog

from acd.centre import Centre, CentreFaults
from acd.model import CallId
from acd.runtime import spare
from acd.runtime.database import close, connect
from acd.runtime.given import (
    GIVEN,
    OUTSIDE,
    centre_of,
    database_of,
    database_option,
    fail,
    settings_of,
    with_database,
)
from acd.runtime.store import Store
from acd.runtime.up.errors import StartError
from acd.runtime.up.ports import Ports, rtp_range

if TYPE_CHECKING:
    from acd.runtime.up.start import RunningAsterisk
    from acd.stored.differences import Change

ELSEWHERE: Final[Mapping[str, str]] = {
    "backup": "acd.runtime.keeping:backup_command",
    "database": "acd.runtime.keeping:database_group",
    "doctor": "acd.runtime.doctor:doctor_command",
    "import": "acd.runtime.adopt:import_command",
    "phones": "acd.runtime.phones:phones_command",
    "restore": "acd.runtime.keeping:restore_command",
    "simulate": "acd.runtime.simulate:simulate_command",
    "status": "acd.runtime.top.command:status_command",
    "top": "acd.runtime.top.command:top_command",
    "trace": "acd.runtime.trace:trace_command",
}
"""Commands that have a module of their own, by name."""

RECENT: Final = 20

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


class _Commands(click.Group):
    """Reads only what the command that is asked for needs: to read everything takes longer than most of them do."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), *ELSEWHERE])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in ELSEWHERE:
            return super().get_command(ctx, cmd_name)
        module, _, name = ELSEWHERE[cmd_name].partition(":")
        found: click.Command = getattr(import_module(module), name)
        return found


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="asterisk-acd")
def main() -> None:
    """A call centre on Asterisk: queues, agents, phones."""
    # Standard output is for what was asked for; `acd run` sets up its own log.
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))


@main.command(name="up", short_help="Bring up a centre with all that it needs, until Ctrl-C.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--sip-port", type=PORT, default=DEFAULTS.sip, show_default=True, help="Where phones register (UDP).")
@click.option("--ari-port", type=PORT, default=DEFAULTS.ari, show_default=True, help="Asterisk's, on loopback (TCP).")
@click.option("--web-port", type=PORT, default=DEFAULTS.web, show_default=True, help="Metrics and health (TCP).")
@click.option("--portal-port", type=PORT, help="The pages (TCP).  [default: the first free one from 18091]")
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
@database_option("A PostgreSQL to use instead of one of the centre's own.")
@click.option("--ari-url", help="A running Asterisk to use, as in http://127.0.0.1:8088.")
@click.option("--ari-user", default="acd", show_default=True, help="For --ari-url: the user in its ari.conf.")
@click.option("--ari-password-file", type=click.Path(path_type=Path), help="For --ari-url: a file with his password.")
@click.option("--json", "as_json", is_flag=True, help="Print the start sheet as one line of JSON.")
def up_command(
    file: Path,
    sip_port: int,
    ari_port: int,
    web_port: int,
    portal_port: int | None,
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
    from acd.runtime.up.start import Options, up

    first, last = rtp_ports
    ports = Ports(
        bind=bind, sip=sip_port, ari=ari_port, web=web_port, portal=portal_port, rtp_first=first, rtp_last=last
    )
    options = Options(
        centre=centre_of(file),
        ports=ports,
        state_dir=(state_dir or Path(".state") / file.stem).absolute(),
        database_url=database_url,
        running_asterisk=_running_asterisk(ari_url, ari_user, ari_password_file),
        as_json=as_json,
    )
    try:
        up(options)
    except StartError as error:
        fail(str(error), OUTSIDE)
    except CentreFaults as faults:
        fail(str(faults), GIVEN)


@main.command(name="apply", short_help="Make the centre equal to a file, in force at once.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--state-dir", type=click.Path(path_type=Path), help="Of the `acd up` whose centre it is.")
@click.option("--settings", type=click.Path(path_type=Path), help="Of the `acd run` whose centre it is.")
@database_option("The database itself.")
@click.option("--json", "as_json", is_flag=True, help="Print changes and warnings as one line of JSON.")
def apply_command(
    file: Path, state_dir: Path | None, settings: Path | None, database_url: str | None, as_json: bool
) -> None:
    """Make the centre equal to FILE, in force at once, and say what has changed.

    Without an option it is the centre of `acd up FILE`. What is probably not meant is warned about on standard error.
    """
    centre = centre_of(file)
    url = database_of(database_url, settings, state_dir or Path(".state") / file.stem)
    try:
        changes = with_database(url, _apply(centre, url))
    except CentreFaults as faults:
        fail(str(faults), GIVEN)
    if as_json:
        click.echo(json.dumps({"changes": list(map(asdict, changes)), "warnings": list(map(asdict, centre.warnings))}))
        return
    for change in changes:
        click.echo(change)
    if not changes:
        click.echo("Nothing to change.")


@main.command(name="explain", short_help="Why a call went to this agent and to no other.")
@click.argument("call", required=False)
@click.option("--recent", is_flag=True, help="Instead: the last calls, to find the one that is meant.")
@click.option("--state-dir", type=click.Path(path_type=Path), help="Of the `acd up` whose centre it is.")
@click.option("--settings", type=click.Path(path_type=Path), help="Of the `acd run` whose centre it is.")
@database_option("The database itself.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def explain_command(
    call: str | None,
    recent: bool,
    state_dir: Path | None,
    settings: Path | None,
    database_url: str | None,
    as_json: bool,
) -> None:
    """Tell the story of CALL, named by its id: what happened, and at each offer why this agent and why not the others.

    It is read from the journal alone, and judged by the very rules that decided. Without an option the centre is the
    only one in .state, or the installed one.
    """
    if recent == (call is not None):
        fail("Give the id of a call; --recent, alone, lists the last ones.", GIVEN)
    url = database_of(database_url, settings, state_dir)
    click.echo(_recent_calls(url, as_json=as_json) if call is None else _story(url, call, as_json=as_json))


def _recent_calls(url: str, *, as_json: bool) -> str:
    from acd.runtime.explain import calls_as_lines, calls_as_values, recent_calls

    calls = with_database(url, recent_calls(url, RECENT))
    return json.dumps(calls_as_values(calls)) if as_json else "\n".join(calls_as_lines(calls, None))


def _story(url: str, given: str, *, as_json: bool) -> str:
    from acd.explain.telling import as_lines, as_values
    from acd.runtime.explain import UnknownCall, story_of

    # Bytes that are no UTF-8 come as surrogates, which no database takes and no call has.
    call = CallId(given.encode(errors="replace").decode())
    try:
        entries = with_database(url, story_of(url, call, _Reading().tell))
    except UnknownCall:
        fail(f"The journal knows no call {given!r}; `acd explain --recent` lists the last ones.", GIVEN)
    return json.dumps(as_values(call, entries, None)) if as_json else "\n".join(as_lines(call, entries, None))


class _Reading:
    """Says on standard error how far the reading of a long journal is, once a second."""

    def __init__(self) -> None:
        self._told = monotonic()

    def tell(self, read: int, of: int) -> None:
        if read % 1000 == 0 and monotonic() >= self._told + 1:
            self._told = monotonic()
            click.echo(f"{read} of {of} facts", err=True)


@main.command(name="run", short_help="Run the engine alone, beside an Asterisk and a PostgreSQL.")
@click.option("--settings", type=click.Path(path_type=Path), help="TOML; ACD__SECTION__NAME in the environment wins.")
@click.option(spare.OPTION, "when_told", is_flag=True, hidden=True)
def run_command(settings: Path | None, when_told: bool) -> None:
    """Run the engine alone, against an Asterisk and a PostgreSQL that are there already.

    Exit codes: 0 stopped in order, 2 settings wrong, 3 web port taken, 4 another engine has taken over,
    5 database unusable, 6 spool unusable, 70 a fault, 75 it stood still (these two to be started again).
    """
    from acd.runtime.main import run as run_engine  # a spare has read it before its turn comes

    if when_told:
        spare.wait_for_turn()
    sys.exit(run_engine(settings_of(settings)))


async def _apply(centre: Centre, url: str) -> "list[Change]":
    from acd.runtime.apply import apply_centre

    connection = await connect(url)
    await close(connection)  # a database that is away is told at once, where `Store.open` would wait for it
    await Store.open(url)
    connection = await connect(url)
    try:
        return await apply_centre(connection, centre)
    finally:
        await close(connection)


def _running_asterisk(url: str | None, user: str, password_file: Path | None) -> "RunningAsterisk | None":
    from acd.runtime.up.start import RunningAsterisk

    if url is None:
        return None
    if password_file is None:
        fail("--ari-url needs --ari-password-file, a file with the password of the user in ari.conf", GIVEN)
    try:
        password = password_file.read_text(encoding="utf-8").strip()
    except OSError as error:
        fail(f"--ari-password-file {password_file} cannot be read: {error.strerror}", GIVEN)
    return RunningAsterisk(url=url.rstrip("/").removesuffix("/ari"), user=user, password=password)
