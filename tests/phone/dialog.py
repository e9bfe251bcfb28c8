"""The names that both sides of a call agree on, and requests inside it (RFC 3261, 12)."""

import secrets
from dataclasses import dataclass, field

from tests.phone.message import Headers, Message, Request, address, parameter


@dataclass(slots=True, kw_only=True)
class Dialog:
    """One side's view of a call's identity."""

    call_id: str = field(default_factory=lambda: secrets.token_hex(12))
    local: str
    """From (or To) of our side, with its tag."""
    remote: str
    """The other side's, with its tag as soon as it has one."""
    target: str
    """Where requests go: the other side's Contact."""
    contact: str
    sequence: int = 0

    def request(self, method: str, *, via: str, extra: Headers | None = None, body: str = "") -> Request:
        """The next request of our side."""
        self.sequence += 1
        return self._request(method, self.sequence, via, extra, body)

    def ack(self, sequence: int, *, via: str) -> Request:
        """Of a 2xx to an INVITE."""
        return self._request("ACK", sequence, via, None, "")

    def _request(self, method: str, sequence: int, via: str, extra: Headers | None, body: str) -> Request:
        headers: Headers = [
            ("Via", via),
            ("Max-Forwards", "70"),
            ("From", self.local),
            ("To", self.remote),
            ("Call-ID", self.call_id),
            ("CSeq", f"{sequence} {method}"),
            ("Contact", self.contact),
            *(extra or []),
        ]
        return Request(method=method, uri=self.target, headers=headers, body=body)

    def learn(self, answer: Message) -> None:
        """Take the other side's tag and Contact from its answer."""
        if parameter(answer.get("To"), "tag"):
            self.remote = answer.get("To")
        if contact := answer.get("Contact"):
            self.target = address(contact).uri


def answering(invite: Request, *, contact: str) -> Dialog:
    """Our view of a call that the other side has begun."""
    return Dialog(
        call_id=invite.call_id,
        local=f"{invite.get('To')};tag={secrets.token_hex(6)}",
        remote=invite.get("From"),
        target=address(invite.get("Contact")).uri,
        contact=contact,
    )
