"""A lamp beside a number on a phone's front: SUBSCRIBE to its dialogs, and every state that was told (RFC 4235)."""

import asyncio
from dataclasses import dataclass
from xml.etree import ElementTree

from tests.phone.dialog import Dialog
from tests.phone.line import Line
from tests.phone.message import Headers, Request, response_to
from tests.phone.waiting import until
from tests.phone.wire import ServerTransaction

EXPIRES_SECONDS = 600
DIALOGS = "{urn:ietf:params:xml:ns:dialog-info}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a lamp showed from this instant on (event loop's clock)."""

    at: float
    state: str
    """Of the first dialog: `terminated` (dark), `early` (it rings), `confirmed` (lit)."""


class Lamp:
    """One subscription. `Phone.watch` makes it."""

    def __init__(self, line: Line, dialog: Dialog) -> None:
        self.shown: list[Shown] = []
        """Every state that was told, also one that repeats the last."""
        self.is_watched = False
        self.status = 0
        """Of the last SUBSCRIBE: 404 where the number has no lamp."""
        self._line, self._dialog = line, dialog

    @property
    def id(self) -> str:
        return self._dialog.call_id

    @property
    def state(self) -> str:
        """What it shows now; empty before the first word."""
        return self.shown[-1].state if self.shown else ""

    async def shows(self, state: str, *, within: float = 3.0) -> None:
        """Wait until the lamp shows this."""
        await until(f"a lamp that shows {state}", lambda: self.state == state, within=within)

    async def watch(self) -> None:
        """Subscribe, and wait for the first state where the server agrees."""
        await self._subscribe(EXPIRES_SECONDS)
        if self.status == 200:
            await until("the first state of a lamp", lambda: self.shown, within=3)

    async def unwatch(self) -> None:
        """End the subscription; returns when the server has said that it is over."""
        await self._subscribe(0)
        await until("the end of a subscription", lambda: not self.is_watched, within=3)

    async def _subscribe(self, expires_seconds: int) -> None:
        def build(proof: Headers) -> Request:
            extra: Headers = [
                ("Event", "dialog"),
                ("Accept", "application/dialog-info+xml"),
                ("Expires", str(expires_seconds)),
                *proof,
            ]
            return self._dialog.request("SUBSCRIBE", via=self._line.via(), extra=extra)

        answer = await self._line.ask(build)
        self.status = answer.status
        if answer.status == 200:
            self._dialog.learn(answer)
        else:
            self.is_watched = False

    def told(self, transaction: ServerTransaction) -> None:
        """A NOTIFY of this subscription; it may come before the answer to the SUBSCRIBE."""
        notify = transaction.request
        transaction.respond(response_to(notify, 200))
        self.is_watched = not notify.get("Subscription-State").startswith("terminated")
        if notify.body:
            at = asyncio.get_running_loop().time()
            self.shown.append(Shown(at=at, state=read_state(notify.body)))


def read_state(body: str) -> str:
    """The state of the first dialog of a dialog-info document; none at all is `terminated`."""
    state = ElementTree.fromstring(body).find(f"{DIALOGS}dialog/{DIALOGS}state")
    return "terminated" if state is None else (state.text or "").strip()
