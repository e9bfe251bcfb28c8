"""`acd database`, `acd backup`, `acd restore`: what an operator does to the database itself."""

from pathlib import Path

import click

from acd.runtime.backup import BackupError, Manifest, back_up
from acd.runtime.database import address, connected
from acd.runtime.given import GIVEN, Command, database_of, database_option, fail, with_database
from acd.runtime.lease import check_unserved
from acd.runtime.restore import restore
from acd.runtime.schema import SCHEMA_VERSION, check_whole, downgrade, ensure_schema, lost_by_downgrade, version_of


def _which_database(command: Command) -> Command:
    """The options that name it."""
    command = database_option("The database itself.")(command)
    path = click.Path(path_type=Path)
    command = click.option("--settings", type=path, help="Of the `acd run` whose centre it is.")(command)
    return click.option("--state-dir", type=path, help="Of the `acd up` whose centre it is.")(command)


@click.group(name="database", short_help="Which version the database is of; up and down.")
def database_group() -> None:
    """The schema of the database: which version it is of, and the way from one to another."""


@database_group.command(name="status")
@_which_database
def status_command(state_dir: Path | None, settings: Path | None, database_url: str | None) -> None:
    """Tell of which version the schema is, and whether it is whole."""
    url = database_of(database_url, settings, state_dir)
    version = with_database(url, _status(url))
    match version:
        case None:
            what = f"is empty; this program makes version {SCHEMA_VERSION} of the schema in it"
        case _ if version < SCHEMA_VERSION:
            what = f"has version {version} of the schema; `acd database upgrade` makes it {SCHEMA_VERSION}"
        case _:
            what = f"has version {version} of the schema, which is this program's, and it is whole"
    click.echo(f"The {address(url)} {what}.")


@database_group.command(name="upgrade")
@_which_database
def upgrade_command(state_dir: Path | None, settings: Path | None, database_url: str | None) -> None:
    """Bring the schema up to this program's version; an empty database gets it.

    It is done whole or not at all. An engine does so by itself when it starts.
    """
    url = database_of(database_url, settings, state_dir)
    with_database(url, _upgrade(url))
    click.echo(f"The {address(url)} has version {SCHEMA_VERSION} of the schema.")


@database_group.command(name="downgrade")
@click.option("--to", type=click.IntRange(min=1), required=True, help="The version that the program of before knows.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@_which_database
def downgrade_command(
    to: int, yes: bool, state_dir: Path | None, settings: Path | None, database_url: str | None
) -> None:
    """Take the schema back to an older version, for the program of before, and say what is lost by that.

    It is done whole or not at all. Facts stay as they are; an older program refuses those that it does not know: then
    restore the backup from before the upgrade instead.
    """
    url = database_of(database_url, settings, state_dir)
    version = with_database(url, _status(url))
    for lost in lost_by_downgrade(version or to, to):
        click.echo(f"Lost: {lost}", err=True)
    if not yes:
        click.confirm("Go on?", abort=True, err=True)
    with_database(url, _downgrade(url, to))
    click.echo(f"The {address(url)} has version {to} of the schema.")


@click.command(name="backup", short_help="All that the database keeps, into one file.")
@click.argument("file", type=click.Path(path_type=Path))
@_which_database
def backup_command(file: Path, state_dir: Path | None, settings: Path | None, database_url: str | None) -> None:
    """Write all that the database keeps into FILE: configuration, journal, portal, as they are at one instant.

    The engine may run meanwhile. FILE holds the passwords of the phones: only you can read it. Settings files and what
    lies beside the database (recordings, prompts) are not in it.
    """
    url = database_of(database_url, settings, state_dir)
    try:
        manifest = with_database(url, back_up(url, file))
    except BackupError as error:
        fail(f"{file} {error}.", GIVEN)
    click.echo(f"{file}: {_in_words(manifest)}, {file.stat().st_size:,} bytes; it holds passwords of phones.")


@click.command(name="restore", short_help="Make the database what such a file holds.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--replace", is_flag=True, help="Throw away what the database holds. Without it, it must be empty.")
@_which_database
def restore_command(
    file: Path, replace: bool, state_dir: Path | None, settings: Path | None, database_url: str | None
) -> None:
    """Make the database what FILE holds, a backup of this program or of an older one.

    It is done whole or not at all, while no engine serves the database. Everybody has to log in to the portal anew.
    """
    url = database_of(database_url, settings, state_dir)
    try:
        manifest = with_database(url, restore(url, file, replace=replace))
    except BackupError as error:
        fail(f"{file} {error}. Nothing was changed.", GIVEN)
    click.echo(f"{address(url)}: {_in_words(manifest)}")


def _in_words(manifest: Manifest) -> str:
    facts, queues = manifest.rows("fact"), manifest.rows("queue")
    made = f"{manifest.made_at:%Y-%m-%d %H:%M:%S} UTC by {manifest.program}"
    return f"{facts:,} facts, {queues:,} queues, version {manifest.schema} of the schema, made {made}"


async def _status(url: str) -> int | None:
    async with connected(url) as connection:
        version = await version_of(connection)
        if version == SCHEMA_VERSION:
            await check_whole(connection)
        return version


async def _upgrade(url: str) -> None:
    async with connected(url) as connection:
        await check_unserved(connection)
        await ensure_schema(connection)


async def _downgrade(url: str, to: int) -> None:
    async with connected(url) as connection:
        await check_unserved(connection)
        await downgrade(connection, to)
