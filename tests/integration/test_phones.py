"""`acd phones` on a real database: which files there are, who can read them, and what is said of wrong input."""

import asyncio
import stat
from pathlib import Path

from click.testing import CliRunner, Result

from acd.runtime.database import Connection
from acd.runtime.phones import phones_command
from tests.integration.centres import SMALL, apply


async def phones(*arguments: object) -> Result:
    """What the command says."""
    return await asyncio.to_thread(CliRunner().invoke, phones_command, list(map(str, arguments)))


async def test_every_phone_gets_its_files_and_nobody_else_reads_them(
    database: str, connection: Connection, tmp_path: Path
) -> None:
    await apply(connection, SMALL)
    folder = tmp_path / "phones"
    folder.mkdir()
    asked = (folder, "--server", "sip.example.com", "--database-url", database)
    first, ran = await phones(*asked), await phones(*asked)  # files that are there are written anew
    assert (first.exit_code, ran.exit_code) == (0, 0), ran.output
    written = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert written == {
        f"{make}/{device}.{suffix}"
        for make, suffix in (("yealink", "cfg"), ("poly", "cfg"), ("snom", "xml"))
        for device in ("1001-desk", "1001-soft", "1002-desk")
    }
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*") if path.is_file()} == {0o600}
    secret = await connection.fetchval("select secret from device where name = '1001-desk'")
    text = (folder / "yealink" / "1001-desk.cfg").read_text()
    assert f"account.1.password = {secret}\n" in text
    assert "account.1.display_name = Anna Bell\n" in text
    assert secret not in ran.output


async def test_the_star_codes_are_those_of_the_settings(database: str, connection: Connection, tmp_path: Path) -> None:
    await apply(connection, SMALL)
    settings = tmp_path / "engine.toml"
    settings.write_text(
        f'[database]\nurl = "{database}"\n[ari]\npassword = "never-used"\n[star_codes]\nonline = "*61"\n'
    )
    ran = await phones(
        tmp_path, "--server", "a.example", "--make", "snom", "--device", "1002-desk", "--settings", settings
    )
    assert ran.exit_code == 0, ran.output
    assert "blf sip:*611002-desk@a.example:5060" in (tmp_path / "snom" / "1002-desk.xml").read_text()
    assert not (tmp_path / "yealink").exists()


async def test_a_phone_that_is_not_there_is_said_and_nothing_written(
    database: str, connection: Connection, tmp_path: Path
) -> None:
    await apply(connection, SMALL)
    ran = await phones(
        tmp_path, "--server", "a.example", "--device", "1009-desk", "--device", "1001-desk", "--database-url", database
    )
    assert ran.exit_code == 2
    assert "no phone 1009-desk; there are 1001-desk, 1001-soft, 1002-desk" in ran.output
    assert list(tmp_path.iterdir()) == []


async def test_a_folder_that_cannot_be_written_and_a_server_that_is_none_are_said(
    database: str, connection: Connection, tmp_path: Path
) -> None:
    await apply(connection, SMALL)
    (tmp_path / "yealink").write_text("somebody's file")
    ran = await phones(tmp_path, "--server", "a.example", "--database-url", database)
    assert (ran.exit_code, "cannot be written" in ran.output) == (1, True)
    ran = await phones(tmp_path, "--server", "sip:a.example", "--database-url", database)
    assert (ran.exit_code, "write one like sip.example.com" in ran.output) == (2, True)
