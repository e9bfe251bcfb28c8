"""No password in a log, on a page, in a command line or an environment: neither in good times nor when all goes wrong.

The engine runs at debug level. Whatever it and its pages ever said is searched in the end.
"""

import asyncio
import os
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from tests.integration.asterisk import ARI_PASSWORD, TestAsterisk
from tests.integration.centres import SMALL
from tests.integration.engine_process import EngineProcess
from tests.integration.postgres import TestPostgres
from tests.ports import free_port

SECRETS = {
    "database": "db-secret-1x7",
    "unknown database user": "db-secret-2y8",
    "ARI": ARI_PASSWORD,
    "wrong ARI": "ari-secret-3z9",
    "phone": "first-secret",
    "phone, changed": "phone-secret-4w0",
}


@asynccontextmanager
async def engine(home: Path, database: str, ari_url: str, ari_password: str) -> AsyncGenerator[EngineProcess]:
    """`acd run` at debug level, set up by files alone."""
    (home / "ari.secret").write_text(ari_password)
    (home / "database.url").write_text(database)
    port = free_port()
    settings = home / "engine.toml"
    settings.write_text(
        f'[database]\nurl_file = "{home}/database.url"\n[ari]\nurl = "{ari_url}"\npassword_file = "{home}/ari.secret"\n'
        f'[web]\nport = {port}\n[log]\nlevel = "debug"\nformat = "json"\n'
    )
    log_file = home / "engine.log"
    with log_file.open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-X", "dev", "-m", "acd", "run", "--settings", str(settings)), stdout=log, stderr=log
        )
    try:
        yield EngineProcess(process=process, web=f"http://127.0.0.1:{port}", log_file=log_file)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def seen(running: EngineProcess) -> str:
    """Its pages, also one that there is not, and how it was started."""
    pages = [(await running.get(page))[1] for page in ("/readyz", "/metrics", "/healthz", "/nothing?password=x")]
    process = Path("/proc", str(running.process.pid))
    return "\n".join([*pages, (process / "cmdline").read_text(), (process / "environ").read_text()])


async def apply(home: Path, database: str, text: str) -> str:
    """`acd apply`; what it says, whether it works or not."""
    file = home / "centre.toml"
    file.write_text(text)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "acd", "apply", str(file)),
        env={**os.environ, "ACD_DATABASE_URL": database},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    return said.decode()


@pytest.mark.timeout(180)
async def test_no_secret_is_ever_told(own_postgres: TestPostgres, tmp_path: Path) -> None:
    asterisk = await asyncio.to_thread(TestAsterisk, tmp_path / "asterisk")
    own_postgres.execute("create database acd")
    place = own_postgres.url("acd").partition("@")[2]
    database = f"postgresql://postgres:{SECRETS['database']}@{place}"
    told: list[str] = []
    try:
        asterisk.start()
        told.append(await apply(tmp_path, database, SMALL))
        told.append(await apply(tmp_path, database.replace("/acd?", "/nowhere?"), SMALL))
        unknown = f"postgresql://nobody-known:{SECRETS['unknown database user']}@{place}"
        told.append(await apply(tmp_path, unknown, SMALL))
        async with engine(tmp_path, unknown, asterisk.url, ARI_PASSWORD) as refused:
            assert await refused.ended() == 5
        async with engine(tmp_path, database, asterisk.url, SECRETS["wrong ARI"]) as locked_out:
            await locked_out.not_ready_because("wrong ARI user or password")
            told.append(await seen(locked_out))
        async with engine(tmp_path, database, asterisk.url, ARI_PASSWORD) as running:
            await running.ready()
            told.append(await seen(running))
            own_postgres.kill()
            async with asyncio.timeout(20):
                while not await running.warnings():  # noqa: ASYNC110 - another process
                    await asyncio.sleep(0.05)
            told.append(await seen(running))
            own_postgres.start()
            await running.ready()
            asterisk.kill()
            await running.not_ready_because("not connected")
            told.append(await seen(running))
            asterisk.allow_reading_only()
            asterisk.start()
            told.append(await apply(tmp_path, database, SMALL.replace("first-secret", SECRETS["phone, changed"])))
            await running.not_ready_because("403")
            told.append(await seen(running))
            code, _ = await running.stop()
            assert code == 0
    finally:
        asterisk.kill()
    told.append((tmp_path / "engine.log").read_text())
    assert [name for name, secret in SECRETS.items() if any(secret in text for text in told)] == []


@pytest.mark.parametrize("url", ["postgresql://a:{}@127.0.0.1:1/x", "postgresql://a@127.0.0.1:1/x?password={}"])
async def test_a_password_on_the_command_line_is_refused(url: str) -> None:
    secret = "pssst-5v1"
    for command in (["explain", "--recent"], ["simulate", "--replay", "2026-01-01..2026-01-02"]):
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "acd", *command, "--database-url", url.format(secret)),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await process.communicate()
        assert process.returncode == 2
        assert b"ACD_DATABASE_URL" in said
        assert secret.encode() not in said


async def test_ari_is_for_its_own_address_alone(tmp_path: Path) -> None:
    """With the right password too; and for no page of elsewhere (CORS)."""
    asterisk = await asyncio.to_thread(TestAsterisk, tmp_path / "asterisk")
    asterisk.start()
    try:
        headers = {"Authorization": aiohttp.encode_basic_auth("acd", ARI_PASSWORD), "Origin": "http://evil.example"}
        for source, expected in (("127.0.0.1", 200), ("127.0.0.66", 403)):
            connector = aiohttp.TCPConnector(local_addr=(source, 0))
            async with aiohttp.ClientSession(headers=headers, connector=connector) as session:
                async with session.get(f"{asterisk.url}/ari/asterisk/ping") as answer:
                    assert answer.status == expected
                    assert "Access-Control-Allow-Origin" not in answer.headers
                for page in ("/httpstatus", "/", "/static/index.html", "/metrics", "/phoneprov/x"):
                    async with session.get(asterisk.url + page) as answer:
                        assert answer.status == 404, page
    finally:
        asterisk.kill()
