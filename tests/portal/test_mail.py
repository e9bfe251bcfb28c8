"""Mails: kept until they are sent, by a real server that may be away, or into a folder."""

import stat
from collections.abc import AsyncIterator
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from portal import mail
from portal.background import kept_going
from portal.database import Database
from portal.mail import Outbox, by_smtp, into_folder
from tests.phone.waiting import until
from tests.portal.live import OURS, fill
from tests.ports import free_port

WITHIN_S = 10.0


@pytest.fixture
async def walled(owned_database: str) -> AsyncIterator[Database]:
    """The portal's way to the database."""
    await fill(owned_database)
    database = await Database.open(owned_database)
    yield database
    database.close()


class Letterbox:
    """What a mail server has taken."""

    def __init__(self) -> None:
        self.taken: list[tuple[list[str], bytes]] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        self.taken.append((envelope.rcpt_tos, envelope.content))
        return "250 taken"


async def write(walled: Database, *, of_use_for: timedelta = timedelta(hours=1)) -> None:
    async with walled.of(OURS) as rows:
        await mail.write(rows, OURS, to="anna@ours.example", subject="Ünïcode", body="Grüße\n", of_use_for=of_use_for)


async def test_a_server_that_is_away_delays_a_mail_and_no_more(walled: Database) -> None:
    port = free_port()
    outbox = Outbox(walled, by_smtp(f"smtp://127.0.0.1:{port}"), "acd@ours.example")
    letterbox = Letterbox()
    server = Controller(letterbox, hostname="127.0.0.1", port=port)
    await write(walled)
    async with kept_going(mail=outbox.run):
        await until("a failure", lambda: outbox.last_error is not None, within=WITHIN_S)
        server.start()
        try:
            async with walled.of(OURS) as rows:
                [row] = await rows.fetch("select attempts, next_at > now() as later, last_error from mail")
                assert (row["attempts"], row["later"], row["last_error"]) == (1, True, outbox.last_error)
                await rows.execute("update mail set next_at = now()")
            outbox.look()
            await until("the mail", lambda: letterbox.taken and outbox.last_error is None, within=WITHIN_S)
        finally:
            server.stop()
    [(recipients, content)] = letterbox.taken
    assert recipients == ["anna@ours.example"]
    assert b"Auto-Submitted: auto-generated" in content
    assert outbox.counts == {True: 1, False: 1}
    async with walled.of(OURS) as rows:
        assert await rows.fetchval("select count(*) from mail") == 0


async def test_what_is_of_no_use_any_more_is_not_sent(walled: Database) -> None:
    sent: list[EmailMessage] = []

    async def send(message: EmailMessage) -> None:
        sent.append(message)

    await write(walled, of_use_for=timedelta(seconds=-1))
    await write(walled)
    async with kept_going(mail=Outbox(walled, send, "acd@ours.example").run):
        await until("a mail", lambda: sent, within=WITHIN_S)
    assert len(sent) == 1
    assert sent[0]["Subject"] == "Ünïcode"


async def test_a_folder_gets_one_file_for_each_that_nobody_else_reads(tmp_path: Path) -> None:
    message = EmailMessage()
    message["To"] = "anna@ours.example"
    message.set_content("Grüße")
    send = into_folder(tmp_path / "mail")
    for _ in range(2):
        await send(message)
    files = list((tmp_path / "mail").iterdir())
    assert [(file.suffix, stat.S_IMODE(file.stat().st_mode)) for file in files] == [(".eml", 0o600)] * 2
