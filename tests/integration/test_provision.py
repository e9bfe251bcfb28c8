"""Phones and numbers on a real Asterisk: written once, kept over a restart, changed and deleted with the centre."""

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from acd.model import AccountId, DeviceId
from acd.ports import DirectoryEntry, Endpoint, Provisioning
from ari_bridge import provision
from ari_bridge.client import AriError, Client
from ari_bridge.errands import NOT_FOUND
from tests.integration.asterisk import ARI_PASSWORD, TestAsterisk
from tests.integration.waiting import eventually

ACCOUNT = AccountId("demo.example")
ODD_SECRET = 's3cret;x,y="z" ${EXTEN} <ü>'


def phone(name: str, secret: str = "s", caller_name: str = "Ada") -> Endpoint:
    return Endpoint(device=DeviceId(name), account=ACCOUNT, extension=name[:4], caller_name=caller_name, secret=secret)


def number(digits: str, *devices: str, is_queue: bool = True) -> DirectoryEntry:
    return DirectoryEntry(
        account=ACCOUNT, number=digits, is_queue=is_queue, devices=tuple(DeviceId(device) for device in devices)
    )


TWO_PHONES = Provisioning(
    endpoints=(phone("1001-desk", ODD_SECRET), phone("1002-soft", caller_name='B "ob" <9>;|,${X}')),
    directory=(number("7001", "1001-desk", "1002-soft"), number("1001", "1001-desk", is_queue=False)),
)


@pytest.fixture
async def client(asterisk: TestAsterisk) -> AsyncIterator[Client]:
    async with Client(asterisk.url, "acd", ARI_PASSWORD) as made:
        await provision.write(made, Provisioning())
        yield made


async def fields(client: Client, kind: str, name: str) -> dict[str, str]:
    """What Asterisk has under this name; empty where there is nothing."""
    try:
        found: list[Any] = await client.asterisk.getObject(configClass="res_pjsip", objectType=kind, id=name)
    except AriError as error:
        if error.status != NOT_FOUND:
            raise
        return {}
    return {each["attribute"]: each["value"] for each in found}


async def entry(client: Client, name: str) -> str | None:
    return (await fields(client, "domain_alias", name)).get("domain")


def on_disk(home: Path) -> set[str]:
    """The keys of Asterisk's database that would survive a crash: it writes them down once a second."""
    with contextlib.closing(sqlite3.connect(f"file:{home}/var/astdb.sqlite3?mode=ro", uri=True)) as database:
        return {key for (key,) in database.execute("select key from astdb")}


async def test_phones_and_numbers_arrive_as_they_were_given(client: Client) -> None:
    await provision.write(client, TWO_PHONES)
    assert (await fields(client, "auth", "1001-desk"))["password"] == ODD_SECRET
    endpoint = await fields(client, "endpoint", "1001-desk")
    assert (endpoint["tenantid"], endpoint["auth"], endpoint["context"]) == (ACCOUNT, "1001-desk", "acd-phones")
    assert (await fields(client, "endpoint", "1002-soft"))["callerid"] == "\"B 'ob' <9>;|,${X}\" <1002>"
    assert (await fields(client, "aor", "1002-soft"))["remove_existing"] == "true"
    assert await entry(client, "7001@demo.example") == "queue,PJSIP/1001-desk&PJSIP/1002-soft"
    assert await entry(client, "1001@demo.example") == "user,PJSIP/1001-desk"


async def test_what_is_there_already_is_not_written_again(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    await provision.write(client, TWO_PHONES)
    written: list[str] = []
    original = client.rest.request

    async def seen(method: str, *rest: Any, **named: Any) -> bytes:
        written.append(method)
        return await original(method, *rest, **named)

    monkeypatch.setattr(client.rest, "request", seen)
    await provision.write(client, TWO_PHONES)
    assert set(written) == {"GET"}


async def test_what_the_centre_no_longer_has_is_deleted_and_nothing_else(client: Client) -> None:
    await provision.write(client, TWO_PHONES)
    await client.asterisk.updateObject(
        configClass="res_pjsip",
        objectType="endpoint",
        id="trunk",
        fields=[{"attribute": "allow", "value": "ulaw"}, {"attribute": "tenantid", "value": ACCOUNT}],
    )
    less = Provisioning(endpoints=TWO_PHONES.endpoints[:1], directory=(number("7002", "1001-desk"),))
    await provision.write(client, less)
    assert [await fields(client, kind, "1002-soft") for kind in ("endpoint", "aor", "auth")] == [{}, {}, {}]
    assert await fields(client, "endpoint", "1001-desk")
    assert await fields(client, "endpoint", "trunk")
    assert await entry(client, "7001@demo.example") is None
    assert await entry(client, "7002@demo.example") == "queue,PJSIP/1001-desk"


async def test_a_changed_phone_is_written(client: Client) -> None:
    await provision.write(client, TWO_PHONES)
    await provision.write(client, Provisioning(endpoints=(phone("1001-desk", "new", "Eve"),)))
    assert (await fields(client, "auth", "1001-desk"))["password"] == "new"
    assert (await fields(client, "endpoint", "1001-desk"))["callerid"] == '"Eve" <1001>'


async def test_more_numbers_than_one_part_of_the_index_holds_come_and_go(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provision, "_INDEX_PART", 10)
    many = Provisioning(directory=tuple(number(str(7000 + n), "1001-desk") for n in range(35)))
    await provision.write(client, many)
    assert await entry(client, "acd-index-3")
    await provision.write(client, Provisioning(directory=many.directory[30:]))
    assert [await entry(client, f"{7000 + n}@demo.example") for n in (0, 29)] == [None, None]
    assert await entry(client, "7034@demo.example")
    assert [await entry(client, f"acd-index-{n}") is None for n in range(4)] == [False, True, True, True]


async def test_a_restarted_asterisk_knows_them_still(client: Client, asterisk: TestAsterisk, home: Path) -> None:
    # Of 7001 alone an earlier test's may be on the disk still; with 7999, which no other test writes, it is ours.
    ours = replace(TWO_PHONES, directory=(*TWO_PHONES.directory, number("7999", "1001-desk")))
    await provision.write(client, ours)
    kept = {f"/acd_directory/domain_alias/{digits}@demo.example" for digits in ("7001", "7999")}
    await eventually(lambda: kept <= on_disk(home))
    await asyncio.to_thread(asterisk.kill)
    await asyncio.to_thread(asterisk.start)
    assert asterisk.endpoints() >= {"1001-desk", "1002-soft"}
    assert (await fields(client, "endpoint", "1001-desk"))["tenantid"] == ACCOUNT
    assert await entry(client, "7001@demo.example") == "queue,PJSIP/1001-desk&PJSIP/1002-soft"
