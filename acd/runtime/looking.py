"""Looks at an installation for `acd doctor`: database, Asterisk, engine, spool. It judges nothing and changes nothing.

Asterisk is asked for its dial plan through a channel that is never dialled, in an application of its own.
"""

import asyncio
import os
import pwd
import shutil
import time
from collections.abc import Awaitable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, TypeVar
from urllib.parse import urlsplit

import asyncpg

from acd.doctor.centre import example_of, sounds_of
from acd.doctor.needs import CONTEXTS
from acd.doctor.sight import AsteriskSight, DatabaseSight, Sight, SpoolSight, Unreached
from acd.model import Configuration
from acd.ports import Provisioning
from acd.runtime.database import LOST, Connection, DatabaseError, address, close, connect, in_words
from acd.runtime.operators import engine_sight, engine_url
from acd.runtime.schema import SCHEMA_VERSION
from acd.runtime.settings import Settings
from acd.runtime.store import Store
from ari_bridge.client import AriError, AriTimeout, AriUnauthorized, AriUnreachable, Client
from ari_bridge.version import new_enough

APP: Final = "acd-doctor"
TRANSPORT: Final = "transport-udp"
_LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")
_NO_ARI: Final = 404
_FORBIDDEN: Final = 403

T = TypeVar("T")


async def look(settings: Settings, file: Path | None) -> Sight:
    """Look at everything once. Takes a second or two, and some more for what does not answer."""
    database, configuration, provisioning = await _database(settings.database_url)
    engine, asterisk = await asyncio.gather(
        engine_sight(engine_url(settings)),
        _asterisk(settings, configuration, provisioning),
    )
    return Sight(
        settings=str(file) if file else None,
        database=database,
        asterisk=asterisk,
        engine=engine,
        spool=_spool(settings.journal_spool),
        configuration=configuration,
        provisioning=provisioning,
    )


# --- the database


async def _database(url: str) -> tuple[DatabaseSight, Configuration | None, Provisioning | None]:
    where = address(url)
    try:
        connection = await connect(url)
        try:
            seen = await _inside(connection, where)
        finally:
            await close(connection)
        if seen.schema != SCHEMA_VERSION:
            return seen, None, None
        configuration, provisioning = await Store(url).load()
        return seen, configuration, provisioning
    except DatabaseError as error:
        return DatabaseSight(address=where, trouble=str(error)), None, None
    except LOST as error:
        what = f"the {where} cannot be reached: {in_words(error)}"
        return DatabaseSight(address=where, trouble=what, is_away=True), None, None
    except asyncpg.PostgresError as error:
        return DatabaseSight(address=where, trouble=f"the {where} cannot be read: {error}"), None, None


async def _inside(connection: Connection, where: str) -> DatabaseSight:
    began = datetime.now(UTC)
    there = await connection.fetchval("select clock_timestamp()")
    ahead = there - began - (datetime.now(UTC) - began) / 2
    made = await connection.fetchval("select to_regclass('schema_version') is not null")
    return DatabaseSight(
        address=where,
        server_version=int(await connection.fetchval("show server_version_num")),
        schema=await connection.fetchval("select version from schema_version") if made else None,
        ahead=ahead,
    )


# --- Asterisk


async def _asterisk(
    settings: Settings, configuration: Configuration | None, provisioning: Provisioning | None
) -> AsteriskSight:
    async with Client(settings.ari_url, settings.ari_user, settings.ari_password) as client:
        bare = AsteriskSight(url=settings.ari_url, user=settings.ari_user)
        try:
            info = await client.asterisk.getInfo()
        except AriUnreachable:
            return replace(bare, trouble=Unreached.SILENT)
        except AriTimeout:
            return replace(bare, trouble=Unreached.SLOW)
        except AriUnauthorized:
            return replace(bare, trouble=Unreached.PASSWORD)
        except AriError as error:
            return replace(bare, trouble=_said_no(error))
        version = str(info["system"]["version"])
        accounts = configuration.accounts.values() if configuration else ()
        examples = [example_of(pattern) for account in accounts for pattern in account.outbound]
        may_write = await _may_write(client)
        dial_plan, ways_out = await _dial_plan(client, examples, may_write)
        transport = await _transport(client)
        return replace(
            bare,
            version=version,
            new_enough=new_enough(version),
            ahead=await _ahead(client),
            may_write=may_write,
            modules=await _modules(client),
            dial_plan=dial_plan,
            ways_out=ways_out,
            sounds_missing=await _sounds(client, settings.ari_url, sounds_of(configuration)),
            phones=await _phones(client),
            directory=await _directory(client, provisioning),
            bind=transport.get("bind"),
            external_media=transport.get("external_media_address", ""),
            local_net=transport.get("local_net", ""),
        )


