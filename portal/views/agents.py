"""The agents of a supervisor's queues: what each of them does, and the day so far; and an agent's own statistics."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from acd.figures import AgentMeasures
from acd.model import AgentId, CallId, MonitorMode, QueueId, Status
from acd.records import AgentRecord
from acd.state import State
from portal.views import doing as doings
from portal.views.words import mean_s, number_of, seconds, text


@dataclass(frozen=True, slots=True, kw_only=True)
class TalkRow:
    """The queue call that an agent has in hand."""

    call: CallId
    queue: str
    number: str
    name: str
    since: datetime
    monitors: Mapping[str, MonitorMode]
    """Who listens in, by extension, and who hears him."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentToday:
    """His day, over all his queues."""

    handled: int
    missed: int
    talk_s: float
    wrap_up_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentRow:
    """An agent as one of his supervisors sees him."""

    agent: str
    name: str
    queues: tuple[str, ...]
    """Those that the supervisor looks after."""
    status: Status
    status_since: datetime
    doing: doings.Doing
    doing_since: datetime | None
    call: TalkRow | None
    """None: he has none, or it is of a queue that the supervisor does not look after."""
    registered: bool
    today: AgentToday


@dataclass(frozen=True, slots=True, kw_only=True)
class MyToday:
    """An agent's own day."""

    handled: int
    """Callers whom he was joined with."""
    missed: int
    declined: int
    talk_s: float
    """Holds included."""
    average_talk_s: float | None
    hold_s: float
    wrap_up_s: float
    average_handle_s: float | None
    """Talk and wrap-up."""
    time_in_status_s: Mapping[Status, float]
    """Up to the instant of the message."""
    occupancy: float | None
    """The part of the time in which he took queue calls that went into talks and wrap-ups."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatisticsRow:
    """What there is of it: today."""

    today: MyToday


def agent_row(
    state: State, agent_id: AgentId, queues: Collection[QueueId] | None, counted: AgentMeasures
) -> AgentRow | None:
    """For whoever looks after these queues (None: all of the account). None: he answers none of them."""
    user = state.records.agents.get(agent_id)
    assigned = state.records.assignments.get(agent_id, {})
    seen = [queue for queue in assigned if queues is None or queue in queues]
    if user is None or not seen:
        return None
    agent = state.records.agent_records[agent_id]
    what = doings.doing(state, agent)
    return AgentRow(
        agent=user.extension,
        name=user.name,
        queues=tuple(sorted(map(number_of, seen))),
        status=agent.status,
        status_since=agent.status_since,
        doing=what,
        doing_since=doings.since(state, agent, what),
        call=_talk(state, agent, queues),
        registered=any(device.reachable for device in state.devices_of.get(agent_id, {}).values()),
        today=AgentToday(
            handled=counted.answered,
            missed=counted.missed,
            talk_s=seconds(counted.talked),
            wrap_up_s=seconds(counted.wrapped_up),
        ),
    )


def statistics_row(counted: AgentMeasures) -> StatisticsRow:
    """Of one agent, for himself; all his time has been counted up to now."""
    occupancy = counted.occupancy
    return StatisticsRow(
        today=MyToday(
            handled=counted.answered,
            missed=counted.missed,
            declined=counted.declined,
            talk_s=seconds(counted.talked),
            average_talk_s=mean_s(counted.talked, counted.talks),
            hold_s=seconds(counted.held),
            wrap_up_s=seconds(counted.wrapped_up),
            average_handle_s=mean_s(counted.talked + counted.wrapped_up, counted.talks),
            time_in_status_s={status: seconds(time) for status, time in counted.in_status.items() if time},
            occupancy=None if occupancy is None else round(occupancy, 4),
        )
    )


def _talk(state: State, agent: AgentRecord, queues: Collection[QueueId] | None) -> TalkRow | None:
    for id_ in agent.calls:
        call = state.records.calls[id_]
        if queues is None or call.queue in queues:
            return TalkRow(
                call=id_,
                queue=number_of(call.queue),
                number=text(call.caller.number),
                name=text(call.caller.name),
                since=call.talking_since or call.answered_at or call.arrived,
                monitors={number_of(who): monitor.mode for who, monitor in sorted(call.monitors.items())},
            )
    return None
