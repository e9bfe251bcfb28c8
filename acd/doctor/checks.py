"""Judges an installation from outside in: settings' neighbours first, then what the centre needs of them."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from acd.doctor.asterisk import asterisk
from acd.doctor.centre import centre
from acd.doctor.sight import DatabaseSight, EngineSight, Sight, SpoolSight
from acd.doctor.words import Finding, Level, fault, hint

OLDEST_POSTGRES: Final = 150000
CLOCKS_APART: Final = timedelta(seconds=2)
OF_ACD_UP: Final = "/engine.toml"
"""What ends the name of the settings that `acd up` writes."""

SPOOL_AT_LEAST: Final = 200 * 1024 * 1024
"""About an hour at ten calls a second while the database is away."""


def findings(sight: Sight, schema: int) -> tuple[Finding, ...]:
    """All that is wrong, faults first, each kind in the order in which it is best mended.

    `schema`: the version that this program knows.
    """
    found = (
        *_database(sight.database, schema),
        *_spool(sight.spool),
        *asterisk(sight.asterisk, CLOCKS_APART),
        *_engine(sight.engine, sight.settings),
        *centre(sight),
    )
    return tuple(sorted(found, key=lambda finding: list(Level).index(finding.level)))


def _database(seen: DatabaseSight, schema: int) -> Iterator[Finding]:
    if seen.trouble is not None:
        do = "start PostgreSQL (systemctl start postgresql), or correct [database] url"
        yield fault("database", seen.trouble, do if seen.is_away else "mend that, then ask again")
        return
    if seen.server_version is not None and seen.server_version < OLDEST_POSTGRES:
        what = f"{seen.address} is PostgreSQL {seen.server_version // 10000}; 15 or newer is needed"
        yield fault("database", what, "upgrade it (pg_upgradecluster), or name another one in [database] url")
    if seen.schema is None:
        what = f"{seen.address} is empty: there is no centre in it"
        yield fault("database", what, "describe one as examples/demo.toml does, then: acd apply FILE")
    elif seen.schema > schema:
        what = f"its schema is version {seen.schema}, and this program knows {schema}"
        yield fault("database", what, "run the newer program that made it; an older one must not touch it")
    elif seen.schema < schema:
        what = f"its schema is version {seen.schema}; the engine brings it to {schema} when it starts"
        yield hint("database", what, "back it up (acd backup), then start this version of the engine")
    yield from clocks("database", seen.ahead)


def clocks(whose: str, ahead: timedelta | None) -> Iterator[Finding]:
    """Clocks that differ make waits and journals wrong."""
    if ahead is not None and abs(ahead) > CLOCKS_APART:
        what = f"the clock there is {ahead.total_seconds():+.0f} s off this machine's"
        yield fault(f"clock of the {whose}", what, "timedatectl set-ntp true, on both machines")


def _spool(seen: SpoolSight) -> Iterator[Finding]:
    if seen.trouble is not None:
        what = f"{seen.path} {seen.trouble} for the user {seen.user}"
        do = f"as root: install -d -o {'acd' if seen.user == 'root' else seen.user} -m 700 {seen.path}"
        if seen.user != "root":
            do += "; or, where the engine runs as another user, ask as root: sudo acd doctor"
        yield fault("spool", what, do)
    elif seen.free_bytes is not None and seen.free_bytes < SPOOL_AT_LEAST:
        what = f"only {seen.free_bytes // 1024**2} MB are free at {seen.path}"
        yield fault("spool", what, "make room, or name another local disk in [journal] spool")


def _engine(seen: EngineSight, settings: str | None) -> Iterator[Finding]:
    if not seen.answers:
        start = f"systemctl start acd, or: acd run{f' --settings {settings}' if settings else ''}"
        if settings is not None and settings.endswith(OF_ACD_UP):
            start = "acd up FILE, with the file and the options that it was started with"
        yield fault("engine", f"nobody answers at {seen.url}: it does not run", start)
    elif not seen.is_ours:
        port = seen.url.rpartition(":")[2]
        do = f"ss -ltnp 'sport = :{port}' names it: stop it, or set [web] port to a free one"
        yield fault("engine", f"what answers at {seen.url} is another program, or an engine that hangs", do)
    for reason in seen.reasons:
        yield fault("engine", f"it takes no calls: {reason}", "mend that; journalctl -u acd says more")
    for warning in seen.warnings:
        yield hint("engine", warning, "see the runbooks; journalctl -u acd says more")
