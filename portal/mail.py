"""Mails: written into the database with what they are about, and sent from there until it has worked.

A mail server that is away delays them; nothing else waits. They go into a folder, as files, or to a server by SMTP.
"""

import asyncio
import os
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

import aiosmtplib
import structlog

from acd.model import AccountId
from portal.database import Database, Row, Transaction

SENT_WITHIN_S: Final = 20.0
LOOK_EVERY_S: Final = 10.0
FIRST_PAUSE: Final = timedelta(seconds=10)
LONGEST_PAUSE: Final = timedelta(minutes=10)

Send = Callable[[EmailMessage], Awaitable[None]]
"""Raises OSError or `aiosmtplib.SMTPException` where it does not work."""

_log = structlog.get_logger(__name__)


async def write(
    rows: Transaction, account: AccountId, *, to: str, subject: str, body: str, of_use_for: timedelta
) -> None:
    """Have a mail sent once this transaction is committed; past `of_use_for` it is not sent any more."""
    await rows.execute(
        "insert into mail (account, recipient, subject, body, until) values ($1, $2, $3, $4, now() + $5::interval)",
        account,
        to,
        subject,
        body,
        of_use_for,
    )


class Outbox:
    """Sends what is written."""

    def __init__(self, database: Database, send: Send, sender: str) -> None:
        self.last_error: str | None = None
        """Why the last one was not sent; None: it was."""
        self.counts = Counter[bool]()
        """Mails by whether they could be sent; each attempt counts."""
        self._database = database
        self._send = send
        self._sender = sender
        self._news = asyncio.Event()

    def look(self) -> None:
        """One has just been written."""
        self._news.set()

    async def run(self) -> None:
        """Send, for ever."""
        while True:
            self._news.clear()
            while await self._send_next():
                pass
            try:
                async with asyncio.timeout(LOOK_EVERY_S):
                    await self._news.wait()
            except TimeoutError:
                continue

    async def _send_next(self) -> bool:
        """Whether there was one to send."""
        async with self._database.of_everybody() as rows:
            await rows.execute("delete from mail where until < now()")
            mail = await rows.fetchrow(
                "select id, account, recipient, subject, body, attempts from mail where next_at <= now()"
                " order by next_at, id limit 1 for update skip locked"
            )
            if mail is None:
                return False
            try:
                async with asyncio.timeout(SENT_WITHIN_S):
                    await self._send(self._message(mail))
            except (OSError, aiosmtplib.SMTPException, ValueError) as error:
                await self._put_off(rows, mail, error)
            else:
                await rows.execute("delete from mail where id = $1", mail["id"])
                self.last_error = None
                self.counts[True] += 1
                _log.info("mail_sent", account=mail["account"], mail=mail["id"])
            return True

    def _message(self, mail: Row) -> EmailMessage:
        message = EmailMessage()
        message["From"] = self._sender
        message["To"] = mail["recipient"]
        message["Subject"] = mail["subject"]
        message["Date"] = format_datetime(datetime.now(UTC))
        message["Message-ID"] = make_msgid(domain=self._sender.rpartition("@")[2])
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(mail["body"])
        return message

    async def _put_off(self, rows: Transaction, mail: Row, error: Exception) -> None:
        self.counts[False] += 1
        self.last_error = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        pause = min(FIRST_PAUSE * 2 ** min(mail["attempts"], 10), LONGEST_PAUSE)
        await rows.execute(
            "update mail set attempts = attempts + 1, next_at = now() + $2::interval, last_error = $3 where id = $1",
            mail["id"],
            pause,
            self.last_error,
        )
        _log.warning("mail_not_sent", account=mail["account"], mail=mail["id"], why=self.last_error)


def into_folder(folder: Path) -> Send:
    """Each mail a file, for its reader's eyes only."""

    def put(message: EmailMessage) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = f"{datetime.now(UTC):%Y%m%dT%H%M%S.%f}.eml"
        unfinished = folder / f"{name}.unfinished"
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(message.as_bytes())
        unfinished.rename(folder / name)

    async def send(message: EmailMessage) -> None:
        await asyncio.to_thread(put, message)

    return send


def by_smtp(url: str) -> Send:
    """To this server: `smtp://user:password@host:587`, encrypted where it can be, or `smtps://`, encrypted at once."""
    parts = urlsplit(url)
    at_once = parts.scheme == "smtps"

    async def send(message: EmailMessage) -> None:
        await aiosmtplib.send(
            message,
            hostname=parts.hostname,
            port=parts.port or (465 if at_once else 25),
            username=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            use_tls=at_once,
            timeout=SENT_WITHIN_S,
        )

    return send
