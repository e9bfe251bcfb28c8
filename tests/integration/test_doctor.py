"""`acd doctor` before real installations: a healthy one, and more than ten broken ones, each fault found and named."""

import json
import os
import re
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest
from aiohttp import web
from click.testing import CliRunner

from acd.cli import main
from acd.doctor import Finding, Level, findings
from acd.model import DeviceId
from acd.runtime.database import Connection
from acd.runtime.looking import APP, look
from acd.runtime.schema import SCHEMA_VERSION
from acd.runtime.settings import Settings, read_settings
from acd.runtime.store import Store
from acd.runtime.web import serve
from ari_bridge import provision
from ari_bridge.client import Client
from tests.integration.asterisk import ARI_PASSWORD, TestAsterisk
from tests.integration.centres import SMALL, apply
from tests.integration.engine_process import engine_process
from tests.phone.phone import Phone
from tests.ports import free_port

PHONE: Final = DeviceId("1001-desk")
SECRET: Final = "first-secret"


@pytest.fixture
async def centre(connection: Connection, database: str) -> str:
    """The address of a database with a centre in it."""
    await apply(connection, SMALL.replace('[[devices]]\nname = "1002-desk"\nowner = "1002"\n\n', ""))
    return database


def settings_for(database: str, spool: Path, ari_url: str, **others: str) -> Settings:
    spool.mkdir(exist_ok=True)
    given = {
        "ACD__DATABASE__URL": database,
        "ACD__ARI__URL": ari_url,
        "ACD__ARI__PASSWORD": ARI_PASSWORD,
        "ACD__JOURNAL__SPOOL": str(spool),
        "ACD__WEB__PORT": str(free_port()),
    }
    return read_settings(None, given | others)


async def found(settings: Settings) -> list[Finding]:
    return list(findings(await look(settings, None), SCHEMA_VERSION))


async def written(asterisk: TestAsterisk, database: str) -> None:
    """What the engine would tell Asterisk of the centre."""
    _, wanted = await Store(database).load()
    async with Client(asterisk.url, "acd", ARI_PASSWORD) as client:
        await provision.write(client, wanted)


def one(all_found: list[Finding], about: str, named: str) -> Finding:
    """The one that names this."""
    [finding] = [each for each in all_found if each.about == about and named in each.what]
    return finding


async def test_a_healthy_one_has_no_fault_and_the_command_says_so(
    asterisk: TestAsterisk, centre: str, tmp_path: Path
) -> None:
    reaching = {"ACD__ARI__URL": asterisk.url, "ACD__ARI__PASSWORD": ARI_PASSWORD}
    async with engine_process(tmp_path, centre, reaching) as engine:
        await engine.ready()
        secrets = {each.device: each.secret for each in (await Store(centre).load())[1].endpoints}
        async with _registered(asterisk, secrets):
            settings = settings_for(centre, tmp_path / "spool", asterisk.url)
            healthy = await found(replace(settings, web_port=int(engine.web.rpartition(":")[2])))
        told = [line for line in engine.log() if line["event"] == "books_corrected" or APP in str(line)]
    assert told == [], "the engine takes no notice of being looked at"
    assert [finding for finding in healthy if finding.level is not Level.HINT] == []
    assert sorted({finding.about for finding in healthy}) == ["agents", "phones"], "nobody is there; SIP is on loopback"


@asynccontextmanager
async def _registered(asterisk: TestAsterisk, secrets: dict[DeviceId, str]) -> AsyncGenerator[None]:
    server = ("127.0.0.1", asterisk.sip_port)
    one_phone, other = (Phone(server, name, secrets[name]) for name in sorted(secrets))
    async with one_phone, other:
        await one_phone.register()
        await other.register()
        yield


# --- Asterisk, broken before it starts


def _without(file: str, text: str, instead: str = "") -> Callable[[Path], None]:
    def spoil(home: Path) -> None:
        path = home / "etc" / file
        before = path.read_text(encoding="utf-8")
        assert text in before
        path.write_text(before.replace(text, instead), encoding="utf-8")

    return spoil


def _no_prompts(home: Path) -> None:
    (home / "data" / "sounds" / "acd").rename(home / "data" / "sounds" / "elsewhere")


def _old_dial_plan(home: Path) -> None:
    path = home / "etc" / "acd-dialplan.conf"
    path.write_text(re.sub(r"\[acd-dial\]\n(exten|[ ;]).*(\n[ ;e].*)*", "", path.read_text(encoding="utf-8")))


@pytest.fixture
def broken(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TestAsterisk]:
    """An Asterisk of one test, spoilt by what the test names."""
    home = tmp_path / "asterisk"
    running = TestAsterisk(home)
    request.param(home)
    try:
        running.start()
        yield running
    finally:
        running.kill()


