"""Tells Asterisk of the centre's phones and numbers: one endpoint, auth and aor per phone, one entry per number.

Written through ARI into Asterisk's own database, so nothing is reloaded and all of it outlives the engine and a restart
of Asterisk. What is there already is read first: only differences are written, and what is not wanted is deleted.
A directory entry is a domain_alias, the one kind of object ARI may write there that does nothing but name a text.
"""

import asyncio
from collections.abc import Coroutine, Iterable, Mapping
from typing import Final, TypeVar

import structlog

from acd.model import Caller
from acd.ports import DirectoryEntry, Endpoint, Provisioning
from ari_bridge.client import AriError, Client
from ari_bridge.errands import NOT_FOUND, caller_id
from ari_bridge.names import endpoint as dial_string

MARK: Final = "asterisk-acd"
"""In `callerid_tag` of every endpoint that was written here; others are never touched."""

SIDE_BY_SIDE: Final = 8
"""Objects written at once: enough to be quick, and Asterisk goes on taking calls."""

_CLASS: Final = "res_pjsip"
_INDEX: Final = "acd-index"
_INDEX_PART: Final = 1000
"""Entries named in one part of the index: Asterisk takes requests of 40 kB at most."""

_log = structlog.get_logger(__name__)

Fields = Mapping[str, str]
_Result = TypeVar("_Result")


async def write(client: Client, wanted: Provisioning) -> None:
    """Make Asterisk's phones and directory equal to this. May be repeated; raises AriError where it cannot be done."""
    written = await _all(_write_phone(client, each) for each in wanted.endpoints)
    deleted = await _delete_phones(client, {each.device for each in wanted.endpoints})
    numbers = await _write_directory(client, wanted.directory)
    _log.info("asterisk_provisioned", phones_written=sum(written), phones_deleted=deleted, numbers_changed=numbers)


# --- phones


def auth_fields(phone: Endpoint) -> Fields:
    """Name and password of a phone; the name is the device's own."""
    return {"auth_type": "userpass", "username": phone.device, "password": phone.secret}


def aor_fields() -> Fields:
    """Where a phone is reached: at the one place it has registered from last."""
    return {"max_contacts": "1", "remove_existing": "true"}


def endpoint_fields(phone: Endpoint) -> Fields:
    """The phone itself. The account of its calls is `tenantid`: of set_var nothing is kept in Asterisk's database."""
    return {
        "transport": "transport-udp",
        "context": "acd-phones",
        "subscribe_context": "acd-lamps",
        "aors": phone.device,
        "auth": phone.device,
        "identify_by": "auth_username,username",
        "tenantid": phone.account,
        "callerid": caller_id(Caller(number=phone.extension, name=phone.caller_name)),
        "callerid_tag": MARK,
        "allow": "!all,g722,ulaw,alaw",
        "direct_media": "false",
        "rtp_symmetric": "true",
        "force_rport": "true",
        "rewrite_contact": "true",
    }


async def _write_phone(client: Client, phone: Endpoint) -> bool:
    """Whether anything had to be written. The endpoint comes last: it names the others."""
    return any(
        [
            await _put(client, "auth", phone.device, auth_fields(phone)),
            await _put(client, "aor", phone.device, aor_fields()),
            await _put(client, "endpoint", phone.device, endpoint_fields(phone)),
        ]
    )


async def _delete_phones(client: Client, wanted: set[str]) -> int:
    """Delete ours that are not wanted any more; how many these were."""
    found = await _phones(client)
    return sum(await _all(_delete_if_ours(client, name) for name in found if name not in wanted))


async def _phones(client: Client) -> list[str]:
    """The names of all there are; where there is not one, Asterisk says that it does not know the technology."""
    try:
        return [str(each.json.get("resource")) for each in await client.endpoints.listByTech(tech="PJSIP")]
    except AriError as error:
        if error.status == NOT_FOUND:
            return []
        raise


