"""`acd phones`: writes a file for each phone, to be put where phones of its make look for theirs.

The files hold passwords: only who ran the command can read them. The centre is not changed.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import click

from acd.model import DeviceId
from acd.phones import MAKES, Make, PhoneAccount, ServerError, keys_of, server_at
from acd.runtime.database import Row, close, connect
from acd.runtime.given import (
    GIVEN,
    OUTSIDE,
    database_of,
    database_option,
    fail,
    settings_file,
    settings_of,
    with_database,
)
from feature_codes.table import DEFAULT_CODES, LAMPS

_PHONES: Final = """
    select device.name, device.secret, device.owner, app_user.name as whose
      from device join app_user on (app_user.account, app_user.extension) = (device.account, device.owner)
     order by device.name
"""


class _Server(click.ParamType[tuple[str, int]]):
    name = "host[:port]"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, int]:
        try:
            return server_at(str(value))
        except ServerError as error:
            self.fail(str(error), param, ctx)


@click.command(name="phones", short_help="Write files for Yealink, Poly and Snom phones.")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option("--server", type=_Server(), required=True, help="Where phones register.")
@click.option("--device", "devices", multiple=True, help="Only this phone.  [default: all]")
@click.option("--make", "makes", type=click.Choice([make.name for make in MAKES]), multiple=True, help="[default: all]")
@click.option("--state-dir", type=click.Path(path_type=Path), help="Of the `acd up` whose centre it is.")
@click.option("--settings", type=click.Path(path_type=Path), help="Of the `acd run` whose centre it is.")
@database_option("The database itself; the star codes are those that hold if nothing is set.")
def phones_command(
    folder: Path,
    server: tuple[str, int],
    devices: tuple[str, ...],
    makes: tuple[str, ...],
    state_dir: Path | None,
    settings: Path | None,
    database_url: str | None,
) -> None:
    """Write DIR/MAKE/DEVICE.cfg for every phone: its account, and keys for the star codes, lit as the agent stands.

    Without an option the centre is the only one in .state. Files that are there are written anew.
    """
    url = database_of(database_url, settings, state_dir)
    codes = DEFAULT_CODES
    if database_url is None:
        codes = settings_of(settings_file(settings, state_dir, os.environ)).star_codes
    rows = with_database(url, _rows(url))
    if missing := sorted({*devices} - {row["name"] for row in rows}):
        fail(f"There is no phone {', '.join(missing)}; there are {', '.join(row['name'] for row in rows)}.", GIVEN)
    wanted = [row for row in rows if not devices or row["name"] in devices]
    chosen = [make for make in MAKES if not makes or make.name in makes]
    for row in wanted:
        phone = _account(row, server)
        keys = keys_of(phone.device, codes, LAMPS)
        for make in chosen:
            _write(folder / make.name / f"{phone.device}.{make.suffix}", make.write(phone, keys))
    click.echo(_summary(folder, len(wanted), chosen))


async def _rows(url: str) -> list[Row]:
    connection = await connect(url)
    try:
        return list(await connection.fetch(_PHONES))
    finally:
        await close(connection)


def _account(row: Row, server: tuple[str, int]) -> PhoneAccount:
    host, port = server
    return PhoneAccount(
        device=DeviceId(row["name"]),
        password=row["secret"],
        extension=row["owner"],
        name=row["whose"],
        host=host,
        port=port,
    )


def _write(path: Path, text: str) -> None:
    """For the eyes of who runs this alone."""
    unfinished = path.with_name(f"{path.name}.unfinished")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished.unlink(missing_ok=True)
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
        unfinished.rename(path)
    except OSError as error:
        fail(f"{path} cannot be written: {error.strerror}", OUTSIDE)


def _summary(folder: Path, phones: int, makes: Sequence[Make]) -> str:
    names = ", ".join(make.name for make in makes)
    return f"{phones} phones, each for {names}, in {folder}. They hold passwords: hand them out over https only."