@pytest.mark.parametrize(
    ("broken", "about", "named", "typed"),
    [
        (_without("extensions.conf", "#include acd-dialplan.conf"), "dial plan", "not there", "#include"),
        (_old_dial_plan, "dial plan", "without acd-dial", "dialplan reload"),
        (_without("modules.conf", "load = app_dial.so\n"), "modules", "app_dial.so is not", "load = app_dial.so"),
        (_no_prompts, "sounds", "acd/available", "cp -r prompts/en"),
        (_without("pjsip.conf", "[transport-udp]", "[other]"), "phones", "transport-udp", "[transport-udp]"),
    ],
    indirect=["broken"],
)
async def test_what_is_broken_in_asterisk_is_found(
    broken: TestAsterisk, centre: str, tmp_path: Path, about: str, named: str, typed: str
) -> None:
    await written(broken, centre)
    seen = await found(settings_for(centre, tmp_path / "spool", broken.url))
    assert typed in one(seen, about, named).do
    others = {finding.about for finding in seen if finding.level is Level.FAULT} - {about}
    assert others <= {"engine", "phones"}, "it does not run here, and no phone is registered"


async def test_a_user_who_may_only_read_and_numbers_that_nobody_wrote_are_found(centre: str, tmp_path: Path) -> None:
    asterisk = TestAsterisk(tmp_path / "asterisk")
    asterisk.allow_reading_only()
    try:
        asterisk.start()
        seen = await found(settings_for(centre, tmp_path / "spool", asterisk.url))
    finally:
        asterisk.kill()
    assert "read_only = no" in one(seen, "ARI", "may only read").do
    assert "start the engine" in one(seen, "numbers", "7001@demo.example").do
    assert "sorcery.conf" in one(seen, "phones", "does not know 1001-desk").do


# --- what stands around it


async def test_what_is_broken_around_a_healthy_asterisk_is_found(
    asterisk: TestAsterisk, centre: str, connection: Connection, tmp_path: Path
) -> None:
    await written(asterisk, centre)
    right = settings_for(centre, tmp_path / "spool", asterisk.url)
    assert "systemctl start acd" in one(await found(right), "engine", "does not run").do
    assert "passwords of the start sheet" in one(await found(right), "phones", "none of the 2 phones").do

    wrong = replace(right, ari_password="wrong")
    assert "[acd] in ari.conf" in one(await found(wrong), "ARI", "refuses the user acd").do
    nowhere = replace(right, ari_url=f"http://127.0.0.1:{free_port()}")
    assert "systemctl start asterisk" in one(await found(nowhere), "Asterisk", "nobody answers").do
    assert "install -d" in one(await found(replace(right, journal_spool=tmp_path / "no")), "spool", "not exist").do

    other = await serve(web.Application(), "127.0.0.1", right.web_port)
    assert "ss -ltnp" in one(await found(right), "engine", "another program").do
    assert (
        "no /ari" in one(await found(replace(right, ari_url=f"http://127.0.0.1:{right.web_port}")), "ARI", "/ari").what
    )
    await other.cleanup()

    await connection.execute("delete from assignment where queue = '7002'")
    await connection.execute("update account set outbound = '{0XXXXXXX.}'")
    seen = await found(right)
    assert 'queue = "7002"' in one(seen, "agents", "queue 7002 Support").do
    assert "[acd-outbound]" in one(seen, "outbound", "055555555").do

    await connection.execute("update schema_version set version = 99")
    assert "newer program" in one(await found(right), "database", "version 99").do
    await connection.execute("drop schema public cascade")
    await connection.execute("create schema public")
    assert "acd apply" in one(await found(right), "database", "is empty").do
    gone = replace(right, database_url=right.database_url.replace("?host=", "?host=/nowhere"))
    assert "start postgresql" in one(await found(gone), "database", "cannot be reached").do
    not_there = replace(right, database_url=right.database_url.replace("/test_", "/no_such_"))
    assert "does not exist" in one(await found(not_there), "database", "no_such_").what


def test_the_command_tells_people_and_programs_and_ends_with_1(tmp_path: Path) -> None:
    environment = {
        "ACD__DATABASE__URL": "postgresql://acd:very-secret@127.0.0.1:1/acd",
        "ACD__ARI__URL": "http://127.0.0.1:1",
        "ACD__ARI__PASSWORD": "very-secret",
        "ACD__JOURNAL__SPOOL": str(tmp_path),
    }
    for name in [name for name in os.environ if name.startswith("ACD__")]:
        environment.setdefault(name, "")
    told = CliRunner().invoke(main, ["doctor"], env=environment)
    assert told.exit_code == 1
    assert "fault: database: the database acd at 127.0.0.1:1 cannot be reached" in told.output
    assert "    -> systemctl start asterisk" in told.output
    assert "very-secret" not in told.output
    assert "faults" not in told.output.splitlines()[0]
    as_json = CliRunner().invoke(main, ["doctor", "--json"], env=environment)
    assert [each["about"] for each in json.loads(as_json.output)][:2] == ["database", "Asterisk"]
    wrong = CliRunner().invoke(main, ["doctor"], env=environment | {"ACD__WEB__PORT": "x", "ACD__LOG__LEVEL": "loud"})
    assert (wrong.exit_code, len(wrong.output.splitlines())) == (2, 3)
