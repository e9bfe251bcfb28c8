"""The history of calls, newest first, a page at a time: by whom they were, when, and what a search finds in them."""

import base64
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec

from acd.model import AccountId
from portal.database import Row, Transaction

COLUMNS: Final = (
    "c.call, c.direction, c.queue, c.agent, c.number, c.name, c.origin, c.arrived, c.missed_by, c.outcome,"
    " extract(epoch from c.waited)::float8 as waited_s, extract(epoch from c.talked)::float8 as talked_s"
)

_FITS: Final = """
       ($7::text is null or position($7 in c.searched) > 0 or c.queue = any($8::text[]) or c.agent = any($9::text[]))
   and ($10::text[] is null or exists (
           select from call_party also where also.account = $1 and also.party = any($10) and also.call = c.call))
"""

_OF_ACCOUNT: Final = f"""
    select {COLUMNS} from call_record c
     where c.account = $1 and c.arrived >= $2 and c.arrived < $3 and (c.arrived, c.call) < ($4, $5) and {_FITS}
     order by c.arrived desc, c.call desc limit $6
"""  # noqa: S608 - parts of ours

_OF_PARTIES: Final = f"""
    select distinct {COLUMNS}
      from unnest($11::text[]) as of_party (number)
     cross join lateral (
           select c.* from call_party p join call_record c on c.account = $1 and c.call = p.call
            where p.account = $1 and p.party = of_party.number
              and p.arrived >= $2 and p.arrived < $3 and (p.arrived, p.call) < ($4, $5) and {_FITS}
            order by p.arrived desc, p.call desc limit $6
     ) c
     order by c.arrived desc, c.call desc limit $6
"""  # noqa: S608 - parts of ours


class Place(msgspec.Struct, frozen=True, array_like=True):
    """Where a page has ended: what follows is before this."""

    arrived: datetime
    call: str

    def __str__(self) -> str:
        return base64.urlsafe_b64encode(msgspec.json.encode(self)).decode().rstrip("=")


def place(text: str) -> Place:
    """What `str` gave. Raises ValueError."""
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), type=Place)
    except (ValueError, msgspec.MsgspecError):
        raise ValueError from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which calls."""

    parties: tuple[str, ...] | None
    """Those of any of these queues and agents; None: all of the account."""
    also: tuple[str, ...] | None = None
    """And of any of these."""
    begin: datetime
    end: datetime
    before: Place | None = None
    search: str | None = None
    """Part of the number or name of the other side."""
    queues_found: tuple[str, ...] = ()
    """Queues whose name has it."""
    agents_found: tuple[str, ...] = ()
    limit: int


async def page(rows: Transaction, account: AccountId, wanted: Wanted) -> list[Row]:
    """The next ones, at most as many as wanted."""
    before = wanted.before or Place(wanted.end, "")
    given: list[object] = [
        *(account, wanted.begin, wanted.end, before.arrived, before.call, wanted.limit),
        *(_needle(wanted.search), wanted.queues_found, wanted.agents_found, wanted.also),
    ]
    if wanted.parties is None:
        return await rows.fetch(_OF_ACCOUNT, *given)
    return await rows.fetch(_OF_PARTIES, *given, wanted.parties)


def _needle(search: str | None) -> str | None:
    """As it stands in `call_record.searched`: of a number, however it is written, the digits count."""
    if search is None:
        return None
    digits = "".join(letter for letter in search if letter.isdigit())
    is_number = bool(digits) and not any(letter.isalpha() for letter in search)
    return digits if is_number else search.lower()


async def is_known(rows: Transaction, account: AccountId, party: str) -> bool:
    """Whether the history has any call of this queue or agent, who may be gone by now."""
    return bool(
        await rows.fetchval("select exists (select from call_party where account = $1 and party = $2)", account, party)
    )
