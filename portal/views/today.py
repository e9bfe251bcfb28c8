"""The figures of today: for each account from midnight in its time zone on, whatever the clock of the machine says."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from acd.figures import AgentMeasures, QueueMeasures
from acd.measures import Measures
from acd.model import Account, AccountId, AgentId, QueueId
from acd.outputs import ConfigurationChanged, Recorded
from acd.records import Records

_NOTHING: Final = QueueMeasures()


class Today:
    """Begun with what there was at some moment, told every fact since; it forgets at each midnight what came before."""

    def __init__(self, records: Records | None = None) -> None:
        """`records`: as they were then; None: nothing had happened yet."""
        begins = records or Records()
        self._measures = Measures(begins.latest, begins)
        self._zones: dict[AccountId, ZoneInfo] = {}
        self._ends: dict[AccountId, datetime] = {}
        """When the day of each account is over."""
        self._next = datetime.max.replace(tzinfo=UTC)
        """The earliest of these."""
        for account in begins.accounts.values():
            self._know(account, begins.latest)

    def note(self, recorded: Recorded) -> bool:
        """One fact more, not before the last one. Whether a new day has begun with it."""
        begun = self.bring_to(recorded.at)
        self._measures.note(recorded)
        match recorded.fact:
            case ConfigurationChanged() as fact:
                for account in fact.accounts:
                    self._know(account, recorded.at)
            case _:
                pass
        return begun

    def bring_to(self, now: datetime) -> bool:
        """Let a new day begin where it has by now. Whether one has."""
        if now < self._next:
            return False
        for account in sorted(account for account, end in self._ends.items() if end <= now):
            zone = self._zones[account]
            self._begin_day(account, midnight_before(now, zone))
            self._ends[account] = midnight_after(now, zone)
        self._next = min(self._ends.values())
        return True

    def queue(self, queue: QueueId) -> QueueMeasures:
        """Of one queue; not to be changed."""
        return self._measures.queues.get(queue, _NOTHING)

    def agent(self, agent: AgentId, now: datetime) -> AgentMeasures:
        """Of one agent, all his time up to now counted; not to be changed."""
        return self._measures.of_agent(agent, now)

    def _know(self, account: Account, now: datetime) -> None:
        zone = zone_of(account)
        if self._zones.get(account.id) != zone:
            self._zones[account.id] = zone
            self._ends[account.id] = midnight_after(now, zone)
            self._next = min(self._ends.values())

    def _begin_day(self, account: AccountId, at: datetime) -> None:
        of_account = f"@{account}"
        self._measures.begin_anew(
            [queue for queue in self._measures.queues if queue.endswith(of_account)],
            [agent for agent in self._measures.agents if agent.endswith(of_account)],
            at,
        )


def zone_of(account: Account) -> ZoneInfo:
    """Its time zone; UTC where nobody knows the name any more."""
    try:
        return ZoneInfo(account.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def midnight_before(instant: datetime, zone: ZoneInfo) -> datetime:
    """When the day began, there, in which this is."""
    return _begin(instant.astimezone(zone).date(), zone)


def midnight_after(instant: datetime, zone: ZoneInfo) -> datetime:
    """When the next one begins, in 23 to 25 hours of a day."""
    return _begin(instant.astimezone(zone).date() + timedelta(days=1), zone)


def _begin(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of a day; where clocks go forward at midnight, the one after the gap."""
    return datetime.combine(day, time(), zone).astimezone(UTC)
