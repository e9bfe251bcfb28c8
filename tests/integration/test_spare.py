"""A spare engine touches nothing before its turn, ends with whoever keeps it, and runs the program as it is by then."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

import acd
from acd.runtime.spare import OPTION
from tests.integration.waiting import eventually
from tests.ports import free_port


@pytest.fixture
async def spare(tmp_path: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """It would wait for a database."""
    settings = tmp_path / "acd.toml"
    settings.write_text(
        f'[database]\nurl = "postgresql:///nowhere?host={tmp_path}"\n[ari]\npassword = "secret"\n'
        f'[web]\nport = {free_port()}\n[journal]\nspool = "{tmp_path}/spool"\n'
    )
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "acd", "run", "--settings", str(settings), OPTION),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    yield process
    if process.returncode is None:
        process.kill()
        await process.wait()


def words(process: asyncio.subprocess.Process) -> list[bytes]:
    return Path("/proc", str(process.pid), "cmdline").read_bytes().split(b"\0")


async def begins(process: asyncio.subprocess.Process) -> bytes:
    """Give it its turn: the first thing that it says."""
    assert process.stdin
    assert process.stdout
    process.stdin.write(b"\n")
    return await asyncio.wait_for(process.stdout.readline(), 20)


async def test_it_begins_when_it_is_told(spare: asyncio.subprocess.Process) -> None:
    assert spare.stdout
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(spare.stdout.readline(), 2)
    assert b"web_serving" in await begins(spare)
    assert OPTION.encode() in words(spare)


async def test_it_ends_with_whoever_keeps_it(spare: asyncio.subprocess.Process) -> None:
    assert spare.stdin
    spare.stdin.close()
    assert await asyncio.wait_for(spare.wait(), 20) == 0


async def test_a_program_that_has_changed_meanwhile_is_read_anew(spare: asyncio.subprocess.Process) -> None:
    await eventually(lambda: any("asyncpg" in line for line in _mapped(spare)))
    os.utime(acd.__file__)
    assert b"web_serving" in await begins(spare)
    assert OPTION.encode() not in words(spare)


def _mapped(process: asyncio.subprocess.Process) -> list[str]:
    return Path("/proc", str(process.pid), "maps").read_text().splitlines()
