"""A transfer by a phone: REFER to a number or in place of a second call, and its progress (RFC 3515, 3891, 5589)."""

import re
from urllib.parse import quote

from tests.phone.dialog import Dialog
from tests.phone.line import Line
from tests.phone.message import Request, address, parameter
from tests.phone.waiting import until


class Transfer:
    """What became of a REFER; the phone's own call goes on until somebody hangs up."""

    def __init__(self) -> None:
        self.progress: list[int] = []
        """The statuses of the new call as they were told, or the refusal of the REFER itself."""

    def told(self, notify: Request) -> None:
        """Take a NOTIFY whose body is the first line of a response."""
        if line := re.match(r"SIP/2\.0 (\d{3})", notify.body):
            self.progress.append(int(line[1]))

    async def is_done(self, *, within: float = 5.0) -> int:
        """Wait for the final status: 200 where the other party is where it should be."""
        return await until(
            "the end of the transfer",
            lambda: next((status for status in self.progress if status >= 200), None),
            within=within,
        )


async def refer(line: Line, dialog: Dialog, target: str, transfer: Transfer) -> None:
    """Ask the other side of this dialog to call `target`, which is the value of a Refer-To header."""
    me = address(dialog.local).uri
    answer = await line.ask(
        lambda proof: dialog.request(
            "REFER", via=line.via(), extra=[("Refer-To", target), ("Referred-By", f"<{me}>"), *proof]
        )
    )
    if answer.status >= 300:
        transfer.progress.append(answer.status)


def in_place_of(dialog: Dialog) -> str:
    """A Refer-To: the call that this dialog is, seen from its other side."""
    uri = address(dialog.remote).uri
    to_tag, from_tag = parameter(dialog.remote, "tag"), parameter(dialog.local, "tag")
    replaced = f"{dialog.call_id};to-tag={to_tag};from-tag={from_tag}"
    return f"<{uri}?Replaces={quote(replaced, safe='')}>"
