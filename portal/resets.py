"""A new password by a link in a mail: it works once, for an hour, and nobody learns from it who is a user here."""

import asyncio
import secrets
from datetime import timedelta
from typing import Final

import structlog

from acd.model import AccountId
from portal import mail
from portal.audit import note_of
from portal.database import Database, Transaction
from portal.mail import Outbox
from portal.passwords import Passwords, faults_of
from portal.problems import Problem, wrong
from portal.sessions import Sessions, digest_of, end_all

LASTS: Final = timedelta(hours=1)
KEY_BYTES: Final = 32

_log = structlog.get_logger(__name__)

_SUBJECT: Final = "A new password for the call centre"
_BODY: Final = """\
Hello {name},

somebody, probably you, has asked for a new password for {login}.
Choose one here, within an hour; the link works once:

{link}

If it was not you, there is nothing to do: your password stays as it is.
"""


class Resets:
    """Sends links, and takes them."""

    def __init__(
        self, *, database: Database, outbox: Outbox, passwords: Passwords, sessions: Sessions, url: str
    ) -> None:
        self._database = database
        self._outbox = outbox
        self._passwords = passwords
        self._sessions = sessions
        self._url = url
        self._under_way: set[asyncio.Task[None]] = set()

    def send_later(self, account: AccountId, extension: str) -> None:
        """As `send`, without waiting: how long it takes must not tell who is a user."""
        task = asyncio.create_task(self._send_quietly(account, extension))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _send_quietly(self, account: AccountId, extension: str) -> None:
        try:
            await self.send(account, extension)
        except Problem as problem:
            _log.warning("password_reset_failed", account=account, extension=extension, why=problem.detail)
        except Exception:  # noqa: BLE001 - nobody waits for this task
            _log.exception("password_reset_failed", account=account, extension=extension)

    async def send(self, account: AccountId, extension: str) -> bool:
        """Send this user a link; False: there is no such user, or no address of his is known."""
        key = secrets.token_urlsafe(KEY_BYTES)
        async with self._database.of(account) as rows:
            user = await rows.fetchrow(
                "select name, email from app_user where (account, extension) = ($1, $2) and email is not null",
                account,
                extension,
            )
            if user is None:
                return False
            await rows.execute(
                "delete from password_reset where account = $1 and made_at < now() - $2::interval", account, LASTS
            )
            await rows.execute(
                "insert into password_reset (digest, account, extension) values ($1, $2, $3)",
                digest_of(key),
                account,
                extension,
            )
            body = _BODY.format(name=user["name"], login=f"{extension}@{account}", link=f"{self._url}/reset/{key}")
            await mail.write(rows, account, to=user["email"], subject=_SUBJECT, body=body, of_use_for=LASTS)
            await note_of(rows, account, None, "password_reset_asked", f"user {extension}")
        self._outbox.look()
        return True

    async def use(self, key: str, password: str) -> None:
        """Set this password for the user to whom the link was sent, and end his sessions.

        Raises `Problem`: 404 where the link is none any more, 422 where the password cannot be one.
        """
        digest = digest_of(key)
        async with self._database.of_key(digest) as rows:
            account, extension = await self._user_of(rows, digest)
        if faults := faults_of(password, f"{extension}@{account}"):
            raise wrong(faults)
        hashed = await self._passwords.hash(password)
        async with self._database.of(account) as rows:
            if not await rows.fetchval("delete from password_reset where digest = $1 returning true", digest):
                raise _no_link()
            await rows.execute("delete from password_reset where (account, extension) = ($1, $2)", account, extension)
            await set_password(rows, account, extension, hashed)
            ended = await end_all(rows, account, extension)
            await note_of(rows, account, extension, "password_reset", f"user {extension}")
        self._sessions.tell_ended(ended)

    @staticmethod
    async def _user_of(rows: Transaction, digest: bytes) -> tuple[AccountId, str]:
        found = await rows.fetchrow(
            "select account, extension from password_reset where digest = $1 and made_at > now() - $2::interval",
            digest,
            LASTS,
        )
        if found is None:
            raise _no_link()
        return AccountId(found["account"]), found["extension"]


async def set_password(rows: Transaction, account: AccountId, extension: str, hashed: str) -> None:
    """This is his password from now on."""
    await rows.execute(
        "insert into portal_password (account, extension, hash) values ($1, $2, $3)"
        " on conflict (account, extension) do update set hash = excluded.hash, set_at = now()",
        account,
        extension,
        hashed,
    )


def _no_link() -> Problem:
    return Problem(404, "no_link", "This link has been used, or is older than an hour. Ask for a new one.")