def _said_no(error: AriError) -> Unreached:
    return Unreached.ADDRESS if error.status == _FORBIDDEN else Unreached.NO_ARI


async def _or_none(answer: Awaitable[T]) -> T | None:
    try:
        return await answer
    except AriError:
        return None


async def _ahead(client: Client) -> timedelta | None:
    began = time.time()
    answer = await _or_none(client.asterisk.ping())
    if answer is None:
        return None
    there = datetime.strptime(str(answer["timestamp"]), "%Y-%m-%dT%H:%M:%S.%f%z")
    return timedelta(seconds=there.timestamp() - (began + time.time()) / 2)


async def _may_write(client: Client) -> bool:
    """Ask for something that is not there to be taken away: a user who may only read is refused before that."""
    try:
        await client.channels.hangup(channelId=f"{APP}-none")
    except AriError as error:
        return error.status != _FORBIDDEN
    return True


async def _modules(client: Client) -> frozenset[str] | None:
    listed = await _or_none(client.asterisk.listModules())
    if listed is None:
        return None
    return frozenset(str(module["name"]) for module in listed if module["status"] == "Running")


async def _dial_plan(
    client: Client, numbers: Iterable[str], may_write: bool
) -> tuple[Mapping[str, bool] | None, Mapping[str, bool]]:
    """Whether contexts, and ways out for these numbers, are there."""
    if not may_write:
        return None, {}
    channel = f"{APP}-{os.getpid()}"
    try:
        async with client.connect(APP):
            await client.channels.create(endpoint=f"Local/s@{APP}", app=APP, channelId=channel)
            try:
                contexts = {name: await _exists(client, channel, f"{name},s,1") for name in CONTEXTS}
                return contexts, {to: await _exists(client, channel, f"acd-outbound,{to},1") for to in numbers}
            finally:
                await _or_none(client.channels.hangup(channelId=channel))
    except AriError:
        return None, {}


async def _exists(client: Client, channel: str, step: str) -> bool:
    answer = await client.channels.getChannelVar(channelId=channel, variable=f"DIALPLAN_EXISTS({step})")
    return bool(answer["value"] == "1")


async def _transport(client: Client) -> Mapping[str, str]:
    fields = await _or_none(client.asterisk.getObject(configClass="res_pjsip", objectType="transport", id=TRANSPORT))
    return {str(each["attribute"]): str(each["value"]) for each in fields or ()}


async def _phones(client: Client) -> Mapping[str, bool] | None:
    try:
        listed = await client.endpoints.listByTech(tech="PJSIP")
    except AriError as error:
        return {} if error.status == _NO_ARI else None  # it says so as well where there is not one
    return {str(each.json["resource"]): each.json["state"] == "online" for each in listed}


async def _directory(client: Client, provisioning: Provisioning | None) -> Mapping[str, str | None]:
    found: dict[str, str | None] = {}
    for entry in provisioning.directory if provisioning else ():
        name = f"{entry.number}@{entry.account}"
        fields = await _or_none(client.asterisk.getObject(configClass="res_pjsip", objectType="domain_alias", id=name))
        found[name] = next((str(each["value"]) for each in fields or () if each["attribute"] == "domain"), None)
    return found


async def _sounds(client: Client, url: str, wanted: Iterable[str]) -> tuple[str, ...] | None:
    """Those that no file has; None where Asterisk's directory cannot be read from here."""
    answer = await _or_none(client.asterisk.getGlobalVar(variable="ASTDATADIR"))
    place = Path(str(answer["value"] if answer else "")) / "sounds"
    if urlsplit(url).hostname not in _LOOPBACK or not place.is_absolute() or not os.access(place, os.R_OK | os.X_OK):
        return None
    return tuple(name for name in wanted if not any(place.glob(f"{name}.*")) and not any(place.glob(f"en*/{name}.*")))


# --- this machine


def _spool(path: Path) -> SpoolSight:
    user = pwd.getpwuid(os.geteuid()).pw_name
    bare = SpoolSight(path=str(path), user=user)
    try:
        if not path.is_dir():
            return replace(bare, trouble="is no directory" if path.exists() else "does not exist")
        if not os.access(path, os.R_OK | os.W_OK | os.X_OK):
            return replace(bare, trouble="cannot be written")
        return replace(bare, free_bytes=shutil.disk_usage(path).free)
    except OSError as error:
        return replace(bare, trouble=f"cannot be looked at ({error.strerror})")