async def _delete_if_ours(client: Client, name: str) -> bool:
    there = await _get(client, "endpoint", name)
    if there is None or there.get("callerid_tag") != MARK:
        return False
    for kind in ("endpoint", "aor", "auth"):
        await _delete(client, kind, name)
    return True


# --- the directory


def entry_name(entry: DirectoryEntry) -> str:
    """Under what the dial plan looks a number up."""
    return f"{entry.number}@{entry.account}"


def entry_text(entry: DirectoryEntry) -> str:
    """What the dial plan finds there: the kind of number, and whom to ring."""
    phones = "&".join(dial_string(device) for device in entry.devices)
    return f"{'queue' if entry.is_queue else 'user'},{phones}"


async def _write_directory(client: Client, entries: Iterable[DirectoryEntry]) -> int:
    """How many entries changed. The index goes before new entries and after deleted ones, so it never names too few."""
    wanted = {entry_name(entry): entry_text(entry) for entry in entries}
    before = await _read_index(client)
    await _write_index(client, before, before | wanted.keys())
    put = await _all(_put(client, "domain_alias", name, {"domain": text}) for name, text in wanted.items())
    gone = before - wanted.keys()
    await _all(_delete(client, "domain_alias", name) for name in sorted(gone))
    await _write_index(client, before | wanted.keys(), set(wanted))
    return sum(put) + len(gone)


async def _read_index(client: Client) -> set[str]:
    """The entries that were ever written and not deleted: ARI cannot list them."""
    names: set[str] = set()
    part = 0
    while there := await _get(client, "domain_alias", f"{_INDEX}-{part}"):
        names.update(name for name in there["domain"].split(",") if name)
        part += 1
    return names


async def _write_index(client: Client, before: set[str], after: set[str]) -> None:
    if before == after:
        return
    names = sorted(after)
    parts = [names[start : start + _INDEX_PART] for start in range(0, len(names), _INDEX_PART)]
    for number, part in enumerate(parts):
        await _put(client, "domain_alias", f"{_INDEX}-{number}", {"domain": ",".join(part)})
    for number in range(len(parts), -(-len(before) // _INDEX_PART)):
        await _delete(client, "domain_alias", f"{_INDEX}-{number}")


# --- objects


async def _put(client: Client, kind: str, name: str, fields: Fields) -> bool:
    """Write these fields of an object unless it has them; whether it was written."""
    there = await _get(client, kind, name)
    if there is not None and all(_same(there.get(field, ""), value) for field, value in fields.items()):
        return False
    attributes = [{"attribute": field, "value": value} for field, value in fields.items()]
    await client.asterisk.updateObject(configClass=_CLASS, objectType=kind, id=name, fields=attributes)
    return True


async def _get(client: Client, kind: str, name: str) -> dict[str, str] | None:
    """The fields of an object; None: there is none."""
    try:
        found = await client.asterisk.getObject(configClass=_CLASS, objectType=kind, id=name)
    except AriError as error:
        if error.status == NOT_FOUND:
            return None
        raise
    return {str(each.get("attribute")): str(each.get("value")) for each in found}


async def _delete(client: Client, kind: str, name: str) -> None:
    try:
        await client.asterisk.deleteObject(configClass=_CLASS, objectType=kind, id=name)
    except AriError as error:
        if error.status != NOT_FOUND:
            raise


def _same(there: str, wanted: str) -> bool:
    """Asterisk writes a list of codecs in a form of its own: (ulaw|alaw)."""
    if wanted.startswith("!all,"):
        return there == f"({wanted.removeprefix('!all,').replace(',', '|')})"
    return there == wanted


async def _all(work: Iterable[Coroutine[None, None, _Result]]) -> list[_Result]:
    """Do all of these, some at a time and in any order; the first failure ends it. Each is made when its turn comes."""
    waiting, results = iter(work), list[_Result]()

    async def do_some() -> None:
        for one in waiting:
            results.append(await one)

    working = [asyncio.create_task(do_some()) for _ in range(SIDE_BY_SIDE)]
    try:
        await asyncio.gather(*working)
    finally:
        for each in working:
            each.cancel()
    return results
