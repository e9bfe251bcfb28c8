"""A centre at one moment, as `acd status` and `acd top` show it: pure functions of the state. They change nothing.

The rows of queues and agents are those of the pages' API.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from acd.model import AccountId, CallId
from acd.records import CallRecord, Records
from acd.state import State
from portal.views.agents import AgentRow, agent_row
from portal.views.presence import Presence
from portal.views.queues import QueueRow, queue_row
from portal.views.today import Today
from portal.views.words import number_of, text


class CallerDoing(StrEnum):
    """What a caller in our care is doing."""

    WAITING = "waiting"
    RINGING = "ringing"
    """He waits, and it rings for him."""
    PROMISED = "promised"
    """He has hung up, and is to be called back."""
    CALLED_BACK = "called_back"
    """His phone rings, and an agent waits for him to pick up."""
    ANSWERED = "answered"
    """Not joined yet: the agent is being told who comes."""
    TALKING = "talking"
    ON_HOLD = "on_hold"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerRow:
    """A caller in our care."""

    call: CallId
    queue: str
    number: str
    name: str
    doing: CallerDoing
    since: datetime
    """When he came, while he waits; then when he was answered, joined or put on hold."""
    agents: tuple[str, ...]
    """Who rings for him, or talks to him."""
    priority: int | None

    @property
    def waits(self) -> bool:
        """Nobody has answered him yet."""
        return self.doing in (CallerDoing.WAITING, CallerDoing.RINGING, CallerDoing.PROMISED)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountGlance:
    """One account."""

    account: AccountId
    queues: tuple[QueueRow, ...]
    agents: tuple[AgentRow, ...]
    """Those who answer a queue."""
    callers: tuple[CallerRow, ...]
    """Who waits longest first, then who is served."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """All of it."""

    at: datetime
    latest: datetime | None
    """The instant of the last fact; None: nothing has happened yet."""
    phones: int
    phones_registered: int
    accounts: tuple[AccountGlance, ...]


def glance(state: State, today: Today, now: datetime) -> Glance:
    """What there is now, and its day so far."""
    latest = state.records.latest
    now = max(now, latest)  # the engine's clock may be ahead of ours
    today.bring_to(now)
    presence = Presence()
    presence.look(state, list(state.records.agents))
    devices = state.records.device_records.values()
    accounts = sorted({agent.account for agent in state.records.agents.values()} | set(state.records.accounts))
    return Glance(
        at=now,
        latest=latest if latest > Records().latest else None,
        phones=len(devices),
        phones_registered=sum(device.reachable for device in devices),
        accounts=tuple(_account(state, today, presence, account, now) for account in accounts),
    )


def _account(state: State, today: Today, presence: Presence, account: AccountId, now: datetime) -> AccountGlance:
    queues = sorted((q for q in state.records.queues.values() if q.account == account), key=lambda q: q.number)
    agents = sorted(agent.id for agent in state.records.agents.values() if agent.account == account)
    rows = (agent_row(state, agent, None, today.agent(agent, now)) for agent in agents)
    return AccountGlance(
        account=account,
        queues=tuple(queue_row(state, queue, presence.of(queue.id), today.queue(queue.id)) for queue in queues),
        agents=tuple(row for row in rows if row is not None),
        callers=tuple(sorted(_callers(state, account), key=lambda row: (not row.waits, row.since, row.call))),
    )


def _callers(state: State, account: AccountId) -> Iterator[CallerRow]:
    for call in state.records.calls.values():
        if call.account == account:
            doing, since = _doing(call)
            rung = [state.records.offers[offer].agent for offer in call.offers]
            yield CallerRow(
                call=call.id,
                queue=number_of(call.queue),
                number=text(call.caller.number),
                name=text(call.caller.name),
                doing=doing,
                since=since,
                agents=tuple(sorted(map(number_of, rung if call.agent is None else [call.agent]))),
                priority=call.priority,
            )


def _doing(call: CallRecord) -> tuple[CallerDoing, datetime]:
    if call.agent is None:
        if call.offers:
            return CallerDoing.RINGING, call.arrived
        return CallerDoing.WAITING if call.callback is None else CallerDoing.PROMISED, call.arrived
    if call.callback is not None:
        return CallerDoing.CALLED_BACK, call.answered_at or call.arrived
    if call.held_since is not None:
        return CallerDoing.ON_HOLD, call.held_since
    if call.talking_since is not None:
        return CallerDoing.TALKING, call.talking_since
    return CallerDoing.ANSWERED, call.answered_at or call.arrived
