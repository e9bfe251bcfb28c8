"""The caps on calls that go out, said again from the facts alone, and from what Asterisk has.

A part of `Ledger`, and as plain as that: every count is made anew.
"""

from datetime import datetime, timedelta
from typing import Final

from acd.model import Account, AgentId, CallId, ChannelId, OutboundCaps, QueueId
from acd.outputs import (
    CallbackAnswered,
    CallbackDialled,
    CallbackDue,
    CallbackPostponed,
    CallbackPromised,
    CallTransferred,
    ConfigurationChanged,
    OutboundCap,
    OutboundEnded,
    TransferRefused,
)
from tests.property.switch import ACCOUNT
from tests.property.waiting import WaitingBooks

DAY: Final = timedelta(hours=24)
HOUR: Final = timedelta(hours=1)
BY_ACCOUNT: Final = (OutboundCap.AT_ONCE, OutboundCap.PER_HOUR, OutboundCap.PER_DAY)
BY_AGENT: Final = (OutboundCap.AGENT_AT_ONCE, OutboundCap.AGENT_PER_HOUR, OutboundCap.AGENT_PER_DAY)


class OutboundBooks(WaitingBooks):
    """What goes out. `lines` is what Asterisk has, channel by channel, before each step: who has caused it, or None."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[AgentId | None] = []
        self.began: list[tuple[datetime, AgentId | None]] = []
        self.account = Account(id=ACCOUNT)
        self.sent_by: dict[ChannelId, AgentId] = {}
        """Who has passed on outside the caller on this channel."""
        self.line_of: dict[CallId, ChannelId] = {}
        self.promises_end: dict[CallId, datetime] = {}
        self.capped: dict[CallId, OutboundCap] = {}

    def account_changes(self, fact: ConfigurationChanged) -> None:
        """Other caps, perhaps."""
        self.account = next(iter(fact.accounts), self.account)

    def reached_caps(self, agent: AgentId | None, at: datetime) -> set[OutboundCap]:
        """All that forbid one call more."""
        found = set(
            _caps(self.account.outbound_caps, len(self.lines), [when for when, _ in self.began], at, BY_ACCOUNT)
        )
        if agent is not None:
            his = [when for when, who in self.began if who == agent]
            caps = self.account.outbound_caps_of_agent
            found |= set(_caps(caps, self.lines.count(agent), his, at, BY_AGENT))
        return found

    def callback_promised(self, fact: CallbackPromised, at: datetime) -> None:
        """A promise lasts for a day where only a cap is in its way."""
        super().callback_promised(fact, at)
        assert fact.until is not None
        assert fact.until == at + DAY
        self.promises_end[fact.call] = fact.until

    def callback_dialled(self, fact: CallbackDialled, at: datetime) -> None:
        """No cap is in the way."""
        self.dialled(fact)
        assert not self.reached_caps(None, at)
        self.began.append((at, None))
        self.lines.append(None)

    def callback_answered(self, fact: CallbackAnswered, at: datetime) -> None:
        """From now on this is his channel."""
        calling = self.calls[fact.call].calling
        assert calling is not None
        self.line_of[fact.call] = calling
        super().callback_answered(fact, at)

    def callback_postponed(self, fact: CallbackPostponed, at: datetime) -> None:
        """That cap is reached; he waits until it can be so no more, or is given up after a day."""
        waiter, end = self.calls[fact.call], self.promises_end[fact.call]
        assert waiter.callback is not None
        assert waiter.agent is None
        assert fact.cap in self.reached_caps(None, at)
        assert (fact.again is None) == (at >= end)
        if fact.cap is OutboundCap.AT_ONCE:
            assert fact.again in (None, end)
        elif fact.again not in (None, end):
            span = HOUR if fact.cap is OutboundCap.PER_HOUR else DAY
            assert fact.again - span in [when for when, _ in self.began]
        waiter.again, waiter.calling, waiter.waits_since = fact.again, None, at
        self.capped[fact.call] = fact.cap
        self.reached[f"call-back postponed: {fact.cap}"] += 1

    def callback_due(self, fact: CallbackDue, at: datetime) -> None:
        """Whom a cap has kept waiting is looked at earlier where something has changed."""
        if self.capped.pop(fact.call, None) is None:
            assert self.calls[fact.call].again == at, "it is tried again at its instant"
        self.calls[fact.call].again = None

    def goes_outside(self, fact: CallTransferred, at: datetime) -> None:
        """Whether it is outside is known by the number; no cap is in the way."""
        known = {QueueId(f"{fact.to}@{ACCOUNT}")} & self.queues.keys() or {f"{fact.to}@{ACCOUNT}"} & self.agents
        assert fact.outside == (fact.kind == "blind" and not known)
        if fact.outside:
            assert fact.to.startswith("555")
            assert not self.reached_caps(fact.agent, at)
            self.began.append((at, fact.agent))
            self.lines.append(fact.agent)
            self.sent_by[self.line_of.get(fact.call, ChannelId(fact.call))] = fact.agent
            self.reached["passed on outside"] += 1

    def transfer_capped(self, fact: TransferRefused, at: datetime) -> None:
        """A cap that is named is reached."""
        if fact.cap is not None:
            assert fact.cap in self.reached_caps(fact.agent, at)
            self.reached[f"transfer capped: {fact.cap}"] += 1

    def outbound_ended(self, fact: OutboundEnded) -> None:
        """It went out."""
        assert fact.channel in self.sent_by or fact.channel in self.back_channels
        self.reached["a line outside ends"] += 1

    def lines_at_rest(self) -> None:
        """Where a line is free, so many of each queue do not wait for one as there are free ones, or nobody does."""
        free = self.account.outbound_caps.at_once - len(self.lines)
        for queue in self.queues if free > 0 else ():
            calls = {call: of for call, of in self.calls.items() if of.queue == queue and of.callback is not None}
            wait = [call for call in calls if self.capped.get(call) is OutboundCap.AT_ONCE]
            looked_at = [call for call, of in calls.items() if call not in wait and of.agent is None]
            assert not wait or len(looked_at) >= free, f"{wait} wait for a line, and {free} are free"


def _caps(
    caps: OutboundCaps, lines: int, began: list[datetime], at: datetime, names: tuple[OutboundCap, ...]
) -> list[OutboundCap]:
    hour, day = (sum(when > at - span for when in began) for span in (HOUR, DAY))
    counts = zip((lines, hour, day), (caps.at_once, caps.per_hour, caps.per_day), names, strict=True)
    return [name for count, most, name in counts if count >= most]
