"""What somebody may look at in the past, and at which part of it: his role, his queues, the account's own days."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from acd.centre import Role
from acd.model import AccountId, agent_id, queue_id
from acd.state import State
from portal.database import Transaction
from portal.history.calls import is_known
from portal.history.days import By, day_begins
from portal.problems import Fault, not_allowed, not_found, wrong
from portal.who import Who

LONGEST: Final = {
    By.HOUR: timedelta(days=32),
    By.DAY: timedelta(days=750),
    By.TOTAL: timedelta(days=4000),
}
"""How long a span may be, cut so: what is asked for is to be answered in a second or two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What of the account's past he may see; None: all of it."""

    queues: tuple[str, ...] | None
    agents: tuple[str, ...] | None

    @property
    def parties(self) -> tuple[str, ...] | None:
        """Whose calls."""
        return None if self.queues is None or self.agents is None else self.queues + self.agents


def sight_of_calls(who: Who) -> Sight:
    """Of calls: those of his queues, and his own."""
    if who.role is Role.OFFICE_MANAGER:
        return Sight(queues=None, agents=None)
    queues = tuple(sorted(who.supervises)) if who.role is Role.SUPERVISOR else ()
    return Sight(queues=queues, agents=(who.extension,))


def sight_of_figures(who: Who, state: State) -> Sight:
    """Of figures: those of his queues, and of who answers these now; an agent sees his own, over all queues."""
    match who.role:
        case Role.OFFICE_MANAGER:
            return Sight(queues=None, agents=None)
        case Role.AGENT:
            return Sight(queues=None, agents=(who.extension,))
        case Role.SUPERVISOR:
            return Sight(queues=tuple(sorted(who.supervises)), agents=tuple(sorted(_agents_of(who, state))))


def _agents_of(who: Who, state: State) -> set[str]:
    agents = state.records.agents
    return {
        agents[agent].extension
        for agent, queues in state.records.assignments.items()
        if agent in agents
        and agents[agent].account == who.account
        and any(state.records.queues[queue].number in who.supervises for queue in queues)
    }


async def queue_in_sight(rows: Transaction, who: Who, state: State, number: str, *, own: bool) -> str:
    """This queue, be it there still or not; raises `Problem` 404 where he does not look after it.

    `own`: it is asked for with his own calls or figures alone, and so may be one that he answers.
    """
    if not who.supervises_queue(number) and not (own and _answers(who, state, number)):
        raise not_found("queue")
    if queue_id(who.account, number) not in state.records.queues and not await is_known(rows, who.account, number):
        raise not_found("queue")
    return number


async def agent_in_sight(rows: Transaction, who: Who, state: State, extension: str) -> str:
    """This user, be he there still or not; raises `Problem`: 403 for an agent who asks for others, 404 else."""
    if extension == who.extension:
        return extension
    if who.role is Role.AGENT:
        raise not_allowed("Agents can ask for themselves only.")
    if who.role is Role.SUPERVISOR and extension not in _agents_of(who, state):
        raise not_found("agent")
    if agent_id(who.account, extension) not in state.records.agents and not await is_known(
        rows, who.account, extension
    ):
        raise not_found("agent")
    return extension


def _answers(who: Who, state: State, number: str) -> bool:
    return queue_id(who.account, number) in state.records.assignments.get(who.agent, {})


# --- when


async def zone_of(rows: Transaction, account: AccountId) -> ZoneInfo:
    """In which the account's days begin."""
    name = await rows.fetchval("select time_zone from account where domain = $1", account)
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def span(zone: ZoneInfo, begin: str | None, end: str | None, now: datetime, by: By | None) -> tuple[datetime, datetime]:
    """From when to when: whole days, the last one included, or instants. Neither given: today.

    Raises `Problem` 422 for what is neither, or longer than what is cut so may be (`by` None: not cut at all).
    """
    today = now.astimezone(zone).date()
    first = _instant(zone, begin, "from", today)
    last = _instant(zone, end, "to", today, following=1)
    if first >= last:
        raise wrong([Fault(place="to", said="is before the beginning; give a later day")])
    if by is not None and last - first > LONGEST[by]:
        raise wrong([Fault(place="from", said=f"is too long ago for this: {LONGEST[by].days} days by {by} at most")])
    return first, last


def _instant(zone: ZoneInfo, text: str | None, place: str, today: date, following: int = 0) -> datetime:
    try:
        if text is None or len(text) == len("2026-11-23"):
            day = today if text is None else date.fromisoformat(text)
            return day_begins(zone, day + timedelta(days=following))
        at = datetime.fromisoformat(text)
        if at.tzinfo is None:
            raise ValueError
    except (ValueError, OverflowError):
        said = "is neither a day (2026-11-23) nor an instant (2026-11-23T10:00:00Z)"
        raise wrong([Fault(place=place, said=said)]) from None
    return at
