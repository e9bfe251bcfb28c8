"""Days and hours as people mean them: in a time zone, on days of 23 and 25 hours as well.

They are made here, with their true lengths, and handed to the database as instants: nothing else ever cuts time into
pieces.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)


class By(StrEnum):
    """Into what a report is cut."""

    HOUR = "hour"
    DAY = "day"
    TOTAL = "total"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bins:
    """Pieces of time, one after the other without gaps, each with a beginning and an end that differ."""

    zone: ZoneInfo
    edges: tuple[datetime, ...]
    """The beginnings, and the end of the last one; in UTC."""

    @property
    def begin(self) -> datetime:
        """Of the first one."""
        return self.edges[0]

    @property
    def end(self) -> datetime:
        """Of the last one."""
        return self.edges[-1]

    def __len__(self) -> int:
        return len(self.edges) - 1

    def local(self, number: int) -> datetime:
        """When this one begins, by a clock there; its offset tells a repeated hour from the first."""
        return self.edges[number].astimezone(self.zone)


def day_begins(zone: ZoneInfo, day: date) -> datetime:
    """Its first instant: midnight, or what follows where clocks skip that."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def bins(zone: ZoneInfo, begin: datetime, end: datetime, by: By) -> Bins:
    """This span in pieces; the first and the last one may be shorter than a day or an hour."""
    edges = [begin.astimezone(UTC)]
    while by is not By.TOTAL:
        following = _next_day(zone, edges[-1]) if by is By.DAY else _next_hour(zone, edges[-1])
        if following >= end:
            break
        edges.append(following)
    edges.append(end.astimezone(UTC))
    return Bins(zone=zone, edges=tuple(edges))


def _next_day(zone: ZoneInfo, at: datetime) -> datetime:
    day = at.astimezone(zone).date()
    while (following := day_begins(zone, day := day + _DAY)) <= at:
        pass  # a day that clocks there have skipped
    return following


def _next_hour(zone: ZoneInfo, at: datetime) -> datetime:
    """The next full hour that a clock there shows, which is not always an hour away."""
    local = at.astimezone(zone)
    return at + _HOUR - timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)


def last_hours(zone: ZoneInfo, now: datetime, count: int) -> Bins:
    """So many hours of the clock, the running one last."""
    edges = [day_begins(zone, (now - _HOUR * count - _DAY).astimezone(zone).date())]
    while edges[-1] <= now:
        edges.append(_next_hour(zone, edges[-1]))
    return Bins(zone=zone, edges=tuple(edges[-count - 1 :]))


def last_days(zone: ZoneInfo, now: datetime, count: int) -> Bins:
    """So many days of the calendar, today last."""
    today = now.astimezone(zone).date()
    edges = {day_begins(zone, today - _DAY * back) for back in range(-1, count)}
    return Bins(zone=zone, edges=tuple(sorted(edges)))
