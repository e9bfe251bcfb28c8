"""The phones of the account, kept by its office managers. A phone's password is told once, when it is made."""

import secrets
from typing import Final

import msgspec

from acd.centre import Role
from acd.centre.writing import Entry
from portal.configuration.changing import change, looked_at, there
from portal.configuration.draft import Draft
from portal.endpoint import Asked, endpoint
from portal.who import Scope

SECRET_BYTES: Final = 18


class DeviceShown(msgspec.Struct, frozen=True, kw_only=True):
    """A phone."""

    device: str
    """Its SIP user name."""
    owner: str
    """The extension of the user whose it is."""


class NewDevice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A phone that is not there yet."""

    name: str
    """Its SIP user name, unique over all accounts."""
    owner: str


class DeviceSecret(msgspec.Struct, frozen=True, kw_only=True):
    """With what a phone registers. It is shown this once; when it is lost, a new one is made."""

    device: str
    secret: str


class DeviceOwner(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose it is to be."""

    owner: str


@endpoint("GET", "/devices", needs=Role.OFFICE_MANAGER, scope=Scope.READ)
async def list_devices(asked: Asked) -> list[DeviceShown]:
    """All phones of the account."""
    draft, _ = await looked_at(asked)
    return [DeviceShown(device=name, owner=entry["owner"]) for name, entry in draft.devices.items()]


@endpoint("POST", "/devices", needs=Role.OFFICE_MANAGER, scope=Scope.CONFIGURE, status=201)
async def add_device(asked: Asked, *, body: NewDevice) -> DeviceSecret:
    """Give a user a phone. Its password is in the answer, and never again."""
    secret = secrets.token_urlsafe(SECRET_BYTES)

    def edit(draft: Draft) -> Entry:
        entry: Entry = {"name": body.name, "owner": body.owner, "password": secret}
        draft.new.append(("devices", entry))
        return entry

    await change(asked, edit)
    return DeviceSecret(device=body.name, secret=secret)


@endpoint("PATCH", "/devices/{device}/owner", needs=Role.OFFICE_MANAGER, scope=Scope.CONFIGURE)
async def give_device(asked: Asked, *, device: str, body: DeviceOwner) -> DeviceShown:
    """Give a phone to another user. What the assignments of the one who had it say of it, goes."""

    def edit(draft: Draft) -> Entry:
        entry = there(draft.devices, device, "phone")
        if entry["owner"] != body.owner:
            draft.release_device(device)
            entry["owner"] = body.owner
        return entry

    await change(asked, edit)
    return DeviceShown(device=device, owner=body.owner)


@endpoint("DELETE", "/devices/{device}", needs=Role.OFFICE_MANAGER, scope=Scope.CONFIGURE)
async def remove_device(asked: Asked, *, device: str) -> None:
    """Take a phone away. It can register no more."""

    def edit(draft: Draft) -> None:
        there(draft.devices, device, "phone")
        draft.release_device(device)
        del draft.devices[device]

    await change(asked, edit)


@endpoint("POST", "/devices/{device}/secret", needs=Role.OFFICE_MANAGER, scope=Scope.CONFIGURE)
async def make_secret(asked: Asked, *, device: str) -> DeviceSecret:
    """Give a phone a new password. The old one is worth nothing from now on."""
    secret = secrets.token_urlsafe(SECRET_BYTES)

    def edit(draft: Draft) -> None:
        there(draft.devices, device, "phone")["password"] = secret

    await change(asked, edit)
    return DeviceSecret(device=device, secret=secret)
