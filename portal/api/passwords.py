"""A user's own password: changed by himself, or by the link in a mail."""

import msgspec

from portal.endpoint import Asked, endpoint
from portal.limits import KEY_OF_ADDRESS, neighbourhood
from portal.logins import login_of
from portal.passwords import normal


class PasswordChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The one he has, and the one he wants."""

    old: str
    new: str


class ResetWanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who has forgotten his password."""

    login: str


class NewPassword(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The one he wants."""

    password: str


@endpoint("PUT", "/password", scope=None)
async def change_password(asked: Asked, *, body: PasswordChange) -> None:
    """Choose another password; all other sessions of the user end."""
    address = asked.portal.address(asked.request)
    await asked.portal.logins.change_password(asked.who, body.old, body.new, address=address)


@endpoint("POST", "/password-reset", needs=None, scope=None, status=202)
async def ask_for_reset(asked: Asked, *, body: ResetWanted) -> None:
    """Have a link for a new password sent. The answer is the same whoever is named, and whether or not there is one."""
    asked.portal.logins.may_ask_for_reset(body.login, asked.portal.address(asked.request))
    asked.portal.resets.send_later(*login_of(body.login))


@endpoint("POST", "/password-reset/{key}", needs=None, scope=None)
async def use_reset(asked: Asked, *, key: str, body: NewPassword) -> None:
    """Set a new password by the key of such a link. It works once; all sessions of the user end."""
    asked.portal.limits.take(KEY_OF_ADDRESS, neighbourhood(asked.portal.address(asked.request)))
    await asked.portal.resets.use(key, normal(body.password))
