"""Who did what, for those who look after the account. Rows are only ever added; they never hold a secret."""

from collections.abc import Mapping
from typing import Final

import msgspec

from acd.model import AccountId
from portal.database import Transaction
from portal.who import Who

_ENCODER: Final = msgspec.json.Encoder(enc_hook=str)


async def note(
    rows: Transaction, who: Who, action: str, subject: str, detail: Mapping[str, object] | None = None
) -> None:
    """He did this, to that: `note(rows, who, "queue_changed", "queue 7001", {"wrap_up": ["10s", "15s"]})`.

    In the transaction of what was done, where there is one, so that there is never one without the other.
    """
    await note_of(rows, who.account, who.extension, action, subject, detail)


async def note_of(
    rows: Transaction,
    account: AccountId,
    actor: str | None,
    action: str,
    subject: str,
    detail: Mapping[str, object] | None = None,
) -> None:
    """As `note`, of one who is not logged in; `actor` is None where nobody is known to have done it."""
    await rows.execute(
        "insert into audit (account, actor, action, subject, detail) values ($1, $2, $3, $4, $5)",
        account,
        actor,
        action,
        subject,
        _ENCODER.encode(detail or {}).decode(),
    )
