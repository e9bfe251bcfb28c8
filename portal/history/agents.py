"""The time of agents, as spans: one begins whenever an agent's status changes, or what he does.

What counts first of several things at once is the order of `acd.figures.Doing`.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from acd.figures import Doing
from acd.model import OFFLINE, AgentId, CallId, ChannelId, OfferId, QueueId, Status
from portal.history.rows import SpanRow

LONGEST: Final = timedelta(days=1)
"""A longer span is kept as several, so that a report need not look further back than this for what reaches into it."""


@dataclass(slots=True, kw_only=True)
class WrapUpNow:
    """A wrap-up that runs."""

    queue: QueueId
    call: CallId
    since: datetime


@dataclass(slots=True, kw_only=True)
class AgentNow:
    """What an agent is at, as far as facts have told."""

    id: AgentId
    status: Status = OFFLINE
    gone: bool = False
    offers: set[OfferId] = field(default_factory=set[OfferId])
    calls: set[CallId] = field(default_factory=set[CallId])
    others: set[ChannelId] = field(default_factory=set[ChannelId])
    wrap_up: WrapUpNow | None = None
    since: datetime | None = None
    """When his present span began; None: he has none, for he is gone or was never there."""
    was_status: Status = OFFLINE
    was_doing: Doing = Doing.OFFLINE

    @property
    def doing(self) -> Doing:
        """By what of it counts first."""
        return Doing.of(
            self.status,
            talks=bool(self.calls),
            wraps_up=self.wrap_up is not None,
            is_on_other_call=bool(self.others),
            rings=bool(self.offers),
        )

    def spans(self, at: datetime) -> list[SpanRow]:
        """What there is to write, now that something of him has changed: the end of one span, the start of another."""
        status, doing = self.status, self.doing
        ends = self.gone and doing is Doing.OFFLINE
        if self.since is not None and not ends and (status, doing) == (self.was_status, self.was_doing):
            return []
        rows = [] if self.since is None else self._pieces(self.since, at)
        self.since, self.was_status, self.was_doing = None if ends else at, status, doing
        if self.since is not None:
            rows.append(self._row(at, None))
        return rows

    def _pieces(self, since: datetime, until: datetime) -> list[SpanRow]:
        rows: list[SpanRow] = []
        while until - since > LONGEST:
            rows.append(self._row(since, since + LONGEST))
            since += LONGEST
        rows.append(self._row(since, until))
        return rows

    def _row(self, since: datetime, until: datetime | None) -> SpanRow:
        extension, _, account = self.id.partition("@")
        return SpanRow(
            account=account,
            agent=extension,
            since=since,
            until=until,
            status=self.was_status,
            doing=self.was_doing,
        )
