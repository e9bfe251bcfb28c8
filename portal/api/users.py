"""The people of the account. Office managers change them; supervisors see who there is to be assigned."""

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from acd.centre import Centre, Role
from acd.centre.writing import Entry
from acd.model import AccountId
from portal.audit import note
from portal.configuration.changing import Warned, change, looked_at, must_be_version, there, warnings_of
from portal.configuration.draft import Draft, version_of
from portal.database import Transaction
from portal.endpoint import Asked, endpoint
from portal.passwords import faults_of, normal
from portal.problems import not_found, wrong
from portal.resets import set_password
from portal.sessions import end_all
from portal.who import Scope


class UserRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What of a user can be changed. What is left out stays as it is."""

    name: str | UnsetType = UNSET
    role: str | UnsetType = UNSET
    """`agent`, `supervisor` or `office_manager`."""
    supervises: list[str] | UnsetType = UNSET
    """The numbers of the queues that a supervisor looks after."""
    email: str | UnsetType | None = UNSET
    """Where a link for a new password is sent."""


class NewUser(UserRules, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A user who is not there yet. He logs in once he has a password: by "forgot password", or given him."""

    extension: str


class UserShown(msgspec.Struct, frozen=True, kw_only=True):
    """A person of the account."""

    extension: str
    name: str
    role: str
    supervises: list[str] | None
    """Null: that is for office managers to see, as is the mail address."""
    email: str | None
    phones: list[str]
    queues: list[str]
    """Those he answers, as far as one sees them."""
    version: str
    warnings: list[Warned]


class PasswordGiven(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A password for the pages."""

    password: str


@endpoint("GET", "/users", needs=Role.SUPERVISOR, scope=Scope.READ)
async def list_users(asked: Asked) -> list[UserShown]:
    """Everybody of the account."""
    draft, centre = await looked_at(asked)
    return [_shown(asked, draft, centre, extension) for extension in draft.users]


@endpoint("GET", "/users/{extension}", needs=Role.SUPERVISOR, scope=Scope.READ)
async def show_user(asked: Asked, *, extension: str) -> UserShown:
    """One person: for a supervisor, an agent of his queues."""
    draft, centre = await looked_at(asked)
    there(draft.users, extension, "user")
    if not asked.who.has_role(Role.OFFICE_MANAGER) and not _queues(asked, draft, extension):
        raise not_found("user")
    return _shown(asked, draft, centre, extension)


@endpoint("POST", "/users", needs=Role.OFFICE_MANAGER, scope=Scope.CONFIGURE, status=201)
async def add_user(asked: Asked, *, body: NewUser) -> UserShown:
    """Add a user."""

    def edit(draft: Draft) -> Entry:
        entry: Entry = {"role": "agent", **msgspec.to_builtins(body)}
        draft.new.append(("users", entry))
        return entry

    centre = await change(asked, edit)
    return _shown(asked, Draft(centre), centre, body.extension)


@endpoint("PATCH", "/users/{extension}", needs=Role.OFFICE_MANAGER, scope=Scope.CONFIGURE)
async def change_user(asked: Asked, *, extension: str, body: UserRules) -> UserShown:
    """Change a user. If-Match: his `version`. What his role allows him no more, it refuses from now on."""

    def edit(draft: Draft) -> Entry:
        entry = there(draft.users, extension, "user")
        must_be_version(asked, entry)
        entry.update(msgspec.to_builtins(body))
        return entry

    centre = await change(asked, edit)
    return _shown(asked, Draft(centre), centre, extension)


@endpoint("DELETE", "/users/{extension}", needs=Role.OFFICE_MANAGER, scope=Scope.CONFIGURE)
async def remove_user(asked: Asked, *, extension: str) -> None:
    """Remove a user, with his phones and assignments. He is logged out everywhere; a talk he has goes on."""
    ended: list[Any] = []

    def edit(draft: Draft) -> None:
        there(draft.users, extension, "user")
        draft.remove_user(extension)

    async with asked.portal.database.of(asked.who.account, readonly=True) as rows:
        ended = [
            row["id"]
            for row in await rows.fetch(
                "select id from portal_session where (account, extension) = ($1, $2)", asked.who.account, extension
            )
        ]
    await change(asked, edit)
    asked.portal.sessions.tell_ended(ended)


@endpoint("PUT", "/users/{extension}/password", needs=Role.OFFICE_MANAGER, scope=None)
async def give_password(asked: Asked, *, extension: str, body: PasswordGiven) -> None:
    """Give a user a password, for who has no mail address. His sessions end."""
    who, portal = asked.who, asked.portal
    async with portal.database.of(who.account, readonly=True) as rows:
        await _must_be_there(rows, who.account, extension)
    if faults := faults_of(body.password, f"{extension}@{who.account}"):
        raise wrong(faults)
    hashed = await portal.passwords.hash(normal(body.password))
    async with portal.database.of(who.account) as rows:
        await _must_be_there(rows, who.account, extension)
        await set_password(rows, who.account, extension, hashed)
        ended = await end_all(rows, who.account, extension, but=who.session)
        await note(rows, who, "password_set", f"user {extension}")
    portal.sessions.tell_ended(ended)


async def _must_be_there(rows: Transaction, account: AccountId, extension: str) -> None:
    if not await rows.fetchval("select true from app_user where (account, extension) = ($1, $2)", account, extension):
        raise not_found("user")


def _shown(asked: Asked, draft: Draft, centre: Centre | None, extension: str) -> UserShown:
    entry, sees_all = draft.users[extension], asked.who.has_role(Role.OFFICE_MANAGER)
    return UserShown(
        extension=extension,
        name=entry["name"],
        role=entry["role"],
        supervises=entry["supervises"] if sees_all else None,
        email=entry["email"] if sees_all else None,
        phones=draft.phones(extension),
        queues=_queues(asked, draft, extension),
        version=version_of(entry),
        warnings=warnings_of(draft, centre, entry),
    )


def _queues(asked: Asked, draft: Draft, extension: str) -> list[str]:
    """Which he answers, of those that who asks sees."""
    return sorted(
        queue for queue, agent in draft.assignments if agent == extension and asked.who.supervises_queue(queue)
    )
