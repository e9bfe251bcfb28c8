"""What a command is given: files, settings, a database. Whatever is wrong becomes words and an exit code.

Exit codes: 1 something outside is not as it must be, 2 what was given is wrong.
"""

import asyncio
import os
import sys
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any, Final, NoReturn, TypeVar
from urllib.parse import parse_qs, urlsplit

import asyncpg
import click
from click.core import ParameterSource

from acd.centre import Centre, CentreFaults, read_centre
from acd.journal import UnreadableFact
from acd.runtime.database import LOST, DatabaseError, address, in_words
from acd.runtime.settings import Settings, SettingsFaults, read_settings

OUTSIDE: Final = 1
GIVEN: Final = 2

INSTALLED: Final = Path("/etc/acd/acd.toml")
"""What `acd.service` reads."""

T = TypeVar("T")
Command = TypeVar("Command", bound=Callable[..., Any])


def fail(text: str, code: int) -> NoReturn:
    """End the program with these words."""
    click.echo(text, err=True)
    sys.exit(code)


def text_of(file: Path) -> str:
    """What stands in this file."""
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        fail(f"{file} cannot be read: {error.strerror}", GIVEN)
    except UnicodeDecodeError:
        fail(f"{file} is not UTF-8 text", GIVEN)


def centre_of(file: Path) -> Centre:
    """The centre that this file describes; its warnings are told."""
    try:
        centre = read_centre(text_of(file), str(file))
    except CentreFaults as faults:
        fail(str(faults), GIVEN)
    warn(file, centre)
    return centre


def warn(file: Path, centre: Centre) -> None:
    """Tell what may not be meant."""
    for warning in centre.warnings:
        click.echo(f"Warning: {file}, {warning}", err=True)


def settings_of(file: Path | None) -> Settings:
    """The settings in this file and in the environment."""
    try:
        return read_settings(file, os.environ)
    except SettingsFaults as faults:
        fail(str(faults), GIVEN)


def database_option(text: str) -> Callable[[Command], Command]:
    """`--database-url`, also in the environment; with this help."""
    return click.option("--database-url", envvar="ACD_DATABASE_URL", help=text, callback=_without_password)


def _without_password(context: click.Context, option: click.Parameter, url: str | None) -> str | None:
    """A password is taken from the environment alone: everybody on the machine can read a command line."""
    if url and option.name and context.get_parameter_source(option.name) is ParameterSource.COMMANDLINE:
        try:
            parts = urlsplit(url)
            holds_password = bool(parts.password or "password" in parse_qs(parts.query))
        except ValueError:
            return url
        if holds_password:
            fail(
                "--database-url holds a password, which the list of processes shows to everybody on this machine: "
                "give the address in the environment variable ACD_DATABASE_URL, or the password in ~/.pgpass.",
                GIVEN,
            )
    return url


def database_of(url: str | None, settings: Path | None, state_dir: Path | None) -> str:
    """The address of the database: given, or that of the centre that is meant."""
    return (
        url
        or settings_of(settings or _settings_in(state_dir, "--state-dir, --settings or --database-url")).database_url
    )


def settings_file(settings: Path | None, state_dir: Path | None, environment: Mapping[str, str]) -> Path | None:
    """The settings of the engine that is meant; None: those in the environment are all."""
    if settings is None and state_dir is None and "ACD__DATABASE__URL" in environment:
        return None
    return settings or _settings_in(state_dir, "--state-dir or --settings")


def _settings_in(state_dir: Path | None, options: str) -> Path:
    """Of this state directory; where none is named, of the only one in .state, or those of the installed engine."""
    if state_dir is not None:
        return state_dir / "engine.toml"
    found = sorted(Path(".state").glob("*/engine.toml"))
    if not found and _is_there(INSTALLED):
        return INSTALLED
    if len(found) != 1:
        centres = ", ".join(path.parent.name for path in found)
        what = f"Several centres in .state ({centres})" if found else f"No centre in .state, and no {INSTALLED}"
        fail(f"{what}; name one by {options}.", GIVEN)
    return found[0]


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except PermissionError:
        return True


def with_database(url: str, work: Coroutine[Any, Any, T]) -> T:
    """Do this work at the database of this address."""
    try:
        return asyncio.run(work)
    except (DatabaseError, UnreadableFact) as error:
        fail(str(error), OUTSIDE)
    except LOST as error:
        fail(f"The {address(url)} cannot be reached: {in_words(error)}", OUTSIDE)
    except asyncpg.PostgresError as error:
        fail(f"The {address(url)} cannot be read: {error}", OUTSIDE)
