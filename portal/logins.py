"""Log-ins and passwords: who may come in, how often he may try, and how a password is changed.

An unknown login and a wrong password are told by the same words, after the same work.
"""

import re
from typing import Final

import structlog

from acd.model import AccountId
from portal.audit import note_of
from portal.database import Database
from portal.limits import LOGIN_OF_ADDRESS, LOGIN_OF_USER, RESET_OF_ADDRESS, RESET_OF_USER, Limits, neighbourhood
from portal.passwords import Passwords, faults_of, normal
from portal.problems import Fault, Problem, wrong
from portal.resets import set_password
from portal.sessions import Sessions, end_all
from portal.who import Who

_LOGIN: Final = re.compile(r"([0-9]{2,10})@([a-z0-9.-]{1,128})", re.ASCII)
_NOBODY: Final = (AccountId(""), "")

_log = structlog.get_logger(__name__)


def login_of(text: str) -> tuple[AccountId, str]:
    """Account and extension of `1001@demo.example`; of what is no login, such as no user has."""
    found = _LOGIN.fullmatch(text.strip().lower())
    return (AccountId(found[2]), found[1]) if found else _NOBODY


class Logins:
    """Lets people in."""

    def __init__(self, *, database: Database, passwords: Passwords, sessions: Sessions, limits: Limits) -> None:
        self._database = database
        self._passwords = passwords
        self._sessions = sessions
        self._limits = limits

    async def enter(self, login: str, password: str, *, address: str, user_agent: str) -> str:
        """The key of a new session. Raises `Problem`: 401, or 429 where there were too many attempts."""
        account, extension = login_of(login)
        async with self._database.of(account, readonly=True) as rows:
            found = await rows.fetchrow(
                "select (select hash from portal_password where (account, extension) = ($1, $2)) as hash, exists ("
                "  select from portal_session where (account, extension, address) = ($1, $2, $3)) as comes_from_here",
                account,
                extension,
                address,
            )
        assert found is not None
        # Where he is logged in already, strangers who guess at his password elsewhere do not keep him out.
        user = f"{extension}@{account}" + (f" at {address}" if found["comes_from_here"] else "")
        place = neighbourhood(address)
        self._limits.take(LOGIN_OF_ADDRESS, place)
        self._limits.take(LOGIN_OF_USER, user)
        if not await self._passwords.matches(normal(password), found["hash"]):
            _log.warning("login_failed", account=account, extension=extension, address=address)
            raise Problem(401, "wrong_login", "Login or password is wrong.")
        self._limits.give_back(LOGIN_OF_ADDRESS, place)
        self._limits.give_back(LOGIN_OF_USER, user)
        hashed = await self._passwords.hash(normal(password)) if Passwords.is_outdated(found["hash"]) else None
        async with self._database.of(account) as rows:
            if hashed is not None:
                await set_password(rows, account, extension, hashed)
            await note_of(rows, account, extension, "login", f"user {extension}", {"address": address})
            return await self._sessions.begin(rows, account, extension, address, user_agent)

    async def change_password(self, who: Who, old: str, new: str, *, address: str) -> None:
        """He chooses another one; his other sessions end. Raises `Problem`."""
        self._limits.take(LOGIN_OF_ADDRESS, neighbourhood(address))
        async with self._database.of(who.account, readonly=True) as rows:
            stored = await rows.fetchval(
                "select hash from portal_password where (account, extension) = ($1, $2)", who.account, who.extension
            )
        if not await self._passwords.matches(normal(old), stored):
            raise wrong([Fault(place="old", said="This is not your password.")])
        self._limits.give_back(LOGIN_OF_ADDRESS, neighbourhood(address))
        if faults := faults_of(normal(new), who.login, place="new"):
            raise wrong(faults)
        hashed = await self._passwords.hash(normal(new))
        async with self._database.of(who.account) as rows:
            await set_password(rows, who.account, who.extension, hashed)
            ended = await end_all(rows, who.account, who.extension, but=who.session)
            await note_of(rows, who.account, who.extension, "password_changed", f"user {who.extension}")
        self._sessions.tell_ended(ended)

    def may_ask_for_reset(self, login: str, address: str) -> None:
        """Raise `Problem` 429 where this was asked for too often."""
        account, extension = login_of(login)
        self._limits.take(RESET_OF_ADDRESS, neighbourhood(address))
        self._limits.take(RESET_OF_USER, f"{extension}@{account}")
