"""Calls of phones that are no queue's: those that a phone makes, and direct calls to it. Pure, for `fold`.

A call between two phones of the account is two calls here, one as each side sees it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from acd.dialled import rung_by_us
from acd.model import AgentId, ChannelId
from portal.history.rows import CallRow, Direction, searched

_AT_ONCE: Final = timedelta(seconds=1)
"""Phones of one person that begin to ring so shortly one after the other ring for one call."""


@dataclass(slots=True, kw_only=True)
class PhoneCall:
    """A channel of a phone, as long as it is there."""

    channel: ChannelId
    agent: AgentId
    since: datetime
    outgoing: bool = False
    connected: datetime | None = None
    row: CallRow | None = None
    """None: it is no call that the history shows, or it is not known yet with whom."""

    @property
    def rings(self) -> bool:
        """Whether it is called, and nobody has answered."""
        return not self.outgoing and self.connected is None

    @property
    def is_told(self) -> bool:
        """Whether the history shows such a call at all: not that of a supervisor who listens in."""
        return self.outgoing or not rung_by_us(self.channel)

    def rings_with(self, other: "PhoneCall") -> bool:
        """Whether these two are phones of one person that ring for one call."""
        together = abs(self.since - other.since) <= _AT_ONCE
        return other is not self and other.agent == self.agent and other.rings and together

    def answers_for(self, other: "PhoneCall", number: str) -> bool:
        """Whether he took the other one's call on this phone."""
        taken = self.connected is not None and self.connected >= other.since
        return self.agent == other.agent and self.row is not None and self.row.number == number and taken

    def begins(self, number: str, origin: str, *, inside: bool) -> CallRow:
        """What the history shows of it from now on."""
        extension, _, account = self.agent.partition("@")
        outward = Direction.OUTBOUND if self.outgoing else Direction.INBOUND
        self.row = CallRow(
            account=account,
            call=self.channel,
            direction=Direction.INTERNAL if inside else outward,
            number=number,
            name="",
            origin=origin,
            searched=searched(number, ""),
            arrived=self.since,
            agent=extension,
            parties=[extension],
            outcome="talking",
        )
        return self.row

    def is_connected(self, at: datetime) -> None:
        """From now on they talk; of one that we rang for a click, from now on it is dialled."""
        self.connected = at
        if self.row is not None:
            self.row.waited = at - self.since

    def ends(self, at: datetime) -> None:
        """What became of it."""
        if self.row is None:
            return
        row = self.row
        row.ended = at
        if self.connected is not None:
            row.talked = at - self.connected
            row.outcome = "dialled" if self.outgoing and rung_by_us(self.channel) else "answered"
            return
        row.waited = at - self.since
        row.outcome = "not_answered" if self.outgoing else "missed"
        if not self.outgoing and row.agent is not None:
            row.missed_by, row.agent = [row.agent], None
